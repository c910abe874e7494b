"""``popeval``, with reading and parsing and without, against the slow official-style twin: submissions, dense pages."""

from __future__ import annotations

import json
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import ocr_eval
from ocr_eval import Instances
from tests.bench import pages
from tests.bench.conftest import Race
from tests.bench.inputs import Files
from tests.oracles import popeval as twin

UNITS = "data/ic15/end_to_end/units_shared.zip"
COLUMNS = ("removed", "chars_gt", "chars_det")


def key(name: str) -> str:
    """File name -> sample id: the number it ends with, without leading zeros."""
    stem = Path(name).stem
    return stem[len(stem.rstrip("0123456789")) :].lstrip("0") or stem


def tables(files: Files) -> tuple[Instances, Instances]:
    """Both archives read and checked."""
    options = {"text": True, "invalid_polygons": "official", "format": files.format}
    gt = ocr_eval.read(files.gt, role="gt", **options)
    return gt, ocr_eval.read(files.pred, samples=gt.sample_ids, **options)


def count(files: Files, engine: str) -> list[list[int]]:
    """Both archives read, checked and counted: one row per gt sample."""
    return count_tables(*tables(files), engine)


def count_tables(gt: Instances, pred: Instances, engine: str) -> list[list[int]]:
    """Joined and counted: one row per gt sample."""
    counts = ocr_eval.count(gt, pred, protocol="popeval", kernels=engine, invalid_polygons="official")
    rows: list[list[int]] = counts.rows[:, [counts.columns.index(name) for name in COLUMNS]].tolist()
    return rows


@pytest.fixture(scope="session")
def rects(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """ReCTS and its example prediction in PopEval's own form, which the official program reads."""
    folder, source = tmp_path_factory.mktemp("rects"), shared / "data/rects_tda"
    gt: dict[str, list[pages.Line]] = {}
    with zipfile.ZipFile(source / "val_gt.zip") as archive:
        for name in (name for name in archive.namelist() if name.endswith(".json")):
            words = twin.read_rects(archive.read(name).decode("utf-8"))
            gt[Path(name).stem] = [
                pages.Line([(int(x), int(y)) for x, y in w.ring], w.text if w.care else "###") for w in words
            ]
    pred: dict[str, list[pages.Line]] = {}
    for image in json.loads((source / "end_to_end/example_pred.json").read_text(encoding="utf-8")):
        rows = zip(image["points"], image["texts"], image["scores"], strict=True)
        pred[Path(image["img_name"]).stem] = [
            pages.Line([(int(x), int(y)) for x, y in ring], text) for ring, text, score in rows if score > 0.6
        ]
    made = [pages.write_popeval(folder / f"{side}.zip", of) for side, of in (("gt", gt), ("pred", pred))]
    return Files(made[0], made[1], (twin.read_popeval,) * 2, (key, key), "popeval")


@pytest.fixture
def real(shared: Path, rects: Files) -> dict[str, Files]:
    pred = shared / UNITS
    quads, characters = twin.read_quads, twin.read_characters
    return {
        "IC15 words": Files(shared / "data/ic15/gt_e2e.zip", pred, (quads, quads), (key, key)),
        "IC15 characters": Files(
            shared / "data/ic15/gt_characters.zip", pred, (characters, quads), (key, key)
        ),
        "ReCTS": rects,
    }


@pytest.mark.parametrize(
    ("data", "engine", "reach"),
    [
        ("IC15 words", "numba", 25),
        ("IC15 words", "numpy", 3.8),
        ("IC15 characters", "numba", 60),
        ("IC15 characters", "numpy", 9),
        ("ReCTS", "numba", 30),
        ("ReCTS", "numpy", 5.3),
    ],
)
def test_real_submissions(race: Race, real: dict[str, Files], data: str, engine: str, reach: float) -> None:
    race(
        f"popeval on {data}, reading and parsing included",
        "popeval: official-style oracle",
        real[data],
        partial(count, real[data], engine),
        reach=reach,
        inside="both: two archives to counts per sample; ours also checks every line",
        engine=engine,
    )


@pytest.mark.parametrize(("data", "reach"), [("IC15 words", 158), ("IC15 characters", 233), ("ReCTS", 177)])
def test_counting_alone(race: Race, real: dict[str, Files], data: str, reach: float) -> None:
    gt, pred = tables(real[data])
    race(
        f"popeval on {data}, arrays in memory",
        "popeval counting: official-style oracle",
        real[data],
        lambda: count_tables(gt, pred, "numba"),
        reach=reach,
        inside="both: from words in memory to counts per sample; ours also joins and warns",
        engine="numba",
    )


@pytest.mark.parametrize(("size", "reach"), [(200, 172), (600, 323), (1000, 400)])
def test_one_dense_page(race: Race, tmp_path: Path, size: int, reach: float) -> None:
    page = pages.dense_characters(size)
    sides = [pages.write_popeval(tmp_path / f"{k}.zip", {"page": lines}) for k, lines in enumerate(page)]
    files = Files(sides[0], sides[1], (twin.read_popeval,) * 2, (key, key), "popeval")
    race(
        f"popeval on one dense page of {size} characters, parsing included",
        "popeval: official-style oracle",
        files,
        partial(count, files, "numba"),
        reach=reach,
        inside="both: two archives to counts; ours also checks every line",
        engine="numba",
    )


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_history_of_popeval(benchmark: Any, real: dict[str, Files], engine: str) -> None:
    assert sum(row[0] for row in benchmark(count, real["IC15 words"], engine)) == 9589
