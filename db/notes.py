"""Notes of analysts on articles they came upon: that a frame is there, or is not.

They are coded units, and yet nobody drew them: who looks at what the machine got wrong would find
it wrong. So they are kept out of every sample, unless the coder was asked about that article.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from db.coded import NOTED, CodedUnit
from db.coded_tables import CodedUnitRow
from db.publish import bump
from db.queries import reading
from db.session import Store
from db.upsert import table_of

_units = table_of(CodedUnitRow)
_DESIGN = ("weight", "inclusion", "sample", "stratum")


@dataclass(frozen=True, slots=True)
class Note:
    frame: str
    coder: str
    present: bool
    note: str
    coded_at: datetime


def save_note(connection: Connection, topic: str, unit: CodedUnit) -> None:
    """The coder's earlier answer on this text is replaced; one that was drawn stays drawn."""
    bump(connection, topic, unit.coded_at)
    key = ("article_id", "text_sha256", "frame", "coder")
    mine = [_units.c[name] == getattr(unit, name) for name in key]
    held = connection.execute(select(*(_units.c[n] for n in _DESIGN)).where(*mine)).mappings()
    drawn = held.first()
    design = dict(drawn) if drawn else {"sample": NOTED}
    values = asdict(unit) | design | {"topic": topic}
    write = update(_units).where(*mine) if drawn else insert(_units)
    connection.execute(write.values(values))


def notes(engine: Store, article_id: int, text_sha256: str) -> tuple[Note, ...]:
    """On this text, the newest first. Answers to a sample are not told: coders work blind."""
    names = ("frame", "coder", "present", "note", "coded_at")
    query = select(*(_units.c[name] for name in names)).where(
        _units.c.article_id == article_id,
        _units.c.text_sha256 == text_sha256,
        _units.c.sample == NOTED,
    )
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(_units.c.coded_at.desc(), _units.c.id.desc()))
        return tuple(Note(r.frame, r.coder, bool(r.present), r.note, r.coded_at) for r in rows)
