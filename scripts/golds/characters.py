"""tedeval, CLEval and cocotext: outputs of scripts that look at single characters, or at the texts of matched boxes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from scripts.golds import Origin, Row, Source

TEDEVAL = Origin("clovaai/TedEval @f24e003 script.py", "python script.py -g=GT -s=PRED")
TEDEVAL_LTRB = Origin(TEDEVAL.script, TEDEVAL.command + ' -p={"GT_LTRB":true,"DET_LTRB":true}')
CLEVAL_SCRIPT = "clovaai/CLEval @513623c cleval/eval_functions.py"
CLEVAL = Origin(CLEVAL_SCRIPT, "cleval -g GT -s PRED --E2E")
CLEVAL_UPPER = Origin(CLEVAL_SCRIPT, CLEVAL.command + " --CASE_SENSITIVE=false")
CLEVAL_LTRB = Origin(CLEVAL_SCRIPT, CLEVAL.command + " --BOX_TYPE=LTRB")
COCOTEXT = Origin(
    "andreasveit/coco-text @38f8490 coco_evaluation.py v1.3",
    "evaluateEndToEnd(GT, PRED), getDetections(GT, PRED): bounding boxes, ### without text",
)


def tedeval_row(image: Row) -> Row:
    """One image; what was earned is told as fractions in words, some of them in red."""
    dc_gt, dc_det = len(image["gtDontCare"]), len(image["detDontCare"])
    kinds = [pair["type"] for pair in image["pairs"]]
    return {
        "n_gt": image["numGt"] - dc_gt,
        "n_det": image["numDet"] - dc_det,
        "dc_gt": dc_gt,
        "dc_det": dc_det,
        "n_oo": kinds.count("OO"),
        "n_om": kinds.count("OM"),
        "n_mo": kinds.count("MO"),
        "sum:recall": earned(image["recallScore"]),
        "sum:precision": earned(image["precisionScore"]),
    }


def earned(scores: list[str]) -> float:
    """``["4/5", "", "<font color=red>1/3</font>"]``, one after the other."""
    total = 0.0
    for part, whole in (re.findall(r"\d+", score.replace("<font", "")) for score in scores if score):
        total += int(part) / int(whole)
    return total


def cleval_row(half: str) -> Callable[[Row], Row]:
    """One image of the detection half (``det``) or of the text half (``e2e``)."""

    def row(image: Row) -> Row:
        own = image[half]
        found = {
            "tp_char": own["num_char_tp_recall"],
            "n_char_gt": own["num_char_gt"],
            "n_char_det": own["num_char_det"],
            "penalty_gt": int(own["gran_score_recall"]),
            "penalty_det": int(own["gran_score_precision"]),
        }
        if half == "det":
            found |= {
                "fp_char": own["num_char_fp"],
                "split": image["num_splitted"],
                "merged": image["num_merged"],
                "overlapped": image["num_char_overlapped"],
            }
        return found

    return row


def cocotext_totals(data: Row, _made: Row) -> Row:
    """The script tells nothing about single images."""
    overall = data["overall"]
    exact, near, detected = overall["exact"], overall["distance1"], overall["det"]
    totals = {
        "exact": exact["correct"],
        "within1": near["correct"],
        "scored": exact["correct"] + exact["incorrect"],
        "ignored": exact["ignore"],
        "det_tp": detected["true_positives"],
        "det_fn": detected["false_negatives"],
        "det_fp": detected["false_positives"],
    }
    return {"totals": totals}


def sources() -> Iterator[Source]:
    """Eight outputs of TedEval, four of CLEval with two halves each, one of COCO-Text."""
    for name in ("pixellink", "textpms", "drrg", "east_resnet50", "giou_east", "craft_reimpl", "synthetic"):
        yield Source(
            "tedeval",
            f"detection/tedeval/ic15__{name}",
            "ic15/gt_tedeval.zip",
            f"ic15/detection/{name}.zip",
            TEDEVAL,
            tedeval_row,
            invalid_polygons="official" if name == "synthetic" else "refuse",
        )
    yield Source(
        "tedeval",
        "detection/tedeval/ic13__synthetic",
        "ic13/gt_tedeval.zip",
        "ic13/detection/synthetic.zip",
        TEDEVAL_LTRB,
        tedeval_row,
        invalid_polygons="official",
    )
    units = "ic15/end_to_end/units_shared.zip"
    for folder, name, gt, pred, case, origin in (
        ("cleval", "ic15__units_shared", "ic15/gt.zip", units, "", CLEVAL),
        ("cleval-caseinsensitive", "ic15__units_shared", "ic15/gt.zip", units, "(case=upper)", CLEVAL_UPPER),
        (
            "cleval",
            "ic13__synthetic_ltrb",
            "ic13/gt_e2e_ltrb.zip",
            "ic13/end_to_end/synthetic_ltrb.zip",
            "",
            CLEVAL_LTRB,
        ),
        (
            "cleval",
            "kr_documents__official",
            "kr_documents/gt.zip",
            "kr_documents/end_to_end/official.zip",
            "",
            CLEVAL,
        ),
    ):
        for protocol, half in (("cleval-det", "det"), ("cleval", "e2e")):
            yield Source(
                f"{protocol}{case}",
                f"end_to_end/{folder}/{name}",
                gt,
                pred,
                origin,
                cleval_row(half),
                overall=lambda data, half=half: data["overall"]["all"][half],
            )
    yield Source(
        "cocotext",
        "end_to_end/cocotext-e2e/ic15__units_shared",
        "ic15/gt.zip",
        units,
        COCOTEXT,
        lambda _: {},
        {"accuracy_exact": "exact", "accuracy_distance1": "distance1"},
        overall=lambda data: {name: data["overall"][name]["accuracy"] for name in ("exact", "distance1")},
        images=lambda _: [],
        more=cocotext_totals,
    )
