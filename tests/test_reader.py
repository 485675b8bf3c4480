"""The reader: one reading per article, whatever the text; on a toy encoder and on the real one."""

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framewatch.facts import load_topic
from framewatch.story import Article, Quotation, Target, Topic, Voice
from models.codebook import CodebookError, open_codebook
from models.encoder import (
    BUNDLED_FOLDER,
    EncoderError,
    EncoderIdentity,
    Ids,
    Tokens,
    Vectors,
    open_encoder,
)
from models.framing import FrameHeads
from models.heads import load_head, save_head
from models.issue_frames import IssueFrames, IssueHead, Origin, unit
from models.passages import encode_text, group, tokenize_text
from models.reader import MOST_MENTIONS, Reader, open_reader
from models.sentences import Span
from models.sentiment import (
    WINDOW,
    HeadSentiment,
    MentionWindow,
    SentimentHead,
    mention_vectors,
    mention_window,
)
from models.target_model import TargetModel, open_sentiment

ROOT = Path(__file__).resolve().parent.parent
CODES = ("conflict", "economic", "human_interest", "morality", "responsibility")
WIDTH = 8


class ToyEncoder:
    """Words for tokens; a token's vector depends on the word alone, so scores can be foretold."""

    def __init__(self) -> None:
        self.identity = EncoderIdentity("toy", "1", "00")
        self.longest = 1000
        self.sequences = 0

    def tokenize(self, text: str) -> Tokens:
        text.encode()  # as a real tokenizer does: lone surrogates are refused
        words = [(m.span(), m.group()) for m in re.finditer(r"\w+|[^\w\s]", text)]
        ids = [int(hashlib.sha256(w.lower().encode()).hexdigest()[:6], 16) for _, w in words]
        offsets = np.array([span for span, _ in words], dtype=np.int64).reshape(-1, 2)
        return Tokens(np.array(ids, dtype=np.int64), offsets)

    def encode(self, sequences: Sequence[Ids]) -> list[tuple[Vectors, ...]]:
        self.sequences += len(sequences)
        return [(self._vectors(ids),) for ids in sequences]

    def _vectors(self, ids: Ids) -> Vectors:
        rows = [np.random.default_rng(int(i)).normal(size=WIDTH) for i in [1, *ids, 2]]
        return np.array(rows, dtype=np.float32)

    def word(self, word: str) -> Vectors:
        return self._vectors(self.tokenize(word).ids)[1]


def a_topic(*targets: Target) -> Topic:
    return Topic(
        code="t",
        name="T",
        query="t",
        aliases=("T",),
        time_zone="UTC",
        sources=("*",),
        targets=targets,
    )


LIN = Target(code="lin", name="Lin", aliases=("Lin",))
WU = Target(code="wu", name="Wu", aliases=("Wu",))


def frame_heads() -> FrameHeads:
    """The word "war" makes conflict, "money" economic consequences; nothing else counts."""
    words = np.zeros((5, 2), dtype=np.float32)
    words[0, 1], words[1, 0] = 20, 20
    arrays = {
        "idf": np.ones(2, dtype=np.float32),
        "words": words,
        "words_bias": np.full(5, -10, dtype=np.float32),
        "vectors": np.zeros((5, 3 * WIDTH), dtype=np.float32),
        "vectors_bias": np.zeros(5, dtype=np.float32),
        "closeness": np.zeros((1, WIDTH), dtype=np.float32),
        "closeness_bias": np.zeros(1, dtype=np.float32),
        "phrases": np.zeros((5, 1), dtype=np.float32),
        "phrases_bias": np.zeros(5, dtype=np.float32),
        "slope": np.ones(5, dtype=np.float32),
        "intercept": np.zeros(5, dtype=np.float32),
    }
    facts = {"frames": CODES, "thresholds": [0.5] * 5, "vocabulary": ["money", "war"]}
    return FrameHeads(arrays, facts)


def sentiment_head(encoder: ToyEncoder) -> HeadSentiment:
    """What is said beside a target decides: "praised" is positive, "blamed" negative."""
    weights = np.zeros((3, 4 * WIDTH), dtype=np.float32)
    weights[0, -WIDTH:] = 20 * encoder.word("blamed")
    weights[2, -WIDTH:] = 20 * encoder.word("praised")
    arrays = {"weights": weights, "bias": np.zeros(3, dtype=np.float32)}
    head = SentimentHead(arrays, {"polarities": ["negative", "neutral", "positive"]})
    return HeadSentiment(encoder, head)


