"""rrc-iou: the RRC detection script's outputs and its hand-made edge cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scripts.golds import Origin, Row, Source, read

RRC = Origin("MhLiao/DB @65ca77a assets/ic15_eval/script.py", "python script.py -g=GT -s=PRED")
RRC_CONFIDENCE = Origin(
    RRC.script, RRC.command + ' -p={"CONFIDENCES":true}', "numpy 1.26.4, AVX-512 (order of ties)"
)
RRC_LTRB = Origin(RRC.script, RRC.command + ' -p={"LTRB":true}')
RRC_LTRB_CONFIDENCE = Origin(
    RRC.script, RRC.command + ' -p={"LTRB":true,"CONFIDENCES":true}', RRC_CONFIDENCE.environment
)


def rrc_row(image: Row) -> Row:
    """One image of the detection script in our columns."""
    dc_gt, dc_det = len(image["gtDontCare"]), len(image["detDontCare"])
    return {
        "tp": len(image["pairs"]),
        "n_gt": image["numGt"] - dc_gt,
        "n_det": image["numDet"] - dc_det,
        "dc_gt": dc_gt,
        "dc_det": dc_det,
    }


def official_ap(data: Row, _made: Row) -> Row:
    """The script's AP, which depends on its unstable sort."""
    return {"official_ap": data["overall"]["AP"]}


def sources() -> Iterator[Source]:
    """Every output of the script, with and without confidences, as quads and as rectangles."""
    for name in ("pixellink", "textpms", "drrg", "east_resnet50", "giou_east", "craft_reimpl", "synthetic"):
        yield Source(
            "rrc-iou",
            f"detection/rrc_iou/ic15__{name}",
            "ic15/gt.zip",
            f"ic15/detection/{name}.zip",
            RRC,
            rrc_row,
            invalid_polygons="official" if name == "synthetic" else "refuse",
        )
    for name in ("pixellink", "textpms", "east_resnet50", "synthetic"):
        file = "synthetic_conf" if name == "synthetic" else f"{name}_synthconf"
        yield Source(
            "rrc-iou(confidence=true)",
            f"detection/rrc_iou_conf/ic15__{name}",
            "ic15/gt.zip",
            f"ic15/detection/{file}.zip",
            RRC_CONFIDENCE,
            rrc_row,
            invalid_polygons="official" if name == "synthetic" else "refuse",
            note="the script's AP depends on its unstable sort; ours is the interval that holds it",
            more=official_ap,
        )
    gt = "ic13/gt_rrc.zip"
    yield Source(
        "rrc-iou",
        "detection/rrc_iou_ltrb/ic13__synthetic",
        gt,
        "ic13/detection/synthetic.zip",
        RRC_LTRB,
        rrc_row,
        invalid_polygons="official",
    )
    yield Source(
        "rrc-iou(confidence=true)",
        "detection/rrc_iou_ltrb_conf/ic13__synthetic",
        gt,
        "ic13/detection/synthetic_conf.zip",
        RRC_LTRB_CONFIDENCE,
        rrc_row,
        invalid_polygons="official",
        more=official_ap,
    )


def documents(shared: Path) -> dict[str, Row]:
    """The hand-made cases, input and answer, without the IoU matrices."""
    cases = read(shared, "detection/quirks__rrc_iou")
    for case in cases.values():
        for image in case.get("per_sample", {}).values():
            image.pop("iouMat", None)
    return {"rrc_iou/quirks.json": {"official": RRC._asdict(), "cases": cases}}
