"""Where the sentences of a text are: spans of characters, in bounded time whatever the text."""

import re
from dataclasses import dataclass

# sentencex takes quadratic time over a long run of opening quotation marks; 10,000 characters of
# them take 30 ms. No paragraph of news comes near it.
LONGEST_LINE = 10_000
# A "sentence" beyond this is a table, a list or an attack; it is cut at a space where there is one.
LONGEST_SENTENCE = 1_000
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters [start, end) of a text."""

    start: int
    end: int

    def overlap(self, start: int, end: int) -> int:
        """How many characters it shares with [start, end)."""
        return max(0, min(self.end, end) - max(self.start, start))


def split_sentences(text: str) -> list[Span]:
    """The sentences of an English text in order, without the white space around them.

    A line never continues the sentence of the one before it. Every character that is not white
    space lies in exactly one sentence. The text has no lone surrogates.
    """
    from sentencex import segment

    spans: list[Span] = []
    for line in _LINE.finditer(text):
        for at in range(line.start(), line.end(), LONGEST_LINE):
            piece = text[at : min(at + LONGEST_LINE, line.end())]
            for sentence in segment("en", piece):
                spans.extend(_cut(text, at, at + len(sentence)))
                at += len(sentence)
    return spans


def _cut(text: str, start: int, end: int) -> list[Span]:
    cuts: list[Span] = []
    while start < end:
        stop = end
        if end - start > LONGEST_SENTENCE:
            space = text.rfind(" ", start + 1, start + LONGEST_SENTENCE)
            stop = space if space > 0 else start + LONGEST_SENTENCE
        part = text[start:stop]
        if part.strip():
            left = start + len(part) - len(part.lstrip())
            cuts.append(Span(left, left + len(part.strip())))
        start = stop
    return cuts
