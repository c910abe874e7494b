"""Damaged archives, texts and documents: always a table or a list of problems, never another exception."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.formats import FORMATS
from ocr_eval.formats.check import examine

TEXT = "0,0,10,0,10,10,0,10,word\n20,0,30,0,30,10,20,10,5,x\n"
IMAGE = {"img_name": "a.jpg", "points": [[[0, 0], [9, 0], [9, 5]]], "scores": [0.25], "texts": ["a"]}
RECTS = {"lines": [{"points": [0, 0, 9, 0, 9, 5, 0, 5], "transcription": "é", "ignore": 0}]}


def archive_of(content: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return buffer.getvalue()


ARCHIVES = [
    archive_of({"res_img_1.txt": TEXT.encode(), "res_img_2.txt": b""}),
    archive_of({"a/res_img_1.txt": TEXT.encode(), "a/é.txt": b"", "__MACOSX/._x": b""}, zipfile.ZIP_STORED),
    archive_of({}),
]


@st.composite
def damaged(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    """A few bytes changed, a piece cut out, doubled or put in front."""
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(1, 40))
        kind = draw(st.sampled_from(["flip", "cut", "repeat", "insert", "end"]))
        if kind == "flip" and data:
            data[place] = draw(st.integers(0, 255))
        elif kind == "cut":
            del data[place : place + length]
        elif kind == "repeat":
            data[place:place] = data[place : place + length]
        elif kind == "insert":
            data[place:place] = draw(st.binary(max_size=8))
        else:
            data = data[:place]
    return bytes(data)


def survives(data: bytes, **arguments: Any) -> None:
    found = examine("-", stdin=data, **arguments)
    assert (found.instances is None) == (found.total > 0)
    assert len(found.problems) <= min(found.total, 100)
    assert all(str(problem).isprintable() and "; " not in problem.reason for problem in found.problems)
    assert all(str(notice).isprintable() for notice in found.notices)


@settings(max_examples=300, deadline=None)
@given(
    damaged(ARCHIVES), st.sampled_from(["icdar-quad", "polygon"]), st.sampled_from([None, ["img_1", "img_2"]])
)
def test_damaged_archives(data: bytes, name: str, samples: list[str] | None) -> None:
    survives(data, format=name, samples=samples)


TEXTS = [
    TEXT.encode(),
    TEXT.replace(",", " ").encode(),
    b'word_1.png, "A"\nword_2.png\tB\n',
    "é,\x00\u202e\r".encode(),
]


@settings(max_examples=200, deadline=None)
@given(
    damaged(TEXTS),
    st.sampled_from(list(FORMATS)),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["prediction", "gt"]),
)
def test_damaged_texts(data: bytes, name: str, text: bool, confidence: bool, role: str) -> None:
    geometry = FORMATS[name].geometry
    data = archive_of({"res_img_1.txt": data})
    survives(data, format=name, text=text, confidence=confidence, role=role, geometry=geometry)


DOCUMENTS = [
    json.dumps(document, ensure_ascii=False).encode() for document in ([IMAGE, IMAGE], [IMAGE], RECTS)
]


@settings(max_examples=200, deadline=None)
@given(damaged(DOCUMENTS), st.sampled_from(["rects", "tda-rects"]))
def test_damaged_documents(data: bytes, name: str) -> None:
    survives(archive_of({"a.json": data}), format=name)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["points", "lines", "ignore"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(values, st.sampled_from(["img_name", "points", "scores", "texts"]))
def test_documents_of_other_types(value: Any, key: str) -> None:
    line = RECTS["lines"][0]
    lines = [line | {"points": value}, line | {"ignore": value}, line | {"transcription": value}]
    for name, document in (
        ("tda-rects", [IMAGE | {key: value}]),
        ("rects", {"lines": value}),
        ("rects", {"lines": lines}),
    ):
        survives(archive_of({"a.json": json.dumps(document).encode("utf-8", "surrogatepass")}), format=name)


@pytest.mark.parametrize("name", list(FORMATS))
def test_noise_is_no_table(name: str) -> None:
    noise = archive_of({"a.txt": bytes(range(256)) * 3})
    found = examine("-", stdin=noise, format=name, geometry=FORMATS[name].geometry)
    assert found.total > 0
