"""codebook train: heads from what people coded, kept only where they do better."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, insert, update

from db.codebooks import keep_codebook
from db.coded import CodedUnit, judged, save_units
from db.coded_tables import TrainedUnitRow
from db.queries import Filters
from db.tables import ArticleRow, FrameScoreRow
from db.training import trained_texts
from db.upsert import table_of
from framewatch import codebook_train
from framewatch.__main__ import cli
from framewatch.codebook_train import Place, train, withdraw
from framewatch.coded_lines import CodingError
from framewatch.coded_texts import CodedTexts, OneText, from_file, from_store, near_copy_groups
from framewatch.desk import Desk, open_desk
from framewatch.facts import load_topic
from framewatch.settings import Settings
from models import heads
from models.codebook import open_codebook
from models.coded_figures import aucs, draw, measure
from models.coded_heads import (
    FEWEST_TEXTS,
    CodedText,
    TooFewCoded,
    sentence_vectors,
    train_head,
)
from models.fitting import Labels
from models.issue_corpus import issue_sentences
from models.issue_frames import (
    IssueHead,
    Origin,
    Scale,
    coded_folder,
    entry_sha256,
    load_coded,
    load_issues,
    open_issues,
    save_issues,
)
from models.reader import open_reader
from tests.coded_store import Told, fill
from tests.made_once import migrate
from tests.newsroom_store import NOW, TOPIC
from tests.test_codebook import a_frame, a_topic
from tests.test_reader import WIDTH, ToyEncoder

ROOT = Path(__file__).resolve().parent.parent
SCALE = Scale(factor=20, bias=-2, slope=1, intercept=0, share=0.1, threshold=0.5)


# --- the head -------------------------------------------------------------------------------------


def rival(weights: Sequence[float] | None = None) -> IssueHead:
    known = np.zeros(WIDTH) if weights is None else np.array(weights)
    line = {"slope": 2.0, "intercept": -1.0, "share": 0.1, "threshold": 0.25}
    return IssueHead("weather", "00", Origin.DESCRIPTION, known, bias=0.0, **line)


def texts(
    count: int, signal: float, sentences: int = 5, seed: int = 1
) -> tuple[list[CodedText], Labels]:
    """Of which two fifths carry the frame; it shows in the first coordinate."""
    random = np.random.default_rng(seed)
    labels = (np.arange(count) % 5 < 2).astype(np.int64)
    rows = random.normal(size=(count, sentences, WIDTH))
    rows[:, :, 0] += signal * labels[:, None]
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    return [CodedText(r, bool(y)) for r, y in zip(rows, labels, strict=True)], labels


def test_a_head_that_sees_what_the_description_does_not_beats_it() -> None:
    """Out of fold it ranks nearly all texts; a description of chance has an AUC of chance."""
    coded, labels = texts(120, signal=2)
    trained = train_head(coded, [rival(np.eye(WIDTH)[3])])
    assert (trained.texts, trained.positives) == (120, labels.sum())
    assert trained.measured.auc > 0.9
    assert trained.measured.f1 > 0.8
    (against,) = trained.rivals
    assert against.measured.auc < 0.65
    assert trained.beaten
    low, high = trained.measured.auc_interval
    assert low < trained.measured.auc < high + 1e-9


def test_answers_that_follow_nothing_beat_nothing() -> None:
    """Cross-validation does not take noise for a frame."""
    coded, _ = texts(120, signal=0)
    trained = train_head(coded, [rival(np.eye(WIDTH)[0])])
    assert 0.3 < trained.measured.auc < 0.7
    assert not trained.beaten


def test_a_head_has_to_beat_every_rival() -> None:
    """The shipped one and the description; here the shipped one sees all there is."""
    coded, _ = texts(120, signal=2)
    shipped = replace(rival(40 * np.eye(WIDTH)[0]), share=1.0)
    trained = train_head(coded, [shipped, rival(np.eye(WIDTH)[3])])
    assert trained.rivals[1].gain[0] > 0 > trained.rivals[0].gain[0]
    assert not trained.beaten


def test_a_good_description_carries_over_to_a_small_sample() -> None:
    """The regression is drawn towards it: in 384 dimensions 40 texts alone say little."""
    random = np.random.default_rng(5)
    wide = 384
    labels = np.arange(FEWEST_TEXTS) % 2
    rows = random.normal(size=(FEWEST_TEXTS, 6, wide))
    rows[:, :, 0] += 3 * labels[:, None]
    coded = [CodedText(r, bool(y)) for r, y in zip(rows, labels, strict=True)]
    helped = train_head(coded, [rival(np.eye(wide)[0])])
    alone = train_head(coded, [rival(np.eye(wide)[1])])
    assert helped.measured.auc > alone.measured.auc


def test_coded_articles_are_read_whole_and_sentences_by_the_old_rule() -> None:
    """The rule of the unit that was coded."""
    of_articles = train_head(texts(60, signal=2)[0], [rival()]).head
    assert (of_articles.share, of_articles.slope, of_articles.intercept) == (1.0, 1.0, 0.0)
    of_sentences = train_head(texts(60, signal=3, sentences=1)[0], [rival()]).head
    assert (of_sentences.share, of_sentences.slope, of_sentences.threshold) == (0.1, 2.0, 0.25)
    assert of_sentences.origin is Origin.CODED


@pytest.mark.parametrize(("yes", "no"), [(15, 15), (9, 60), (60, 9)])
def test_too_few_texts_are_refused_with_their_number(yes: int, no: int) -> None:
    """The message says what there is and what is needed."""
    coded = texts(yes + no, signal=2)[0]
    answers = [replace(text, present=i < yes) for i, text in enumerate(coded)]
    with pytest.raises(TooFewCoded, match=rf"weather: {yes + no} coded texts, {yes} .* least 40"):
        train_head(answers, [rival()])


def test_near_copies_count_as_one_text() -> None:
    """Of 60 texts in threes there are 20."""
    coded = [replace(one, copies=i // 3) for i, one in enumerate(texts(60, signal=2)[0])]
    with pytest.raises(TooFewCoded, match=r"20 coded texts.*\(near-copies counted once\)"):
        train_head(coded, [rival()])


def test_a_text_without_a_sentence_is_no_unit() -> None:
    """Nothing of it could be read."""
    assert sentence_vectors(ToyEncoder(), "") is None
    found = sentence_vectors(ToyEncoder(), "It rained.\nThey sat at home all day long.")
    assert found is not None
    assert found.shape == (1, WIDTH)


# --- files and stores -----------------------------------------------------------------------------


def lines_of(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def said_of(given: CodedTexts) -> list[tuple[str, bool]]:
    return [(one.text, one.present) for one in given.texts]


def answer(text: str, present: object, frame: str = "weather") -> dict[str, object]:
    return {"text": text, "frame": frame, "present": present}


def test_answers_to_one_text_are_settled_by_majority(tmp_path: Path) -> None:
    """A tie is nobody's answer."""
    rows = [answer("a", True), answer("a", True), answer("a", False), answer("b", "no")]
    rows += [answer("c", True), answer("c", False), answer("b", True, "trade")]
    found = from_file(lines_of(tmp_path / "coded.jsonl", *rows))
    assert said_of(found["weather"]) == [("a", True), ("b", False)]
    assert found["weather"].left_out == Counter({"coders tie": 1})
    assert said_of(found["trade"]) == [("b", True)]
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in "abc"]
    assert [one.sha256 for one in found["weather"].texts] == hashes[:2]
    assert found["weather"].spent == set(hashes)
    assert found["trade"].texts[0].copies == found["weather"].texts[1].copies


