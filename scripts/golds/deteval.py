"""ic13-*, totaltext-* and psenet-deteval: rectangles and curved words with splits and merges, hand-made cases."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from scripts.golds import RATIOS, Origin, Row, Source, gold, number, overall, read

RECTANGLES = "run under Python 3; rectangles of whole pixels in all three"
RRC = "python script.py -g=GT -s=PRED"
WOLF = "liuheng92/OCR_EVALUATION @069defc Algorithm_DetEva.py"
WITH = f"{WOLF} with the rules of MhLiao/DB @65ca77a concern/icdar2015_eval/detection"
SCRIPTS = {
    "ic13-v1": ("ic13_v1", Origin(WOLF, RRC, RECTANGLES)),
    "ic13-v2": ("ic13_v2", Origin(f"{WITH}/icdar2013.py", RRC, RECTANGLES)),
    "ic13-deteval": ("deteval_v2", Origin(f"{WITH}/deteval.py", RRC, RECTANGLES)),
}
TOTALTEXT = "cs-chan/Total-Text-Dataset @9e8ff0a Evaluation_Protocol/Python_scripts"
DETEVAL, PASCAL = f"{TOTALTEXT}/Deteval.py", f"{TOTALTEXT}/Pascal_VOC.py"
PSENET = "whai362/PSENet @5a42734 eval/tt/Deteval.py"
LIMITS = "python Deteval.py (tr = {}, tp = {})"
CURVED = {
    "totaltext_deteval_0.7_0.6": ("totaltext-deteval", Origin(DETEVAL, LIMITS.format(0.7, 0.6))),
    "totaltext_deteval_0.8_0.4": (
        "totaltext-deteval(area_recall=0.8,area_precision=0.4)",
        Origin(DETEVAL, LIMITS.format(0.8, 0.4)),
    ),
    "totaltext_psenet_deteval_0.7_0.6": ("psenet-deteval", Origin(PSENET, LIMITS.format(0.7, 0.6))),
    "totaltext_pascal_voc_0.7_0.6": (
        "totaltext-pascal",
        Origin(f"{PASCAL} with polygon_fast.py", "python Pascal_VOC.py"),
    ),
    "totaltext_pascal_voc_mask_0.7_0.6": (
        "totaltext-pascal(geometry=mask)",
        Origin(f"{PASCAL} with polygon_wrapper.py", "python Pascal_VOC.py"),
    ),
}
NOTE = "the script prints ratios only: n_gt is counted in the gt file, n_det by the script's don't care rule in shapely"


def grouped(pairs: list[Row]) -> list[list[list[int]]]:
    """The entries of one image as (gts, predictions), in order."""
    return [[_many(pair["gt"]), _many(pair["det"])] for pair in pairs]


def _many(given: Any) -> list[int]:
    return given if isinstance(given, list) else [given]


def rectangle_row(image: Row) -> Row:
    """One image of the three scripts. Sums follow from the entries; the printed ratios must be theirs.

    Raises ValueError when they are not.
    """
    dc_gt, dc_det = len(image["gtDontCare"]), len(image["detDontCare"])
    n_gt, n_det = image["numGt"] - dc_gt, image["numDet"] - dc_det
    recall = precision = 0.0
    for pair, (gts, preds) in zip(image["pairs"], grouped(image["pairs"]), strict=True):
        weight = 0.8 if pair["type"] == "OM" else 1.0
        recall += weight * len(gts)
        precision += weight * len(preds)
    if n_gt and n_det:
        for made, under, printed in ((recall, n_gt, "recall"), (precision, n_det, "precision")):
            if abs(made / under - image[printed]) > 1e-12:
                raise ValueError(f"{made} / {under} is not {image[printed]}")
    kinds = [pair["type"] for pair in image["pairs"]]
    row = {"n_gt": n_gt, "n_det": n_det, "dc_gt": dc_gt, "dc_det": dc_det}
    row |= {name: kinds.count(kind) for name, kind in (("n_oo", "OO"), ("n_om", "OM"), ("n_mo", "MO"))}
    return row | {"sum:recall": recall, "sum:precision": precision}


def entries(data: Row, _made: Row) -> Row:
    """Who was grouped with whom, and which predictions were ignored, per image."""
    images = sorted(data["per_image"].items(), key=lambda item: number(item[0]))
    return {
        "pairs": [grouped(image["pairs"]) for _, image in images],
        "ignored": [image["detDontCare"] for _, image in images],
    }


def sources() -> Iterator[Source]:
    """One synthetic submission under three scripts."""
    for protocol, (folder, origin) in SCRIPTS.items():
        yield Source(
            protocol,
            f"detection/{folder}/ic13__synthetic",
            "ic13/gt_rrc.zip",
            "ic13/detection/synthetic.zip",
            origin,
            rectangle_row,
            stem="ic13",
            name=f"{folder}__ic13__synthetic",
            more=entries,
        )


def documents(shared: Path) -> dict[str, Row]:
    """The outputs on curved words, and the 20 hand-made cases of rectangles."""
    gt, pred = "totaltext/gt_total-text.zip", "totaltext/detection/baseline.zip"
    sizes = _denominators(shared / "data" / gt, shared / "data" / pred)
    found = {}
    for folder, (protocol, origin) in CURVED.items():
        pascal = protocol.startswith("totaltext-pascal")
        source = Source(
            protocol,
            f"detection/{folder}/totaltext__baseline",
            gt,
            pred,
            origin,
            pascal_row if pascal else sums_row,
            RATIOS,
            note=NOTE,
            name=f"{folder}__totaltext__baseline",
            images=partial(_with_denominators, sizes),
            overall=overall,
        )
        found[source.target] = gold(source, shared)
    cases = read(shared, "detection/quirks__deteval")
    origins = {protocol: origin._asdict() for protocol, (_, origin) in SCRIPTS.items()}
    official = Origin("the three scripts of ic13-*", "", RECTANGLES)._asdict() | {"scripts": origins}
    for case in cases.values():
        for protocol, (folder, _) in SCRIPTS.items():
            case[protocol] = case.pop(folder)
    return found | {"ic13/quirks.json": {"official": official, "cases": cases}}


def sums_row(image: Row) -> Row:
    """One image of a DetEval script: what its instances earned, multiples of .2, from the printed ratios."""
    return {
        "n_gt": image["n_gt"],
        "n_det": image["n_det"],
        "sum:recall": _fifths(image["recall"], image["n_gt"]),
        "sum:precision": _fifths(image["precision"], image["n_det"]),
    }


def pascal_row(image: Row) -> Row:
    """One image of the Pascal script. Raises ValueError when its two ratios are not about the same number of hits."""
    tp = round(image["recall"] * image["n_gt"])
    for ratio, under in ((image["recall"], image["n_gt"]), (image["precision"], image["n_det"])):
        if ratio != (tp / under if under else 0.0):
            raise ValueError(f"{tp} / {under} is not {ratio}")
    return {"tp": tp, "n_gt": image["n_gt"], "n_det": image["n_det"]}


def _fifths(ratio: float, under: int) -> float:
    found = round(5 * ratio * under) / 5
    if under and abs(found / under - ratio) > 1e-12:
        raise ValueError(f"{found} / {under} is not {ratio}")
    return found


def _with_denominators(sizes: dict[int, Row], data: Row) -> list[tuple[int, Row]]:
    images = ((number(key), image) for key, image in data["per_image"].items())
    return sorted(((sample, image | sizes[sample]) for sample, image in images), key=lambda item: item[0])


def _denominators(gt: Path, pred: Path) -> dict[int, Row]:
    """Image number -> care gts, and predictions that the don't care rule of ``Deteval.py`` leaves."""
    truth, found = _lines(gt), _lines(pred)
    sizes = {}
    for sample, lines in truth.items():
        dont_care = [_polygon(line) for line in lines if line.endswith(",###")]
        left = [
            ring
            for ring in map(_polygon, found.get(sample, []))
            if all(ring.intersection(region).area / (ring.area + 1.0) <= 0.5 for region in dont_care)
        ]
        sizes[sample] = {"n_gt": len(lines) - len(dont_care), "n_det": len(left)}
    return sizes


def _polygon(line: str) -> Any:
    from shapely import Polygon

    numbers = re.match(r"(?:-?\d+(?:,|$))+", line)
    assert numbers is not None
    flat = list(map(int, numbers.group().strip(",").split(",")))
    flat = flat[: len(flat) // 2 * 2]
    return Polygon(list(zip(flat[::2], flat[1::2], strict=True)))


def _lines(path: Path) -> dict[int, list[str]]:
    with zipfile.ZipFile(path) as archive:
        return {
            number(name): [line for line in archive.read(name).decode("utf-8").splitlines() if line]
            for name in archive.namelist()
        }
