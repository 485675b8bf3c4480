"""Which faults a test has switched on, and how often each was met."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which a service misbehaves.

    service: its name ("gal", "gkg", "mediacloud", …, or an outlet's code).
    kind: a name that the service's module documents ("throttled", "gap", "wrong_md5", …).
    match: only requests whose path and query contain it; empty: all.
    times: how many matching requests it spoils (0: all of them).
    """

    service: str
    kind: str
    match: str = ""
    times: int = 1


class Script:
    """The faults of one test. Safe to use from several threads."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self.faults = tuple(faults)
        self.met: Counter[Fault] = Counter()
        self.asked: Counter[str] = Counter()  # requests by service
        self.log: list[tuple[str, str]] = []  # (service, path and query), in order
        self._lock = threading.Lock()

    def fault(self, service: str, target: str) -> str:
        """The kind of fault that this request meets; "" if none. Counts the request."""
        with self._lock:
            self.asked[service] += 1
            self.log.append((service, target))
            for fault in self.faults:
                mine = fault.service == service and fault.match in target
                if mine and (not fault.times or self.met[fault] < fault.times):
                    self.met[fault] += 1
                    return fault.kind
        return ""


def target(request: Request) -> str:
    """A request's path and query as they were sent: what faults are matched with."""
    path = request.scope["raw_path"].decode("ascii")
    query = request.scope["query_string"].decode("ascii")
    return f"{path}?{query}" if query else str(path)
