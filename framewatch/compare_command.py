"""python -m framewatch compare: is a change the news, or a new model or codebook?"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from db.crossed import frames as frames_scored
from db.queries import Filters
from db.rereadings import identities
from db.session import Store, open_store
from framewatch.changes import Period, reader_part
from framewatch.facts import load_topic
from framewatch.question import Question
from framewatch.settings import Settings
from framewatch.story import ReaderIdentity

day = click.DateTime(["%Y-%m-%d"])


@dataclass(frozen=True, slots=True)
class Line:
    """Of one frame: change = news + model. Shares and changes from 0 to 1; None is not known."""

    frame: str
    before: float | None = None  # as the first model has the earlier period
    after: float | None = None  # as the second has the later one
    change: float | None = None
    news: float | None = None
    model: float | None = None
    low: float | None = None  # 95% interval of the model's part
    high: float | None = None
    read_by_both: int = 0
    note: str = ""


@click.command()
@click.option("--model", "models", multiple=True, help="Twice: the earlier reader, then the later.")
@click.option("--from", "start", type=day, help="First day of the later period.")
@click.option("--to", "end", type=day, help="Its last day.")
@click.option("--before", "earlier", type=day, help="First day of the earlier period; it ends on "
              "the day before --from. As long as the later one if not given.")  # fmt: skip
@click.option("--frame", "only", multiple=True, help="All that were scored if not given.")
@click.option("--topic", default="deepseek", show_default=True)
@click.option("-o", "path", type=click.Path(dir_okay=False, path_type=Path), help="A CSV.")
def compare(
    models: tuple[str, ...],
    start: datetime | None,
    end: datetime | None,
    earlier: datetime | None,
    only: tuple[str, ...],
    topic: str,
    path: Path | None,
) -> None:
    """Split a change of share into the part of a new model or codebook and that of the news.

    A model is named by the beginning of what `compare` without options lists: its name, or the
    hashes of weights and codebook. The split rests on articles that both have read: after a
    change of either, `classify` or the DAG reread_<topic> reads them again and keeps all readings.
    """
    settings = Settings.from_env()
    known = load_topic(settings.topics / f"{topic}.toml")
    store = open_store(settings.database_url, read_only=True)
    try:
        readers = identities(store, topic)
        if not models:
            click.echo("\n".join(one.short for one in readers) or "No article has been read.")
            return
        if len(models) != 2 or start is None or end is None:
            raise click.UsageError("say --model twice, and --from and --to")
        old, new = (named(readers, words) for words in models)
        periods = periods_of(start.date(), end.date(), earlier.date() if earlier else None)
        today = datetime.now(UTC).astimezone(known.zone).date()
        question = Question(store=store, topic=known, filters=Filters(topic=topic), today=today)
        frames = only or _scored(store, topic, periods)
        lines = list(split_by_frame(question, periods, (old, new), frames))
    finally:
        store.dispose()
    for said in table(lines, periods, (old, new)):
        click.echo(said)
    if path is not None:
        _write(path, lines)


def named(readers: Sequence[ReaderIdentity], words: str) -> ReaderIdentity:
    """The one reader that is meant. Raises ValueError for none, or for several."""
    found = [one for one in readers if any(said.startswith(words) for said in _names(one))]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(one.short for one in found or readers) or "none has read anything"
    why = "is more than one" if found else "has read nothing"
    raise ValueError(f"--model {words!r} {why}: name one of {listed}")


def periods_of(first: date, last: date, earlier: date | None) -> tuple[Period, Period]:
    """Raises ValueError for days in the wrong order."""
    before = first - timedelta(days=1)
    start = earlier or first - (last - first) - timedelta(days=1)
    if last < first or before < start:
        raise ValueError(f"--from {first} --to {last} --before {start}: days in the wrong order")
    return Period(start, before), Period(first, last)


def split_by_frame(
    question: Question,
    periods: tuple[Period, Period],
    readers: tuple[ReaderIdentity, ReaderIdentity],
    frames: Sequence[str],
) -> Iterator[Line]:
    before, after = (question.but(first=p.first, last=p.last) for p in periods)
    for frame in frames:
        part = reader_part(before, after, frame, *readers)
        found = part.parts
        if found is None:
            yield Line(frame, note=part.reason)
        else:
            yield Line(
                frame,
                found.before,
                found.after,
                found.total,
                found.news,
                found.reader,
                found.low,
                found.high,
                found.twice,
                found.note,
            )


def table(
    lines: Sequence[Line],
    periods: tuple[Period, Period],
    readers: tuple[ReaderIdentity, ReaderIdentity],
) -> Iterator[str]:
    for what, period, reader in zip(("before", "after"), periods, readers, strict=True):
        yield f"{what}: {period.first} to {period.last} as read by {reader.short}"
    heads = ("before", "after", "change", "news", "model")
    yield f"{'frame':<22}" + "".join(f"{head:>9}" for head in heads) + "  95% interval     both"
    for line in lines:
        if line.change is None:
            yield f"{line.frame:<22}  {line.note}"
            continue
        shares = "".join(f"{value:9.1%}" for value in (line.before, line.after))
        points = "".join(
            f"{100 * value:+z9.1f}" for value in (line.change, line.news, line.model)
            if value is not None
        )  # fmt: skip
        ends = f"{100 * (line.low or 0):+z.1f} to {100 * (line.high or 0):+z.1f}"
        note = f"  {line.note}" if line.note else ""
        yield f"{line.frame:<22}{shares}{points}  {ends:<15}{line.read_by_both:>6}{note}"


def _names(reader: ReaderIdentity) -> tuple[str, ...]:
    return reader.short, reader.model, reader.weights_sha256, reader.codebook_sha256


def _scored(store: Store, topic: str, periods: tuple[Period, Period]) -> tuple[str, ...]:
    first, last = periods[0].first, periods[1].last
    return frames_scored(store, Filters(topic=topic, first=first, last=last))


def _write(path: Path, lines: Sequence[Line]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(field.name for field in fields(Line))
        writer.writerows(map(astuple, lines))
