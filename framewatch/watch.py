"""The stage that doubts: is a day's news thin, or was it ill collected?

    watch      days -> alerts in the store, one line in the log for each new one, and a red run

It reads what the other stages wrote and changes none of it. The same days may be watched again at
any time: an alert is raised once, and goes when a backfill has mended its day.
"""

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import requests

from db.alerts import replace_alerts
from db.coverage import coverage, days_asked_in_time, outlet_days
from db.publish import bump
from framewatch.coverage import BEFORE_SILENCE, RUN_UP, Habits, alerts
from framewatch.desk import Desk
from framewatch.story import Alert
from scrapers.connectors import CONNECTORS

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=28)  # days judged anew each time: what healed since is taken back
POST_SECONDS = 10.0


class Alarm(RuntimeError):
    """New alerts were raised: the store has them, the message lists them."""


def last_settled_day(now: datetime, zone: ZoneInfo) -> date:
    """The last day, as counted in zone, all hours of which lie in UTC days that are over.

    Sources are asked for UTC days once these are over, so a younger day is still half collected.
    """
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(zone).date() - timedelta(days=1)


def watch(desk: Desk, topic: str, first: date, last: date, now: datetime) -> dict[str, int]:
    """Judge the days from first to last. Raises Alarm, once all is stored, if any alert is new."""
    began, zone = first - RUN_UP, desk.topic(topic).zone
    since = first - timedelta(days=BEFORE_SILENCE)
    with desk.store.begin() as connection:
        lines = coverage(connection, topic, began, last, zone)
        outlets = outlet_days(connection, topic, began, last)
        days = days_asked_in_time(connection, topic, since, last, zone)
        found = alerts(lines, outlets, first, last, habits(desk, topic, days))
        new, gone = replace_alerts(connection, topic, (first, last), found, now)
        if new or gone:
            bump(connection, topic, now)  # pages show them
    told = [told_as(alert) for alert in new]
    for line in told:
        log.warning("%s", line)
    if new and desk.settings.alert_url:
        post(desk.settings.alert_url, topic, new)
    log.info("watch %s: %d alerts, %d new, %d gone", topic, len(found), len(new), gone)
    if told:
        raise Alarm("\n".join(told))
    kinds = Counter(str(alert.kind) for alert in found)
    return {**kinds, "alerts": len(found), "gone": gone}


def habits(desk: Desk, topic: str, asked: Mapping[str, Collection[date]]) -> Habits:
    """Of the sources that the topic has now, also of those that lack their key."""
    sources = desk.book.of_topic(desk.topic(topic))
    names = {source.name for source in sources}
    live = (s for s in sources if s.kind in CONNECTORS and s.kind != "archive")
    daily = {s.name for s in live if CONNECTORS[s.kind].card.daily}
    return Habits(
        reaching=frozenset() if desk.settings.replay else daily,
        asked={name: days for name, days in asked.items() if name in names},
    )


def told_as(alert: Alert) -> str:
    """What, where, and what to do, in one line."""
    return f"{alert.day} {alert.kind} {alert.subject}: {alert.detail}"


def post(url: str, topic: str, raised: Sequence[Alert]) -> None:
    """Tell a webhook of alerts: names and numbers, never a publisher's text.

    A webhook that cannot be reached changes nothing else. Its address is a secret with many
    services, so no message repeats it: only the kind of error is logged.
    """
    told = [
        {"day": alert.day.isoformat(), "kind": alert.kind, "subject": alert.subject}
        | {"detail": alert.detail}
        for alert in raised
    ]
    body = {"topic": topic, "alerts": told}
    try:
        reply = requests.post(url, json=body, timeout=POST_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        log.error("alerts not posted (%s): see FRAMEWATCH_ALERT_URL", type(error).__name__)
        return
    if not reply.ok or reply.is_redirect:
        log.error("alerts not posted (status %d): see FRAMEWATCH_ALERT_URL", reply.status_code)