STORY = [f"word{n}" for n in range(60)]


def test_near_copies_are_grouped_by_their_words_or_their_cluster() -> None:
    """A reprint with another headline is a copy, a text of other words is not."""
    texts = [" ".join(words) for words in (STORY, ["News:", *STORY], STORY[::-1], STORY[::7])]
    groups = near_copy_groups(texts)
    assert groups[texts[0]] == groups[texts[1]]
    assert len({groups[text] for text in texts}) == 3
    groups = near_copy_groups(texts, {texts[1]: 8, texts[2]: 8, texts[3]: 9})
    assert len({groups[text] for text in texts[:3]}) == 1
    assert groups[texts[3]] != groups[texts[0]]


def test_a_short_copy_is_a_copy() -> None:
    """One word of a sentence is another: it must not be on the other side of a fold."""
    sentence = "the minister said on Monday that the export rules would be tightened before summer"
    groups = near_copy_groups([sentence, sentence.replace("Monday", "Tuesday"), "it rained"])
    assert groups[sentence] == groups[sentence.replace("Monday", "Tuesday")]
    assert len(set(groups.values())) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "coded.jsonl:2: Expecting"),
        ("[1]", "coded.jsonl:2: not an object"),
        ('{"text": "a", "frame": "weather"}', "coded.jsonl:2: present"),
        ('{"text": "", "frame": "weather", "present": 1}', "coded.jsonl:2: text"),
        ('{"text": "a", "frame": "weather", "present": "perhaps"}', "coded.jsonl:2: present"),
    ],
)
def test_a_faulty_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    """Nothing is trained on half a file."""
    path = lines_of(tmp_path / "coded.jsonl", answer("a", True))
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(CodingError) as error:
        from_file(path)
    assert said in str(error.value)


