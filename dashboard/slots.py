"""What differs from reader to reader in a page that is made once for all of a role.

Templates write a mark, which nobody outside can know; the door puts the real value in its place.
"""

import html
import secrets

TOKEN = f"slot{secrets.token_hex(16)}"  # of the reader's forms
NAME = f"slot{secrets.token_hex(16)}"


def filled(page: bytes, name: str, token: str) -> bytes:
    """The page for one reader."""
    shown = html.escape(name).encode()
    return page.replace(TOKEN.encode(), token.encode()).replace(NAME.encode(), shown)
