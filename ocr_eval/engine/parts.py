"""What one shard adds to a score <-> bytes: they travel from workers, wait in a folder for a resumed run, and add up.

The bytes are an uncompressed npz: named arrays, each with its checksum, and a header of JSON. Nothing in it is code.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import InputError, Notice, Problem
from ocr_eval.tables.counts import Counts, Scored
from ocr_eval.tables.summed import Summed

_SCORED = ("confidence", "sample", "line", "correct")


@dataclass(frozen=True)
class Side:
    """One side of a shard: how it was read, and which columns it has, which must be those of all shards."""

    format: str = ""
    fields: tuple[str, ...] = ()  # of the instances, and "levels"; nothing where there is no instance
    samples: int = 0
    lines: bytes = b""  # canonical, by UTF-8 bytes of the sample's id; nothing where they were not asked for


@dataclass(frozen=True)
class Part:
    """One shard, counted; or ``problems``, and nothing else of use."""

    digests: tuple[str, str]  # SHA-256 of the bytes of both shards; "" for a shard that is not there
    gt: Side = Side()
    pred: Side = Side()
    tables: tuple[Counts, ...] = ()  # one per protocol, ``Summed`` where no rows were asked for
    notices: tuple[Notice, ...] = ()
    keys: NDArray[np.uint64] = field(
        default_factory=lambda: np.zeros(0, np.uint64)
    )  # of the gt's samples, sorted
    kept_invalid: bool = False  # an invalid ring occurred
    shown: dict[str, int | None] = field(default_factory=dict)  # the counts that reveal gaming
    shown_notices: tuple[Notice, ...] = ()
    problems: tuple[Problem, ...] = ()
    total: int = 0  # of problems, told or not
    faulty: str = ""  # role of the side they are of

    @classmethod
    def failed(cls, digests: tuple[str, str], error: InputError, role: str) -> Part:
        """A shard that cannot be used."""
        return cls(digests, problems=error.problems, total=error.total, faulty=role)

    def to_bytes(self) -> bytes:
        """The npz; ``from_bytes`` gives an equal part."""
        arrays: dict[str, Any] = {
            "gt_lines": np.frombuffer(self.gt.lines, np.uint8),
            "pred_lines": np.frombuffer(self.pred.lines, np.uint8),
            "keys": self.keys,
        }
        header = {
            "digests": self.digests,
            "sides": [[side.format, side.fields, side.samples] for side in (self.gt, self.pred)],
            "tables": [_packed(k, table, arrays) for k, table in enumerate(self.tables)],
            "notices": list(map(_told, self.notices)),
            "kept_invalid": self.kept_invalid,
            "shown": self.shown,
            "shown_notices": list(map(_told, self.shown_notices)),
            "problems": [list(problem) for problem in self.problems],
            "total": self.total,
            "faulty": self.faulty,
        }
        text = json.dumps(header).encode()  # ASCII: lone surrogates stay what they are
        buffer = io.BytesIO()
        np.savez(buffer, header=np.frombuffer(text, np.uint8), **arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Part:
        """The part that ``to_bytes`` wrote. Raises ValueError for anything else."""
        try:
            with np.load(io.BytesIO(data)) as arrays:  # which takes no pickles unless told to
                header = json.loads(arrays["header"].tobytes())
                ends = [
                    Side(kind, tuple(fields), samples, arrays[name].tobytes())
                    for (kind, fields, samples), name in zip(
                        header["sides"], ("gt_lines", "pred_lines"), strict=True
                    )
                ]
                gt_digest, pred_digest = header["digests"]
                return cls(
                    (gt_digest, pred_digest),
                    ends[0],
                    ends[1],
                    tables=tuple(_unpacked(k, said, arrays) for k, said in enumerate(header["tables"])),
                    notices=tuple(map(_heard, header["notices"])),
                    keys=arrays["keys"].astype(np.uint64, casting="equiv"),
                    kept_invalid=header["kept_invalid"],
                    shown=header["shown"],
                    shown_notices=tuple(map(_heard, header["shown_notices"])),
                    problems=tuple(Problem(*each) for each in header["problems"]),
                    total=header["total"],
                    faulty=header["faulty"],
                )
        except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"not the counts of a shard: {error}") from None


def _told(notice: Notice) -> list[Any]:
    return [notice.code, notice.message, notice.count, list(notice.examples)]


def _heard(said: list[Any]) -> Notice:
    code, message, count, examples = said
    return Notice(code, message, count, tuple(examples))


def _packed(k: int, table: Counts, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """The header of a table; its arrays are added to ``arrays``."""
    said: dict[str, Any] = {
        "columns": table.columns,
        "sum_columns": table.sum_columns,
        "notices": list(map(_told, table.notices)),
    }
    if isinstance(table, Summed):
        return said | {
            "samples": table.samples,
            "integers": table.integers,
            "exact": list(map(hex, table.exact)),
        }
    assert table.sums is not None
    arrays[f"{k}.rows"], arrays[f"{k}.sums"] = table.rows, table.sums
    if table.scored is not None:
        arrays |= {f"{k}.{name}": getattr(table.scored, name) for name in _SCORED}
        arrays |= {f"{k}.extra.{name}": column for name, column in table.scored.extra.items()}
        arrays |= {f"{k}.due.{name}": column for name, column in table.scored.due.items()}
        said["scored"] = [list(table.scored.extra), list(table.scored.due)]
    return said | {"sample_ids": table.sample_ids}


def _unpacked(k: int, said: dict[str, Any], arrays: Any) -> Counts:
    notices = tuple(map(_heard, said["notices"]))
    columns, sum_columns = tuple(said["columns"]), tuple(said["sum_columns"])
    if "integers" in said:
        bare = Counts(
            (), columns, np.zeros((0, len(columns)), np.int64), sum_columns, np.zeros((0, len(sum_columns)))
        )
        exact = tuple(int(each, 16) for each in said["exact"])
        return Summed.made(bare, said["samples"], tuple(map(int, said["integers"])), exact, notices)
    scored = None
    if "scored" in said:
        extra, due = said["scored"]
        plain = [arrays[f"{k}.{name}"] for name in _SCORED]
        scored = Scored(
            plain[0],
            plain[1],
            plain[2],
            plain[3],
            {name: arrays[f"{k}.extra.{name}"] for name in extra},
            {name: arrays[f"{k}.due.{name}"] for name in due},
        )
    ids = tuple(said["sample_ids"])
    return Counts(ids, columns, arrays[f"{k}.rows"], sum_columns, arrays[f"{k}.sums"], scored, notices)
