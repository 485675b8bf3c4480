"""Drawings as PNG. Imported where one is asked for: most readers ask for none."""

from functools import cache

import resvg_py

SCALE = 2  # pixels of a display of today, and enough for print at half a page
# Asked for by name: what a machine calls its sans-serif may draw nothing (seen with Noto beside
# DejaVu). The first has ◀ ▲ − and ✻; the last is the machine's own choice after all.
FAMILIES = ("DejaVu Sans", "Noto Sans", "Liberation Sans", "Arial", "Helvetica", "Segoe UI", None)
_PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
    '<text x="5" y="15" font-size="14" font-family="sans-serif">{}</text></svg>'
)


class FontsMissing(RuntimeError):
    """This machine has no font: letters would be missing, and nobody would be told."""


def png(svg: str) -> bytes:
    """A drawing of ours: its size is bounded, and it loads nothing. Raises FontsMissing."""
    return _drawn(svg, _family(), SCALE)


@cache
def _family() -> str | None:
    """The first of FAMILIES that draws a letter."""
    for family in FAMILIES:
        if _drawn(_PROBE.format("M"), family) != _drawn(_PROBE.format(""), family):
            return family
    raise FontsMissing(
        "No font is installed where the dashboard runs. Install one "
        "(Debian: apt-get install fonts-dejavu-core fonts-noto-cjk) and start it anew, "
        "or take the SVG."
    )


def _drawn(svg: str, family: str | None, scale: int = 1) -> bytes:
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=scale, sans_serif_family=family))
