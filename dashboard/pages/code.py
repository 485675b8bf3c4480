"""Code: how to have the numbers of a chart elsewhere, and to draw it anew."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.answers import page
from dashboard.drawn import is_drawn
from dashboard.files import FORMATS
from dashboard.imprint import site_address
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
    sheet = sheet_named(view, name)
    files = {
        f"{view.topic.code}-{name}.{ending}": site
        + view.link(f"export/{name}.{ending}", view.choice.but())
        for ending in ENDINGS
    }
    return view.site.render(
        "code.html",
        view=view,
        sheet=sheet,
        snippets=snippets(sheet, files),
        endings=tuple(FORMATS),
        drawn=is_drawn(name),
    )