def test_a_line_that_is_no_text_is_named(tmp_path: Path) -> None:
    """Of a file in another encoding."""
    path = lines_of(tmp_path / "coded.jsonl", answer("a", True))
    path.write_bytes(path.read_bytes() + '{"text": "é"}\n'.encode("latin-1"))
    with pytest.raises(CodingError, match=r"coded\.jsonl:2: .*utf-8"):
        from_file(path)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    settings = Settings.from_env({"FRAMEWATCH_HOME": str(tmp_path / "home")})
    migrate(settings.database_url)
    with open_desk(settings) as made:
        yield made


def unit(number: int, present: bool, coder: str = "ann", sha256: str = "") -> CodedUnit:
    return CodedUnit(
        article_id=number,
        text_sha256=sha256 or f"t{number}",
        frame="weather",
        coder=coder,
        present=present,
        coded_at=NOW,
    )


def test_the_coded_sample_is_read_from_the_store(desk: Desk) -> None:
    """With the headline; changed texts, other languages and ties are counted, not used."""
    with desk.store.begin() as connection:
        fill(connection, [Told(), Told(outlet="wire"), Told(), Told(), Told(language="zh")])
        units = [unit(1, True), unit(2, False), unit(3, True), unit(3, False, "bo")]
        units += [unit(4, True, sha256="old"), unit(5, True)]
        save_units(connection, TOPIC, units)
    found = from_store(desk.store, TOPIC, "[]")["weather"]
    assert said_of(found) == [
        ("T1\n\nSentence 1 of herald.", True),
        ("T2\n\nSentence 2 of wire.", False),
    ]
    assert found.left_out == {"coders tie": 1, "changed since": 1, "language: zh": 1}
    assert [one.sha256 for one in found.texts] == ["t1", "t2"]
    assert found.spent == {"t1", "t2", "t3"}


def test_answers_by_an_earlier_entry_are_left_out_and_counted(desk: Desk) -> None:
    """Where the codebook that they were given by was kept; a frame may have no others."""
    now = open_codebook(TOY_TOPIC)
    before = open_codebook(a_topic(a_frame(definition="Of snow.")))
    with desk.store.begin() as connection:
        fill(connection, [Told(), Told()])
        keep_codebook(connection, before.sha256, before.entries, NOW)
        old = {"codebook_sha256": before.sha256}
        units = [replace(unit(1, True), **old), replace(unit(2, True), codebook_sha256="lost")]
        save_units(connection, TOPIC, units)
    found = from_store(desk.store, TOPIC, now.entries)["weather"]
    assert [one.sha256 for one in found.texts] == ["t2"]
    assert found.left_out == {"answers by another entry of the codebook": 1}
    assert from_store(desk.store, TOPIC, before.entries)["weather"].left_out == {}


def test_the_groups_of_the_store_are_those_of_its_articles(desk: Desk) -> None:
    """Whatever their words; the others by their words."""
    with desk.store.begin() as connection:
        fill(connection, [Told(), Told(outlet="wire"), Told(outlet="post")])
        mine = table_of(ArticleRow).c.id <= 2
        connection.execute(update(ArticleRow).where(mine).values(cluster_id=1))
        save_units(connection, TOPIC, [unit(1, True), unit(2, False), unit(3, True)])
    one, two, three = from_store(desk.store, TOPIC, "[]")["weather"].texts
    assert one.copies == two.copies != three.copies


