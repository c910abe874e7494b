"""Results of PaddleOCR 3 -> instances: the parallel lists ``rec_polys``, ``rec_texts`` and ``rec_scores``.

One JSON per image, perhaps wrapped in ``res``, or a list of them. ``dt_polys`` may be longer, as texts of low score are
left out; it is read only where nothing was recognised. A sample is named by ``input_path``, else by its file less the
``_res`` that PaddleOCR puts at the end; a page of a document by ``page_index``, which counts from 0.
Source: PaddlePaddle/PaddleX @004ce9d, paddlex/inference/pipelines/ocr/result.py.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault, kind
from ocr_eval.formats.paged import Call, Engine, Page, Word, items_of
from ocr_eval.formats.reader import Options
from ocr_eval.formats.schema import field, pair_ring
from ocr_eval.formats.schema import score as confidence_of

NEEDED = ("rec_polys", "rec_texts", "rec_scores")
_END = "_res"  # of a file's name, by PaddleOCR


def _looks(glimpse: Glimpse) -> bool:
    return any(key in glimpse.head for key in (b'"dt_polys"', b'"rec_polys"', b'"rec_texts"'))


def _pages(document: Any, call: Call) -> list[Page]:
    found = items_of(document, "") if isinstance(document, list) else [("", document)]
    return [_page(result, at, call) for at, result in found]


def _page(result: Any, pointer: str, call: Call) -> Page:
    if isinstance(result, dict) and "res" in result:
        pointer, result = f"{pointer}/res", result["res"]
    if isinstance(result, dict) and "dt_polys" in result and not any(key in result for key in NEEDED):
        polygons: list[Any] = field(result, "dt_polys", list, pointer)
        scores = (
            field(result, "dt_scores", list, pointer) if "dt_scores" in result else [None] * len(polygons)
        )
        columns, names = [polygons, [None] * len(polygons), scores], "dt_polys and dt_scores"
    else:
        columns, names = [field(result, key, list, pointer) for key in NEEDED], ", ".join(NEEDED)
        silent = len(result["dt_polys"]) - len(columns[0]) if isinstance(result.get("dt_polys"), list) else 0
        if silent > 0:
            call.tell("detections without a text left out", silent)
    if len({len(column) for column in columns}) > 1:
        sizes = ", ".join(str(len(column)) for column in columns)
        reason = f"{names} of {pointer or 'the document'} have {sizes} items, expected equally many"
        raise JsonFault("E_FORMAT", reason)
    recognised = "rec_polys" in result
    where = f"{pointer}/{'rec' if recognised else 'dt'}_polys"
    items = items_of(list(zip(*columns, strict=True)), where)
    name = field(result, "input_path", str, pointer) if result.get("input_path") is not None else ""
    return Page(
        pointer, items, partial(_word, recognised, call.options), _number(result, pointer), name, _END
    )


def _number(result: dict[str, Any], pointer: str) -> int | None:
    index = result.get("page_index")
    if index is None:
        return None
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < 1_000_000:
        raise JsonFault("E_FORMAT", f"{pointer}/page_index must be a number from 0 on, got {kind(index)}")
    return index + 1


def _word(recognised: bool, options: Options, item: tuple[Any, Any, Any], pointer: str) -> Word:
    points, text, score = item
    ring = pair_ring(points, pointer, options)
    if recognised and not isinstance(text, str):
        raise JsonFault("E_FORMAT", f"the text of {pointer} must be a string, got {kind(text)}")
    return Word(ring, text, None if score is None else confidence_of(score, f"the score of {pointer}"))


PADDLEOCR_RESULT = Engine("paddleocr-result", _looks, _pages, text_level="word")
