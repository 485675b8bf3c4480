"""codebook show, check and diff: what a codebook says, lacks, and changed."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from framewatch.__main__ import cli
from framewatch.facts import load_topic
from models.codebook import GENERIC_FRAMES, Codebook, open_codebook
from models.codebook_review import difference_lines, differences, faults, page
from tests.test_codebook import a_frame

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "codebook.md"
WHOLE = a_frame(
    definition="The story is about rain, and about what the rain did.",
    cues=("it poured", "wet", "umbrellas"),
)


def run(*arguments: str):
    return CliRunner().invoke(cli, ["codebook", *arguments])


def test_the_page_in_the_repository_is_fresh() -> None:
    """Whoever changes an entry writes it anew."""
    topic = load_topic(ROOT / "topics" / "deepseek.toml")
    fresh = page(open_codebook(topic), f"Codebook: {topic.name}")
    remedy = "run `python -m framewatch codebook show -o docs/codebook.md`"
    assert PAGE.read_text(encoding="utf-8") == fresh, remedy


def test_the_codebooks_of_the_repository_lack_nothing() -> None:
    """And the command says so."""
    result = run("check")
    assert result.exit_code == 0, result.output
    assert "deepseek: 14 frames" in result.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"questions": ()}, "weather.questions: 0 given"),
        ({"cues": ("a", "b")}, "weather.cues: 2 given; at least 3"),
        ({"counts": ("rain", "rain")}, "weather.counts: 'rain' stands twice"),
        ({"definition": "Rain."}, "weather.definition: fewer than"),
        ({"questions": ("It rains.",)}, "'It rains.' is no question"),
    ],
)  # fmt: skip
def test_a_fault_names_frame_and_field(change: dict[str, object], said: str) -> None:
    """One fault, one line."""
    assert list(faults(Codebook((WHOLE,)))) == []
    (fault,) = faults(Codebook((replace(WHOLE, **change),)))
    assert said in fault


def test_a_cue_that_two_frames_share_is_a_fault() -> None:
    """Whatever its case."""
    other = replace(WHOLE, code="flood", cues=("Wet", "mud", "boats"))
    assert list(faults(Codebook((WHOLE, other)))) == [
        "weather, flood: share the cue 'wet': it tells neither from the other"
    ]


def test_a_difference_shows_what_went_and_what_came() -> None:
    """Field by field, frame by frame; what is the same is not told."""
    changed = replace(WHOLE, name="Rain", cues=("it poured", "wet", "boots"))
    gone, new = replace(WHOLE, code="gone", name="Gone"), replace(WHOLE, code="new", name="New")
    found = differences(Codebook((WHOLE, gone)), Codebook((changed, new)))
    assert list(difference_lines(found)) == [
        "[weather]",
        "  name:",
        "    - Weather",
        "    + Rain",
        "  cues:",
        "    - umbrellas",
        "    + boots",
        "[new]",
        "  + new frame: New",
        "[gone]",
        "  - gone: Gone",
    ]


def test_another_order_is_a_difference_too() -> None:
    """It is another version."""
    turned = replace(WHOLE, cues=WHOLE.cues[::-1])
    found = differences(Codebook((WHOLE,)), Codebook((turned,)))
    assert list(difference_lines(found)) == ["[weather]", "  cues: another order"]


def test_two_files_are_compared_and_the_exit_status_tells(tmp_path: Path) -> None:
    """0 where nothing changed, 1 where something did, with both versions."""
    old = GENERIC_FRAMES.read_text(encoding="utf-8")
    new = tmp_path / "new.toml"
    new.write_text(old.replace('"clashed with"', '"collided with"'), encoding="utf-8")
    assert run("diff", str(GENERIC_FRAMES), str(GENERIC_FRAMES)).exit_code == 0
    result = run("diff", str(GENERIC_FRAMES), str(new))
    assert result.exit_code == 1
    assert "    + collided with" in result.output
    assert result.output.count("\n[") == 1


def test_a_topics_file_is_compared_by_its_frames() -> None:
    """The rest of the file is no codebook."""
    topic = str(ROOT / "topics" / "deepseek.toml")
    assert run("diff", topic, topic).exit_code == 0


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    """With what is wrong in it."""
    broken = tmp_path / "broken.toml"
    broken.write_text("[[frames]\n", encoding="utf-8")
    result = run("diff", str(broken), str(broken))
    assert "broken.toml" in str(result.exception)
