"""What is planted in the sample archive: what each address is, and how it should end."""

import re
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

from framewatch.story import Outcome
from samples.captures import AMP_ID, LISTINGS, REDIRECT, REDIRECT_ID, amp_url
from samples.pages import SITES, printed, url_of
from samples.texts import OUTLETS, Text

ZONE = ZoneInfo("Australia/Sydney")  # the topic's: totals count days in it
ENDS = {
    "article": Outcome.STORED,
    "republication": Outcome.STORED,
    "near_copy": Outcome.STORED,
    "paywalled": Outcome.INCOMPLETE,
    "broken": Outcome.BROKEN,
    "gone": Outcome.GONE,
    "consent": Outcome.NOT_ARTICLE,
    "listing": Outcome.NOT_ARTICLE,
    "disallowed": Outcome.DISALLOWED,
    "redirect": Outcome.DUPLICATE,
    "amp": Outcome.DUPLICATE,
    "off_topic": Outcome.OFF_TOPIC,
    "undated": Outcome.UNDATED,
}


def truth_of(texts: list[Text]) -> dict[str, Any]:
    """`pages` by address; `totals` of stored articles per outlet and day, and of outcomes."""
    pages = {url_of(text): _entry(text) for text in texts}
    by_id = {text.facts.get("id"): text for text in texts}
    for url, kind, text in (
        (amp_url(by_id[AMP_ID]), "amp", by_id[AMP_ID]),
        (REDIRECT, "redirect", by_id[REDIRECT_ID]),
    ):
        same = {**_entry(text), "kind": kind, "outcome": ENDS[kind], "same_as": url_of(text)}
        pages[url] = same
    for code, path in LISTINGS.items():
        url = f"https://{SITES[code]['host']}{path}"
        pages[url] = {"kind": "listing", "outlet": code, "outcome": ENDS["listing"]}
    return {"pages": pages, "totals": _totals(pages)}


def _entry(text: Text) -> dict[str, Any]:
    outcome = ENDS[text.kind]
    if text.facts.get("style") == "error":
        outcome = Outcome.UNAVAILABLE
    day_only = SITES[text.outlet.code].get("date") == "byline"
    published = text.published.replace(hour=0, minute=0) if day_only else text.published
    # a bare date stays the day that was printed (story.Article.day)
    day = published.date() if day_only else published.astimezone(ZONE).date()
    dated = text.kind != "undated"
    return {
        "kind": text.kind,
        "outcome": outcome,
        "outlet": text.outlet.code,
        "title": printed(text, text.title),
        "authors": list(text.authors),
        "language": text.outlet.language,
        "published": published.isoformat() if dated else None,
        "day_only": day_only,
        "day": day.isoformat() if dated else None,
        "frames": list(text.frames),
        "tone": text.tone,
        "genre": text.genre,
        "quotations": _in_headline(text)
        + [
            {"text": printed(text, plain(words)), "speaker": speaker}
            for block in text.blocks
            for words, speaker in block.quotations
        ],
        **_origin(text),
    }


def _in_headline(text: Text) -> list[dict[str, str]]:
    if "quoted" not in text.facts:
        return []
    words = re.findall(r"‘(.+?)’(?!\w)", text.title)
    who = text.facts["quoted"].strip("-")
    return [{"text": printed(text, word), "speaker": who} for word in words]


def plain(words: str) -> str:
    return re.sub(r"\*+", "", words)


def _origin(text: Text) -> dict[str, Any]:
    if text.original is None:
        return {"cluster": url_of(text)}
    first = text.original
    said = {"original_outlet": first.outlet.code, "original_name": OUTLETS[first.outlet.code].name}
    day = {"original_day": first.published.date().isoformat(), "note": text.facts.get("note", "")}
    return {"cluster": url_of(first), "original_url": url_of(first), **said, **day}


def _totals(pages: dict[str, dict[str, Any]]) -> dict[str, Any]:
    stored = [page for page in pages.values() if page["outcome"] == Outcome.STORED]
    days = {
        code: dict(sorted(Counter(p["day"] for p in stored if p["outlet"] == code).items()))
        for code in SITES
    }
    return {
        "stored_by_outlet_and_day": days,
        "outcomes": dict(sorted(Counter(page["outcome"] for page in pages.values()).items())),
        "kinds": dict(sorted(Counter(page["kind"] for page in pages.values()).items())),
    }
