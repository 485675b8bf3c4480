"""Articles to readings: the encoder, the heads and the codebook together, as stages call them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

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
from models.mentions import by_sentence, find_mentions
from models.passages import TokenizedText, encode_text, tokenize_text
from models.sentences import Span
from models.sentiment import MentionWindow, TargetSentiment, mention_window
from models.target_model import open_sentiment

LANGUAGE = "en"  # of the texts that the heads were trained on
# Beyond these a text is no article; they bound what one text can cost (about ten seconds).
MOST_CHARACTERS = 200_000
MOST_TOKENS = 30_000
# Sentences scored for one target in one article, the first ones.
MOST_MENTIONS = 100
# Raise it when a rule of reading changes (mentions, passages, evidence): readings then differ
# though weights and codebook do not, and articles are read again.
RULES = 1


class Reader:
    """Reads articles one by one; what it says of one never depends on the others."""

    def __init__(
        self,
        encoder: Encoder,
        heads: tuple[FrameHeads, TargetSentiment],
        codebook: Codebook,
        targets: tuple[Target, ...],
        heads_sha256: str,
    ) -> None:
        self._encoder = encoder
        self._frames, self._sentiment = heads
        self._targets = targets
        codebook.check_heads(self._frames.codes)
        known = encoder.identity
        both = f"{known.weights_sha256} {heads_sha256}"
        self.identity = ReaderIdentity(
            model=known.model,
            revision=f"{known.revision}+rules.{RULES}",
            weights_sha256=hashlib.sha256(both.encode()).hexdigest(),
            codebook_sha256=codebook.sha256,
        )

    def read(self, articles: Iterable[Article]) -> Iterator[Reading]:
        """One reading per article, in order. A text that cannot be read says why in `unread`."""
        return map(self.read_article, articles)

    def read_article(self, article: Article) -> Reading:
        return self.read_text(article.coded_text, article.language, article.quotations)

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
        unread = _unreadable(text, language)
        if unread:
            return self._unread(text, unread)
        source = tokenize_text(self._encoder, text)
        if not source.sentences:
            return self._unread(text, "no text")
        if len(source.tokens.ids) > MOST_TOKENS:
            return self._unread(text, f"too long: {len(source.tokens.ids)} word pieces")
        encoded = encode_text(self._encoder, source)
        frames = self._frames.score_article(encoded)
        evidence: list[Evidence] = []
        if any(frame.present for frame in frames):
            scores = self._frames.score_sentences(encoded)
            evidence += frame_evidence(encoded, frames, scores, quotations)
        if spans is None:
            mentions = {t.code: find_mentions(source.text, t) for t in self._targets}
        else:
            mentions = {str(i): [span] for i, span in enumerate(spans)}
        targets, spoken = self._score_targets(source, mentions, quotations)
        return Reading(
            reader=self.identity,
            text_sha256=_sha256(text),
            frames=frames,
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


def open_reader(encoder: str, topic: Topic) -> Reader:
    """The reader for a topic with the encoder that settings name.

    Raises EncoderError (encoder or heads missing, altered, or not made for each other), FactsError
    or CodebookError.
    """
    opened = open_encoder(encoder)
    folder = heads_folder(encoder)
    heads = (
        FrameHeads.load(folder, opened.identity),
        open_sentiment(folder, opened),
    )
    return Reader(opened, heads, open_codebook(topic), topic.targets, heads_sha256(folder))


def _unreadable(text: str, language: str) -> str:
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
