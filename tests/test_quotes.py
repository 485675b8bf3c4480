"""Quotations: marks of several scripts, block quotes, and who is said to speak."""

import pytest

from scrapers.body import parse_tree
from scrapers.quotes import block_quotes, find_quotations

TITLE = "The toll"

MARKED = {
    "curly": ("He said: “We will not raise it.”", ["We will not raise it."]),
    "straight": ('The board wrote: "We will not raise it."', ["We will not raise it."]),
    "single curly": (
        "She said: ‘We won’t raise it this year’ and left.",
        ["We won’t raise it this year"],
    ),
    "single straight": (
        "She called it 'the end of the matter' and left.",
        ["the end of the matter"],
    ),
    "German": ("Sie sagte: „Wir erhöhen sie nicht.“ Dann ging sie.", ["Wir erhöhen sie nicht."]),
    "Swiss": ("Sie sagte: «Wir erhöhen sie nicht.»", ["Wir erhöhen sie nicht."]),
    "German guillemets": ("Sie sagte: »Wir erhöhen sie nicht.«", ["Wir erhöhen sie nicht."]),
    "Chinese": ("报告写道：“我们今年不会提高收费。”", ["我们今年不会提高收费。"]),
    "corner": ("報告寫道：「我們今年不會提高收費。」", ["我們今年不會提高收費。"]),
    "nested": (
        "“He told us ‘it is all over now’ and left,” she said.",
        ["He told us ‘it is all over now’ and left,"],
    ),
    "two": (
        "“We will not raise it,” he said. “That is a promise.”",
        ["We will not raise it,", "That is a promise."],
    ),
    "apostrophes": ("The workers' vote won't change the drivers' minds about it.", []),
    "a term": ("The so-called “harbour tax” is old.", []),
    "inches": ('A 5" pipe and a 6" pipe broke.', []),
    "never closed": ("He began: “we will not", []),
    "speech over paragraphs": (
        "“We will not raise it.\n“That is a promise,” he said.",
        ["We will not raise it.", "That is a promise,"],
    ),
}


@pytest.mark.parametrize(("text", "words"), MARKED.values(), ids=MARKED.keys())
def test_words_between_marks_are_quotations(text: str, words: list[str]):
    """The marks are left out; terms, inches and apostrophes are no quotations."""
    coded = f"{TITLE}\n\n{text}"
    assert [coded[q.start : q.end] for q in find_quotations(TITLE, text)] == words


SPEAKERS = {
    "name said": ("“We will not raise it,” Mara Lindqvist said.", "Mara Lindqvist"),
    "said name": ("“We will not raise it,” said Mara Lindqvist, who chairs it.", "Mara Lindqvist"),
    "said role name": ("“We will not raise it,” said chairwoman Mara Lindqvist.", "Mara Lindqvist"),
    "before": ("Mara Lindqvist told reporters: “We will not raise it.”", "Mara Lindqvist"),
    "apposition": ("“We will not raise it,” Lindqvist, the chair, said.", "Lindqvist"),
    "according to": (
        "According to Mara Lindqvist, “we will not raise it this year”.",
        "Mara Lindqvist",
    ),
    "pronoun": ("“We will not raise it,” she said.", ""),
    "pronoun, capital": ("She said: “We will not raise it.”", ""),
    "nobody": ("The banner read “we will not pay it”.", ""),
    "another sentence's speaker": ("Ada Brook said no. The banner read “we will not pay it”.", ""),
    "Chinese before": ("林慕德表示：“我们今年不会提高收费。”", "林慕德"),
    "Chinese after": ("“我们今年不会提高收费，”林慕德说。", "林慕德"),
    "Chinese pronoun": ("他们表示：“我们今年不会提高收费。”", ""),
}


@pytest.mark.parametrize(("text", "speaker"), SPEAKERS.values(), ids=SPEAKERS.keys())
def test_a_speaker_is_named_only_where_the_text_names_one(text: str, speaker: str):
    """A verb of saying must tie the name to the words; a pronoun names nobody."""
    (quotation,) = find_quotations(TITLE, text)
    assert quotation.speaker == speaker


def test_a_block_quote_is_found_again_in_the_text():
    """Both its paragraphs are one quotation, with the speaker who introduces it."""
    first, second = "We will not raise the toll.", "We do not need to raise it either."
    html = (
        f"<html><body><p>x</p><blockquote><p>{first}</p><p>{second}</p></blockquote></body></html>"
    )
    text = f"Mara Lindqvist said it plainly:\n{first}\n{second}\nThe council met."
    (quotation,) = find_quotations(TITLE, text, block_quotes(parse_tree(html)))
    coded = f"{TITLE}\n\n{text}"
    assert coded[quotation.start : quotation.end] == f"{first}\n{second}"
    assert quotation.speaker == "Mara Lindqvist"


def test_a_block_quote_that_is_not_in_the_text_is_no_quotation():
    """A pull quote left out of the text has no offsets."""
    assert find_quotations(TITLE, "The council met.", ["We will not raise the toll."]) == ()


def test_marks_inside_a_block_quote_do_not_count_again():
    """Quotations do not overlap."""
    block = "They told us “the toll will go up” and we refused."
    found = find_quotations(TITLE, block, [block])
    assert len(found) == 1
