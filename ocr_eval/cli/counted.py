"""Results counted before (``score --per-sample`` files, saved and boards' records) -> complete count tables."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.errors import Findings, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.counts import Counts

KINDS = (".csv", ".tsv", ".jsonl", ".json")
SAVED, STORED = b"ocr-eval/result/1", b"ocr-eval/record/1"  # Record.save; a board's, with its .tsv beside it
HEAD = ["prediction", "protocol", "sample"]
CURE = "give a file that `ocr-eval score --per-sample` wrote, or a record"


@dataclass(frozen=True, eq=False)
class Counted:
    """One prediction's count table. ``signature`` is known for records only."""

    name: str
    protocol: str
    counts: Counts
    signature: str | None = None


def is_counted(path: str) -> bool:
    """Whether a file is a per-sample file or a record: told by its name and its first bytes, nothing is parsed."""
    suffix = Path(path).suffix.lower()
    if suffix not in KINDS or not Path(path).is_file():
        return False
    with Path(path).open("rb") as stream:
        start = stream.read(4096)
    if suffix == ".csv":
        return start.startswith(b"prediction,protocol,sample,")
    if suffix == ".tsv":
        return start.startswith(b"prediction\tprotocol\tsample\t")
    if suffix == ".jsonl":
        return start.startswith(b'{"prediction": ') and b'"counts": {' in start
    return any(b'"schema": "%s"' % schema in start for schema in (SAVED, STORED))


def read_counted(
    path: str, label: str | None = None, rule: EvaluationProtocol | None = None
) -> list[Counted]:
    """The tables in one file, in order; ``rule`` keeps those of one protocol, ``label`` renames a single one.

    Raises InputError (E_FORMAT) with file and line for anything but complete rows of whole numbers.
    """
    if Path(path).suffix.lower() == ".json":
        found = [_record(path)]
    else:
        found = list(_tables(path))
    if rule is not None:
        found = [table for table in found if table.protocol == repr(rule)]
    if not found:
        wanted = f" under {rule!r}" if rule is not None else ""
        raise usage_error(f"{quote(path)} holds no counts{wanted}", CURE)
    if label is not None:
        if len(found) > 1:
            names = ", ".join(quote(table.name) for table in found[:3])
            raise usage_error(f"{quote(path)} holds {len(found)} predictions ({names}), one label is given")
        found = [Counted(label, found[0].protocol, found[0].counts, found[0].signature)]
    return found


def _record(path: str) -> Counted:
    from ocr_eval.board.stored import StoredResult
    from ocr_eval.protocols import protocol as parse
    from ocr_eval.protocols.parameters import spell_value
    from ocr_eval.record import Record

    try:
        if STORED in Path(path).read_bytes():
            stored = StoredResult(Path(path).with_suffix(".tsv"))
            rule = stored.record["protocol"]
            given = ",".join(f"{name}={spell_value(value)}" for name, value in rule["parameters"].items())
            spelled = repr(parse(f"{rule['id']}({given})" if given else rule["id"]))
            return Counted(stored.record["submission"], spelled, stored.counts, stored.signature)
        record = Record.load(path)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        reason = f"not a complete record ({type(error).__name__})"
        raise usage_error(reason, CURE, "E_FORMAT", source=path) from None
    return Counted(record.prediction, record.protocol, record.counts, record.signature)


