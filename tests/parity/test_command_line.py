"""``ocr-eval score`` on the inputs of every official output: totals, metrics and the counts of every sample."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.cli.app import run
from ocr_eval.protocols import protocol
from tests.parity import walk

STEMS = (
    "rrc_iou",
    "tiou",
    "tiou_wordline",
    "rrc_e2e",
    "cascade",
    "popeval",
    "ctw1500",
    "psenet_ctw",
    "td500",
    "rrc_word_spotting",
    "mlt19",
    "tda_rects",
    "curved_e2e",
    "curved_word_spotting",
    "hiertext_e2e",
)
# The gt of MaskTextSpotterV3 has to be rewritten first (tests/parity/curved.py).
FILES = [path for stem in STEMS for path in walk.files(stem) if "mtsv3" not in path.name]

# Protocols that the reference ran on predictions above a score.
ABOVE = {"popeval-word__rects_tda__example_pred": "0.6"}


def words(path: Path, official: dict[str, Any], shared: Path, rows: Path) -> list[str]:
    """The command line for a gold file's inputs."""
    gt, pred = walk.inputs(official, shared)
    call = [
        "score",
        str(gt),
        str(pred),
        "-p",
        official["protocol"],
        "--per-sample",
        str(rows),
        "--format",
        "json",
    ]
    if official["invalid_polygons"] != "refuse":
        call += ["--invalid-polygons", official["invalid_polygons"]]
    if "lexicon" in official["protocol"]:
        call += ["--lexicon", str(shared / "data/lexicons/ic15_weak_voc.txt")]
    if protocol(official["protocol"]).reads.gt_lines:
        call += ["--gt-lines", str(shared / walk.LINES)]
    return [*call, "--confidence-above", ABOVE[path.stem]] if path.stem in ABOVE else call


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_one_command_gives_the_official_counts(
    path: Path,
    shared: Path,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    tell_parity: Callable[[int, int], None],
) -> None:
    official = walk.load(path)
    assert run(words(path, official, shared, tmp_path / "rows.jsonl")) == 0
    (result,) = json.loads(capfdbinary.readouterr().out)["results"]
    lines = (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    rows = {walk.number(row["sample"]): row for row in map(json.loads, lines)}
    different = []
    for k, sample in enumerate(map(str, official["samples"])):
        row = rows[walk.number(sample)]
        for name, column in official["columns"].items():
            real = name.startswith("sum:")
            ours = row["sums"][name[4:]] if real else row["counts"][name]
            if abs(ours - column[k]) > (1e-12 if real else 0):
                different.append((sample, name, ours, column[k]))
    tell_parity(*walk.tally(different, official))
    assert different == []
    for name, value in result["counts"].items():
        assert value == sum(row["counts"][name] for row in rows.values())
    if len(rows) == len(official["samples"]):  # the script left no sample out
        for name, value in official["metrics"].items():
            assert result["metrics"][name] == pytest.approx(value, rel=0, abs=1e-12), name
