"""``Instances`` -> COCO documents, lists of COCO results, COCO-Text and TextOCR.

Ids of images are the other names of the samples where there are some, else 1, 2, 3 in their order. The box is the
one that the numbers say, else the box around the ring; so is the area. Of don't cares COCO has ``iscrowd`` and
``ignore``, COCO-Text ``illegible`` without a text, TextOCR the text ``.``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ocr_eval.formats.writers.exchange import any_text, plain
from ocr_eval.formats.writers.naming import image_names

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances

TEXT_ID = 1  # of the only category, where the numbers name none


@dataclass(frozen=True)
class CocoDocument:
    """``coco``, or with ``results`` a list without images."""

    results: bool

    def spell(self, text: str) -> str | None:
        """Every text but halves of surrogate pairs."""
        return any_text(text)

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """One document."""
        ids = image_ids(table, numbered=not self.results)
        if self.results:
            return {"results.json": document([row for _, row in _rows(table, ids, "text")])}
        rows = [
            {"id": k, **row, "category_id": row.get("category_id", TEXT_ID)} | _ignored(table, i)
            for k, (i, row) in enumerate(_rows(table, ids, "text"), 1)
        ]
        names = image_names(table.sample_ids)
        images = [{"id": own, "file_name": name} for own, name in zip(ids, names, strict=True)]
        used = sorted({row["category_id"] for row in rows} or {TEXT_ID})
        categories = [{"id": k, "name": "text" if len(used) == 1 else f"text {k}"} for k in used]
        body = {"images": images, "annotations": rows, "categories": categories}
        return {"coco.json": document(body)}


@dataclass(frozen=True)
class TextDocument:
    """``coco-text``, or TextOCR with ``points``."""

    points: bool

    def spell(self, text: str) -> str | None:
        """Every text but halves of surrogate pairs."""
        return any_text(text)

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """One document."""
        ids = image_ids(table, numbered=True)
        names = image_names(table.sample_ids)
        images = {str(own): {"id": own, "file_name": name} for own, name in zip(ids, names, strict=True)}
        lists: dict[str, list[Any]] = {str(own): [] for own in ids}
        annotations = {}
        for k, (i, row) in enumerate(_rows(table, ids, "utf8_string"), 1):
            own: Any = f"{row['image_id']}_{k}" if self.points else k
            (ring,) = row.pop("segmentation")
            row = {"id": own, **row, "points" if self.points else "mask": ring}
            if not self.points:
                row["legibility"] = "legible" if table.care[i] else "illegible"
                if not table.care[i]:
                    row.pop("utf8_string", None)
            annotations[str(own)] = row
            lists[str(row["image_id"])].append(own)
        body = {"imgs": images, "anns": annotations, "imgToAnns": lists}
        return {"textocr.json" if self.points else "coco_text.json": document(body)}


def document(body: Any) -> bytes:
    """A JSON document, non-ASCII as it is, with a final newline."""
    return (json.dumps(body, ensure_ascii=False, allow_nan=False) + "\n").encode()


def image_ids(table: Instances, *, numbered: bool) -> list[int | str]:
    """The ids of the images: other names, whole numbers as such; else 1, 2, 3, or what the samples are called."""
    if table.aliases:
        return [int(own) if _is_number(own) else own for own in table.aliases]
    if numbered:
        return list(range(1, len(table.sample_ids) + 1))
    return [int(own) if _is_number(own) else own for own in table.sample_ids]


def _is_number(own: str) -> bool:
    return own.isascii() and own.isdigit() and (own == "0" or own[0] != "0") and len(own) < 16


def _rows(table: Instances, ids: list[int | str], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(instance, its annotation without an id)."""
    numbers = {name: column.tolist() for name, column in table.numbers.items()}
    texts = table.texts
    boxed = all(name in numbers for name in BOX)
    for i, s in enumerate(table.sample_of.tolist()):
        ring = plain(table.points(i).ravel().tolist())
        left, top = min(ring[0::2]), min(ring[1::2])
        around = [left, top, max(ring[0::2]) - left, max(ring[1::2]) - top]
        if boxed:
            around = plain([numbers[name][i] for name in BOX])
        area = numbers["area"][i] if "area" in numbers else around[2] * around[3]
        row = {"image_id": ids[s], "bbox": around, "area": plain([area])[0], "segmentation": [ring]}
        if "category" in numbers:
            row["category_id"] = int(numbers["category"][i])
        if "crowd" in numbers:
            row["iscrowd"] = int(numbers["crowd"][i])
        if texts and (texts[i] or "transcribed" not in numbers or numbers["transcribed"][i]):
            row[key] = texts[i]
        if table.confidence is not None:
            row["score"] = float(table.confidence[i])
        yield i, row


def _ignored(table: Instances, i: int) -> dict[str, int]:
    if "crowd" in table.numbers:
        return {"ignore": int(not table.care[i])}
    return {"iscrowd": int(not table.care[i]), "ignore": int(not table.care[i])}


BOX = ("left", "top", "width", "height")
COCO, RESULTS = CocoDocument(False), CocoDocument(True)
COCO_TEXT, TEXTOCR = TextDocument(False), TextDocument(True)
