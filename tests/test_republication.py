"""Republication notes: the first publisher, its day, and the text without the note."""

from datetime import date

import pytest

from scrapers.body import parse_tree
from scrapers.republication import find_note, take_note

DAY = date(2025, 2, 4)
NOTES = {
    "first appeared": ("This article first appeared in Crikey on February 4 2025.", "Crikey", DAY),
    "note": ("Note: This article appeared in Crikey on February 4 2025.", "Crikey", DAY),
    "editor": (
        "Editor’s note: This story was first published by The Lantern Post on 4 Feb 2025.",
        "The Lantern Post",
        DAY,
    ),
    "originally": (
        "Originally published in The Lantern Post, 4th February 2025.",
        "The Lantern Post",
        DAY,
    ),
    "date first": (
        "This piece was originally published on 4 February 2025 in The Lantern Post.",
        "The Lantern Post",
        DAY,
    ),
    "website": (
        "This opinion piece was first published on the Lantern Post website.",
        "Lantern Post",
        None,
    ),
    "no year": ("This article first appeared in Crikey on February 4.", "Crikey", None),
    "version": (
        "A version of this article appeared in The Lantern Post.",
        "The Lantern Post",
        None,
    ),
    "conversation": (
        "This article is republished from The Conversation under a Creative Commons licence. "
        "Read the original article.",
        "The Conversation",
        None,
    ),
    "permission": (
        "This article was republished with permission from The Lantern Post.",
        "The Lantern Post",
        None,
    ),
    "domain": ("First published at lantern.example, February 4, 2025", "lantern.example", DAY),
    "Chinese": ("本文原载《灯塔报》，2025年2月4日。", "灯塔报", DAY),
    "Chinese first": ("本文首发于灯塔报", "灯塔报", None),
    "Chinese reprint": ("（转载自《灯塔报》2025年2月4日）", "灯塔报", DAY),
    "traditional": ("本文轉載自「燈塔報」", "燈塔報", None),
}
STORY = [f"Paragraph {n} of the story about the toll on the bridge." for n in range(9)]


@pytest.mark.parametrize(("note", "outlet", "day"), NOTES.values(), ids=NOTES.keys())
@pytest.mark.parametrize("place", [0, len(STORY)])
def test_a_note_gives_first_publisher_and_day(note: str, outlet: str, day: date, place: int):
    """At either end of the text; the note itself is taken out."""
    lines = [*STORY[:place], note, *STORY[place:]]
    text, found = take_note("\n".join(lines))
    assert found is not None
    assert (found.outlet, found.day) == (outlet, day)
    assert found.note == note
    assert text == "\n".join(STORY)


NOT_NOTES = {
    "somebody else's": "The report was published by the council on 4 February 2025.",
    "an appearance": "The singer first appeared in Sydney in 1999.",
    "about the study": "The study, first published in 2019, was read in every ministry.",
    "publication day": "This article was published on 4 February 2025.",
    "update": "This article was updated on 4 February 2025 in the light of new figures.",
    "Chinese story": "他的文章发表后引起了广泛的讨论。",
}


@pytest.mark.parametrize("line", NOT_NOTES.values(), ids=NOT_NOTES.keys())
def test_a_sentence_about_publishing_is_no_note(line: str):
    """In the midst of a story such sentences stay where they are."""
    text = "\n".join([*STORY[:5], line, *STORY[5:]])
    assert take_note(text) == (text, None)


def test_only_the_note_is_taken_from_its_paragraph():
    """What else the paragraph says stays."""
    line = "Mara Lindqvist chairs the board. This article first appeared in The Lantern Post."
    text, found = take_note("\n".join([*STORY, line]))
    assert found is not None
    assert found.outlet == "The Lantern Post"
    assert text.endswith("Mara Lindqvist chairs the board.")


def test_a_note_in_a_side_box_is_found():
    """Furniture that the text leaves out may hold the note."""
    html = (
        "<html><body><article><p>Story.</p></article><aside><div>This article was originally "
        "published in <a href='/x'><em>The Lantern Post</em></a> on 4 February 2025.</div></aside>"
        "</body></html>"
    )
    found = find_note(parse_tree(html))
    assert found is not None
    assert (found.outlet, found.day) == ("The Lantern Post", DAY)


def test_a_note_in_another_language_dates_by_that_language():
    """Month names follow the article's language."""
    text = "\n".join([*STORY, "First published in Le Phare on 4 février 2025."])
    _, found = take_note(text, "fr")
    assert found is not None
    assert (found.outlet, found.day) == ("Le Phare", DAY)
