"""How many samples a width needs: the formula as arithmetic, groups, small populations, differences, the command."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import numpy as np
import pytest

from ocr_eval.agreement.plan import (
    BOUND,
    NO_VARIATION,
    ONE_UNIT,
    PAIRED,
    UNDEFINED,
    Pilot,
    PilotScore,
    choose,
    finite,
    mean_pilot,
    plan,
    systems_pilot,
    together,
)
from ocr_eval.protocols.formulas import rate
from ocr_eval.stats.ratios import Stack

Z = 1.959963984540054
F1 = {"f1": rate("2*m", "n")}


def stack(*systems: list[tuple[int, int]], groups: list[str] | None = None) -> Stack:
    """(m, n) per sample, for every system."""
    table = np.array(systems, np.int64).reshape(len(systems), -1, 2)
    samples = [f"s{k:03d}" for k in range(table.shape[1])]
    columns = {"m": table[:, :, 0].T, "n": table[:, :, 1].T}
    return Stack.from_columns([f"R{k}" for k in range(len(systems))], samples, columns, groups=groups)


def test_the_spread_of_images_by_hand() -> None:
    # r = 2 * 3 / 8; z_i = (num - r den) / mean(den) = (2 - .75 * 4) / 4 and (4 - .75 * 4) / 4
    (score,) = mean_pilot(stack([(1, 4), (2, 4)]), F1).scores
    assert score.value == 0.75
    assert score.sd == pytest.approx(math.sqrt((0.25**2 + 0.25**2) / 1))
    (row,) = plan(mean_pilot(stack([(1, 4), (2, 4)]), F1), 0.04)
    assert [wanted.width for wanted in row.widths] == [0.01, 0.02, 0.03, 0.04, 0.05]
    assert [w.images for w in row.widths] == [math.ceil((Z * score.sd / w.width) ** 2) for w in row.widths]


def test_documents_of_equal_pages_need_as_many_documents() -> None:
    # Pages of a document are copies: two pages of each are no more than one.
    pages = [(1, 4), (2, 4), (1, 2), (0, 4)] * 6
    alone = mean_pilot(stack(pages), F1)
    twice = stack([page for page in pages for _ in "ab"], groups=[f"d{k}" for k in range(24) for _ in "ab"])
    grouped = mean_pilot(twice, F1)
    assert (grouped.images, grouped.units) == (48, 24)
    assert grouped.scores[0].sd == pytest.approx(math.sqrt(2) * alone.scores[0].sd)  # type: ignore[operator]


def test_the_mean_over_pairs_of_annotators_has_a_smaller_spread() -> None:
    drawn = np.random.default_rng(3).integers(0, 3, (2, 40))
    one, other = ([(int(m), 4) for m in row] for row in drawn)
    both, single = mean_pilot(stack(one, other), F1).scores[0], mean_pilot(stack(one), F1).scores[0]
    assert both.sd is not None and single.sd is not None and both.sd < single.sd
    same = mean_pilot(stack(one, one), F1).scores[0]
    assert same.sd == pytest.approx(single.sd)
    with_empty = mean_pilot(stack(one, [(0, 0)] * 40), F1).scores[0]
    assert (with_empty.value, with_empty.sd) == (single.value, single.sd)


def test_scores_without_a_spread_say_why() -> None:
    assert mean_pilot(stack([(2, 4)] * 30), F1).scores[0].reason == NO_VARIATION
    assert mean_pilot(stack([(0, 0)] * 30), F1).scores[0] == ("f1", None, None, UNDEFINED, None, None, None)
    assert mean_pilot(stack([(1, 4)]), F1).scores[0].reason == ONE_UNIT
    (row,) = plan(mean_pilot(stack([(2, 4)] * 30), F1), 0.02, detect=0.01)
    assert {wanted.images for wanted in row.widths} == {None} and row.detect is not None
    assert row.detect.images is None


def test_a_difference_of_two_systems_is_planned_from_their_pairs() -> None:
    one = [(k % 3, 4) for k in range(30)]
    other = [(m + (k % 5 == 0), n) for k, (m, n) in enumerate(one)]
    pilot = systems_pilot(stack(one, other), F1, "p")
    (row, _) = plan(pilot, 0.02, detect=0.01)
    # ddof 1 spread of the difference of contributions: 1 in every fifth of 30, at 2 / 4 each
    z = [0.5 * (k % 5 == 0) - 0.5 * 6 / 30 for k in range(30)]
    rows = stack(one, other).influence(F1["f1"])
    sd = float(np.std(rows[:, 1] - rows[:, 0], ddof=1))
    assert sd == pytest.approx(float(np.std(z, ddof=1)))
    assert row.basis == PAIRED and row.detect is not None
    assert row.detect.images == math.ceil((2.8015852181129702 * sd / 0.01) ** 2)
    (alone,) = plan(systems_pilot(stack(one), F1, "p"), 0.02, detect=0.01)
    assert alone.basis == BOUND and alone.detect is not None and alone.score.sd is not None
    assert alone.detect.images == math.ceil((2.8015852181129702 * math.sqrt(2) * alone.score.sd / 0.01) ** 2)
    more = plan(systems_pilot(stack(one), F1, "p"), 0.02, detect=0.01, power=0.9)[0].detect
    assert more is not None and more.images is not None and more.images > alone.detect.images


@pytest.mark.parametrize(
    ("images", "population", "expected"),
    [(400, None, 400), (400, 400, 201), (400, 10**12, 400), (1, 1, 1), (10**9, 500, 500), (0, 5, 0)],
)
def test_small_populations_need_fewer(images: int, population: int | None, expected: int) -> None:
    # 400 of 400: 400 / (1 + 399 / 400) = 200.25
    assert finite(images, population) == expected


def test_hours_are_those_of_all_annotators() -> None:
    pilot = Pilot(30, 30, (PilotScore("f1", 0.9, 0.1),), seconds_per_image=90.0)
    (row,) = plan(pilot, 0.02)
    assert row.widths[1].images == math.ceil((Z * 0.1 / 0.02) ** 2) == 97
    assert row.widths[1].hours == 97 * 90 / 3600


@pytest.mark.parametrize("wrong", [{"half_width": 0}, {"detect": 0}, {"power": 1}, {"power": 0}])
def test_widths_of_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        plan(Pilot(30, 30, ()), **({"half_width": 0.02} | wrong))  # type: ignore[arg-type]


def test_a_pilot_comes_back_from_json() -> None:
    scores = (PilotScore("f1", 0.9, 0.1), PilotScore("wem", None, None, UNDEFINED))
    pilot = Pilot(30, 15, scores, 12.5)
    assert Pilot.from_json(json.loads(json.dumps(pilot.to_json()))) == pilot
    assert choose(pilot, "wem").scores == scores[1:] and choose(pilot, None) is pilot
    with pytest.raises(KeyError):
        choose(pilot, "cer")
    with pytest.raises(ValueError, match="differ in their images"):
        together([pilot, Pilot(31, 15, scores)])


SCORE = {"metric": "f1", "value": 0.5, "sd": 0.1, "reason": None}


@pytest.mark.parametrize(
    "change",
    [
        {"images": -1},
        {"units": 2.5},
        {"images": True},
        {"scores": 3},
        {"scores": [SCORE | {"sd": 0}]},
        {"scores": [SCORE | {"sd": None}]},
        {"scores": [SCORE | {"reason": "x"}]},
        {"scores": [SCORE | {"sd": 1e300}]},
        {"scores": [SCORE | {"value": "1"}]},
        {"scores": [SCORE | {"metric": None}]},
        {"scores": [[]]},
        {"seconds_per_image": -3},
    ],
)
def test_a_pilot_that_is_none_is_refused(change: dict[str, Any]) -> None:
    body = {"images": 30, "units": 30, "seconds_per_image": None, "scores": [SCORE]}
    assert Pilot.from_json(body).scores == (PilotScore("f1", 0.5, 0.1),)
    with pytest.raises(ValueError, match="no pilot"):
        Pilot.from_json(body | change)


class Ran(NamedTuple):
    status: int
    out: str
    err: str


def run(*words: str | Path, cwd: Path | None = None) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "ocr_eval", *map(str, words)],
        env=os.environ | {"COLUMNS": "80"},
        capture_output=True,
        timeout=120,
        check=False,
        cwd=cwd,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def agreement(path: Path, **changes: Any) -> Path:
    pilot = {"images": 30, "units": 30, "seconds_per_image": 36.0, "scores": [SCORE]}
    body = {"schema": "ocr-eval/agree/1", "other": [1], "pilot": pilot} | changes
    path.write_text(json.dumps(body), "utf-8")
    return path


def test_the_example_runs_and_what_it_writes_is_in_the_schema(tmp_path: Path) -> None:
    shown = run("plan", "--help").out
    lines = [line.strip() for line in shown.splitlines() if line.strip().startswith("ocr-eval ")]
    assert [line.split()[1] for line in lines] == ["score", "plan"]
    for line in lines:
        ran = run(*line.split()[1:], cwd=tmp_path)
        assert ran.status == 0, ran.err
    assert "±2" in ran.out and "hmean" in ran.out and "precision" not in ran.out
    ran = run(*lines[1].split()[1:], "--format", "json", "--detect", ".01", cwd=tmp_path)
    body = json.loads(ran.out)
    text = resources.files("ocr_eval.report").joinpath("schemas/plan-1.json").read_text(encoding="utf-8")
    jsonschema.validate(body, json.loads(text))
    (score,) = body["scores"]
    width = next(w for w in score["widths"] if w["halfwidth"] == 0.02)
    assert width["samples"] == math.ceil((Z * score["sd"] / 0.02) ** 2)
    assert score["detect"]["basis"] == "independent"


def test_agreement_is_a_pilot(tmp_path: Path) -> None:
    path = agreement(tmp_path / "agreement.json")
    ran = run(
        "plan", "--pilot", path, "--halfwidth", "0.02", "--population", "50", "-o", tmp_path / "plan.txt"
    )
    assert (ran.status, ran.out) == (0, "")
    text = (tmp_path / "plan.txt").read_text("utf-8")
    # 97 / (1 + 96 / 50) = 33.2; 34 * 36 s = .34 h
    assert "34" in text and "±2 0.3 h" in text and "population of 50" in text


@pytest.mark.parametrize(
    ("changes", "flags", "status", "said"),
    [
        ({}, ["--metric", "f2"], 2, "did you mean f1?"),
        ({"schema": "ocr-eval/score/1"}, [], 2, "no agreement.json"),
        ({"pilot": None}, [], 2, "holds no pilot"),
        ({"pilot": {}}, [], 3, "cannot be read"),
        ({}, ["--halfwidth", "0"], 2, "halfwidth"),
        ({}, ["--halfwidth", "nan"], 2, "halfwidth"),
        ({}, ["--power", "nan"], 2, "power"),
        ({}, ["--population", "0"], 2, "population"),
        (
            {"pilot": {"images": 30, "units": 19, "seconds_per_image": None, "scores": [SCORE]}},
            [],
            2,
            "--force",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused(
    tmp_path: Path, changes: dict[str, Any], flags: list[str], status: int, said: str
) -> None:
    path = agreement(tmp_path / "agreement.json", **changes)
    ran = run("plan", "--pilot", path, "--halfwidth", "0.02", *flags)
    assert (ran.status, ran.out) == (status, "")
    assert said in ran.err and ran.err.count("\n") == 1


def test_a_small_pilot_can_be_forced_and_says_so(tmp_path: Path) -> None:
    pilot = {"images": 30, "units": 19, "seconds_per_image": None, "scores": [SCORE]}
    path = agreement(tmp_path / "agreement.json", pilot=pilot)
    ran = run("plan", "--pilot", path, "--halfwidth", "0.02", "--force")
    assert ran.status == 0 and "forced" in ran.out and "in 19 groups" in ran.out


def test_files_that_are_no_pilot(tmp_path: Path) -> None:
    (tmp_path / "text.json").write_text("{", "utf-8")
    for path, status in ((tmp_path / "text.json", 3), (tmp_path / "none.json", 2), (tmp_path, 2)):
        ran = run("plan", "--pilot", path, "--halfwidth", "0.02")
        assert (ran.status, ran.out) == (status, ""), ran.err
        assert "agreement.json" in ran.err
