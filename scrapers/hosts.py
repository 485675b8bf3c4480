"""How often a host may be asked, shared by every process: pace, pauses and circuit breaker.

The numbers are those of the SOURCES reference, section 12. The decisions are pure functions over a
`Host`; a `HostBook` keeps it, and its one write is compare-and-swap: whoever changes a host must
have seen its newest state, so that two processes can never take the same turn.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from framewatch.story import Host

PATIENCE = 30.0  # seconds that a worker sleeps at most; a longer wait becomes a later try
JITTER = 0.2  # of the delay, only ever added: the setting and robots.txt both name a least
TRIP = 5  # failures in a row that open the circuit
REFUSAL = 2  # a 403 weighs as much, so that three in a row open it
OPEN = 1800.0  # seconds the circuit stays open
PROBE = 120.0  # seconds in which the one probe after that must have its answer
FIRST_PAUSE = 60.0  # seconds after a 429 or 503 that names no time; doubled with every further one
LONGEST_PAUSE = 3600.0
USUAL_PAUSE = 600.0  # the setting's default, at which the waits above are as they stand


class HostBook(Protocol):
    """What is known of hosts, by name."""

    def read(self, name: str) -> Host:
        """The host as it stands; a blank one if nothing is known."""
        ...

    def change(self, old: Host, new: Host) -> bool:
        """Write new if the host still stands as old did; False if somebody was first."""
        ...


class MemoryBook:
    """A book for one process: tests, and replayed archives."""

    def __init__(self) -> None:
        self._hosts: dict[str, Host] = {}
        self._lock = threading.Lock()

    def read(self, name: str) -> Host:
        return self._hosts.get(name, Host(name=name))

    def change(self, old: Host, new: Host) -> bool:
        with self._lock:
            if self.read(old.name) != old:
                return False
            self._hosts[new.name] = new
            return True


@dataclass(frozen=True, slots=True)
class Turn:
    """Seconds until a host may be asked; not granted if that is more than our patience."""

    wait: float
    granted: bool
    reason: str = ""


def take_turn(
    host: Host, now: datetime, gap: float, patience: float = PATIENCE
) -> tuple[Host, Turn]:
    """The host with its next turn taken, gap seconds before the one after; itself if refused.

    After an open circuit the first turn is the probe: until it has settled, the others wait.
    """
    start = max(now, host.next_at or now, host.open_until or now)
    wait = (start - now).total_seconds()
    if wait > patience:
        reason = "its circuit is open" if host.open_until == start else "its turn is later"
        return host, Turn(wait, granted=False, reason=reason)
    probe = start + timedelta(seconds=PROBE) if host.open_until else None
    taken = replace(host, next_at=start + timedelta(seconds=gap), open_until=probe)
    return taken, Turn(wait, granted=True)


def settle(
    host: Host, now: datetime, weight: int, pause: float = 0.0, opening: float = OPEN
) -> Host:
    """The host after an answer: weight 0 closes its circuit, others add up to open it.

    pause: seconds in which nobody is to ask; opening: seconds for which the circuit opens.
    """
    if not weight:
        return replace(host, failures=0, open_until=None)
    failures = host.failures + weight
    opened = now + timedelta(seconds=opening) if failures >= TRIP else None
    later = max(now + timedelta(seconds=pause), host.next_at or now)
    return replace(host, failures=failures, open_until=opened, next_at=later)


def pause_after(failures: int, asked_for: float | None, scale: float = 1.0) -> float:
    """Seconds to leave a throttling host alone: as it asks, else doubling up to an hour."""
    if asked_for is not None:
        return asked_for
    return float(scale * min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 10)))


class Pace:
    """Turns at hosts, taken and settled in a book."""

    def __init__(
        self,
        book: HostBook,
        delay: float,
        *,
        pause: float = USUAL_PAUSE,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.book = book
        self.clock = clock
        self._delay = delay  # least seconds between two requests
        self._scale = pause / USUAL_PAUSE  # of the waits that a host does not name itself
        self._jitter = jitter  # from 0 to 1
        self._taken: dict[str, Host] = {}  # hosts as our last turns left them

    def turn(self, name: str, wish: float, spacing: float | None = None) -> Turn:
        """Take the next turn and sleep until it; wish: seconds that the host itself asks for.

        spacing: seconds between two requests to a service, as its operators publish them; it
        takes the place of the pace of hosts, and is waited for however long it is.
        """
        delay = self._delay if spacing is None else spacing
        patience = max(PATIENCE, 2 * (spacing or 0.0))
        while True:
            gap = max(delay, wish) * (1 + JITTER * self._jitter())
            old = self.book.read(name)
            new, turn = take_turn(old, self.clock(), gap, patience)
            if not turn.granted:
                return turn
            if self.book.change(old, new):
                self._taken[name] = new
                time.sleep(turn.wait)
                return turn

    def settle(self, name: str, weight: int, pause: float | None = 0.0) -> float:
        """Enter an answer; returns seconds for which the host is not to be asked.

        pause None: it throttles us and says not for how long.
        """
        taken = self._taken.pop(name, None)
        if not weight and taken is not None and not taken.failures and taken.open_until is None:
            return 0.0  # all was well and is: nothing to enter
        while True:
            old, now = self.book.read(name), self.clock()
            seconds = pause_after(old.failures, pause, self._scale) if weight else 0.0
            new = settle(old, now, weight, seconds, OPEN * self._scale)
            if new == old or self.book.change(old, new):
                times = [seconds]
                if weight and new.open_until:
                    times.append((new.open_until - now).total_seconds())
                return max(times)
