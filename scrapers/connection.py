"""A session that connects only to public addresses, and ends when its time is over.

requests-hardened resolves a name, checks and connects to the very address it checked, with SNI and
the certificate's name right. It looks at the first address of an answer only, and its table is
shorter than ours: so every address is checked before, and the one it pinned again after.
"""

import ipaddress
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from scrapers import guard

TIMEOUT = (5.0, 20.0)  # seconds to connect, and between two reads

_deadline: ContextVar["Deadline | None"] = ContextVar("deadline", default=None)


class Deadline:
    """Cuts the connection of a request that is not done in time, whatever it is dripping.

    A read timeout starts anew with every byte, so headers, chunk sizes and bodies sent a byte at a
    time never reach it. Requests made inside the `with` block, in its thread, are watched.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._socket: socket.socket | None = None

    def __enter__(self) -> "Deadline":
        self._token = _deadline.set(self)
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        _deadline.reset(self._token)

    def watch(self, connection: socket.socket | None) -> None:
        self._socket = connection
        if self.passed:
            self._cut()

    def _cut(self) -> None:
        self.passed = True
        if self._socket is not None:
            with suppress(OSError):  # it has ended by itself
                self._socket.shutdown(socket.SHUT_RDWR)


class _Watched:
    """A connection whose answers the deadline in force may cut."""

    sock: socket.socket | None

    def getresponse(self) -> Any:
        if deadline := _deadline.get():
            deadline.watch(self.sock)
        return super().getresponse()  # type: ignore[misc]


class _PlainConnection(_Watched, HTTPConnection):
    pass


class _TlsConnection(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class GuardedAdapter(IPFilterAdapter):  # type: ignore[misc]
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: bool | str, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Where to connect. Raises InvalidIPAddress if any address of the host is not public."""
        host = guard.requested_host(request.url or "")
        try:
            addresses = guard.resolve(host, 443 if self._is_https_proto else 80)
        except OSError as error:
            raise requests.ConnectionError(f"{host} cannot be resolved") from error
        self._refuse(guard.unsafe_answer(addresses, allow_loopback=self._allow_loopback))
        if guard.is_local_name(host):  # requests-hardened would ask a resolver, which may not know
            plain = HTTPAdapter.build_connection_pool_key_attributes(self, request, verify, cert)
            request.headers["Host"] = urlsplit(request.url or "").netloc
            return {**plain[0], "host": addresses[0]}, {**plain[1]}
        where, options = super().build_connection_pool_key_attributes(request, verify, cert)
        pinned = ipaddress.ip_address(where["host"].strip("[]"))
        self._refuse(guard.unsafe_ip(pinned, allow_loopback=self._allow_loopback))
        return where, options

    def _refuse(self, fault: str) -> None:
        if fault:
            raise InvalidIPAddress(fault)


class _Session(HTTPSession):  # type: ignore[misc]
    """One that leaves redirects alone.

    With redirects off requests still parses their address (and raises on a bad one) and reads
    their whole body into memory, to prepare a next request that nobody asked for.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def open_session(agent: str, *, allow_loopback: bool, headers: Mapping[str, str]) -> HTTPSession:
    """A session with the guard before every connection. Redirects are left to the caller."""
    config = Config(
        ip_filter_enable=False,  # ours is mounted below
        ip_filter_allow_loopback_ips=allow_loopback,
        never_redirect=True,
        default_timeout=TIMEOUT,
        user_agent_override=agent,
    )
    session = _Session(config)
    session.trust_env = False  # no proxy and no .netrc of the machine
    session.headers.update(headers)
    for scheme in ("http", "https"):
        adapter = GuardedAdapter(scheme == "https", allow_loopback=allow_loopback)
        session.mount(f"{scheme}://", adapter)
    return session
