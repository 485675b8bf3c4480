"""Sitemaps: the parts of a window are found in an index, and what was not read is never silence."""

import gzip
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from framewatch.facts import load_topic
from framewatch.story import Answer, Outcome, Page, Rejected, Source, SourceStatus, Window
from scrapers.sitemap import MAX_CHILDREN, discover
from scrapers.sitemap_parts import chosen_parts, parts_of, period_of
from scrapers.web import PAGE, Expect

TOPIC = load_topic(Path(__file__).parent.parent / "topics" / "deepseek.toml")
NOW = datetime(2025, 2, 6, 12, tzinfo=UTC)
DAY = Window(datetime(2025, 2, 4, tzinfo=UTC), datetime(2025, 2, 5, tzinfo=UTC))
HOST = "https://herald.example"
SOURCE = Source(name="herald-map", kind="sitemap", url=f"{HOST}/sitemap.xml")
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


class Site:
    """A web of a few addresses that remembers what it was asked."""

    def __init__(self, pages: dict[str, bytes | Rejected], read_at: datetime = NOW) -> None:
        self.pages, self.read_at = pages, read_at
        self.asked: list[str] = []

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        path = url.removeprefix(HOST)
        self.asked.append(path)
        found = self.pages.get(path, Rejected(url=url, outcome=Outcome.GONE, detail="status 404"))
        if isinstance(found, Rejected):
            return found
        return Page(
            url=url, final_url=url, status=200, headers={}, body=found, fetched_at=self.read_at
        )


def index(*entries: tuple[str, str]) -> bytes:
    parts = "".join(
        f"<sitemap><loc>{HOST}{path.replace('&', '&amp;')}</loc>"
        + (f"<lastmod>{changed}</lastmod>" if changed else "")
        + "</sitemap>"
        for path, changed in entries
    )
    return f"<sitemapindex {SPACE}>{parts}</sitemapindex>".encode()


def urls(*entries: tuple[str, str]) -> bytes:
    parts = "".join(
        f"<url><loc>{HOST}/{slug}</loc>"
        + (f"<lastmod>{changed}</lastmod>" if changed else "")
        + "</url>"
        for slug, changed in entries
    )
    return f"<urlset {SPACE}>{parts}</urlset>".encode()


def news(*entries: tuple[str, datetime]) -> bytes:
    parts = "".join(
        f"<url><loc>{HOST}/{slug}</loc><news:news><news:publication><news:name>Herald</news:name>"
        "<news:language>en</news:language></news:publication><news:publication_date>"
        f"{at.isoformat()}</news:publication_date><news:title>{slug}</news:title></news:news></url>"
        for slug, at in entries
    )
    space = f'{SPACE} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return f"<urlset {space}>{parts}</urlset>".encode()


def ask(site: Site, window: Window = DAY, source: Source = SOURCE) -> Answer:
    return discover(source, TOPIC, window, site)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("/sitemap-2025-02-04.xml", (date(2025, 2, 4), date(2025, 2, 4))),
        ("/sitemaps/2025/02/04.xml.gz", (date(2025, 2, 4), date(2025, 2, 4))),
        ("/sitemap_20250204_1.xml", (date(2025, 2, 4), date(2025, 2, 4))),
        ("/sitemap.xml?yyyy=2025&mm=02&dd=04", (date(2025, 2, 4), date(2025, 2, 4))),
        ("/sitemap/2025/february", (date(2025, 2, 1), date(2025, 2, 28))),
        ("/sitemap-2025-02.xml", (date(2025, 2, 1), date(2025, 2, 28))),
        ("/sitemap-202412.xml", (date(2024, 12, 1), date(2024, 12, 31))),
        ("/archive.xml?year=2025&month=2", (date(2025, 2, 1), date(2025, 2, 28))),
        ("/sitemap-2025.xml", (date(2025, 1, 1), date(2025, 12, 31))),
        ("/sitemap/2025/1.xml", (date(2025, 1, 1), date(2025, 12, 31))),
        ("/post-sitemap12.xml", None),
        ("/post-sitemap2025.xml", None),
        ("/wp-sitemap-posts-post-2025.xml", None),
        ("/sitemap-2025-13-40.xml", (date(2025, 1, 1), date(2025, 12, 31))),
        ("/sitemap-120250204.xml", None),
    ],
)
def test_a_name_tells_the_days_of_a_part(name: str, period: tuple[date, date] | None) -> None:
    """Days, months and years as sites write them; the number of a page is no year."""
    assert period_of(HOST + name) == period


