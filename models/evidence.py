"""The sentences that speak for a score, and whose words they are."""

from collections.abc import Sequence

from framewatch.story import Evidence, FrameScore, Quotation, Voice
from models.framing import Scores
from models.passages import EncodedText
from models.sentences import Span

PER_FRAME = 3
PER_TARGET = 2
# Shorter "sentences" are captions, bylines and cross-heads.
FEWEST_WORDS = 5


def frame_evidence(
    encoded: EncodedText,
    frames: Sequence[FrameScore],
    scores: Scores,
    quotations: Sequence[Quotation],
) -> list[Evidence]:
    """For each present frame its PER_FRAME best sentences, best first.

    scores: (sentences, frames) of `FrameHeads.score_sentences`. Frames that are absent have none.
    """
    text, sentences = encoded.source.text, encoded.source.sentences
    worded = [
        i for i, s in enumerate(sentences) if len(text[s.start : s.end].split()) >= FEWEST_WORDS
    ]
    found: list[Evidence] = []
    for column, frame in enumerate(frames):
        if not frame.present:
            continue
        best = sorted(worded, key=lambda i: (-scores[i, column], i))[:PER_FRAME]
        found += [
            _evidence(frame.frame, "frame", sentences[i], float(scores[i, column]), quotations)
            for i in best
        ]
    return found


def target_evidence(
    target: str, scored: Sequence[tuple[Span, float]], quotations: Sequence[Quotation]
) -> list[Evidence]:
    """The PER_TARGET sentences of strongest tone (from -1 to 1) towards the target."""
    best = sorted(scored, key=lambda pair: (-abs(pair[1]), pair[0]))[:PER_TARGET]
    return [_evidence(target, "target", span, tone, quotations) for span, tone in best]


def voice_of(span: Span, quotations: Sequence[Quotation]) -> tuple[Voice, str]:
    """QUOTED, with the speaker quoted longest, where more than half of the span is quoted."""
    overlaps = [(span.overlap(q.start, q.end), q) for q in quotations]
    if 2 * sum(length for length, _ in overlaps) <= span.end - span.start:
        return Voice.OUTLET, ""
    return Voice.QUOTED, max(overlaps, key=lambda pair: pair[0])[1].speaker


def _evidence(
    about: str, kind: str, span: Span, score: float, quotations: Sequence[Quotation]
) -> Evidence:
    voice, speaker = voice_of(span, quotations)
    return Evidence(
        about=about,
        kind=kind,
        start=span.start,
        end=span.end,
        score=score,
        voice=voice,
        speaker=speaker,
    )
