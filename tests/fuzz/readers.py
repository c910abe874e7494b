"""Bytes under one of the readers -> a table that holds what tables promise, or problems with codes and places.

An input is a line of words, LF, then the bytes of one file: ``polygon gt text two`` and so on. The first word is an id
of ``FORMATS`` (perhaps with a choice) or ``auto``; words that mean nothing are passed over, so that any bytes are an
input. Layouts of one file per sample are put into a zip, under names of two samples if ``two`` is said.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np

from ocr_eval.errors import CODES, InputError, Problem
from ocr_eval.formats import ANY, FORMATS, NUMBER
from ocr_eval.formats.check import Examination, examine
from ocr_eval.limits import Limits
from ocr_eval.tables.instances import TOO_FEW, Instances
from tests.fuzz.watch import Broken

# What a caller may ask, by word: role, kind, policy, needs, limits, and how the bytes are wrapped.
FLAGS = (
    "gt text confidence flat verbatim boxes angle regions line word region character official false-positive samples "
    "tight two zip crlf mark deflate few"
).split()
TIGHT = Limits(
    instances=3,
    total_instances=4,
    vertices=5,
    characters=6,
    page_characters=12,
    depth=4,
    line_bytes=120,
    sample_line_bytes=300,
    coordinate=100,
    number_length=4,
    entry_bytes=3000,
    xml_bytes=900,
)
SAMPLES = ("img_1", "img_02", "10", "a", "é")
_WHOLE = {"E_NO_SAMPLES", "E_ENTRY_UNKNOWN", "E_USAGE"}  # about the input as a whole
_MARK = b"\xef\xbb\xbf"


def split(data: bytes) -> tuple[list[str], bytes]:
    """(words of the first line, the bytes after it)."""
    head, _, body = data.partition(b"\n")
    return head.decode("ascii", "replace").split(), body


def joined(words: Sequence[str], body: bytes) -> bytes:
    """What ``split`` takes apart."""
    return " ".join(words).encode() + b"\n" + body


def draw_words(name: str, draw: Random) -> list[str]:
    """An id and a few flags."""
    row = FORMATS.get(name)
    if row is not None and row.choices and draw.random() < 0.5:
        name = chosen(name, draw.sample(sorted(row.choices), draw.randrange(1, len(row.choices) + 1)), draw)
    chance = draw.choice((0.0, 0.08, 0.25))
    return [name, *(flag for flag in FLAGS if draw.random() < chance)]


def chosen(name: str, keys: Sequence[str], draw: Random) -> str:
    """``id(key=value,…)`` with one of the values that each of these keys may have."""
    offers = {NUMBER: ("1", "100", "9999"), ANY: ("a", "text")}
    pairs = []
    for key in keys:
        value = draw.choice(FORMATS[name].choices[key])
        pairs.append(f"{key}={draw.choice(offers.get(value, (value,)))}")
    return f"{name}({','.join(pairs)})"


def run(data: bytes) -> Examination | InputError:
    """Reads an input twice. Raises Broken where the answer is not what a reader may answer, or not the same."""
    words, body = split(data)
    first = answer(words, body)
    if fingerprint(first) != fingerprint(answer(words, body)):
        raise Broken("read twice, two answers")
    return first


def answer(words: Sequence[str], body: bytes) -> Examination | InputError:
    """What one reading gives, checked."""
    name = words[0] if words else "auto"
    row = FORMATS.get(name.partition("(")[0])
    said = set(words[1:])
    gt = "gt" in said
    limits = TIGHT if "tight" in said else Limits()
    policy = next((word for word in ("official", "false-positive") if word in said), "refuse")
    level = next((word for word in ("line", "word", "region", "character") if word in said), None)
    arguments: dict[str, Any] = {
        "format": None if name == "auto" else name,
        "role": "gt" if gt else "prediction",
        "text": "text" in said,
        "confidence": "confidence" in said,
        "geometry": (row.geometry if row is not None else True) is not ("flat" in said),
        "verbatim": "verbatim" in said,
        "boxes": "boxes" in said,
        "angle": "angle" in said,
        "regions": "regions" in said,
        "level": level,
        "limits": limits,
        "invalid_polygons": policy,
        "samples": SAMPLES if "samples" in said else None,
        "max_errors": 3 if "few" in said else 100,
    }
    whole = row is not None and row.document and not said & {"zip", "raw"}
    source = _wrapped(body, said, whole=whole)
    try:
        found = examine("-", stdin=source, **arguments)
    except InputError as error:
        check_problems(error.problems, error.total, gt=False)
        if not {problem.code for problem in error.problems} <= {"E_USAGE"}:
            raise Broken(f"raised instead of recorded: {error}") from None
        return error
    check_problems(found.problems, found.total, gt=gt, most=arguments["max_errors"])
    if (found.instances is None) != bool(found.total):
        raise Broken(f"{found.total} problems, and {'no ' if found.instances is None else 'a '}table")
    for problem in found.problems:
        check_place(
            problem,
            document=row is not None and row.document,
            whole=whole,
            paged=row is not None and row.paged,
        )
    for notice in found.notices:
        if notice.code not in CODES or not notice.code.startswith("W_") or not str(notice).isprintable():
            raise Broken(f"notice {notice!r}")
    if found.instances is not None:
        check_table(
            found.instances, limits, refused=policy == "refuse" and not said & {"boxes", "regions", "gt"}
        )
        if arguments["samples"] is not None and not set(found.instances.sample_ids) <= set(SAMPLES):
            raise Broken(f"samples {found.instances.sample_ids} of which the gt knows only {SAMPLES}")
    return found


def _wrapped(body: bytes, said: set[str], *, whole: bool) -> bytes:
    if "raw" in said:
        return body
    if "crlf" in said:
        body = body.replace(b"\n", b"\r\n")
    if "mark" in said:
        body = _MARK + body
    if "deflate" in said:
        body = _packed_variable(body)
    if whole:
        return body
    entries = [("res_img_1.txt", body)]
    if "two" in said:
        place = body.find(b"\n", len(body) // 2) + 1
        entries = [("res_img_1.txt", body[:place]), ("res_img_2.txt", body[place:])]
    return zipped(entries)


def _packed_variable(body: bytes) -> bytes:
    """A MATLAB file with what follows its header as one compressed element."""
    packed = zlib.compress(body[128:], 1)
    return body[:128] + struct.pack("<II", 15, len(packed)) + packed


def zipped(entries: Sequence[tuple[str, bytes]]) -> bytes:
    """A zip with these entries, stored, the same bytes for the same entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def check_problems(problems: Sequence[Problem], total: int, *, gt: bool, most: int = 100) -> None:
    """Known codes, as many as are told, each one printable line."""
    if len(problems) != min(total, most):
        raise Broken(f"{len(problems)} problems of {total} are told, at most {most}")
    for problem in problems:
        code = CODES.get(problem.code)
        if code is None or not problem.code.startswith("E_") or code.exit not in (2, 3, 4, 5):
            raise Broken(f"code {problem.code}")
        if gt and code.exit in (3, 4):
            raise Broken(f"{problem.code} in a gt")
        if problem.code == "E_GT" and problem.reason.split(" ")[0] not in CODES:
            raise Broken(f"E_GT without the fault's own code: {problem.reason}")
        if not problem.reason or "; " in problem.reason or not str(problem).isprintable():
            raise Broken(f"not one printable line: {problem!r}")
        if len(str(problem)) > 4000:
            raise Broken(f"message of {len(str(problem))} characters")