def test_only_the_parts_that_can_hold_the_window_are_read() -> None:
    """The publisher's day may begin before or end after ours, so the days beside it are read."""
    days = [f"/sitemap-2025-02-{day:02}.xml" for day in range(1, 9)]
    pages: dict[str, bytes | Rejected] = {day: urls() for day in days}
    pages["/sitemap-2025-02-04.xml"] = urls(("deepseek-a", "2025-02-04T06:00:00+11:00"))
    pages["/sitemap-2025-02-05.xml"] = urls(("deepseek-b", "2025-02-05T09:00:00+11:00"))
    site = Site(pages | {"/sitemap.xml": index(*((day, "") for day in days))})
    answer = ask(site)
    assert site.asked == ["/sitemap.xml", *days[2:5]]
    assert [link.url for link in answer.links] == [f"{HOST}/deepseek-b"]
    assert (answer.status, answer.requests) == (SourceStatus.OK, 4)
    assert (answer.oldest, answer.body_sha256) == (None, "")  # a dated part is no sliding list


def test_parts_with_numbers_are_chosen_by_their_last_change() -> None:
    """The first to be closed after the window comes first; tags and authors hold no articles."""
    parts = parts_of(
        index(
            ("/post-sitemap1.xml", "2025-01-10T00:00:00+00:00"),
            ("/post-sitemap3.xml", "2025-02-06T00:00:00+00:00"),
            ("/post-sitemap2.xml", "2025-02-05T00:00:00+00:00"),
            ("/category-sitemap.xml", "2025-02-06T00:00:00+00:00"),
            ("/wp-sitemap-users-1.xml", ""),
        ).decode()
    )
    chosen, left_out = chosen_parts(parts, DAY)
    assert [part.url.rpartition("/")[2] for part in chosen] == [
        "post-sitemap2.xml",
        "post-sitemap3.xml",
    ]
    assert left_out


def test_an_index_that_last_changed_before_the_window_is_no_news_once_its_last_part_is_read() -> (
    None
):
    """The last changes alone do not prove it."""
    first = index(("/post-sitemap1.xml", "2025-01-10"), ("/post-sitemap2.xml", "2025-01-31"))
    site = Site({"/sitemap.xml": first, "/post-sitemap2.xml": urls(("rain", "2025-01-31"))})
    assert ask(site).status is SourceStatus.EMPTY
    assert site.asked == ["/sitemap.xml", "/post-sitemap2.xml"]


def test_an_index_without_a_part_for_the_window_says_nothing_about_it() -> None:
    """A missing month is not a month without news; a month that is there, but silent, is."""
    site = Site({"/sitemap.xml": index(("/sitemap-2024-11.xml", ""))})
    assert ask(site).status is SourceStatus.OUT_OF_REACH
    february = urls(("rain", "2025-02-20"))
    site = Site({"/sitemap.xml": index(("/m-2025-02.xml", "")), "/m-2025-02.xml": february})
    assert ask(site).status is SourceStatus.EMPTY


def test_more_parts_than_are_read_is_a_fact_of_the_answer() -> None:
    """The links found so far are kept, and the day is not taken for covered."""
    parts = [(f"/post-sitemap{n}.xml", "") for n in range(MAX_CHILDREN + 5)]
    pages: dict[str, bytes | Rejected] = {
        path: urls((f"deepseek-{path[13:-4]}", "2025-02-04T10:00:00Z")) for path, _ in parts
    }
    answer = ask(Site(pages | {"/sitemap.xml": index(*parts)}))
    assert answer.status is SourceStatus.UNAVAILABLE
    assert (len(answer.links), answer.caps) == (MAX_CHILDREN, 1)
    assert "more than 50 sub-sitemaps" in answer.detail


