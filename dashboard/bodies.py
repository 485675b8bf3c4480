"""Pages made lately, by what they depend on: a page that many ask for at once is made once."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

from dashboard.memory import give_back

MOST_BYTES = 32 * 2**20  # of all pages kept
LONG = 0.5  # seconds; a page that took longer has read years of arrays
LARGEST = MOST_BYTES // 8  # one larger is made anew each time


class Bodies:
    """The least lately asked for goes first. Nothing grows old here: a key names a state."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._making: dict[str, Future[bytes]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Who comes while it is being made waits for it, and meets with its failure too."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            making = self._making.get(key)
            if making is None:
                ours = self._making[key] = Future()
        return making.result() if making else self._made(key, ours, make)

    def _made(self, key: str, ours: "Future[bytes]", make: Callable[[], bytes]) -> bytes:
        began = time.monotonic()
        try:
            body = make()
        except BaseException as fault:
            with self._lock:
                del self._making[key]
            ours.set_exception(fault)
            raise
        with self._lock:
            del self._making[key]
            self._keep(key, body)
        ours.set_result(body)
        if time.monotonic() - began > LONG:
            give_back()
        return body

    def _keep(self, key: str, body: bytes) -> None:
        if len(body) > min(LARGEST, self._most):
            return
        self._held[key] = body
        self._size += len(body)
        while self._size > self._most:
            _, gone = self._held.popitem(last=False)
            self._size -= len(gone)
