"""python -m framewatch codebook show | check | diff | train."""

import tomllib
from contextlib import suppress
from pathlib import Path

import click

from db.session import migrate
from framewatch.coded_lines import CodingError
from framewatch.desk import open_desk
from framewatch.facts import load_frames, load_topic, load_topics
from framewatch.settings import Settings
from framewatch.story import Frame
from models.codebook import Codebook, open_codebook
from models.codebook_review import difference_lines, differences, faults, page

topic_option = click.option(
    "--topic", default="deepseek", show_default=True, help="A file in topics/, without .toml."
)
toml = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def codebook() -> None:
    """The codebook: its entries and version, what they lack, what two versions differ in."""


@codebook.command()
@topic_option
@click.option("-o", "path", type=click.Path(dir_okay=False, path_type=Path), help="A file.")
def show(topic: str, path: Path | None) -> None:
    """The generic frames and a topic's own, as Markdown."""
    known = load_topic(Settings.from_env().topics / f"{topic}.toml")
    text = page(open_codebook(known), f"Codebook: {known.name}")
    if path is None:
        click.echo(text, nl=False)
    else:
        path.write_text(text, encoding="utf-8")


@codebook.command()
def check() -> None:
    """Whether every topic's codebook can be coded from; exit with 1 if not."""
    found = 0
    for code, topic in load_topics(Settings.from_env().topics).items():
        held = open_codebook(topic)
        click.echo(f"{code}: {len(held.frames)} frames, version {held.sha256}")
        for fault in faults(held):
            found += 1
            click.echo(f"  {fault}")
    if found:
        raise SystemExit(1)


@codebook.command()
@click.argument("old", type=toml)
@click.argument("new", type=toml)
def diff(old: Path, new: Path) -> None:
    """What changed between two files of frames: models/frames.toml, or a topic's, then and now.

    Exits with 1 if anything did. `git show REVISION:models/frames.toml > old.toml` gives an OLD.
    """
    before, after = (Codebook(_frames(path)) for path in (old, new))
    lines = list(difference_lines(differences(before, after)))
    click.echo("\n".join([f"- {before.sha256}", f"+ {after.sha256}", *lines]))
    if lines:
        raise SystemExit(1)


@codebook.command()
@topic_option
@click.option(
    "--frame", "frames", multiple=True, help="An issue frame; all that were coded if none."
)
@click.option(
    "--coded", "path", type=toml, help="JSON lines of text, frame, present; or the store."
)
@click.option("--force", is_flag=True, help="Keep heads that are not shown to do better, too.")
@click.option("--withdraw", is_flag=True, help="Take back the heads of the frames named.")
def train(
    topic: str, frames: tuple[str, ...], path: Path | None, force: bool, withdraw: bool
) -> None:
    """Fit heads for issue frames on what people coded; keep those that beat what reads them now.

    From the store's coded articles or a file of coded texts; those that a head was made from no
    longer count for the correction of its frame. Heads of coded sentences are kept by --force
    alone. Exits with 1 where too little was coded for a frame that was asked for.
    """
    from framewatch import codebook_train  # heavy: loads the encoder
    from framewatch.coded_texts import from_file, from_store

    if withdraw and (not frames or path or force):
        raise click.UsageError("--withdraw goes with --frame alone")
    settings = Settings.from_env()
    known = load_topic(settings.topics / f"{topic}.toml")
    migrate(settings.database_url)
    try:
        with open_desk(settings) as desk:
            place = codebook_train.Place(settings.encoder, settings.home, desk.store)
            if withdraw:
                said = codebook_train.withdraw(known, frames, place)
            else:
                if path is not None:
                    coded = from_file(path)
                else:
                    coded = from_store(desk.store, topic, open_codebook(known).entries)
                said = codebook_train.train(known, coded, frames, place, force)
            for line in said:
                click.echo(line)
    except CodingError as error:
        raise click.ClickException(str(error)) from None


def _frames(path: Path) -> tuple[Frame, ...]:
    """Of a topic's file, or of one that holds frames alone."""
    with suppress(ValueError):  # else load_frames says what is wrong
        if "query" in tomllib.loads(path.read_text(encoding="utf-8")):
            return load_topic(path).frames
    return load_frames(path)
