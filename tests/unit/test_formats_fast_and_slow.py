"""The bulk path and the careful path of every line layout give the same instances and the same faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.errors import Findings
from ocr_eval.formats import FORMATS, batch, sniff
from ocr_eval.formats.layouts import LineLayout
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.scan import scan

LAYOUTS = [name for name in FORMATS if isinstance(sniff.format_of(name), LineLayout)]

fields = st.one_of(
    st.integers(-20, 1200).map(str),
    st.sampled_from(
        [" 5", "5 ", "\t5", " -5", "-0", "007", "1000000", "1000001", "00000012", "123456789", "0.5", "1"]
    ),
    st.sampled_from(
        [
            "",
            " ",
            "-",
            "--1",
            "+1",
            "1e3",
            "1_0",
            "nan",
            "１",
            "²",
            "###",
            "####",
            "####x",
            '"a"',
            "a\\b",
            "가",
        ]
    ),
    st.text(st.characters(exclude_characters="\n\r\0,", exclude_categories=["Cs"]), max_size=4),
)


@st.composite
def lines(draw: st.DrawFn) -> str:
    """Mostly numbers, then a few fields of anything; with commas, spaces or PopEval's mark."""
    separator = draw(st.sampled_from([",", ",", ",", " ", ", "]))
    count = draw(st.sampled_from([4, 6, 8, 8, 8, 10, 14]))
    head = draw(st.lists(st.integers(-50, 2000).map(str), min_size=count, max_size=count))
    if draw(st.integers(0, 3)) == 0:
        head[draw(st.integers(0, count - 1))] = draw(fields)
    tail = draw(st.lists(fields, max_size=4))
    joint = draw(st.sampled_from([separator, separator, separator, ",####", "##::"]))
    return separator.join(head) + (joint + separator.join(tail) if tail else "")


def read_both(name: str, text: str, options: Options) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    layout = sniff.format_of(name)
    assert isinstance(layout, LineLayout)

    def nothing(scanned: Any, _: Any, __: Any) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros(len(scanned.run), np.bool_), scanned.run

    entries = [
        Entry("img_1", "a.txt", text.encode()),
        Entry("img_2", "b.txt", text[: len(text) // 2].encode()),
    ]
    return read_with(layout, entries, options), read_with(replace(layout, pick=nothing), entries, options)


def read_with(layout: LineLayout, entries: list[Entry], options: Options) -> tuple[Any, ...]:
    findings = Findings("sub.zip", max_errors=1000)
    return contents(layout.read(entries, options, findings)), findings.problems, findings.notices


def contents(columns: Columns) -> tuple[Any, ...]:
    flat = np.concatenate(columns.xy).tolist() if columns.xy else []
    vertices = np.concatenate(columns.vertices).tolist() if columns.vertices else []
    return columns.sizes, flat, vertices, columns.texts, columns.care, columns.confidence, columns.lines


@settings(max_examples=150, deadline=None)
@given(
    st.lists(lines(), min_size=1, max_size=6),
    st.sampled_from(LAYOUTS),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["prediction", "gt"]),
)
def test_both_paths_agree(written: list[str], name: str, text: bool, confidence: bool, role: str) -> None:
    fast, slow = read_both(name, "\n".join(written), Options(role, text, confidence))
    assert fast == slow


@pytest.mark.parametrize("name", [name for name in LAYOUTS if name != "icdar-mlt"])
def test_plain_lines_take_the_fast_path(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    line = {
        "icdar-quad": "0,0,10,0,10,10,0,10,word",
        "icdar-ltrb": "0,0,10,10,word",
        "polygon": "0,0,10,0,10,10,0,10,5,5,word",
        "ctw1500": "0,0,10,0,10,10,0,10,####word",
        "ctw1500-offsets": "5,5,15,15" + ",0,0,10,10,0,10,5" * 4,
        "characters": "0 0 10 0 10 10 0 10 w",
        "popeval": "0 0 10 0 10 10 0 10 w",
    }[name]
    layout = sniff.format_of(name)
    assert isinstance(layout, LineLayout)

    def never(*_: Any) -> Any:
        raise AssertionError(f"{name} reads plain lines one by one")

    made = replace(layout, slow=never).read(
        [Entry("a", "a.txt", f"{line}\n{line}\n".encode())], Options(), Findings("")
    )
    assert made.sizes == [2]


@contextmanager
def small_batches(monkeypatch: pytest.MonkeyPatch, characters: int) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(batch, "CHARACTERS", characters)
        yield


def test_batches_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        "0,0,9,0,9,9,0,9,a\n0,0,9,0, 9,9,0,9 ,b\n",
        "",
        "1,1,9,1,9,9,1,9,c",
        "x\n\n1,1,9,1,9,9,1,9,d",
        "\n",
    ]
    entries = [Entry(str(k), f"{k}.txt", text.encode()) for k, text in enumerate(texts)]
    layout = sniff.format_of("icdar-quad")
    assert isinstance(layout, LineLayout)
    whole = read_with(layout, entries, Options())
    assert whole[0][3] == ["a", "b", "c", "d"]
    for size in (1, 20, 40):
        with small_batches(monkeypatch, size):
            assert read_with(layout, entries, Options()) == whole


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\n\0", exclude_categories=["Cs"])), min_size=1, max_size=8
    )
)
@settings(max_examples=100, deadline=None)
def test_scanned_numbers_are_what_int_says(written: list[str]) -> None:
    found = scan("\n".join(written), ",")
    assert found.fields.tolist() == [line.count(",") + 1 for line in written]
    for k, line in enumerate(written):
        for j, field in enumerate(line.split(",")):
            i = int(found.first[k]) + j
            if found.number[i]:
                assert int(found.value[i]) == int(field)
                assert field.removeprefix(" ").removeprefix("-").isdigit()
                assert field.isascii()
