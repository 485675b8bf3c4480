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
    least: float = 0.0,
) -> list[Evidence]:
    """For each present frame its PER_FRAME best sentences, best first.

    scores: (sentences, frames), a column per entry of frames. Frames that are absent have none.
    least: after the best, only sentences with this score.
    """
    sentences, candidates = encoded.source.sentences, worded(encoded)
    found: list[Evidence] = []
    for column, frame in enumerate(frames):
        if not frame.present:
            continue
        best = sorted(candidates, key=lambda i: (-scores[i, column], i))[:PER_FRAME]
        found += [
            _evidence(frame.frame, "frame", sentences[i], float(scores[i, column]), quotations)
            for i in best
            if i == best[0] or scores[i, column] >= least
        ]
    return found


def worded(encoded: EncodedText) -> list[int]:
    """The sentences of at least FEWEST_WORDS words, by number."""
    text = encoded.source.text
    return [
        i
        for i, span in enumerate(encoded.source.sentences)
        if len(text[span.start : span.end].split()) >= FEWEST_WORDS
    ]


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
