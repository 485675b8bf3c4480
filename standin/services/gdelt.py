"""GDELT's files: the article list (GAL), the knowledge graph (GKG 2.1), their lists and feed.

From the SOURCES reference, sections 5.0, 5.2 and 5.3. A story stands in the GAL file of the minute
in which it was seen and in the GKG file of that quarter of an hour; a GKG file appears when its
quarter is over. Other files hold rows about nothing of interest. Some GKG files have a row that is
cut short and one with invalid UTF-8, and the MD5 of such a file is the one listed.

Kinds of fault, for the services "gal" (GAL files and feed.rss) and "gkg" (everything else):

    gap, forbidden_gap       404, 403
    throttled, throttled_200 the sentence about one request every five seconds, with 429 or 200
    down                     503 with Retry-After: 1
    slow, hangup             late; broken off half-way
    broken_line              one more row, which is cut short
    broken_escape            one more GAL line with an invalid escape; in GKG invalid UTF-8
    wrong_md5                a good GKG file, but not the one whose MD5 the list gives
    truncated_zip            half a file (of GAL: half a gzip member)
    bomb                     a file that unpacks to 300 MiB
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from hashlib import md5
from weakref import WeakKeyDictionary
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from standin.script import Fault, Script, target
from standin.services import gdelt_rows as rows
from standin.trouble import gz_bomb, spoiled, status_of, zip_bomb
from standin.world import Story, World

_QUARTER = timedelta(minutes=15)
_GAL = re.compile(r"/gdeltv3/gal/(\d{14})\.gal\.json\.gz")
_GKG = re.compile(r"/gdeltv2/(\d{14})\.(translation\.)?gkg\.csv\.zip")
_FORM = "%Y%m%d%H%M%S"
_BEFORE = timedelta(days=1)  # before the world's first story: from here on there are files
# What the master list says of a quarter. Addresses, and so checksums, depend on the port.
_LISTED: WeakKeyDictionary[World, dict[tuple[int, bool, datetime], str]] = WeakKeyDictionary()


def faults(world: World) -> list[Fault]:
    """Each kind once, at files that a backfill of the world asks for: those with a story."""
    gal = ["throttled", "throttled_200", "down", "slow", "hangup", "broken_line"]
    gal += ["broken_escape", "truncated_zip", "bomb"]
    gkg = [*gal, "wrong_md5"]
    on_topic = [story for story in world.stories if story.on_topic]
    files = {
        "gal": [f"{s.seen:{_FORM}}.gal" for s in on_topic if _in(world, "gal", s)],
        "gkg": [f"{_quarter(s.seen):{_FORM}}.gkg" for s in on_topic if _in_english(world, s)],
    }
    told = [
        Fault(service=service, kind=kind, match=match)
        for service, kinds in (("gal", gal), ("gkg", gkg))
        for kind, match in zip(kinds, dict.fromkeys(files[service]), strict=False)
    ]
    # Nobody asks again for a gap: only files without a story have one.
    minutes = (world.stories[0].seen + timedelta(minutes=n) for n in range(600))
    idle = [m for m in minutes if _has_gal(m, world) and m not in _by_minute(world)]
    quarters = (_quarter(world.stories[0].seen) + n * _QUARTER for n in range(90))
    quiet = [q for q in quarters if (q, False) not in _by_quarter(world)]
    gaps = ("gap", "forbidden_gap")
    return [
        *told,
        *(
            Fault(service="gal", kind=k, match=f"{m:{_FORM}}.gal")
            for k, m in zip(gaps, idle, strict=False)
        ),
        *(
            Fault(service="gkg", kind=k, match=f"{q:{_FORM}}.gkg")
            for k, q in zip(gaps, quiet, strict=False)
        ),
        Fault(service="gkg", kind="down", match="masterfilelist.txt"),
    ]


def respond(request: Request, world: World, script: Script) -> Response:
    path = request.url.path
    service = "gal" if path.startswith("/gdeltv3/") else "gkg"
    kind = script.fault(service, target(request))
    if (instead := status_of(kind)) is not None:
        return instead
    good = _content(path, kind, world)
    if good is None:
        return PlainTextResponse("Not Found\n", 404)
    return spoiled(kind, _ranged(request, good))


def _content(path: str, kind: str, world: World) -> Response | None:
    if found := _GAL.fullmatch(path):
        return _gal(_stamp(found[1]), kind, world)
    if found := _GKG.fullmatch(path):
        return _gkg(_stamp(found[1]), bool(found[2]), kind, world)
    match path:
        case "/gdeltv3/gal/feed.rss":
            return _feed(world)
        case "/gdeltv2/masterfilelist.txt" | "/gdeltv2/masterfilelist-translation.txt":
            return PlainTextResponse(_master(world, "translation" in path))
        case "/gdeltv2/lastupdate.txt" | "/gdeltv2/lastupdate-translation.txt":
            newest = _quarter(world.now) - _QUARTER
            return PlainTextResponse(_entry(world, newest, "translation" in path))
    return None


def _stamp(digits: str) -> datetime | None:
    try:
        return datetime.strptime(digits, _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def _quarter(moment: datetime) -> datetime:
    """The beginning of its quarter of an hour."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


def _in(world: World, service: str, story: Story) -> bool:
    return story.slug in world.listings[service]


def _in_english(world: World, story: Story) -> bool:
    return _in(world, "gkg", story) and story.outlet.language == "en"


def _begins(world: World) -> datetime:
    return _quarter(world.stories[0].published - _BEFORE).replace(hour=0, minute=0)