def test_a_loop_of_indexes_ends() -> None:
    """Each address is asked for once, however the indexes name each other."""
    site = Site(
        {
            "/sitemap.xml": index(("/a.xml", ""), ("/sitemap.xml", "")),
            "/a.xml": index(("/sitemap.xml", ""), ("/a.xml", ""), ("/b.xml", "")),
            "/b.xml": urls(("deepseek", "2025-02-04T10:00:00Z")),
        }
    )
    assert ask(site).status is SourceStatus.OK
    assert site.asked == ["/sitemap.xml", "/a.xml", "/b.xml"]


def test_indexes_without_end_are_left_and_said() -> None:
    """Twelve levels down nobody keeps articles."""
    pages: dict[str, bytes | Rejected] = {
        f"/{n}.xml": index((f"/{n + 1}.xml", "")) for n in range(40)
    }
    site = Site(pages | {"/sitemap.xml": index(("/0.xml", ""))})
    answer = ask(site)
    assert (answer.status, len(site.asked)) == (SourceStatus.UNAVAILABLE, 12)
    assert "levels deep" in answer.detail


@pytest.mark.parametrize(
    ("outcome", "retry_after", "status", "asked"),
    [
        (Outcome.UNAVAILABLE, 60.0, SourceStatus.UNAVAILABLE, 3),
        (Outcome.DISALLOWED, None, SourceStatus.REFUSED, 4),
    ],
    ids=["down for now: not asked on", "forbidden: the others are read"],
)
def test_a_part_that_cannot_be_had_leaves_the_links_of_the_others(
    outcome: Outcome, retry_after: float | None, status: SourceStatus, asked: int
) -> None:
    """Half an index is not an answer, but what it gave is kept."""
    site = Site(
        {
            "/sitemap.xml": index(("/a.xml", ""), ("/b.xml", ""), ("/c.xml", "")),
            "/a.xml": urls(("deepseek-a", "2025-02-04T10:00:00Z")),
            "/b.xml": Rejected(url="", outcome=outcome, detail="no", retry_after=retry_after),
            "/c.xml": urls(("deepseek-c", "2025-02-04T10:00:00Z")),
        }
    )
    answer = ask(site)
    assert (answer.status, len(site.asked)) == (status, asked)
    assert answer.links[0].url == f"{HOST}/deepseek-a"


def test_a_bare_site_address_stands_for_what_its_robots_txt_names() -> None:
    """Else for the usual names; a site that has none is not a site without news."""
    source = Source(name="herald-map", kind="sitemap", url=HOST)
    robots = f"User-agent: *\nDisallow: /x\nSitemap: {HOST}/n.xml\nSitemap: {HOST}/m-2024-01.xml\n"
    listed = news(("deepseek-a", DAY.start + timedelta(hours=5)))
    site = Site({"/robots.txt": robots.encode(), "/n.xml": listed})
    assert ask(site, source=source).status is SourceStatus.OK
    assert site.asked == ["/robots.txt", "/n.xml"]
    usual = Site({"/wp-sitemap.xml": urls(("deepseek", "2025-02-04T10:00:00Z"))})
    assert ask(usual, source=source).status is SourceStatus.OK
    assert ask(Site({}), source=source).status is SourceStatus.UNAVAILABLE
    down = Rejected(url="", outcome=Outcome.UNAVAILABLE, detail="503", retry_after=60.0)
    assert ask(Site({"/robots.txt": down}), source=source).status is SourceStatus.UNAVAILABLE


