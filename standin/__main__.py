"""`python -m standin`: the stand-in in the foreground, until it is interrupted."""

import threading
from datetime import datetime

import click

from standin.faults import all_faults
from standin.script import Script
from standin.server import StandIn
from standin.services import NAMES
from standin.world import make_world


@click.command()
@click.option("--port", default=8700, show_default=True, help="On 127.0.0.1; 0 takes a free one.")
@click.option(
    "--first",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2025-02-01",
    show_default=True,
    help="First day of the world.",
)
@click.option("--days", default=30, show_default=True, help="How many days it has.")
@click.option("--per-day", default=4, show_default=True, help="Stories a day.")
@click.option("--seed", default=1, show_default=True, help="Another seed makes another world.")
@click.option("--faults", type=click.Choice(["none", "all"]), default="none", show_default=True)
def main(port: int, first: datetime, days: int, per_day: int, seed: int, faults: str) -> None:
    """Serve a small invented web on the loopback."""
    world = make_world(first.date(), days, per_day=per_day, seed=seed)
    script = Script(all_faults(world) if faults == "all" else ())
    with StandIn(world, script, port) as web:
        for name in (*NAMES, *(outlet.code for outlet in world.outlets)):
            click.echo(web.url(name))
        click.echo(f"{len(world.stories)} stories; it is {world.now:%Y-%m-%d %H:%M} UTC there")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo("stopped")


if __name__ == "__main__":
    main()
