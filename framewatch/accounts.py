"""Who may sign in to the dashboard: adding them, and letting them in."""

import secrets
import threading
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from db import accounts
from db.queries import reading
from db.session import Store
from db.sign_in_tries import count_try, forgive_try
from db.writing import writing
from framewatch.people import Account, AccountError, Role
from framewatch.settings import SignIn

SHORTEST, LONGEST = 12, 1000  # characters of a password
LONGEST_NAME = 60
# OWASP's second choice for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
AT_ONCE = threading.BoundedSemaphore(2)  # as many passwords are hashed, so that memory is bounded
NOBODY = HASHER.hash(secrets.token_urlsafe())  # compared where there is no such account
# Tries within a quarter of an hour: of one address at one account, of one address, at one account.
BOTH, BY_ADDRESS, AT_ACCOUNT = 5, 20, 50


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody typed, and from where."""

    name: str
    password: str = field(repr=False)
    address: str

    @property
    def subjects(self) -> dict[str, int]:
        """Under what a try is counted. An IPv6 customer has a whole /64."""
        source = _network(self.address)
        return {
            f"both {source} {self.name}": BOTH,
            f"address {source}": BY_ADDRESS,
            f"account {self.name}": AT_ACCOUNT,
        }


class WrongPassword(AccountError):
    """Or no such account: which of the two is not told."""


class TooManyTries(AccountError):
    def __init__(self, until: datetime) -> None:
        super().__init__(f"Too many tries. Try again after {until:%H:%M} UTC.")
        self.until = until


def add(store: Store, name: str, role: Role, password: str, now: datetime) -> Account:
    """With an empty password a proxy has to let this person in. Raises AccountError."""
    hashed = hashed_password(password) if password else ""
    new = Account(name=clean_name(name), role=role, password=hashed, created_at=now)
    with writing(store) as connection:
        if not accounts.add(connection, new):
            raise AccountError(f"there is an account {new.name!r} already")
    return new


def change_role(store: Store, name: str, role: Role) -> None:
    with writing(store) as connection:
        _found(name, accounts.change_role(connection, name, role))


def change_password(store: Store, name: str, password: str, keep: str = "") -> None:
    """Ends the account's sessions, but the one to keep."""
    hashed = hashed_password(password)
    with writing(store) as connection:
        _found(name, accounts.change_password(connection, name, hashed, keep))


def remove(store: Store, name: str) -> None:
    with writing(store) as connection:
        _found(name, accounts.remove(connection, name))


def sign_in(store: Store, given: Credentials, now: datetime) -> tuple[Account, str]:
    """The account and the new session's key. Raises WrongPassword, TooManyTries."""
    found = check(store, given, now)
    key = secrets.token_urlsafe(32)
    with writing(store) as connection:
        if not accounts.start_session(connection, found, key, now):
            raise WrongPassword("The account was changed a moment ago. Sign in again.")
    return found, key


def check(store: Store, given: Credentials, now: datetime) -> Account:
    """The account, if the password is its own. Raises WrongPassword, TooManyTries."""
    with writing(store) as connection:
        until = count_try(connection, given.subjects, now)
        found = accounts.account(connection, given.name)
    if until:
        raise TooManyTries(until)
    if not _is_password(found.password if found else "", given.password) or found is None:
        raise WrongPassword("There is no account with this name and password.")
    with writing(store) as connection:
        forgive_try(connection, given.subjects)
        if HASHER.check_needs_rehash(found.password):
            old, found = found.password, replace(found, password=hashed_password(given.password))
            accounts.rehash(connection, found.name, old, found.password)
    return found


def must_let_somebody_in(store: Store, by: SignIn) -> None:
    """Raises AccountError where nobody could sign in."""
    if not by.required or by.user_header:
        return
    with reading(store) as connection:
        if any(found.password for found in accounts.accounts(connection)):
            return
    raise AccountError(
        "people other than you can reach the dashboard, and nobody has an account to sign in with: "
        "add one (python -m framewatch account add NAME --role operator), name a proxy that signs "
        "people in (FRAMEWATCH_PROXY_USER_HEADER), or listen on 127.0.0.1 alone"
    )


def clean_name(name: str) -> str:
    """As it is kept: small letters, one form of each. Raises AccountError."""
    cleaned = unicodedata.normalize("NFKC", name).strip().casefold()
    if not cleaned or len(cleaned) > LONGEST_NAME or not cleaned.isprintable():
        raise AccountError(f"a name has 1 to {LONGEST_NAME} printable characters")
    return cleaned


def hashed_password(password: str) -> str:
    """Raises AccountError for one that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"a password has {SHORTEST} to {LONGEST} characters")
    with AT_ONCE:
        return HASHER.hash(_same(password))


def _is_password(hashed: str, password: str) -> bool:
    """It takes as long where there is no account."""
    with AT_ONCE:
        try:
            HASHER.verify(hashed or NOBODY, _same(password[: LONGEST + 1]))
        except (VerificationError, InvalidHashError):
            return False
    return bool(hashed)


def _same(password: str) -> str:
    """Two keyboards may write one letter in two ways."""
    return unicodedata.normalize("NFC", password)


def _network(address: str) -> str:
    try:
        source = ip_address(address)
    except ValueError:
        return address
    return str(
        ip_network((source, 64), strict=False) if isinstance(source, IPv6Address) else source
    )


def _found(name: str, found: bool) -> None:
    if not found:
        raise AccountError(f"there is no account {name!r}")
