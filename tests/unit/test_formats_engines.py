"""Results of OCR engines: words and lines with rings, texts and scores, one sample per page, faults with places."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.formats import read
from ocr_eval.tables.instances import Instances
from tests.unit.formats_support import problems_of, unpacked, zipped

Ring = list[list[float]]
RING: Ring = [[10, 20], [50, 20], [50, 30], [10, 30]]
BOX: Ring = [[60, 20], [90, 20], [90, 30], [60, 30]]


def found(tmp_path: Path, document: Any, name: str = "img_1.json", **arguments: Any) -> Instances:
    (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")
    return read(tmp_path / name, **arguments)


def faults(tmp_path: Path, document: Any, **arguments: Any) -> list[tuple[str, str]]:
    (tmp_path / "img_1.json").write_text(json.dumps(document), encoding="utf-8")
    return [(p.code, p.reason) for p in problems_of(tmp_path / "img_1.json", **arguments)]


# one page of every engine with two instances: (RING, "Hi", 0.5) and (BOX, "all", 0.75)


def google_vertices(ring: Ring) -> dict[str, Any]:
    return {"vertices": [{axis: v for axis, v in zip("xy", point, strict=True) if v} for point in ring]}


def google_word(ring: Ring, text: str, confidence: float | None, gap: str = "SPACE") -> dict[str, Any]:
    symbols: list[dict[str, Any]] = [{"text": character} for character in text]
    symbols[-1]["property"] = {"detectedBreak": {"type": gap}}
    found = {"boundingBox": google_vertices(ring), "symbols": symbols}
    return found | ({} if confidence is None else {"confidence": confidence})


def google(*words: dict[str, Any]) -> dict[str, Any]:
    paragraph = {"boundingBox": google_vertices(RING), "words": list(words), "confidence": 0.25}
    page = {"width": 100, "height": 50, "blocks": [{"paragraphs": [paragraph]}, {"blockType": "PICTURE"}]}
    return {"textAnnotations": [], "fullTextAnnotation": {"pages": [page], "text": "…"}}


def textract_block(
    ring: Ring, text: str, confidence: float, kind: str = "WORD", **more: Any
) -> dict[str, Any]:
    points = [{"X": x / 100, "Y": y / 50} for x, y in ring]
    geometry = {"BoundingBox": {}, "Polygon": points}
    return {
        "BlockType": kind,
        "Geometry": geometry,
        "Text": text,
        "Confidence": confidence,
        "Id": "a",
        **more,
    }


def textract(*blocks: dict[str, Any]) -> dict[str, Any]:
    page = {"BlockType": "PAGE", "Geometry": {"Polygon": []}, "Id": "p"}
    return {"DocumentMetadata": {"Pages": 1}, "Blocks": [page, *blocks]}


def flat(ring: Ring) -> list[float]:
    return [value for point in ring for value in point]


def azure_old(*words: tuple[Ring, str, float], **more: Any) -> dict[str, Any]:
    rows = [{"boundingBox": flat(ring), "text": text, "confidence": c} for ring, text, c in words]
    line = {"boundingBox": flat(RING), "text": " ".join(w[1] for w in words), "words": rows}
    page = {"page": 1, "width": 100, "height": 50, "unit": "pixel", "lines": [line], **more}
    return {"status": "succeeded", "analyzeResult": {"version": "3.2.0", "readResults": [page]}}


def azure_new(*words: tuple[Ring, str, float], **more: Any) -> dict[str, Any]:
    rows = [{"polygon": flat(ring), "content": text, "confidence": c, "span": {}} for ring, text, c in words]
    lines = [{"polygon": flat(RING), "content": " ".join(w[1] for w in words), "spans": []}]
    page = {
        "pageNumber": 1,
        "width": 100,
        "height": 50,
        "unit": "pixel",
        "words": rows,
        "lines": lines,
        **more,
    }
    return {"analyzeResult": {"apiVersion": "2022-08-31", "stringIndexType": "textElements", "pages": [page]}}


def doctr(*words: tuple[Ring, str, float], **more: Any) -> dict[str, Any]:
    rows = [
        {"value": text, "confidence": c, "geometry": [[x / 100, y / 50] for x, y in ring]}
        for ring, text, c in words
    ]
    line = {"geometry": [[0.1, 0.4], [0.9, 0.6]], "words": rows}
    page = {"page_idx": 0, "dimensions": [50, 100], "blocks": [{"lines": [line], "artefacts": []}], **more}
    return {"pages": [page]}


def surya(*lines: tuple[Ring, str, float], **more: Any) -> dict[str, Any]:
    rows = [{"polygon": ring, "bbox": [0, 0, 1, 1], "text": text, "confidence": c} for ring, text, c in lines]
    return {"text_lines": rows, "image_bbox": [0, 0, 100, 50], **more}


def paddle(*words: tuple[Ring, str, float], **more: Any) -> dict[str, Any]:
    rings, texts, scores = (list(column) for column in zip(*words, strict=True))
    return {
        "page_index": None,
        "dt_polys": rings,
        "rec_texts": texts,
        "rec_scores": scores,
        "rec_polys": rings,
    } | more


def docling(*texts: tuple[Ring, str], origin: str = "BOTTOMLEFT") -> dict[str, Any]:
    def box(ring: Ring) -> dict[str, Any]:
        (left, top), _, (right, bottom), _ = ring
        top, bottom = (50 - top, 50 - bottom) if origin == "BOTTOMLEFT" else (top, bottom)
        return {"l": left, "t": top, "r": right, "b": bottom, "coord_origin": origin}

    rows = [{"text": text, "prov": [{"page_no": 1, "bbox": box(ring)}]} for ring, text in texts]
    pages = {"1": {"size": {"width": 100.0, "height": 50.0}, "page_no": 1}}
    return {"schema_name": "DoclingDocument", "texts": rows, "tables": [], "pages": pages}


TWO = ((RING, "Hi", 0.5), (BOX, "all", 0.75))
SIZED = "aws-textract(width=100,height=50)"
MAKERS: dict[str, Callable[..., Any]] = {
    "google-vision": lambda *words: google(*(google_word(*word) for word in words)),
    "aws-textract": lambda *words: textract(
        *(textract_block(ring, text, 100 * c) for ring, text, c in words)
    ),
    "azure-read 3": azure_old,
    "azure-read 2022": azure_new,
    "doctr": doctr,
    "easyocr": lambda *words: [list(word) for word in words],
    "surya": surya,
    "paddleocr-result": paddle,
    "docling": lambda *words: docling(*(word[:2] for word in words)),
}
DOCUMENTS = {name: (make(*TWO), SIZED if name == "aws-textract" else None) for name, make in MAKERS.items()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_two_words_of_one_page(tmp_path: Path, name: str) -> None:
    document, layout = DOCUMENTS[name]
    table = found(tmp_path, document, format=layout, samples=("img_1",))
    assert (table.format, table.sample_ids, table.texts) == (name.split()[0], ("img_1",), ("Hi", "all"))
    rings = [table.points(k).tolist() for k in (0, 1)]
    # Relative coordinates were divided by 100 and 50 above and are multiplied again: one rounding each.
    assert flat(rings[0] + rings[1]) == pytest.approx(flat(RING + BOX), rel=2**-51, abs=0)
    if name == "docling":
        assert table.confidence is None
    else:
        assert table.confidence is not None
        assert table.confidence.tolist() == [0.5, 0.75]


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("container", [zipped, unpacked])
def test_one_file_per_image(
    tmp_path: Path, name: str, container: Callable[[Path, dict[str, str | bytes]], Path]
) -> None:
    document, layout = DOCUMENTS[name]
    text = json.dumps(document)
    source = container(tmp_path / "all.zip", {"res_img_1.json": text, "img_02.json": text})
    table = read(source, format=layout, samples=("img_1", "img_2", "img_3"))
    assert (table.format, set(table.sample_ids)) == (name.split()[0], {"img_1", "img_2"})
    assert len(table) == 4
    alone = unpacked(tmp_path / "alone", {"img_1.json": text})
    assert read(alone, format=layout).sample_ids == ("img_1",)
    (problem,) = problems_of(source, format=layout, samples=("img_1", "x"))
    assert (problem.code, problem.reason) == ("E_ENTRY_UNKNOWN", "'img_02' is no sample of the ground truth")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_two_files_of_one_sample_are_refused(tmp_path: Path, name: str) -> None:
    document, layout = DOCUMENTS[name]
    source = zipped(
        tmp_path / "a.zip", {"a/img_1.json": json.dumps(document), "b/img_01.json": json.dumps(document)}
    )
    (problem,) = problems_of(source, format=layout)
    assert (problem.code, problem.entry) == ("E_ENTRY_DUPLICATE", "b/img_01.json")


@pytest.mark.parametrize("name", sorted(set(MAKERS) - {"docling"}))  # whose boxes do not cross themselves
def test_a_ring_that_crosses_itself_is_named(tmp_path: Path, name: str) -> None:
    crossed = [BOX[0], BOX[2], BOX[1], BOX[3]]
    document = MAKERS[name](TWO[0], (crossed, "all", 0.75))
    ((code, reason),) = faults(tmp_path, document, format=DOCUMENTS[name][1])
    word = "line" if name == "surya" else "word"
    assert code == "E_POLYGON"
    assert reason.startswith(f"self-intersecting ring {word} 1 of ")
