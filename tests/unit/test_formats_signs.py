"""What looks like a format holds one of its signs, so that a reader without any of them can stay unimported."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.formats import FORMATS, signs, sniff
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.mdb import MAGIC as LMDB
from ocr_eval.formats.reader import Entry, Options

KEYS = sorted({sign for own in signs.SIGNS.values() for sign in own})
OTHERS = [
    b'"data"',
    b'"annotations": [',
    b'"bbox"',
    b'"BlockType"',
    b'"pages"',
    b'"dimensions"',
    b'"words"',
    b'"box":',
]
OTHERS += [
    b'"text"',
    b'"lines"',
    b'"chars"',
    b'"version"',
    b'"label"',
    b'"answer"',
    b'"boundingPoly"',
    b'"annotator"',
]
MORE = b'"image_id" "points" "image" "answer"'
STARTS = [
    b"{",
    b"[",
    b"[[[[",
    b'[{"image": "a", "ring"',
    b"<alto>",
    b"<PcGts>",
    b"<annotations>",
    b"<tagset>",
    b"<image>",
]
STARTS += [
    b"x: [[",
    b"PAR1",
    b"MATLAB 5.0 MAT-file",
    b"\x89HDF\r\n\x1a\n",
    b"level\tpage_num\tblock_num\tpar_num\tline_num\tword_num",
]
STARTS += [
    b"image,text",
    b"filename,region_shape_attributes,region_attributes",
    b"a\t[{",
    bytes(16) + LMDB,
]
STARTS += [b'{"gt_1": [', b'{"a": [{', b"1,2,3,4", b'\n"word" ']


def checked(data: bytes) -> set[str]:
    """The formats that this looks like; each of them must have been worth a look."""
    glimpse = Glimpse([Entry("a", "a.txt", data)], Options())
    found = {name for name in FORMATS if glimpse.first and sniff.format_of(name).looks(glimpse)}
    assert not {name for name in found if not signs.may_look(name, glimpse)}
    return found


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(STARTS), min_size=1, max_size=2),
    st.lists(st.sampled_from(KEYS + OTHERS), max_size=6),
)
def test_what_looks_like_a_format_has_one_of_its_signs(starts: list[bytes], keys: list[bytes]) -> None:
    checked(b"".join(starts) + b", ".join(keys))


@pytest.mark.parametrize("name", sorted(signs.SIGNS))
def test_a_format_with_signs_is_met_with_them(name: str) -> None:
    """The pieces above are those that formats ask for; otherwise the test before would pass by never asking."""
    own = b" ".join(signs.SIGNS[name])
    tails = (own, b" ".join([own, *OTHERS]), b'"text" ' + own, b"<box" + own, b"\n", b' "points"', own + MORE)
    entries = ([Entry("a", "a.txt", start + tail)] for start in STARTS for tail in tails)
    assert any(sniff.format_of(name).looks(Glimpse(entry, Options())) for entry in entries)


def test_the_first_line_of_an_input_whose_first_file_is_one_endless_line() -> None:
    header = b"filename,region_shape_attributes,region_attributes\n"
    glimpse = Glimpse([Entry("a", "a", b"x" * (1 << 17)), Entry("b", "b", header)], Options())
    assert signs.may_look("via", glimpse) and sniff.format_of("via").looks(glimpse)


def test_every_sign_belongs_to_a_format() -> None:
    assert set(signs.SIGNS) | signs.NEVER <= set(FORMATS)


NUMBERS = ["1", "0", "12", "-3", "0.5", "1.", "x", "", "Latin", "####a", "##::a", "###"]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([",", ", ", " ", "\t", ",\t"]),
    st.lists(st.sampled_from(["1"] * 12 + NUMBERS), min_size=4, max_size=12),
    st.sampled_from(
        ["", ",Latin,a", ",0.5", ",-0.25,a", "##::a", ",####a", " 0.25", "\u3000-1.5", ",1" * 28]
    ),
    st.sampled_from(["", "1,2,3,4,5,6,7,8", "a", "1 2"]),
    st.booleans(),
    st.booleans(),
)
def test_what_looks_like_lines_of_numbers_holds_their_marks(
    joint: str, fields: list[str], tail: str, other: str, twice: bool, angle: bool
) -> None:
    line = joint.join(fields) + tail
    data = "\n".join([line, other, line, line] if twice else [other, line, line]).encode()
    glimpse = Glimpse([Entry("a", "a.txt", data)], Options(role="gt" if twice else "prediction", angle=angle))
    for one in (glimpse, glimpse.loosened()):
        found = {name for name in FORMATS if one.first and sniff.format_of(name).looks(one)}
        assert not {name for name in found if not signs.may_look(name, one)}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("td500", "1,2,3,4,-0.5"),
        ("td500-original", "1\t0 1 2 3 4 0.5"),
        ("icdar-mlt", "0,0,9,0,9,9,0,9,Latin,a"),
        ("ctw1500", "0,0,9,0,9,9,0,9,####a"),
        ("ctw1500-offsets", "0,0,9,5," + ",".join(["0,0", "9,0", "9,5", "0,5"] * 3 + ["9,5"] * 2)),
        ("popeval", "0 0 9 0 9 9 0 9##::a"),
        ("characters", "0 0 9 0 9 9 0 9 a"),
    ],
)
def test_lines_of_a_layout_are_met(name: str, line: str) -> None:
    assert name in checked(f"{line}\n{line}\n".encode())


@pytest.mark.parametrize("name", sorted(signs.NEVER))
def test_a_format_that_is_only_named_looks_like_nothing(name: str) -> None:
    for data in (b"0,0,9,0,9,9,0,9,a\n", b'0,0,9,0,9,9,0,9,0,"a"\n', b"{}"):
        assert not sniff.format_of(name).looks(Glimpse([Entry("a", "a", data)], Options()))


def test_real_files_look_the_same(shared: Path) -> None:
    met = set()
    for path in sorted((shared / "formats").glob("*/*")):
        if path.is_file() and path.stat().st_size < 1 << 22:
            met |= checked(path.read_bytes())
    assert len(met) > 12
