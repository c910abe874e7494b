"""CSV files from people: the rows by column, and every fault with its line, under the code of whoever asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_eval.agreement.work_log import read_work_log
from ocr_eval.errors import InputError
from ocr_eval.report.csv_file import read_csv


def test_rows_know_the_line_they_begin_in(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'\xef\xbb\xbf a ,b\r\n\r\n"two\nlines",\'=1\r\n,x\n')
    rows = read_csv(tmp_path / "a.csv", ("a", "b"))
    assert [(row.line, dict(row)) for row in rows] == [
        (3, {"a": "two\nlines", "b": "'=1"}),
        (5, {"a": "", "b": "x"}),
    ]
    assert rows[0].text("b") == "=1" and rows[0].text("none") == ""


FAULTS = [
    ("a,b\n1\n2,3\n4,5,6\n", [(2, "1 cells, expected 2"), (4, "3 cells, expected 2")]),
    ("a\n1\n", [(1, "no column b in 'a'")]),
    ("a,b,a\n", [(1, "two columns 'a'")]),
    ("\n\n", [(1, "no header")]),
    ('a,b\n1\n"x,2\n', [(2, "1 cells, expected 2"), (3, "not CSV: unexpected end of data")]),
    ("a,b\n1,\0\n", [(2, "NUL character")]),
]


@pytest.mark.parametrize(("text", "faults"), FAULTS)
def test_every_fault_is_told_with_its_line(tmp_path: Path, text: str, faults: list[tuple[int, str]]) -> None:
    (tmp_path / "a.csv").write_text(text)
    for code in ("E_USAGE", "E_CONFIG"):
        with pytest.raises(InputError) as refused:
            read_csv(tmp_path / "a.csv", ("a", "b"), code=code)
        assert [(p.line, p.reason) for p in refused.value.problems] == faults
        assert {p.code for p in refused.value.problems} == {code}


def test_bytes_that_are_no_text_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,\xff\n")
    with pytest.raises(InputError, match="byte 0xff is not UTF-8"):
        read_csv(tmp_path / "a.csv", ("a", "b"))
    with pytest.raises(InputError, match="cannot be read"):
        read_csv(tmp_path / "none.csv", ("a", "b"))


def test_the_work_log_is_read_by_the_same_rules(tmp_path: Path) -> None:
    head = "annotator,image,seconds,timestamp\n"
    (tmp_path / "work.csv").write_text(head + "ann,1,2\nann,1\n")
    with pytest.raises(InputError) as refused:
        read_work_log(str(tmp_path / "work.csv"), ["ann"], {"1": "1"})
    assert [(p.code, p.line) for p in refused.value.problems] == [("E_CONFIG", 2), ("E_CONFIG", 3)]
    (tmp_path / "work.csv").write_text(head + "ann,1,2,5\nbob,1,2,5\nann,1,3,6\nann,2,-1,x\n")
    with pytest.raises(InputError) as refused:
        read_work_log(str(tmp_path / "work.csv"), ["ann"], {"1": "1", "2": "2"})
    assert [p.line for p in refused.value.problems] == [3, 4, 5, 5]
