"""Results of OCR engines: words and lines with rings, texts and scores, one sample per page, faults with places."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.limits import Limits
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


# several pages of one file


def doubled(document: dict[str, Any], *path: str, **second: Any) -> dict[str, Any]:
    """The document with a second page, a copy of the first but for these keys."""
    twice: dict[str, Any] = json.loads(json.dumps(document))
    holder = twice
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = [holder[path[-1]][0], {**holder[path[-1]][0], **second}]
    return twice


BLOCKS = textract(*(textract_block(ring, text, 50) for ring, text, _ in TWO))["Blocks"]
SEVERAL: dict[str, tuple[Any, str | None]] = {
    "google-vision": ({"responses": [google(google_word(*TWO[0])), {}]}, None),
    "aws-textract": ({"Blocks": [*BLOCKS, *({**b, "Page": 2} for b in BLOCKS[:1])]}, SIZED),
    "aws-textract in parts": (
        [{"Blocks": BLOCKS, "NextToken": "a"}, {"Blocks": [{**b, "Page": 2} for b in BLOCKS]}],
        SIZED,
    ),
    "azure-read 3": (doubled(azure_old(*TWO), "analyzeResult", "readResults", page=2), None),
    "azure-read 2022": (doubled(azure_new(*TWO), "analyzeResult", "pages", pageNumber=2), None),
    "doctr": (doubled(doctr(*TWO), "pages", page_idx=1), None),
    "surya": ([surya(*TWO, page=1), surya(*TWO, page=2)], None),
    "paddleocr-result": ([paddle(*TWO, page_index=0), {"res": paddle(*TWO, page_index=1)}], None),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_several_pages_of_a_file_are_samples_of_their_own(tmp_path: Path, name: str) -> None:
    document, layout = SEVERAL[name]
    table = found(tmp_path, document, "doc.json", format=layout, samples=("doc_1", "doc_02", "x"))
    assert (table.format, table.sample_ids) == (name.split()[0], ("doc_1", "doc_02"))


def test_pages_of_docling_are_numbered(tmp_path: Path) -> None:
    document = docling((RING, "Hi"), (BOX, "all"))
    document["pages"]["3"] = {"size": {"width": 10, "height": 40}, "page_no": 3}
    document["texts"][1]["prov"][0]["page_no"] = 3
    table = found(tmp_path, document, "doc.json")
    assert (table.sample_ids, table.texts) == (("doc_1", "doc_3"), ("Hi", "all"))
    assert table.points(1).tolist() == [
        [60, 10],
        [90, 10],
        [90, 20],
        [60, 20],
    ]  # 40 - (50 - 20), 40 - (50 - 30)


def test_a_file_may_name_the_images_it_holds(tmp_path: Path) -> None:
    document = {"img_1": [surya(*TWO, page=1)], "b": [surya(*TWO[:1], page=1), surya(page=2)]}
    table = found(tmp_path, document, "results.json")
    assert (table.sample_ids, table.start.tolist()) == (("img_1", "b_1", "b_2"), [0, 2, 3, 3])
    files = {f"{name}/results.json": json.dumps({name: [surya(*TWO, page=1)]}) for name in ("img_1", "img_2")}
    assert read(zipped(tmp_path / "a.zip", files), samples=("img_1", "img_2")).sample_ids == (
        "img_1",
        "img_2",
    )
    table = found(tmp_path, paddle(*TWO, input_path="set/img_7.png"), "a.json")
    assert table.sample_ids == ("img_7",)
    assert found(tmp_path, paddle(*TWO), "img_8_res.json").sample_ids == ("img_8",)
    context = {"uri": "gs://set/scan.pdf", "pageNumber": 4}
    response = google(google_word(*TWO[0])) | {"context": context}
    assert found(tmp_path, {"responses": [response]}, "output-1-to-1.json").sample_ids == ("scan_4",)


def test_every_identity_document_is_a_sample(tmp_path: Path) -> None:
    block = textract_block(RING, "Hi", 50, Page=0)
    both = {"IdentityDocuments": [{"Blocks": [block]}, {"Blocks": [block, block | {"Text": "all"}]}]}
    table = found(tmp_path, both, format=SIZED)
    assert (table.sample_ids, table.texts) == (("img_1_1", "img_1_2"), ("Hi", "Hi", "all"))


# lines, paragraphs, and what else is particular to one engine


@pytest.mark.parametrize("name", ["azure-read 3", "azure-read 2022", "doctr"])
def test_lines_have_no_confidence(tmp_path: Path, name: str) -> None:
    layout = f"{name.split()[0]}(level=line)"
    table = found(tmp_path, DOCUMENTS[name][0], format=layout)
    assert (table.texts, table.confidence) == (("Hi all",), None)
    (problem,) = problems_of(tmp_path / "img_1.json", format=layout, confidence=True)
    assert problem.code == "E_CONFIDENCE"
    assert problem.reason.endswith(" has no confidence")


def test_lines_of_textract(tmp_path: Path) -> None:
    document = textract(textract_block(RING, "Hi all", 87.5, "LINE"), textract_block(RING, "Hi", 50))
    table = found(tmp_path, document, format="aws-textract(level=line,width=100,height=50)")
    assert table.texts == ("Hi all",)
    assert table.confidence is not None
    assert table.confidence.tolist() == [0.875]


def test_words_of_a_paragraph_are_joined_by_their_breaks(tmp_path: Path) -> None:
    gaps = [
        ("Hi", "SPACE"),
        ("all", "EOL_SURE_SPACE"),
        ("to", "HYPHEN"),
        ("day", "SURE_SPACE"),
        ("x", "LINE_BREAK"),
    ]
    document = google(*(google_word(RING, text, 0.5, gap) for text, gap in gaps))
    table = found(tmp_path, document, format="google-vision(level=paragraph)")
    assert table.texts == ("Hi all\nto-\nday x",)
    assert table.confidence is not None
    assert table.confidence.tolist() == [0.25]
    assert found(tmp_path, document).texts == ("Hi", "all", "to", "day", "x")
    prefix = google_word(RING, "b", 0.5, "UNKNOWN")
    prefix["symbols"][0]["property"]["detectedBreak"] = {"type": "SPACE", "isPrefix": True}
    document = google(google_word(RING, "a", 0.5, "UNKNOWN"), prefix)
    assert found(tmp_path, document, format="google-vision(level=paragraph)").texts == ("a b",)


def test_a_zero_is_left_out_by_google(tmp_path: Path) -> None:
    corner: Ring = [[0, 0], [5, 0], [5, -4], [0, -4]]
    document = google(google_word(corner, "a", None), google_word(BOX, "b", 0.5))
    assert "{}" in json.dumps(document)
    table = found(tmp_path, document, confidence=True)
    assert table.points(0).tolist() == corner
    assert table.confidence is not None
    assert table.confidence.tolist() == [0, 0.5]
    without = google(google_word(BOX, "b", None))
    assert found(tmp_path, without).confidence is None
    assert faults(tmp_path, without, confidence=True) == [("E_CONFIDENCE", "no instance has a confidence")]


def test_normalized_vertices_are_parts_of_the_page(tmp_path: Path) -> None:
    word = google_word(RING, "a", 0.5)
    parts = [{"x": 0.5}, {"x": 1, "y": 0.5}, {"y": 1}]
    word["boundingBox"] = {"vertices": [], "normalizedVertices": parts}
    assert found(tmp_path, google(word)).xy.tolist() == [[50, 0], [100, 25], [0, 50]]


def test_inches_need_a_resolution(tmp_path: Path) -> None:
    document = azure_new(([[1, 2], [3, 2], [3, 4], [1, 4]], "a", 0.5), unit="inch")
    assert faults(tmp_path, document) == [("E_FORMAT", "/analyzeResult/pages/0 is measured in inches")]
    table = found(tmp_path, document, format="azure-read(resolution=200)")
    assert table.xy.tolist() == [[200, 400], [600, 400], [600, 800], [200, 800]]


def test_boxes_of_doctr_have_two_corners_and_pages_a_height_before_a_width(tmp_path: Path) -> None:
    document = doctr(([[25, 25], [50, 50]], "a", 0.5))
    assert found(tmp_path, document).xy.tolist() == [[25, 25], [50, 25], [50, 50], [25, 50]]


def test_results_of_easyocr_in_other_forms(tmp_path: Path) -> None:
    spelled = [[[[str(x), f"{y}.5"] for x, y in RING], "Hi", "9e-05"]]
    table = found(tmp_path, spelled, format="easyocr")
    assert table.xy.tolist() == [[x, y + 0.5] for x, y in RING]
    assert table.confidence is not None
    assert table.confidence.tolist() == [9e-05]
    rows = [{"boxes": RING, "text": "Hi", "confident": 0.5}]
    assert found(tmp_path, rows).texts == ("Hi",)
    paragraphs = found(tmp_path, [[RING, "Hi all"], [BOX, "b"]])
    assert (paragraphs.texts, paragraphs.confidence) == (("Hi all", "b"), None)
    mixed = found(tmp_path, [[RING, "Hi all"], [BOX, "b", 0.5]])
    assert (mixed.confidence, [(n.code, n.count) for n in mixed.notices]) == (None, [("W_LAYOUT", 1)])
    assert len(found(tmp_path, [], format="easyocr")) == 0


def test_detections_that_were_not_recognised_are_told(tmp_path: Path) -> None:
    document = paddle(*TWO) | {"dt_polys": [RING, BOX, RING]}
    table = found(tmp_path, {"res": document})
    assert [(n.message, n.count) for n in table.notices] == [("detections without a text left out", 1)]
    only = {"input_path": "a.png", "dt_polys": [RING], "dt_scores": [0.5]}
    table = found(tmp_path, only)
    assert (len(table), table.codepoints) == (1, None)
    assert faults(tmp_path, only, text=True) == [("E_FORMAT", "/dt_polys/0 has no text")]


def test_a_text_of_docling_in_two_places_is_parted(tmp_path: Path) -> None:
    document = docling((RING, "Hi all"), origin="TOPLEFT")
    first = document["texts"][0]["prov"][0]
    second = {**first, "bbox": {**first["bbox"], "l": 20}}
    document["texts"][0]["prov"] = [first | {"charspan": [0, 2]}, second | {"charspan": [3, 6]}]
    document["texts"].append({"text": "loose", "prov": []})
    document["tables"].append({})
    table = found(tmp_path, document)
    assert (table.texts, table.xy[:, 0].tolist()) == (("Hi", "all"), [10, 50, 50, 10, 20, 50, 50, 20])
    assert {(n.message, n.count) for n in table.notices} == {
        ("texts without a place left out", 1),
        ("tables left out", 1),
    }
    document["texts"][0]["prov"][1]["charspan"] = [5, 6]
    ((code, reason),) = faults(tmp_path, document)
    assert (code, reason) == (
        "E_FORMAT",
        "/texts/0/prov/1/charspan does not continue the parts of /texts/0/text",
    )


def test_points_of_docling_become_pixels_at_a_resolution(tmp_path: Path) -> None:
    table = found(tmp_path, docling((RING, "a")), format="docling(resolution=144)")
    assert table.xy.tolist() == [[2 * x, 2 * y] for x, y in RING]


WORD = google_word(RING, "a", 0.5)
BLOCK = textract_block(RING, "a", 50)


@pytest.mark.parametrize(
    ("document", "layout", "code", "reason"),
    [
        ([], "google-vision", "E_NO_SAMPLES", "no sample in the document"),
        (5, "google-vision", "E_FORMAT", "the document must be an object, got a number"),
        (
            {"responses": [{"error": {"code": 3}}]},
            "google-vision",
            "E_FORMAT",
            "/responses/0/error: the service failed",
        ),
        (
            {"textAnnotations": [{"boundingPoly": {}}]},
            None,
            "E_FORMAT",
            "/fullTextAnnotation is missing beside",
        ),
        (
            google(WORD | {"symbols": 1}),
            None,
            "E_FORMAT",
            "/fullTextAnnotation/pages/0/blocks/0/paragraphs/0/words/0/",
        ),
        (
            google(WORD | {"boundingBox": {}}),
            None,
            "E_FORMAT",
            "…/words/0/boundingBox/normalizedVertices must be",
        ),
        (
            google(WORD | {"boundingBox": {"vertices": [{}, {}]}}),
            None,
            "E_FORMAT",
            "…/vertices must be a list of",
        ),
        (
            google(WORD | {"boundingBox": {"vertices": [1, {}, {}]}}),
            None,
            "E_FORMAT",
            "…/vertices/0 must be an object",
        ),
        (google(WORD | {"confidence": 2}), None, "E_CONFIDENCE", "…/words/0/confidence is '2'"),
        (textract(BLOCK), None, "E_FORMAT", "coordinates are parts of a page whose size is not told"),
        (textract(BLOCK), "aws-textract(width=9)", "E_FORMAT", "coordinates are parts of a page whose size"),
        (
            textract(BLOCK) | {"NextToken": "a"},
            SIZED,
            "E_FORMAT",
            "/NextToken: the response goes on in another",
        ),
        (
            textract(BLOCK | {"Confidence": 101}),
            SIZED,
            "E_CONFIDENCE",
            "/Blocks/1/Confidence is '101', expected a",
        ),
        (textract(BLOCK | {"Page": -1}), SIZED, "E_FORMAT", "/Blocks/1/Page must be the number of a page"),
        (
            textract(BLOCK | {"Geometry": {"Polygon": [{"X": 0}] * 4}}),
            SIZED,
            "E_FORMAT",
            "…/Polygon/0/1 must be a",
        ),
        (
            textract(textract_block([[900, 0], [0, 9], [9, 9]], "a", 5)),
            SIZED,
            "E_COORD",
            "…/Polygon is no part of",
        ),
        ({"Blocks": 4, "BlockType": 1}, SIZED, "E_FORMAT", "/Blocks must be a list, got a number"),
        (
            azure_old(*TWO, unit="cm"),
            None,
            "E_FORMAT",
            "/analyzeResult/readResults/0/unit must be pixel or inch",
        ),
        (
            {"status": "failed", "analyzeResult": {}},
            None,
            "E_FORMAT",
            "/analyzeResult/pages must be a list, got",
        ),
        (
            azure_new(([[1, 2], [3, 4], [5, 6.5]], "a", 1.5)),
            None,
            "E_CONFIDENCE",
            "…/words/0/confidence is '1.5'",
        ),
        (azure_new(([[1, 2], [3, 4]], "a", 1)), None, "E_FORMAT", "…/words/0/polygon has 4 numbers"),
        (doctr(*TWO, dimensions=[50]), None, "E_FORMAT", "/pages/0/dimensions must be height and width"),
        (doctr(*TWO, dimensions=[50, 0]), None, "E_COORD", "/pages/0/dimensions/1 is no size of a page"),
        (doctr(([[9, 9], [8, 10]], "a", 1)), None, "E_COORD", "…/words/0/geometry has x1 < x0 or y1 < y0"),
        ([[RING, "a", 0.5, 1]], None, "E_FORMAT", "/0 must be points, text and confidence, got 4 values"),
        ([[RING, 5, 0.5]], None, "E_FORMAT", "/0/1 must be a string, got a number"),
        ([[[["a", 1]] * 3, "a", 0.5]], None, "E_COORD", "/0/0 holds 'a', which is no number"),
        ([[RING, "a", "x"]], None, "E_CONFIDENCE", "/0/2: confidence is 'x'"),
        (surya((RING, "a", 3)), None, "E_CONFIDENCE", "/text_lines/0/confidence is '3'"),
        ({"a": [{"x": "text_lines"}]}, "surya", "E_FORMAT", "/a/0/text_lines must be a list, got nothing"),
        ({}, "surya", "E_FORMAT", "the document has no text_lines"),
        (
            {"a": [surya()], "a.png": [surya()]},
            None,
            "E_ENTRY_DUPLICATE",
            "/a.png/0 'a' is the sample of 'a' again",
        ),
        (
            paddle(*TWO) | {"rec_scores": [1]},
            None,
            "E_FORMAT",
            "rec_polys, rec_texts, rec_scores of the document have",
        ),
        (paddle((RING, None, 1.0)), None, "E_FORMAT", "the text of /rec_polys/0 must be a string"),
        (
            paddle(*TWO, page_index="1"),
            None,
            "E_FORMAT",
            "/page_index must be a number from 0 on, got a string",
        ),
        (
            docling((RING, "a")) | {"pages": {}},
            None,
            "E_FORMAT",
            "…/bbox counts from the bottom of page 1, whose",
        ),
        (docling(([[9, 0], [5, 0], [5, 5], [9, 5]], "a")), None, "E_COORD", "/texts/0/prov/0/bbox has r < l"),
    ],
)
def test_a_document_that_is_refused(
    tmp_path: Path, document: Any, layout: str | None, code: str, reason: str
) -> None:
    ((got, told),) = faults(tmp_path, document, format=layout)
    assert got == code
    assert reason.removeprefix("…") in told
    if not reason.startswith("…"):
        assert told.startswith(reason)


@pytest.mark.parametrize(("name", "nothing"), [("easyocr", []), ("google-vision", {"responses": [{}]})])
def test_the_first_images_may_be_without_text(tmp_path: Path, name: str, nothing: Any) -> None:
    files = {f"img_{k}.json": json.dumps(nothing if k < 3 else DOCUMENTS[name][0]) for k in range(1, 4)}
    table = read(zipped(tmp_path / "a.zip", files))
    assert (table.format, table.start.tolist()) == (name, [0, 0, 0, 2])


def test_levels_and_sizes_that_are_not_offered(tmp_path: Path) -> None:
    for layout in (
        "google-vision(level=line)",
        "surya(level=word)",
        "aws-textract(width=0)",
        "docling(resolution=x)",
    ):
        with pytest.raises(InputError) as caught:
            found(tmp_path, google(WORD), format=layout)
        assert caught.value.exit_code == 2


def test_too_many_words_of_a_page_and_too_long_a_text(tmp_path: Path) -> None:
    document, limits = surya(*TWO), Limits(instances=1)
    assert faults(tmp_path, document, limits=limits) == [("E_LIMIT", "2 instances in one sample, at most 1")]
    ((code, reason),) = faults(tmp_path, document, limits=Limits(characters=2))
    assert (code, reason) == ("E_LIMIT", "the text of /text_lines/1 has 3 characters, at most 2")


# where no rings are wanted, a page is one text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_page_is_one_text_where_no_rings_are_wanted(tmp_path: Path, name: str) -> None:
    joined = "Hi\nall" if name in ("easyocr", "surya", "paddleocr-result", "docling") else "Hi all"
    document = DOCUMENTS[name][0]
    if name == "aws-textract":
        document = textract(textract_block(RING, "Hi all", 50, "LINE"), *document["Blocks"][1:])
    table = found(tmp_path, document, geometry=False)
    assert (table.format, table.geometry, table.sample_ids) == (name.split()[0], False, ("img_1",))
    assert (table.texts, table.confidence) == ((joined,), None)
    files = {f"img_{k}.json": json.dumps(document) for k in (1, 2)}
    both = read(
        zipped(tmp_path / "a.zip", files), geometry=False, format=name.split()[0], samples=("img_1", "img_2")
    )
    assert both.texts == (joined, joined)


def test_texts_of_pages_have_a_limit_and_need_texts(tmp_path: Path) -> None:
    limits = Limits(page_characters=5)
    told = faults(tmp_path, DOCUMENTS["surya"][0], geometry=False, limits=limits)
    assert told == [("E_LIMIT", "text of 6 characters, at most 5")]
    told = faults(tmp_path, {"dt_polys": [RING]}, geometry=False)
    assert told == [("E_FORMAT", "/dt_polys/0 has no text")]
    told = faults(tmp_path, DOCUMENTS["surya"][0], geometry=False, confidence=True)
    assert told == [("E_FORMAT", "layout surya has no confidences")]


# sizes of images, which Textract does not tell


def test_every_image_may_have_a_size_of_its_own(tmp_path: Path) -> None:
    sizes = tmp_path / "sizes, all.csv"
    sizes.write_text("image,width,height\nset/img_1.jpg,100,50\nimg_02,200,100\ndoc_1,10,10\r\ndoc_2,20,20\n")
    text = json.dumps(textract(textract_block(RING, "a", 50)))
    layout = f"aws-textract(sizes={sizes},level=word)"
    table = read(unpacked(tmp_path / "all", {"img_1.json": text, "img_2.json": text}), format=layout)
    assert [table.points(k)[2].tolist() for k in (0, 1)] == [[50, 30], [100, 60]]
    pages = {"Blocks": [textract_block(RING, "a", 50), textract_block(RING, "b", 50, Page=2)]}
    assert found(tmp_path, pages, "doc.json", format=layout).points(1)[2].tolist() == [10, 12]
    assert faults(tmp_path, pages, format=layout) == [
        ("E_FORMAT", "no size of 'img_1_1' in the list of sizes")
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a,1\n", "line 1, 'a,1', is no new image,width,height"),
        (b"image,width,height\na,1,0\n", "line 2, 'a,1,0', is no new image,width,height"),
        (b"a,1,1.5\n", "line 1, 'a,1,1.5', is no new image,width,height"),
        (b"a.png,1,1\nb/a.jpg,1,1\n", "line 2, 'b/a.jpg,1,1', is no new image,width,height"),
        (b'"a,1,1\n', "line 1: unexpected end of data"),
        (b"\xff", "cannot be read: not UTF-8"),
    ],
)
def test_a_list_of_sizes_that_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "sizes.csv").write_bytes(content)
    layout = f"aws-textract(sizes={tmp_path / 'sizes.csv'})"
    ((code, told),) = faults(tmp_path, textract(BLOCK), format=layout)
    assert (code, told.partition(": ")[2]) == ("E_USAGE", reason)
    ((code, told),) = faults(tmp_path, textract(BLOCK), format=f"aws-textract(sizes={tmp_path / 'none.csv'})")
    assert (code, told.partition(": ")[2]) == ("E_USAGE", "cannot be read: No such file or directory")


def test_the_only_page_is_taken_for_the_only_sample_whatever_its_name(tmp_path: Path) -> None:
    table = found(tmp_path, DOCUMENTS["surya"][0], "scan.json", geometry=False, samples=("page_1",))
    assert (table.sample_ids, [n.code for n in table.notices]) == (("page_1",), ["W_LAYOUT"])
