"""Issue frames: sentences that fit the codebook, heads that rank, a rule that can be checked."""

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framewatch.facts import load_topic
from framewatch.story import Frame
from models.codebook import open_codebook
from models.encoder import BUNDLED_FOLDER, EncoderError, EncoderIdentity, open_encoder
from models.evaluate import FLOORS
from models.evaluate_issues import cue_scores, in_company, issue_rows
from models.heads import save_head
from models.issue_corpus import (
    FOLDS,
    carried,
    compose,
    issue_codes,
    issue_labels,
    issue_sentences,
)
from models.issue_fitting import build_corpus, fit_scale, fit_sentence_heads
from models.issue_frames import (
    IssueFrames,
    IssueHead,
    Origin,
    Scale,
    best_mean,
    choose_heads,
    described,
    entry_sha256,
    load_all,
    load_coded,
    load_issues,
    open_issues,
    save_issues,
    unit,
)
from models.passages import encode_text, tokenize_text
from tests.test_codebook import a_frame
from tests.test_codebook import a_topic as topic_with
from tests.test_reader import ToyEncoder

ROOT = Path(__file__).resolve().parent.parent
TOPIC = load_topic(ROOT / "topics" / "deepseek.toml")
SCALE = Scale(factor=20, bias=-2, slope=1, intercept=0, share=0.1, threshold=0.5)
TOY = EncoderIdentity("toy", "1", "00")


def head(frame: str = "weather", weights: Sequence[float] = (1.0, 0.0), **other: object):
    known = IssueHead(
        frame=frame,
        entry="00",
        origin=Origin.SENTENCES,
        weights=np.array(weights),
        bias=0.0,
        slope=1.0,
        intercept=0.0,
        share=0.1,
        threshold=0.5,
    )
    return replace(known, **other)


# --- the sentences --------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [frame.code for frame in TOPIC.frames])
def test_every_issue_frame_has_sentences_and_near_misses(code: str) -> None:
    """Forty of each in its file; both parts have both."""
    own = [one for one in issue_sentences() if one.written_for == code]
    counts = Counter((code in one.frames, one.held_out) for one in own)
    assert counts[True, True] + counts[True, False] >= 40
    assert counts[False, True] + counts[False, False] >= 40
    assert min(counts[carries, held] for carries in (True, False) for held in (True, False)) >= 8


def test_about_a_third_is_held_out_and_every_fold_has_its_share() -> None:
    """By the hash of the words, so that an added sentence moves no other."""
    sentences = issue_sentences()
    assert 0.28 < sum(one.held_out for one in sentences) / len(sentences) < 0.38
    folds = Counter(one.fold for one in sentences if not one.held_out)
    assert len(folds) == FOLDS
    assert min(folds.values()) > 70


def test_most_positives_do_without_the_cues_and_some_near_misses_have_them() -> None:
    """Else counting cues would pass the test."""
    sentences = issue_sentences()
    with_cue = Counter[bool]()
    for frame in TOPIC.frames:
        own = [one for one in sentences if one.written_for == frame.code]
        for one, found in zip(own, cue_scores(frame, [s.text for s in own]), strict=True):
            with_cue[frame.code in one.frames] += bool(found)
    assert with_cue[True] < 0.2 * 40 * len(TOPIC.frames)
    assert with_cue[False] > 10


def test_sentences_name_known_frames_only() -> None:
    """A typing mistake would be a label that nobody learns."""
    sentences = issue_sentences()
    assert set(issue_codes(sentences)) == {frame.code for frame in TOPIC.frames}
    assert {code for one in sentences for code in one.frames} <= set(issue_codes(sentences))


def test_a_sentence_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """It could be in both parts."""
    line = '{"frames": [], "text": "It rained."}\n'
    (tmp_path / "weather.jsonl").write_text(line * 2, encoding="utf-8")
    with pytest.raises(ValueError, match="twice"):
        issue_sentences(tmp_path)


def test_composed_articles_hold_each_sentence_once_and_are_labelled_by_their_share() -> None:
    """Some carry a frame, some none; the same seed composes the same."""
    labels = issue_labels(issue_sentences(), [frame.code for frame in TOPIC.frames])
    articles = compose(labels, 60, seed=1)
    assert all(len(set(article.tolist())) == len(article) for article in articles)
    truth = np.array([carried(labels, article) for article in articles])
    assert 0.03 < truth.mean() < 0.4
    again = compose(labels, 60, seed=1)
    assert all((one == other).all() for one, other in zip(articles, again, strict=True))


