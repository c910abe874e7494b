"""One submission -> what the official RRC script would refuse in it, although it is read here.

Rules of ``rrc_evaluation_funcs.py`` (versions 1.0 and 1.1, as vendored in MhLiao/DB @65ca77a and GXYM/DRRG
@fab77c1) with the default parameters of the IoU and end-to-end scripts. Nothing here changes what is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ocr_eval.errors import Findings, Problem
from ocr_eval.formats import sources
from ocr_eval.formats.lines import BOM
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
_SAYS = "official script would refuse: "


def official_refusals(
    source: str | Path,
    protocol: str,
    *,
    format: str = "icdar-quad",  # noqa: A002
    confidence: bool = False,
    samples: Sequence[str] | None = None,
    limits: Limits | None = None,
    max_notes: int = 100,
    stdin: bytes | None = None,
) -> list[Problem]:
    """Notes in file and line order, at most ``max_notes``; empty for protocols of other families and broken archives.

    Codes are W_LAYOUT, and W_ORIENTATION for rings that are not clockwise.
    """
    if protocol not in PROTOCOLS or format not in ("icdar-quad", "icdar-ltrb"):
        return []
    findings = Findings(str(source))
    known = None if samples is None else {sample.rpartition("_")[2] for sample in samples}
    found = sources.open_source(str(source), stdin, findings, limits or Limits(), None)
    if found is None:
        return []
    notes: list[Problem] = []
    for file in found.files:
        data = file.load(findings)
        if data is None or len(notes) >= max_notes:
            break
        name = "" if found.whole else file.name
        if not found.whole:
            notes += _entry_notes(file.name, known, str(source), found.is_folder)
        for code, reason, line in _content_notes(data, format, PROTOCOLS[protocol], confidence):
            notes.append(Problem(code, _SAYS + reason, "", str(source), name, line, None, found.is_folder))
            if len(notes) >= max_notes:
                break
    return notes[:max_notes]


def _entry_notes(name: str, known: set[str] | None, source: str, is_folder: bool) -> list[Problem]:
    match = _ENTRY.match(name)
    if match is None:
        reason = "entry name, expected res_img_N.txt at the top of the archive"
    elif known is not None and match.group(1) not in known:
        reason = f"sample {match.group(1)} not present in the ground truth"
    else:
        return []
    return [Problem("W_LAYOUT", _SAYS + reason, "", source, name, None, None, is_folder)]


def _content_notes(data: bytes, form: str, text: bool, confidence: bool) -> Iterator[tuple[str, str, int]]:
    """(code, reason, line) for a result file."""
    if data.startswith(BOM):
        yield "W_LAYOUT", "byte order mark (version 1.0 of the script calls the file not UTF-8)", 1
        data = data[len(BOM) :]
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        line = line.replace("\r", "")
        reason = _line_reason(line, form, text, confidence) if line else ""
        if reason:
            yield "W_ORIENTATION" if reason.startswith("points") else "W_LAYOUT", reason, number


def _line_reason(line: str, form: str, text: bool, confidence: bool) -> str:
    """Why the script refuses a line, or an empty string."""
    if not line.strip():
        return "line of spaces"
    count = 8 if form == "icdar-quad" else 4
    patterns = [_SIGNED] * 8 if count == 8 else [_SIGNED, _SIGNED, _UNSIGNED, _UNSIGNED]
    fields = line.split(",", count)
    numbers = [field.strip() for field in fields[:count]]
    if len(numbers) < count:
        return f"{len(numbers)} fields, expected {count} numbers"
    for number, pattern in zip(numbers, patterns, strict=True):
        if pattern.fullmatch(number) is None:
            negative = pattern is _UNSIGNED and _SIGNED.fullmatch(number) is not None
            return "negative xmax or ymax" if negative else "number that is no plain integer"
    rest = fields[count] if len(fields) > count else None
    reason = _rest_reason(rest, text, confidence, count == 4)
    if reason or count == 4:
        return reason
    x, y = [int(v) for v in numbers[0::2]], [int(v) for v in numbers[1::2]]
    around = [(0, 1), (1, 2), (2, 3), (3, 0)]
    return "points not clockwise" if sum((x[j] - x[i]) * (y[j] + y[i]) for i, j in around) > 0 else ""


def _rest_reason(rest: str | None, text: bool, confidence: bool, is_rectangle: bool) -> str:
    """What is wrong after the coordinates."""
    if not confidence:
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
    return "" if re.fullmatch(r"[0-1]\.?[0-9]*", value) else "confidence that is no number"