# --- GAL ------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _by_minute(world: World) -> dict[datetime, list[Story]]:
    found: dict[datetime, list[Story]] = {}
    for story in world.stories:
        if _in(world, "gal", story):
            found.setdefault(story.seen, []).append(story)
    return found


def _gal(stamp: datetime | None, kind: str, world: World) -> Response | None:
    if stamp is None or not _has_gal(stamp, world):
        return None
    if kind == "bomb":
        return Response(gz_bomb(), media_type="application/gzip")
    lines = rows.gal_lines(world, stamp, _by_minute(world).get(stamp, []), kind)
    packed = rows.gzipped("".join(f"{line}\n" for line in lines))
    if kind == "truncated_zip":
        packed = packed[: len(packed) // 2]
    return Response(packed, media_type="application/gzip")


def _has_gal(stamp: datetime, world: World) -> bool:
    """Two files a quarter at wandering minutes, and those that stories were seen in."""
    if stamp.second or not _begins(world) <= stamp <= world.now:
        return False
    wander = stamp.timetuple().tm_yday * 7 + stamp.hour * 5 + stamp.minute // 15 * 3
    return stamp.minute % 15 in (wander % 4, 4 + wander % 3) or stamp in _by_minute(world)


def _feed(world: World) -> Response:
    """The last quarter of an hour; now and then an item without a title."""
    newest = world.now.replace(second=0, microsecond=0)
    stamps = [newest - timedelta(minutes=n) for n in range(15)]
    stamps = [stamp for stamp in stamps if _has_gal(stamp, world)]
    items = []
    for stamp in stamps:
        for number, row in enumerate(rows.gal_rows(world, stamp, _by_minute(world).get(stamp, []))):
            named = row["title"] if row["url"].startswith("http://") or number % 5 else ""
            items.append(
                f"<item><title>{escape(named)}</title><link>{escape(row['url'])}</link>"
                f"<description>{escape(row.get('desc', ''))}</description>"
                f"<pubDate>{format_datetime(stamp, usegmt=True)}</pubDate></item>\n"
            )
    built = format_datetime(stamps[0] if stamps else newest, usegmt=True)
    return Response(
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>GDELT Article List</title><lastBuildDate>{built}</lastBuildDate>\n"
        f"{''.join(items)}</channel></rss>\n",
        media_type="application/rss+xml",
    )


# --- GKG ------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _by_quarter(world: World) -> dict[tuple[datetime, bool], list[Story]]:
    found: dict[tuple[datetime, bool], list[Story]] = {}
    for story in world.stories:
        if _in(world, "gkg", story):
            key = (_quarter(story.seen), story.outlet.language != "en")
            found.setdefault(key, []).append(story)
    return found


def _gkg(stamp: datetime | None, translated: bool, kind: str, world: World) -> Response | None:
    if stamp is None or stamp != _quarter(stamp):
        return None
    if not _begins(world) <= stamp <= world.now - _QUARTER:
        return None
    if kind == "bomb":
        packed = zip_bomb(rows.member(stamp, translated))
    else:
        packed = _gkg_file(world, stamp, translated, kind)
    if kind == "truncated_zip":
        packed = packed[: len(packed) // 2]
    return Response(packed, media_type="application/zip")


def _gkg_file(world: World, stamp: datetime, translated: bool, kind: str = "") -> bytes:
    stories = _by_quarter(world).get((stamp, translated), [])
    return rows.zipped(
        rows.member(stamp, translated), rows.gkg_file(world, stamp, translated, stories, kind)
    )


def _entry(world: World, stamp: datetime, translated: bool) -> str:
    """The three lines of a quarter: events, mentions and graph, each `size md5 address`."""
    lines = []
    middle = ".translation" if translated else ""
    for kind in ("export.CSV", "mentions.CSV", "gkg.csv"):
        name = f"{stamp:{_FORM}}{middle}.{kind}.zip"
        if kind == "gkg.csv":
            body = _gkg_file(world, stamp, translated)
            size, check = len(body), md5(body, usedforsecurity=False).hexdigest()
        else:  # nobody asks for these here
            check = md5(name.encode(), usedforsecurity=False).hexdigest()
            size = 60_000 + int(check[:4], 16)
        lines.append(f"{size} {check} http://gdelt.localhost:{world.port}/gdeltv2/{name}\n")
    return "".join(lines)


def _master(world: World, translated: bool) -> str:
    """All quarters that are over, oldest first. The first time takes a second or two a month."""
    entries = _LISTED.setdefault(world, {})
    listed = []
    stamp = _begins(world)
    while stamp <= world.now - _QUARTER:
        key = (world.port, translated, stamp)
        if key not in entries:
            entries[key] = _entry(world, stamp, translated)
        listed.append(entries[key])
        stamp += _QUARTER
    return "".join(listed)


def _ranged(request: Request, good: Response) -> Response:
    """`Range: bytes=a-b`, `bytes=a-` and `bytes=-n`; anything else gets the whole."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    if not found or not (found[1] or found[2]):
        return good
    body = bytes(good.body)
    start = int(found[1]) if found[1] else max(0, len(body) - int(found[2]))
    stop = min(len(body), int(found[2]) + 1) if found[1] and found[2] else len(body)
    if start >= stop:
        return Response(status_code=416, headers={"content-range": f"bytes */{len(body)}"})
    headers = {"content-range": f"bytes {start}-{stop - 1}/{len(body)}"}
    return Response(body[start:stop], 206, headers, media_type=good.media_type)
