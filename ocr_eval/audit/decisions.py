"""``decisions.csv`` <-> what people decided about labels; decisions that no longer fit are named, never applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_eval.audit.checkers import nfc
from ocr_eval.audit.items import item_digest, split_id
from ocr_eval.errors import InputError, Problem, close_matches, quote
from ocr_eval.record import format_signature, parse_signature
from ocr_eval.report.csv_file import Row, read_csv
from ocr_eval.report.escape import csv_cell
from ocr_eval.tables.instances import Instances

COLUMNS = ("item_id", "label", "suggestion", "decision", "text", "reviewer", "timestamp", "signature")
WORDS = ("accept", "reject", "edit", "unsure")
PRIORS = {"reject": 0.001, "accept": 0.005, "edit": 0.005}  # P(label wrong) once a person has decided


@dataclass(frozen=True)
class Decision:
    """One decided row. ``outcome`` is the label that results, None for unsure or where no text follows."""

    item_id: str
    line: int
    word: str
    label: str
    outcome: str | None
    reviewer: str
    timestamp: str
    signature: dict[str, str]
    instance: int | None  # of the gt; None for a place without label
    done: bool = False  # the gt has the outcome already

    @property
    def kind(self) -> str:
        return self.signature.get("kind", "text")

    @property
    def verdict(self) -> bool | None:
        """True: the label was wrong; False: it was right; None: not known."""
        return None if self.word == "unsure" else self.word != "reject"


@dataclass(frozen=True)
class Misfit:
    """A row that is not about this gt, or no longer."""

    item_id: str
    line: int
    reason: str


@dataclass(frozen=True)
class Decisions:
    """The decided rows of a file, in its order, and those that do not fit. ``open`` rows have no decision yet."""

    source: str
    rows: tuple[Decision, ...]
    misfits: tuple[Misfit, ...]
    open: int

    def by_instance(self) -> dict[int, Decision]:
        """Instance of the gt -> its decision about the text."""
        return {d.instance: d for d in self.rows if d.instance is not None and d.kind == "text"}


def signature_of(
    gt: Instances, instance: int, kind: str = "text", sampled: Mapping[str, str] | None = None
) -> str:
    """What a decision carries to be recognised: kind and digest of the item, and how it was drawn, if it was."""
    sample = gt.sample_ids[int(gt.sample_of[instance])]
    label = gt.texts[instance] if gt.texts else ""
    digest = item_digest(sample, gt.points(instance), label)
    return format_signature({"kind": kind, "item": digest, **(sampled or {})})


def template(rows: Iterable[tuple[str, str, str | None, str]]) -> str:
    """The CSV for reviewers from (item id, label, suggestion, signature); decision, text, reviewer, timestamp empty."""
    lines = [",".join(COLUMNS)]
    for name, label, suggestion, signature in rows:
        cells = (name, label, suggestion or "", "", "", "", "", signature)
        lines.append(",".join(map(csv_cell, cells)))
    return "\n".join(lines) + "\n"


def read_decisions(path: str | Path, gt: Instances) -> Decisions:
    """The file against a gt.

    Raises InputError: E_USAGE for a row that is no decision or an item decided twice in different ways, E_DATASET when
    no decided row fits (the file is about another gt).
    """
    source = str(path)
    rows: list[Decision] = []
    misfits: list[Misfit] = []
    problems: list[Problem] = []
    seen: dict[str, Decision | Misfit] = {}
    undecided = 0
    positions = {sample: s for s, sample in enumerate(gt.sample_ids)}
    for row in read_csv(path, ("item_id", "label", "suggestion", "decision")):
        word = row["decision"].strip().lower()
        if not word:
            undecided += 1
            continue
        fault = _fault(row, word)
        if fault:
            problems.append(Problem("E_USAGE", *fault, source, line=row.line))
            continue
        found = _fit(row, word, gt, positions)
        earlier = seen.setdefault(row.text("item_id"), found)
        if earlier is not found:
            if isinstance(earlier, Decision) and isinstance(found, Decision):
                if (earlier.word, earlier.outcome) == (found.word, found.outcome):
                    continue
                reason = f"item {quote(found.item_id)} is decided otherwise in line {earlier.line}"
                problems.append(Problem("E_USAGE", reason, "keep one of the rows", source, line=row.line))
            continue
        (rows if isinstance(found, Decision) else misfits).append(found)  # type: ignore[arg-type]
    if problems:
        raise InputError(problems[:100], total=len(problems))
    if misfits and not rows:
        reason = f"none of its {len(misfits)} decisions fits the ground truth: {misfits[0].reason}"
        hint = "give the ground truth that the audit was about"
        raise InputError([Problem("E_DATASET", reason, hint, source, line=misfits[0].line)])
    return Decisions(source, tuple(rows), tuple(misfits), undecided)


def _fault(row: Row, word: str) -> tuple[str, str] | None:
    """What makes a row no decision, and the cure."""
    if word not in WORDS:
        near = close_matches(word, WORDS, n=1)
        return (
            f"decision {quote(row['decision'])} is not known",
            f"write {near[0] if near else ', '.join(WORDS)}",
        )
    if word == "edit" and not row.get("text"):
        return "edit without a text", "put the right text into the column text"
    if word == "accept" and not row["suggestion"] and _kind(row) == "text":
        return "accept without a suggestion", "write edit and the right text"
    return None


def _kind(row: Row) -> str:
    return _signature(row).get("kind", "text")


def _signature(row: Row) -> dict[str, str]:
    text = row.get("signature", "")
    try:
        return parse_signature(text) if text else {}
    except (InputError, UnicodeDecodeError):
        return {"item": ""}  # fits nothing


def _fit(row: Row, word: str, gt: Instances, positions: Mapping[str, int]) -> Decision | Misfit:
    """The decision with its instance, or why it is about something else."""
    name, signature = row.text("item_id"), _signature(row)
    outcome = {"accept": row.text("suggestion"), "edit": row.text("text"), "reject": row.text("label")}.get(
        word
    )

    def decision(instance: int | None, label: str, done: bool = False) -> Decision:
        about = (row.get("reviewer", ""), row.get("timestamp", ""))
        return Decision(name, row.line, word, label, outcome, *about, signature, instance, done)

    if signature.get("kind") == "overlooked":
        return decision(None, "")
    place = split_id(name)
    if place is None or place[0] not in positions:
        return Misfit(name, row.line, f"no sample has item {quote(name)}")
    sample = positions[place[0]]
    instance = int(gt.start[sample]) + place[1]
    if place[1] >= len(gt.span(sample)):
        count = len(gt.span(sample))
        return Misfit(name, row.line, f"sample {quote(place[0])} has {count} instances, no number {place[1]}")
    label = gt.texts[instance] if gt.texts else ""
    spelled = (row["label"], row.text("label"))
    now, before = nfc([label])[0], nfc(spelled)
    if now not in before:
        if outcome is None or nfc([outcome])[0] != now or word == "reject":
            return Misfit(name, row.line, f"its label {quote(spelled[1])} is {quote(label)} now")
        if not _signed(signature, gt, instance, spelled):
            return Misfit(name, row.line, "its signature is of another item")
        return decision(instance, spelled[1], done=True)
    if not _signed(signature, gt, instance, (label, *spelled)):
        return Misfit(name, row.line, "its signature is of another item")
    return decision(instance, label)


def _signed(signature: Mapping[str, str], gt: Instances, instance: int, labels: Sequence[str]) -> bool:
    """Whether the digest is that of the instance's ring under one of the labels. Without a signature: it fits."""
    if "item" not in signature:
        return True
    sample, ring = gt.sample_ids[int(gt.sample_of[instance])], gt.points(instance)
    return any(item_digest(sample, ring, label) == signature["item"] for label in labels)
