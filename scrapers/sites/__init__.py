"""What single sites do unlike all others. Most need nothing here: extraction is general.

A module with one function, `tidy`, and its host in SITES. It sees the page's tree before anything
is read from it, and may cut elements or mark them up as other sites would. Subdomains follow their
site. The table is empty as long as no outlet of scrapers/sources.toml was seen to need an entry.
"""

from typing import Any, Protocol
from urllib.parse import urlsplit


class Site(Protocol):
    def tidy(self, tree: Any) -> None:
        """Change the lxml tree in place."""


SITES: dict[str, Site] = {}


def tidy(tree: Any, url: str) -> None:
    """Let the page's own site tidy its tree, if it has an entry."""
    host = (urlsplit(url).hostname or "").lower()
    while host:
        if site := SITES.get(host):
            site.tidy(tree)
            return
        _, _, host = host.partition(".")
