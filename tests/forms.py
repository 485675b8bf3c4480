"""What tests of forms share: a browser that gets a page, fills in a form of it and sends it."""

import re
from collections.abc import Mapping

from httpx import Response
from starlette.testclient import TestClient

HERE = "http://127.0.0.1"


def token_of(html: str) -> str:
    """Of the first form on a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found, "no form on that page"
    return found[1]


def sent(
    client: TestClient, page: str, address: str, fields: Mapping[str, str], **options: object
) -> Response:
    """A form of a page, as a browser sends it; redirects are not followed."""
    fields = {"csrf": token_of(client.get(page).text), **fields}
    headers = {"origin": HERE, "sec-fetch-site": "same-origin", **options.pop("headers", {})}
    return client.post(address, data=fields, headers=headers, follow_redirects=False, **options)


def signed_in(client: TestClient, name: str, password: str) -> Response:
    return sent(client, "/sign-in", "/sign-in", {"name": name, "password": password})


def scripts_of_others(html: str) -> list[str]:
    """Tags of scripts but our own files', and of ours that hold anything."""
    ours = r'<script src="/static/[\w.-]+\?v=\w+"(?: integrity="[\w+/=-]+")? defer></script>'
    return re.findall(r"(?i)<script.{0,80}", re.sub(ours, "", html))
