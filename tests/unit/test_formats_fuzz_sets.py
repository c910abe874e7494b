"""Documents with one value exchanged, MATLAB files and pages with bytes damaged: a table or a list of problems."""

from __future__ import annotations

import copy
import json
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.test_formats_fuzz import archive_of, damaged, survives
from tests.unit.test_formats_hiertext import OTHER, PAGE
from tests.unit.test_formats_mat import HEADER, ROWS, cells, numbers
from tests.unit.test_formats_pages import HEADER as TSV
from tests.unit.test_formats_pages import HOCR, REGIONS, alto, equiv, page, square
from tests.unit.test_formats_sets import ANN, RESULT, ROW, UNIT, WORD, coco, coco_text

DOCUMENTS: list[tuple[str, Any]] = [
    (
        "coco",
        coco(ROW, ROW | {"id": 2, "segmentation": [[0, 0, 9, 0, 9, 5]], "utf8_string": "a", "score": 0.5}),
    ),
    ("coco", [RESULT, RESULT]),
    ("coco-text", coco_text({"5": ANN, "6": ANN}, imgToAnns={"10": [5, 6]})),
    ("coco-text", [RESULT | {"utf8_string": "a"}, RESULT | {"utf8_string": "b", "score": 4}]),
    ("rrc-2024", {"1": [WORD, WORD], "2": []}),
    ("units-json", [UNIT, UNIT]),
    ("json", [{"image": "a", "box": [0, 0, 9, 9], "text": "a", "score": 1, "care": True}]),
    ("hiertext", {"annotations": [PAGE, OTHER]}),
]
VALUES = st.recursive(
    st.sampled_from([None, True, 0, -1, 2.5, 1e300, 10**40, "", "10", "a" * 9, "1e3", {}, []])
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "size"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@st.composite
def exchanged(draw: st.DrawFn) -> tuple[str, Any]:
    """A document with one value, key or item exchanged, added or gone."""
    name, document = copy.deepcopy(draw(st.sampled_from(DOCUMENTS)))
    place = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and draw(st.integers(0, 3)):
            place = place[key]
            continue
        if draw(st.integers(0, 4)):
            place[key] = draw(VALUES)
        else:
            del place[key]
        break
    return name, document


@settings(max_examples=400, deadline=None)
@given(exchanged(), st.booleans(), st.booleans(), st.sampled_from(["prediction", "gt"]), st.booleans())
def test_documents_with_a_value_exchanged(
    found: tuple[str, Any], text: bool, confidence: bool, role: str, known: bool
) -> None:
    name, document = found
    data = json.dumps(document, ensure_ascii=True).encode()
    samples = ["img_10", "9", "ff", "2"] if known else None
    survives(data, format=name, text=text, confidence=confidence, role=role, samples=samples)


@settings(max_examples=150, deadline=None)
@given(damaged([json.dumps(document).encode() for _, document in DOCUMENTS]), st.sampled_from(DOCUMENTS))
def test_documents_with_damaged_bytes(data: bytes, document: tuple[str, Any]) -> None:
    survives(data, format=document[0])


_TABLE = cells(ROWS, "polygt")
_PACKED = zlib.compress(_TABLE)
MATS = [
    HEADER + _TABLE,
    HEADER + struct.pack("<II", 15, len(_PACKED)) + _PACKED,
    HEADER + cells([[numbers([0.0, 9.0, 9.0, 0.0, 0.0, 5.0], (3, 2))]], "accuInf"),
]


@settings(max_examples=400, deadline=None)
@given(damaged(MATS), st.sampled_from(["prediction", "gt"]))
def test_damaged_matlab_files(data: bytes, role: str) -> None:
    survives(archive_of({"img_1.mat": data}), format="totaltext-mat", role=role)


_ORDER = (
    '<ReadingOrder><OrderedGroup><RegionRefIndexed index="0" regionRef="a"/></OrderedGroup></ReadingOrder>'
)
_RINGED = f'<TextRegion id="a">{square(0)}{equiv("A")}</TextRegion>' * 3
_WORD = "5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t96\tword\n"
PAGES = {
    "page-xml": [page(REGIONS).encode(), page(REGIONS, _ORDER).encode(), page(_RINGED).encode()],
    "alto": [alto('<String CONTENT="a"/>', '<String CONTENT="b&#x41;"/>').encode()],
    "hocr": [HOCR.encode()],
    "csv": [b'image,text,score\na,"b\nc",0.5\nd,e,1\n'],
    "jsonl": [b'{"filename": "a", "text": "b"}\n{"filename": "c", "text": "d"}\n'],
    "tesseract-tsv": [(TSV + _WORD * 3).encode()],
}


_RECORD = b"x: [[0 9 9]], y: [[0 0 5]], ornt: [u'c'], transcriptions: [u'W\\u00e9', \"b\"]\n"


@settings(max_examples=200, deadline=None)
@given(damaged([_RECORD * 2]), st.sampled_from(["prediction", "gt"]))
def test_damaged_records_of_total_text(data: bytes, role: str) -> None:
    survives(archive_of({"img_1.txt": data}), format="totaltext", role=role)


@pytest.mark.parametrize("name", PAGES)
@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(["region", "line", "word"]), st.booleans())
def test_damaged_pages(name: str, data: st.DataObject, level: str, regions: bool) -> None:
    content = archive_of({"p1.xml": data.draw(damaged(PAGES[name]))})
    survives(content, format=name, geometry=False, level=level, regions=regions)
