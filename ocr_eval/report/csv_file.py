"""A CSV file from a person -> its rows by column name, every fault with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from ocr_eval.errors import InputError, Problem, quote
from ocr_eval.limits import Limits
from ocr_eval.report.escape import unguarded


class Row(dict[str, str]):
    """One row, cells as written; ``line`` is where it begins in the file, from 1."""

    line: int = 0

    def text(self, column: str) -> str:
        """The cell without the apostrophe that keeps spreadsheets from taking a text for a formula."""
        return unguarded(self.get(column, ""))


def read_csv(
    path: str | Path, columns: Sequence[str], limits: Limits | None = None, *, code: str = "E_USAGE"
) -> list[Row]:
    """The rows of a UTF-8 file with a header that holds ``columns``; blank lines are skipped.

    Raises InputError (``code``, E_LIMIT) with the line; rows of another length are all named.
    """
    limits = limits or Limits()
    source = str(path)
    faults: list[Problem] = []

    def fault(reason: str, hint: str, line: int | None = None, code: str = code) -> InputError:
        return InputError([*faults, Problem(code, reason, hint, source, line=line)])

    try:
        with open(path, "rb") as file:
            data = file.read(limits.total_bytes + 1)
    except (OSError, ValueError) as error:
        raise fault(
            f"cannot be read: {getattr(error, 'strerror', None) or error}", "check the path"
        ) from None
    if len(data) > limits.total_bytes:
        reason = f"file of more than {limits.total_bytes} bytes"
        raise fault(reason, "split it", code="E_LIMIT")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise fault(f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8", line) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise fault("NUL character", "save the file as plain text", line)
    old = csv.field_size_limit(limits.page_characters)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        end = 0
        header: list[str] | None = None
        rows = []
        for cells in reader:
            line, end = end + 1, reader.line_num
            if not any(cells):
                continue
            if header is None:
                header = _header(cells, columns, fault, line)
                continue
            if len(cells) != len(header):
                reason = f"{len(cells)} cells, expected {len(header)}"
                faults.append(Problem(code, reason, "quote cells that hold commas", source, line=line))
                continue
            row = Row(zip(header, cells, strict=True))
            row.line = line
            rows.append(row)
    except csv.Error as error:
        raise fault(f"not CSV: {error}", "quote cells that hold commas or quotes", end + 1) from None
    finally:
        csv.field_size_limit(old)
    if header is None:
        raise fault("no header", f"the first line must be {','.join(columns)}", 1)
    if faults:
        raise InputError(faults)
    return rows


def _header(
    cells: list[str], columns: Sequence[str], fault: Callable[..., InputError], line: int
) -> list[str]:
    names = [cell.strip() for cell in cells]
    missing = [column for column in columns if column not in names]
    if missing:
        reason = f"no column {', '.join(missing)} in {quote(','.join(names))}"
        raise fault(reason, f"the first line must hold {','.join(columns)}", line)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise fault(f"two columns {quote(twice[0])}", "keep one of them", line)
    return names
