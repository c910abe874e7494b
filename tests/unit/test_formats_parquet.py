"""Parquet: columns as our JSON has keys, row groups, files that are broken, lie about sizes or have other types."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from ocr_eval.errors import Problem
from ocr_eval.formats import read
from ocr_eval.formats.check import examine
from ocr_eval.formats.parquet_arrays import texts_of
from ocr_eval.formats.reader import Options
from ocr_eval.formats.writers import written
from ocr_eval.limits import Limits
from ocr_eval.tables.digest import digest
from ocr_eval.tables.instances import Instances
from tests.tables import Word, box, table

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
ROWS: dict[str, list[Any]] = {
    "image": ["img_2", "img_1.jpg", "img_2"],
    "box": [[0, 0, 9, 5], [1, 1, 8, 1, 8, 6], [0, 0, 9, 0, 9, 9, 0, 9]],
    "text": ["a", "b", "c"],
    "score": [0.5, 1.0, 9e-05],
    "care": [True, False, True],
}


def stored(path: Path, columns: dict[str, Any], **how: Any) -> Path:
    pq.write_table(pa.table(columns), path / "a.parquet", **how)
    return path / "a.parquet"


def found(path: Path, columns: dict[str, Any], **arguments: Any) -> Instances:
    return read(stored(path, columns), **arguments)


def problem(path: Path, columns: dict[str, Any], **arguments: Any) -> Problem:
    (one,) = examine(stored(path, columns), **arguments).problems
    return one


def test_rows_of_one_image_may_be_apart_and_boxes_have_four_numbers_or_more(tmp_path: Path) -> None:
    pred = found(tmp_path, ROWS)
    assert (pred.format, pred.sample_ids, pred.start.tolist()) == ("parquet", ("img_2", "img_1"), [0, 2, 3])
    assert (pred.texts, pred.line.tolist(), pred.care.all()) == (("a", "c", "b"), [1, 3, 2], True)
    assert pred.points(0).tolist() == [[0, 0], [9, 0], [9, 5], [0, 5]]
    assert pred.points(2).tolist() == [[1, 1], [8, 1], [8, 6]]
    assert pred.confidence is not None and pred.confidence.tolist() == [0.5, 9e-05, 1.0]
    gt = found(tmp_path, ROWS, role="gt")
    assert (gt.confidence, gt.care.tolist()) == (None, [True, True, False])


def test_bytes_that_look_like_lines_with_tabs_are_no_list_of_pairs(tmp_path: Path) -> None:
    columns = {"image": [f"w{k}" for k in range(50)], "text": [f"\n{k}\ta\n{k}\tb\n" for k in range(50)]}
    path = stored(tmp_path, columns, compression="none", use_dictionary=False)
    assert read(path, geometry=False, text=True).format == "parquet"


@pytest.mark.parametrize("kind", ["int64", "int16", "float32", "double"])
@pytest.mark.parametrize("many", ["list", "large_list", "fixed"])
def test_coordinates_of_every_numeric_type(tmp_path: Path, kind: str, many: str) -> None:
    value = pa.type_for_alias(kind)
    holder = {"list": pa.list_(value), "large_list": pa.large_list(value), "fixed": pa.list_(value, 6)}[many]
    rings = pa.array([[0, 0, 9, 0, 9, 9], [0, 0, 7, 0, 7, 7]], holder)
    pred = found(tmp_path, {"image": ["a", "b"], "box": rings})
    assert pred.xy.tolist() == [[0, 0], [9, 0], [9, 9], [0, 0], [7, 0], [7, 7]]
    assert pred.codepoints is None


def test_row_groups_dictionaries_and_other_columns(tmp_path: Path) -> None:
    many = {name: values * 50 for name, values in ROWS.items()} | {"model": ["x"] * 150}
    path = stored(tmp_path, many, row_group_size=7)
    assert pq.ParquetFile(path).num_row_groups == 22
    several = read(path)
    whole = found(tmp_path, {**many, "image": pa.array(many["image"]).dictionary_encode()})
    assert digest(several) == digest(whole)
    assert [(n.message, n.count) for n in several.notices] == [("columns that are not read", 1)]


def test_a_list_of_texts_has_no_boxes(tmp_path: Path) -> None:
    words = {"image": ["word_1.png", "word_2.png"], "text": ["NA", ""]}
    pred = found(tmp_path, words, geometry=False)
    assert (pred.texts, pred.geometry, pred.sample_ids) == (("NA", ""), False, ("word_1", "word_2"))
    assert problem(tmp_path, words, format="parquet").reason == "no column box"


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"image": [None, "a", "b"]}, "E_FORMAT", "image of row 1 is null"),
        ({"image": [1, 2, 3]}, "E_FORMAT", "column image must hold texts, got int64"),
        ({"image": ["a", "", "b"]}, "E_FORMAT", "empty name"),
        ({"box": [[0, 0, 9, 5], None, [0, 0, 9, 5]]}, "E_FORMAT", "box of row 2 is null"),
        ({"box": [[0, 0, 9, 5], [0, 0, None, 1], [0, 0, 9, 5]]}, "E_FORMAT", "box of row 2 holds null"),
        ({"box": [[0, 0, 9, 5], [0, 0, 1], [0, 0, 9, 5]]}, "E_FORMAT", "box of row 2 has 3 numbers"),
        ({"box": [[0, 0, 9, 5], [], [0, 0, 9, 5]]}, "E_FORMAT", "box of row 2 has 0 numbers"),
        ({"box": [[9, 0, 0, 5]] * 3}, "E_COORD", "box of row 1 has x2 < x1"),
        ({"box": [[0.0, 0, 9, float("nan")]] * 3}, "E_COORD", "box of row 1 is outside"),
        ({"box": [[0.0, 0, 9, 1e7]] * 3}, "E_COORD", "box of row 1 is outside"),
        ({"box": [["0", "0"]] * 3}, "E_FORMAT", "column box must hold numbers, got string"),
        ({"box": [1.0, 2.0, 3.0]}, "E_FORMAT", "column box must hold lists"),
        ({"box": [[[0.0, 0.0]]] * 3}, "E_FORMAT", "column box must hold numbers, got list"),
        ({"text": [1, 2, 3]}, "E_FORMAT", "column text must hold texts, got int64"),
        ({"text": ["a", "x\0", "b"]}, "E_ENCODING", "text of row 2 holds NUL"),
        ({"score": [0.5, None, 1.0]}, "E_CONFIDENCE", "score of row 2 is null"),
        ({"score": [0.5, 1.5, 1.0]}, "E_CONFIDENCE", "score of row 2 is outside 0 to 1"),
        ({"score": ["a", "b", "c"]}, "E_FORMAT", "column score must hold numbers"),
        ({"care": [1, 0, 1]}, "E_FORMAT", "column care must hold true or false"),
        ({"angle": [0.5, None, 1.0]}, "E_COORD", "angle of row 2 is null"),
        ({"line": [0, 1, 2]}, "E_FORMAT", "lines"),
    ],
)
def test_a_file_that_is_refused(tmp_path: Path, change: dict[str, Any], code: str, words: str) -> None:
    one = problem(tmp_path, ROWS | change)
    assert one.code == code and words in one.reason, one


def test_no_image_no_rows_and_two_columns_of_one_name(tmp_path: Path) -> None:
    assert "no column image" in problem(tmp_path, {"box": ROWS["box"]}).reason
    none = {"image": pa.array([], pa.string()), "box": pa.array([], pa.list_(pa.float64()))}
    assert problem(tmp_path, none).code == "E_NO_SAMPLES"
    twice = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], ["image", "image"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    (one,) = examine(tmp_path / "twice.parquet").problems
    assert "one name" in one.reason


def test_every_cut_of_a_file_is_refused_and_none_raises(tmp_path: Path) -> None:
    data = stored(tmp_path, ROWS).read_bytes()
    for size in range(5, len(data), 97):
        (tmp_path / "cut").write_bytes(data[:size])
        (one,) = examine(tmp_path / "cut").problems
        assert one.code == "E_FORMAT" and "not a readable Parquet file" in one.reason


def test_bytes_that_are_wrong_here_and_there_never_raise(tmp_path: Path) -> None:
    data = stored(tmp_path, ROWS).read_bytes()
    for k in range(4, len(data), 31):
        (tmp_path / "bad").write_bytes(data[:k] + bytes([data[k] ^ 0xFF]) + data[k + 1 :])
        for one in examine(tmp_path / "bad").problems:
            assert one.code in (
                "E_FORMAT",
                "E_ENCODING",
                "E_LIMIT",
                "E_COORD",
                "E_CONFIDENCE",
                "E_NO_SAMPLES",
            )


def test_texts_that_are_not_utf8(tmp_path: Path) -> None:
    bad = pa.array([b"\xff\xfe"], pa.binary()).view(pa.string())
    assert problem(tmp_path, {"image": ["a"], "box": [[0, 0, 1, 1]], "text": bad}).code == "E_ENCODING"


@pytest.mark.parametrize("kind", ["string", "large_string", "dictionary"])
@pytest.mark.parametrize(
    "texts", [["", "ab", "", "c", "x" * 300], ["é", None, "가나다", "", "😀a", "\ufeffb", "漢"]]
)
def test_texts_of_slices_nulls_and_any_width_are_what_arrow_says(kind: str, texts: list[str | None]) -> None:
    column = pa.array(texts, pa.string())
    column = column.dictionary_encode() if kind == "dictionary" else column.cast(kind)
    for first, size in ((0, len(texts)), (1, len(texts)), (2, 3), (3, 0)):
        piece = column.slice(first, size)
        for order in (np.arange(len(piece)), np.arange(len(piece))[::-1], np.arange(len(piece))[1::2]):
            found = texts_of({"text": piece}, order, Options(geometry=True))
            assert list(found) == [piece.to_pylist()[row] for row in order]
            assert found.count(None) == sum(text is None for text in found)


@pytest.mark.parametrize("kind", [pa.null(), pa.int64(), pa.list_(pa.int8())])
def test_a_column_of_nothing_has_no_texts(kind: Any) -> None:
    assert list(texts_of({"text": pa.nulls(2, kind)}, np.arange(2), Options(geometry=True))) == [None, None]


def test_the_first_text_that_is_too_long_or_holds_nul_is_named(tmp_path: Path) -> None:
    columns = {"image": list("abcd"), "text": ["", "é", "x\0", "x" * 9]}
    limits = Limits(characters=8)
    one = problem(tmp_path, columns, geometry=False, limits=limits)
    assert (one.code, one.line, one.reason) == ("E_ENCODING", 3, "text of row 3 holds NUL")
    columns["text"][2] = "x"
    one = problem(tmp_path, columns, geometry=False, limits=limits)
    assert (one.code, one.line, one.reason) == ("E_LIMIT", 4, "text of row 4 has 9 characters, at most 8")


def test_limits_are_checked_before_anything_is_unpacked(tmp_path: Path) -> None:
    bomb = {"image": ["a"] * 3_000_000}
    path = stored(tmp_path, bomb)
    assert path.stat().st_size < 100_000
    (one,) = examine(path).problems
    assert one.code == "E_LIMIT" and "3000000 rows" in one.reason
    wide = {"image": ["a"], "box": [[0.0] * 2_000_000]}
    (one,) = examine(stored(tmp_path, wide), limits=Limits(file_bytes=1_000_000)).problems
    assert one.code == "E_LIMIT" and "once unpacked" in one.reason
    few = Limits(instances=2)
    assert problem(tmp_path, {"image": ["a"] * 3, "box": [[0, 0, 1, 1]] * 3}, limits=few).code == "E_LIMIT"
    assert (
        "vertices" in problem(tmp_path, {"image": ["a"], "box": [[0] * 20]}, limits=Limits(vertices=9)).reason
    )


def test_the_same_table_gives_the_same_bytes() -> None:
    words = table({"a": [Word(box(0, 0, 9, 9), "x")], "b": []})
    assert written(words, "parquet").files == written(words, "parquet").files


def test_without_pyarrow_the_extra_is_named(tmp_path: Path) -> None:
    path = stored(tmp_path, ROWS)
    code = (
        "import sys; sys.modules['pyarrow'] = None; from ocr_eval.cli.app import run; "
        f"sys.exit(run(['validate', {str(path)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stdout) == (2, "") and "ocr_eval[parquet]" in done.stderr


def test_the_footer_is_read_as_pyarrow_reads_it() -> None:
    from ocr_eval.formats.parquet_footer import declared

    for seed in range(12):
        draw = Random(seed)
        size = draw.randrange(500)
        made = pa.table(
            {
                "image": [f"i{draw.randrange(9)}" for _ in range(size)],
                "box": [[1.0] * draw.choice((4, 8)) for _ in range(size)],
                "text": pa.array([draw.choice((None, "a")) for _ in range(size)], pa.string()),
            }
        )
        buffer = io.BytesIO()
        pq.write_table(
            made,
            buffer,
            row_group_size=draw.choice((50, 1000)),
            compression=draw.choice(("snappy", "none")),
            write_page_index=bool(seed % 2),
        )
        data = buffer.getvalue()
        known = pq.read_metadata(io.BytesIO(data))
        groups = [known.row_group(k) for k in range(known.num_row_groups)]
        columns = [group.column(c) for group in groups for c in range(group.num_columns)]
        wanted = [sum(c.num_values for c in columns), sum(c.total_uncompressed_size for c in columns)]
        assert declared(data) == (size, *wanted)
        for cut in (len(data) - 9, 40):
            with pytest.raises(ValueError, match="footer"):
                declared(data[:cut])


@pytest.mark.parametrize(
    "footer", [b"\x15", b"\x1c" * 80, b"\x19\xf8\xff\xff\xff\xff\x0f", b"\x1d\x00", b"\x16" + b"\xff" * 11]
)
def test_a_footer_that_is_none_is_told(footer: bytes) -> None:
    from ocr_eval.formats.parquet_footer import declared

    with pytest.raises(ValueError, match="footer"):
        declared(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")
