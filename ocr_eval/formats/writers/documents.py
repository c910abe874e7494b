"""``Instances`` -> the JSON of sets and tools: RRC 2024, ReCTS, TDA-ReCTS, HierText, MMOCR, PaddleOCR."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ocr_eval.formats.writers.coco import document
from ocr_eval.formats.writers.exchange import any_text, plain
from ocr_eval.formats.writers.naming import file_names, image_names

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.levels import Regions


@dataclass(frozen=True)
class Document:
    """A layout of JSON; ``make`` gives its files."""

    make: Callable[[Instances, str], dict[str, bytes]]

    def spell(self, text: str) -> str | None:
        """Every text but halves of surrogate pairs."""
        return any_text(text)

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """One document, or one per sample."""
        return self.make(table, role)


def pairs(ring: Sequence[float]) -> list[list[float]]:
    """x1, y1, x2, y2 -> [[x1, y1], [x2, y2]]."""
    return [list(point) for point in zip(ring[0::2], ring[1::2], strict=True)]


def _ring(table: Instances, i: int) -> list[float]:
    return plain(table.points(i).ravel().tolist())


def _text(table: Instances, i: int, key: str) -> dict[str, Any]:
    return {key: table.texts[i]} if table.texts else {}


def _score(table: Instances, i: int) -> dict[str, Any]:
    return {} if table.confidence is None else {"score": float(table.confidence[i])}


def _rrc2024(table: Instances, role: str) -> dict[str, bytes]:
    body = {}
    for s, name in enumerate(image_names(table.sample_ids)):
        body[name] = [
            {"points": pairs(_ring(table, i))}
            | _text(table, i, "text")
            | ({"ignore": not table.care[i]} if role == "gt" else {})
            | _score(table, i)
            for i in table.span(s)
        ]
    return {"rrc2024.json": document(_plain_flags(body))}


def _plain_flags(body: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """numpy's truth values as Python's."""
    return {
        name: [{k: bool(v) if k == "ignore" else v for k, v in row.items()} for row in rows]
        for name, rows in body.items()
    }


def _rects(table: Instances, role: str) -> dict[str, bytes]:
    files = {}
    for s, name in enumerate(file_names(table.sample_ids, role, ".json")):
        lines = [
            {"ignore": int(not table.care[i]), "points": _ring(table, i)} | _text(table, i, "transcription")
            for i in table.span(s)
        ]
        files[name] = document({"chars": [], "lines": lines})
    return files


def _tda_rects(table: Instances, _: str) -> dict[str, bytes]:
    body = []
    for s, name in enumerate(image_names(table.sample_ids, ".jpg")):
        span = table.span(s)
        scores = [] if table.confidence is None else [float(table.confidence[i]) for i in span]
        body.append(
            {
                "img_name": name,
                "points": [pairs(_ring(table, i)) for i in span],
                "scores": scores,
                "texts": [table.texts[i] for i in span],
            }
        )
    return {"tda_rects.json": document(body)}


def _hiertext(table: Instances, _: str) -> dict[str, bytes]:
    levels = table.levels
    assert levels is not None
    words: list[list[int]] = [[] for _ in range(len(levels.lines))]
    for i, line in enumerate(levels.line_of.tolist()):
        words[line].append(i)
    lines: list[list[int]] = [[] for _ in range(len(levels.paragraphs))]
    for line, paragraph in enumerate(levels.paragraph_of.tolist()):
        lines[paragraph].append(line)
    images = []
    for s, name in enumerate(image_names(table.sample_ids)):
        width, height = levels.size[s].tolist()
        paragraphs = [
            _region(levels.paragraphs, p)
            | {
                "lines": [
                    _region(levels.lines, line) | {"words": [_word(table, i) for i in words[line]]}
                    for line in lines[p]
                ]
            }
            for p in levels.paragraphs.span(s)
        ]
        images.append(
            {"image_id": name, "image_width": width, "image_height": height, "paragraphs": paragraphs}
        )
    return {"hiertext.json": document({"annotations": images})}


def _region(regions: Regions, k: int) -> dict[str, Any]:
    ring = pairs(plain(regions.points(k).ravel().tolist()))
    return {"vertices": ring, "legible": bool(regions.care[k])}


def _word(table: Instances, i: int) -> dict[str, Any]:
    flags = {"legible": bool(table.care[i])}
    return {"vertices": pairs(_ring(table, i))} | _text(table, i, "text") | flags


def _mmocr(table: Instances, _: str) -> dict[str, bytes]:
    images = []
    for s, name in enumerate(image_names(table.sample_ids)):
        items = []
        for i in table.span(s):
            ring = _ring(table, i)
            box = [min(ring[0::2]), min(ring[1::2]), max(ring[0::2]), max(ring[1::2])]
            flags = {"bbox_label": 0, "ignore": bool(not table.care[i])}
            items.append({"polygon": ring, "bbox": box} | flags | _text(table, i, "text") | _score(table, i))
        images.append({"img_path": name, "instances": items})
    task = "textspotter" if table.texts else "textdet"
    info = {"dataset_type": "TextSpotterDataset" if table.texts else "TextDetDataset", "task_name": task}
    info |= {"category": [{"id": 0, "name": "text"}]}  # type: ignore[dict-item]
    return {"mmocr.json": document({"metainfo": info, "data_list": images})}


def _paddleocr(table: Instances, _: str) -> dict[str, bytes]:
    lines = []
    for s, name in enumerate(image_names(table.sample_ids)):
        items = [
            _text(table, i, "transcription")
            | {"points": pairs(_ring(table, i)), "difficult": bool(not table.care[i])}
            | _score(table, i)
            for i in table.span(s)
        ]
        lines.append(f"{name}\t{json.dumps(items, ensure_ascii=False, allow_nan=False)}\n")
    return {"Label.txt": "".join(lines).encode()}


RRC2024, RECTS, TDA_RECTS = Document(_rrc2024), Document(_rects), Document(_tda_rects)
HIERTEXT, MMOCR, PADDLEOCR = Document(_hiertext), Document(_mmocr), Document(_paddleocr)
