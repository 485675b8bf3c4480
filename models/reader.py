"""Articles to readings: the encoder, the heads and the codebook together, as stages call them."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path

import numpy as np

from framewatch.story import (
    Article,
    Evidence,
    Quotation,
    ReaderIdentity,
    Reading,
    Target,
    TargetScore,
    Topic,
)
from models.codebook import Codebook, open_codebook
from models.encoder import Encoder, heads_folder, open_encoder
from models.evidence import frame_evidence, target_evidence
from models.framing import FrameHeads
from models.heads import heads_sha256
from models.issue_frames import IssueFrames, Origin, load_coded, open_issues
from models.mentions import by_sentence, find_mentions
from models.passages import TokenizedText, encode_text, tokenize_text
from models.sentences import Span
from models.sentiment import MentionWindow, TargetSentiment, mention_window
from models.target_model import open_sentiment

LANGUAGE = "en"  # of the texts that the heads were trained on
# Beyond these a text is no article; they bound what one text can cost (about ten seconds).
MOST_CHARACTERS = 200_000
MOST_TOKENS = 30_000
# Beside its best sentence an issue frame has for evidence those that rather carry it than not.
LIKELY = 0.5
# Sentences scored for one target in one article, the first ones.
MOST_MENTIONS = 100
# Raise it when a rule of reading changes (mentions, passages, evidence): readings then differ
# though weights and codebook do not, and articles are read again.
RULES = 2


class Reader:
    """Reads articles one by one; what it says of one never depends on the others."""

    def __init__(
        self,
        encoder: Encoder,
        heads: tuple[FrameHeads, TargetSentiment],
        codebook: Codebook,
        targets: tuple[Target, ...],
        heads_sha256: str,
        issues: IssueFrames | None = None,
    ) -> None:
        self._encoder = encoder
        self._frames, self._sentiment = heads
        self._issues = issues or IssueFrames(())
        self._targets = targets
        self.codebook = codebook
        codebook.check_heads(self._frames.codes, self._issues.codes)
        known = encoder.identity
        both = f"{known.weights_sha256} {heads_sha256}"
        self.identity = ReaderIdentity(
            model=known.model,
            revision=f"{known.revision}+rules.{RULES}{_aliases(targets)}{_origins(self._issues)}",
            weights_sha256=hashlib.sha256(both.encode()).hexdigest(),
            codebook_sha256=codebook.sha256,
        )

    def read(self, articles: Iterable[Article]) -> Iterator[Reading]:
        """One reading per article, in order. A text that cannot be read says why in `unread`."""
        return map(self.read_article, articles)

    def read_article(self, article: Article) -> Reading:
        return self.read_text(article.coded_text, article.language, article.quotations)

    def affected(self, known: ReaderIdentity, entries: str) -> frozenset[str] | None:
        """Frames to be scored anew in a text that `known` read; None: all of it is to be.

        entries: known's codebook, as `Codebook.entries`. A frame that is read by its description is
        set against all other entries, so a change of any affects it.
        """
        ours = self.identity
        if (known.model, known.weights_sha256) != (ours.model, ours.weights_sha256):
            return None
        if _rules(known) != _rules(ours):
            return None
        if entries == self.codebook.entries:
            return frozenset()
        described = self._issues.of_origin(Origin.DESCRIPTION)
        return self.codebook.changed_since(entries).union(described)

    def read_changed(self, article: Article, known: Reading, affected: Set[str]) -> Reading:
        """As `read_article` of a text that was read by another codebook: what `affected` does not
        name is as `known` says, and is not read again. A text that `known` or we cannot read is
        read whole, as is another text than it read.
        """
        text, language = article.coded_text, article.language
        if known.unread or unreadable(text, language) or known.text_sha256 != _sha256(text):
            return self.read_article(article)
        fresh = known
        if affected:
            fresh = self.read_text(text, language, article.quotations, spans=())
        return _merged(replace(known, reader=self.identity), fresh, affected, self._codes)

    @property
    def _codes(self) -> tuple[str, ...]:
        return (*self._frames.codes, *self._issues.codes)

    def read_text(
        self,
        text: str,
        language: str,
        quotations: Sequence[Quotation] = (),
        spans: Sequence[Span] | None = None,
    ) -> Reading:
        """Of any text. `spans` are mentions to be scored each apart, in place of those found by
        the topic's aliases: the target of the score of spans[i] is str(i).
        """
        unread = unreadable(text, language)
        if unread:
            return self._unread(text, unread)
        source = tokenize_text(self._encoder, text)
        if not source.sentences:
            return self._unread(text, "no text")
        if len(source.tokens.ids) > MOST_TOKENS:
            return self._unread(text, f"too long: {len(source.tokens.ids)} word pieces")
        encoded = encode_text(self._encoder, source)
        frames, evidence = self._frames.score_article(encoded), list[Evidence]()
        if any(frame.present for frame in frames):
            scores = self._frames.score_sentences(encoded)
            evidence += frame_evidence(encoded, frames, scores, quotations)
        issues = self._issues.score_article(encoded)
        if any(frame.present for frame in issues):
            scores = self._issues.score_sentences(encoded)
            evidence += frame_evidence(encoded, issues, scores, quotations, LIKELY)
        if spans is None:
            mentions = {t.code: find_mentions(source.text, t) for t in self._targets}
        else:
            mentions = {str(i): [span] for i, span in enumerate(spans)}
        targets, spoken = self._score_targets(source, mentions, quotations)
        return Reading(
            reader=self.identity,
            text_sha256=_sha256(text),
            frames=(*frames, *issues),
            targets=targets,
            evidence=(*evidence, *spoken),
        )

    def _score_targets(
        self,
        source: TokenizedText,
        mentions: Mapping[str, Sequence[Span]],
        quotations: Sequence[Quotation],
    ) -> tuple[tuple[TargetScore, ...], list[Evidence]]:
        rows: list[tuple[str, int, MentionWindow]] = []
        for code, found in mentions.items():
            in_sentences = by_sentence(found, source.sentences)
            for sentence, spans in list(in_sentences.items())[:MOST_MENTIONS]:
                window = mention_window(source, source.bounds[sentence], spans)
                if window is not None:
                    rows.append((code, sentence, window))
        if not rows:
            return (), []
        windows = [window for _, _, window in rows]
        probabilities = self._sentiment.probabilities(windows)
        scores: list[TargetScore] = []
        evidence: list[Evidence] = []
        for code in dict.fromkeys(code for code, _, _ in rows):
            own = [i for i, row in enumerate(rows) if row[0] == code]
            negative, neutral, positive = map(float, np.mean(probabilities[own], axis=0))
            scores.append(
                TargetScore(
                    target=code,
                    mentions=len(own),
                    negative=negative,
                    neutral=neutral,
                    positive=positive,
                )
            )
            tones = [
                (source.sentences[rows[i][1]], float(probabilities[i, 2] - probabilities[i, 0]))
                for i in own
            ]
            evidence += target_evidence(code, tones, quotations)
        return tuple(scores), evidence

    def _unread(self, text: str, reason: str) -> Reading:
        return Reading(reader=self.identity, text_sha256=_sha256(text), unread=reason)


def open_reader(encoder: str, topic: Topic, coded: Path | None = None) -> Reader:
    """The reader for a topic with the encoder that settings name.

    coded: the folder of heads that `codebook train` made for the topic, if it has one.
    Raises EncoderError (encoder or heads missing, altered, or not made for each other), FactsError
    or CodebookError.
    """
    opened = open_encoder(encoder)
    folder = heads_folder(encoder)
    heads = (
        FrameHeads.load(folder, opened.identity),
        open_sentiment(folder, opened),
    )
    codebook = open_codebook(topic)
    issues = open_issues(opened, codebook, (coded, folder))
    version = heads_sha256(folder)
    if coded is not None and load_coded(coded, opened.identity):
        version = f"{version} {heads_sha256(coded)}"
    return Reader(opened, heads, codebook, topic.targets, version, issues)


def _merged(known: Reading, fresh: Reading, affected: Set[str], codes: Sequence[str]) -> Reading:
    """The scores and evidence of affected frames from `fresh`, all others from `known`."""
    scores = {score.frame: score for score in known.frames}
    scores |= {score.frame: score for score in fresh.frames if score.frame in affected}
    frames = [one for one in known.evidence if one.kind == "frame" and one.about not in affected]
    frames += [one for one in fresh.evidence if one.kind == "frame" and one.about in affected]
    frames = [one for one in frames if one.about in codes]
    frames.sort(key=lambda one: codes.index(one.about))  # as `read_text` has them
    spoken = [one for one in known.evidence if one.kind != "frame"]
    return replace(
        known,
        frames=tuple(scores[code] for code in codes if code in scores),
        evidence=(*frames, *spoken),
    )


def _rules(reader: ReaderIdentity) -> str:
    """A revision without `_origins`, which follow from codebook and weights."""
    return re.split(r"\+(?:description|coded)\.", reader.revision)[0]


def _aliases(targets: Sequence[Target]) -> str:
    """The first digits of a hash of codes and aliases: with others, other sentences are found."""
    told = json.dumps([[target.code, *target.aliases] for target in targets], ensure_ascii=False)
    return f"+targets.{_sha256(told)[:8]}" if targets else ""


def _origins(issues: IssueFrames) -> str:
    """How many issue frames are read by their description alone, and by heads of coded texts."""
    counts = {origin: len(issues.of_origin(origin)) for origin in Origin}
    named = (Origin.DESCRIPTION, Origin.CODED)
    return "".join(f"+{origin.value}.{counts[origin]}" for origin in named if counts[origin])


def unreadable(text: str, language: str) -> str:
    if language.split("-")[0].lower() != LANGUAGE:
        return f"language: {language[:16] or 'und'}"
    if len(text) > MOST_CHARACTERS:
        return f"too long: {len(text)} characters"
    if not any(character.isalpha() for character in text):
        return "no text"
    return ""


def _sha256(text: str) -> str:
    """As `Article.text_sha256`."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
