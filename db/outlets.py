"""What outlets are called, and which are invented. Nothing here writes."""

from collections.abc import Iterable

from sqlalchemy import CompoundSelect, Connection, select, union

from db.tables import ArticleRow, RepublicationRow
from db.upsert import table_of

Host = tuple[str, bool]  # name, fictional


def outlets_named(connection: Connection, topic: str, codes: Iterable[str]) -> dict[str, Host]:
    """What the newest article of each outlet calls it; of one not held, what a copy calls it."""
    invented = set(connection.scalars(fictional_outlets(topic)))
    a, entry = table_of(ArticleRow).c, table_of(RepublicationRow).c
    found = {}
    for code in codes:
        held = select(a.host_name).where(a.topic == topic, a.host == code)
        name = connection.scalar(held.order_by(a.day.desc(), a.published_at.desc()).limit(1))
        if name is None:
            named = select(a.original_outlet).join(
                table_of(RepublicationRow), entry.article_id == a.id
            )
            named = named.where(entry.original_outlet == code, a.topic == topic)
            name = connection.scalar(named.limit(1))
        found[code] = (name or code, code in invented)
    return found


def fictional_outlets(topic: str) -> CompoundSelect[tuple[str]]:
    """The outlets whose articles are invented, and those first publishers that only they name."""
    a, entry = table_of(ArticleRow).c, table_of(RepublicationRow).c
    held = select(a.host).where(a.topic == topic, a.fictional)
    named = select(entry.original_outlet).join(table_of(ArticleRow), a.id == entry.article_id)
    return union(held, named.where(a.topic == topic, a.fictional))