# --- training and keeping -------------------------------------------------------------------------


@pytest.fixture
def toy(tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The toy encoder, in whose folder no head is but the scale of descriptions."""
    encoder, shipped = ToyEncoder(), tmp_path / "shipped"
    save_issues(shipped, [], SCALE, encoder.identity)
    monkeypatch.setattr(codebook_train, "open_encoder", lambda name: encoder)
    monkeypatch.setattr(codebook_train, "heads_folder", lambda name: shipped)
    return Place("toy", tmp_path / "home", desk.store)


def coded(word: str, other: str, count: int = 60, seed: int = 7) -> dict[str, CodedTexts]:
    """Articles of three sentences; half of them hold the word, none one of the entry's."""
    random = np.random.default_rng(seed)
    found = []
    for i in range(count):
        filler = [" ".join(f"w{n}" for n in random.integers(0, 30, 4)) for _ in range(3)]
        said = word if i % 2 == 0 else other
        text = "\n".join(f"{line} {said} {said} {said}" for line in filler)
        found.append(OneText(text, i % 2 == 0, f"{seed}.{i}", i))
    return {"weather": CodedTexts(tuple(found), spent=frozenset(one.sha256 for one in found))}


TOY_TOPIC = a_topic(a_frame())


def test_a_better_head_is_kept_and_read_with(toy: Place) -> None:
    """In the home's folder, for this very entry; the shipped folder stays as it is."""
    said = list(train(TOY_TOPIC, coded("thunder", "ledger"), (), toy))
    assert said[0] == "weather: 60 coded texts, 30 with the frame"
    assert any("beats description" in line for line in said)
    folder = coded_folder(toy.home, "t")
    assert str(folder) in said[-2]
    assert "no longer count" in said[-1]
    assert "code sample" in said[-1]
    assert trained_texts(toy.store, "t", "weather") == {f"7.{i}" for i in range(60)}
    heads, scale = load_issues(folder, ToyEncoder().identity)
    assert scale is None
    assert heads["weather"].entry == entry_sha256(a_frame())
    shipped = toy.home.parent / "shipped"
    issues = open_issues(ToyEncoder(), open_codebook(TOY_TOPIC), (folder, shipped))
    assert issues.of_origin(Origin.CODED) == ("weather",)
    assert load_issues(shipped, ToyEncoder().identity)[0] == {}


def test_the_sample_that_made_a_head_does_not_measure_it(toy: Place) -> None:
    """From the store and back: what is coded afterwards does, and other frames are as they were."""
    topic, scores = replace(TOY_TOPIC, code=TOPIC), table_of(FrameScoreRow)
    articles = table_of(ArticleRow)
    found = coded("thunder", "ledger", count=62)["weather"].texts
    with toy.store.begin() as connection:
        fill(connection, [Told() for _ in found])
        for number, one in enumerate(found, start=1):
            mine = articles.c.id == number
            connection.execute(update(ArticleRow).where(mine).values(text=one.text))
            score = {"reading_id": 2 * number - 1, "frame": "weather", "threshold": 0.5}
            connection.execute(insert(scores).values(score | {"probability": 0.9, "present": True}))
        save_units(connection, TOPIC, [unit(n, n % 2 == 1) for n in range(1, 61)])
        save_units(connection, TOPIC, [unit(60, n == 1, f"other{n}") for n in range(3)])
        save_units(connection, TOPIC, [replace(unit(1, True), frame="conflict")])
    sample = Filters(topic=TOPIC)
    assert len(judged(toy.store, sample, "weather")) == 60
    given = from_store(toy.store, TOPIC, open_codebook(topic).entries)
    said = list(train(topic, given, (), toy))
    assert "no longer count" in said[-1]
    assert judged(toy.store, sample, "weather") == ()
    assert len(judged(toy.store, sample, "conflict")) == 1
    with toy.store.begin() as connection:
        save_units(connection, TOPIC, [unit(61, True), unit(62, False)])
    assert [one.article_id for one in judged(toy.store, sample, "weather")] == [61, 62]


def noise() -> dict[str, CodedTexts]:
    return coded("thunder", "thunder")


def test_a_head_that_does_no_better_is_kept_only_by_force(toy: Place) -> None:
    """And it says so."""
    said = list(train(TOY_TOPIC, noise(), (), toy))
    assert any("is not shown to beat description" in line for line in said)
    assert "not kept" in said[-1]
    assert not coded_folder(toy.home, "t").exists()
    assert trained_texts(toy.store, "t", "weather") == frozenset()
    assert "kept weather" in list(train(TOY_TOPIC, noise(), (), toy, force=True))[-2]
    assert coded_folder(toy.home, "t").is_dir()


def test_a_head_is_taken_back_with_what_it_was_made_from(toy: Place) -> None:
    """Another frame's stays; what never was cannot be taken back."""
    trade = a_frame("trade", cues=("coins",))
    two = a_topic(a_frame(), trade)
    both = coded("thunder", "ledger") | {"trade": coded("penny", "cloud")["weather"]}
    list(train(two, both, (), toy))
    (said,) = withdraw(two, ("weather",), toy)
    assert "withdrawn weather" in said
    folder = coded_folder(toy.home, "t")
    assert [head.frame for head in load_coded(folder, ToyEncoder().identity)] == ["trade"]
    assert trained_texts(toy.store, "t", "weather") == frozenset()
    assert trained_texts(toy.store, "t", "trade") != frozenset()
    with pytest.raises(CodingError, match="weather: no head"):
        list(withdraw(two, ("weather",), toy))


@pytest.mark.parametrize("dies_at", [1, 2])
def test_killed_while_heads_are_written_those_before_are_read(
    toy: Place, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    """Arrays and JSON are two files, and put in place at once."""
    list(train(TOY_TOPIC, coded("thunder", "ledger"), (), toy))
    folder = coded_folder(toy.home, "t")
    (before,) = load_coded(folder, ToyEncoder().identity)
    write, written = heads._write, []

    def dying(path: Path, content: bytes) -> None:
        written.append(path)
        if len(written) == dies_at:
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(heads, "_write", dying)
    with pytest.raises(KeyboardInterrupt):
        list(train(TOY_TOPIC, coded("penny", "ledger", seed=8), (), toy, force=True))
    monkeypatch.undo()
    (after,) = load_coded(folder, ToyEncoder().identity)
    assert (after.weights == before.weights).all()


def test_heads_kept_before_stay_whatever_is_trained(toy: Place) -> None:
    """Nor does an entry that is being edited lose the head that it had before."""
    trade = a_frame("trade", cues=("coins",))
    two = a_topic(a_frame(), trade)
    both = coded("thunder", "ledger") | {"trade": coded("penny", "cloud")["weather"]}
    list(train(two, both, ("weather",), toy))
    list(train(two, both, ("trade",), toy))
    folder = coded_folder(toy.home, "t")
    assert set(load_issues(folder, ToyEncoder().identity)[0]) == {"weather", "trade"}
    changed = a_topic(a_frame(definition="Of rain."), trade)
    list(train(changed, both, ("weather",), toy))
    entries = {(head.frame, head.entry) for head in load_coded(folder, ToyEncoder().identity)}
    assert entries == {
        ("weather", entry_sha256(two.frames[0])),
        ("trade", entry_sha256(trade)),
        ("weather", entry_sha256(changed.frames[0])),
    }
    for topic in (two, changed):
        issues = open_issues(
            ToyEncoder(), open_codebook(topic), (folder, toy.home.parent / "shipped")
        )
        assert issues.of_origin(Origin.CODED) == ("weather", "trade")


def test_the_head_in_force_is_a_rival_on_texts_that_are_new_to_it(toy: Place) -> None:
    """Of the very same texts nothing can be said; of others, that it is as good."""
    first = coded("thunder", "ledger")
    list(train(TOY_TOPIC, first, (), toy))
    folder = coded_folder(toy.home, "t")
    before = (folder / "issues.json").read_bytes()
    said = list(train(TOY_TOPIC, first, (), toy))
    assert any("cannot be compared with the head of coded texts in force" in s for s in said)
    assert any("0 coded texts" in line for line in said)
    assert "not kept" in said[-1]
    fresh = coded("thunder", "ledger", seed=8)["weather"]
    later = tuple(replace(one, copies=100 + one.copies) for one in fresh.texts)
    more = {"weather": CodedTexts(first["weather"].texts + later)}
    said = list(train(TOY_TOPIC, more, (), toy))
    assert any("is not shown to beat in force, on 60 of 120" in line for line in said)
    assert "not kept" in said[-1]
    assert (folder / "issues.json").read_bytes() == before
    copied = tuple(replace(one, copies=i) for i, one in enumerate(later))
    said = list(train(TOY_TOPIC, {"weather": CodedTexts(first["weather"].texts + copied)}, (), toy))
    assert any("cannot be compared" in line for line in said)


def test_a_head_of_which_nothing_is_known_is_replaced_only_by_force(toy: Place) -> None:
    """It was made before the store was told what from."""
    list(train(TOY_TOPIC, coded("thunder", "ledger"), (), toy))
    with toy.store.begin() as connection:
        connection.execute(delete(table_of(TrainedUnitRow)))
    fresh = coded("thunder", "ledger", seed=8)
    assert "not kept" in list(train(TOY_TOPIC, fresh, (), toy))[-1]
    assert "kept weather" in list(train(TOY_TOPIC, fresh, (), toy, force=True))[-2]


def test_damaged_heads_are_said_and_made_anew(toy: Place) -> None:
    """The remedy that the error names is one."""
    list(train(TOY_TOPIC, coded("thunder", "ledger"), (), toy))
    (path,) = coded_folder(toy.home, "t").glob("issues-*.safetensors")
    path.write_bytes(path.read_bytes()[:-4])
    said = list(train(TOY_TOPIC, coded("thunder", "ledger"), (), toy))
    assert said[0].startswith("the heads kept before cannot be used")
    assert len(load_coded(path.parent, ToyEncoder().identity)) == 1


def test_frames_that_train_nothing_are_named(toy: Place) -> None:
    """A misspelt one, and one whose head rests on a corpus."""
    given = coded("thunder", "ledger")
    given |= {"wether": coded("rain", "sun", count=3)["weather"], "conflict": CodedTexts(())}
    said = list(train(TOY_TOPIC, given, (), toy))
    assert said[0] == "'wether': 3 coded texts, but the codebook has no such frame"
    assert said[1] == "conflict: left alone, its head rests on a published corpus"


def test_a_head_of_coded_sentences_is_kept_only_by_force(toy: Place) -> None:
    """Its figures are per sentence, and the rule for articles is another head's."""
    random = np.random.default_rng(3)
    found = []
    for i in range(80):
        words = " ".join(f"w{n}" for n in random.integers(0, 60, 8))
        text = f"{words} {'thunder thunder' if i % 2 else 'ledger ledger'}"
        found.append(OneText(text, i % 2 == 1, str(i), i))
    given = {"weather": CodedTexts(tuple(found))}
    said = list(train(TOY_TOPIC, given, (), toy))
    assert any("beats description" in line for line in said)
    assert any("per sentence" in line and "inherited (description)" in line for line in said)
    assert "not kept" in said[-1]
    assert "kept weather" in list(train(TOY_TOPIC, given, (), toy, force=True))[-2]


@pytest.mark.parametrize("told", [True, False])
def test_near_copies_with_answers_by_chance_train_nothing(told: bool) -> None:
    """Each text three times: across folds its copies give its answer away, in one they do not."""
    random = np.random.default_rng(11)
    coded_once = []
    for group, present in enumerate(random.permutation(np.arange(50) % 2)):
        base = random.normal(size=(5, 64))
        for _ in range(3):
            rows = base + random.normal(scale=0.05, size=base.shape)
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            coded_once.append(CodedText(rows, bool(present), group if told else None))
    trained = train_head(coded_once, [rival(np.eye(64)[3])])
    if told:
        assert trained.measured.auc < 0.7
        assert not trained.beaten
    else:
        assert trained.measured.auc > 0.95
        assert trained.beaten


def test_intervals_are_as_wide_as_the_groups_are_few() -> None:
    """Copies of a text add nothing to what is known."""
    from sklearn.metrics import f1_score, roc_auc_score

    random = np.random.default_rng(2)
    labels = np.repeat(np.arange(40) % 2, 3)
    scores = np.repeat(random.normal(size=40), 3) + labels
    groups = np.repeat(np.arange(40), 3)
    apart = measure(scores, scores > 0.5, labels, draw(labels, np.arange(120)))
    together = measure(scores, scores > 0.5, labels, draw(labels, groups))
    once = slice(None, None, 3)
    single = measure(
        scores[once], scores[once] > 0.5, labels[once], draw(labels[once], groups[once])
    )
    widths = [m.auc_interval[1] - m.auc_interval[0] for m in (apart, together, single)]
    assert together.auc == apart.auc == pytest.approx(single.auc)
    assert together.auc == pytest.approx(roc_auc_score(labels, scores))
    assert together.f1 == pytest.approx(f1_score(labels, scores > 0.5))
    assert widths[1] == pytest.approx(widths[2], rel=0.1)
    assert widths[0] < 0.7 * widths[1]


def test_ties_count_by_half_and_draws_as_often_as_they_were_drawn() -> None:
    """As scikit-learn has it, with weights."""
    from sklearn.metrics import roc_auc_score

    random = np.random.default_rng(6)
    labels, scores = random.integers(0, 2, 60), random.integers(0, 6, 60).astype(float)
    weights = random.integers(0, 4, (5, 60))
    expected = [roc_auc_score(labels, scores, sample_weight=row) for row in weights]
    assert aucs(scores, labels, weights) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        (("fashion",), "fashion: no issue frame of the topic; there are: weather"),
        (("weather",), "weather: 10 coded texts, 5 of them with the frame; at least 40"),
    ],
)
def test_what_cannot_be_trained_is_refused(toy: Place, frames: tuple[str, ...], said: str) -> None:
    """A frame that was asked for is an error, where one that was not is left alone."""
    few = coded("thunder", "ledger", count=10)
    with pytest.raises(CodingError) as error:
        list(train(TOY_TOPIC, few, frames, toy))
    assert said in str(error.value)
    assert next(train(TOY_TOPIC, few, (), toy)).endswith("left alone")


