"""python -m framewatch read IN -o OUT: frames and sentiment of texts of one's own."""

import contextlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click
from tqdm import tqdm

from framewatch.facts import FactsError, load_topics
from framewatch.own_texts import read_lines
from framewatch.settings import Settings


@click.command("read")
@click.argument("source", type=click.File("rb"), metavar="IN.JSONL")
@click.option("-o", "target", type=click.Path(dir_okay=False, path_type=Path), help="OUT.JSONL.")
@click.option(
    "--topic", default="deepseek", show_default=True, help="Whose targets and codebook are used."
)
def read(source: IO[bytes], target: Path | None, topic: str) -> None:
    """Read texts of your own: lines of {"id", "text"}, with "targets" to be scored or without.

    One line out per line in, in order; a line at fault gives {"line", "error"} and stops nothing.
    Nothing is stored. IN may be - for standard input; without -o the answers go to standard output.
    """
    settings = Settings.from_env()
    topics = load_topics(settings.topics)
    if topic not in topics:
        raise FactsError(f"no topic {topic!r}; there are: {', '.join(topics) or 'none'}")
    from models.issue_frames import coded_folder
    from models.reader import open_reader  # heavy: loads the encoder

    reader = open_reader(settings.encoder, topics[topic], coded_folder(settings.home, topic))
    tally: Counter[str] = Counter()
    with _written(target) as out, tqdm(desc="read", unit=" texts", disable=None) as bar:
        for answer in read_lines(reader, source):
            out.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
            tally["error" if "error" in answer else "unread" if "unread" in answer else "read"] += 1
            bar.update()
    said = "  ".join(f"{name} {count}" for name, count in sorted(tally.items())) or "nothing"
    click.echo(said, err=True)


@contextlib.contextmanager
def _written(path: Path | None) -> Iterator[IO[bytes]]:
    """The file stands under its name once it is whole: a part is never taken for all."""
    if path is None:
        yield sys.stdout.buffer
        return
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        yield file
    part.replace(path)
