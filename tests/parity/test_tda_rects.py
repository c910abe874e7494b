"""tda-rects: the official output at a fixed score, every sample, both engines; the two best rows as printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ocr_eval.engine.local import Job
from ocr_eval.protocols import protocol
from ocr_eval.protocols.end_to_end.tda_rects import best_row
from tests.parity import walk

FILES = walk.files("tda_rects")


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sample_has_the_official_counts(
    path: Path, kernels: str, shared: Path, tell_parity: Callable[[int, int], None]
) -> None:
    found = walk.compare(path, shared, kernels)
    tell_parity(*walk.tally(found.different, found.official))
    assert found.different == []
    for name, value in found.official["metrics"].items():
        assert found.record.metrics[name] == pytest.approx(value, rel=0, abs=1e-12), name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_best_rows_read_as_the_script_prints_them(path: Path, shared: Path) -> None:
    official = walk.load(path)
    rule = protocol("tda-rects")
    truth, found = walk.read_pair(rule, *walk.inputs(official, shared), "official")
    (record,) = Job(truth, [rule], invalid_polygons="official").run(found)
    totals = record.counts.total()
    # The numbers of the reference for all predictions, and its two rows.
    assert (totals["tp"], totals["fp"], totals["n_gt"]) == (7077, 6863, 8327)
    assert totals.scored is not None
    for line, name, title in zip(
        official["official_lines"],
        ("hmean", "one_minus_ned"),
        ("[Best F-Measure]", "[Best 1-NED]    "),
        strict=True,
    ):
        row = best_row(totals.scored, totals["n_gt"], name)
        assert row is not None
        p, r, f, ned = (f"{100 * value:.2f}" for value in row[:4])
        assert line == f"{title} p: {p}, r: {r}, f: {f}, 1-ned: {ned}, best_score_th: {row.score:.3f}"
        assert record.metrics[f"best_{name}"] == getattr(row, name)
        assert record.metrics[f"best_{name}_score"] == row.score
