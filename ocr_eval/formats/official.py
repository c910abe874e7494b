"""One submission -> what the official RRC script would refuse in it, although it is read here.

Rules of ``rrc_evaluation_funcs.py`` (versions 1.0 and 1.1, as vendored in MhLiao/DB @65ca77a and GXYM/DRRG
@fab77c1) with the default parameters of the IoU and end-to-end scripts. Nothing here changes what is read.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ocr_eval.errors import Findings, Problem, escape, quote
from ocr_eval.formats import sources
from ocr_eval.formats.files import File
from ocr_eval.formats.lines import BOM
from ocr_eval.formats.numbers import resembles_number
from ocr_eval.limits import Limits

PROTOCOLS = {
    "rrc-iou": False,
    "rrc-e2e": True,
    "rrc-word-spotting": True,
}  # id -> lines end with a transcription
_ENTRY = re.compile(
    r"res_img_([0-9]+).txt"
)  # as the script has it: a prefix match, and the dot is any character
_SIGNED, _UNSIGNED = re.compile(r"-?[0-9]+"), re.compile(r"[0-9]+")
_CONFIDENCE = re.compile(r"[0-1].?[0-9]*", re.DOTALL)
_GT_ENTRY = re.compile(r"gt_img_([0-9]+).txt")
_SAYS = "official script would refuse: "
_CURE = "change it as the message says, or leave --strict-official away"
_FEW = 48  # files, and lines of each, that tell which layout it is
_DIGITS = 4_000  # Python turns 4 300 digits into a number at most
_NO_FLOAT = "confidence that is no number"
_NOT_CLOCKWISE = (  # the script's own words
    "Points are not clockwise. The coordinates of bounding quadrilaterals have to be given in clockwise order. "
    "Regarding the correct interpretation of 'clockwise' remember that the image coordinate system used is the "
    "standard one, with the image origin at the upper left, the X axis extending to the right and Y axis extending "
    "downwards."
)
RECTANGLES = {"icdar-quad": False, "icdar-ltrb": True}  # layouts the script reads


def official_refusals(
    source: str | Path,
    protocol: str,
    *,
    format: str | None = "icdar-quad",  # noqa: A002
    confidence: bool = False,
    samples: Sequence[str] | None = None,
    limits: Limits | None = None,
    max_notes: int = 100,
    stdin: bytes | None = None,
    strict: bool = False,
    role: str = "prediction",
) -> list[Problem]:
    """Notes in file and line order, at most ``max_notes``; empty for protocols of other families and broken archives.

    ``format`` None means whichever of the two layouts the first lines have.
    Codes are W_LAYOUT, and W_ORIENTATION for rings that are not clockwise. With ``strict`` they are errors that quote
    the script's own message, whatever the layout; with the role ``"gt"`` it is the ground truth that is looked at.
    """
    if protocol not in PROTOCOLS or (not strict and format not in (None, *RECTANGLES)):
        return []
    findings = Findings(str(source))
    known = None if samples is None else {sample.rpartition("_")[2] for sample in samples}
    found = sources.open_source(str(source), stdin, findings, limits or Limits(), None)
    if found is None:
        return []
    if strict and found.whole:
        unread = Refusal("W_LAYOUT", "no zip", None, "Error loading the ZIP archive.")
        return [_problem(unread, str(source), "", False, strict, role)] if role != "gt" else []
    notes: list[Problem] = []
    rectangles = _has_rectangles(found.files, findings) if format is None else RECTANGLES.get(format, False)
    rules = Rules(rectangles, PROTOCOLS[protocol] or role == "gt", confidence and role != "gt")
    for file in found.files:
        data = file.load(findings)
        if data is None or len(notes) >= max_notes:
            break
        name = "" if found.whole else file.name
        match = (_GT_ENTRY if role == "gt" else _ENTRY).match(file.name)
        if role == "gt" and match is None:
            continue  # the script takes what it knows of a ground truth, and leaves the rest
        why = [] if found.whole or role == "gt" else _entry_refusals(file.name, match, known)
        for one in itertools.chain(why, _content_refusals(data, match.group(1) if match else name, rules)):
            notes.append(_problem(one, str(source), name, found.is_folder, strict, role))
            if len(notes) >= max_notes:
                break
    return notes[:max_notes]


def _has_rectangles(files: Sequence[File], findings: Findings) -> bool:
    """True when fewer than half of the lines of the first files begin with eight numbers, and some with four."""
    fours = eights = 0
    for file in files[:_FEW]:
        for line in (file.load(findings) or b"").decode("utf-8", "replace").split("\n", _FEW)[:_FEW]:
            fields = [field.strip() for field in line.split(",", 8)[:8]]
            run = next((k for k, field in enumerate(fields) if not resembles_number(field)), len(fields))
            fours, eights = fours + (4 <= run < 8), eights + (run == 8)
    return fours > eights


class Refusal(NamedTuple):
    """One thing the script refuses: the code and words of our note, the line, and the message of the script."""

    code: str
    reason: str
    line: int | None
    message: str


class Rules(NamedTuple):
    """How the script is told to read lines."""

    is_rectangle: bool
    text: bool
    confidence: bool

    @property
    def form(self) -> str:
        """The line as the script describes it."""
        head = "xmin,ymin,xmax,ymax" if self.is_rectangle else "x1,y1,x2,y2,x3,y3,x4,y4"
        return head + ",confidence" * self.confidence + ",transcription" * self.text


def _problem(why: Refusal, source: str, entry: str, is_folder: bool, strict: bool, role: str) -> Problem:
    if not strict:
        return Problem(why.code, _SAYS + why.reason, "", source, entry, why.line, None, is_folder)
    reason = f"official script refuses: {why.message}"
    code, hint = ("E_GT", "score without --strict-official") if role == "gt" else ("E_FORMAT", _CURE)
    return Problem(code, reason, hint, source, entry, why.line, None, is_folder)


def _entry_refusals(name: str, match: re.Match[str] | None, known: set[str] | None) -> list[Refusal]:
    if match is None:
        reason = "entry name, expected res_img_N.txt at the top of the archive"
        message = f"ZIP entry not valid: {escape(name)}"
    elif known is not None and match.group(1) not in known:
        reason = f"sample {match.group(1)} not present in the ground truth"
        message = f"The sample {match.group(1)} not present in GT"
    else:
        return []
    return [Refusal("W_LAYOUT", reason, None, message)]


def _content_refusals(data: bytes, sample: str, rules: Rules) -> Iterator[Refusal]:
    """What is refused inside a result file."""
    if data.startswith(BOM):
        reason = "byte order mark (version 1.0 of the script calls the file not UTF-8)"
        yield Refusal("W_LAYOUT", reason, 1, f"The file {escape(sample)} is not UTF-8")
        data = data[len(BOM) :]
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        line = line.replace("\r", "")
        reason, error = _line_reason(line, rules) if line else ("", "")
        if reason:
            code = "W_ORIENTATION" if reason.startswith("points") else "W_LAYOUT"
            shown = quote(line)[1:-1]
            said = f"Line in sample not valid. Sample: {escape(sample)} Line: {shown} Error: {error}"
            yield Refusal(code, reason, number, said)


def _line_reason(line: str, rules: Rules) -> tuple[str, str]:
    """Why the script refuses a line, in our words and in its own; empty strings when it does not."""
    form = f"Format incorrect. Should be: {rules.form}"
    if not line.strip():
        return "line of spaces", form
    count = 4 if rules.is_rectangle else 8
    patterns = [_SIGNED] * 8 if count == 8 else [_SIGNED, _SIGNED, _UNSIGNED, _UNSIGNED]
    fields = line.split(",", count)
    numbers = [field.strip() for field in fields[:count]]
    if len(numbers) < count:
        return f"{len(numbers)} fields, expected {count} numbers", form
    for number, pattern in zip(numbers, patterns, strict=True):
        if pattern.fullmatch(number) is None:
            negative = pattern is _UNSIGNED and _SIGNED.fullmatch(number) is not None
            return "negative xmax or ymax" if negative else "number that is no plain integer", form
    reason = _rest_reason(fields[count] if len(fields) > count else None, rules)
    order, said = _order_reason(numbers)
    if reason and reason != _NO_FLOAT:
        return reason, form
    if order:
        return order, said
    return (reason, "Confidence value must be a float") if reason else ("", "")


def _order_reason(numbers: list[str]) -> tuple[str, str]:
    """What is wrong with the place of the corners."""
    if max(map(len, numbers)) > _DIGITS:
        return "", ""  # no coordinate, for our own reader either
    x, y = [int(v) for v in numbers[0::2]], [int(v) for v in numbers[1::2]]
    if len(x) == 2:
        if x[1] < x[0]:
            return "xmax less than xmin", f"Xmax value ({x[1]}) not valid (Xmax < Xmin)."
        return (
            ("ymax less than ymin", f"Ymax value ({y[1]})  not valid (Ymax < Ymin).")
            if y[1] < y[0]
            else ("", "")
        )
    around = [(0, 1), (1, 2), (2, 3), (3, 0)]
    turned = sum((x[j] - x[i]) * (y[j] + y[i]) for i, j in around) > 0
    return ("points not clockwise", _NOT_CLOCKWISE) if turned else ("", "")


def _rest_reason(rest: str | None, rules: Rules) -> str:
    """What is wrong after the coordinates."""
    text, is_rectangle = rules.text, rules.is_rectangle
    if not rules.confidence:
        if text:
            return "" if rest is not None else "no transcription field"
        bare_comma = is_rectangle and rest is not None and not rest.strip()
        return "" if rest is None or bare_comma else "field after the coordinates"
    if rest is None:
        return "no confidence"
    value = rest
    if text:
        head = rest.lstrip()
        match = _CONFIDENCE.match(head)
        end = match.end() if match else 0
        value, comma, _ = rest.partition(",")
        if match and head[end:].lstrip()[:1] == ",":
            value, comma = match.group(), ","
        if not comma:
            return "no transcription field"
    value = value.strip()
    if _CONFIDENCE.fullmatch(value) is None:
        return "confidence that is no plain decimal from 0 to 1"
    return "" if re.fullmatch(r"[0-1]\.?[0-9]*", value) else _NO_FLOAT
