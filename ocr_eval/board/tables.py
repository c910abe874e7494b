"""Count tables of the store: ``Counts`` <-> canonical TSV, read fast and strictly, every fault with its line."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ocr_eval.errors import InputError, Problem, quote

if TYPE_CHECKING:
    from ocr_eval.tables.counts import Counts

SCHEMA = "#schema ocr-eval/counts/1"
_INTEGER = r"(?:0|-?[1-9][0-9]{0,17})"
_REAL = r"-?[0-9][0-9.e+-]*"
_ID = r"(?:[^\t\n\r\\]|\\[tnr\\])+"
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_UNESCAPES = {spelled: character for character, spelled in _ESCAPES.items()}


class CountTable(NamedTuple):
    """What one file holds."""

    signature: str
    counts: Counts


def write_counts(counts: Counts, signature: str) -> bytes:
    """The canonical bytes: rows in ascending UTF-8 order of the id, sums as the shortest decimals that read back."""
    assert counts.sums is not None
    order = sorted(range(len(counts.sample_ids)), key=lambda s: counts.sample_ids[s].encode())
    head = ["sample", *counts.columns, *(f"sum:{name}" for name in counts.sum_columns)]
    rows, sums = counts.rows.tolist(), counts.sums.tolist()
    lines = [SCHEMA, f"#signature {signature}", "\t".join(head)]
    lines += [
        "\t".join([escape_id(counts.sample_ids[s]), *map(str, rows[s]), *map(spell, sums[s])]) for s in order
    ]
    return ("\n".join(lines) + "\n").encode()


def read_counts(data: bytes, source: str = "") -> CountTable:
    """The table of ``write_counts``' bytes. Raises InputError (E_FORMAT) with file and line for anything else."""
    import numpy as np

    from ocr_eval.tables.counts import Counts

    text, columns, sums = _head(data, source)
    body = text.split("\n", 3)
    signature = body[1].removeprefix("#signature ")
    pattern = r"\t".join([_ID, *[_INTEGER] * len(columns), *[_REAL] * len(sums)]) + "\n"
    if not re.fullmatch(f"(?:{pattern})*", body[3]):
        raise _fault(body[3], re.compile(pattern), len(columns) + len(sums), source)
    rows = [line.partition("\t") for line in body[3].split("\n")[:-1]]
    keys = [unescape_id(first) for first, _, _ in rows]
    _check_order(keys, source)
    width = len(columns) + len(sums)
    if not sums:
        joined = "\t".join(rest for _, _, rest in rows)
        table = np.fromstring(joined, dtype=np.int64, sep="\t") if rows and columns else np.zeros(0, np.int64)
        return CountTable(signature, Counts(tuple(keys), columns, table.reshape(len(rows), width)))
    cells = [rest.split("\t") for _, _, rest in rows]
    reals = [list(map(float, row[len(columns) :])) for row in cells]
    for number, row in enumerate(reals):
        if [spell(value) for value in row] != cells[number][len(columns) :]:
            raise _bad(
                f"row of {quote(keys[number])}: a sum is not written in its shortest form", source, number + 4
            )
    whole = np.array([list(map(int, row[: len(columns)])) for row in cells], np.int64)
    made = Counts(
        tuple(keys),
        columns,
        whole.reshape(len(rows), len(columns)),
        sums,
        np.array(reals, np.float64).reshape(len(rows), len(sums)),
    )
    return CountTable(signature, made)


def _head(data: bytes, source: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """(text, integer columns, names of sums) of a table; raises InputError for a bad head."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _bad(
            f"byte at offset {error.start} is not UTF-8", source, data[: error.start].count(b"\n") + 1
        ) from None
    lines = text.split("\n", 3)
    if lines[0] != SCHEMA:
        raise _bad(f"line is {quote(lines[0])}, expected {SCHEMA}", source, 1)
    if len(lines) < 4 or not lines[1].startswith("#signature ocr-eval:"):
        raise _bad("expected #signature ocr-eval:…", source, 2)
    head = lines[2].split("\t")
    sums = tuple(name.removeprefix("sum:") for name in head if name.startswith("sum:"))
    columns = tuple(head[1 : len(head) - len(sums)])
    names = [*columns, *sums]
    if (
        head[0] != "sample"
        or len(set(head)) != len(head)
        or any(n.startswith("sum:") for n in columns)
        or "" in names
    ):
        raise _bad("expected the header sample, columns, then sum: columns, each once", source, 3)
    return text, columns, sums


def _fault(body: str, pattern: re.Pattern[str], columns: int, source: str) -> InputError:
    """The first line that is not a row, in words."""
    lines = body.split("\n")
    for number, line in enumerate(lines[:-1], 4):
        if pattern.fullmatch(line + "\n"):
            continue
        cells = line.split("\t")
        if len(cells) != columns + 1:
            return _bad(f"{len(cells)} cells, expected {columns + 1}", source, number)
        bad = next((c for c in cells[1:] if not re.fullmatch(_INTEGER, c)), cells[0])
        return _bad(f"{quote(bad)} is not written canonically", source, number)
    return _bad("the last line has no line end", source, len(lines) + 3)


def _check_order(keys: list[str], source: str) -> None:
    encoded = [key.encode() for key in keys]
    for k in range(1, len(encoded)):
        if encoded[k - 1] >= encoded[k]:
            raise _bad(f"sample {quote(keys[k])} is out of order or stands there twice", source, k + 4)


def _bad(reason: str, source: str, line: int) -> InputError:
    hint = "restore the file, or remove rows and record and run `ocr-eval board rescore`"
    return InputError([Problem("E_FORMAT", reason, hint, source, line=line)])


def spell(value: Any) -> str:
    """The shortest decimal that reads back to the same float64; no sign for zero. Raises ValueError for inf and nan."""
    if not math.isfinite(value):
        raise ValueError(f"{value!r} has no place in a count table")
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(float(value))


def escape_id(text: str) -> str:
    """TAB, LF, CR and backslash as two characters."""
    return re.sub(r"[\\\t\n\r]", lambda found: _ESCAPES[found[0]], text)


def unescape_id(text: str) -> str:
    """What ``escape_id`` was given."""
    return re.sub(r"\\.", lambda found: _UNESCAPES[found[0]], text) if "\\" in text else text
