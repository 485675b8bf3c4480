"""Machine-readable reservations of rights: what a publisher lets nobody mine is not kept whole.

Three places say so: the page (TDMRep's `tdm-reservation: 1` or the robots value `noai`, as a header
or a meta), the site's /.well-known/tdmrep.json, and robots.txt. The first two withhold the text;
what robots.txt says to AI crawlers is not said to us, and is kept as information. So is
`noarchive`: it asks search engines to show no cached copy, and we show none.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from protego import Protego

EXCERPT = 300  # characters kept of a text under reservation
WELL_KNOWN = "/.well-known/tdmrep.json"
AI_AGENTS = (
    "GPTBot", "CCBot", "Google-Extended", "ClaudeBot", "anthropic-ai", "Applebot-Extended",
    "Bytespider", "PerplexityBot", "meta-externalagent", "Amazonbot",
)  # fmt: skip
_NOAI = re.compile(r"(?:^|[\s,:;])noai(?:$|[\s,;])", re.IGNORECASE)
_SIGNAL = re.compile(r"^\s*(content-(?:signal|usage))\s*:\s*(.{1,300}?)\s*$", re.I | re.M)
_MAX_RULES = 1_000

Metas = Mapping[str, list[str]]


def signal(headers: Mapping[str, str], metas: Metas, site: str = "", url: str = "") -> str:
    """The reservation in force for a page, as it was written; empty if there is none.

    Header and meta names in lower case. site: its `site_signals`, for the page at url. A page that
    says `tdm-reservation: 0` overrides its site's file, and one that says both 0 and 1 says 1.
    """
    said = [headers.get("tdm-reservation", ""), *metas.get("tdm-reservation", [])]
    said = [value.strip() for value in said if value.strip()]
    if "1" in said:
        return "tdm-reservation: 1"
    for value in (headers.get("x-robots-tag", ""), *metas.get("robots", [])):
        if _NOAI.search(value):
            return "robots: noai"
    if "0" not in said and site and _reserved_by_file(site, url):
        return "tdmrep.json: tdm-reservation: 1"
    return ""


def site_signals(tdmrep: bytes, robots: str) -> str:
    """What a site reserves for all its pages, as JSON; empty if nothing. Never raises.

    {"tdmrep": [[location, 0 or 1], …], "robots": ["content-signal: …"], "closed_to": ["GPTBot"]}
    """
    closed = [agent for agent in AI_AGENTS if re.search(re.escape(agent), robots, re.IGNORECASE)]
    rules = Protego.parse(robots) if closed else None
    found = {
        "tdmrep": _rules(tdmrep),
        "robots": [f"{key.lower()}: {value}" for key, value in _SIGNAL.findall(robots)[:20]],
        "closed_to": [a for a in closed if rules and not rules.can_fetch("https://a.example/", a)],
    }
    found = {key: value for key, value in found.items() if value}
    return json.dumps(found) if found else ""


def _rules(tdmrep: bytes) -> list[list[Any]]:
    try:
        listed = json.loads(tdmrep)
    except (ValueError, RecursionError):
        return []
    rules = [rule for rule in listed if isinstance(rule, dict)] if isinstance(listed, list) else []
    return [
        [location[:2000], int(str(mark))]
        for rule in rules[:_MAX_RULES]
        if isinstance(location := rule.get("location"), str)
        and str(mark := rule.get("tdm-reservation")) in ("0", "1")
    ]


def _reserved_by_file(site: str, url: str) -> bool:
    """By the rule with the longest matching location, as in robots.txt; of two such, the 1."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    rules = json.loads(site).get("tdmrep", [])
    matching = [(len(where), mark) for where, mark in rules if location_matches(where, path)]
    return max(matching, default=(0, 0))[1] == 1


def location_matches(location: str, path: str) -> bool:
    """Whether a pattern with `*` and a closing `$` matches a path's beginning; in linear time."""
    whole = location.endswith("$")
    first, *rest = location.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for part in rest[:-1] if whole else rest:
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    if not whole:
        return True
    return path.endswith(rest[-1]) and at + len(rest[-1]) <= len(path) if rest else at == len(path)


def excerpt(text: str) -> str:
    """The first paragraph's beginning, cut at a word."""
    first = text.split("\n", 1)[0]
    if len(first) <= EXCERPT:
        return first
    cut = first[: EXCERPT - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"