def check_place(problem: Problem, *, document: bool, whole: bool, paged: bool = False) -> None:
    """An entry where there are several, and in it a line or a pointer."""
    code = problem.reason.split(" ")[0] if problem.code == "E_GT" else problem.code
    if code in _WHOLE or code.startswith(("E_ZIP", "E_ENTRY")):
        return
    about_all = (
        code == "E_LIMIT" or "layout " in problem.reason or "expected the one document" in problem.reason
    )
    if not whole and not problem.entry and not about_all:
        raise Broken(f"no entry: {problem}")
    lines = not document and not paged and code in ("E_COORD", "E_CONFIDENCE", "E_POLYGON")
    if lines and problem.line is None and "/" not in problem.reason and "element" not in problem.reason:
        raise Broken(f"no line: {problem}")
    if (problem.line is not None and problem.line < 1) or (problem.col is not None and problem.col < 1):
        raise Broken(f"counts from 1: {problem}")


def check_table(table: Instances, limits: Limits, *, refused: bool) -> None:
    """Finite numbers, offsets that fit, texts that are text; no invalid ring where they are refused."""
    if not np.isfinite(table.xy).all() or np.abs(table.xy).max(initial=0) > 2 * limits.coordinate + 2:
        raise Broken(f"coordinates up to {np.abs(table.xy).max(initial=0)}")
    if np.signbit(table.xy[table.xy == 0]).any():
        raise Broken("a coordinate is -0.0")
    if table.confidence is not None and not ((table.confidence >= 0) & (table.confidence <= 1)).all():
        raise Broken("a confidence outside [0, 1]")
    for column in (table.angle, *table.numbers.values()):
        if column is not None and np.isinf(column).any():
            raise Broken("an infinite number")
    if table.angle is not None and np.isnan(table.angle).any():
        raise Broken("an angle is NaN")
    if refused and table.geometry and not table.valid.all():
        raise Broken("an invalid ring was let in")
    if table.geometry and (np.diff(table.ring)[table.shape != TOO_FEW] < 3).any():
        raise Broken("a ring of less than three vertices")
    if len(table) and table.line.min() < 1:
        raise Broken("an instance without line")
    if not all(table.sample_ids):
        raise Broken("a sample without id")
    for text in (*table.sample_ids, *(table.texts if table.text_offset is not None else ())):
        text.encode()  # raises for half of a surrogate pair
        if "\0" in text:
            raise Broken("a text holds NUL")
    if not all(math.isfinite(value) for value in table.xy.sum(0).tolist()):
        raise Broken("coordinates do not add up")


def fingerprint(found: Examination | InputError) -> object:
    """What has to be equal when the same bytes are read again."""
    if isinstance(found, InputError):
        return found.problems
    table = found.instances
    content = None
    if table is not None:
        columns = [table.start, table.xy, table.ring, table.care, table.shape, table.line, table.confidence]
        columns += [table.codepoints, table.text_offset, table.angle, *table.numbers.values()]
        content = (table.sample_ids, table.entries, [None if c is None else c.tobytes() for c in columns])
    return found.problems, found.total, found.notices, found.entries, content
