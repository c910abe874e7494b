"""One submission as zip, folder, JSON lines, Parquet and COCO JSON: one signature, the same counts, by the commands."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.command import run_here

OUTPUTS = {
    "a.zip": "icdar-quad",
    "folder": "icdar-quad",
    "a.jsonl": "",
    "a.json": "coco",
    "own.json": "json",
    "a.parquet": "",
}


def scored(gt: str | Path, pred: str | Path, cwd: Path, *flags: str) -> dict[str, Any]:
    ran = run_here("score", gt, pred, "-p", "rrc-iou", "--format", "json", *flags, cwd=cwd)
    assert ran.status == 0, ran.err
    (result,) = json.loads(ran.out)["results"]
    return {name: result[name] for name in ("signature", "counts", "metrics")}


def converted(source: str | Path, out: str, to: str, cwd: Path, *flags: str) -> None:
    words = [*(["--to", to] if to else []), "--role", "prediction", *flags]
    ran = run_here("convert", source, out, *words, cwd=cwd)
    assert ran.status == 0, ran.err
    assert "nothing was lost" in ran.out


def every_way(gt: str | Path, source: str | Path, cwd: Path) -> None:
    pytest.importorskip("pyarrow")
    wanted = scored(gt, source, cwd)
    previous: str | Path = source
    for out, to in OUTPUTS.items():
        converted(source, out, to, cwd)
        assert scored(gt, out, cwd) == wanted, out
    for k, (out, to) in enumerate(OUTPUTS.items()):  # and one from the other
        made = Path(out).with_stem(f"chain{k}").name
        converted(previous, made, to, cwd)
        assert scored(gt, made, cwd) == wanted, made
        previous = made


def test_an_output_of_the_shipped_sample(tmp_path: Path) -> None:
    every_way("sample", "sample:tesseract-psm11", tmp_path)


def test_a_detector_on_incidental_scene_text(tmp_path: Path, shared: Path) -> None:
    data = shared / "data/ic15"
    every_way(data / "gt.zip", data / "detection/pixellink.zip", tmp_path)


def test_line_ends_marks_and_the_order_of_entries(tmp_path: Path, shared: Path) -> None:
    data = shared / "data/ic15"
    source = data / "detection/pixellink.zip"
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    wanted = scored(data / "gt.zip", source, tmp_path)
    names = list(files)
    random.Random(4).shuffle(names)
    with zipfile.ZipFile(tmp_path / "other.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for k, name in enumerate(names):
            lines = files[name].replace(b"\r\n", b"\n")
            if k % 2:
                lines = b"\xef\xbb\xbf" + lines.replace(b"\n", b"\r\n")
            archive.writestr(f"top/{name}", lines)
    assert scored(data / "gt.zip", "other.zip", tmp_path) == wanted
    converted("other.zip", "again.jsonl", "", tmp_path)
    assert scored(data / "gt.zip", "again.jsonl", tmp_path) == wanted
