"""The codebook: complete entries, a version that follows their words, heads that fit."""

from dataclasses import replace
from pathlib import Path

import pytest

from framewatch.facts import load_frames, load_topic
from framewatch.story import Frame, Tier, Topic
from models.codebook import GENERIC_FRAMES, Codebook, CodebookError, open_codebook

ROOT = Path(__file__).resolve().parent.parent
FIVE = ("conflict", "economic", "human_interest", "morality", "responsibility")


def a_frame(code: str = "weather", **other: object) -> Frame:
    entry = Frame(
        code=code,
        name="Weather",
        definition="The story is about rain.",
        counts=("rain",),
        excludes=("snow",),
        cues=("it poured",),
        questions=("Does it rain?",),
    )
    return replace(entry, **other)


def a_topic(*frames: Frame) -> Topic:
    return Topic(
        code="t",
        name="T",
        query="t",
        aliases=("T",),
        time_zone="UTC",
        sources=("*",),
        frames=frames,
    )


def test_the_generic_frames_are_the_five_of_the_field_and_all_are_trained() -> None:
    """Semetko and Valkenburg's five, in order, each marked trained."""
    frames = load_frames(GENERIC_FRAMES)
    assert tuple(frame.code for frame in frames) == FIVE
    assert {frame.tier for frame in frames} == {Tier.TRAINED}


@pytest.mark.parametrize("frame", load_frames(GENERIC_FRAMES), ids=lambda frame: frame.code)
def test_a_generic_entry_can_be_coded_from(frame: Frame) -> None:
    """Every entry says what counts, what does not, shows cues, and asks yes/no questions."""
    assert len(frame.definition.split()) >= 15
    assert min(len(frame.counts), len(frame.excludes), len(frame.questions)) >= 3
    assert len(frame.cues) >= 5
    assert all(question.endswith("?") for question in frame.questions)


def test_the_topic_of_the_repository_has_a_codebook() -> None:
    """Its issue frames stand behind the generic ones, experimental."""
    topic = load_topic(ROOT / "topics" / "deepseek.toml")
    codebook = open_codebook(topic)
    assert len(codebook.frames) == len(FIVE) + len(topic.frames)
    assert tuple(frame.code for frame in codebook.trained) == FIVE
    assert codebook.experimental == topic.frames


def test_the_version_is_known() -> None:
    """The hash is a fixed function of the entries: stored readings name it for years."""
    assert (
        Codebook((a_frame(),)).sha256
        == "9c68c5605027c2de67210f6acdb81686f07eb554b74f4ce781d83ee59189947d"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"definition": "The story is about rain!"},
        {"counts": ("rain", "hail")},
        {"questions": ()},
        {"tier": Tier.TRAINED},
        {"code": "climate"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_of_an_entry_changes_the_version(change: dict[str, object]) -> None:
    """Readings by an older wording are told apart from those by a newer one."""
    assert Codebook((a_frame(**change),)).sha256 != Codebook((a_frame(),)).sha256


def test_layout_and_comments_do_not_change_the_version(tmp_path: Path) -> None:
    """Only the words of the entries count."""
    text = GENERIC_FRAMES.read_text(encoding="utf-8")
    other = tmp_path / "frames.toml"
    other.write_text("# a remark\n" + text.replace(" = ", "   =  "), encoding="utf-8")
    assert open_codebook(a_topic(), other).sha256 == open_codebook(a_topic()).sha256


def test_an_issue_frame_may_not_take_the_code_of_a_generic_one() -> None:
    """Scores are stored by code, so two frames under one code could not be told apart."""
    with pytest.raises(CodebookError, match="conflict"):
        open_codebook(a_topic(a_frame("conflict")))


def test_a_trained_frame_without_a_head_is_refused() -> None:
    """Nobody may promote a frame by writing a word into a file."""
    codebook = open_codebook(a_topic(a_frame(tier=Tier.TRAINED)))
    with pytest.raises(CodebookError, match=r"without a head: weather"):
        codebook.check_heads(FIVE)


def test_a_head_without_a_trained_frame_is_refused() -> None:
    """A score that no entry of the codebook explains is no score."""
    with pytest.raises(CodebookError, match=r"without a frame marked trained: fashion"):
        open_codebook(a_topic()).check_heads((*FIVE, "fashion"))


def test_heads_that_match_pass() -> None:
    """The ordinary case, with an experimental issue frame beside."""
    open_codebook(a_topic(a_frame())).check_heads(FIVE, ("weather",))


@pytest.mark.parametrize("scored", [(), ("fashion",), ("weather", "fashion")], ids=str)
def test_every_experimental_frame_is_scored_and_no_other(scored: tuple[str, ...]) -> None:
    """A frame without a score would look absent everywhere."""
    with pytest.raises(CodebookError, match="experimental frames weather, but scored are"):
        open_codebook(a_topic(a_frame())).check_heads(FIVE, scored)
