"""Faults of one reading -> one fault, when most lines fail and the content looks like another layout."""

from __future__ import annotations

from ocr_eval.errors import Findings
from ocr_eval.formats import sniff
from ocr_eval.formats.reader import Entry, Options

_FEW = 5  # fewer faults than this are always listed one by one


def other_layout(name: str, entries: list[Entry], options: Options, findings: Findings) -> bool:
    """True after replacing many faults by one: most lines fail, and the content looks like another layout.

    Only faults of the layout count (E_FORMAT, E_COORD, E_ENCODING); a file in the named layout with many bad lines
    keeps them all.
    """
    layout = ("E_FORMAT", "E_COORD", "E_ENCODING")
    wrong = [
        p for p in findings.problems if p.code in layout or (p.code == "E_GT" and p.reason.startswith(layout))
    ]
    shown = {entry.name for entry in entries[:8]}
    lines = sum(entry.data.count(b"\n") + 1 for entry in entries[:8] if entry.data)
    failed = sum(p.entry in shown for p in wrong)
    if len(wrong) < _FEW or (
        2 * failed <= min(lines, findings.max_errors) and len(wrong) < findings.max_errors
    ):
        return False
    found = sniff.candidates(entries, options, (False,))
    if not found or name in found or name in sniff.candidates(entries, options, (False,), loosely=True):
        return False
    flag = "--gt-format" if options.role == "gt" else "--pred-format"
    first = wrong[0]
    findings.problems.clear()
    findings.total = 0
    code, reason = first.code, first.reason
    if code == "E_GT":
        code, _, reason = reason.partition(" ")
    hint = f"most lines do not fit {name}, they look like {' or '.join(found)}: use {flag} {found[0]}"
    findings.error("E_FORMAT", reason, hint, entry=first.entry, line=first.line, col=first.col)
    return True
