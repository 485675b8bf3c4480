"""Evidence: the best sentences, at exact offsets, in the right voice."""

from dataclasses import replace

import numpy as np
import pytest

from framewatch.story import FrameScore, Quotation, Voice
from models.encoder import Tokens
from models.evidence import frame_evidence, target_evidence, voice_of
from models.passages import EncodedText, TokenizedText
from models.sentences import Span, split_sentences

TEXT = (
    "Rivals clash over chips again today. Advertisement. “They cheated us badly,” said Ms Lin "
    "yesterday. The weather stayed fine all week. Both sides threatened new lawsuits on Friday."
)
SENTENCES = tuple(split_sentences(TEXT))
EMPTY = np.zeros((0, 2), dtype=np.int64)
ENCODED = EncodedText(
    TokenizedText(TEXT, Tokens(EMPTY[:, 0], EMPTY), SENTENCES, ()),
    np.zeros((1, 1), dtype=np.float32),
    np.zeros((len(SENTENCES), 1), dtype=np.float32),
)
PRESENT = FrameScore(frame="conflict", probability=0.8, threshold=0.5)
ABSENT = FrameScore(frame="morality", probability=0.2, threshold=0.5)
SCORES = np.array([[0.9, 0.9], [0.99, 0.9], [0.8, 0.9], [0.1, 0.9], [0.85, 0.9]])


def test_a_present_frame_keeps_its_three_best_sentences_best_first() -> None:
    """The scrap of one word is no evidence however it scores; an absent frame has none."""
    found = frame_evidence(ENCODED, [PRESENT, ABSENT], SCORES, ())
    assert [(e.about, TEXT[e.start : e.end].split()[0], e.score) for e in found] == [
        ("conflict", "Rivals", 0.9),
        ("conflict", "Both", 0.85),
        ("conflict", "“They", 0.8),
    ]


def test_equal_scores_keep_the_order_of_the_text() -> None:
    """Nothing but the text decides, so two runs agree."""
    found = frame_evidence(ENCODED, [PRESENT], np.full((5, 1), 0.5), ())
    assert [e.start for e in found] == [SENTENCES[i].start for i in (0, 2, 3)]


def test_a_target_keeps_its_two_strongest_sentences_of_either_sign() -> None:
    """Strong blame is as good evidence as strong praise."""
    scored = [(Span(0, 5), 0.2), (Span(6, 9), -0.9), (Span(10, 12), 0.4)]
    found = target_evidence("china", scored, ())
    assert [(e.start, e.score, e.kind) for e in found] == [(6, -0.9, "target"), (10, 0.4, "target")]


@pytest.mark.parametrize(
    ("quotations", "expected"),
    [
        ([], (Voice.OUTLET, "")),
        ([Quotation(start=0, end=5, speaker="Lin")], (Voice.OUTLET, "")),
        ([Quotation(start=0, end=6, speaker="Lin")], (Voice.QUOTED, "Lin")),
        ([Quotation(start=4, end=40, speaker="Lin")], (Voice.QUOTED, "Lin")),
        ([Quotation(start=20, end=40, speaker="Lin")], (Voice.OUTLET, "")),
        ([Quotation(start=0, end=6)], (Voice.QUOTED, "")),
        (
            [Quotation(start=0, end=3, speaker="Lin"), Quotation(start=5, end=10, speaker="Wu")],
            (Voice.QUOTED, "Wu"),
        ),
    ],
    ids=["none", "half", "over half", "inside", "elsewhere", "nobody named", "longest of two"],
)
def test_a_sentence_is_quoted_when_more_than_half_of_it_is(
    quotations: list[Quotation], expected: tuple[Voice, str]
) -> None:
    """The rule of the method page, at its borders; the speaker quoted longest is named."""
    assert voice_of(Span(0, 10), quotations) == expected


def test_evidence_carries_the_voice() -> None:
    """The voice rule is applied to what is kept."""
    quotation = Quotation(start=SENTENCES[2].start, end=SENTENCES[2].end - 10, speaker="Ms Lin")
    only = replace(PRESENT, frame="x")
    voices = {e.start: e.speaker for e in frame_evidence(ENCODED, [only], SCORES, [quotation])}
    assert voices[SENTENCES[2].start] == "Ms Lin"
    assert voices[SENTENCES[0].start] == ""