def test_a_news_sitemap_reaches_two_days_back() -> None:
    """A silent window within them is no news; before them, and in a list cut shorter, unknown."""
    days = (1, 5, 30, 47)
    listed = news(*((f"rain-{h}", NOW - timedelta(hours=h)) for h in days))
    late = Window(NOW - timedelta(hours=20), NOW - timedelta(hours=10))
    early = Window(NOW - timedelta(hours=60), NOW - timedelta(hours=50))
    assert ask(Site({"/sitemap.xml": listed}), late).status is SourceStatus.EMPTY
    assert ask(Site({"/sitemap.xml": listed}), early).status is SourceStatus.OUT_OF_REACH
    cut = news(("rain-1", NOW - timedelta(hours=1)))
    assert ask(Site({"/sitemap.xml": cut}), late).status is SourceStatus.OUT_OF_REACH


def test_a_stray_old_item_does_not_stretch_a_news_sitemap() -> None:
    """A list that mostly keeps to two days is one of two days; one that does not is believed."""
    early = Window(NOW - timedelta(days=9), NOW - timedelta(days=8))
    items = [(f"rain-{h}", NOW - timedelta(hours=h)) for h in range(1, 21)]
    stray = [("old", NOW - timedelta(days=30))]
    answer = ask(Site({"/sitemap.xml": news(*items, *stray)}), early)
    assert answer.status is SourceStatus.OUT_OF_REACH
    assert answer.oldest == NOW - timedelta(days=2)
    many = [(f"old-{d}", NOW - timedelta(days=d)) for d in (4, 5, 6, 7, 10, 30)]
    answer = ask(Site({"/sitemap.xml": news(*items, *many)}), early)
    assert (answer.status, answer.oldest) == (SourceStatus.EMPTY, NOW - timedelta(days=30))


def test_a_last_change_is_never_handed_on_as_a_date_of_publication() -> None:
    """It chooses the link; the day in an address comes before it."""
    listed = urls(
        ("deepseek-a", "2025-02-04T10:00:00Z"),
        ("2025/02/04/deepseek-b", "2025-02-06T10:00:00Z"),
        ("2024/12/30/deepseek-c", "2025-02-04T10:00:00Z"),
    )
    answer = ask(Site({"/sitemap.xml": gzip.compress(listed)}))
    assert [link.url for link in answer.links] == [
        f"{HOST}/deepseek-a",
        f"{HOST}/2025/02/04/deepseek-b",
    ]
    assert {link.published_at for link in answer.links} == {None}


@pytest.mark.parametrize(
    "body",
    [urls(("deepseek", "")), urls(), index()],
    ids=["no date", "no page", "no part"],
)
def test_a_list_without_dates_says_nothing_about_a_day(body: bytes) -> None:
    """Not even that there was nothing: one that lost its dates or pages just now is broken."""
    assert ask(Site({"/sitemap.xml": body})).status is SourceStatus.UNAVAILABLE
    old = Window(DAY.start - timedelta(days=30), DAY.end - timedelta(days=30))
    assert ask(Site({"/sitemap.xml": body}), old).status is SourceStatus.OUT_OF_REACH
    to_come = Window(NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    assert ask(Site({"/sitemap.xml": body}), to_come).status is SourceStatus.OUT_OF_REACH


def test_the_parts_of_a_sliding_list_have_one_hash() -> None:
    """So that an unchanged list is known as one, and a change of any part as a change."""
    two = index(("/n1.xml", ""), ("/n2.xml", ""))
    now = news(("rain", NOW - timedelta(hours=1)))
    pages: dict[str, bytes | Rejected] = {"/sitemap.xml": two, "/n1.xml": now, "/n2.xml": now}
    today = Window(NOW - timedelta(hours=2), NOW)
    first = ask(Site(pages), today)
    assert first.body_sha256 == ask(Site(pages), today).body_sha256 != ""
    changed = pages | {"/n2.xml": news(("hail", NOW - timedelta(hours=1)))}
    assert ask(Site(changed), today).body_sha256 != first.body_sha256


@pytest.mark.parametrize(
    "text",
    ["", "not xml", "<urlset/>", "<sitemapindex><sitemap><lastmod>x</lastmod></sitemap>", "<a"],
)
def test_what_is_no_index_has_no_parts(text: str) -> None:
    """Broken mark-up raises nothing."""
    assert parts_of(text) == []
