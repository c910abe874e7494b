"""Polygon text files ``x1,y1,…,xn,yn[,confidence][,transcription]`` -> instances of any number of vertices.

The coordinates are the longest even run of integers at the front. In a file with transcriptions a line needs at
least one field for it, so in a line of numbers only the last one or two are the text. A file has transcriptions
when the caller says so or when one of its first lines has words after the numbers. An odd run of integers before
words is refused. In a ground truth a line of one or two points before ``###`` is a don't care without area.
``order=yx`` takes pairs of y and x, as the official script of Total-Text does.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.formats import numbers
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.heads import Heads
from ocr_eval.formats.layouts import Line, LineLayout, Picked, ambiguous
from ocr_eval.formats.numbers import LineFault
from ocr_eval.formats.reader import DONT_CARE, Options
from ocr_eval.formats.scan import Scan


def _has_text(scanned: Scan | Heads, options: Options) -> bool:
    """True when the caller wants texts, or a line has a word after its numbers (and its confidence)."""
    if options.text:
        return True
    run = scanned.run
    # After an even run the next field is the confidence.
    more = run % 2 == 0 if options.confidence else np.zeros(len(run), np.bool_)
    lines = np.flatnonzero((run + more < scanned.fields) & (run >= 6)).tolist()
    return any(not numbers.resembles_number(scanned.word(k, int(more[k]))) for k in lines)


def _pick(scanned: Scan | Heads, options: Options, has_text: bool) -> Picked:
    run, fields = scanned.run, scanned.fields
    if options.confidence:  # whether an integer is a coordinate or the confidence 1: one line at a time
        return np.zeros(len(run), np.bool_), run
    if not has_text:
        return (run == fields) & (run % 2 == 0) & (run >= 6), run
    only_numbers = run == fields
    count = np.where(only_numbers, run - 2 + run % 2, run)
    # The field after the run may still be an integer for the careful parser ("12 ", "00000012").
    doubtful = ~only_numbers & np.isin(scanned.letters(), [ord(c) for c in "0123456789- \t"])
    return (count % 2 == 0) & (count >= 6) & ~doubtful, count


def _slow(line: str, options: Options, has_text: bool) -> Line:
    fields = line.split(",")
    run = next((k for k, field in enumerate(fields) if not numbers.is_integer(field)), len(fields))
    count = _count(fields, run, options, has_text)
    if count > 2 * options.limits.vertices:
        reason = f"ring of {count // 2} vertices, at most {options.limits.vertices}"
        raise LineFault("E_LIMIT", reason, "--limit vertices=N raises the limit when the file is honest", 1)
    if options.role == "gt" and run in (2, 4) and fields[run:] == [DONT_CARE]:
        return numbers.coordinates(fields[:run], options.limits), 1.0, DONT_CARE
    more = ["confidence"] * options.confidence + ["transcription"] * has_text
    form = ",".join(["x1,y1,…,xn,yn", *more])
    if len(fields) < 6 + len(more):
        raise numbers.too_few_fields(fields, 6, more, form)
    if run < 6 or not (has_text or run == count):
        numbers.coordinates(fields[:count] if count > 6 else fields[:6], options.limits)
    if count % 2 or count < 6 or count + len(more) > len(fields):
        reason = f"{count} coordinates and {len(fields) - count} more fields, expected {form}"
        raise LineFault("E_FORMAT", reason, "a ring has an even number of coordinates, from 6 on", 1)
    ring = numbers.coordinates(fields[:count], options.limits)
    begin = sum(map(len, fields[:count])) + count
    confidence = 1.0
    if options.confidence:
        confidence = numbers.confidence(fields[count], options.limits, begin + 1)
        begin += len(fields[count]) + 1
    return ring, confidence, line[begin:] if has_text else None


def _count(fields: list[str], run: int, options: Options, has_text: bool) -> int:
    """How many fields at the front are coordinates, before it is checked that this is even and enough."""
    if not has_text:
        return len(fields) - options.confidence
    if not options.confidence:
        return run - 2 + run % 2 if run == len(fields) else run
    if run == len(fields):  # the last ones are the confidence and a text of one or two numbers
        return run - 2 - run % 2
    if run % 2 == 0 and run == len(fields) - 1 and not numbers.resembles_number(fields[run]):
        return run - 2  # confidence 0 or 1, then a text that begins with a number
    return run - run % 2


def looks(glimpse: Glimpse) -> bool:
    run, _ = glimpse.runs(",")
    if not len(run) or glimpse.share(lambda line: ",####" in line) >= 0.5 or (run >= 6).mean() < 0.5:
        return False
    return glimpse.longer_rings(0.02) and not glimpse.offsets()


POLYGON = LineLayout(
    id="polygon",
    looks=looks,
    pick=_pick,
    slow=_slow,
    style=_has_text,
    remark=ambiguous,
    lead=0,
)
