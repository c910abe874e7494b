"""coco-ap: what pycocotools prints on rectangles of ICDAR 2013; it tells nothing about single images."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.golds import Origin, Row, Source

NAMES = ("ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large")
NAMES += ("ar1", "ar10", "ar100", "ar_small", "ar_medium", "ar_large")
COCO = Origin(
    "cocodataset/cocoapi, pycocotools 2.0.11 (faster-coco-eval 1.8.0 says the same)",
    'COCOeval(COCO(GT), COCO(GT).loadRes(PRED), "bbox"): evaluate, accumulate, summarize',
)


def curves(data: Row, _made: Row) -> Row:
    """The twelve numbers; not under ``metrics``, for no sum of rows gives them."""
    by_tool = data["overall"]
    if by_tool["pycocotools"] != by_tool["faster_coco_eval"]:
        raise ValueError("the two tools differ")
    return {"curves": dict(zip(NAMES, by_tool["pycocotools"]["stats"], strict=True))}


def sources() -> Iterator[Source]:
    """ICDAR 2013, don't care as crowd."""
    yield Source(
        "coco-ap",
        "detection/coco_bbox/ic13__synthetic",
        "ic13/coco_gt.json",
        "ic13/coco_dt.json",
        COCO,
        lambda _: {},
        {},
        "official",
        images=lambda _: [],
        more=curves,
    )
