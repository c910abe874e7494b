"""A stored result -> what is wrong with it: form, signature, digest of the rows, totals and metrics."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ocr_eval.board.cards import ProtocolCard
from ocr_eval.board.records import REVEALING, SCHEMA
from ocr_eval.board.store import Store
from ocr_eval.board.stored import StoredResult, Submission, read_bytes
from ocr_eval.errors import Problem, quote

_HINT = "restore the file, or remove rows and record and run `ocr-eval board rescore`"
_RECORD_KEYS = (
    "schema",
    "signature",
    "submission",
    "dataset",
    "protocol",
    "samples",
    "counts",
    "sums",
    "metrics",
    "revealing",
    "warnings",
    "table_sha256",
    "provenance",
)


def drift(reason: str, path: Path, code: str = "E_DRIFT", line: int | None = None) -> Problem:
    """A problem with a file of the store and the usual cure."""
    return Problem(code, reason, _HINT, str(path), line=line)


def check_result(store: Store, submission: Submission, path: Path) -> Iterator[Problem]:
    """Problems of one file of results/; the pair of rows and record is looked at once, with the record."""
    name = path.name
    if name.endswith(".why.jsonl"):
        record = path.with_name(name.removesuffix(".why.jsonl") + ".json")
        if not record.is_file():
            yield drift("reasons without a record", path)
    elif name.endswith(".tsv"):
        if not path.with_suffix(".json").is_file():
            yield drift("rows without a record", path)
    elif not name.endswith(".json"):
        yield drift("a file that does not belong here", path)
    elif not path.with_suffix(".tsv").is_file():
        yield drift("a record without rows", path)
    else:
        yield from _record(store, submission, StoredResult(path.with_suffix(".tsv")))


def _record(store: Store, submission: Submission, result: StoredResult) -> Iterator[Problem]:
    from ocr_eval.record import parse_signature

    path = result.path.with_suffix(".json")
    record = result.record
    fault = _schema_fault(record)
    if fault:
        yield drift(fault, path, "E_FORMAT")
        return
    fields = parse_signature(record["signature"])
    key, place = result.path.with_suffix("").name, result.path.parent.name
    card = store.protocol_card(key)
    if card is None:
        yield drift(f"protocols/ has no card of {key}", path, "E_SIGNATURE")
        return
    dataset, protocol = record["dataset"], record["protocol"]
    pred = submission.digests.get(f"canonical/{dataset['id']}")
    agree = {
        "submission": (record["submission"], submission.slug),
        "data set of the folder": (place, f"{dataset['id']}@{dataset['digest'][:8]}"),
        "ds": (fields.get("ds"), f"{dataset['id']}@{_ground_truth(store, dataset, card)}"),
        "proto": (fields.get("proto"), f"{card.id}/{card.version}@{card.digest}"),
        "protocol": (
            (protocol["id"], protocol["version"], protocol["digest"]),
            (card.id, card.version, card.digest),
        ),
        "parameters": (protocol["parameters"], dict(card.parameters)),
        "pred": (fields.get("pred"), pred),
        "n": (fields.get("n"), str(record["samples"])),
    }
    mixed = [name for name, (found, expected) in agree.items() if found != expected]
    if mixed:
        yield drift(f"mixed signature: {', '.join(mixed)} do not fit together", path, "E_SIGNATURE")
        return
    yield from _numbers(store, result, record, card.columns)


def _ground_truth(store: Store, dataset: dict[str, str], card: ProtocolCard) -> str:
    """The digest that a signature names: the data set's; with the text lines', where the protocol reads those too."""
    from ocr_eval.errors import InputError
    from ocr_eval.protocols import protocol
    from ocr_eval.tables.digest import with_lines

    try:
        reads = protocol(card.protocol).reads.gt_lines
    except InputError:  # a protocol of another version, or of a package that is not here
        reads = False
    lines = store.text_lines(dataset["id"]) if reads else None
    if lines is None:
        return dataset["digest"]
    return with_lines(dataset["digest"], hashlib.sha256(lines.data).hexdigest())


def _schema_fault(record: dict[str, Any]) -> str | None:
    """Why a record does not have the form of the schema, or None."""
    if record.get("schema") != SCHEMA:
        return f"schema is {quote(str(record.get('schema')))}, expected {SCHEMA}"
    keys = tuple(
        key for key in _RECORD_KEYS if key != "revealing" or key in record
    )  # others' stores may lack it
    if tuple(record) != keys:
        odd = sorted(set(record) ^ set(keys))
        return f"keys are missing, extra or in another order: {', '.join(map(quote, odd)) or 'order'}"
    tables = ("dataset", "protocol", "counts", "sums", "metrics", "revealing", "provenance")
    if not all(isinstance(record.get(name, {}), dict) for name in tables):
        return f"one of {', '.join(tables)} is no object"
    if tuple(record["dataset"]) != ("id", "digest") or tuple(record["protocol"]) != (
        "id",
        "version",
        "digest",
        "parameters",
    ):
        return "dataset is id and digest; protocol is id, version, digest and parameters".replace(";", ",")
    texts = (record["signature"], record["submission"], record["table_sha256"], *record["dataset"].values())
    texts += (record["protocol"]["id"], record["protocol"]["digest"])
    if not all(isinstance(text, str) for text in texts):
        return "signature, submission, ids and digests are texts"
    if tuple(record.get("revealing", REVEALING)) != REVEALING:
        return f"revealing has other keys than {', '.join(REVEALING)}"
    return None


def _numbers(
    store: Store, result: StoredResult, record: dict[str, Any], columns: tuple[str, ...]
) -> Iterator[Problem]:
    """Totals and metrics of the rows against the record's."""
    from ocr_eval.board.tables import read_counts

    data = read_bytes(result.path)
    if hashlib.sha256(data).hexdigest() != record["table_sha256"]:
        yield drift("rows are not those of the record (table_sha256)", result.path)
    table = read_counts(data, str(result.path))
    if table.signature != record["signature"]:
        yield drift("rows and record have different signatures", result.path, "E_SIGNATURE", 2)
    counts = table.counts
    own = (*counts.columns, *(f"sum:{name}" for name in counts.sum_columns))
    if own != columns:
        yield drift("columns are not those of the protocol's card", result.path, "E_SIGNATURE", 3)
        return
    dataset = record["dataset"]
    known = dataset["id"] in store.dataset_ids()
    current = known and store.dataset(dataset["id"]).gt_digest == dataset["digest"]
    if current and counts.sample_ids != store.samples(dataset["id"]).ids:
        yield drift("samples are not those of the data set", result.path, "E_DATASET")
    totals = counts.total()
    path = result.path.with_suffix(".json")
    if totals.samples != record["samples"]:
        yield drift(f"samples: {record['samples']} stored, {totals.samples} rows", path)
    for kind, found in (("counts", totals.counts), ("sums", totals.sums)):
        for name in dict.fromkeys((*found, *record[kind])):
            if found.get(name) != record[kind].get(name):
                yield drift(
                    f"{name}: {record[kind].get(name)} stored, the rows add to {found.get(name)}", path
                )
    yield from _metrics(record, totals, path)


def _metrics(record: dict[str, Any], totals: Any, path: Path) -> Iterator[Problem]:
    """Metrics that are functions of sums, derived again; only where this version counts the protocol alike."""
    from ocr_eval.protocols import protocol_class
    from ocr_eval.record import protocol_digest

    try:
        rule = protocol_class(record["protocol"]["id"])(**record["protocol"]["parameters"])
    except TypeError:  # parameters of another version
        return
    if protocol_digest(rule) != record["protocol"]["digest"]:
        return
    derived = rule.derive(totals)
    for name in rule.formulas:
        if name in derived and derived[name] != record["metrics"].get(name):
            yield drift(f"{name}: {record['metrics'].get(name)} stored, {derived[name]} derived", path)
