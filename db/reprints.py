"""Who re-published whom, in numbers.

Nothing here writes; see `db.queries` for what the functions have in common.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select, true

from db.counting import entered
from db.queries import Filters, chosen, reading
from db.session import Store
from db.tables import ArticleRow, RepublicationRow
from db.upsert import table_of
from framewatch.story import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprints:
    """Articles that one host published after another outlet had."""

    original: str  # code of the outlet, or its name as printed
    original_name: str
    host: str
    host_name: str
    articles: int
    proofs: dict[Proof, int]  # the strongest proof of each article
    same_owner: bool | None
    first: date
    last: date


def reprints(engine: Store, filters: Filters, at: datetime | None = None) -> tuple[Reprints, ...]:
    """By original outlet and host, the most articles first; every page counts.

    The filters choose the pages that re-publish, so `count_by` has no say. at: as known then.
    """
    article, entry = table_of(ArticleRow), table_of(RepublicationRow)
    held = article.alias("held")
    stored = true() if at is None else article.c.stored_at <= at
    name = select(func.max(held.c.host_name)).where(
        held.c.topic == filters.topic, held.c.host == entry.c.original_outlet
    )
    proofs = {p: func.sum(case((entry.c.proof == p, 1), else_=0)).label(p.value) for p in Proof}
    owner = case((entry.c.same_owner, 1), else_=0)
    query = (
        select(
            entry.c.original_outlet,
            name.scalar_subquery().label("held_name"),
            func.max(article.c.original_outlet).label("printed"),
            article.c.host,
            func.max(article.c.host_name).label("host_name"),
            func.count().label("articles"),
            *proofs.values(),
            func.count(entry.c.same_owner).label("owners_known"),
            func.sum(owner).label("one_owner"),
            func.min(article.c.day).label("first"),
            func.max(article.c.day).label("last"),
        )
        .join(article, article.c.id == entry.c.article_id)
        .where(*chosen(article, filters), article.c.day.is_not(None), stored, entered(at))
        .group_by(entry.c.original_outlet, article.c.host)
        .order_by(func.count().desc(), entry.c.original_outlet, article.c.host)
    )
    with reading(engine) as connection:
        return tuple(
            Reprints(
                original=row.original_outlet,
                original_name=row.held_name or row.printed or row.original_outlet,
                host=row.host,
                host_name=row.host_name or row.host,
                articles=row.articles,
                proofs={p: int(row._mapping[p.value]) for p in Proof},
                same_owner=bool(row.one_owner) if row.owners_known else None,
                first=row.first,
                last=row.last,
            )
            for row in connection.execute(query)
        )
