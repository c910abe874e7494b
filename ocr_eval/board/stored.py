"""Pieces of a board's folder as values: events, submissions, samples, results, JSON lines; the big ones are lazy."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.board.cards import SubmissionCard
from ocr_eval.errors import InputError, Problem, usage_error

if TYPE_CHECKING:
    from ocr_eval.tables.counts import Counts

EVENTS = ("add", "rescore", "withdraw", "correct", "dataset")
_SAMPLE = re.compile(r'\{"sample":\s*')


@dataclass(frozen=True, slots=True)
class Event:
    """One line of history.jsonl. Empty texts where a field does not apply."""

    seq: int
    event: str  # one of EVENTS
    date: str  # ISO
    submission: str = ""  # slug
    dataset: str = ""  # id@gt8
    protocol: str = ""  # protocol string
    old: str = ""
    new: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """One folder of submissions/. ``digests``: canonical/<dataset>, sorted/<dataset> (duplicates), archive -> hex."""

    slug: str
    card: SubmissionCard
    digests: Mapping[str, str]

    @property
    def pred_digest(self) -> str:
        """64 hex digits of the canonical predictions (of the first data set by id)."""
        return next((self.digests[k] for k in sorted(self.digests) if k.startswith("canonical/")), "")


@dataclass(frozen=True, slots=True)
class SampleTable:
    """samples.tsv in canonical order (UTF-8 bytes of the id)."""

    ids: tuple[str, ...]
    aliases: tuple[str, ...]
    width: tuple[float | None, ...]
    height: tuple[float | None, ...]
    groups: tuple[str, ...] | None  # resampling units; None: every sample is its own
    slices: Mapping[str, tuple[str, ...]]  # column -> tag of each sample, "" = none


class StoredResult:
    """One submission under one protocol on one data set version; the rows are read when first asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path  # of the .tsv; the record lies beside it
        self._record_bytes = read_bytes(path.with_suffix(".json"))

    @cached_property
    def record(self) -> dict[str, Any]:
        """The record: signature, totals, metrics, warnings, provenance. Raises InputError (E_FORMAT)."""
        return load_json(self._record_bytes, self.path.with_suffix(".json"))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the record's bytes, which name the digest of the rows: cheap, and enough for a key."""
        return hashlib.sha256(self._record_bytes).hexdigest()

    @property
    def table_sha256(self) -> str:
        return str(self.record["table_sha256"])

    @property
    def signature(self) -> str:
        """The long signature, with pred."""
        return str(self.record["signature"])

    @cached_property
    def counts(self) -> Counts:
        """The rows. Raises InputError (E_FORMAT; E_DRIFT or E_SIGNATURE when they are not the record's)."""
        from ocr_eval.board.tables import read_counts

        data = read_bytes(self.path)
        table = read_counts(data, str(self.path))
        hint = "restore the file, or remove rows and record and run `ocr-eval board rescore`"
        if table.signature != self.signature:
            raise usage_error(
                "rows and record have different signatures", hint, "E_SIGNATURE", str(self.path)
            )
        if hashlib.sha256(data).hexdigest() != self.table_sha256:
            raise usage_error(
                "rows are not those of the record (table_sha256)", hint, "E_DRIFT", str(self.path)
            )
        return table.counts


class Lines(Mapping[str, dict[str, Any]]):
    """JSON lines that begin with ``"sample"``, by sample id; a line is parsed when it is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def data(self) -> bytes:
        return read_bytes(self.path)

    @cached_property
    def _lines(self) -> dict[str, tuple[int, str]]:
        found: dict[str, tuple[int, str]] = {}
        for number, line in enumerate(self.data.decode("utf-8", "surrogatepass").split("\n")[:-1], 1):
            begin = _SAMPLE.match(line)
            try:
                key = json.JSONDecoder().raw_decode(line, begin.end())[0] if begin else None
            except ValueError:
                key = None
            if not isinstance(key, str) or key in found:
                reason = "line does not begin with a sample of its own"
                raise InputError(
                    [Problem("E_FORMAT", reason, "restore the file", str(self.path), line=number)]
                )
            found[key] = number, line
        return found

    def __getitem__(self, key: str) -> dict[str, Any]:
        number, line = self._lines[key]
        return load_json(line.encode("utf-8", "surrogatepass"), self.path, number)

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def read_bytes(path: Path) -> bytes:
    """A file's bytes. Raises InputError (E_USAGE) naming it when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        reason = f"cannot be read: {error.strerror or 'error'}"
        raise usage_error(reason, "restore the file", source=str(path)) from None


def load_json(data: bytes, path: Path, line: int | None = None) -> dict[str, Any]:
    """A JSON object. Raises InputError (E_FORMAT) naming file and line."""
    try:
        values = json.loads(data.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        number = line or getattr(error, "lineno", None)
        raise InputError(
            [Problem("E_FORMAT", "not JSON", "restore the file", str(path), line=number)]
        ) from None
    if not isinstance(values, dict):
        raise InputError([Problem("E_FORMAT", "no JSON object", "restore the file", str(path), line=line)])
    return values
