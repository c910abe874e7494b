"""Submissions that try to score without reading: refused, or scored as the scripts do and shown for what they are."""

from __future__ import annotations

import json
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.cli.app import run
from ocr_eval.engine.local import Job
from ocr_eval.engine.revealing import reveal
from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.protocols import protocol
from ocr_eval.tables.instances import Instances
from tests.conftest import SHARED
from tests.hostile import gaming
from tests.hostile.corpus import BASE

SETS = {"ic13": gaming.IC13, "ic15": gaming.IC15, "ic15 without don't cares": gaming.IC15_WITHOUT_DONT_CARES}
NUMBERS = [(name, trick) for name, rows in SETS.items() for trick in rows]


@cache
def ground_truth(name: str) -> Instances:
    path = SHARED / "data" / name[:4] / "gt_tedeval.zip"
    if not path.is_file():
        pytest.skip("the reference folder is not beside the checkout")
    gt = gaming.ground_truth(path)
    return gaming.without_dont_cares(gt) if name not in ("ic13", "ic15") else gt


def write(pred: Instances, path: Path) -> Path:
    """As an archive in the RRC form."""
    with zipfile.ZipFile(path, "w") as archive:
        for s, entry in enumerate(pred.entries):
            lines = []
            for i in pred.span(s):
                numbers = ",".join(str(int(value)) for value in pred.points(i).ravel())
                lines.append(f"{numbers},{pred.texts[i]}\n")
            archive.writestr(entry, "".join(lines))
    return path


@pytest.mark.parametrize(("name", "trick"), NUMBERS, ids=[f"{name}-{trick}" for name, trick in NUMBERS])
def test_a_trick_has_the_number_that_the_scripts_gave_it(name: str, trick: str) -> None:
    gt = ground_truth(name)
    asked = [(rule, number) for rule, number in zip(gaming.PROTOCOLS, SETS[name][trick], strict=True)]
    known = {rule: number for rule, number in asked if number is not None}
    job = Job(gt, [protocol(rule) for rule in known], invalid_polygons="official")
    records = job.run(gaming.submission(gt, gaming.TRICKS[trick]))
    found = {record.protocol: f"{record.metrics['hmean']:.4f}" for record in records}
    assert found == {rule: f"{number:.4f}" for rule, number in known.items()}


def test_corners_in_wrong_order_have_the_number_of_the_tedeval_script_without_slivers() -> None:
    gt = ground_truth("ic15")
    job = Job(gt, [protocol("tedeval")], invalid_polygons="official")
    (record,) = job.run(gaming.submission(gt, gaming.TRICKS["wrong order"]))
    known = gaming.WITHOUT_SLIVERS
    total = dict(zip(record.counts.columns, record.counts.rows.sum(0).tolist(), strict=True))
    assert total == {name: known[name] for name in total}
    for name, value in record.metrics.items():
        assert value == pytest.approx(known[name], rel=0, abs=1e-12), name


@pytest.mark.parametrize("name", ["ic13", "ic15"])
@pytest.mark.parametrize("trick", gaming.BOW_TIES)
def test_rings_that_cross_themselves_are_refused(name: str, trick: str, tmp_path: Path) -> None:
    gt = ground_truth(name)
    path = write(gaming.submission(gt, gaming.TRICKS[trick]), tmp_path / "sub.zip")
    with pytest.raises(InputError) as refused:
        read(path, format="icdar-quad", samples=gt.sample_ids, text=True)
    assert (refused.value.exit_code, {p.code for p in refused.value.problems}) == (3, {"E_POLYGON"})


# trick: what every row shows, on ICDAR 2013: 233 images, 1095 words, no don't cares; one word nearly fills its image
SHOWN = {
    "itself": {"predictions": 1095, "large": 1},
    "empty": {"predictions": 0},
    "one bow-tie": {"predictions": 233, "invalid": 233},
    "n bow-ties": {"predictions": 1095, "invalid": 1095},
    "five bow-ties": {"predictions": 1165, "invalid": 1165},
    "wrong order": {"predictions": 1095, "invalid": 1095},
    "three times": {"predictions": 3285, "duplicates": 2190, "large": 3},
}


@pytest.mark.parametrize("trick", SHOWN)
def test_counts_tell_what_a_trick_is(trick: str) -> None:
    gt = ground_truth("ic13")
    pred = gaming.submission(gt, gaming.TRICKS[trick])
    records = reveal(Job(gt, [protocol("rrc-iou")], invalid_polygons="official").run(pred), gt, pred)
    nothing = {"ignored": 0, "invalid": 0, "duplicates": 0, "large": 0, "missing": 0}
    assert records[0].revealing == nothing | SHOWN[trick]


def test_one_box_for_everything_is_large_in_every_image_of_several_words() -> None:
    gt = ground_truth("ic13")
    pred = gaming.submission(gt, gaming.TRICKS["one box"])
    (record,) = reveal(Job(gt, [protocol("popeval")]).run(pred), gt, pred)
    several = [sample for s, sample in enumerate(gt.sample_ids) if len(gt.span(s)) > 1]
    assert (record.revealing["large"] or 0) > 0.5 * len(several)
    (record,) = reveal([record], gt, pred, areas=dict.fromkeys(gt.sample_ids, 1280.0 * 720))
    assert record.revealing["large"] == record.revealing["predictions"] == 233


def test_a_board_shows_what_reveals_tricks(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    if not BASE.is_dir():
        pytest.skip("the reference folder is not beside the checkout")
    gt = read(BASE / "gt.zip", role="gt", text=True)
    folder, site = tmp_path / "board", tmp_path / "site"
    rules = ["-p", "rrc-e2e", "-p", "popeval", "-p", "cleval"]
    words = ["--dataset", "base", "--gt", str(BASE / "gt.zip"), "--visibility", "public"]
    assert run(["board", "init", str(folder), *words, *rules, "--date", "2026-11-21"]) == 0
    expected = {
        "itself": (6, 0, 0, 0),
        "one-box": (3, 0, 0, 3),
        "n-bow-ties": (6, 6, 0, 0),
        "sorted": (6, 0, 0, 0),
        "three-times": (18, 0, 12, 0),
    }
    for name in expected:
        path = write(
            gaming.submission(gt, gaming.TRICKS[name.replace("-", " ").replace("n bow ties", "n bow-ties")]),
            tmp_path / f"{name}.zip",
        )
        flags = ["--id", name, "--name", name, "--date", "2026-11-21", "--invalid-polygons", "official"]
        assert run(["board", "add", str(folder), str(path), *flags]) == 0, capfd.readouterr().err
    assert run(["board", "build", str(folder), "--out", str(site), "--yes"]) == 0, capfd.readouterr().err
    found: dict[str, list[Any]] = {name: [] for name in expected}
    for path in folder.glob("submissions/*/results/*/*.json"):
        shown = json.loads(path.read_text(encoding="utf-8"))["revealing"]
        name = path.parts[-4][len("2026-11-21-") : -9]
        found[name].append(tuple(shown[key] for key in ("predictions", "invalid", "duplicates", "large")))
    assert found == {name: [counts] * 3 for name, counts in expected.items()}
    page = next(site.glob("**/b/base/index.html"))
    text = re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))
    assert re.search(r"three-times.*?\b18\b.*?\b12\b", text, re.DOTALL)
    body = json.loads((page.parents[2] / "data" / "base.json").read_text(encoding="utf-8"))
    rows = {row["name"]: row["counts"] for row in body["rows"]}
    told = rows["three-times"]["duplicates"], rows["n-bow-ties"]["invalid"], rows["one-box"]["large"]
    assert told == (12, 6, 3)
