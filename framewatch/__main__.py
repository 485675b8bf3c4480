"""The stages by hand: python -m framewatch collect | classify | publish | report | status."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from db.grants import let_write
from db.queries import Filters, StoreError
from db.session import migrate as migrate_store
from db.session import open_store
from framewatch import backfill as backfills
from framewatch import coding, sampling, stages
from framewatch import watch as watching
from framewatch.account_command import account
from framewatch.codebook_command import codebook
from framewatch.compare_command import compare
from framewatch.corpus import import_corpus
from framewatch.desk import Desk, Tick, open_desk
from framewatch.facts import FactsError
from framewatch.read_command import read
from framewatch.settings import Settings, SettingsError
from framewatch.status import status_lines
from framewatch.story import Window
from framewatch.window import window_of_run
from models.encoder import EncoderError
from report.command import report

EXPECTED = (
    FactsError,
    SettingsError,
    StoreError,
    EncoderError,
    stages.RunFailed,
    watching.Alarm,
    OSError,
    ValueError,
)
Command = Callable[..., dict[str, int]]


@contextmanager
def _bar(title: str, total: int) -> Iterator[Tick]:
    with tqdm(total=total, desc=title, unit="", disable=None) as bar:
        yield bar.update


@contextmanager
def _desk() -> Iterator[Desk]:
    settings = Settings.from_env()
    migrate_store(settings.database_url)
    with open_desk(settings, _bar) as desk:
        yield desk


def _say(counts: dict[str, int]) -> None:
    click.echo("  ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "nothing")


def _window(desk: Desk, topic: str, start: datetime | None, end: datetime | None) -> Window:
    """Whole days in the topic's zone; the last complete day where none is named."""
    params = {"start_date": start and f"{start:%Y-%m-%d}", "end_date": end and f"{end:%Y-%m-%d}"}
    now = datetime.now(UTC)
    return window_of_run("manual", (None, None), params, now, desk.topic(topic).zone)


topic_option = click.option(
    "--topic", default="deepseek", show_default=True, help="A file in topics/, without .toml."
)
day = click.DateTime(["%Y-%m-%d"])
from_option = click.option("--from", "start", type=day, help="First day (topic's time zone).")
to_option = click.option("--to", "end", type=day, help="Last day; the first if not given.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-v", "--verbose", is_flag=True, help="Say what each stage does.")
def cli(verbose: bool) -> None:
    """Framewatch: how the news frames a topic."""
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")


@cli.command()
@click.option("--dashboard-role", help="The PostgreSQL role of the dashboard: may write its forms.")
def migrate(dashboard_role: str | None) -> None:
    """Bring the store to the newest schema."""
    url = Settings.from_env().database_url
    migrate_store(url)
    if dashboard_role:
        let_write(open_store(url), dashboard_role)


@cli.command()
@topic_option
@from_option
@to_option
@click.option("--url", help="Collect this one page instead of asking the sources.")
def collect(topic: str, start: datetime | None, end: datetime | None, url: str | None) -> None:
    """Find, fetch and extract articles of a window (the last complete day by default)."""
    now = datetime.now(UTC)
    with _desk() as desk:
        window = _window(desk, topic, start, end)
        if url:
            _say(stages.collect_url(desk, topic, url, window, now))
        else:
            _say(stages.collect(desk, topic, window, now))


@cli.command()
@topic_option
@click.option("--from", "start", type=day, required=True, help="First day (topic's time zone).")
@to_option
@click.option("--source", "only", multiple=True, help="Ask only this source; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Say what it would take, and ask nobody.")
@click.option(
    "--patience",
    default=30.0,
    show_default=True,
    help="Minutes to wait in all for what is unavailable, before giving up for now.",
)
def backfill(
    topic: str,
    start: datetime,
    end: datetime | None,
    only: tuple[str, ...],
    dry_run: bool,
    patience: float,
) -> None:
    """Collect days long past from every source that can answer for them; stop it at any moment."""
    with _desk() as desk:
        window = _window(desk, topic, start, end)
        made = backfills.plan(desk, topic, window, datetime.now(UTC), only)
        for line in backfills.plan_lines(made, desk.unkeyed(topic)):
            click.echo(line)
        if not dry_run:
            _say(
                backfills.backfill(
                    desk,
                    topic,
                    window,
                    lambda: datetime.now(UTC),
                    only=only,
                    patience=60 * patience,
                    pause=time.sleep,
                )
            )


@cli.command()
@topic_option
def identify(topic: str) -> None:
    """Find near-copies and first publishers; `collect` does it too."""
    with _desk() as desk:
        _say(stages.identify(desk, topic, datetime.now(UTC)))


