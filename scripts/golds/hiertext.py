"""hiertext and hiertext-e2e: outputs of the HierText evaluator on converted and on plain files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from scripts.golds import Origin, Row, Source, per_image

EVALUATOR = "google-research-datasets/hiertext @70b6620 evaluator/evaluator.py"
PQ = Origin(f"{EVALUATOR}, masks as eval.py draws them", "all levels", "cv2.fillPoly as OpenCV 5.0 has it")
E2E = Origin(EVALUATOR, "words, evaluate_text=True")
DET = {
    "precision": "Det-Precision",
    "recall": "Det-Recall",
    "hmean": "Det-Fscore",
    "tightness": "Det-Tightness",
    "pq": "Det-PQ",
}
BOTH = {name: official.replace("Det", "E2E") for name, official in DET.items()} | {
    f"det_{name}": official for name, official in DET.items()
}


def pq_row(image: Row) -> Row:
    """One image at one level in our columns."""
    return {
        "tp": int(image["tp_det_cnt"]),
        "n_gt": int(image["num_groundtruth"]),
        "n_det": int(image["num_prediction"]),
        "sum:tightness": image["tp_det_tightness_sum"],
    }


def e2e_row(image: Row) -> Row:
    """One image of words with texts."""
    return pq_row(image) | {
        "tp_text": int(image["tp_e2e_cnt"]),
        "sum:tightness_text": image["tp_e2e_tightness_sum"],
    }


def images_of(level: str) -> Callable[[Row], list[tuple[Any, Row]]]:
    """The images of one level."""
    return lambda data: [(sample, image[level]) for sample, image in per_image(data)]


def overall_of(level: str) -> Callable[[Row], Row]:
    """The official numbers of one level."""

    def found(data: Row) -> Row:
        numbers: Row = data["overall"][level]
        return numbers

    return found


def sources() -> Iterator[Source]:
    """Three submissions at three levels, two end to end."""
    for name in ("pixellink", "textpms", "synthetic"):
        for level in ("word", "line", "paragraph"):
            yield Source(
                "hiertext" if level == "word" else f"hiertext(level={level})",
                f"detection/hiertext_pq/ic15conv100__{name}",
                "ic15/gt.zip",
                f"ic15/detection/{name}.zip",
                PQ,
                pq_row,
                DET,
                "official",
                "images 1 to 100, 1280 x 720, converted with ic15/gt_textline.zip (tests/parity/hiertext_files.py)",
                name=f"{level}__ic15conv100__{name}",
                images=images_of(level),
                overall=overall_of(level),
            )
    for data, gt in (("ic15", "ic15/gt.zip"), ("totaltext", "totaltext/gt_e2e.zip")):
        yield Source(
            "hiertext-e2e",
            f"end_to_end/hiertext-word-e2e/{data}__units_shared",
            gt,
            f"{data}/end_to_end/units_shared.zip",
            E2E,
            e2e_row,
            BOTH,
        )
