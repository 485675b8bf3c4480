"""The measures of extraction mean what they say, and the gate holds."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from framewatch.floors import Floors
from framewatch.settings import ROOT
from scrapers import bench, evaluate
from scrapers.labelled import PagesError, load_pages
from scrapers.scoring import Overlap, authors_f1, mean_overlap, same_title, text_overlap
from tests.test_extract import BODY, HERALD, json_ld, markup

PAGES = Path(os.environ.get("FRAMEWATCH_SHARED", ROOT.parent / "shared")) / "pages"


def test_shingles_are_counted_as_a_multiset():
    """Five tokens make two shingles; one of them found, among two, is a half each way."""
    overlap = text_overlap(["a b c d e"], [], "x a b c d")
    assert (overlap.precision, overlap.recall) == (0.5, 0.5)
    doubled = text_overlap(["a b c d"], [], "a b c d\na b c d")
    assert (doubled.precision, doubled.recall) == (1 / 5, 1.0)


def test_paragraph_breaks_and_punctuation_do_not_matter():
    """Only tokens do; a Chinese character is one."""
    assert text_overlap(["One, two. Three", "four!"], [], "One two\nThree four").f1 == 1.0
    assert text_overlap(["港口大桥收费"], [], "港口大桥").recall == pytest.approx(1 / 3)


@pytest.mark.parametrize("text", ["lead one two three four", "one two three four"])
def test_optional_paragraphs_may_be_there_or_not(text: str):
    """A standfirst counts as the extractor has it."""
    assert text_overlap(["lead", "one two three four"], [frozenset({0})], text).f1 == 1.0


@pytest.mark.parametrize(
    ("truth", "text", "precision", "recall"),
    [([], "", 1.0, 1.0), (["a b c d"], "", 0.0, 0.0), ([], "a b c d", 0.0, 0.0)],
)
def test_empty_texts_have_a_score(truth: list[str], text: str, precision: float, recall: float):
    """Nothing found where nothing is, is right; anything else is not."""
    assert text_overlap(truth, [], text) == Overlap(precision, recall)


def test_f1_is_of_the_means():
    """The harmonic mean of mean precision and mean recall, not the mean of F1."""
    mean = mean_overlap([Overlap(1.0, 0.5), Overlap(0.5, 1.0)])
    assert mean == Overlap(0.75, 0.75)
    assert mean.f1 == 0.75


def test_titles_are_equal_but_for_typography():
    """Quotation marks, dashes, case and white space; not words."""
    assert same_title("The “toll” – again", 'the "toll" -  Again')
    assert not same_title("The toll", "The tolls")


def test_author_names_are_compared_as_sets():
    """One of two found is two thirds; a by-line's "By" is no part of a name."""
    assert authors_f1(["Ada Brook", "Li Wei"], ["By Ada Brook"]) == pytest.approx(2 / 3)
    assert authors_f1(["Ada Brook"], []) == 0.0


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Two labelled pages of an invented publisher, the second of a later layout."""
    folder = tmp_path / "pages" / "au"
    folder.mkdir(parents=True)
    truth = {
        "title": "Harbour bridge toll to be reviewed",
        "authors": ["Ada Brook"],
        "publishing_date": "2025-02-04 05:30:00+11:00",
        "body": {"summary": ["Not on it."], "sections": [{"headline": [], "paragraphs": BODY}]},
    }
    (folder / "Herald.json").write_text(json.dumps({"V1_10": truth, "V1_2": truth}))
    head = json_ld(
        headline=truth["title"], datePublished="2025-02-04T05:30:00+11:00", author="Ada Brook"
    )
    meta = {}
    for day in ("2025_02_04", "2025_02_05"):
        (folder / f"Herald_{day}.html.gz").write_bytes(gzip.compress(markup(head=head).encode()))
        meta[f"Herald_{day}.html.gz"] = {"url": HERALD, "crawl_date": day}
    (folder / "meta.info").write_text(json.dumps(meta))
    return folder.parent


def test_labelled_pages_are_scored(pages: Path):
    """A page that is read perfectly has ones all over, its optional standfirst forgiven."""
    scores = [evaluate.score(page) for page in load_pages(pages)]
    assert len(scores) == 2
    assert set(evaluate.figures(scores).values()) == {1.0}


def test_a_folder_without_labelled_pages_is_an_error(tmp_path: Path):
    """Rather than a score of nothing."""
    with pytest.raises(PagesError, match=r"meta\.info"):
        load_pages(tmp_path)


def test_the_gate_fails_below_a_floor(pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Exit 0 at the floors; 1 below one; and a floor is lowered only with leave."""
    floors = Floors(tmp_path / "floors.toml", "python -m scrapers.evaluate", 0.0)
    monkeypatch.setattr(evaluate, "FLOORS", floors)
    run = CliRunner().invoke
    assert run(evaluate.main, ["--pages", str(pages), "--set-floors"]).exit_code == 0
    assert run(evaluate.main, ["--pages", str(pages)]).exit_code == 0
    for page in pages.glob("au/*.html.gz"):
        page.write_bytes(gzip.compress(markup(BODY[:1], title="Other").encode()))
    failed = run(evaluate.main, ["--pages", str(pages)])
    assert failed.exit_code == 1
    assert "title.exact is 0.000, below its floor 1.000" in failed.output
    refused = run(evaluate.main, ["--pages", str(pages), "--set-floors"])
    assert refused.exit_code == 1
    assert "--lower-floors" in refused.output
    lowered = ["--pages", str(pages), "--set-floors", "--lower-floors"]
    assert run(evaluate.main, lowered).exit_code == 0


# newspaper4k, a rival in the bench alone, warns of its own parts.
@pytest.mark.filterwarnings("ignore")
def test_the_bench_times_every_step_beside_trafilatura(pages: Path):
    """Each step once a page and round; trafilatura's ratio to itself is one."""
    times: bench.Times = {}
    for page in load_pages(pages):
        bench.time_page(page, times)
    steps = ["decode", "parse", "metadata", "text", "dates", "quotes", "language", bench.WHOLE]
    assert list(times)[:9] == [*steps, "trafilatura"]
    assert {len(spent) for spent in times.values()} == {2}
    line = next(line for line in bench.table(times).split("\n") if line.startswith("trafilatura"))
    assert line.split()[-1] == "1.00"


@pytest.mark.slow
@pytest.mark.skipif(not PAGES.exists(), reason="no publishers' pages here")
def test_extraction_on_publishers_pages_stays_above_its_floors():
    """The gate itself, on the development pages."""
    command = [sys.executable, "-m", "scrapers.evaluate", "--pages", str(PAGES)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert evaluate.FLOORS.load()["text.f1"] >= 0.97