def test_a_generic_frame_alone_is_nothing_to_train(toy: Place) -> None:
    """Its head rests on a published corpus."""
    with pytest.raises(CodingError, match="nothing was coded for an issue frame"):
        list(train(TOY_TOPIC, {"conflict": CodedTexts(())}, (), toy))


# --- the command ----------------------------------------------------------------------------------


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["codebook", "train", *words])


def test_without_codes_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a store that is new, too."""
    monkeypatch.setenv("FRAMEWATCH_HOME", str(tmp_path))
    result = run()
    assert result.exit_code == 1
    assert "nothing was coded for an issue frame" in result.output


@pytest.mark.slow
def test_the_command_trains_on_a_file_and_the_reader_uses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Coded sentences of one frame, the bundled encoder: another head is another reader."""
    monkeypatch.setenv("FRAMEWATCH_HOME", str(tmp_path))
    held = [one for one in issue_sentences() if one.held_out]
    rows = [answer(s.text, "market_shock" in s.frames, "market_shock") for s in held]
    path = lines_of(tmp_path / "coded.jsonl", *rows)
    result = run("--coded", str(path), "--frame", "market_shock", "--force")
    assert result.exit_code == 0, result.output
    assert "coded, cross-validated" in result.output
    assert "sentences " in result.output
    assert "description " in result.output
    topic = load_topic(ROOT / "topics" / "deepseek.toml")
    plain = open_reader("bundled", topic, tmp_path / "nothing")
    coded_reader = open_reader("bundled", topic, coded_folder(tmp_path, topic.code))
    assert plain.identity.weights_sha256 != coded_reader.identity.weights_sha256
    assert coded_reader.identity.revision.endswith("+coded.1")
    text = "Traders dumped their shares in the chip makers and the index lost a tenth of its value."
    scores = {f.frame: f.present for f in coded_reader.read_text(text, "en").frames}
    assert scores["market_shock"]
