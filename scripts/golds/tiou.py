"""tiou, tiou-curved and tiou-wordline: the outputs of the three scripts of TIoU-metric."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.golds import RATIOS, Origin, Row, Source, denominator

REPOSITORY = "Yuliang-Liu/TIoU-metric @1da1363"
PORTED = "run under Python 3; rule 1.6 where the first sample has no care gt, where the script crashes"
TIOU = Origin(f"{REPOSITORY} script.py", "python script.py -g=GT -s=PRED", PORTED)
CURVED = Origin(f"{REPOSITORY} curved-tiou/script.py", "python script.py -g=GT -s=PRED", PORTED)
WORDLINE = Origin(
    f"{REPOSITORY} Word_Text-Line/script.py", "python script.py -g=GT -gl=GT_LINES -s=PRED", PORTED
)
TIOU_METRICS = RATIOS | {f"tiou_{name}": f"tiou{name.title()}" for name in RATIOS}
METRICS = RATIOS | {f"iou_{name}": f"iou{name.title()}" for name in RATIOS} | TIOU_METRICS


def tiou_row(image: Row) -> Row:
    """One image in our columns; sums are the printed ratios times what they were divided by."""
    dc_gt, dc_det = len(image["gtDontCare"]), len(image["detDontCare"])
    n_gt, n_det = image["numGt"] - dc_gt, image["numDet"] - dc_det
    return {
        "tp": len(image["pairs"]),
        "n_gt": n_gt,
        "n_det": n_det,
        "dc_gt": dc_gt,
        "dc_det": dc_det,
        "sum:iou": image["iouRecall"] * n_gt if n_gt else 0.0,
        "sum:tiou_recall": image["tiouRecall"] * n_gt if n_gt else 0.0,
        "sum:tiou_precision": image["tiouPrecision"] * n_det if n_gt else 0.0,
    }


def wordline_row(image: Row) -> Row:
    """As ``tiou_row``, of the script that also matches lines.

    It prints neither matches nor care words, but the ratios: matches are whole, and so is their number over recall.
    (Without a care word it prints 1 for recall; then matches, if there are any, remain unknown.)
    """
    dc_det = len(image["detDontCare"])
    n_det = image["numDet"] - dc_det
    careless = image["numGt"] == 0 or (not image["pairs"] and image["recall"] == 1 == image["tiouRecall"])
    tp = 0 if careless else round(image["precision"] * n_det)
    if tp and tp / n_det != image["precision"]:
        raise ValueError(f"{image['precision']} is no ratio of {n_det}")
    n_gt = denominator(tp, image["recall"]) if tp else 0
    return {
        "tp": tp,
        "n_det": n_det,
        "dc_det": dc_det,
        "sum:tiou_recall": image["tiouRecall"] * n_gt,
        "sum:tiou_precision": image["tiouPrecision"] * n_det if tp else 0.0,
    }


def wordline_totals(data: Row, made: Row) -> Row:
    """The number of care words, from the official recall."""
    return {"totals": {"n_gt": denominator(made["totals"]["tp"], data["overall"]["recall"])}}


def sources() -> Iterator[Source]:
    """Seven submissions of words, two of curved ones, three against words and lines."""
    for name in ("pixellink", "textpms", "drrg", "east_resnet50", "giou_east", "craft_reimpl", "synthetic"):
        yield Source(
            "tiou",
            f"detection/tiou/ic15__{name}",
            "ic15/gt.zip",
            f"ic15/detection/{name}.zip",
            TIOU,
            tiou_row,
            METRICS,
            "official" if name == "synthetic" else "refuse",
        )
    for name, gt, pred in (
        ("ctw1500__ctd", "ctw1500/gt_ctw1500.zip", "ctw1500/detection/ctd.zip"),
        ("totaltext__baseline", "totaltext/gt_total-text.zip", "totaltext/detection/baseline.zip"),
    ):
        yield Source(
            "tiou-curved",
            f"detection/tiou_curved/{name}",
            gt,
            pred,
            CURVED,
            tiou_row,
            METRICS,
            stem="tiou",
        )
    for name in ("pixellink", "textpms", "drrg"):
        yield Source(
            "tiou-wordline",
            f"detection/tiou_wl/ic15__{name}",
            "ic15/gt.zip",
            f"ic15/detection/{name}.zip",
            WORDLINE,
            wordline_row,
            TIOU_METRICS,
            note="text lines: ic15/gt_textline.zip",
            more=wordline_totals,
        )
