"""Fine-tuning: what is trained on, what is held back, and how an epoch is put together."""

import csv
import json
import random
from pathlib import Path

import numpy as np
import pytest

from models.corpora import test_sets as reported_sets
from models.corpora import training_sets
from models.export_target import best_temperature
from models.finetune import DEV_PART, POOL, ROWS, Row, is_dev, steps
from models.sentiment import MentionWindow


def a_row(length: int, index: int) -> Row:
    return Row(MentionWindow(np.arange(length), np.arange(length) == 0), index % 3, index)


def domains() -> dict[str, list[Row]]:
    chance = random.Random(1)
    sizes = {"newsmtsc": 16 * 60, "sentfin": 500, "finentity": 100}
    return {
        name: [a_row(chance.randint(5, 120), i) for i in range(size)]
        for name, size in sizes.items()
    }


def test_each_step_has_rows_of_every_domain() -> None:
    """No domain is forgotten between two steps, and NewsMTSC is gone through exactly once."""
    rows = domains()
    epoch = list(steps(rows, random.Random(2)))
    assert {tuple(map(len, step)) for step in epoch} == {tuple(ROWS.values())}
    seen = [row.index for step in epoch for row in step[0]]
    assert sorted(seen) == sorted(row.index for row in rows["newsmtsc"])


def test_rows_of_a_step_are_of_about_one_length() -> None:
    """Padding is wasted time: sorted within a pool of steps, a domain's rows differ by little."""
    assert POOL > 1
    spread = [
        max(len(r.window.ids) for r in some) - min(len(r.window.ids) for r in some)
        for step in steps(domains(), random.Random(2))
        for some in step[:1]
    ]
    assert np.median(spread) <= 4


def test_an_epoch_can_be_drawn_again() -> None:
    """The seed decides the order."""
    rows = domains()
    first, second, other = (
        [row.index for step in steps(rows, random.Random(seed)) for some in step for row in some]
        for seed in (3, 3, 4)
    )
    assert first == second != other


def test_the_development_part_is_a_twelfth_and_stays() -> None:
    """By a hash of the text, so a text is never on both sides."""
    share = np.mean([is_dev(f"Text number {i}.") for i in range(6000)])
    assert share == pytest.approx(1 / DEV_PART, abs=0.015)


def test_what_is_reported_is_never_trained_on(tmp_path: Path) -> None:
    """Neither the held-out fifths nor a sentence that stands in both parts of NewsMTSC."""
    news = tmp_path / "newsmtsc"
    news.mkdir()
    for part, sentences in {
        "rw-train": ["Lin won.", "Lin lost."],
        "rw-dev": ["Lin won."],
        "mt-dev": ["Lin sat."],
    }.items():
        lines = [json.dumps({"sentence": s, "from": 0, "to": 3, "polarity": 0}) for s in sentences]
        (news / f"{part}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "sentfin").mkdir()
    with (tmp_path / "sentfin" / "SEntFiN.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Title", "Decisions"])
        writer.writerows([f"Wu rises {i}", "{'Wu': 'positive'}"] for i in range(100))
    (tmp_path / "finentity").mkdir()
    mark = {"start": 0, "end": 2, "value": "Wu", "label": "Neutral"}
    paragraphs = [{"content": f"Wu holds {i}", "annotations": [mark]} for i in range(100)]
    (tmp_path / "finentity" / "FinEntity.json").write_text(json.dumps(paragraphs), encoding="utf-8")
    trained = {m.text for ms in training_sets(tmp_path).values() for m in ms}
    tested = {m.text for ms in reported_sets(tmp_path).values() for m in ms}
    assert not trained & tested
    assert "Lin lost." in trained
    assert len(trained | tested) == 203


def test_the_temperature_makes_confidence_true() -> None:
    """Right three times of four at a claimed .95 is cooled to about .75."""
    sure = np.log(np.array([[0.95, 0.025, 0.025]] * 400))
    gold = np.array([0, 0, 0, 1] * 100)
    temperature = best_temperature(sure, gold)
    cooled = np.exp(sure[0] / temperature)
    assert (cooled / cooled.sum())[0] == pytest.approx(0.75, abs=0.02)
