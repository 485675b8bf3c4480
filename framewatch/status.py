"""The state of a topic in a few lines of text."""

from collections.abc import Iterator

from db import ledger
from framewatch.desk import Desk


def status_lines(desk: Desk, topic: str) -> Iterator[str]:
    """Sources and how they answered, links and how they ended, articles and readings."""
    with desk.store.begin() as connection:
        answered = ledger.answer_counts(connection, topic)
        outcomes = ledger.outcomes(connection, topic)
        totals = ledger.totals(connection, topic)
    yield f"{desk.topic(topic).name}: " + ", ".join(f"{n} {what}" for what, n in totals.items())
    yield "sources (windows by answer):"
    for source in desk.sources(topic):
        counts = answered.get(source.name, {})
        said = ", ".join(f"{status} {n}" for status, n in sorted(counts.items())) or "never asked"
        yield f"  {source.name:28} {said}"
    yield "links by how they ended:"
    for outcome, n in sorted(outcomes.items(), key=lambda item: -item[1]):
        yield f"  {outcome:28} {n}"
    for seed in desk.topic(topic).seeds:
        if not seed.url:
            path = desk.settings.topics / f"{topic}.toml"
            yield f'seed "{seed.title}" has no address yet: put it into {path}'