def toy_reader(*targets: Target, encoder: ToyEncoder | None = None) -> Reader:
    encoder = encoder or ToyEncoder()
    heads = (frame_heads(), sentiment_head(encoder))
    return Reader(encoder, heads, open_codebook(a_topic()), targets, "11")


def an_article(text: str, title: str = "A title", **other: object) -> Article:
    article = Article(
        url="https://a.example/1",
        title=title,
        text=text,
        language="en",
        host="a",
        host_name="A",
    )
    return replace(article, **other)


def test_frames_come_in_the_order_of_the_heads_with_their_thresholds() -> None:
    """A frame whose word is there is present, the others are not, and each is reported."""
    (reading,) = toy_reader().read([an_article("There was talk of war in the market hall.")])
    assert tuple(frame.frame for frame in reading.frames) == CODES
    assert [frame.present for frame in reading.frames] == [True, False, False, False, False]
    assert not reading.unread


def test_evidence_is_cut_out_of_the_coded_text() -> None:
    """Offsets count in headline plus body, and the sentence that holds the word stands first."""
    article = an_article(
        "It rained all day in town. They spoke of war once more. It was late by then."
    )
    (reading,) = toy_reader().read([article])
    best = reading.evidence[0]
    assert article.coded_text[best.start : best.end] == "They spoke of war once more."
    assert (best.about, best.kind, best.voice) == ("conflict", "frame", Voice.OUTLET)


def test_a_quoted_sentence_is_marked_with_its_speaker() -> None:
    """The spans the scraper found reach the evidence."""
    body = "“They spoke of war once more,” she said."
    article = an_article(body)
    start = article.coded_text.index("“")
    quoted = replace(article, quotations=(Quotation(start=start, end=start + 30, speaker="Ms Ho"),))
    (reading,) = toy_reader().read([quoted])
    assert (reading.evidence[0].voice, reading.evidence[0].speaker) == (Voice.QUOTED, "Ms Ho")


def test_sentiment_is_towards_the_target_named_not_the_sentence() -> None:
    """One sentence, two targets, two tones; a target that is not named has no score."""
    absent = Target(code="absent", name="Absent", aliases=("Absent",))
    article = an_article(
        "Critics praised Lin before the long hearing and some of them then blamed Wu."
    )
    (reading,) = toy_reader(LIN, WU, absent).read([article])
    tones = {score.target: score.tone for score in reading.targets}
    assert set(tones) == {"lin", "wu"}
    assert tones["lin"] > 0.5 > -0.5 > tones["wu"]
    assert all(s.negative + s.neutral + s.positive == pytest.approx(1) for s in reading.targets)


def test_a_target_counts_sentences_and_keeps_two_of_them() -> None:
    """Twice in a sentence is one mention; the score is the mean over the sentences."""
    text = "Lin met Lin. They praised Lin. They blamed Lin. Wu left."
    (reading,) = toy_reader(LIN).read([an_article(text)])
    assert reading.targets[0].mentions == 3
    assert len([e for e in reading.evidence if e.about == "lin"]) == 2


def test_a_sentence_that_names_two_targets_is_encoded_once() -> None:
    """One passage and one sentence go through the encoder, however many targets share it."""
    encoder = ToyEncoder()
    list(toy_reader(LIN, WU, encoder=encoder).read([an_article("Lin met Wu.")]))
    assert encoder.sequences == 2


@pytest.mark.parametrize(
    ("language", "reason"),
    [("zh", "language: zh"), ("und", "language: und"), ("", "language: und")],
)
def test_other_languages_are_not_read(language: str, reason: str) -> None:
    """The heads learnt from English; a score for another language would be invented."""
    (reading,) = toy_reader().read([an_article("这是一个句子。", language=language)])
    assert reading.unread == reason
    assert reading.frames == reading.targets == reading.evidence == ()


@pytest.mark.parametrize("language", ["en", "en-AU", "EN"])
def test_regional_english_is_english(language: str) -> None:
    """Publishers tag their pages with a region."""
    (reading,) = toy_reader().read([an_article("A plain sentence.", language=language)])
    assert reading.unread == ""


