"""Drawings as PNG. Imported where one is asked for: most readers ask for none."""

from functools import cache

import resvg_py

SCALE = 2  # pixels of a display of today, and enough for print at half a page
FAMILY = "DejaVu Sans"  # has ◀ ▲ − and ✻; where it is missing, any other is taken
_PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
    '<text x="5" y="15" font-size="14" font-family="sans-serif">{}</text></svg>'
)


class FontsMissing(RuntimeError):
    """This machine has no font: letters would be missing, and nobody would be told."""


def png(svg: str) -> bytes:
    """A drawing of ours: its size is bounded, and it loads nothing. Raises FontsMissing."""
    if not _has_letters():
        raise FontsMissing(
            "No font is installed where the dashboard runs. Install one "
            "(Debian: apt-get install fonts-dejavu-core fonts-noto-cjk) and start it anew, "
            "or take the SVG."
        )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=SCALE, sans_serif_family=FAMILY))


@cache
def _has_letters() -> bool:
    with_letter, without = (resvg_py.svg_to_bytes(svg_string=_PROBE.format(c)) for c in ("M", ""))
    return bool(with_letter != without)
