"""How Airflow is asked over HTTP, and what it says when it does not do as asked.

Whatever goes wrong is an `AirflowError` whose message says what to do. A call ends within seconds:
nobody waits for an Airflow that does not answer.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests

SECONDS = 5.0  # that an answer may take, while a reader waits for a page
ORDERED = 20.0  # and while somebody waits for what they asked for: a busy machine takes its time
# SQLite lets one process write at a time; creating a backfill then meets the scheduler's writing.
LOCKED, WAITS = "database is locked", (0.5, 1.0, 2.0)


class AirflowError(RuntimeError):
    """Airflow did not do what it was asked; the message says why, and what to do."""


class AirflowDown(AirflowError):
    """It did not answer. What was asked may have been done all the same."""


class AirflowBusy(AirflowError):
    """It has something of the kind already (409)."""


class AirflowLocked(AirflowError):
    """Its database is SQLite, and its own work held it (503)."""


class AirflowUnknown(AirflowError):
    """It knows no such thing (404)."""


@contextmanager
def understood() -> Iterator[None]:
    """An answer that is none of Airflow's is an error of Airflow's, not of the program."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AirflowError(
            "What answers there does not speak as Airflow 3 does: check FRAMEWATCH_AIRFLOW_API_URL."
        ) from error


class AirflowHttp:
    """One Airflow, at an address that the settings name and nobody else."""

    def __init__(
        self, url: str, user: str = "", password: str = "", seconds: float = SECONDS
    ) -> None:
        self._url, self._seconds = url.rstrip("/"), seconds
        self._user, self._password = user, password
        self._token = ""  # until Airflow no longer takes it

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        patient: bool = True,
        seconds: float = 0,
    ) -> Any:
        """patient: a locked database is asked again. seconds: for an answer, if more than usual."""
        seconds = max(seconds, self._seconds)
        for wait in (*(WAITS if patient else ()), None):
            answer = self._send(method, f"api/v2/{path}", body, seconds)
            if answer.status_code == 401 and self._user:  # no token yet, or one of yesterday
                self._token = self._new_token(seconds)
                answer = self._send(method, f"api/v2/{path}", body, seconds)
            if wait is None or answer.status_code != 503 or LOCKED not in answer.text.lower():
                break
            time.sleep(wait)
        return self._read(answer)

    def _new_token(self, seconds: float) -> str:
        account = {"username": self._user, "password": self._password}
        return str(self._read(self._send("POST", "auth/token", account, seconds))["access_token"])

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, seconds: float
    ) -> requests.Response:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        with requests.Session() as session:  # one of its own: threads share none
            session.trust_env = False  # no proxy stands before it
            try:
                return session.request(
                    method,
                    f"{self._url}/{path}",
                    json=body,
                    headers=headers,
                    timeout=seconds,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                raise AirflowDown(
                    f"Airflow does not answer at {self._url} ({_short(error)}): "
                    "`make run` starts it with the dashboard."
                ) from None

    def _read(self, answer: requests.Response) -> Any:
        try:
            found = answer.json()
        except ValueError:
            found = None
        if answer.ok and found is not None:
            return found
        raise _error(answer.status_code, _words(found))


def _error(status: int, said: str) -> AirflowError:
    if status in (401, 403):
        return AirflowError(
            "Airflow does not let the dashboard do this: give it an account with the role user in "
            "FRAMEWATCH_AIRFLOW_USER and FRAMEWATCH_AIRFLOW_PASSWORD."
        )
    if status == 404:
        return AirflowUnknown(said or "Airflow knows no such thing.")
    if status == 409:
        return AirflowBusy(said or "Airflow has it already.")
    if status == 503 and LOCKED in said.lower():
        return AirflowLocked("Airflow's database is locked by its own work: try again in a minute.")
    if status in (400, 422):
        return AirflowError(f"Airflow refuses: {said}")
    return AirflowError(f"Airflow failed (status {status}): its log says why. {said}".rstrip())


def _words(found: Any) -> str:
    """What an error's body says, in one line."""
    said = found.get("detail", "") if isinstance(found, dict) else ""
    if isinstance(said, list):  # of a body that does not fit: one entry per field
        parts = (f"{'.'.join(map(str, e.get('loc', [])[1:]))}: {e.get('msg', '')}" for e in said)
        return "; ".join(parts)
    return str(said).partition("\n\n")[0].strip()[:500]


def _short(error: Exception) -> str:
    """What is at the bottom of it: whether Airflow is not there, or broke off, tells two faults."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    bottom: BaseException = error
    while bottom.__context__ is not None:
        bottom = bottom.__context__
    return "no connection" if isinstance(bottom, ConnectionRefusedError) else type(bottom).__name__
