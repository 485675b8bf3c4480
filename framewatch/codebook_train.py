"""codebook train: heads for a topic's issue frames from what people coded.

    coded texts (`framewatch.coded_texts`) → head and figures → kept if it does better

Heads stand in a folder beside the store, where the reader finds them. The store is told which
texts a head was made from: they do not measure it afterwards (`db.coded.judged`).
"""

import fcntl
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from db.session import Store
from db.training import forget_trained, keep_trained, trained_texts
from db.writing import writing
from framewatch.coded_lines import CodingError
from framewatch.coded_texts import CodedTexts
from framewatch.story import Frame, Topic
from models.codebook import Codebook, open_codebook
from models.coded_heads import (
    CodedText,
    Rival,
    TooFewCoded,
    Trained,
    check_enough,
    sentence_vectors,
    train_head,
)
from models.encoder import Encoder, EncoderError, heads_folder, open_encoder
from models.framing import Scores
from models.issue_frames import (
    IssueHead,
    Origin,
    Scale,
    coded_folder,
    described,
    entry_sha256,
    load_coded,
    load_issues,
    save_issues,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where heads come from and go to."""

    encoder: str  # as settings name it
    home: Path
    store: Store


# --- training -------------------------------------------------------------------------------------


def train(
    topic: Topic,
    coded: Mapping[str, CodedTexts],
    wanted: Sequence[str],
    place: Place,
    force: bool = False,
) -> Iterator[str]:
    """Fit, judge and keep heads; yields what is to be said.

    Raises CodingError where a frame cannot be trained, or too little was coded for one asked for.
    """
    codebook = open_codebook(topic)
    yield from _not_issue_frames(codebook, coded)
    frames = _frames(codebook, coded, wanted)
    encoder = open_encoder(place.encoder)
    shipped = load_issues(heads_folder(place.encoder), encoder.identity)
    there, damage = _there(coded_folder(place.home, topic.code), encoder)
    yield from damage
    encoded, kept = _Encoded(encoder), dict[str, IssueHead]()
    for frame in frames:
        given, in_force = coded[frame.code], _in_force(there, frame)
        made_from = trained_texts(place.store, topic.code, frame.code) if in_force else frozenset()
        try:
            _check(frame.code, given)
            texts = encoded.of(given, _known(given, made_from))
            trained = train_head(texts, _rivals(encoder, codebook, frame, shipped), in_force)
        except TooFewCoded as error:
            if wanted:
                raise CodingError(str(error)) from None
            yield f"{error}: left alone"
            continue
        yield from report(trained, given.left_out)
        if force or (trained.beaten and not trained.of_sentences):
            kept[frame.code] = trained.head
        else:
            yield "  not kept (--force keeps it all the same)"
    if kept:
        spent = {code: coded[code].spent for code in kept}
        yield from _keep(topic, place, encoder, kept, spent)


def _not_issue_frames(codebook: Codebook, coded: Mapping[str, CodedTexts]) -> Iterator[str]:
    """What was coded and trains nothing: for a misspelt frame, or one with a head of its own."""
    known = {frame.code for frame in codebook.frames}
    trained = {frame.code for frame in codebook.trained}
    for code, given in coded.items():
        if code not in known:
            yield f"{code!r}: {len(given.texts)} coded texts, but the codebook has no such frame"
        elif code in trained:
            yield f"{code}: left alone, its head rests on a published corpus"


def _frames(
    codebook: Codebook, coded: Mapping[str, CodedTexts], wanted: Sequence[str]
) -> list[Frame]:
    known = {frame.code: frame for frame in codebook.experimental}
    for code in wanted:
        if code not in known:
            raise CodingError(f"{code}: no issue frame of the topic; there are: {', '.join(known)}")
        if code not in coded:
            raise CodingError(f"{code}: nothing was coded for it")
    found = [frame for code, frame in known.items() if code in (wanted or coded)]
    if not found:
        raise CodingError(f"nothing was coded for an issue frame ({', '.join(known) or 'none'})")
    return found


def _check(frame: str, given: CodedTexts) -> None:
    """Before anything is encoded. Raises TooFewCoded."""
    present, copies = [t.present for t in given.texts], [t.copies for t in given.texts]
    try:
        check_enough(frame, present, copies)
    except TooFewCoded as error:
        left_out = _left_out(given.left_out)
        raise TooFewCoded(f"{error} ({left_out})" if left_out else str(error)) from None


def _known(given: CodedTexts, made_from: Set[str]) -> frozenset[int]:
    """Groups of near-copies of which the head in force knows a text.

    All, where nothing was kept of what it was made from.
    """
    return frozenset(t.copies for t in given.texts if not made_from or t.sha256 in made_from)


class _Encoded:
    """Texts as vectors, each made once, however many frames it was coded for."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._held: dict[str, Scores | None] = {}

    def of(self, given: CodedTexts, known: Set[int]) -> list[CodedText]:
        found = []
        for one in given.texts:
            if one.text not in self._held:
                self._held[one.text] = sentence_vectors(self._encoder, one.text)
            vectors = self._held[one.text]
            if vectors is not None:
                found.append(CodedText(vectors, one.present, one.copies, one.copies in known))
        return found


def _rivals(
    encoder: Encoder,
    codebook: Codebook,
    frame: Frame,
    shipped: tuple[dict[str, IssueHead], Scale | None],
) -> list[IssueHead]:
    """What reads the frame without a head of coded texts, and its description alone."""
    heads, scale = shipped
    if scale is None:
        raise CodingError("no scale of descriptions: python -m models.train_issue_frames")
    plain = described(encoder, codebook.frames, [frame], scale)
    head = heads.get(frame.code)
    return [head, *plain] if head is not None and head.entry == entry_sha256(frame) else plain


# --- keeping --------------------------------------------------------------------------------------


def _there(folder: Path, encoder: Encoder) -> tuple[tuple[IssueHead, ...], list[str]]:
    """The heads kept before, of whatever entries; where they are damaged, none, and that."""
    try:
        return load_coded(folder, encoder.identity), []
    except EncoderError as error:
        return (), [f"the heads kept before cannot be used: {error}"]


def _in_force(there: Sequence[IssueHead], frame: Frame) -> IssueHead | None:
    key = frame.code, entry_sha256(frame)
    return next((head for head in there if (head.frame, head.entry) == key), None)


def _keep(
    topic: Topic,
    place: Place,
    encoder: Encoder,
    kept: Mapping[str, IssueHead],
    spent: Mapping[str, Collection[str]],
) -> Iterator[str]:
    """Beside those already there, of which one is replaced if it is of the same frame and entry."""
    # First what they were made from: without the heads that does no harm but to the sample.
    with writing(place.store) as connection:
        for code, texts in spent.items():
            keep_trained(connection, topic.code, code, texts, datetime.now(UTC))
    with _alone(topic, place) as folder:
        held = {(head.frame, head.entry): head for head in _there(folder, encoder)[0]}
        held |= {(head.frame, head.entry): head for head in kept.values()}
        save_issues(folder, list(held.values()), None, encoder.identity, switched=True)
    yield f"kept {', '.join(kept)} in {folder}; `python -m framewatch classify` reads with them"
    yield (
        "articles that these heads were made from no longer count for the corrected share of their "
        "frame: draw others (`python -m framewatch code sample`) and code them to measure its "
        "errors. `codebook train --withdraw --frame NAME` takes a head back, and this too"
    )


def withdraw(topic: Topic, wanted: Sequence[str], place: Place) -> Iterator[str]:
    """Heads of these frames are gone, and what they were made from may measure again.

    Raises CodingError where a frame has neither.
    """
    encoder = open_encoder(place.encoder)
    with _alone(topic, place) as folder:
        there = load_coded(folder, encoder.identity)
        for code in wanted:
            headless = code not in {head.frame for head in there}
            if headless and not trained_texts(place.store, topic.code, code):
                raise CodingError(f"{code}: no head was made of coded texts")
        rest = [head for head in there if head.frame not in wanted]
        if len(rest) < len(there):
            save_issues(folder, rest, None, encoder.identity, switched=True)
        with writing(place.store) as connection:
            for code in wanted:
                forget_trained(connection, topic.code, code, datetime.now(UTC))
    yield f"withdrawn {', '.join(wanted)}; `python -m framewatch classify` reads without them"


@contextmanager
def _alone(topic: Topic, place: Place) -> Iterator[Path]:
    """The folder of a topic's heads, for one who changes them at a time."""
    folder = coded_folder(place.home, topic.code)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


# --- saying it ------------------------------------------------------------------------------------


def _left_out(counts: Counter[str]) -> str:
    found = ", ".join(f"{n} {why}" for why, n in sorted(counts.items()))
    return f"left out: {found}" if found else ""


def report(trained: Trained, left_out: Counter[str]) -> Iterator[str]:
    """The figures of one frame, beside those of what it would replace."""
    head, own = trained.head, trained.measured
    yield f"{head.frame}: {trained.texts} coded texts, {trained.positives} with the frame"
    if left_out:
        yield f"  {_left_out(left_out)}"
    if trained.of_sentences:
        yield (
            "  these are coded sentences: the figures are per sentence, not per article; the rule "
            f"that makes an article's score of them is inherited ({trained.rivals[0].origin.value})"
            ", nothing here measures it. Code articles, or keep the head by --force"
        )
    rows = [("coded, cross-validated", own)]
    rows += [(_named(rival, trained), rival.measured) for rival in trained.rivals]
    for name, m in rows:
        yield (
            f"  {name:24} AUC {m.auc:.3f} ({m.auc_interval[0]:.3f} to {m.auc_interval[1]:.3f})  "
            f"F1 {m.f1:.3f} ({m.f1_interval[0]:.3f} to {m.f1_interval[1]:.3f})"
        )
    for rival in trained.rivals:
        low, high = rival.gain
        said = "beats" if low > 0 else "is not shown to beat"
        yield (
            f"  the head of coded texts {said} {_named(rival, trained)}: "
            f"AUC higher by {low:+.3f} to {high:+.3f}"
        )
    if trained.not_compared:
        yield (
            "  it cannot be compared with the head of coded texts in force, on texts that neither "
            f"was made from: {trained.not_compared}; --force replaces that head"
        )


def _named(rival: Rival, trained: Trained) -> str:
    if rival.origin is not Origin.CODED:
        return rival.origin.value
    return f"in force, on {rival.texts} of {trained.texts}"
