"""Bytes to lines and lines to numbers: encodings, line ends, the number grammar, with line and column of faults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ocr_eval.formats import numbers
from ocr_eval.formats.check import examine
from ocr_eval.formats.numbers import LineFault
from ocr_eval.limits import Limits
from tests.unit.formats_support import SQUARE, one, problem_of, zipped

LIMITS = Limits()
TEXT = f"{SQUARE},word"
QUAD: dict[str, Any] = {"format": "icdar-quad"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("0", 0), ("-0", 0), ("007", 7), ("000000012", 12), (" 5", 5), ("5\t", 5), ("-1000000", -1_000_000)],
)
def test_integers(field: str, value: int) -> None:
    assert numbers.coordinates([field], LIMITS) == [value]


@pytest.mark.parametrize(
    ("field", "code", "col"),
    [
        ("+1", "E_COORD", 1),
        ("1_0", "E_COORD", 1),
        ("1e1", "E_COORD", 1),
        ("0x0A", "E_COORD", 1),
        ("1.0", "E_COORD", 1),
        ("--1", "E_COORD", 1),
        ("1 0", "E_COORD", 1),
        ("1\u00a0", "E_COORD", 1),
        ("١٢", "E_COORD", 1),
        ("１２", "E_COORD", 1),
        ("nan", "E_COORD", 1),
        ("-INF", "E_COORD", 1),
        ("Infinity", "E_COORD", 1),
        ("1000001", "E_COORD", 1),
        ("0000000001", "E_COORD", 1),
        ("9" * 5000, "E_COORD", 1),
        ("", "E_FORMAT", 1),
        ("  ", "E_FORMAT", 3),
        ("-", "E_FORMAT", 1),
        (" word", "E_FORMAT", 2),
        ("infinite", "E_FORMAT", 1),
    ],
)
def test_fields_that_are_no_integers(field: str, code: str, col: int) -> None:
    with pytest.raises(LineFault) as caught:
        numbers.coordinates([field], LIMITS)
    assert (caught.value.code, caught.value.col) == (code, col)
    assert len(caught.value.reason) < 200


def test_a_column_counts_code_points_of_the_line() -> None:
    with pytest.raises(LineFault) as caught:
        numbers.coordinates(["1", " -20", "  x"], LIMITS)
    assert caught.value.col == len("1, -20,  x")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("0", 0.0),
        ("1", 1.0),
        ("0.5", 0.5),
        (" 0.25 ", 0.25),
        ("1.000", 1.0),
        ("9.1e-05", 9.1e-05),
        ("1E-3", 0.001),
    ],
)
def test_confidences(field: str, value: float) -> None:
    assert numbers.confidence(field, LIMITS) == value


def test_a_negative_zero_is_zero() -> None:
    assert str(numbers.confidence("-0.0", LIMITS)) == "0.0"


NO_CONFIDENCES = [
    "",
    "1x9",
    "1.5",
    "10",
    "-0.5",
    ".5",
    "1.",
    "nan",
    "inf",
    "0,5",
    "1e5",
    "1e",
    "e1",
    "0.5e1.0",
    "٠",
]
NO_CONFIDENCES += ["0.5 e1", "1_0", "0." + "1" * 31, "1e999999999", "+0.5"]


@pytest.mark.parametrize("field", NO_CONFIDENCES)
def test_fields_that_are_no_confidences(field: str) -> None:
    with pytest.raises(LineFault) as caught:
        numbers.confidence(field, LIMITS, 7)
    assert (caught.value.code, caught.value.col) == ("E_CONFIDENCE", 7)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (f"{TEXT}\n\xff\xfe".encode("latin-1"), "E_ENCODING", 2),
        (TEXT.encode("utf-16"), "E_ENCODING", 1),
        (TEXT.encode("utf-16-be"), "E_ENCODING", 1),
        (f"{TEXT}\n{TEXT}\0".encode(), "E_ENCODING", 2),
        (TEXT.encode() + b"\n\n" + TEXT.encode() + b"\xc0\xaf", "E_ENCODING", 3),
        (TEXT.encode() + b"\xed\xa0\x80", "E_ENCODING", 1),
        (f"{TEXT}\r{TEXT}\n".encode(), "E_FORMAT", 1),
        (f"{TEXT}\n{TEXT}\r".encode(), "E_FORMAT", 2),
        (f"{TEXT}\r\r\n".encode(), "E_FORMAT", 1),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + TEXT.encode(), "E_COORD", 1),
        (f"{TEXT}\n{TEXT}{'x' * 300_000}\n".encode(), "E_LIMIT", 2),
    ],
)
def test_bytes_that_are_no_text(text: bytes, code: str, line: int, tmp_path: Path) -> None:
    found = problem_of(tmp_path, text, **QUAD)
    assert (found.code, found.line) == (code, line)


def test_a_bad_byte_is_named_with_its_offset(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + TEXT.encode() + b"\n" + TEXT.encode() + b"\xe9\n"
    assert f"byte 0xe9 at offset {len(text) - 2}" in problem_of(tmp_path, text, **QUAD).reason


def test_a_lone_cr_is_named_with_its_column(tmp_path: Path) -> None:
    assert problem_of(tmp_path, f"{TEXT}\r{TEXT}\n", **QUAD).col == len(TEXT) + 1


def test_every_bad_line_is_listed(tmp_path: Path) -> None:
    lines = [TEXT, "x", TEXT.replace("10", "1e1", 1), f"{TEXT}\r.", "", TEXT, "0,0,10,0,0,10,10,10,bow-tie"]
    found = examine(zipped(tmp_path / "sub.zip", {"a.txt": "\n".join(lines), "b.txt": "y"}), **QUAD)
    assert [(p.entry, p.line, p.code) for p in found.problems] == [
        ("a.txt", 2, "E_FORMAT"),
        ("a.txt", 3, "E_COORD"),
        ("a.txt", 4, "E_FORMAT"),
        ("a.txt", 7, "E_POLYGON"),
        ("b.txt", 1, "E_FORMAT"),
    ]


def test_the_list_is_capped_and_counted(tmp_path: Path) -> None:
    lines = [TEXT] * 600 + ["x"] * 500
    found = examine(zipped(tmp_path / "sub.zip", {"a.txt": "\n".join(lines)}), max_errors=7, **QUAD)
    assert (len(found.problems), found.total) == (7, 500)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_marks_do_not_matter(end: str, last: bool, mark: str, tmp_path: Path) -> None:
    text = mark + end.join([TEXT, "", " \t ", f"{SQUARE},b"]) + end * last
    found = one(tmp_path, text, **QUAD)
    assert (found.texts, found.line.tolist()) == (("word", "b"), [1, 4])
    notes = {notice.message: notice.count for notice in found.notices if notice.code == "W_LAYOUT"}
    assert notes == {"blank lines skipped": 2} | ({"byte order mark dropped": 1} if mark else {})


def test_characters_that_other_programs_take_for_line_ends(tmp_path: Path) -> None:
    text = "a\u2028b\u0085c\vd\fe\x1cf\u2029g"
    assert one(tmp_path, f"{SQUARE},{text}\n{SQUARE},h", **QUAD).texts == (text, "h")


def test_a_line_of_other_white_space_is_no_blank_line(tmp_path: Path) -> None:
    assert problem_of(tmp_path, "\u00a0\n", **QUAD).code == "E_FORMAT"


@pytest.mark.parametrize(
    ("limits", "text", "code", "line"),
    [
        (Limits(instances=2), "\n".join([TEXT] * 3), "E_LIMIT", 3),
        (Limits(instances=2), "\n".join([TEXT, "", TEXT, TEXT]), "E_LIMIT", 4),
        (Limits(total_instances=2), "\n".join([TEXT] * 3), "E_LIMIT", None),
        (Limits(characters=3), TEXT, "E_LIMIT", 1),
        (Limits(coordinate=9), TEXT, "E_COORD", 1),
        (Limits(number_length=1), TEXT, "E_COORD", 1),
        (Limits(line_bytes=20), TEXT, "E_LIMIT", 1),
        (
            Limits(characters=4, coordinate=10, number_length=2, line_bytes=len(TEXT), instances=1),
            TEXT,
            None,
            None,
        ),
    ],
)
def test_limits_of_lines(
    limits: Limits, text: str, code: str | None, line: int | None, tmp_path: Path
) -> None:
    found = examine(zipped(tmp_path / "sub.zip", {"a.txt": text}), limits=limits, **QUAD)
    assert [(p.code, p.line) for p in found.problems] == ([(code, line)] if code else [])


@pytest.mark.parametrize(
    ("blank", "code", "line"),
    [
        ("\n" * 300_000, None, 300_001),
        (" \r\n" * 100_000, None, 100_001),
        ("\n" * 300_000 + " \r ", "E_FORMAT", 300_001),
        ("\n" * 300_000 + " " * 300_000, "E_LIMIT", 300_001),
        ("\n" * 5 + " " * 300_000 + "\n" * 5, "E_LIMIT", 6),
        ("\n" * 300_000 + "\0", "E_ENCODING", 300_001),
    ],
)
def test_a_flood_of_blank_lines(blank: str, code: str | None, line: int, tmp_path: Path) -> None:
    found = examine(zipped(tmp_path / "sub.zip", {"a.txt": f"{blank}{TEXT}"}), **QUAD)
    if code:
        assert [(p.code, p.line) for p in found.problems][:1] == [(code, line)]
    else:
        assert found.instances is not None
        assert found.instances.line.tolist() == [line]
        assert [(n.code, n.count) for n in found.notices] == [("W_LAYOUT", line - 1)]


def test_no_geometry_is_computed_for_a_flood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr_eval.kernels.rings.classify", None)
    found = examine(
        zipped(tmp_path / "sub.zip", {"a.txt": "\n".join([TEXT] * 30)}), limits=Limits(instances=9), **QUAD
    )
    assert [p.code for p in found.problems] == ["E_LIMIT"]