# --- the rule -------------------------------------------------------------------------------------


def test_an_article_rests_on_its_best_tenth() -> None:
    """Two of twenty sentences, three of twenty-one, the one there is; plain ones change nothing."""
    logits = np.array([3.0, 1.0, *[-5.0] * 18])
    assert best_mean(logits, 0.1) == pytest.approx(2)
    assert best_mean(np.append(logits, -5.0), 0.1) == pytest.approx(-1 / 3)
    assert best_mean(np.array([0.5]), 0.1) == 0.5
    assert best_mean(np.arange(30.0), 0.1) == pytest.approx(28)
    assert best_mean(logits, 1.0) == pytest.approx(logits.mean())


def test_short_sentences_count_only_where_there_are_no_others() -> None:
    """A cross-head of two words says little, however likely it looks."""
    encoder = ToyEncoder()
    issues = IssueFrames([head(weights=40 * unit(encoder.word("rain")), bias=-16.0)])

    def probability(text: str) -> float:
        (score,) = issues.score_article(encode_text(encoder, tokenize_text(encoder, text)))
        return score.probability

    assert probability("Rain rain\nThey sat at home all day.") < 0.5 < probability("Rain rain")


def test_without_frames_nothing_is_scored() -> None:
    """A topic need not have issue frames."""
    encoder = ToyEncoder()
    encoded = encode_text(encoder, tokenize_text(encoder, "A plain sentence of six words."))
    none = IssueFrames([])
    assert none.score_article(encoded) == ()
    assert none.score_sentences(encoded).shape == (1, 0)


# --- which head reads a frame ---------------------------------------------------------------------


def test_a_description_ranks_what_resembles_it_first() -> None:
    """Its own words above those of another entry."""
    encoder = ToyEncoder()
    rain = a_frame()
    snow = a_frame(
        "snow", name="Snow", definition="White flakes.", counts=("flakes",), cues=("white",)
    )
    issues = IssueFrames(described(encoder, (rain, snow), (rain, snow), SCALE))
    text = "The story is about rain.\nWhite flakes, white flakes."
    found = issues.score_sentences(encode_text(encoder, tokenize_text(encoder, text)))
    assert found[0, 0] > found[0, 1]
    assert found[1, 1] > found[1, 0]
    assert issues.of_origin(Origin.DESCRIPTION) == ("weather", "snow")


def test_a_head_reads_only_the_entry_it_was_made_for() -> None:
    """Another wording is another frame; the first folder that fits is taken."""
    frame = a_frame()
    book = open_codebook(topic_with(frame))
    fitting = head(weights=[0.0] * 8, entry=entry_sha256(frame))
    stale = replace(fitting, entry="old", origin=Origin.CODED)
    coded = replace(fitting, origin=Origin.CODED)

    def origin(*held: IssueHead) -> Origin:
        (chosen,) = choose_heads(ToyEncoder(), book, held, SCALE).heads
        return chosen.origin

    assert origin(stale, fitting) is Origin.SENTENCES
    assert origin(coded, fitting) is Origin.CODED
    assert origin(stale) is Origin.DESCRIPTION


