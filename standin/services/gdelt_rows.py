"""The rows of GDELT's files: those of the world's stories, among others of no interest."""

import gzip
import io
import json
import zipfile
from datetime import datetime
from html import escape
from random import Random
from typing import Any

from standin.world import Story, World

_WORDS = (
    "harbour orchard bridge lantern kettle meadow signal quarry saddle violin glacier pepper "
    "anchor thimble beacon willow granite ferry copper almond"
).split()
_LANGUAGES = ("en", "en", "es", "de", "hi", "zh", "zh-Hant", "ar", "pt", "ru")
_THEMES = {
    "market": "ECON_STOCKMARKET;WB_336_NON_BANK_FINANCIAL_INSTITUTIONS",
    "security": "CYBER_ATTACK;SECURITY_SERVICES",
    "science": "TECH_AUTOMATION;SCIENCE",
    "rules": "LEGISLATION;WB_832_ANTI_CORRUPTION",
    "work": "UNIONS;EDUCATION",
    "race": "USPEC_POLICY1;TRADE_DISPUTE",
}
_LOCATIONS = {
    "AU": "1#Australia#AS#AS#-27#133#AS",
    "GB": "1#United Kingdom#UK#UK#54#-2#UK",
    "US": "1#United States#US#US#39.828175#-98.5795#US",
    "IN": "1#India#IN#IN#20#77#IN",
    "CN": "1#China#CH#CH#35#105#CH",
}


def _other(rng: Random) -> tuple[str, str, str]:
    """Domain, address and title of something that nobody here asks about."""
    one, two = rng.choice(_WORDS), rng.choice(_WORDS)
    domain = f"{rng.choice(_WORDS)}-post.example"
    number = rng.randrange(10_000, 99_999)
    title = f"The {one} of the {two}: {number % 90 + 9} years on"
    return domain, f"https://{domain}/{one}-{two}-{number}", title


# --- GAL ------------------------------------------------------------------------------------------


def gal_rows(world: World, stamp: datetime, stories: list[Story]) -> list[dict[str, Any]]:
    """The objects of one minute: five to nine others, and the stories among them."""
    rng = Random(int(stamp.timestamp()))
    found = []
    for _ in range(rng.randint(5, 9)):
        domain, url, title = _other(rng)
        row = _gal_row(stamp, url, domain, title, rng.choice(_LANGUAGES))
        if rng.random() < 0.9:  # about 91 % have a teaser, 71 % an outlet's real name
            row["desc"] = f"{title}. A short teaser about a {rng.choice(_WORDS)}."
        if rng.random() < 0.7:
            row["outletName"] = domain.partition(".")[0].title()
        found.append(row)
    for story in stories:
        found.insert(rng.randrange(len(found) + 1), _gal_story(world, stamp, story))
    return found


def _gal_story(world: World, stamp: datetime, story: Story) -> dict[str, Any]:
    # For about 30 % `date` is the publisher's, else the time seen.
    moment = story.published if story.number % 3 == 0 else stamp
    address = world.address(story, "gal")
    row = _gal_row(moment, address, story.outlet.host, story.title, story.outlet.language)
    if story.number % 4:
        row |= {"outletName": story.outlet.name, "author": ", ".join(story.authors)}
    if story.number % 7 or "deepseek" not in story.title.lower():
        row["desc"] = story.teaser
    return row


def _gal_row(moment: datetime, url: str, domain: str, title: str, language: str) -> dict[str, Any]:
    return {
        "date": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z",
        "url": url,
        "domain": domain,
        "title": title,
        "image": f"{url}image.jpg",
        "lang": language,
    }


def gal_lines(world: World, stamp: datetime, stories: list[Story], kind: str) -> list[str]:
    lines = [json.dumps(row, ensure_ascii=False) for row in gal_rows(world, stamp, stories)]
    if kind == "broken_line":
        lines.insert(1, '{"date":"2025-02-04T06:01:00.000Z","url":"https://cut.example/a","ti')
    if kind == "broken_escape":
        lines.insert(
            1, '{"date":"2025-02-04T06:01:00.000Z","url":"https://cut.example/\\\'","title":"\\x"}'
        )
    return lines


# --- GKG ------------------------------------------------------------------------------------------


def member(stamp: datetime, translated: bool) -> str:
    """The name of the one file in an archive."""
    return f"{stamp:%Y%m%d%H%M%S}{'.translation' if translated else ''}.gkg.csv"


