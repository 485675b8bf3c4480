"""The stage that says which articles are one text, and who had it first."""

import logging
from datetime import datetime
from typing import Any

from db import identity as groups
from db.publish import bump
from framewatch.desk import Desk
from scrapers.identify import bands, near_copies, signature
from scrapers.origins import Held, trace

log = logging.getLogger(__name__)

ARTICLES_AT_ONCE = 16  # signed and joined together: a kill loses at most this much work


def identify(desk: Desk, topic: str, now: datetime) -> dict[str, int]:
    """Put every article among its near-copies, then bring the ledger of republications up to date.

    Counts the articles `identified`, those of them that `joined` others, and entries of the ledger
    `traced` anew or otherwise than before.
    """
    with desk.store.begin() as connection:
        pending = groups.articles_to_identify(connection, topic)
    joined = 0
    with desk.progress("identify", len(pending)) as tick:
        for first in range(0, len(pending), ARTICLES_AT_ONCE):
            batch = pending[first : first + ARTICLES_AT_ONCE]
            joined += _join(desk, topic, batch)
            tick(len(batch))
    with desk.store.begin() as connection:
        held = [_held(row) for row in groups.concerned(connection, topic)]
        found = {n: (origin.original, origin.entry) for n, origin in trace(held, desk.book).items()}
        ledger = groups.write_ledger(connection, topic, found)
        if pending or any(ledger.values()):
            bump(connection, topic, now)
    counts = {"identified": len(pending), "joined": joined, "traced": ledger["written"]}
    log.info("identify %s: %s", topic, counts)
    return counts


def _join(desk: Desk, topic: str, ids: list[int]) -> int:
    with desk.store.begin() as connection:
        articles = groups.texts(connection, ids)
    signatures = [signature(article.text, article.language) for article in articles]
    joined = 0
    with desk.store.begin() as connection:
        for article, signed in zip(articles, signatures, strict=True):
            made = groups.Signed(signed, bands(signed))
            joined += groups.join(connection, topic, article, made, near_copies)
    return joined


def _held(row: Any) -> Held:
    return Held(
        id=row.id,
        url=row.url,
        title=row.title,
        host=row.host,
        host_name=row.host_name,
        day=row.day,
        printed=groups.printed_day(row),
        published_at=row.published_at,
        day_only=row.published_day_only,
        cluster=row.cluster_id or row.id,
        signed=row.minhash or b"",
        note=row.republication_note,
        original_outlet=row.original_outlet,
        original_day=row.original_day,
        original_url=row.original_url,
    )
