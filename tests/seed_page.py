"""The page of the seed article, laid out as the institute that re-hosts it would.

Its text is never part of the repository: it is read from the shared folder where there is one.
"""

import os
from html import escape
from pathlib import Path

from framewatch.settings import ROOT

SHARED = Path(os.environ.get("FRAMEWATCH_SHARED", ROOT.parent / "shared"))
SEED = SHARED / "seed" / "article.txt"


def seed_page() -> str:
    """The seed's page as its second host would lay it out; a colon leads to a quotation."""
    text = SEED.read_text(encoding="utf-8")
    lines = [line.strip().replace("*", "") for line in text.split("\n") if line.strip()]
    institute, section, title, byline, note, *paragraphs = lines
    body, quoted = [f'<p class="note">{escape(note)}</p>'], False
    for paragraph in paragraphs:
        inner = f"<p>{escape(paragraph)}</p>"
        body.append(f"<blockquote>{inner}</blockquote>" if quoted else inner)
        quoted = paragraph.endswith((":", "insouciant:", "insouciant"))
    return (
        f'<!DOCTYPE html><html lang="en-AU"><head><title>{escape(title)} | University of '
        f"Technology Sydney</title></head><body><header><p>{escape(institute)}</p><nav><ul>"
        '<li><a href="/">Home</a></li><li><a href="/acri">Institute</a></li></ul></nav></header>'
        f"<main><p>{escape(section)}</p><article><h1>{escape(title)}</h1>"
        f'<p class="byline">{escape(byline)}</p>{"".join(body)}</article></main>'
        '<footer><p>UTS acknowledges the Gadigal people. <a href="/privacy">Privacy</a></p>'
        "</footer></body></html>"
    )
