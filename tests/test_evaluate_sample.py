"""The evaluation of genre, quotations and relevance on the sample archive, and its floors."""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from framewatch.facts import load_topic
from framewatch.story import Article, Genre, Quotation
from scrapers import evaluate_sample
from scrapers.evaluate_sample import TOPIC, Planted, figures, main, planted, quoted, table

TEXT = "We will not. Not this year. Nor the next."
ARTICLE = Article(
    url="https://herald.example/1",
    title="A ban",
    text=TEXT,
    language="en",
    host="herald",
    host_name="Example Herald",
    quotations=(
        Quotation(start=7, end=19, speaker="Ada Brook"),
        Quotation(start=20, end=34, speaker="Mara Lindqvist"),
        Quotation(start=35, end=48),
    ),
)
TRUTH = {
    "genre": "news",
    "outcome": "off_topic",
    "quotations": [
        {"text": "We will not.", "speaker": "Ada Brook"},
        {"text": "Not this year.", "speaker": "Ada Brook"},
        {"text": "Never.", "speaker": "Ada Brook"},
    ],
}


def test_quotations_are_found_missed_or_false_and_speakers_exact_or_wrong():
    """One of each."""
    tally = quoted(Planted(ARTICLE, TRUTH))
    assert tally == {
        "planted": 3, "found": 2, "false": 1, "named": 2, "exact": 1, "empty": 0, "wrong": 1,
    }  # fmt: skip


def test_a_wrong_genre_counts_against_three_figures_and_a_missed_one_against_two():
    """News in place of a label that the page does not carry is no wrong genre."""
    topic = load_topic(TOPIC)
    wrong = Planted(replace(ARTICLE, genre=Genre.ANALYSIS), {**TRUTH, "genre": "opinion"})
    missed = Planted(ARTICLE, {**TRUTH, "genre": "opinion"})
    shares = [
        {row.name: row.right for row in figures([page], topic) if row.name.startswith("genre")}
        for page in (wrong, missed)
    ]
    assert shares[0] == {"genre.right": 0, "genre.told": 0, "genre.not_wrong": 0}
    assert shares[1] == {"genre.right": 0, "genre.told": 0, "genre.not_wrong": 1}


def test_nothing_wrong_on_the_sample_archive():
    """All planted quotations, no other; no wrong speaker, genre or verdict; few are empty."""
    rows = {row.name: row for row in figures(planted(), load_topic(TOPIC))}
    for name in ("quotation.found", "quotation.not_false", "speaker.not_wrong"):
        assert rows[name].right == rows[name].of >= 280, name
    for name in ("genre.not_wrong", "relevance.right"):
        assert rows[name].right == rows[name].of >= 140, name
    assert rows["genre.told"].of - rows["genre.told"].right == 3
    assert rows["speaker.exact"].share >= 0.9
    assert "speaker.exact" in table(list(rows.values()))


def test_the_command_fails_below_a_floor(monkeypatch: pytest.MonkeyPatch):
    """And says which; as it stands it passes."""
    assert CliRunner().invoke(main).exit_code == 0
    monkeypatch.setattr(evaluate_sample, "planted", lambda: [Planted(ARTICLE, TRUTH)])
    result = CliRunner().invoke(main)
    assert result.exit_code == 1
    assert "speaker.not_wrong is 0.500, below its floor" in result.output
