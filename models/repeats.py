"""What is read once and used again: agencies' sentences and copied articles come many times.

Only what depends on nothing but its key is kept, so a reading is the same with and without.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from framewatch.story import Article, ReaderIdentity, Reading

# A reading has about five kilobytes.
MOST_READINGS = 2_000
ENTRY = 400  # bytes that Python itself takes for a key, a value and their place

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The values used last, up to a size in all (in the unit of `put`'s sizes)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self.size = self.hits = self.misses = 0

    def get(self, key: Hashable) -> Value | None:
        found = self._values.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: Value, size: int = 1) -> None:
        """What is larger than everything kept together is not kept."""
        if size > self._most:
            return
        if key in self._values:
            self.size -= self._values.pop(key)[1]
        self._values[key] = value, size
        self.size += size
        while self.size > self._most:
            self.size -= self._values.popitem(last=False)[1][1]


class ReadsArticles(Protocol):
    """`models.reader.Reader`, as stages use it."""

    @property
    def identity(self) -> ReaderIdentity: ...

    def read(self, articles: Sequence[Article]) -> Iterator[Reading]: ...


class ReadOnce:
    """A reader that gives an article the reading of an earlier one with the same words.

    The same is: coded text, language and quotations, which are all that a reading depends on.
    """

    def __init__(self, reader: ReadsArticles) -> None:
        self._reader = reader
        self._kept: Kept[Reading] = Kept(MOST_READINGS)
        self.identity = reader.identity
        self.repeated = 0  # articles that were not read anew

    def read(self, articles: Sequence[Article]) -> list[Reading]:
        """One reading per article, in order."""
        keys = [(a.text_sha256, a.language, a.quotations) for a in articles]
        found = {key: reading for key in set(keys) if (reading := self._kept.get(key))}
        new = {key: a for key, a in zip(keys, articles, strict=True) if key not in found}
        for key, reading in zip(new, self._reader.read(list(new.values())), strict=True):
            found[key] = reading
            self._kept.put(key, reading)
        self.repeated += len(articles) - len(new)
        return [found[key] for key in keys]
