"""Machine-readable reservations of rights: what a publisher lets nobody mine is not kept whole.

TDMRep (header or meta `tdm-reservation: 1`) and the robots value `noai`.
"""

import re
from collections.abc import Mapping

EXCERPT = 300  # characters kept of a text under reservation


def reserved(headers: Mapping[str, str], metas: Mapping[str, list[str]]) -> bool:
    """Whether text and data mining is reserved. Names in lower case in both mappings."""
    marks = [headers.get("tdm-reservation", ""), *metas.get("tdm-reservation", [])]
    robots = [headers.get("x-robots-tag", ""), *metas.get("robots", [])]
    return any(mark.strip() == "1" for mark in marks) or any(
        re.search(r"(?:^|[\s,:])noai(?:$|[\s,])", value.lower()) for value in robots
    )


def excerpt(text: str) -> str:
    """The first paragraph's beginning, cut at a word."""
    first = text.split("\n", 1)[0]
    if len(first) <= EXCERPT:
        return first
    cut = first[: EXCERPT - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"
