"""What comes again is read once, and reads the same."""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framewatch.facts import load_topic
from framewatch.settings import BUNDLED
from framewatch.story import Article, Quotation, ReaderIdentity, Reading
from models.encoder import BUNDLED_FOLDER, EncoderError
from models.onnx_encoder import LOWEST_FILE, MANIFEST, OnnxEncoder, file_sha256
from models.passages import encode_text, tokenize_text
from models.reader import open_reader
from models.repeats import Kept, ReadOnce
from samples.texts import load_texts

ROOT = Path(__file__).resolve().parent.parent


def articles(number: int) -> list[Article]:
    """The archive's English texts, oldest first: originals, copies and near copies."""
    texts = [text for text in load_texts() if text.outlet.language == "en"]
    return [
        Article(
            url=f"https://a.example/{i}",
            title=text.title,
            text=text.body,
            language="en",
            host="a",
            host_name="A",
        )
        for i, text in enumerate(sorted(texts, key=lambda text: text.published)[:number])
    ]


class Counting:
    """A reader that says how long a text is, and counts how often it is asked."""

    identity = ReaderIdentity(model="m", revision="r", weights_sha256="w", codebook_sha256="c")

    def __init__(self) -> None:
        self.asked = 0

    def read(self, some: Sequence[Article]) -> Iterator[Reading]:
        for article in some:
            self.asked += 1
            said = f"{len(article.text)} {article.language} {len(article.quotations)}"
            yield Reading(reader=self.identity, text_sha256=article.text_sha256, unread=said)


def test_what_was_used_last_is_kept_up_to_a_size() -> None:
    """The oldest goes first, use makes young, and what is too large is not kept at all."""
    kept: Kept[str] = Kept(10)
    kept.put("a", "A", 4)
    kept.put("b", "B", 4)
    assert kept.get("a") == "A"
    kept.put("c", "C", 4)
    assert (kept.get("b"), kept.get("a"), kept.get("c")) == (None, "A", "C")
    kept.put("a", "AA", 6)
    assert (kept.size, kept.get("a")) == (10, "AA")
    kept.put("d", "D", 11)
    assert kept.get("d") is None
    assert (kept.size, kept.hits, kept.misses) == (10, 4, 2)


def test_an_article_is_read_once_within_a_batch_and_across_batches() -> None:
    """Address, outlet and date do not matter to what a text says."""
    first, second = articles(2)
    copy = replace(first, url="https://b.example/9", host="b", host_name="B")
    counting = Counting()
    once = ReadOnce(counting)
    readings = once.read([first, second, copy]) + once.read([copy, second])
    assert [r.text_sha256 for r in readings] == [
        article.text_sha256 for article in (first, second, copy, copy, second)
    ]
    assert (counting.asked, once.repeated) == (2, 3)


def test_another_language_or_other_quotations_are_another_reading() -> None:
    """Both decide what is said of the same words."""
    (first,) = articles(1)
    others = [
        replace(first, language="en-AU"),
        replace(first, quotations=(Quotation(start=1, end=9, speaker=""),)),
        replace(first, text=first.text + "."),
    ]
    counting = Counting()
    readings = ReadOnce(counting).read([first, *others])
    assert counting.asked == 4
    assert len({reading.unread for reading in readings}) == 4


@pytest.mark.slow
def test_readings_are_the_same_with_and_without_what_is_kept() -> None:
    """To the last bit, over articles of which a part are copies."""
    topic = load_topic(ROOT / "topics" / "deepseek.toml")
    some = articles(40)
    some += [replace(article, url=f"{article.url}/again") for article in some[:5]]
    once = ReadOnce(open_reader(BUNDLED, topic))
    kept = once.read(some)
    plain = open_reader(BUNDLED, topic)
    for holder in (plain._encoder, plain._sentiment):
        holder.kept = Kept(0)
    assert kept == list(plain.read(some))
    assert once.repeated >= 5


@pytest.mark.slow
def test_stopping_at_the_lowest_layer_changes_no_bit() -> None:
    """Over passages and sentences of every length, also when a passage comes again."""
    encoder = OnnxEncoder(BUNDLED_FOLDER)
    lengths = set()
    for article in articles(12):
        source = tokenize_text(encoder, article.coded_text)
        for first, last in [*source.bounds, (0, min(200, len(source.tokens.ids)))]:
            ids = source.tokens.ids[first:last]
            expected = encoder.encode([ids])[0][0]
            for vectors in (encoder.encode_lowest([ids])[0], encoder.encode_lowest([ids])[0]):
                np.testing.assert_array_equal(vectors, expected)
            lengths.add(len(ids))
    assert encoder.kept.hits >= len(lengths) > 20


@pytest.mark.slow
def test_a_folder_without_the_lower_layers_reads_the_same(tmp_path: Path) -> None:
    """As made by an older version: the whole model is run."""
    folder = shutil.copytree(BUNDLED_FOLDER, tmp_path / "weights")
    (folder / LOWEST_FILE).unlink()
    facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del facts["files"][LOWEST_FILE]
    (folder / MANIFEST).write_text(json.dumps(facts), encoding="utf-8")
    text = articles(1)[0].coded_text
    found = []
    for where in (folder, BUNDLED_FOLDER):
        encoder = OnnxEncoder(where)
        found.append(encode_text(encoder, tokenize_text(encoder, text)))
    np.testing.assert_array_equal(found[0].passages, found[1].passages)
    np.testing.assert_array_equal(found[0].sentences, found[1].sentences)


@pytest.mark.slow
def test_lower_layers_of_another_encoder_are_refused(tmp_path: Path) -> None:
    """Its offsets would point at other weights, and every vector be noise."""
    folder = shutil.copytree(BUNDLED_FOLDER, tmp_path / "weights")
    with (folder / "encoder.onnx").open("ab") as file:
        file.write(b"\x92\x03\x00")  # an empty field that onnx does not know
    facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    facts["files"]["encoder.onnx"] = file_sha256(folder / "encoder.onnx")
    (folder / MANIFEST).write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(EncoderError, match="another encoder"):
        OnnxEncoder(folder)
