"""tiou, tiou-curved and tiou-wordline: the outputs of the three scripts of TIoU-metric."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.golds import RATIOS, Origin, Row, Source

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
    row = wordline_row(image) | {"tp": len(image["pairs"])}
    return row | {"sum:iou": image["iouRecall"] * row["n_gt"] if row["n_gt"] else 0.0}


def wordline_row(image: Row) -> Row:
    """As ``tiou_row`` of the script that also matches lines: ``tp`` counts words and lines alike."""
    dc_det = len(image["detDontCare"])
    n_gt, n_det = image["numGt"] - len(image["gtDontCare"]), image["numDet"] - dc_det
    return {
        "tp": 0,
        "n_gt": n_gt,
        "n_det": n_det,
        "dc_gt": len(image["gtDontCare"]),
        "dc_det": dc_det,
        "sum:tiou_recall": image["tiouRecall"] * n_gt if n_gt else 0.0,
        "sum:tiou_precision": image["tiouPrecision"] * n_det if n_gt else 0.0,
    }


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