def _tables(path: str) -> Iterator[Counted]:
    """Rows of one prediction and protocol stand together; each run of them is a table."""
    import numpy as np

    from ocr_eval.protocols import protocol as parse
    from ocr_eval.tables.counts import Counts

    findings = Findings(path)
    groups: dict[tuple[str, str], dict[str, tuple[dict[str, int], dict[str, float]]]] = {}
    for line, row in _rows(path, findings):
        samples = groups.setdefault((row["prediction"], row["protocol"]), {})
        if row["sample"] in samples:
            findings.error("E_FORMAT", f"sample {quote(row['sample'])} stands here twice", CURE, line=line)
            continue
        samples[row["sample"]] = (row["counts"], row["sums"])
    findings.check()
    for (name, spelled), samples in groups.items():
        rule = parse(spelled)
        ids = tuple(samples)
        for sample, (counts, sums) in samples.items():
            if not (set(rule.COLUMNS) <= set(counts) and set(rule.SUMS) <= set(sums)):
                missing = sorted({*rule.COLUMNS, *rule.SUMS} - {*counts, *sums})
                reason = f"{spelled}: sample {quote(sample)} lacks {', '.join(missing)}"
                raise usage_error(reason, CURE, "E_FORMAT", source=path)
        columns = {c: np.array([samples[s][0][c] for s in ids], np.int64) for c in rule.COLUMNS}
        reals = {c: np.array([samples[s][1][c] for s in ids], np.float64) for c in rule.SUMS}
        yield Counted(name, spelled, Counts.of(ids, columns, reals))


def _rows(path: str, findings: Findings) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, row) of every readable row; the others become problems."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise usage_error(f"{quote(path)} cannot be read: {reason}", CURE) from None
    kind = Path(path).suffix.lower()
    lines = _jsonl(text, findings) if kind == ".jsonl" else _separated(text, kind, findings)
    for line, row in lines:
        texts = all(isinstance(row.get(key), str) for key in HEAD)
        whole = all(_is_whole(value) for value in row.get("counts", {"": None}).values())
        real = all(_is_real(value) for value in row.get("sums", {}).values())
        if texts and whole and real:
            yield line, row
        else:
            findings.error("E_FORMAT", "not a row of counts", CURE, line=line)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _is_real(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def _jsonl(text: str, findings: Findings) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, content in enumerate(text.split("\n"), 1):
        if not content:
            continue
        try:
            row = json.loads(content)
        except (ValueError, RecursionError):
            row = None
        if (
            isinstance(row, dict)
            and isinstance(row.get("counts"), dict)
            and isinstance(row.get("sums"), dict)
        ):
            yield line, row
        else:
            findings.error("E_FORMAT", "not a row of counts", CURE, line=line)


def _separated(text: str, kind: str, findings: Findings) -> Iterator[tuple[int, dict[str, Any]]]:
    """CSV by RFC 4180 with the guard against formulas undone; TSV with ``\\t``, ``\\n`` and ``\\r`` spelled."""
    from ocr_eval.report.escape import unguarded

    if kind == ".csv":
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        numbered: Iterable[tuple[int, list[str]]] = (
            (reader.line_num, [unguarded(c) for c in r]) for r in reader
        )
    else:
        rows = text.split("\n")
        numbered = ((k, [_unescape(c) for c in r.split("\t")]) for k, r in enumerate(rows, 1) if r)
    header: list[str] | None = None
    try:
        for line, cells in numbered:
            if header is None:
                header = cells
            elif len(cells) != len(header):
                reason = f"{len(cells)} cells, the header has {len(header)}"
                findings.error("E_FORMAT", reason, CURE, line=line)
            else:
                yield line, _typed(dict(zip(header, cells, strict=True)))
    except csv.Error as error:
        findings.error("E_FORMAT", f"not CSV: {error}", CURE)


def _typed(cells: dict[str, str]) -> dict[str, Any]:
    """Cells -> names, whole numbers, reals; a cell that is no number stays text and is refused later."""
    row: dict[str, Any] = {key: cells.get(key) for key in HEAD}
    filled = {key: value for key, value in cells.items() if key not in HEAD and value}
    row["counts"] = {k: _number(int, v) for k, v in filled.items() if not k.startswith("sum:")}
    row["sums"] = {k[4:]: _number(float, v) for k, v in filled.items() if k.startswith("sum:")}
    return row


def _number(kind: type[int] | type[float], text: str) -> int | float | str:
    try:
        return kind(text) if text.isascii() and "_" not in text else text
    except ValueError:
        return text


def _unescape(cell: str) -> str:
    return cell.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r")
