"""A gt as it lies on disk and decisions -> the same files with some texts changed, and proof that nothing else is.

Only the end of a decided line is rewritten; every other byte stays. The result is read back and compared before it may
be used: a layout in which a text cannot be changed like that is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ocr_eval.audit.checkers import nfc
from ocr_eval.audit.decisions import Decision, Decisions
from ocr_eval.errors import Findings, InputError, Problem, quote, usage_error
from ocr_eval.formats.sources import open_source
from ocr_eval.limits import Limits
from ocr_eval.tables.instances import Instances


@dataclass(frozen=True)
class Change:
    """One line to rewrite: ``after`` None removes it (a spurious label)."""

    decision: Decision
    instance: int
    before: str
    after: str | None


@dataclass(frozen=True)
class Refused:
    """A decision that is not applied."""

    item_id: str
    line: int
    reason: str


@dataclass(frozen=True)
class Plan:
    """What decisions mean for the files: ``kept`` confirm a label or say what the gt says already."""

    changes: tuple[Change, ...]
    refused: tuple[Refused, ...]
    kept: int
    unsure: int


def plan(gt: Instances, decisions: Decisions) -> Plan:
    """Which lines change. Decisions about rings are left to a labelling tool, but a spurious label can go."""
    changes, kept, unsure = [], 0, 0
    refused = [Refused(m.item_id, m.line, m.reason) for m in decisions.misfits]
    for decision in decisions.rows:
        i = decision.instance
        if decision.word == "unsure":
            unsure += 1
        elif decision.word == "reject" or decision.done:
            kept += 1
        elif i is None:
            reason = "a missing label has to be drawn, its ring stands in suspects.csv"
            refused.append(Refused(decision.item_id, decision.line, reason))
        elif decision.kind == "spurious" and decision.word == "accept":
            changes.append(Change(decision, i, gt.texts[i], None))
        elif decision.kind == "text" or decision.word == "edit":
            after = decision.outcome or ""
            if after == gt.texts[i] or nfc([after]) == nfc([gt.texts[i]]):
                kept += 1
            else:
                changes.append(Change(decision, i, gt.texts[i], after))
        else:
            reason = f"a {decision.kind} ring has to be redrawn, or its text given with edit"
            refused.append(Refused(decision.item_id, decision.line, reason))
    refused.sort(key=lambda each: each.line)
    return Plan(tuple(changes), tuple(refused), kept, unsure)


def source_files(path: str, limits: Limits) -> tuple[dict[str, bytes], bool, bool]:
    """(entry name -> bytes, it is a single file, it is a folder) of a gt that could be read."""
    findings = Findings(path, "gt")
    found = open_source(path, None, findings, limits, None)
    loaded = {} if found is None else {f.name: f.load(findings) for f in found.files if f.name[-1:] != "/"}
    findings.check()
    assert found is not None
    return {name: data for name, data in loaded.items() if data is not None}, found.whole, found.is_folder


def rewritten(
    files: Mapping[str, bytes], gt: Instances, changes: Sequence[Change], *, whole: bool
) -> dict[str, bytes]:
    """The files with every change made. Raises InputError (E_USAGE) for lines that do not end with their text."""
    result = dict(files)
    of_entry: dict[str, list[Change]] = {}
    for change in changes:
        name = gt.entries[int(gt.sample_of[change.instance])]
        of_entry.setdefault(next(iter(files)) if whole else name, []).append(change)
    problems = []
    for name, own in of_entry.items():
        lines = result[name].split(b"\n")
        gone = set()
        for change in own:
            at = int(gt.line[change.instance]) - 1
            line = _line(lines[at], change) if at < len(lines) else None
            if line is None:
                reason = (
                    f"the line does not end with the text {quote(change.before)}, so it cannot be rewritten"
                )
                hint = f"layout {gt.format} keeps texts elsewhere: ocr-eval convert GT NEW.zip --to polygon first"
                entry = "" if whole else name
                problems.append(
                    Problem("E_USAGE", reason, hint, gt.source, entry, at + 1, is_folder=gt.is_folder)
                )
                continue
            lines[at] = line
            if change.after is None:
                gone.add(at)
        result[name] = b"\n".join(line for k, line in enumerate(lines) if k not in gone)
    if problems:
        raise InputError(problems[:100], total=len(problems))
    return result


def _line(line: bytes, change: Change) -> bytes | None:
    """The line with its text replaced, quoted as it was; None where it does not end with it."""
    end = b"\r" if line.endswith(b"\r") else b""
    body = line.removesuffix(end)
    if change.after is None:
        return line
    for spell in (_plain, _quoted):
        before, after = spell(change.before), spell(change.after)
        if body.endswith(before):
            return body[: len(body) - len(before)] + after + end
    return None


def _plain(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _quoted(text: str) -> bytes:
    return ('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"').encode("utf-8", "surrogatepass")


def check_result(gt: Instances, new: Instances, changes: Sequence[Change]) -> None:
    """Raises InputError (E_USAGE) unless ``new`` is ``gt`` with exactly these changes."""
    removed = {change.instance for change in changes if change.after is None}
    texts = list(gt.texts)
    for change in changes:
        if change.after is not None:
            texts[change.instance] = change.after
    keep = np.array([i not in removed for i in range(len(gt))], np.bool_)
    want = gt.where(keep)
    touched = np.zeros(len(gt), np.bool_)
    touched[[change.instance for change in changes]] = True
    same = (
        new.sample_ids == want.sample_ids
        and np.array_equal(new.start, want.start)
        and np.array_equal(new.ring, want.ring)
        and np.array_equal(new.xy, want.xy)
        # A text that is a don't-care marker makes a don't care: only decided instances may.
        and np.array_equal(new.care[~touched[keep]], want.care[~touched[keep]])
    )
    kept = [text for text, flag in zip(texts, keep.tolist(), strict=True) if flag]
    wrong = [i for i, (a, b) in enumerate(zip(kept, new.texts, strict=False)) if a != b] if same else []
    if wrong:
        text = kept[wrong[0]]
        reason = f"the text {quote(text)} would be read back as {quote(new.texts[wrong[0]])}"
        hint = "choose a text that this layout can hold, or convert the ground truth first"
        raise InputError([Problem("E_USAGE", reason, hint, gt.source)])
    if not same:
        raise usage_error(
            "the corrected files would be read as other instances",
            "texts with line ends do not fit this layout",
            source=gt.source,
        )
