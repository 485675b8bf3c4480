"""The live path without the web: a day and then 30 days, collected from the stand-in.

Every request, robots.txt and key is real; only the services and outlets stand on the loopback.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from framewatch.settings import ROOT
from standin.server import StandIn
from standin.world import World, make_world

HOME = ROOT / ".framewatch-live"
DAYS = 30
PYTHON = str(ROOT / ".venv" / "bin" / "python")
FEEDS = {
    "herald": "/feed/",
    "courier": "/atom.xml",
    "wire": "/rss.xml",
    "tribune": "/rss/latest",
    "quanbao": "/rss.xml",
    "sentinel": "/feed.atom",
}
DATED = ("herald", "courier", "quanbao")
MINUTES = (2, 4)
KEYED = ("guardian", "mediacloud", "newsapi", "gnews")


def book_of(world: World, port: int) -> str:
    """The sources file of a world: its outlets, their lists, and every service.

    Of GDELT's article lists two minutes of each quarter-hour are probed: all eight would be most of
    the requests.
    """
    return "\n".join([*_outlets(world), *_lists(world, port), *_services(world, port)])


def environment(home: Path, book: Path, **changes: str) -> dict[str, str]:
    """What the program is started with: no politeness towards the loopback, short waits."""
    keys = {f"FRAMEWATCH_KEY_{name.upper()}": "test-key" for name in KEYED}
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "FRAMEWATCH_HOME": str(home),
        "FRAMEWATCH_SOURCES": str(book),
        "FRAMEWATCH_DATABASE_URL": "",
        "FRAMEWATCH_REPLAY": "",
        "FRAMEWATCH_ALLOW_LOOPBACK": "1",
        "FRAMEWATCH_HOST_DELAY": "0",
        "FRAMEWATCH_RETRY_DELAY": "0.3",
        "FRAMEWATCH_PAGE_DEADLINE": "2",
        "FRAMEWATCH_DAILY_REQUESTS": "0",
        "FRAMEWATCH_HOST_DAILY_REQUESTS": "0",
        **keys,
        **changes,
    }


def _outlets(world: World) -> Iterator[str]:
    for outlet in world.outlets:
        yield "[[outlets]]"
        yield f'code = "{outlet.code}"'
        yield f'name = "{outlet.name}"'
        yield f'hosts = ["{outlet.host}"]'
        yield f'country = "{outlet.country}"'
        yield f'language = "{outlet.language}"'
        yield f'time_zone = "{outlet.time_zone}"'
        yield "fictional = true\n"


def _source(name: str, kind: str, url: str, *more: str) -> str:
    block = ["[[sources]]", f'name = "{name}"', f'kind = "{kind}"', f'url = "{url}"', *more]
    return "\n".join(block) + "\n"


def _lists(world: World, port: int) -> Iterator[str]:
    for outlet in world.outlets:
        home, mine = f"http://{outlet.host}:{port}", f'outlet = "{outlet.code}"'
        yield _source(f"{outlet.code}-feed", "feed", home + FEEDS[outlet.code], mine)
        if outlet.code in DATED:
            yield _source(f"{outlet.code}-sitemap", "sitemap", f"{home}/sitemap.xml", mine)


def _services(world: World, port: int) -> Iterator[str]:
    def at(name: str) -> str:
        return f"http://{name}.localhost:{port}"

    hosts = [f"{outlet.host}:{port}" for outlet in world.outlets]
    dated = [f'"{host}/{{year}}/{{month}}/{{day}}/*"' for host in hosts]
    named = ", ".join(f'"{outlet.host}"' for outlet in world.outlets)
    yield _source("gdelt-articles", "gdelt-articles", at("gdelt"), f"minutes = {list(MINUTES)}")
    yield _source("gdelt-gkg", "gdelt-gkg", at("gdelt"))
    yield _source("guardian", "guardian", at("guardian"))
    yield _source(
        "mediacloud", "mediacloud", f"{at('mediacloud')}/api", 'collections = ["34412282"]'
    )
    yield _source("hackernews", "hackernews", f"{at('hackernews')}/api/v1")
    yield _source("google-news", "google-news", at("googlenews"), 'editions = ["en-AU"]')
    yield _source("bing-news", "bing-news", at("bing"), 'editions = ["en-AU"]')
    yield _source("newsapi", "newsapi", at("newsapi"))
    yield _source("gnews", "gnews", at("gnews"))
    yield _source("wayback", "wayback", at("wayback"), f"prefixes = [{', '.join(dated)}]")
    yield _source(
        "crawl-index", "commoncrawl-index", at("commoncrawl"), f"prefixes = [{', '.join(dated)}]"
    )
    yield _source("crawl-news", "commoncrawl-news", at("commoncrawl"), f"prefixes = [{named}]")


def main() -> int:
    """Collect, code and publish a world that ends today; then serve the dashboard."""
    today = datetime.now(UTC).date()
    first, last = today - timedelta(days=DAYS), today - timedelta(days=1)
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir()
    with StandIn(make_world(first, DAYS)) as web:
        book = HOME / "sources.toml"
        book.write_text(book_of(web.world, web.world.port), encoding="utf-8")
        env = environment(HOME, book)
        one_day = ["collect", "--from", str(last)]
        all_days = ["backfill", "--from", str(first), "--to", str(last), "--patience", "2"]
        for words in (one_day, all_days, ["classify"], ["publish"], ["status"]):
            print(f"\n$ python -m framewatch {' '.join(words)}", flush=True)
            code = subprocess.run([PYTHON, "-m", "framewatch", *words], env=env).returncode
            if code:
                return code
    print("\nThe dashboard, until you press Ctrl-C:", flush=True)
    try:
        return subprocess.run([PYTHON, "-m", "dashboard.app"], env=env).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
