"""Why the newest numbers may be too low: what fell silent (`framewatch.watch`)."""

from datetime import timedelta

from dashboard.view import View
from db.alerts import alerts
from db.queries import reading
from framewatch.story import Alert, AlertKind

RECENT = timedelta(days=7)
SILENCES = {
    AlertKind.SILENT: "silent",
    AlertKind.FAILING: "failing",
    AlertKind.NOT_ASKED: "not asked",
    AlertKind.FORBIDDEN: "refuses us",
}


def doubts(view: View) -> tuple[Alert, ...]:
    """The newest of each source and outlet; none is known of an earlier day."""
    if view.known_at:
        return ()
    with reading(view.site.engine) as connection:
        found = alerts(connection, view.topic.code, view.today - RECENT, view.today)
    newest: dict[str, Alert] = {}
    for alert in found:  # the newest day first
        if alert.kind in SILENCES and _concerns(view, alert):
            newest.setdefault(alert.subject, alert)
    return tuple(newest.values())


def _concerns(view: View, alert: Alert) -> bool:
    """Another outlet's silence says nothing of the one chosen."""
    outlets = {facet.code for facet in view.facets.hosts}
    return not view.choice.host or alert.subject not in outlets - {view.choice.host}
