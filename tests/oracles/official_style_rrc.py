"""Two zips of quads -> counts and a result zip, at the cost the official script has: the rival of ``rrc-iou``.

A stand-in, not the official script: written from a description of it, it does the same work in the same order. Names
and lines of both archives are checked by a regular expression each, everything is inflated and parsed a second time for
the evaluation, every pair of a sample is intersected by Polygon3 (GPC), the IoU matrix is kept, pairing is first fit,
and one JSON per sample goes into a zip. It needs nothing of ``ocr_eval`` and runs in the environment of Polygon3:

    python official_style_rrc.py GT.zip PRED.zip RESULTS.zip

Polygon3 can end its process on a hostile pair of quads: only for files that are known.
"""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from typing import Any

import numpy as np

IOU = 0.5
AREA_PRECISION = 0.5
GT_NAME = r"gt_img_([0-9]+)\.txt"
PRED_NAME = r"res_img_([0-9]+)\.txt"
NUMBER = r"\s*(-?[0-9]+)\s*"
QUAD = ",".join([NUMBER] * 8)
LINE = {False: rf"^{QUAD}$", True: rf"^{QUAD},(.*)$"}


def load(path: str, pattern: str, strict: bool) -> dict[str, bytes]:
    """The entries of an archive by sample id; another name is an error in a submission."""
    samples = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            found = re.match(pattern, name)
            if found:
                samples[found.group(1)] = archive.read(name)
            elif strict:
                raise ValueError(f"ZIP entry not valid: {name}")
    return samples


def lines(content: bytes) -> list[str]:
    """The lines of one entry that are not empty."""
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    split = (line.replace("\r", "").replace("\n", "") for line in text.split("\n"))
    return [line for line in split if line]


def parse(line: str, with_text: bool) -> tuple[list[int], str]:
    """Eight integers and, in a gt, the transcription. Raises ValueError for any other form."""
    found = re.match(LINE[with_text], line)
    if found is None:
        raise ValueError(f"Format incorrect: {line!r}")
    numbers = [int(found.group(k)) for k in range(1, 9)]
    check_clockwise(numbers)
    text = ""
    if with_text:
        text = found.group(9)
        quoted = re.match(r'^\s*"(.*)"\s*$', text)
        if quoted:
            text = quoted.group(1).replace("\\\\", "\\").replace('\\"', '"')
    return numbers, text


def check_clockwise(numbers: list[int]) -> None:
    """Raises ValueError for a ring that runs counter-clockwise on a screen."""
    corners = [(numbers[k], numbers[k + 1]) for k in range(0, 8, 2)]
    total = sum((x2 - x1) * (y2 + y1) for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1]))
    if total > 0:
        raise ValueError("Points are not clockwise")


def validate(gt_path: str, pred_path: str) -> None:
    """Reads both archives and every line of them. Raises ValueError for the first thing that is wrong."""
    gt, pred = load(gt_path, GT_NAME, False), load(pred_path, PRED_NAME, True)
    for content in gt.values():
        for line in lines(content):
            parse(line, True)
    for sample, content in pred.items():
        if sample not in gt:
            raise ValueError(f"The sample {sample} not present in GT")
        for line in lines(content):
            parse(line, False)


def polygon(numbers: list[int]) -> Any:
    from Polygon import Polygon

    return Polygon(np.array(numbers, np.int32).reshape(4, 2))


def intersection(a: Any, b: Any) -> float:
    """Area shared by two polygons."""
    both = a & b
    return both.area() if len(both) else 0


def iou(gt: Any, pred: Any) -> float:
    """Intersection over union, 0 when the union is 0."""
    shared = intersection(gt, pred)
    union = gt.area() + pred.area() - shared
    return shared / union if union else 0


def evaluate_sample(gt: bytes, pred: bytes | None) -> dict[str, Any]:
    """Everything the script says about one sample."""
    gts, preds = [], []
    gt_points, pred_points = [], []
    gt_dont_care: list[int] = []
    pred_dont_care: list[int] = []
    for line in lines(gt):
        points, text = parse(line, True)
        if text == "###":
            gt_dont_care.append(len(gts))
        gts.append(polygon(points))
        gt_points.append(points)
    for line in lines(pred) if pred is not None else []:
        points, _ = parse(line, False)
        shape = polygon(points)
        for g in gt_dont_care:
            area = shape.area()
            if (intersection(gts[g], shape) / area if area else 0) > AREA_PRECISION:
                pred_dont_care.append(len(preds))
                break
        preds.append(shape)
        pred_points.append(points)
    matrix = np.zeros((len(gts), len(preds)))
    gt_taken, pred_taken = np.zeros(len(gts), np.int8), np.zeros(len(preds), np.int8)
    pairs = []
    for g in range(len(gts)):
        for p in range(len(preds)):
            matrix[g, p] = iou(gts[g], preds[p])
    for g in range(len(gts)):
        for p in range(len(preds)):
            free = gt_taken[g] == 0 and pred_taken[p] == 0
            if free and g not in gt_dont_care and p not in pred_dont_care and matrix[g, p] > IOU:
                gt_taken[g] = pred_taken[p] = 1
                pairs.append({"gt": g, "det": p})
    n_gt, n_det = len(gts) - len(gt_dont_care), len(preds) - len(pred_dont_care)
    recall = len(pairs) / n_gt if n_gt else 1.0
    precision = len(pairs) / n_det if n_det else 0.0
    precision = precision if n_gt else float(n_det == 0)
    return {
        "precision": precision,
        "recall": recall,
        "hmean": _hmean(precision, recall),
        "pairs": pairs,
        "iouMat": [] if len(preds) > 100 else matrix.tolist(),
        "gtPolPoints": gt_points,
        "detPolPoints": pred_points,
        "gtDontCare": gt_dont_care,
        "detDontCare": pred_dont_care,
        "numGt": len(gts),
        "numDet": len(preds),
    }


def _hmean(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def evaluate(gt_path: str, pred_path: str) -> dict[str, Any]:
    """The totals and every sample, read from the archives once more."""
    gt, pred = load(gt_path, GT_NAME, False), load(pred_path, PRED_NAME, True)
    samples = {sample: evaluate_sample(content, pred.get(sample)) for sample, content in gt.items()}
    matched = sum(len(row["pairs"]) for row in samples.values())
    n_gt = sum(row["numGt"] - len(row["gtDontCare"]) for row in samples.values())
    n_det = sum(row["numDet"] - len(row["detDontCare"]) for row in samples.values())
    precision, recall = matched / n_det if n_det else 0.0, matched / n_gt if n_gt else 0.0
    method = {"precision": precision, "recall": recall, "hmean": _hmean(precision, recall)}
    return {"counts": [matched, n_gt, n_det], "method": method, "per_sample": samples}


def write(results: dict[str, Any], path: str) -> None:
    """The result archive: the totals, and one file per sample."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("method.json", json.dumps(results["method"]))
        for sample, row in results["per_sample"].items():
            archive.writestr(f"{sample}.json", json.dumps(row))


def run(gt_path: str, pred_path: str) -> list[int]:
    """Validation and evaluation, without the result archive -> [matched, care gts, care predictions]."""
    validate(gt_path, pred_path)
    counts: list[int] = evaluate(gt_path, pred_path)["counts"]
    return counts


if __name__ == "__main__":
    validate(sys.argv[1], sys.argv[2])
    found = evaluate(sys.argv[1], sys.argv[2])
    write(found, sys.argv[3])
    print(json.dumps(found["method"]), flush=True)
    os._exit(0)  # below CPython 3.12 a process that used Polygon3 aborts at its regular exit
