"""What reaches a trusted newsroom (`tests.trusted_store`) after `NOW`, as the stages enter it."""

import hashlib
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from db import coded
from db.coded import CodedUnit
from db.ledger import Entry, record_answer
from db.publish import publish
from db.session import Store
from db.tables import (
    AnswerRow,
    ArticleRow,
    ArticleVersionRow,
    FrameScoreRow,
    LinkRow,
    PageRow,
    ReadingRow,
    RepublicationRow,
    SightingRow,
    TargetScoreRow,
)
from db.upsert import table_of
from framewatch.story import Answer, SourceStatus, Window
from tests.newsroom_store import DESKS, FRAMES, NOW, TOPIC, Draft, put
from tests.trusted_store import DRAWN, FRAME

LATER = datetime(2025, 3, 14, 3, 0, tzinfo=UTC)
_articles = table_of(ArticleRow)


def come_later(store: Store) -> None:
    """Articles, texts, readings, codes, answers, links and republications; then published."""
    with store.begin() as connection:
        held = [
            row.id for row in connection.execute(select(_articles.c.id).order_by(_articles.c.id))
        ]
        late = _articles_arrive(connection)
        for number in held[5:60:5]:
            _edit(connection, number)
        for number in held[1:121:5]:
            _read_again(connection, number)
        _code(connection, held[:150])
        _answer(connection)
        _name_links(connection)
        _trace(connection, copy=held[8], original=late[0])
        _trace(connection, copy=late[1], original=held[9])
        publish(connection, TOPIC, LATER)


def _articles_arrive(connection: Connection) -> list[int]:
    """Of days of which others were held."""
    drafts = [
        Draft(
            desk=DESKS[i % 3],
            day=date(2025, 1, 7) + timedelta(days=3 * (i % 20)),
            title=f"Late {i}",
            frames=tuple(FRAMES)[i % 3 :],
            tone=0.9,
            extra={"stored_at": LATER},
        )
        for i in range(40)
    ]
    made = [put(connection, draft, 5000 + i) for i, draft in enumerate(drafts)]
    pages = select(_articles.c.page_id).where(_articles.c.id.in_(made))
    page, link, reading = map(table_of, (PageRow, LinkRow, ReadingRow))
    connection.execute(update(page).where(page.c.id.in_(pages)).values(fetched_at=LATER))
    connection.execute(update(link).where(link.c.article_id.in_(made)).values(found_at=LATER))
    mine = reading.c.article_id.in_(made)
    connection.execute(update(reading).where(mine).values(read_at=LATER))
    return made


def _edit(connection: Connection, number: int) -> None:
    """Its publisher changes the text; it is read again."""
    row = connection.execute(select(_articles).where(_articles.c.id == number)).one()
    page = table_of(PageRow)
    seen = connection.execute(select(page).where(page.c.id == row.page_id)).one()
    version = {"article_id": number, "seen_at": seen.fetched_at}
    version |= {name: row._mapping[name] for name in ("text_sha256", "page_id", "title", "text")}
    connection.execute(insert(ArticleVersionRow), version)
    copied = {k: v for k, v in seen._mapping.items() if k != "id"}
    copied |= {"sha256": f"edited {number}", "fetched_at": LATER}
    fresh = connection.execute(insert(page).values(copied).returning(page.c.id)).scalar_one()
    text = f"{row.text} It was corrected later."
    values = {"page_id": fresh, "text": text, "text_sha256": _sha(f"{row.title}\n\n{text}")}
    connection.execute(update(_articles).where(_articles.c.id == number).values(values))
    _read_again(connection, number)


def _read_again(connection: Connection, number: int) -> None:
    """By another reader, who sees all that the first did not."""
    text = connection.scalar(select(_articles.c.text_sha256).where(_articles.c.id == number))
    who = {"model": "newer", "revision": "r2", "weights_sha256": "w", "codebook_sha256": "c2"}
    reading = {"article_id": number, "text_sha256": text, "unread": "", "read_at": LATER} | who
    made = insert(table_of(ReadingRow)).values(reading).returning(ReadingRow.id)
    reader = connection.execute(made).scalar_one()
    for frame in FRAMES:
        score = {"reading_id": reader, "frame": frame, "probability": 0.9, "threshold": 0.4}
        connection.execute(insert(FrameScoreRow), score | {"present": number % 3 == 0})
    tone = {"reading_id": reader, "target": "deepseek", "mentions": 1}
    scores = {"negative": 0.9, "neutral": 0.1, "positive": 0.0}
    connection.execute(insert(TargetScoreRow), tone | scores)


def _code(connection: Connection, numbers: list[int]) -> None:
    """A second coder, who always disagrees, and a third for who was not coded yet."""
    rows = connection.execute(select(_articles).where(_articles.c.id.in_(numbers))).all()
    units = [
        CodedUnit(
            article_id=row.id,
            text_sha256=row.text_sha256,
            frame=FRAME,
            coder=coder,
            present="Investors counted" not in row.text,
            sample=DRAWN,
            coded_at=LATER,
        )
        for row in rows
        for coder in ("ben", "cai")
    ]
    coded.save_units(connection, TOPIC, units)


def _answer(connection: Connection) -> None:
    """Every window is asked about again: what had failed is answered, a source breaks down."""
    for row in connection.execute(select(table_of(AnswerRow))).all():
        window = Window(row.window_start, row.window_end)
        answer = Answer(source=row.source, window=window, status=SourceStatus.OK, listed=row.listed)
        record_answer(connection, TOPIC, Entry(answer=answer, question="again"), LATER)
    for day in range(0, 60, 7):
        start = datetime(2025, 1, 6, 13, tzinfo=UTC) + timedelta(days=day)
        answer = Answer(
            source="crest-feed",
            window=Window(start, start + timedelta(days=5)),
            status=SourceStatus.UNAVAILABLE,
        )
        record_answer(connection, TOPIC, Entry(answer=answer, question="new"), LATER)


def _name_links(connection: Connection) -> None:
    """The feed turns out to have named more on some days: they weigh more in what is expected."""
    link = table_of(LinkRow)
    values = {"topic": TOPIC, "source": "harbour-feed", "title": "", "found_at": LATER}
    values |= {"window_start": NOW, "window_end": LATER, "outcome": "off_topic", "detail": ""}
    values |= {"attempts": 1, "outlet": "harbour"}
    for i in range(60):
        day = date(2025, 1, 6) + timedelta(days=i)
        row = values | {"url": f"https://harbour.example/late/{i}", "day": day}
        made = connection.execute(insert(link).values(row).returning(link.c.id)).scalar_one()
        sighting = {"link_id": made, "source": "harbour-feed", "address": "", "title": ""}
        connection.execute(insert(SightingRow), sighting | {"found_at": LATER})


def _trace(connection: Connection, copy: int, original: int) -> None:
    """A near-copy of an article that only one of the two times knew."""
    first = connection.execute(select(_articles).where(_articles.c.id == original)).one()
    entry = {"article_id": copy, "original_id": original, "original_outlet": first.host}
    entry |= {"original_country": first.country, "original_day": None, "original_url": ""}
    more = {"proof": "near_copy", "evidence": "", "similarity": 0.9, "same_owner": None}
    connection.execute(insert(RepublicationRow), entry | more)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