HOSTILE = {
    "one line of a megabyte": ("x" * 1_000_000, "too long: 1000009 characters"),
    "no letters": ("1234 !!! 5678", "no text"),
    "many pieces": ("a " * 60_000, "too long: 60002 word pieces"),
    "emoji": ("😀" * 5_000 + " a", ""),
    "right to left": ("\u202eabc\u202c שלום עולם. " * 200, ""),
    "nul": ("a\x00b Lin\x00. " * 200, ""),
    "lone surrogates": ("war \ud800 Lin \udfff. " * 50, ""),
    "ten thousand mentions": ("Lin? " * 10_000, ""),
    "one sentence of mentions": ("Lin " * 10_000, ""),
    "quotation marks": ("“" * 20_000 + " Lin", ""),
}


@pytest.mark.parametrize(("text", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_are_read_or_refused_in_bounded_time(text: str, reason: str) -> None:
    """Whatever a page holds, there is one reading and it comes soon."""
    title = "" if reason == "no text" else "A title"
    start = time.perf_counter()
    (reading,) = toy_reader(LIN).read([an_article(text, title)])
    assert reading.unread == reason
    assert time.perf_counter() - start < 120
    assert all(score.mentions <= MOST_MENTIONS for score in reading.targets)


def test_a_reading_does_not_depend_on_the_articles_beside_it() -> None:
    """Order in, order out; alone or in company the numbers are the same."""
    first, second = an_article("They praised Lin in the war."), an_article("Money and Wu.")
    reader = toy_reader(LIN, WU)
    assert list(reader.read([first, second])) == [
        reader.read_article(first),
        reader.read_article(second),
    ]
    assert reader.read_article(first).text_sha256 == first.text_sha256


def test_another_codebook_or_another_head_is_another_reader() -> None:
    """Stored readings name exactly what read them."""
    encoder = ToyEncoder()
    heads = (frame_heads(), sentiment_head(encoder))
    book = open_codebook(a_topic())
    issue = replace(book.frames[0], code="issue", tier="experimental")
    wider = open_codebook(replace(a_topic(), frames=(issue,)))
    coded = issue_head("issue", encoder.word("war"))
    described = replace(coded, origin=Origin.DESCRIPTION)
    readers = (
        Reader(encoder, heads, book, (), "11"),
        Reader(encoder, heads, book, (), "22"),
        Reader(encoder, heads, wider, (), "11", IssueFrames([coded])),
        Reader(encoder, heads, wider, (), "11", IssueFrames([described])),
    )
    assert len({reader.identity for reader in readers}) == 4
    assert "+description.1" in readers[3].identity.revision
    assert "+coded.1" in readers[2].identity.revision


def issue_head(frame: str, direction: Vectors) -> IssueHead:
    """Present where a sentence holds the word of that direction."""
    weights = 40 * unit(direction)
    line = {"slope": 1.0, "intercept": 0.0, "share": 0.1, "threshold": 0.5}
    return IssueHead(frame, "00", Origin.CODED, weights, bias=-30.0, **line)


def test_issue_frames_are_scored_behind_the_trained_ones_with_evidence() -> None:
    """Their best sentence is cut out of the text; unlikely ones are no evidence."""
    encoder = ToyEncoder()
    issue = replace(open_codebook(a_topic()).frames[0], code="issue", tier="experimental")
    book = open_codebook(replace(a_topic(), frames=(issue,)))
    issues = IssueFrames([issue_head("issue", encoder.word("rain"))])
    reader = Reader(encoder, (frame_heads(), sentiment_head(encoder)), book, (), "11", issues)
    text = "Rain rain rain rain rain. They sat at home all day. Nobody sang a single song there."
    (reading,) = reader.read([an_article(text)])
    assert tuple(frame.frame for frame in reading.frames) == (*CODES, "issue")
    assert reading.frames[-1].present
    (only,) = [item for item in reading.evidence if item.about == "issue"]
    assert an_article(text).coded_text[only.start : only.end] == "Rain rain rain rain rain."
    (other,) = reader.read([an_article("They sat at home all day with their books.")])
    assert not other.frames[-1].present


def test_heads_and_codebook_must_agree() -> None:
    """A reader is never opened over frames that nothing scores."""
    encoder = ToyEncoder()
    heads = (frame_heads(), sentiment_head(encoder))
    book = open_codebook(a_topic())
    promoted = replace(book.frames[0], code="issue")
    with pytest.raises(CodebookError, match="issue"):
        Reader(encoder, heads, open_codebook(replace(a_topic(), frames=(promoted,))), (), "11")


def test_a_sentence_vector_is_the_mean_of_its_own_tokens() -> None:
    """Sums over neighbours would hand one sentence's words to the next."""
    encoder = ToyEncoder()
    encoded = encode_text(encoder, tokenize_text(encoder, "war came\nmoney went away"))
    expected = (encoder.word("war") + encoder.word("came")) / 2
    np.testing.assert_allclose(encoded.sentences[0], expected, rtol=1e-5)
    expected = (encoder.word("money") + encoder.word("went") + encoder.word("away")) / 3
    np.testing.assert_allclose(encoded.sentences[1], expected, rtol=1e-5)


def test_passages_join_whole_sentences_and_cut_only_what_is_too_long() -> None:
    """Bounds are tokens; none is lost and none is in two passages."""
    assert group([(0, 4), (4, 9), (9, 12), (12, 35)], 10) == [
        (0, 9),
        (9, 12),
        (12, 22),
        (22, 32),
        (32, 35),
    ]


def test_a_long_sentence_is_cut_around_its_mention() -> None:
    """The target is always inside the window, at either end of the text too."""
    encoder = ToyEncoder()
    words = ["word"] * 400
    for place in (0, 200, 399):
        text = " ".join([*words[:place], "Lin", *words[place + 1 :]])
        source = tokenize_text(encoder, text)
        at = text.index("Lin")
        window = mention_window(source, (0, 400), [Span(at, at + 3)])
        assert window is not None
        assert len(window.ids) == WINDOW
        assert window.target.sum() == 1


def test_windows_keep_their_order_when_they_share_a_pass() -> None:
    """Vectors belong to the windows they were asked for."""
    encoder = ToyEncoder()
    source = tokenize_text(encoder, "Lin met Wu")
    spans = [Span(0, 3), Span(8, 10)]
    windows = [mention_window(source, (0, 3), [span]) for span in (*spans, *spans)]
    vectors = mention_vectors(encoder, [w for w in windows if w is not None])
    assert (vectors[0] == vectors[2]).all()
    assert (vectors[0] != vectors[1]).any()


def test_heads_of_another_encoder_are_refused(tmp_path: Path) -> None:
    """Vectors of one model mean nothing to the heads of another."""
    save_head(tmp_path, "frames", {"w": np.zeros(1, dtype=np.float32)}, {"encoder_sha256": "aa"})
    assert load_head(tmp_path, "frames", EncoderIdentity("m", "1", "aa"))[1] == {
        "encoder_sha256": "aa"
    }
    with pytest.raises(EncoderError, match=r"frames\.json.*train again"):
        load_head(tmp_path, "frames", EncoderIdentity("m", "1", "bb"))


def test_missing_heads_say_how_to_make_them(tmp_path: Path) -> None:
    """An encoder alone reads nothing."""
    with pytest.raises(EncoderError, match=r"no sentiment head.*models\.train"):
        load_head(tmp_path, "sentiment", EncoderIdentity("m", "1", "aa"))


@pytest.mark.parametrize(
    ("name", "message"),
    [("no-such-folder", "pinned revision"), ("owner/model", "pinned revision")],
)
def test_an_encoder_without_a_folder_or_a_revision_is_refused(name: str, message: str) -> None:
    """Never a silent fallback to the bundled one."""
    with pytest.raises(EncoderError, match=message):
        open_encoder(name)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    """The message names both things that could stand there."""
    with pytest.raises(EncoderError, match=r"neither encoder\.onnx .* nor config\.json"):
        open_encoder(str(tmp_path))


# --- the bundled encoder --------------------------------------------------------------------------

NEWS = an_article(
    "Investors wiped billions of dollars off chip makers as prices fell and jobs were put at risk. "
    "The cost to the economy could be severe, analysts warned. "
    "Rivals attacked DeepSeek as a dishonest failure and accused it of theft. "
    "OpenAI won praise for an excellent, brilliant product. "
    "US officials clashed with Beijing over the dispute.",
    title="Markets tumble",
)


@pytest.fixture(scope="module")
def bundled() -> Reader:
    return open_reader("bundled", load_topic(ROOT / "topics" / "deepseek.toml"))


@pytest.mark.slow
def test_the_bundled_reader_reads_an_article(bundled: Reader) -> None:
    """Probabilities for all frames, targets found, blame and praise told apart."""
    (reading,) = bundled.read([NEWS])
    issues = tuple(f.code for f in load_topic(ROOT / "topics" / "deepseek.toml").frames)
    assert tuple(frame.frame for frame in reading.frames) == (*CODES, *issues)
    tones = {score.target: score.tone for score in reading.targets}
    assert set(tones) == {"deepseek", "openai", "china", "united_states"}
    assert tones["deepseek"] < -0.2 < 0.2 < tones["openai"]
    probabilities = {frame.frame: frame.probability for frame in reading.frames}
    assert probabilities["economic"] > probabilities["human_interest"]
    assert max(issues, key=lambda code: probabilities[code]) == "market_shock"


@pytest.mark.slow
def test_the_bundled_model_tells_two_targets_of_one_sentence_apart() -> None:
    """The same words, another mark, another polarity; a window's company changes nothing."""
    encoder = open_encoder("bundled")
    sentiment = open_sentiment(BUNDLED_FOLDER, encoder)
    assert isinstance(sentiment, TargetModel)
    text = "Senators praised Lin for her honesty and condemned Wu as a corrupt liar."
    source = tokenize_text(encoder, text)
    windows: list[MentionWindow] = []
    for name in ("Lin", "Wu"):
        at = text.index(name)
        window = mention_window(source, source.bounds[0], [Span(at, at + len(name))])
        assert window is not None
        windows.append(window)
    scores = sentiment.probabilities(windows)
    assert scores.sum(axis=1) == pytest.approx([1, 1])
    assert scores.argmax(axis=1).tolist() == [2, 0]
    assert (sentiment.probabilities(windows[:1])[0] == scores[0]).all()
    assert sentiment.probabilities([]).shape == (0, 3)


@pytest.mark.slow
def test_readings_are_the_same_bit_for_bit(bundled: Reader) -> None:
    """Again, in company, and by a reader opened anew."""
    again = open_reader("bundled", load_topic(ROOT / "topics" / "deepseek.toml"))
    (alone,) = bundled.read([NEWS])
    other = an_article("Something else entirely happened at the harbour.")
    assert [alone] == list(again.read([other, NEWS]))[1:]


@pytest.mark.slow
@pytest.mark.parametrize(("text", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_do_not_stop_the_bundled_reader(
    bundled: Reader, text: str, reason: str
) -> None:
    """The real tokenizer and the real session, the same texts; reasons may differ in count."""
    title = "" if reason == "no text" else "A title"
    start = time.perf_counter()
    (reading,) = bundled.read([an_article(text, title)])
    assert time.perf_counter() - start < 120
    assert bool(reading.unread) == bool(reason) or reading.unread.startswith("too long")
    assert all(np.isfinite(frame.probability) for frame in reading.frames)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["encoder.onnx", "target.onnx", "tokenizer.json", "frames.json"])
@pytest.mark.parametrize(
    "opened", [lambda folder: open_encoder(str(folder)), TargetModel], ids=["encoder", "sentiment"]
)
def test_altered_or_missing_weights_are_named(
    tmp_path: Path, name: str, opened: Callable[[Path], object]
) -> None:
    """Weights that are not those of the manifest read nothing."""
    folder = tmp_path / "weights"
    shutil.copytree(BUNDLED_FOLDER, folder)
    with (folder / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(EncoderError, match=rf"{re.escape(name)} was altered.*restore"):
        opened(folder)
    (folder / name).unlink()
    with pytest.raises(EncoderError, match=rf"{re.escape(name)} is missing; restore"):
        opened(folder)


def test_the_bundle_is_small_licensed_and_without_pickles() -> None:
    """Below 50 MB; only JSON, safetensors, ONNX and the licence; the source's hash is recorded."""
    files = [path for path in BUNDLED_FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 50_000_000
    assert {path.suffix for path in files} == {".json", ".safetensors", ".onnx", ""}
    manifest = json.loads((BUNDLED_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    assert {path.name for path in files} == {"manifest.json", *manifest["files"]}
    assert {"LICENSE", "NOTICE"} <= set(manifest["files"])
    assert manifest["source_sha256"].startswith("53aa5117")


@pytest.mark.slow
def test_a_transformers_folder_without_torch_says_what_to_install(tmp_path: Path) -> None:
    """Torch is no part of the daily path, so asking for it must be clear."""
    if os.environ.get("FRAMEWATCH_TORCH") or _has_torch():
        pytest.skip("torch is installed")
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    with pytest.raises(EncoderError, match="pip install torch"):
        open_encoder(str(tmp_path))


def _has_torch() -> bool:
    import importlib.util

    return importlib.util.find_spec("torch") is not None
