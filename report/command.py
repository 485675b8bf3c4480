"""python -m framewatch report."""

from datetime import datetime
from pathlib import Path

import click

from db.session import migrate
from framewatch.settings import Settings

FILTERS = ("country", "host", "language", "genre", "by", "count")
day = click.DateTime(["%Y-%m-%d"])


@click.command("report")
@click.option("--topic", default="deepseek", show_default=True, help="A file in topics/.")
@click.option("--from", "start", type=day, help="First day (topic's time zone); else all.")
@click.option("--to", "end", type=day, help="Last day; the last collected if not given.")
@click.option(
    "--where",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help="A filter of the dashboard: country, host, language, genre, by or count; repeatable.",
)
@click.option("--asof", type=day, help="As known at the end of this day; else as known now.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder to put it into.")
@click.option("--dashboard", "address", default="", help="Where readers find the dashboard.")
def report(
    topic: str,
    start: datetime | None,
    end: datetime | None,
    pairs: tuple[str, ...],
    asof: datetime | None,
    output: Path | None,
    address: str,
) -> None:
    """Make a sealed folder, and a zip of it: HTML, PDF, charts, tables, manifest."""
    from dashboard.choice import Choice  # heavy: not for the other commands
    from report.build import build

    asked = {name: value for name, _, value in (pair.partition("=") for pair in pairs)}
    if wrong := [name for name, value in asked.items() if name not in FILTERS or not value]:
        known = ", ".join(FILTERS)
        raise click.BadParameter(
            f"{wrong[0]!r}: say NAME=VALUE with one of {known}", param_hint="--where"
        )
    named = {"from": start, "to": end, "asof": asof}
    days = {name: f"{day:%Y-%m-%d}" if day else "" for name, day in named.items()}
    settings = Settings.from_env()
    migrate(settings.database_url)
    made = build(settings, topic, Choice.parse(asked | days), output, address)
    click.echo(f"{made.folder}\n{made.archive}")
    if not made.pdf:
        click.echo("no PDF: there is no Chromium that could print it", err=True)
