"""Texts made to break the reader: each is read or refused with a reason, for a bounded price.

The price is counted, not timed: characters split and tokenized, word pieces and windows handed to
the engine.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sentencex
from click.testing import CliRunner

import framewatch.own_texts as own_texts
from framewatch.facts import load_topic
from framewatch.settings import BUNDLED
from framewatch.story import Article, Reading
from models.encoder import Ids, Tokens, Vectors
from models.onnx_encoder import OnnxEncoder
from models.passages import PASSAGE_TOKENS
from models.reader import MOST_CHARACTERS, MOST_MENTIONS, MOST_TOKENS, Reader, open_reader
from models.sentences import LONGEST_LINE, LONGEST_SENTENCE
from models.sentiment import WINDOW, MentionWindow, Scores
from models.target_model import TargetModel

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
TOPIC = load_topic(ROOT / "topics" / "deepseek.toml")
MARKS = "".join(map(chr, range(0x300, 0x36F)))
LONG, MANY, NONE, READ = "characters", "word pieces", "no text", ""

# A text, and the end of the reason why it is not read.
HOSTILE = {
    "a megabyte on one line": ("war on words " * 80_000, LONG),
    "a word of a million letters": ("a" * 1_000_000, LONG),
    "a hundred thousand sentences of a word": ("War. " * 100_000, LONG),
    "as many as are read": ("War. " * 14_000, READ),
    "the longest word read": ("a" * MOST_CHARACTERS, READ),
    "no letters": ("1234 !!! 5678 " * 1_000, NONE),
    "only emoji": ("😀🚀" * 40_000, NONE),
    "only zero-width characters": ("\u200b\u200d\u2060\ufeff" * 40_000, NONE),
    "only white space": (" \n\t\u00a0\u2028" * 40_000, NONE),
    "nothing": ("", NONE),
    "right to left": ("\u202eDeepSeek banned\u202c שלום עולם. " * 2_000, READ),
    "NUL bytes": ("a\x00b DeepSeek\x00 said. " * 1_000, READ),
    "lone surrogates": ("war \ud800 DeepSeek \udfff said. " * 1_000, READ),
    "ten thousand mentions": ("DeepSeek? " * 10_000, MANY),
    "as many mentions as are read": ("DeepSeek? " * 7_000, READ),
    "one sentence of mentions": ("DeepSeek and " * 5_000, READ),
    "zero-width characters in words": ("Deep\u200bSeek\u200d said\u200b it. " * 2_000, READ),
    "towers of combining marks": (f"D{MARKS}e{MARKS}e{MARKS}p{MARKS} " * 400, READ),
    "one tower": ("DeepSeek a" + "\u0301" * 190_000, READ),
    "quotations nested deeply": ("“‘" * 6_000 + "DeepSeek said" + "’”" * 6_000, READ),
    "quotations nested deeper": ("“a ‘b " * 15_000 + "DeepSeek said" + " ’”" * 15_000, MANY),
    "quotations never closed": ("“" * 25_000 + " DeepSeek", READ),
    "a run of new lines": ("DeepSeek" + "\n" * 190_000 + "said", READ),
}


@dataclass
class Work:
    """What was asked of the tokenizer, the splitter and the engine."""

    tokenized: int = 0  # characters
    lines: list[int] = field(default_factory=list)  # characters of each piece split
    sequences: list[int] = field(default_factory=list)  # word pieces of each passage
    windows: list[int] = field(default_factory=list)  # word pieces of each window
    quoted: int = 0  # characters searched for quotations

    def check(self) -> None:
        assert self.tokenized <= MOST_CHARACTERS
        assert sum(self.lines) <= MOST_CHARACTERS
        assert max(self.lines, default=0) <= LONGEST_LINE
        assert sum(self.sequences) <= MOST_TOKENS
        assert max(self.sequences, default=0) <= PASSAGE_TOKENS
        assert len(self.windows) <= MOST_MENTIONS * len(TOPIC.targets)
        assert max(self.windows, default=0) <= WINDOW
        assert self.quoted <= MOST_CHARACTERS + len("\n\n")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return open_reader(BUNDLED, TOPIC)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Counts what passes on to the real thing."""
    done = Work()
    tokenize, encode = OnnxEncoder.tokenize, OnnxEncoder.encode_lowest
    polarities, split = TargetModel.probabilities, sentencex.segment
    find = own_texts.find_quotations

    def tokenizing(self: OnnxEncoder, text: str) -> Tokens:
        done.tokenized += len(text)
        return tokenize(self, text)

    def encoding(self: OnnxEncoder, sequences: Sequence[Ids]) -> list[Vectors]:
        done.sequences += map(len, sequences)
        return encode(self, sequences)

    def judging(self: TargetModel, windows: Sequence[MentionWindow]) -> Scores:
        done.windows += (len(window.ids) for window in windows)
        return polarities(self, windows)

    def splitting(language: str, text: str) -> Iterator[str]:
        done.lines.append(len(text))
        return split(language, text)

    def finding(title: str, text: str, *others: object) -> object:
        done.quoted += len(text)
        return find(title, text, *others)

    monkeypatch.setattr(OnnxEncoder, "tokenize", tokenizing)
    monkeypatch.setattr(OnnxEncoder, "encode_lowest", encoding)
    monkeypatch.setattr(TargetModel, "probabilities", judging)
    monkeypatch.setattr(sentencex, "segment", splitting)
    monkeypatch.setattr(own_texts, "find_quotations", finding)
    return done


