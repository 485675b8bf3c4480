"""Is it about the topic? A link is judged before it is fetched, an article by its text."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from framewatch.aliases import names, pattern
from framewatch.story import Article, Relevance, Topic

# What the score is made of; the parts sum to 1. Chosen on the articles of tests/test_relevance.py.
_HEADLINE = 0.40  # the headline names it
_PLACE = 0.20  # how early the text first names it
_SPREAD = 0.25  # how many of its paragraphs name it
_COUNT = 0.15  # how often
_WIDE = 0.40  # of the paragraphs: as wide as it gets
_OFTEN = 5  # mentions: as often as it gets
_LEAD = 400  # characters in which the lead names its subject; a Chinese one takes half of them
_ALONE = 0.5  # a single mention, and none in the headline, is a passing one
# An article may be about a topic's founder alone, or merely recall whose founder somebody is.
_OTHER_NAME = 0.7  # weight of an alias that is no name of the topic itself


def promising(topic: Topic, url: str, title: str, summary: str = "") -> bool:
    """Whether a listed item names the topic in its title, summary or address."""
    slug = unquote(urlsplit(url).path)
    for separator in "-_/+.":
        slug = slug.replace(separator, " ")
    return any(names(text, topic.aliases) for text in (title, summary, slug))


def relevance(topic: Topic, article: Article) -> Relevance:
    """How much an article is about the topic, from 0 to 1, and why.

    By where and how often its own text names the topic; what stands in menus and boxes beside the
    article is no part of that text. On the topic is what reaches `topic.relevance_threshold`.
    """
    seen = _seen(topic, article)
    spread = min(1.0, sum(seen.paragraphs) / len(seen.paragraphs) / _WIDE)
    often = min(1.0, sum(seen.mentions) / _OFTEN)
    score = _HEADLINE * seen.headline + _PLACE * seen.place + _SPREAD * spread + _COUNT * often
    if len(seen.mentions) == 1 and not seen.headline:
        score *= _ALONE
    return Relevance(round(score, 3), seen.said)


def off_topic(topic: Topic, found: Relevance) -> str:
    """Why an article is not about the topic; empty if it is."""
    if found.score >= topic.relevance_threshold:
        return ""
    return f"relevance {found.score:.2f} below {topic.relevance_threshold:.2f}: {found.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Weights, from 0 to 1, of the names found."""

    headline: float
    place: float  # 1 in the lead, then falling to 0 at the end
    paragraphs: tuple[float, ...]  # the best of each paragraph
    mentions: tuple[float, ...]  # in the text

    @property
    def said(self) -> str:
        if not self.headline and not self.mentions:
            return "not named"
        headline = "in the headline" if self.headline else "not in the headline"
        if not self.mentions:
            return f"{headline}; not in the text"
        naming = [number for number, weight in enumerate(self.paragraphs, 1) if weight]
        times = f"{len(self.mentions)} time{'s' * (len(self.mentions) > 1)}"
        spread = f"{len(naming)} of {len(self.paragraphs)} paragraphs"
        return f"{headline}; named {times} in {spread}, first in the {_ordinal(naming[0])}"


def _seen(topic: Topic, article: Article) -> _Seen:
    paragraphs = article.text.split("\n")
    found = [tuple(_weights(topic, paragraph)) for paragraph in paragraphs]
    first = pattern(topic.aliases).search(article.text)
    best = [max(weights, default=0.0) for weights in found]
    lead = _LEAD // 2 if article.language == "zh" else _LEAD
    place = 0.0
    if first:
        beyond = max(0, first.start() - lead) / max(1, len(article.text) - lead)
        place = next(filter(None, best)) * (1 - beyond if beyond == 0 else (1 - beyond) / 2)
    return _Seen(
        headline=max(_weights(topic, article.title), default=0.0),
        place=place,
        paragraphs=tuple(best),
        mentions=tuple(weight for weights in found for weight in weights),
    )


def _weights(topic: Topic, text: str) -> Iterator[float]:
    """A weight for each name in text: 1 for the topic's own names, less for its people's."""
    own = {topic.name.casefold()}
    own.update(a.casefold() for t in topic.targets if t.code == topic.code for a in t.aliases)
    for match in pattern(topic.aliases).finditer(text):
        yield 1.0 if " ".join(match.group().split()).casefold() in own else _OTHER_NAME


def _ordinal(number: int) -> str:
    ending = (
        "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"
