"""Evidence: the sentences that speak for a frame most, short, with a link and the archive's hash.

Publishers' texts are theirs. At most 300 characters of a sentence are quoted, at most one sentence
of an article, whether it speaks for a share or for a shift, none where its rights are reserved, and
none of a text that is no longer the one that was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from dashboard import words
from dashboard.excerpt import QUOTED, intact, quoted
from dashboard.sheets import Column, Sheet
from db import articles
from db.sentences import Sentence, best_sentences
from framewatch.shifts import FoundShift, Shifts, chosen
from framewatch.story import Frame, Voice
from report.inert import plain
from report.scope import Scope

LOOKED_AT = 60  # sentences of a frame, of which three are chosen
OTHER = "Another sentence of this article is quoted."
MOST_SHIFTS = 25  # that have sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    frame: Frame
    article_id: int
    day: date
    outlet: str
    title: str
    language: str
    words: str
    withheld: str  # why there are no words
    voice: Voice
    speaker: str
    score: float
    link: str  # empty where it may not be followed
    sha256: str  # of the archived page
    warc: str
    fictional: bool
    shift: date | None = None  # first day of the level that it speaks for; None: for the share


def quotes(scope: Scope) -> tuple[Quote, ...]:
    view = scope.view
    taken: set[int] = set()
    found = []
    for frame in scope.frames:
        best = best_sentences(
            view.site.engine, view.filters, frame.code, LOOKED_AT, scope.question.known_at
        )
        for sentence in chosen(_of_articles(best, taken)):
            quote = _quote(scope, frame, sentence)
            if quote is not None:
                taken.add(quote.article_id)
                found.append(quote)
    return tuple(found)


def of_shifts(
    scope: Scope, found: Shifts, told: Sequence[Quote]
) -> tuple[tuple[FoundShift, tuple[Quote, ...]], ...]:
    """For the surest shifts; told: sentences that are quoted already."""
    frames = {frame.code: frame for frame in scope.frames}
    taken = {quote.article_id: quote.words for quote in told}
    made = []
    for one in found.found[:MOST_SHIFTS]:
        mine = []
        for sentence in one.sentences:
            if quote := _quote(scope, frames[one.frame], sentence):
                if taken.setdefault(quote.article_id, quote.words) != quote.words:
                    quote = replace(quote, words="", withheld=OTHER)
                mine.append(replace(quote, shift=one.shift.start))
        made.append((one, tuple(mine)))
    return tuple(made)


def _of_articles(best: Sequence[Sentence], taken: set[int]) -> list[Sentence]:
    """The best of each article that is not quoted yet."""
    first: dict[int, Sentence] = {}
    for sentence in best:
        if sentence.article_id not in taken:
            first.setdefault(sentence.article_id, sentence)
    return list(first.values())


def _quote(scope: Scope, frame: Frame, sentence: Sentence) -> Quote | None:
    found = articles.article(
        *(scope.view.site.engine, scope.view.topic.code, sentence.article_id), scope.view.known_at
    )
    if found is None or found.reading is None:
        return None
    article, evidence = found.article, sentence.evidence
    if not intact(found):
        return None
    said, withheld = quoted(found, evidence)
    return Quote(
        frame=frame,
        article_id=sentence.article_id,
        day=sentence.day,
        outlet=plain(article.host_name or article.host),
        title=plain(article.title),
        language=article.language,
        words=plain(said, QUOTED),
        withheld=plain(withheld),
        voice=evidence.voice,
        speaker=plain(evidence.speaker),
        score=evidence.score,
        link="" if article.fictional else words.a_link(article.url),
        sha256=found.page.sha256,
        warc=f"{found.page.warc_file}:{found.page.warc_offset}",
        fictional=article.fictional,
    )


def quotes_sheet(found: Sequence[Quote]) -> Sheet:
    columns = (
        Column("frame", "Frame"),
        Column("day", "Day"),
        Column("outlet", "Outlet"),
        Column("title", "Title"),
        Column("words", "Words"),
        Column("voice", "Voice"),
        Column("speaker", "Speaker"),
        Column("score", "Score", "number"),
        Column("link", "Link"),
        Column("page_sha256", "Archived page"),
        Column("warc", "WARC file and offset"),
        Column("shift", "Shift that it speaks for"),
        Column("note", "Note"),
    )
    rows = tuple(
        (
            *(q.frame.code, q.day, q.outlet, q.title, q.words, q.voice.value, q.speaker, q.score),
            *(
                q.link,
                q.sha256,
                q.warc,
                q.shift,
                q.withheld or ("fictional" if q.fictional else ""),
            ),
        )
        for q in found
    )
    return Sheet("evidence", "Sentences that speak for each frame most", columns, rows)
