"""Headlines and author names, cleaned of what is neither."""

import html
import re
from collections import Counter
from collections.abc import Iterable
from itertools import combinations

_MAX_NAME = 80
_SPOKEN = re.compile(r":\s+[\"'“„«‘]")  # before a quotation stands its speaker, not a kicker
_LEAST_HEADLINE = 3  # words
_BY = re.compile(
    r"^(?:(?:written|story|text|words|analysis|report(?:ed)?|opinion)\s+)?"
    r"(?:by|von|par|por|av|af|di|door|text:|autor:?|autorin:?|作者[:：]?|记者[:：]?|文[/|:：])\s+",
    re.IGNORECASE,
)
_CHINESE_BY = re.compile(r"^(?:(?:作者|记者|责任编辑|责编|编辑)\s*[/|:：]?|文\s*[/|:：])\s*")
_HAN_NAMES = re.compile(r"[\u4e00-\u9fff·]{2,4}(?:\s+[\u4e00-\u9fff·]{2,4})+")
# Controls (PostgreSQL refuses NUL), soft hyphens, zero-width and bidirectional marks, surrogates.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff]"
)
_BETWEEN = re.compile(r"\s*(?:;|\||\s/\s|、|，|\band\b|\bund\b|\bet\b|\be\b|\by\b|\bog\b|&)\s*")
_NOT_A_NAME = re.compile(
    r"https?:|www\.|@|[<>{}=]|\d{4}|\b(?:image|images|photo|photograph|picture|foto)\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?:,|\s[-–—|(])\s*(?:[\w ]*(?:editor|correspondent|reporter|writer|columnist|staff|"
    r"redakteur\w*|korrespondent\w*|contributor)\b.*)$",
    re.IGNORECASE,
)


def one_line(text: str, limit: int = 1000) -> str:
    """Without control and invisible characters, white space folded."""
    text = _INVISIBLE.sub("", text[: limit * 4])
    return " ".join(text.split())[:limit].rstrip()


def plain(text: str, limit: int = 1000) -> str:
    """One line of what was HTML: mark-up and entities, even doubled ones, gone as well."""
    text = html.unescape(html.unescape(text[: limit * 4]))
    return one_line(re.sub(r"</?[a-zA-Z][^<>]{0,2000}>", "", text), limit)


def clean_title(title: str, site_names: Iterable[str]) -> str:
    """The headline without the site's name at its end or start."""
    title = plain(title)
    for name in sorted({n.strip() for n in site_names if len(n.strip()) >= 2}, key=len)[::-1]:
        mark = r"(?:\s*[|›»·•]\s*|\s+[-–—:]+\s+|--|_)"
        bare = re.escape(name)
        shorter = re.sub(
            rf"(?:{mark}[^|]{{0,30}})?{mark}{bare}(?:\.\w{{2,3}})?\s*$", "", title, flags=re.I
        )
        shorter = re.sub(rf"^{bare}(?:\s*\|\s*|\s+[-–—]\s+)", "", shorter, flags=re.I)
        title = shorter.strip() or title
    return title


def agreed_title(declared: str, shared: str, shown: str, tab: str) -> str:
    """The headline most of JSON-LD, OpenGraph, <h1> and <title> give; "" where all are empty.

    The one shown to readers where they split in two camps, the first where no two agree.
    A kicker is no part of it where two put different ones before the same headline.
    """
    titles = _without_suffixes([title for title in (declared, shared, shown, tab) if title])
    rests = {title: rest for title in titles if (rest := _after_kicker(title))}
    for one, other in combinations(rests, 2):
        spoken = _SPOKEN.search(one) and _SPOKEN.search(other)
        if rests[one] == rests[other] and _ballot(one) != _ballot(other) and not spoken:
            return rests[one]
    votes = Counter(map(_ballot, titles))
    if votes and max(votes.values()) == 1:
        return titles[0]
    spellings = Counter(titles)
    ranked = [title for title in titles if title == shown] + titles
    elected = max(ranked, key=lambda title: votes[_ballot(title)], default="")
    same = [title for title in ranked if _ballot(title) == _ballot(elected)]
    return max(same, key=spellings.__getitem__, default="")


def _ballot(title: str) -> str:
    """What two spellings of one headline share: a kicker in an element of its own leaves a space
    before its colon."""
    return re.sub(r"\s+(?=[:：])", "", title).casefold()


def _without_suffixes(titles: list[str]) -> list[str]:
    """Without what one title has, after a dash or bar, more than another: the site's name."""
    suffix = re.compile(r"\s+[-–—|]\s|\s*[：｜]")
    shorter = sorted(titles, key=len)
    return [
        next((t for t in shorter if title.startswith(t) and suffix.match(title, len(t))), title)
        for title in titles
    ]


def _after_kicker(title: str) -> str:
    """What stands after a colon or dash; "" where there is none, or too little follows."""
    parts = re.split(r":\s+|\s+[-–—|]\s+", title, maxsplit=1)
    return parts[1] if len(parts) == 2 and len(parts[1].split()) >= _LEAST_HEADLINE else ""


def clean_authors(names: Iterable[str]) -> tuple[str, ...]:
    """Names as printed, each once; addresses and other debris left out."""
    found: dict[str, str] = {}
    for listed in names:
        for name in _split(plain(listed, 500)):
            name = _ROLE.sub("", _CHINESE_BY.sub("", _BY.sub("", name))).strip(" ,.;:|-–—")
            if 2 <= len(name) <= _MAX_NAME and not _NOT_A_NAME.search(name):
                found.setdefault(name.casefold(), name)
    return tuple(found.values())[:20]


def _split(listed: str) -> list[str]:
    if _HAN_NAMES.fullmatch(_CHINESE_BY.sub("", listed).strip()):
        return listed.split()
    parts = [part for part in _BETWEEN.split(listed) if part]
    if len(parts) == 1 and listed.count(",") >= 1:
        pieces = [piece.strip() for piece in listed.split(",")]
        if all(2 <= len(piece.split()) <= 4 and piece[0].isupper() for piece in pieces):
            return [piece for piece in pieces if not _ROLE.search(f", {piece}")]
    if any("," in part for part in parts[:-1]) and len(parts) > 1:
        return [piece for part in parts for piece in part.split(",") if piece.strip()]
    return parts