@cli.command()
@topic_option
def recheck(topic: str) -> None:
    """Visit stored articles again (after 1 and 7 days) and keep what their publishers changed."""
    now = datetime.now(UTC)
    with _desk() as desk:
        counts = stages.recheck(desk, topic, now)
        _say(counts | stages.identify(desk, topic, now))


@cli.command()
@topic_option
@click.option("--again", is_flag=True, help="Also what it has read, and another reader since.")
def classify(topic: str, again: bool) -> None:
    """Read every article that the present model and codebook have not read."""
    with _desk() as desk:
        _say(stages.classify(desk, topic, datetime.now(UTC), again=again))


@cli.command()
@topic_option
def publish(topic: str) -> None:
    """Refresh the counts that the dashboard reads."""
    with _desk() as desk:
        _say(stages.publish(desk, topic, datetime.now(UTC)))


@cli.command()
@topic_option
@from_option
@to_option
def check(topic: str, start: datetime | None, end: datetime | None) -> None:
    """Say whether a window's numbers can be trusted; exit with 1 if not."""
    with _desk() as desk:
        _say(stages.check(desk, topic, _window(desk, topic, start, end)))


@cli.command()
@topic_option
def watch(topic: str) -> None:
    """Compare the last weeks with those before: silent sources, collapsed texts, refusals."""
    now = datetime.now(UTC)
    with _desk() as desk:
        last = watching.last_settled_day(now, desk.topic(topic).zone)
        _say(watching.watch(desk, topic, last - watching.LOOK_BACK, last, now))


@cli.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@topic_option
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Which column is what.")
@click.option("--refused", type=click.Path(path_type=Path), help="A CSV for the rows refused.")
@click.option("--encoding", default="utf-8", show_default=True, help="Of a table.")
def bring_in(
    path: Path, topic: str, pairs: tuple[str, ...], refused: Path | None, encoding: str
) -> None:
    """Bring in articles of your own: a CSV, JSONL or WARC file, or a folder of HTML files."""
    if wrong := [pair for pair in pairs if "=" not in pair]:
        raise click.BadParameter(f"{wrong[0]!r}: say FIELD=COLUMN", param_hint="--map")
    mapping = {field: column for field, _, column in (pair.partition("=") for pair in pairs)}
    now = datetime.now(UTC)
    with _desk() as desk:
        counts = import_corpus(desk, topic, path, mapping, refused, now, encoding)
        _say(counts | stages.extract(desk, topic, now) | stages.identify(desk, topic, now))


@cli.group()
def code() -> None:
    """Articles coded by people: draw a sample, bring codes in, see whether coders agree."""


@code.command("sample")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@topic_option
@from_option
@to_option
@click.option("--frame", "frames", multiple=True, required=True, help="The first stratifies.")
@click.option("-n", "number", type=click.IntRange(1), default=200, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def draw_sample(
    path: Path,
    topic: str,
    start: datetime | None,
    end: datetime | None,
    frames: tuple[str, ...],
    number: int,
    seed: int,
) -> None:
    """Write a sheet of articles to be coded, with their weights; hide its last four columns."""
    first, last = start and start.date(), end and end.date()
    with _desk() as desk:
        desk.topic(topic)  # says which topics there are
        where = Filters(topic=topic, first=first, last=last)
        _say(sampling.sample(desk, where, path, frames=frames, n=number, seed=seed))


@code.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@topic_option
@click.option("--refused", type=click.Path(path_type=Path), help="A CSV for the lines refused.")
def bring_in_codes(path: Path, topic: str, refused: Path | None) -> None:
    """Bring in a CSV or JSONL of codes; twice is as good as once."""
    with _desk() as desk:
        _say(coding.import_coded(desk, topic, path, refused, datetime.now(UTC)))


@code.command("reliability")
@topic_option
def coder_agreement(topic: str) -> None:
    """Krippendorff's alpha, frame by frame, where several people coded the same articles."""
    with _desk() as desk:
        for line in coding.reliability_lines(desk, topic):
            click.echo(line)


@cli.command()
@topic_option
def status(topic: str) -> None:
    """Show what is stored, what is under way and how the sources answered."""
    with _desk() as desk:
        for line in status_lines(desk, topic, datetime.now(UTC)):
            click.echo(line)


cli.add_command(report)
cli.add_command(account)
cli.add_command(read)
cli.add_command(codebook)
cli.add_command(compare)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; an expected failure is one clear line and exit status 1."""
    try:
        return cli.main(arguments, prog_name="framewatch", standalone_mode=True)
    except EXPECTED as error:
        click.echo(f"framewatch: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
