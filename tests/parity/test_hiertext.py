"""hiertext: the official outputs on a hundred converted images at three levels; every sample, both engines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ocr_eval.cli.app import run
from ocr_eval.engine.local import Job
from ocr_eval.protocols import protocol
from tests.parity import hiertext_files, walk

FILES = walk.files("hiertext")


@pytest.fixture(scope="module")
def converted(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], tuple[Path, Path]]:
    """Gold file -> gt and prediction as HierText JSON, each made once."""
    made: dict[str, tuple[Path, Path]] = {}

    def convert(path: Path) -> tuple[Path, Path]:
        gt, pred = walk.inputs(walk.load(path), shared)
        if pred.name not in made:
            folder = tmp_path_factory.mktemp(pred.stem)
            made[pred.name] = hiertext_files.write(folder, gt, shared / walk.LINES, pred)
        return made[pred.name]

    return convert


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sample_has_the_official_counts(
    path: Path,
    kernels: str,
    converted: Callable[[Path], tuple[Path, Path]],
    tell_parity: Callable[[int, int], None],
) -> None:
    """Sums of reals to 1e-12 at every level: masks are the very same, so float32 ratios are."""
    official = walk.load(path)
    rule, policy = protocol(official["protocol"]), official["invalid_polygons"]
    truth, found = walk.read_pair(rule, *converted(path), policy)
    (record,) = Job(truth, [rule], "gold", None, policy, kernels).run(found)
    different = walk.differing(record, official)
    tell_parity(*walk.tally(different, official))
    assert different == []
    for name, value in official["metrics"].items():
        assert record.metrics[name] == pytest.approx(value, rel=0, abs=1e-12), name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_one_command_gives_the_official_numbers(
    path: Path, converted: Callable[[Path], tuple[Path, Path]], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    official = walk.load(path)
    call = ["score", *map(str, converted(path)), "-p", official["protocol"], "--format", "json"]
    assert run([*call, "--invalid-polygons", official["invalid_polygons"]]) == 0
    (result,) = json.loads(capfdbinary.readouterr().out)["results"]
    assert result["counts"].items() >= official["totals"].items()
    assert result["metrics"] == pytest.approx(official["metrics"], rel=0, abs=1e-12)
