"""Curved end-to-end outputs -> our record beside them, also where the gt must be rewritten first."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ocr_eval.engine.local import Job
from ocr_eval.protocols import protocol
from tests.parity import walk


def compare(path: Path, shared: Path, kernels: str, folder: Path) -> walk.Found:
    """As ``walk.compare``; the gt of MaskTextSpotterV3 is made in ``folder`` from the one that is shared."""
    official = walk.load(path)
    if "mtsv3" not in official["protocol"]:
        return walk.compare(path, shared, kernels)
    rule = protocol(official["protocol"])
    gt, pred = walk.inputs(official, shared)
    sides = walk.read_pair(rule, without_dont_care(gt, folder / "gt.zip"), pred, official["invalid_polygons"])
    job = Job(sides[0], [rule], "gold", invalid_polygons=official["invalid_polygons"], kernels=kernels)
    (record,) = job.run(sides[1])
    return walk.Found(record, official, walk.differing(record, official))


def without_dont_care(source: Path, target: Path) -> Path:
    """The gt without its ``###`` lines, file k of the sorted names called by k."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for k, name in enumerate(sorted(old.namelist())):
            lines = old.read(name).decode("utf-8-sig").splitlines()
            kept = [line for line in lines if not line.endswith(",###")]
            new.writestr(f"{k:07d}.txt", "\n".join(kept))
    return target
