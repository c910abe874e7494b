"""ctw1500, psenet-ctw, td500: outputs of the scripts of CTW1500 and MSRA-TD500."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.golds import Origin, Row, Source
from scripts.golds.rrc_iou import rrc_row

VOC = Origin(
    "GXYM/DRRG @fab77c1 dataset/ctw1500/Evaluation_Protocol/ctw1500_eval.py",
    "python ctw1500_eval.py PRED",
)
PSENET = Origin("whai362/PSENet @5a42734 eval/ctw/eval.py", "python eval.py")
TD500 = Origin(
    "GXYM/DRRG @fab77c1 dataset/TD500/Evaluation_Protocol/script.py", "python script.py -g=GT -s=PRED"
)


def voc_row(image: Row) -> Row:
    """One image of the VOC script; it skipped nothing here."""
    return {"tp": image["tp"], "n_gt": image["gt"], "n_det": image["tp"] + image["fp"]}


def official_ap(data: Row, _made: Row) -> Row:
    """The area under the curve, which no count gives."""
    return {"official_ap": data["overall"]["AP"]}


def counted(data: Row, _made: Row) -> Row:
    """What PSENet's script counts: it prints no images."""
    found = data["overall"]
    totals = {"tp": found["tp"], "n_gt": found["npos"], "n_det": found["tp"] + found["fp"]}
    return {"totals": totals}


def no_images(_data: Row) -> list[tuple[int, Row]]:
    """For scripts that print totals only."""
    return []


def sources() -> Iterator[Source]:
    """One submission under two scripts; two submissions of MSRA-TD500, one of them with swapped axes."""
    gt, ctd = "ctw1500/gt_circum.zip", "ctw1500/detection/ctd.zip"
    yield Source("ctw1500", "detection/ctw1500_voc/ctw1500__ctd", gt, ctd, VOC, voc_row, more=official_ap)
    yield Source(
        "psenet-ctw",
        "detection/psenet_ctw/ctw1500__ctd",
        gt,
        ctd,
        PSENET,
        dict,
        images=no_images,
        more=counted,
        note="the script prints no images",
    )
    for name in ("textpms", "drrg"):
        expected, pred = f"detection/td500rrc/td500__{name}", f"td500/detection/{name}.zip"
        yield Source("td500", expected, "td500/gt.zip", pred, TD500, rrc_row)
