"""The token that a form carries: it proves a page of ours, had by the same browser."""

import base64
import binascii
import hashlib
import hmac
import secrets

SIZE = hashlib.sha256().digest_size


def token(key: str) -> str:
    """Another text each time, so that its compressed length betrays nothing (BREACH)."""
    mask = secrets.token_bytes(SIZE)
    return base64.urlsafe_b64encode(mask + _mixed(mask, _secret(key))).decode("ascii")


def holds(key: str, sent: str) -> bool:
    """Whether a token was made with this key."""
    try:
        both = base64.urlsafe_b64decode(sent.encode("ascii"))
    except (UnicodeEncodeError, binascii.Error):
        return False
    found = _mixed(both[:SIZE], both[SIZE:])
    return bool(key) and hmac.compare_digest(found, _secret(key))


def _secret(key: str) -> bytes:
    return hmac.digest(key.encode(), b"a form of framewatch", "sha256")


def _mixed(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=False))
