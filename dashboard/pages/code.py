"""Code: how to have the numbers of a chart elsewhere, and to draw it anew."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.access import by_password
from dashboard.answers import page
from dashboard.drawn import is_drawn
from dashboard.files import FORMATS
from dashboard.imprint import site_address
from dashboard.pages.api import API
from dashboard.pages.export import sheet_named
from dashboard.snippets import snippets
from dashboard.view import View

ENDINGS = ("csv", "json", "parquet")

router = APIRouter()


@router.get("/t/{topic}/code/{name}")
def show(request: Request, topic: str, name: str) -> Response:
    site = site_address(request)
    return page(request, topic, lambda view: render(view, name, site))


def render(view: View, name: str, site: str) -> str:
    """Where programs need a key, the files are those that one opens."""
    sheet, keyed = sheet_named(view, name), by_password(view.site.sign_in)
    above = f"{site}{view.root}{API if keyed else ''}"
    files = {
        f"{view.topic.code}-{name}.{ending}": above
        + view.link(f"export/{name}.{ending}", view.choice.but()).removeprefix(view.root)
        for ending in ENDINGS
    }
    return view.site.render(
        "code.html",
        view=view,
        sheet=sheet,
        snippets=snippets(sheet, files, keyed=keyed),
        keyed=keyed,
        endings=tuple(FORMATS),
        drawn=is_drawn(name),
    )
