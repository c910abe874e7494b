"""A scorer -> the message that makes the same one in a worker; a worker's answer -> records or the error they were.

The gt travels as flat arrays, so it is read once, by the process that asks; rows of counts come back as arrays. Nothing
else than JSON and numbers goes either way.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ocr_eval.errors import CODES, InputError, Notice, Problem

if TYPE_CHECKING:
    from ocr_eval.cli.scoring import Scorer
    from ocr_eval.engine.pool import Reply
    from ocr_eval.record import Record
    from ocr_eval.tables.instances import Instances

Answer = tuple[dict[str, Any], bytes]


def message(scorer: Scorer, *, load: bool) -> bytes:
    """What ``answering`` needs; with ``load`` the worker loads the kernels at once."""
    from ocr_eval.formats.messages import frame

    job = scorer.job
    tables = [_table(table) for table in (job.gt, job.gt_lines) if table is not None]
    header = {
        "protocols": [repr(rule) for rule in scorer.rules],
        "dataset": scorer.dataset,
        "settings": vars(scorer.settings),
        "flags": dict(scorer.flags),
        "limits": scorer.common["limits"]._asdict(),
        "lexicon": None if scorer.lexicon is None else scorer.lexicon.words,
        "tables": [header for header, _ in tables],
        "load": load,
    }
    return frame(header, b"".join(body for _, body in tables))


def answering(header: dict[str, Any], body: bytes) -> Callable[[dict[str, Any]], Answer]:
    """The worker's side: a function that scores one prediction."""
    from ocr_eval.cli.options import Settings
    from ocr_eval.cli.scoring import Scorer
    from ocr_eval.limits import Limits
    from ocr_eval.protocols import protocol
    from ocr_eval.text.lexicon import Lexicon

    if header["load"]:
        importlib.import_module("ocr_eval.kernels.compiled")
    words = header["lexicon"]
    scorer = Scorer(
        [protocol(text) for text in header["protocols"]],
        "",
        header["dataset"],
        Settings(**header["settings"]),
        header["flags"],
        limits=Limits(**header["limits"]),
        lexicon=None if words is None else Lexicon(tuple(words)),
        tables=_tables(header["tables"], body),
    )

    def answer(request: dict[str, Any]) -> Answer:
        try:
            return _packed(scorer.score(request["path"], request["name"]), scorer.gt.sample_ids)
        except InputError as error:
            return {"problems": error.problems, "total": error.total, "scope": error.scope}, b""
        except Exception as error:
            import traceback

            trace = "".join(traceback.format_exception(error))
            return {"bug": type(error).__name__, "text": str(error), "trace": trace}, b""

    return answer


def outcome_of(reply: Reply, path: str, sample_ids: tuple[str, ...]) -> list[Record] | InputError | Exception:
    """What scoring here would have returned or raised."""
    said = reply.header
    if said is None:
        return _death(reply.status, path)
    if "problems" in said:
        problems = [Problem(*values) for values in said["problems"]]
        return InputError(problems, total=said["total"], scope=said["scope"])
    if "bug" in said:
        bug: Exception = type(said["bug"], (RuntimeError,), {})(said["text"])
        bug.add_note(said["trace"])
        return bug
    return _unpacked(said, reply.body, sample_ids)


def _death(status: int, path: str) -> InputError:
    """The verdict on a prediction over which a worker died."""
    import signal

    killed = getattr(signal, "SIGKILL", None)
    if killed is not None and status == -killed:
        reason = "the process that scored this was killed, perhaps for want of memory"
        hint = "give fewer --jobs, or score it alone"
        return InputError([Problem("E_LIMIT", reason, hint, path)])
    how = f"signal {-status}" if status < 0 else f"status {status}"
    reason = f"the process that scored this ended with {how}"
    return InputError([Problem("E_INTERNAL", reason, CODES["E_INTERNAL"].cure, path)])


def _table(table: Instances) -> tuple[dict[str, Any], bytes]:
    from ocr_eval.tables.wire import to_wire

    header, arrays = to_wire(table)
    notices = [[n.code, n.message, n.count, list(n.examples)] for n in table.notices]
    body = b"".join(arrays)
    return {"table": header, "source": table.source, "notices": notices, "bytes": len(body)}, body


def _tables(headers: Sequence[dict[str, Any]], body: bytes) -> tuple[Instances, Instances | None]:
    """The gt and its text lines."""
    from ocr_eval.tables.wire import from_wire

    found: list[Instances] = []
    rest = memoryview(body)
    for header in headers:
        notices = tuple(
            Notice(code, words, count, tuple(some)) for code, words, count, some in header["notices"]
        )
        own, rest = rest[: header["bytes"]], rest[header["bytes"] :]
        found.append(from_wire(header["table"], own, source=header["source"], notices=notices))
    return found[0], found[1] if len(found) > 1 else None


def _packed(records: Sequence[Record], sample_ids: tuple[str, ...]) -> Answer:
    """Records without the rows of their counts, and the rows."""
    said, body = [], []
    for record in records:
        counts = record.counts
        assert counts.sums is not None
        if counts.sample_ids != sample_ids:
            raise ValueError(f"{record.protocol} has other rows than the gt has samples")
        body += [counts.rows.tobytes(), counts.sums.tobytes()]
        bare = replace(counts, sample_ids=(), rows=counts.rows[:0], sums=counts.sums[:0])
        said.append(replace(record, counts=bare).to_json())
    return {"records": said}, b"".join(body)


def _unpacked(said: dict[str, Any], body: bytes, sample_ids: tuple[str, ...]) -> list[Record]:
    import numpy as np

    from ocr_eval.record import Record

    records, position = [], 0
    for each in said["records"]:
        record = Record.from_json(each)
        arrays = {}
        names = {"rows": record.counts.columns, "sums": record.counts.sum_columns}
        for name, kind in (("rows", "i8"), ("sums", "f8")):
            shape = len(sample_ids), len(names[name])
            found = np.frombuffer(body, kind, shape[0] * shape[1], position)
            arrays[name] = found.reshape(shape).copy()  # lets go of the answer
            position += found.nbytes
        counts = replace(record.counts, sample_ids=sample_ids, rows=arrays["rows"], sums=arrays["sums"])
        records.append(replace(record, counts=counts))
    return records