@pytest.mark.parametrize(
    ("change", "same"),
    [({"definition": "Rain!"}, False), ({"cues": ()}, False), ({"tier": "trained"}, True)],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_the_version_of_an_entry_is_its_words(change: dict[str, object], same: bool) -> None:
    """Its tier is not one of them."""
    assert (entry_sha256(a_frame(**change)) == entry_sha256(a_frame())) is same


def test_heads_are_kept_and_opened_again(tmp_path: Path) -> None:
    """Weights as float32; those of another encoder are refused, as is a folder without a scale."""
    save_issues(tmp_path, [head(weights=[0.5, -0.25])], SCALE, TOY)
    heads, scale = load_issues(tmp_path, TOY)
    assert scale == SCALE
    assert heads["weather"].weights.tolist() == [0.5, -0.25]
    assert replace(heads["weather"], weights=None) == replace(head(), weights=None)
    with pytest.raises(EncoderError, match="train again"):
        load_issues(tmp_path, replace(TOY, weights_sha256="11"))
    save_issues(tmp_path, [head()], None, TOY)
    with pytest.raises(EncoderError, match="train_issue_frames"):
        open_issues(ToyEncoder(), open_codebook(topic_with(a_frame())), (tmp_path,))


def test_heads_of_one_frame_are_kept_by_entry(tmp_path: Path) -> None:
    """An entry that is edited, and edited back, has its head again; the shipped form is read."""
    both = (head(weights=[1.0]), replace(head(weights=[2.0]), entry="ff"))
    save_issues(tmp_path, both, None, TOY)
    found, _ = load_all(tmp_path, TOY)
    assert [(one.entry, one.weights.tolist()) for one in found] == [
        (both[0].entry, [1.0]),
        ("ff", [2.0]),
    ]
    facts = json.loads((tmp_path / "issues.json").read_text(encoding="utf-8"))
    known = facts["heads"].pop(f"weather {both[0].entry}")
    del facts["heads"]["weather ff"], known["frame"]
    old = facts | {"heads": {"weather": known}}
    save_head(tmp_path, "issues", {"weather": np.ones(1, dtype=np.float32)}, old)
    assert list(load_issues(tmp_path, TOY)[0]) == ["weather"]


def spoil_arrays(folder: Path) -> None:
    path = folder / "issues.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def forget_hash(folder: Path) -> None:
    """As heads were written before, and then cut short."""
    path = folder / "issues.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    del facts["arrays_sha256"]
    path.write_text(json.dumps(facts), encoding="utf-8")
    arrays = path.with_suffix(".safetensors")
    arrays.write_bytes(arrays.read_bytes()[:20])


def replace_arrays(folder: Path) -> None:
    """Only one of the two files was replaced."""
    before = (folder / "issues.json").read_bytes()
    save_issues(folder, [head(weights=[3.0] * 8)], None, TOY)
    (folder / "issues.json").write_bytes(before)


def forget_name(folder: Path) -> None:
    path = folder / "issues.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"share"', '"part"'), encoding="utf-8")


def cut_facts(folder: Path) -> None:
    path = folder / "issues.json"
    path.write_bytes(path.read_bytes()[:-9])


def empty_facts(folder: Path) -> None:
    (folder / "issues.json").write_text("{}", encoding="utf-8")


@pytest.mark.parametrize(
    "damage", [spoil_arrays, forget_hash, replace_arrays, forget_name, cut_facts, empty_facts]
)
def test_damaged_heads_are_named_with_their_remedy(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """Whichever of the files it is; those of coded texts are made anew by another command."""
    save_issues(tmp_path, [head(weights=[1.0] * 8)], None, TOY)
    assert len(load_coded(tmp_path, TOY)) == 1
    damage(tmp_path)
    with pytest.raises(EncoderError, match=r"issues\.(json|safetensors).*codebook train"):
        load_coded(tmp_path, TOY)
    with pytest.raises(EncoderError, match=r"issues\.(json|safetensors).*models\.train"):
        load_issues(tmp_path, TOY)


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing beside it."""
    save_issues(tmp_path, [head(weights=[1.0])], None, TOY)

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        save_issues(tmp_path, [head(weights=[2.0])], None, TOY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["issues.json", "issues.safetensors"]
    assert load_issues(tmp_path, TOY)[0]["weather"].weights.tolist() == [1.0]


def test_coded_heads_of_another_encoder_are_skipped_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The topic is read as if nothing had been coded."""
    frame, encoder = a_frame(), ToyEncoder()
    coded, shipped = tmp_path / "coded", tmp_path / "shipped"
    fitting = replace(head(weights=[0.0] * 8), entry=entry_sha256(frame), origin=Origin.CODED)
    save_issues(shipped, [], SCALE, encoder.identity)
    save_issues(coded, [fitting], None, encoder.identity)
    book = open_codebook(topic_with(frame))
    assert open_issues(encoder, book, (coded, shipped)).of_origin(Origin.CODED) == ("weather",)
    assert caplog.text == ""
    save_issues(coded, [fitting], None, replace(encoder.identity, weights_sha256="11"))
    issues = open_issues(encoder, book, (coded, shipped))
    assert issues.of_origin(Origin.DESCRIPTION) == ("weather",)
    assert f"{coded}: made for another encoder" in caplog.text
    assert load_coded(coded, encoder.identity) == ()


def test_fitted_heads_tell_their_words_apart(tmp_path: Path) -> None:
    """On a toy corpus of two frames: each is found by its word, out of the sentences' order."""
    random = np.random.default_rng(3)
    rows = {"weather": "rain", "trade": "coins"}
    for code, word in rows.items():
        lines = []
        for i in range(90):
            filler = " ".join(f"w{n}" for n in random.integers(0, 40, size=4))
            carries = i % 2 == 0
            text = f"{filler} {word if carries else 'meadow'} {i}"
            frames = f'["{code}"]' if carries else "[]"
            lines.append(f'{{"frames": {frames}, "text": "{text} {code[0]}"}}\n')
        (tmp_path / f"{code}.jsonl").write_text("".join(lines), encoding="utf-8")
    encoder = ToyEncoder()
    frames = (a_frame("trade", cues=("coins",)), a_frame("weather", cues=("rain",)))
    corpus = build_corpus(encoder, issue_sentences(tmp_path), articles=12)
    issues = IssueFrames(fit_sentence_heads(corpus, frames))
    text = "w1 w2 w3 rain rain w4\nw1 w2 w3 coins coins w4"
    found = issues.score_sentences(encode_text(encoder, tokenize_text(encoder, text)))
    assert issues.codes == ("trade", "weather")
    assert found[0, 1] > found[0, 0]
    assert found[1, 0] > found[1, 1]
    for column, scores in zip(corpus.labels.T, issues.logits(corpus.alone).T, strict=True):
        assert np.median(scores[column == 1]) > np.quantile(scores[column == 0], 0.8)
    scale = fit_scale(encoder, corpus, frames)
    assert scale.factor > 0
    assert 0 < scale.threshold < 1


# --- what ships -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_shipped_heads_are_those_of_the_topics_entries() -> None:
    """Whoever changes an entry trains again: python -m models.train_issue_frames."""
    encoder = open_encoder("bundled")
    issues = open_issues(encoder, open_codebook(TOPIC), (BUNDLED_FOLDER,))
    assert issues.of_origin(Origin.SENTENCES) == tuple(frame.code for frame in TOPIC.frames)


@pytest.mark.slow
def test_the_shipped_heads_reach_their_floors_and_beat_the_description() -> None:
    """On the third that nothing was fitted on."""
    sentences, _, figures = issue_rows(open_encoder("bundled"), BUNDLED_FOLDER)
    floors = {name: f for name, f in FLOORS.load().items() if name.startswith("issues.")}
    assert set(floors) == set(figures)
    assert [name for name, floor in floors.items() if figures[name] < floor] == []
    own = [m.auc for name, m in sentences if not name.startswith(" ")]
    plain = [m.auc for name, m in sentences if name == "  description alone"]
    cues = [m.auc for name, m in sentences if name == "  cues alone"]
    assert np.mean(own) > np.mean(plain) > np.mean(cues)
    assert all(one > other for one, other in zip(own, cues, strict=True))


@pytest.mark.slow
def test_an_entry_of_ones_own_is_scored_by_its_description() -> None:
    """Without any fitting, sentences of its subject come first."""
    frame = Frame(
        code="energy",
        name="Energy and climate",
        definition="The electricity, water and emissions that computing takes.",
        counts=("power use of data centres", "carbon emissions"),
        excludes=(),
        cues=("carbon footprint", "electricity demand"),
        questions=("Does the text speak of the energy that AI uses?",),
    )
    encoder = open_encoder("bundled")
    issues = open_issues(
        encoder, open_codebook(replace(TOPIC, frames=(*TOPIC.frames, frame))), (BUNDLED_FOLDER,)
    )
    assert issues.of_origin(Origin.DESCRIPTION) == ("energy",)
    tested = [one for one in issue_sentences() if one.held_out][:40]
    vectors = in_company(encoder, tested)
    of_energy = encode_text(
        encoder,
        tokenize_text(encoder, "Server halls burn as much coal power as a small country does."),
    ).sentences
    column = issues.codes.index("energy")
    scores = issues.logits(vectors)[:, column]
    assert issues.logits(of_energy)[0, column] > np.quantile(scores, 0.95)
