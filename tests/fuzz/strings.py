"""Bytes of strings and small files that a user writes -> a value, or an error that names the cure.

The first word says which: ``protocol``, ``signature``, ``layout``, ``limit``, ``rows`` (our own exchange lines),
``config`` (ocr-eval.toml), ``csv`` (tables of decisions and folds), ``counted.csv``, ``.tsv``, ``.jsonl`` and ``.json``
(results of earlier scorings), ``card.board``, ``card.dataset``, ``card.protocol`` and ``card.submission``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from ocr_eval.errors import CODES, InputError, quote
from tests.fuzz import readers
from tests.fuzz.watch import Broken, paused


def run(data: bytes) -> None:
    """Raises Broken, or what a parser should not raise."""
    words, body = readers.split(data)
    kind = words[0] if words else "protocol"
    try:
        PARSERS.get(kind, _protocol)(body)
    except InputError as error:
        check(error)


def check(error: InputError) -> None:
    """Known codes of exit 2, 3, 4 or 6, every one a printable line of some length."""
    if not error.problems or error.total < len(error.problems):
        raise Broken(f"{error.total} problems, {len(error.problems)} told")
    for problem in error.problems:
        if problem.code not in CODES or CODES[problem.code].exit not in (2, 3, 4, 6):
            raise Broken(f"code {problem.code}")
        if not problem.reason or not str(problem).isprintable() or len(str(problem)) > 4000:
            raise Broken(f"not one printable line: {str(problem)[:300]!r}")


def _text(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")


def _protocol(body: bytes) -> None:
    from ocr_eval.protocols import protocol

    made = protocol(_text(body))
    if repr(protocol(repr(made))) != repr(made) or protocol(repr(made)) != made:
        raise Broken(f"{made!r} does not parse back")


def _signature(body: bytes) -> None:
    from ocr_eval.record import format_signature, parse_signature

    fields = parse_signature(_text(body))
    if parse_signature(format_signature(fields)) != fields:
        raise Broken(f"fields {fields} do not come back")


def _layout(body: bytes) -> None:
    from ocr_eval.formats import FORMATS, choices_of

    name, chosen = choices_of(_text(body))
    if name not in FORMATS or not all(value in FORMATS[name].choices[key] for key, value in chosen.items()):
        raise Broken(f"layout {quote(name)} with {chosen}")


def _limit(body: bytes) -> None:
    from ocr_eval.limits import Limits

    if min(Limits().with_value(_text(body)).raised().values(), default=1) < 1:
        raise Broken("a limit below 1")


def _rows(body: bytes) -> None:
    from ocr_eval.tables.jsonl import lines, read_lines

    table = read_lines(body)
    readers.check_table(table, readers.Limits(), refused=False)
    written = "".join(f"{line}\n" for line in lines(table)).encode()
    if "".join(f"{line}\n" for line in lines(read_lines(written))).encode() != written:
        raise Broken("lines that do not come back")


def _config(body: bytes) -> None:
    from ocr_eval.cli.config import load
    from ocr_eval.cli.config_keys import COMMAND_KEYS, GLOBAL_KEYS

    for name in ("ocr-eval.toml", "pyproject.toml"):
        found = load(_file(name, body))
        if not set(found) <= {*COMMAND_KEYS, *GLOBAL_KEYS}:
            raise Broken(f"keys {sorted(found)}")


def _csv(body: bytes) -> None:
    from ocr_eval.report.csv_file import read_csv

    for row in read_csv(
        _file("table.csv", body), ["image", "fold"], readers.TIGHT if body[:1] == b"~" else None
    ):
        if row.line < 1 or not {"image", "fold"} <= set(row):
            raise Broken(f"row {row} of line {row.line}")


def _counted(suffix: str) -> Callable[[bytes], None]:
    def read(body: bytes) -> None:
        from ocr_eval.cli.counted import is_counted, read_counted

        path = _file(f"counted.{suffix}", body)
        is_counted(path)
        for table in read_counted(path):
            totals = table.counts.total()
            if not isinstance(totals.samples, int):
                raise Broken("samples are not counted")

    return read


def _card(kind: str) -> Callable[[bytes], None]:
    def read(body: bytes) -> None:
        from ocr_eval.board import card_parser

        made: dict[str, Callable[[bytes], object]] = {
            "board": card_parser.parse_config,
            "dataset": card_parser.parse_dataset,
            "protocol": card_parser.parse_protocol_card,
            "submission": card_parser.parse_submission,
        }
        if made[kind](body) != made[kind](body):
            raise Broken("read twice, two cards")

    return read


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="ocr-eval-fuzz-")


def _file(name: str, body: bytes) -> str:
    """A file with these bytes; the only one there."""
    with paused():
        path = Path(_folder().name, name)
        path.write_bytes(body)
    return str(path)


PARSERS: dict[str, Callable[[bytes], None]] = {
    "protocol": _protocol,
    "signature": _signature,
    "layout": _layout,
    "limit": _limit,
    "rows": _rows,
    "config": _config,
    "csv": _csv,
    **{f"counted.{suffix}": _counted(suffix) for suffix in ("csv", "tsv", "jsonl", "json")},
    **{f"card.{kind}": _card(kind) for kind in ("board", "dataset", "protocol", "submission")},
}
