"""The stored official numbers: rows add up, ``derive`` gives the official ratios, nothing in them is typed by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval import protocol
from ocr_eval.protocols.formulas import names
from ocr_eval.tables.counts import Counts, Totals
from scripts import gold

FILES = sorted(gold.GOLD.rglob("*.json"))
SCORED = [path for path in FILES if "metrics" in json.loads(path.read_text(encoding="utf-8"))]


def load(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def totals(data: dict[str, Any]) -> Totals:
    """The rows of a gold file as our own table, summed; columns that the script does not print are 0."""
    rule = protocol(data["protocol"])
    size = len(data["samples"])
    absent = [0] * size
    table = Counts.of(
        tuple(map(str, data["samples"])),
        {name: np.array(data["columns"].get(name, absent), np.int64) for name in rule.COLUMNS},
        {name: np.array(data["columns"].get(f"sum:{name}", absent), np.float64) for name in rule.SUMS},
    )
    total = table.total()
    return Totals(total.samples, total.counts | data["totals"], total.sums)


@pytest.mark.parametrize("path", SCORED, ids=lambda path: path.stem)
def test_rows_add_up_and_derive_gives_the_official_ratios(path: Path) -> None:
    data = load(path)
    rule = protocol(data["protocol"])
    for name, column in data["columns"].items():
        if not name.startswith("sum:"):
            assert name in rule.COLUMNS
            assert sum(column) == data["totals"][name]
    metrics = rule.derive(totals(data))
    # A ratio of integers is one division in the script and here. Sums of reals: the script adds serially, we add
    # exactly; additions of 500 positive numbers err by less than 500 * 2**-53 of their sum.
    for name, value in data["metrics"].items():
        formula = rule.formulas.get(name)
        real = formula is None or any(term.startswith("sum:") for term in names(formula))
        assert metrics[name] == pytest.approx(value, rel=1.2e-13 if real and rule.SUMS else 0, abs=0), name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_provenance_is_told(path: Path) -> None:
    data = load(path)
    assert data["official"]["script"]
    if path in SCORED:
        assert {side: len(found["sha256"]) for side, found in data["inputs"].items()} == {
            "gt": 64,
            "pred": 64,
        }
        assert data["official"]["command"] or data["official"]["script"].startswith("none")


def test_gold_stays_small() -> None:
    assert sum(path.stat().st_size for path in FILES) < 1_500_000


def test_every_number_is_the_reference_folders(shared: Path) -> None:
    different = [
        path for path, text in gold.files(shared).items() if (gold.GOLD / path).read_text("utf-8") != text
    ]
    assert different == []
    assert len(gold.files(shared)) == len(FILES)


def test_a_changed_count_is_seen(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gold, "GOLD", tmp_path)
    assert gold.main(["--shared", str(shared)]) == 0
    assert gold.main(["--shared", str(shared), "--check"]) == 0
    file = next(tmp_path.glob("rrc_iou/*pixellink.json"))
    file.write_text(file.read_text(encoding="utf-8").replace('"tp":1696', '"tp":1697'), encoding="utf-8")
    assert gold.main(["--shared", str(shared), "--check"]) == 1