def gkg_file(
    world: World, stamp: datetime, translated: bool, stories: list[Story], kind: str
) -> bytes:
    """Rows of 27 columns, five to nine others and the stories among them."""
    rng = Random(int(stamp.timestamp()) + translated)
    found = []
    for _ in range(rng.randint(5, 9)):
        domain, url, title = _other(rng)
        found.append(_gkg_row(rng, domain, url, title, country=rng.choice(tuple(_LOCATIONS))))
    for story in stories:
        found.insert(rng.randrange(len(found) + 1), _gkg_story(rng, world, story))
    mark = "T" if translated else ""
    for number, row in enumerate(found):
        row[0] = f"{stamp:%Y%m%d%H%M%S}-{mark}{number}"
        row[1] = f"{stamp:%Y%m%d%H%M%S}"
        if translated:
            row[25] = row[25] or "srclc:spa;eng:Moses 2.1.1 / MosesCore Europarl es-en"
    lines = ["\t".join(row).encode() + b"\n" for row in found]
    odd = stamp.minute == 45 and stamp.hour % 3 == 1  # as some real ones are
    if odd or kind == "broken_line":
        lines.insert(1, "\t".join(found[0][:12]).encode() + b"\n")
    if odd or kind in ("broken_escape", "wrong_md5"):
        extra = _gkg_row(rng, "cut.example", "https://cut.example/b", "A late row", country="US")
        end = b"\n" if kind == "wrong_md5" else b"\xff\xfe\n"
        lines.append("\t".join(extra).encode() + end)
    return b"".join(lines)


def _gkg_story(rng: Random, world: World, story: Story) -> list[str]:
    row = _gkg_row(
        rng,
        story.outlet.host,
        world.address(story, "gkg"),
        story.title,
        country=story.outlet.country,
        themes=_THEMES.get(story.theme, "GENERAL_GOVERNMENT"),
        named=story.on_topic,
    )
    extras = f"<PAGE_AUTHORS>{escape(';'.join(story.authors))}</PAGE_AUTHORS>"
    if story.number % 3:
        stamp = f"{story.published:%Y%m%d%H%M%S}"
        extras += f"<PAGE_PRECISEPUBTIMESTAMP>{stamp}</PAGE_PRECISEPUBTIMESTAMP>"
    row[26] += extras
    if story.outlet.language == "zh":
        row[25] = "srclc:zho;eng:GT-ZHO 1.0"
    return row


def _gkg_row(
    rng: Random,
    domain: str,
    url: str,
    title: str,
    *,
    country: str,
    themes: str = "GENERAL_GOVERNMENT;TAX_FNCACT",
    named: bool = False,
) -> list[str]:
    """The columns by their numbers from zero, as the reference gives them; most are empty."""
    row = [""] * 27
    place = rng.randrange(20, 900)
    row[2], row[3], row[4] = "1", domain, url
    row[7] = f"{themes};"
    row[8] = "".join(f"{theme},{place + n};" for n, theme in enumerate(themes.split(";")))
    row[9] = f"{_LOCATIONS[country]};"
    # Column 10 has one part more than column 9, and where in the text it stood.
    kind, name, code, first, *rest = _LOCATIONS[country].split("#")
    row[10] = "#".join((kind, name, code, first, "", *rest, str(place)))
    row[13] = "deepseek" if named else rng.choice(_WORDS)
    row[14] = f"{row[13].title()},{place}"
    row[15] = ",".join(f"{rng.uniform(-9, 9):.4g}" for _ in range(6)) + f",{rng.randrange(90, 900)}"
    row[17] = f"wc:{rng.randrange(90, 900)},c1.{rng.randrange(9)}:{rng.randrange(1, 9)}"
    row[18] = f"{url}image.jpg"
    row[23] = f"{row[14]};{rng.choice(_WORDS).title()},{place + 60}"
    # Other scripts stand as character references.
    words = escape(title).encode("ascii", "xmlcharrefreplace").decode()
    row[26] = f"<PAGE_TITLE>{words}</PAGE_TITLE>"
    return row


# --- packing --------------------------------------------------------------------------------------


def gzipped(text: str) -> bytes:
    return gzip.compress(text.encode(), compresslevel=1, mtime=0)


def zipped(name: str, body: bytes) -> bytes:
    """An archive of one file, the same for the same body."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED, 1)
    return packed.getvalue()
