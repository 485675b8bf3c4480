"""All articles that match, as files: written while they are read, whatever their number."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from starlette.exceptions import HTTPException

from dashboard import words
from dashboard.excerpt import short
from dashboard.files import BOM, CSV, PARQUET, line, objects
from dashboard.imprint import Imprint
from dashboard.sheets import Cell, Column, Row, csv_head, csv_rows
from dashboard.view import View
from db.details import Detail, walk
from db.listing import Behind, Line

NAME = "articles"
ABOUT = (
    Column("id", "Number", "id"),
    Column("url", "Address"),
    Column("title", "Title"),
    Column("outlet", "Outlet"),
    Column("outlet_name", "Name of the outlet"),
    Column("country", "Country"),
    Column("language", "Language"),
    Column("day", "Day", "day"),
    Column("published_at", "Published at"),
    Column("genre", "Genre"),
    Column("original_outlet", "First in"),
    Column("complete", "Whole text", "yes"),
    Column("fictional", "Fictional", "yes"),
)
SENTENCE = (
    Column("sentence", "Best sentence", "remark"),
    Column("sentence_about", "Speaks for"),
    Column("voice", "Voice"),
    Column("speaker", "Speaker"),
)
READING = (
    Column("model", "Model"),
    Column("revision", "Revision"),
    Column("weights_sha256", "SHA-256 of the weights"),
    Column("codebook_sha256", "SHA-256 of the codebook"),
    Column("text_sha256", "SHA-256 of the text"),
    Column("page_sha256", "SHA-256 of the archived page"),
)


@dataclass(frozen=True, slots=True)
class Articles:
    """A table too long to hold: its columns, and its rows in batches."""

    view: View
    imprint: Imprint

    @property
    def columns(self) -> tuple[Column, ...]:
        return (*ABOUT, *self._frames(), *self._targets(), *SENTENCE, *READING)

    def batches(self) -> Iterator[list[Row]]:
        choice = self.view.choice
        behind = Behind(frame=choice.frame, target=choice.target, voice=choice.voice)
        for batch in walk(self.view.site.engine, self.view.filters, behind):
            yield [self._row(found, detail) for found, detail in batch]

    def _frames(self) -> Iterator[Column]:
        for frame in self.view.site.frames_of(self.view.topic):
            yield Column(f"{frame.code}_probability", f"{frame.name}: probability", "share")
            yield Column(f"{frame.code}_threshold", f"{frame.name}: threshold", "share")
            yield Column(f"{frame.code}_present", f"{frame.name}: present", "yes")

    def _targets(self) -> Iterator[Column]:
        for target in self.view.topic.targets:
            yield Column(f"{target.code}_mentions", f"{target.name}: sentences", "count")
            yield Column(f"{target.code}_tone", f"{target.name}: tone", "tone")

    def _row(self, found: Line, detail: Detail) -> Row:
        return (*_about(found, detail), *self._scores(found, detail), *_said(found), *_read(detail))

    def _scores(self, found: Line, detail: Detail) -> Iterator[Cell]:
        """Empty where the article was not read for a frame, or does not mention a target."""
        frames = {score.frame: score for score in found.scores}
        for frame in self.view.site.frames_of(self.view.topic):
            score = frames.get(frame.code)
            yield from (
                (score.probability, score.threshold, score.present) if score else (None,) * 3
            )
        targets = {score.target: score for score in detail.targets}
        for target in self.view.topic.targets:
            mention = targets.get(target.code)
            yield from (mention.mentions, mention.tone) if mention else (None, None)


def _about(found: Line, detail: Detail) -> Row:
    at = None if found.published_day_only else found.published_at.isoformat()
    return (
        found.id,
        words.a_link(detail.url),
        found.title,
        found.host,
        found.host_name,
        found.country,
        found.language,
        found.day,
        at,
        found.genre,
        found.original_outlet,
        found.complete,
        found.fictional,
    )


def _said(found: Line) -> Row:
    """No words where the publisher reserves its rights or the text has changed since."""
    if found.evidence is None:
        return None, None, None, None
    evidence = found.evidence
    return short(found.sentence), evidence.about, evidence.voice.value, evidence.speaker


def _read(detail: Detail) -> Row:
    by = detail.reader
    read = (by.model, by.revision, by.weights_sha256, by.codebook_sha256)
    return (*(one or None for one in read), detail.text_sha256, detail.page_sha256)


# --- formats --------------------------------------------------------------------------------------


def caption(view: View) -> str:
    choice = view.choice
    frame = f" with the frame {view.frame(choice.frame).name}" if choice.frame else ""
    targets = {target.code: target.name for target in view.topic.targets}
    if choice.target and choice.target not in targets:
        raise HTTPException(404, "There is no such target in the topic.")
    target = f" that mention {targets[choice.target]}" if choice.target else ""
    voice = f" with evidence in the voice: {choice.voice}" if choice.voice else ""
    return f"Articles{frame}{target}{voice}, newest first, as held today"


def _csv(articles: Articles) -> Iterator[bytes]:
    yield csv_head(articles.columns, articles.imprint.remarks).encode()
    for batch in articles.batches():
        yield csv_rows(batch).encode()


def _excel_csv(articles: Articles) -> Iterator[bytes]:
    return chain((BOM.encode(),), _csv(articles))


def _json_lines(articles: Articles) -> Iterator[bytes]:
    """The first line says what it is about, each other line is an article."""
    yield _lines([{"about": articles.imprint.facts}])
    for batch in articles.batches():
        yield _lines(objects(articles.columns, batch))


def _parquet(articles: Articles) -> Iterator[bytes]:
    from dashboard.parquet import parquet_chunks

    return parquet_chunks(articles.columns, articles.batches(), articles.imprint.facts)


def _lines(found: Iterable[object]) -> bytes:
    return "".join(f"{line(one)}\n" for one in found).encode()


@dataclass(frozen=True, slots=True)
class Stream:
    media_type: str
    chunks: Callable[[Articles], Iterator[bytes]]


STREAMS: Mapping[str, Stream] = {
    "csv": Stream(CSV, _csv),
    "excel.csv": Stream(CSV, _excel_csv),
    "jsonl": Stream("application/jsonl", _json_lines),
    "parquet": Stream(PARQUET, _parquet),
}