def check_reading(reading: Reading, text: str) -> None:
    """Scores are probabilities and evidence lies in the text, no longer than a sentence may be."""
    assert reading.frames
    assert all(0 <= frame.probability <= 1 for frame in reading.frames)
    for score in reading.targets:
        assert 0 < score.mentions <= MOST_MENTIONS
        assert math.isclose(score.negative + score.neutral + score.positive, 1, abs_tol=1e-6)
    for item in reading.evidence:
        assert 0 <= item.start < item.end <= len(text)
        assert item.end - item.start <= LONGEST_SENTENCE


@pytest.mark.parametrize(("text", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_read_or_refused_for_a_bounded_price(
    reader: Reader, work: Work, text: str, reason: str
) -> None:
    """What is refused for its size has cost the engine nothing."""
    reading = reader.read_text(text, "en")
    work.check()
    assert reading.unread.endswith(reason)
    assert bool(reading.unread) == bool(reason)
    if reason:
        assert not work.sequences
        assert not work.windows
    else:
        check_reading(reading, text)


def test_an_article_of_nothing_but_hostile_words_has_a_headline(reader: Reader) -> None:
    """A page's title is read with it, so emoji below a title are an article's."""
    article = Article(
        url="https://a.example/1",
        title="Minister blames DeepSeek",
        text="😀" * 5_000,
        language="en",
        host="a",
        host_name="A",
    )
    (reading,) = reader.read([article])
    check_reading(reading, article.coded_text)
    assert [score.mentions for score in reading.targets] == [1]


def test_the_command_answers_every_hostile_line(work: Work, tmp_path: Path) -> None:
    """In order, with frames or a reason; the good line at the end is read."""
    from framewatch.__main__ import cli

    good = {"id": "good", "text": "Critics blamed DeepSeek.", "language": "en"}
    lines = [{"id": name, "text": text, "language": "en"} for name, (text, _) in HOSTILE.items()]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in [*lines, good]))
    result = CliRunner().invoke(cli, ["read", str(source), "-o", str(target)])
    assert result.exit_code == 0, result.output
    answers = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in answers][-1] == "good"
    assert len(answers) == len(lines) + 1
    assert answers[-1]["frames"]
    for answer in answers:
        assert answer.get("frames") or answer.get("unread") or answer.get("error")


@pytest.mark.parametrize("name", ["a hundred thousand sentences of a word", "only emoji"])
def test_no_quotations_are_sought_in_what_is_too_long(
    reader: Reader, work: Work, name: str
) -> None:
    """Finding them in eight megabytes would take minutes, for a text that is refused."""
    text, reason = HOSTILE[name]
    line = own_texts.OwnText(id=1, text=text, language="en")
    answer = own_texts._read(reader, line)
    work.check()
    assert answer["unread"].endswith(reason)
