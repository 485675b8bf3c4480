"""Text from the web, without what only machines read."""

import re
import unicodedata

from markupsafe import Markup, escape

# Marks that turn the direction of what follows them (Unicode UAX #9).
TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Of these, what turns more than its neighbour: to the end of its line, or until it is ended.
_LASTING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Controls, halves of surrogate pairs, and places without a character: no XML may hold them.
UNPRINTABLE = ("Cc", "Cs", "Cn")


def printable(text: str) -> str:
    """Without controls, lone surrogates and marks of direction; line breaks become spaces."""
    if text.isprintable():  # nearly all, and much faster
        return text
    return "".join(
        " " if char in "\t\r\n" else char
        for char in text
        if char in "\t\r\n"
        or (char not in TURNING and unicodedata.category(char) not in UNPRINTABLE)
    )


def straight(html: str) -> str:
    """A page without marks that turn the direction of the text around them."""
    return _LASTING.sub("", html)


def with_commands(message: str) -> Markup:
    """A message of ours as HTML: what stands between backticks is to be typed."""
    parts = str(message).split("`")
    if len(parts) % 2 == 0:  # one is left over: not ours
        return escape(message)
    joined = (f"<code>{escape(p)}</code>" if i % 2 else str(escape(p)) for i, p in enumerate(parts))
    return Markup("".join(joined))  # noqa: S704  (each part is escaped)
