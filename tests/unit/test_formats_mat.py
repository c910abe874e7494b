"""MATLAB 5 files, written here byte by byte: what Total-Text stores in them, and every way to be broken."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from ocr_eval.formats import read
from ocr_eval.formats.mat5 import MatFault, variables
from ocr_eval.limits import Limits
from tests.unit.formats_support import problem_of, problems_of, zipped

LIMITS = Limits()
HEADER = b"MATLAB 5.0 MAT-file, written by a test".ljust(124) + b"\x00\x01IM"


def element(kind: int, data: bytes) -> bytes:
    return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def matrix(what: int, shape: tuple[int, ...], content: bytes, name: str = "", flags: int = 0) -> bytes:
    head = element(6, struct.pack("<II", what | flags, 0)) + element(
        5, struct.pack(f"<{len(shape)}i", *shape)
    )
    return element(14, head + element(1, name.encode()) + content)


def numbers(values: list[float], shape: tuple[int, ...] | None = None, name: str = "") -> bytes:
    return matrix(6, shape or (1, len(values)), element(9, struct.pack(f"<{len(values)}d", *values)), name)


def small(values: list[int]) -> bytes:
    """int16, at most two of them: the data stand in the tag."""
    packed = struct.pack(f"<{len(values)}h", *values).ljust(4, b"\0")
    return matrix(10, (1, len(values)), struct.pack("<HH", 3, 2 * len(values)) + packed)


def text(value: str, kind: int = 16) -> bytes:
    codec = {16: "utf-8", 4: "utf-16-le", 18: "utf-32-le", 1: "ascii"}[kind]
    return matrix(4, (1, len(value)), element(kind, value.encode(codec)))


def cells(rows: list[list[bytes]], name: str) -> bytes:
    width = len(rows[0]) if rows else 0
    columns = b"".join(row[k] for k in range(width) for row in rows)
    return matrix(1, (len(rows), width), columns, name)


def row(x: list[float], y: list[float], words: bytes, orientation: str = "c") -> list[bytes]:
    return [text("x:"), numbers(x), text("y:"), numbers(y, (len(y), 1)), words, text(orientation)]


TRIANGLE = ([0.0, 9.0, 9.0], [0.0, 0.0, 5.0])
ROWS = [
    row(*TRIANGLE, text("한글", 4)),
    row(*TRIANGLE, text("###"), "#"),
    row(*TRIANGLE, element(14, b""), "m"),
    row(*TRIANGLE, text("###"), "h"),
]


def mat(tmp_path: Path, *content: bytes, name: str = "poly_gt_img1.mat") -> Path:
    return zipped(tmp_path / "a.zip", {name: HEADER + b"".join(content)})


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("name", ["polygt", "gt"])
def test_the_orientation_says_dont_care_and_an_empty_array_is_an_empty_text(
    tmp_path: Path, name: str, compressed: bool
) -> None:
    content = cells(ROWS, name)
    if compressed:
        packed = zlib.compress(content)
        content = struct.pack("<II", 15, len(packed)) + packed  # not padded
    found = read(mat(tmp_path, content), role="gt")
    assert (found.format, found.sample_ids) == ("totaltext-mat", ("img1",))
    assert found.texts == ("한글", "###", "", "###")
    assert found.care.tolist() == [True, False, True, True]
    assert found.points(2).tolist() == [[0, 0], [9, 0], [9, 5]]
    assert found.line.tolist() == [1, 2, 3, 4]
    assert read(mat(tmp_path, content)).care.all()


def test_rings_of_a_prediction_lose_the_repeated_point(tmp_path: Path) -> None:
    ring = [0.5, 9.5, 9.5, 0.5, 1.0, 1.0, 7.0, 1.0]  # x of four points, then y
    found = read(
        mat(
            tmp_path,
            cells([[numbers(ring, (4, 2))], [numbers([9.5, 9.5, 0.5, 1.0, 7.0, 7.0], (3, 2))]], "accuInf"),
        )
    )
    assert found.codepoints is None
    assert [found.points(k).tolist() for k in (0, 1)] == [
        [[0.5, 1], [9.5, 1], [9.5, 7]],
        [[9.5, 1], [9.5, 7], [0.5, 7]],
    ]


def test_small_integers_and_both_byte_orders_are_read() -> None:
    assert variables(HEADER + small([-3, 7]), LIMITS)[""].numbers == (-3, 7)
    swapped = HEADER[:124] + b"\x01\x00MI" + struct.pack(">II", 14, 64)
    swapped += struct.pack(">IIII", 6, 8, 6, 0) + struct.pack(">IIii", 5, 8, 1, 2) + struct.pack(">II", 1, 0)
    swapped += struct.pack(">IIhh", 3, 4, -3, 7) + b"\0" * 12
    assert variables(swapped, LIMITS)[""].numbers == (-3, 7)


def test_a_file_without_instances(tmp_path: Path) -> None:
    assert len(read(mat(tmp_path, matrix(1, (0, 0), b"", "polygt")), role="gt")) == 0
    assert len(read(mat(tmp_path, numbers([], (0, 0), "polygt")), role="gt")) == 0


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "E_FORMAT", "variables none, expected one of polygt"),
        (cells(ROWS, "other"), "E_FORMAT", "variables 'other'"),
        (cells(ROWS, "gt") + cells(ROWS, "polygt"), "E_FORMAT", "variables 'gt', 'polygt'"),
        (cells(ROWS, "gt") + cells(ROWS, "gt"), "E_FORMAT", "variable 'gt' stands twice"),
        (numbers([1.0, 2.0], None, "gt"), "E_FORMAT", "gt is 1 x 2 numbers, expected N x 6 cells"),
        (cells([ROWS[0][:5]], "gt"), "E_FORMAT", "gt is 1 x 5 cells"),
        (cells(ROWS, "gt")[:-9], "E_FORMAT", "element of"),
        (cells(ROWS, "gt") + b"\0\0\0", "E_FORMAT", "file ends inside the element"),
        (element(9, b"12345678"), "E_FORMAT", "element of type 9"),
        (element(14, element(6, b"")), "E_FORMAT", "no array flags"),
        (element(14, element(6, struct.pack("<II", 6, 0)) + element(5, b"")), "E_FORMAT", "no dimensions"),
        (matrix(1, (1 << 30, 1 << 30), b"", "gt"), "E_FORMAT", "more than fit"),
        (matrix(1, (-1, 6), b"", "gt"), "E_FORMAT", "negative dimension"),
        (matrix(6, (1, 9), element(9, b"12345678"), "gt"), "E_FORMAT", "are no 9 numbers"),
        (matrix(2, (1, 1), b"", "gt"), "E_FORMAT", "gt is 1 x 1 something else"),
        (struct.pack("<II", 15, 4) + b"junk", "E_FORMAT", "damaged"),
        (struct.pack("<II", 15, 9) + zlib.compress(cells(ROWS, "gt"))[:9], "E_FORMAT", "cut off"),
        (matrix(4, (1, 1), element(16, b"\xff"), "gt"), "E_ENCODING", "0xff of a text is not UTF-8"),
        (matrix(4, (1, 1), element(9, b"\xff"), "gt"), "E_FORMAT", "text of type 9"),
        (struct.pack("<II", 0x50000 | 14, 0), "E_FORMAT", "small element of 5 bytes"),
    ],
)
def test_a_file_that_is_refused(tmp_path: Path, content: bytes, code: str, words: str) -> None:
    (problem,) = problems_of(mat(tmp_path, content, name="img_1.mat"), format="totaltext-mat")
    assert (problem.code, problem.entry) == (code, "img_1.mat")
    assert words in problem.reason


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        (row([0, 1], [0, 1, 2], text("a")), "E_FORMAT", "2 x and 3 y"),
        (row([], [], text("a")), "E_FORMAT", "0 x and 0 y"),
        (row([0, 9, 1e7], [0, 0, 5], text("a")), "E_COORD", "coordinate 1e+07"),
        (row([0, 9, float("nan")], [0, 0, 5], text("a")), "E_COORD", "coordinate nan"),
        (
            row(*TRIANGLE, numbers([5.0])),
            "E_FORMAT",
            "the transcription must be one line of text, got 1 x 1 numbers",
        ),
        (row(*TRIANGLE, matrix(4, (2, 1), element(16, b"ab"))), "E_FORMAT", "got 2 x 1 text"),
        ([*ROWS[0][:3], text("y"), *ROWS[0][4:]], "E_FORMAT", "y must be numbers, got text"),
        (row(*TRIANGLE, text("a" * 4097)), "E_LIMIT", "transcription of 4097"),
    ],
)
def test_a_row_that_is_refused_is_named(tmp_path: Path, wrong: list[bytes], code: str, words: str) -> None:
    (problem,) = problems_of(mat(tmp_path, cells([ROWS[0], wrong, ROWS[1]], "gt")), format="totaltext-mat")
    assert (problem.code, problem.line) == (code, 2)
    assert words in problem.reason


def test_matlab_7_3_is_told_how_to_save(tmp_path: Path) -> None:
    for head in (b"MATLAB 7.3 MAT-file, x".ljust(128), b"\x89HDF\r\n\x1a\n"):
        problem = problem_of(tmp_path, head)
        assert problem.code == "E_FORMAT"
        assert "-v7" in problem.hint


def test_a_bomb_is_stopped_by_the_limit_of_an_entry() -> None:
    packed = zlib.compress(b"\0" * 3_000_000)
    with pytest.raises(MatFault) as caught:
        variables(
            HEADER + struct.pack("<II", 15, len(packed)) + packed, LIMITS._replace(entry_bytes=1_000_000)
        )
    assert caught.value.code == "E_LIMIT"


def test_cells_in_cells_end_at_the_limit_of_depth() -> None:
    content = matrix(1, (0, 0), b"")
    for _ in range(70):
        content = matrix(1, (1, 1), content)
    with pytest.raises(MatFault) as caught:
        variables(HEADER + content, LIMITS)
    assert caught.value.code == "E_LIMIT"


def test_the_files_of_the_tools_are_read(shared: Path, tmp_path: Path) -> None:
    folder = shared / "formats" / "totaltext"
    gt = read(folder / "Annotation_tools_T3_Example_out_gt_img3.mat", role="gt")
    assert (gt.format, len(gt), gt.care.tolist()) == ("totaltext-mat", 2, [True, True])
    pred = read(folder / "Evaluation_Protocol_Examples_Prediction_img1.mat")
    assert [len(pred.points(k)) for k in range(len(pred))] == [150, 233]


def test_matlab_and_text_files_of_total_text_hold_the_same_content(shared: Path) -> None:
    data = shared / "data" / "totaltext"
    mine, other = (read(data / name, role="gt", text=True) for name in ("gt_mat.zip", "gt_total-text.zip"))
    other = other.take([other.sample_ids.index(s) for s in mine.sample_ids], mine.sample_ids)
    assert mine.texts == other.texts
    assert mine.care.tolist() == other.care.tolist()
    assert mine.ring.tolist() == other.ring.tolist()
    assert mine.xy.tolist() == other.xy.tolist()
