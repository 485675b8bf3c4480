"""Texts of one's own: a line in, a line out, whatever the line."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from framewatch import own_texts
from framewatch.facts import load_topic
from framewatch.own_texts import read_lines
from framewatch.settings import BUNDLED
from models.reader import Reader, open_reader
from scrapers.language import language_of

ROOT = Path(__file__).resolve().parent.parent
PRAISE = "Critics were delighted: Acme is a brilliant, generous company that everybody loves."
BOTH = "Acme won the prize with a wonderful design, while Bolt was fined for a shameful fraud."
CHINESE = "这家公司昨天发布了新的人工智能模型，引起了市场的强烈反应。"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reader() -> Reader:
    return open_reader(BUNDLED, load_topic(ROOT / "topics" / "deepseek.toml"))


def answers(reader: Reader, *lines: object) -> list[dict[str, Any]]:
    """Lines that are no bytes are written as JSON."""
    written = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return list(read_lines(reader, io.BytesIO(b"\n".join(written))))


def test_every_frame_has_a_probability_and_a_decision(reader: Reader) -> None:
    """All that the codebook has a head for, on one line."""
    (answer,) = answers(reader, {"id": "a", "text": PRAISE})
    assert answer["id"] == "a"
    assert {frame["frame"] for frame in answer["frames"]} >= {"conflict", "economic", "morality"}
    for frame in answer["frames"]:
        assert 0 <= frame["probability"] <= 1
        assert frame["present"] == (frame["probability"] >= frame["threshold"])
    assert answer["reader"]["codebook_sha256"]


def test_targets_of_one_sentence_are_scored_apart_in_the_order_given(reader: Reader) -> None:
    """Each by its own mention."""
    bolt, acme = BOTH.index("Bolt"), BOTH.index("Acme")
    spans = [{"start": bolt, "end": bolt + 4}, {"start": acme, "end": acme + 4}]
    (answer,) = answers(reader, {"id": 1, "text": BOTH, "targets": spans})
    assert [target["start"] for target in answer["targets"]] == [bolt, acme]
    assert [target["label"] for target in answer["targets"]] == ["negative", "positive"]
    for target in answer["targets"]:
        assert target["negative"] + target["neutral"] + target["positive"] == pytest.approx(1)


def test_without_targets_those_of_the_topic_are_found(reader: Reader) -> None:
    """By their aliases."""
    (answer,) = answers(reader, {"id": 1, "text": "DeepSeek's model is a triumph of research."})
    assert [target["target"] for target in answer["targets"]] == ["deepseek"]


def test_evidence_stands_where_it_says_and_knows_who_speaks(reader: Reader) -> None:
    """Offsets count in the text given, not in one with a headline above."""
    text = "It was calm. “DeepSeek is a shameful and dangerous fraud,” said Ann Lee. It rained."
    (answer,) = answers(reader, {"id": 1, "text": text})
    said = [e for e in answer["evidence"] if e["kind"] == "target"]
    assert [text[e["start"] : e["end"]] for e in said] == [
        "“DeepSeek is a shameful and dangerous fraud,” said Ann Lee."
    ]
    assert said[0]["voice"] == "quoted"
    assert "Lee" in said[0]["speaker"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{broken", "Invalid JSON"),
        (b"", "empty"),
        (b"\xff\xfe\x00", "Invalid JSON"),
        (b"[1]", "object"),
        (b'{"id": 1}', "text: Field required"),
        (b'{"text": "Acme won."}', "id: Field required"),
        (b'{"id": 1, "text": 7}', "text: Input should be a valid string"),
        (b'{"id": 1, "text": "Acme won.", "targets": [{"start": 5, "end": 500}]}', "targets.0"),
        (b'{"id": 1, "text": "Acme", "targets": [{"start": -1, "end": 2}]}', "targets.0.start"),
        (b'{"id": 1, "text": "Acme won.", "targets": [{"start": 4, "end": 5}]}', "no word"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_a_bad_line_is_an_error_with_its_number_and_stops_nothing(
    reader: Reader, line: bytes, said: str
) -> None:
    """The lines beside it are read."""
    good = {"id": "good", "text": PRAISE}
    first, bad, last = answers(reader, good, line, good)
    assert first == last
    assert first["frames"]
    assert bad["line"] == 2
    assert said in bad["error"]


def test_an_endless_line_is_refused_without_being_held(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next one is read."""
    monkeypatch.setattr(own_texts, "LONGEST_LINE", 1000)
    long, next_one = answers(reader, {"id": 1, "text": "a" * 5000}, {"id": 2, "text": PRAISE})
    assert "longer than 1,000 bytes" in long["error"]
    assert next_one["id"] == 2


def test_what_cannot_be_read_says_why(reader: Reader) -> None:
    """That is no error of the line."""
    chinese, empty = answers(reader, {"id": 1, "text": CHINESE}, {"id": 2, "text": " … "})
    assert chinese == {"id": 1, "unread": "language: zh"}
    assert empty == {"id": 2, "unread": "no text"}


def test_plain_english_is_not_taken_for_a_pidgin() -> None:
    """Of which the detector knows one that headlines look like."""
    headline = "President Obama say im go run for office again, as people dey talk for Washington"
    assert language_of(headline) == "en"
    assert language_of(headline, "pcm") == "pcm"


def test_the_command_writes_a_line_for_each_line(tmp_path: Path) -> None:
    """And a file appears only once it is whole."""
    from framewatch.__main__ import cli

    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"id": "a", "text": PRAISE}) + "\nnonsense\n", encoding="utf-8")
    result = CliRunner().invoke(cli, ["read", str(source), "-o", str(target)])
    assert result.exit_code == 0, result.output
    assert "error 1  read 1" in result.output
    first, second = map(json.loads, target.read_text(encoding="utf-8").splitlines())
    assert first["id"] == "a"
    assert second["line"] == 2
    assert list(tmp_path.iterdir()) in ([source, target], [target, source])
