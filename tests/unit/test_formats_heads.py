"""What kernels read of text entries is what the readers in Python read: instances, faults, warnings, to the bit."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.errors import Findings
from ocr_eval.formats import check, heads, icdar, polygon
from ocr_eval.formats.layouts import LineLayout
from ocr_eval.formats.reader import Entry, Options
from ocr_eval.limits import Limits
from ocr_eval.tables.packed import PackedTexts

pytest.importorskip("numba")
LAYOUTS = {layout.id: layout for layout in (icdar.QUAD, icdar.LTRB, icdar._SROIE, polygon.POLYGON)}
NUMBERS = "0 12 345 -5 1200 007 1234567 12345678 1000001 99999999999 +1 1.5 1e3 -0 1_0 nan １".split(" ")
NUMBERS += [" 7", "  8", "9 ", "\t3", "", "-", "--1"]
CONFIDENCES = (
    "0 1 0.5 .5 1. 1.0 -0.0 0.123456789012345 0.9876543210123456 0.30000000000000004 1e-5 1.5".split()
)
CONFIDENCES += [
    "1.0000000000000001",
    "0." + "1" * 29,
    "0." + "1" * 31,
    "00000000.5",
    " 0.5",
    "0.5 ",
    "",
    "-0.5",
]
TEXTS = [
    "word",
    "",
    "###",
    '"q"',
    '"###"',
    '"a\\"b"',
    ' "x" ',
    '\u3000"x"',
    '"x',
    '"',
    '""',
    "é",
    "가나",
    "😀",
    "5",
    "1,2",
]
TEXTS += [
    "Latin,a",
    "\x0b",
    "\x85",
    "\u2028x",
    "a,b,c",
    '"a","b"',
    "x" * 40,
    '"a" b',
    'a "b"',
    "\x7f",
    '\x7f"',
    " ",
]
ENDS = (
    [b"\n"] * 12
    + [b"\r\n"] * 4
    + [b"\n\n", b"\r\n\r\n", b"\n \t\n", b"\r", b"\r\r\n", b"", b"\0\n", b"\xff\n"]
)


def line(random: random.Random) -> bytes:
    """A box, a quad or a longer ring, mostly plain, and perhaps a confidence and a text."""
    size = random.choice([4, 4, 8, 8, 8, 6, 10, 14, 3, 7, 9])
    numbers = [str(random.randrange(-20, 1300)) for _ in range(size)]
    if size == 4:
        numbers[2:] = [str(int(n) + 9) for n in numbers[:2]]
    while random.random() < 0.1:
        numbers[random.randrange(size)] = random.choice(NUMBERS)
    tail = [
        random.choice(random.choice([CONFIDENCES, TEXTS, TEXTS, NUMBERS]))
        for _ in range(random.choice([0, 1, 1, 2, 3]))
    ]
    return ",".join(numbers + tail).encode()


def entry(random: random.Random, name: str) -> Entry:
    odd = random.random() < 0.3
    ends = ENDS if odd else ENDS[:12]
    data = b"".join(line(random) + random.choice(ends) for _ in range(random.randrange(6)))
    data = data.rstrip(b"\r\n") if random.random() < 0.3 else data
    return Entry(name, f"{name}.txt", b"\xef\xbb\xbf" + data if random.random() < 0.1 else data)


def read(layout: LineLayout, entries: Sequence[Entry], options: Options, kernels: bool) -> tuple[Any, ...]:
    """Everything that reading gives, bit for bit; whether kernels did it."""
    findings, used = Findings("sub.zip", options.role, 1000), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heads, "SMALLEST", 0)
        original = heads.heads_of

        def watched(*arguments: Any) -> Any:
            used.append(original(*arguments) if kernels else None)
            return used[-1]

        patch.setattr(heads, "heads_of", watched)
        columns = layout.read(entries, options, findings)
    numbers = [
        np.concatenate(chunks).tobytes() if chunks else b"" for chunks in (columns.xy, columns.vertices)
    ]
    lists = [list(column) for column in (columns.sizes, columns.texts, columns.care, columns.lines)]
    read = columns.samples, numbers, lists, np.array(list(columns.confidence), np.float64).tobytes()
    built = None
    if not findings.total and len(columns.care):
        table = columns.builder("sub.zip", options.text, findings).build()
        texts = (
            None
            if table.codepoints is None
            else (table.codepoints.dtype, table.codepoints.tobytes(), table.texts)
        )
        built = texts, table.care.tobytes(), table.line.tobytes(), table.xy.tobytes(), table.start.tolist()
    return (read, built, findings.problems, findings.total, findings.notices), any(
        part is not None for part in used
    )


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(sorted(LAYOUTS)), st.booleans(), st.booleans(), st.booleans())
def test_kernels_read_what_python_reads(seed: int, name: str, text: bool, confidence: bool, gt: bool) -> None:
    draw = random.Random(seed)
    limits = Limits()
    if draw.random() < 0.2:
        field = draw.choice(
            ["coordinate", "vertices", "characters", "instances", "line_bytes", "total_instances"]
        )
        limits = limits._replace(**{field: draw.choice([1, 3, 5, 9, 30, 100])})
    order = {"order": "yx"} if draw.random() < 0.1 else {}
    options = Options("gt" if gt else "prediction", text, confidence, limits=limits, choices=order)
    entries = [entry(draw, f"img_{k}") for k in range(draw.choice([1, 2, 4]))]
    assert read(LAYOUTS[name], entries, options, True)[0] == read(LAYOUTS[name], entries, options, False)[0]


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_a_confidence_is_rounded_as_python_rounds_it(confidence: str) -> None:
    entries = [Entry("a", "a.txt", f"0,0,9,0,9,9,0,9,{confidence},x\n".encode())]
    options = Options(confidence=True, text=True)
    found = read(icdar.QUAD, entries, options, True)
    assert found[1] and found[0] == read(icdar.QUAD, entries, options, False)[0]


def test_plain_lines_make_no_python_objects() -> None:
    data = "\ufeff" + "0,0,9,0,9,9,0,9,가\r\n" * 500
    findings = Findings("a.zip")
    columns = icdar.QUAD.read([Entry("a", "a.txt", data.encode())] * 2, Options(), findings)
    assert isinstance(columns.texts, PackedTexts)
    texts = columns.texts
    assert (len(texts), texts[-1], texts[:2], texts.count(None)) == (1000, "가", ["가"] * 2, 0)
    assert [(n.code, n.count) for n in findings.notices] == [("W_LAYOUT", 2)]


REAL = ["ic15/gt.zip", "ic15/detection/pixellink.zip", "ic13/gt_rrc.zip", "totaltext/gt_tedeval.zip"]


@pytest.mark.parametrize("path", REAL)
def test_real_files_are_read_alike(path: str, shared: Path) -> None:
    options = Options(role="gt" if "gt" in path else "prediction")
    name, entries, options = check.opened(None, options, Findings(str(shared / "data" / path), options.role))
    found = read(LAYOUTS[str(name)], entries, options, True)
    assert found[1] and found[0] == read(LAYOUTS[str(name)], entries, options, False)[0]
