"""Random and mutated pages for the extractor, as strangers might serve them.

Quick by default. FRAMEWATCH_FUZZ_SECONDS=600 spends that long in all, with fresh examples; with
`-s` it prints how many.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from framewatch.settings import ROOT
from framewatch.story import Article, Link, Rejected
from scrapers.decode import decode
from scrapers.extract import extract
from tests.test_extract import BODY, BOOK, HERALD, json_ld, markup, page
from tests.test_kinds import figure, live_blog, locked, next_data

SECONDS = float(os.environ.get("FRAMEWATCH_FUZZ_SECONDS", "0"))
QUICK = 25  # examples of each target in the default run
SLOWEST = 20.0  # seconds of a thread for one input; what is unbounded takes hours
MOST_MEMORY = 1_500  # MiB of a process that reads all hostile pages

PAGES = [
    markup(head=json_ld(headline="Toll", datePublished="2025-02-04T05:30:00+11:00", author="A B")),
    live_blog([2, 1, 0], declared=True),
    live_blog([2, 1, 0], declared=False),
    markup([BODY[0], *(figure(n) for n in range(8)), BODY[1]], locked()),
    next_data(BODY),
    markup(["This article first appeared in Crikey on February 4 2025.", *BODY]),
    markup(['<p class="byline">By Ada Brook | Updated 4 February 2025, 10:00</p>', *BODY]),
    markup(
        ["港口大桥收费审查将持续十一个月，交通办公室周二表示。林慕德说：“我们想知道谁付钱。”"] * 3
    ),
]
PIECES = [
    "<div>", "</div>", "<p>", "</p>", "<p", "<", ">", "</", "<!--", "-->", "<![CDATA[", "]]>",
    "<script>", "</script>", "<script type='application/ld+json'>", "<style>", "<table><tr><td>",
    "</table>", "<h1>", "</h1>", "<h2>", "<title>", "<nav>", "<time datetime='", "<blockquote>",
    "<q>", "<figure>", "<figcaption>", "<article>", "<main>", "<svg>", "<template>", "<math>",
    "<select>", "<base href='//'>", "<plaintext>", "<frameset>", "<noscript>", "<html>", "<body>",
    "<meta name='date' content='", "<meta charset='utf-16'>", "<link rel=canonical href='http://[",
    "&", "&amp;", "&#0;", "&#x110000;", "&#xd800;", "&nbsp", "&lt;p&gt;", "\x00", "\ufeff",
    "\u202e", "\ud800", "😀", "“", "„", "«", '"', "'", "’", "「", "：", "《", "\n", "\t", " ", "\r",
    "{", "}", "[", "]", '{"@type":"NewsArticle","headline":', '"articleBody":"', "null", "1e999",
    '"hasPart":{"isAccessibleForFree":false,"cssSelector":"*"}', '"liveBlogUpdate":[', "\\", "\\u",
    "hidden ", "style='display:none' ", "class='pull-quote newsletter caption live-blog-post' ",
    "itemprop='liveBlogUpdate' ", "data-", "4 February 2025", "2025-02-04", "1970-01-01",
    "99999-99-99T99:99", "31/12/9999", "2025年2月4日", "first published in ",
    "originally appeared in The ", "Subscribe to continue reading", "said ", "By ", "cookies ",
    "According to Ada Brook, ",
    "a", "word ", "longword" * 40, "0",
]  # fmt: skip
URLS = st.sampled_from(
    [HERALD, "https://herald.example/", "https://herald.example/city/gallery/x?amp=1",
     "http://[::1]/a", "https://xn--herald.example/2025/13/45/x", "https://herald.example/%00/%ff"]
)  # fmt: skip

Target = Callable[[st.DataObject], None]


def piece(data: st.DataObject) -> str:
    part = st.sampled_from(PIECES) | st.text(max_size=6)
    times = data.draw(st.sampled_from([1, 1, 1, 1, 3, 40, 3_000]))
    return data.draw(part) * times


def mutated(data: st.DataObject) -> str:
    """A page with pieces put in, taken out, doubled and turned round."""
    html = data.draw(st.sampled_from(PAGES))
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(html)))
        end = min(len(html), start + data.draw(st.sampled_from([0, 0, 1, 5, 40, 300])))
        kind = data.draw(st.sampled_from(["insert", "insert", "cut", "double", "reverse"]))
        part = html[start:end]
        made = {"cut": "", "double": part * 3, "reverse": part[::-1]}
        middle = made[kind] if kind in made else piece(data) + part
        html = html[:start] + middle + html[end:]
    return html


def judged(html: str | bytes, url: str = HERALD) -> None:
    """An article that the store can keep, or a reason."""
    body = html.encode("utf-8", "surrogatepass") if isinstance(html, str) else html
    found = extract(page(body, url), Link(url=url, source="fuzz"), BOOK)
    assert isinstance(found, Article | Rejected)
    if isinstance(found, Rejected):
        assert found.detail
        return
    assert found.text.strip()
    coded = found.coded_text
    assert "\x00" not in coded
    coded.encode("utf-8")  # no lone surrogate
    assert all(0 <= q.start < q.end <= len(coded) for q in found.quotations)
    assert all(claim.moment.tzinfo is not None for claim in found.date_claims)
    published = [claim for claim in found.date_claims if not claim.modified]
    assert found.published_at == (published[0].moment if published else None)
    if found.published_at is not None:
        found.published_at.astimezone(UTC)
    assert isinstance(found.date_conflict, bool)


# --- the targets ----------------------------------------------------------------------------------


def a_mutated_page(data: st.DataObject) -> None:
    """Pages that look real, broken in a few places."""
    judged(mutated(data), data.draw(URLS))


def a_page_of_pieces(data: st.DataObject) -> None:
    """Nothing but tags, entities, dates and quotation marks in any order."""
    judged("<html>" + "".join(piece(data) for _ in range(data.draw(st.integers(0, 12)))))


def random_bytes(data: st.DataObject) -> None:
    """Any bytes under any declared encoding."""
    body = data.draw(st.binary(max_size=2_000))
    body = b"<html>" + body if data.draw(st.booleans()) else body
    names = ["utf-8", "utf-16", "utf-7", "iso-8859-1", "gb18030", "shift_jis", "no-such", "\x00"]
    kind = f"text/html; charset={data.draw(st.sampled_from(names))}"
    assert isinstance(decode(body, {"content-type": kind}), str)
    judged(body)


def nested_tags(data: st.DataObject) -> None:
    """Deep, deeper, and never closed."""
    names = st.sampled_from("div p b i span ul li table td blockquote q article h1 a form".split())
    opened = "".join(
        f"<{data.draw(names)} {data.draw(st.sampled_from(['', 'hidden', 'class=newsletter']))}>"
        for _ in range(data.draw(st.integers(1, 6)))
    )
    judged("<html><body>" + opened * data.draw(st.sampled_from([1, 50, 2_000])) + BODY[0])


def huge_attributes(data: st.DataObject) -> None:
    """Attributes of a hundred thousand characters, and a thousand of them."""
    name = data.draw(st.sampled_from("class style id content datetime href title data-x".split()))
    value = piece(data).replace("'", "")[:40] * data.draw(st.sampled_from([1, 100, 3_000]))
    tag = data.draw(st.sampled_from(["p", "div", "meta", "time", "blockquote", "h1", "script"]))
    judged(markup([f"<{tag} {name}='{value}'>{BODY[0]}</{tag}>", *BODY]))
    many = " ".join(f"{name}{n}='{value[:30]}'" for n in range(1_000))
    judged(markup([f"<{tag} {many}>{BODY[0]}</{tag}>", *BODY]))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=30) | st.sampled_from(BODY),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                "@type @id @graph headline author name datePublished dateModified articleBody "
                "hasPart cssSelector isAccessibleForFree liveBlogUpdate wordCount publisher "
                "mainEntityOfPage props title body text".split()
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


def json_of_any_shape(data: st.DataObject) -> None:
    """JSON-LD and page data whose values have any type."""
    node = {"@type": data.draw(st.sampled_from(["NewsArticle", "LiveBlogPosting", ["Article"]]))}
    fields = data.draw(JSON)
    node |= fields if isinstance(fields, dict) else {"author": fields}
    script = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    script += f'<script type="application/json">{json.dumps(data.draw(JSON))}</script>'
    judged(markup(head=script))
    judged(f"<html><head><title>Toll</title>{script}</head><body><div id=root></div></body></html>")


TARGETS: list[Target] = [
    a_mutated_page, a_page_of_pieces, random_bytes, nested_tags, huge_attributes,
    json_of_any_shape,
]  # fmt: skip


def examples(target: Target, number: int, start: int | None) -> int:
    """Run so many examples; returns how many ran."""
    ran = 0

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=start is None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def one(data: st.DataObject) -> None:
        nonlocal ran
        ran += 1
        began = time.thread_time()
        target(data)
        took = time.thread_time() - began
        assert took < SLOWEST, f"{took:.1f} seconds"

    (one if start is None else seed(start)(one))()
    return ran


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
# Warnings about odd markup are the libraries' right; nobody has them raised in production.
@pytest.mark.filterwarnings("ignore")
def test_any_page_ends_as_an_article_or_a_reason(target: Target) -> None:
    """Whatever a page is made of, it takes a bounded time and gives a value the store can keep."""
    judged(PAGES[0])  # models and tables are loaded before the clock runs
    if not SECONDS:
        assert examples(target, QUICK, None) >= QUICK // 2
        return
    end, ran, start = time.monotonic() + SECONDS / len(TARGETS), 0, int(time.time())
    while time.monotonic() < end:
        ran += examples(target, 200, start)
        start += 1
    print(f"\n{target.__name__}: {ran} examples")


@pytest.mark.slow
def test_hostile_pages_take_bounded_memory():
    """A process that reads every one of them stays below 1.5 GiB."""
    code = (
        "from pathlib import Path\n"
        "from tests.test_extract import HOSTILE, extract_fields, HERALD\n"
        "for html in HOSTILE.values(): extract_fields(html[:5_000_000], HERALD)\n"
        # Not getrusage: its peak counts that of the process that started this one.
        "told = Path('/proc/self/status').read_text().split('VmHWM:')[1]\n"
        "print(int(told.split()[0]) // 1024)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2_000:]
    assert int(done.stdout) < MOST_MEMORY, f"{done.stdout} MiB"
