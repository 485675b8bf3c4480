"""sums of parts by outlet, volumes of all genres together, and no rows of what the arrays of
`crossing_days` hold
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

CODE = sa.String(length=200)
PACKED: dict[str, Any] = {"names": sa.Text(), "sums": sa.LargeBinary()}
PLACE = ["host", "country", "language", "genre"]
VOLUME: dict[str, Any] = {"articles": sa.Integer(), "coded": sa.Integer()}
VOLUME |= {"first": sa.Date(), "last": sa.Date()}
EARLIER: dict[str, tuple[str, dict[str, Any]]] = {
    "frame_days": ("frame", {"n": sa.Integer(), "k": sa.Integer()}),
    "tone_days": (
        "target",
        {"n": sa.Integer(), "tone_sum": sa.Float(), "tone_squares": sa.Float()},
    ),
}


def create(name: str, keys: list[str], columns: dict[str, Any]) -> None:
    """A table. Keys are codes, unless they are days; short rows keep its order."""
    kinds: dict[str, Any] = {"day": sa.Date(), "start": sa.Date()}
    op.create_table(
        name,
        *(sa.Column(key, kinds.get(key, CODE), nullable=False) for key in keys),
        *(sa.Column(column, kind, nullable=False) for column, kind in columns.items()),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
        sqlite_with_rowid=columns is PACKED,
    )


def upgrade() -> None:
    for name in EARLIER:
        op.drop_table(name)
    op.drop_index(op.f("ix_outlet_parts_topic_start"), "outlet_parts")
    set_aside("outlet_parts", "parts_before")
    create("outlet_parts", ["topic", "count_by", "kind", "host", "start"], PACKED)
    repack()
    op.drop_table("parts_before")
    op.create_index(op.f("ix_outlet_parts_topic_start"), "outlet_parts", ["topic", "start"])
    set_aside("outlet_periods", "periods_before")
    create("outlet_periods", ["topic", "count_by", "step", "genre", "start", *PLACE[:3]], VOLUME)
    key = "topic, count_by, step, start, host, country, language"
    for genre, apart in (("genre", ", genre"), ("''", "")):
        op.execute(
            f"INSERT INTO outlet_periods ({key}, genre, articles, coded, first, last) "  # noqa: S608
            f"SELECT {key}, {genre}, sum(articles), sum(coded), min(first), max(last) "
            f"FROM periods_before GROUP BY {key}{apart}"
        )
    op.drop_table("periods_before")


def set_aside(name: str, as_name: str) -> None:
    op.rename_table(name, as_name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX pk_{name} RENAME TO pk_{as_name}")


def repack() -> None:
    """The same sums by outlet, so that no page waits for the next `publish`."""
    connection = op.get_bind()
    columns = ("topic", "count_by", "kind", "genre", "series", "start", "names", "sums")
    before = sa.table("parts_before", *(sa.column(name) for name in columns)).c
    before.start.type = sa.Date()
    after = sa.table("outlet_parts", *(sa.column(name) for name in ALTERED))
    after.c.start.type = sa.Date()
    spans = sa.select(before.topic, before.start).distinct()
    for topic, start in connection.execute(spans).all():
        mine = (before.topic == topic, before.start == start)
        rows = connection.execute(sa.select(*before).where(*mine)).all()
        if made := [{"topic": topic, "start": start} | row for row in by_outlet(rows)]:
            connection.execute(after.insert(), made)


ALTERED = ("topic", "count_by", "kind", "host", "start", "names", "sums")


def by_outlet(rows: Any) -> Iterator[dict[str, Any]]:
    held: dict[tuple[str, str, str], list[tuple[list[Any], bytes]]] = {}
    for row in rows:
        entries = json.loads(row.names)
        sums = np.frombuffer(bytes(row.sums), "<f8").reshape(len(entries), -1)
        for (host, *rest), mine in zip(entries, sums, strict=True):
            line = [row.genre, row.series, *rest]
            held.setdefault((row.count_by, row.kind, host), []).append((line, mine.tobytes()))
    for (count_by, kind, host), lines in held.items():
        lines.sort(key=lambda line: line[0])
        names = json.dumps([name for name, _ in lines], ensure_ascii=False, separators=(",", ":"))
        key = {"count_by": count_by, "kind": kind, "host": host}
        yield key | {"names": names, "sums": b"".join(mine for _, mine in lines)}


def downgrade() -> None:
    set_aside("outlet_periods", "periods_after")
    create("outlet_periods", ["topic", "count_by", "step", "start", *PLACE], VOLUME)
    columns = ", ".join(["topic", "count_by", "step", "start", *PLACE, *VOLUME])
    op.execute(
        f"INSERT INTO outlet_periods ({columns}) "  # noqa: S608
        f"SELECT {columns} FROM periods_after WHERE genre <> ''"
    )
    op.drop_table("periods_after")
    op.drop_table("outlet_parts")
    create("outlet_parts", ["topic", "count_by", "kind", "genre", "series", "start"], PACKED)
    op.create_index(op.f("ix_outlet_parts_topic_start"), "outlet_parts", ["topic", "start"])
    for name, (series, sums) in EARLIER.items():
        create(name, ["topic", "count_by", series, "day", *PLACE], sums)
        op.create_index(op.f(f"ix_{name}_topic_day"), name, ["topic", "day"])
        index = op.f(f"ix_{name}_topic_count_by_day")
        op.create_index(index, name, ["topic", "count_by", "day"])
    # They are derived: the next `publish` makes them of every day that has articles.
    op.execute(
        "INSERT INTO dirty_days (topic, day) SELECT topic, day FROM outlet_days "
        "WHERE NOT EXISTS (SELECT 1 FROM dirty_days AS held "
        "WHERE held.topic = outlet_days.topic AND held.day = outlet_days.day) "
        "GROUP BY topic, day"
    )
