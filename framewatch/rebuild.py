"""The stage that counts everything anew."""

import logging
from datetime import datetime

import db.publish
from db.collection import rebuild_collection
from framewatch.desk import Desk

log = logging.getLogger(__name__)


def rebuild(desk: Desk, topic: str, now: datetime) -> dict[str, int]:
    """Count every day as if nothing had been published: the same rows, if all was well."""
    with desk.store.begin() as connection:
        counts = db.publish.rebuild(connection, topic, now)
    rebuild_collection(desk.store, topic, desk.topic(topic).zone, now)
    log.info("rebuild %s: %s", topic, counts)
    return counts
