"""Which texts are nearly the same: MinHash over the shingles of a text (Broder 1997).

A signature estimates the Jaccard similarity of two texts' sets of shingles; its bands find the few
texts that it is worth comparing with (Leskovec, Rajaraman, Ullman: Mining of Massive Datasets,
section 3.4). Signatures are kept for years, so nothing here may depend on the run, the machine or
the library's version: tests hold them to bytes that were computed once.
"""

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasketch import MinHash

PERMUTATIONS = 128  # standard error of the estimate at most .044
BANDS, ROWS = 32, 4  # a pair at similarity .5 shares a band with p = .87, at .6 .99, at .04 .0001
# Three words, or four characters where no spaces part them. Over the sample archive the least
# alike of 48 copies then share .58 of their shingles, the most alike of 8 337 others .04.
WORDS, CHARACTERS = 3, 4
SAME = 0.5  # near the middle of that gap, on the side of separate texts
SHORT = 50  # words: below, two texts on one event may share half of their few shingles
SAME_IF_SHORT = 0.9
UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my", "bo", "yue"})
CHARACTERS_PER_WORD = 1.6  # Chinese characters for one English word, as translators reckon

_HAN_OR_KANA = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"\w+")
_SEED = 1  # datasketch's default, written down: another would make every stored signature useless
_LENGTH = 4 * PERMUTATIONS  # where the length stands, in bytes


def signature(text: str, language: str) -> bytes:
    """PERMUTATIONS minima and the length in words: little-endian uint32, 516 bytes in all."""
    tokens, size = _tokens(text, language)
    shingles = {" ".join(tokens[i : i + size]) for i in range(max(1, len(tokens) - size + 1))}
    hashes = _empty().copy()
    hashes.update_batch([shingle.encode("utf-8", "surrogatepass") for shingle in shingles])
    length = len(tokens) if size == WORDS else ceil(len(tokens) / CHARACTERS_PER_WORD)
    return bytes(hashes.hashvalues.astype("<u4").tobytes()) + length.to_bytes(4, "little")


def bands(signed: bytes) -> tuple[int, ...]:
    """One number from 0 to 2**63 - 1 for each band; articles that share one may be near-copies.

    The band's place is part of its number, so that no band is taken for another.
    """
    width = 4 * ROWS
    parts = (signed[at : at + width] for at in range(0, BANDS * width, width))
    return tuple(
        int.from_bytes(blake2b(part, digest_size=8, salt=bytes([n])).digest(), "little") >> 1
        for n, part in enumerate(parts)
    )


def similarity(one: bytes, other: bytes) -> float:
    """Estimated Jaccard similarity of the shingles of two texts, from 0 to 1."""
    from numpy import frombuffer

    a, b = (frombuffer(s, dtype="<u4", count=PERMUTATIONS) for s in (one, other))
    return float((a == b).mean())


def near_copies(one: bytes, other: bytes) -> bool:
    """Whether two texts count as one; short ones only when nearly identical, empty ones never."""
    least = min(_words(one), _words(other))
    return least > 0 and similarity(one, other) >= (SAME_IF_SHORT if least < SHORT else SAME)


def _words(signed: bytes) -> int:
    return int.from_bytes(signed[_LENGTH:], "little")


def _tokens(text: str, language: str) -> tuple[list[str], int]:
    """Words or characters, and how many of them make a shingle."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    unspaced = language in UNSPACED or (
        language in ("", "und") and 2 * len(_HAN_OR_KANA.findall(plain)) > len(plain)
    )
    words = _WORD.findall(plain)
    return (list("".join(words)), CHARACTERS) if unspaced else (words, WORDS)


@lru_cache(maxsize=1)
def _empty() -> "MinHash":
    from datasketch import MinHash

    return MinHash(num_perm=PERMUTATIONS, seed=_SEED, scheme="affine32")
