"""One scoring -> the files of a result: canonical rows (.tsv), record (.json), and the card of its protocol."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ocr_eval.board.cards import ProtocolCard
from ocr_eval.board.tables import write_counts

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.record import Record

SCHEMA = "ocr-eval/record/1"
# What reveals gaming, beside the protocol's own counts; None where it cannot be told (pages too crowded).
REVEALING = ("predictions", "invalid", "duplicates", "large", "missing")


@dataclass(frozen=True, eq=False)
class Scored:
    """One submission under one protocol, as a board stores it. ``why`` is the content of .why.jsonl or None."""

    protocol: EvaluationProtocol
    record: Record
    revealing: Mapping[str, int | None]
    why: bytes | None = None
    gt_digest: str = ""  # of the data set, where the signature's ``ds`` is of more than that


def card_of(protocol: EvaluationProtocol) -> ProtocolCard:
    """The protocol as this version of ocr_eval counts it."""
    from ocr_eval.protocols.parameters import values
    from ocr_eval.record import protocol_digest

    return ProtocolCard(
        id=protocol.ID,
        version=protocol.VERSION,
        protocol=repr(protocol),
        digest=protocol_digest(protocol),
        task=protocol.TASK,
        columns=(*protocol.COLUMNS, *(f"sum:{name}" for name in protocol.SUMS)),
        source=protocol.SOURCE,
        parameters=values(protocol),
    )


def card_name(card: ProtocolCard) -> str:
    """File name in protocols/: ``id@version.toml``; with parameters of its own also their digest."""
    default = card.protocol == card.id
    return f"{card.id}@{card.version}.toml" if default else f"{card.key}.toml"


def result_files(scored: Scored, slug: str) -> dict[str, bytes]:
    """Path below submissions/<slug>/ -> content. The record names the digest of the rows."""
    from ocr_eval.record import parse_signature

    record, card = scored.record, card_of(scored.protocol)
    name, digest = parse_signature(record.signature)["ds"].rsplit("@", 1)
    digest = scored.gt_digest or digest
    rows = write_counts(record.counts, record.signature)
    body = record_body(scored, card, slug, {"id": name, "digest": digest}, hashlib.sha256(rows).hexdigest())
    stem = f"results/{name}@{digest[:8]}/{card.key}"
    files = {f"{stem}.tsv": rows, f"{stem}.json": to_json(body)}
    if scored.why is not None:
        files[f"{stem}.why.jsonl"] = scored.why
    return files


def record_body(
    scored: Scored, card: ProtocolCard, slug: str, dataset: Mapping[str, str], table_sha256: str
) -> dict[str, Any]:
    """The record as JSON values, keys in the order of the contract."""
    record = scored.record
    totals = record.counts.total()
    return {
        "schema": SCHEMA,
        "signature": record.signature,
        "submission": slug,
        "dataset": dict(dataset),
        "protocol": {
            "id": card.id,
            "version": card.version,
            "digest": card.digest,
            "parameters": dict(card.parameters),
        },
        "samples": totals.samples,
        "counts": totals.counts,
        "sums": totals.sums,
        "metrics": record.metrics,
        "revealing": {name: scored.revealing.get(name) for name in REVEALING},
        "warnings": [{"code": n.code, "message": n.message, "count": n.count} for n in record.notices],
        "table_sha256": table_sha256,
        "provenance": record.provenance,
    }


def to_json(body: Mapping[str, Any]) -> bytes:
    """Canonical JSON of the store: fixed key order, one key a line, LF. Raises ValueError for NaN and infinity."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1, separators=(",", ": "))
    return (text + "\n").encode("utf-8", "backslashreplace")


def provenance() -> dict[str, Any]:
    """Versions a record was made with; never part of a digest, never published."""
    import platform
    import sys
    from importlib.metadata import PackageNotFoundError, version

    from ocr_eval.board.keys import package_version

    found: dict[str, Any] = {"ocr_eval": package_version(), "python": platform.python_version()}
    for name in ("numpy", "numba", "shapely"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found | {"platform": f"{sys.platform}-{platform.machine()}", "limits": {}}
