"""Finding names in text: word boundaries where the script has words, plain search where not."""

import re
from collections.abc import Iterable
from functools import lru_cache

# Scripts written without spaces: a boundary there means nothing, and "打开DeepSeek查看" names it.
_HAN = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_UNSPACED = re.compile(f"[{_HAN}]")
_LETTER = rf"[^\W{_HAN}]"


@lru_cache(maxsize=256)
def pattern(aliases: tuple[str, ...]) -> re.Pattern[str]:
    """A regular expression that matches any alias as a whole name, the longest first.

    "DeepSeek" matches in "DeepSeek's" and "deepseek" but not in "DeepSeeker". An acronym of up to
    four capitals ("US", "U.S.") is matched as written: "us" is another word.
    """
    ordered = sorted(filter(None, aliases), key=lambda alias: (-len(alias), alias))
    return re.compile("|".join(_one(alias) for alias in ordered) or r"(?!)")


def _one(alias: str) -> str:
    words = r"\s{1,3}".join(map(re.escape, alias.split()))
    if _UNSPACED.search(alias):
        return words
    bounded = rf"(?<!{_LETTER}){words}(?!{_LETTER})"
    letters = alias.replace(".", "")
    acronym = letters.isupper() and len(letters) <= 4
    return bounded if acronym else f"(?i:{bounded})"


def names(text: str, aliases: Iterable[str]) -> bool:
    """Whether any of the aliases stands in text."""
    return pattern(tuple(aliases)).search(text) is not None


def count(text: str, aliases: Iterable[str]) -> int:
    """How often the aliases stand in text."""
    return sum(1 for _ in pattern(tuple(aliases)).finditer(text))
