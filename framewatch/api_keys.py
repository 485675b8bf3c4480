"""The keys with which programs sign in: a person makes them, and may withdraw each."""

import secrets
from datetime import datetime

from db import api_keys
from db.api_keys import MOST
from db.session import Store
from db.writing import writing
from framewatch.people import AccountError

PREFIX = "fw_"  # by which those who search texts for secrets know one
LONGEST_LABEL = 60  # characters


def make_key(store: Store, account: str, label: str, now: datetime) -> str:
    """The key, which the store does not hold and nobody can read again. Raises AccountError."""
    label = label.strip()
    if not label or len(label) > LONGEST_LABEL or not label.isprintable():
        raise AccountError(f"A label has 1 to {LONGEST_LABEL} printable characters.")
    key = f"{PREFIX}{secrets.token_urlsafe(32)}"
    with writing(store) as connection:
        if not api_keys.add_key(connection, account, key, label, now):
            raise AccountError(f"An account has at most {MOST} keys: withdraw one first.")
    return key


def withdraw_key(store: Store, account: str, key_sha256: str) -> None:
    """It opens nothing from now on. Raises AccountError."""
    with writing(store) as connection:
        if not api_keys.withdraw_key(connection, account, key_sha256):
            raise AccountError("There is no such key: it may have been withdrawn.")
