"""Memory that a large page has freed goes back to the system: the C library would keep it."""

import ctypes
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Some milliseconds with glibc (Linux); nothing elsewhere."""
    if trim := _trim():
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    try:
        return ctypes.CDLL("libc.so.6").malloc_trim
    except (OSError, AttributeError):
        return None
