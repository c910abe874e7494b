"""``folds.csv`` (image,fold) -> the fold of every image: which images a checker's file was not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ocr_eval.errors import InputError, Problem, quote
from ocr_eval.report.csv_file import read_csv


def read_folds(path: str | Path, samples: Sequence[str]) -> dict[str, str]:
    """sample -> fold. Images that the gt does not have are no fault: folds may cover more than one gt.

    Raises InputError (E_USAGE) for a broken file or an image in two folds, (E_DATASET) when no image is in the gt.
    """
    known = set(samples)
    found: dict[str, str] = {}
    strangers: list[str] = []
    for row in read_csv(path, ("image", "fold")):
        image, fold = row["image"], row["fold"]
        if not image or not fold:
            reason = "image or fold is empty"
            raise InputError([Problem("E_USAGE", reason, "write image,fold", str(path), line=row.line)])
        if found.get(image, fold) != fold:
            reason = f"image {quote(image)} is in fold {quote(found[image])} and in fold {quote(fold)}"
            raise InputError([Problem("E_USAGE", reason, "keep one of the lines", str(path), line=row.line)])
        found[image] = fold
        if image not in known:
            strangers.append(image)
    if found and len(strangers) == len(found):
        reason = f"none of its {len(found)} images is in the ground truth, first {quote(strangers[0])}"
        raise InputError(
            [Problem("E_DATASET", reason, "name images as the ground truth's files do", str(path))]
        )
    return {image: fold for image, fold in found.items() if image in known}
