"""The stored result of one scoring: counts, metrics, and the one-line signature that says what the number is."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ocr_eval.errors import Notice, usage_error

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.counts import Counts

SCHEMA = (
    "ocr-eval/result/1"  # with its rows; the record in a board's folder, ocr-eval/record/1, names a table
)
RESERVED_KEYS = ("ocr-eval", "ds", "task", "proto", "lex", "poly", "n", "pred")
_KEY = re.compile(r"[a-z0-9_-]+\Z")
_PLAIN = re.compile(r"[A-Za-z0-9._,+/@=()-]")


def format_signature(fields: Mapping[str, str]) -> str:
    """``key:value`` joined by ``|``; characters outside ``[A-Za-z0-9._,+/@=()-]`` percent-encoded as UTF-8."""
    for key in fields:
        if not _KEY.match(key):
            raise ValueError(f"signature key {key!r}")
    return "|".join(f"{key}:{''.join(map(_encode, value))}" for key, value in fields.items())


def parse_signature(text: str) -> dict[str, str]:
    """The fields of a signature, in order. Raises InputError (E_SIGNATURE) when it is none."""
    from urllib.parse import unquote

    fields: dict[str, str] = {}
    for part in text.split("|"):
        key, separator, value = part.partition(":")
        good = separator and _KEY.match(key) and key not in fields
        good = good and "%" not in re.sub(r"%[0-9A-F]{2}", "", value)
        try:
            fields[key] = unquote(value, errors="strict")
        except UnicodeDecodeError:  # %FF is no character
            good = False
        if not good:
            raise usage_error("not a signature", "copy the whole line", "E_SIGNATURE")
    return fields


def _encode(character: str) -> str:
    if _PLAIN.match(character):
        return character
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def shorten(signature: str) -> str:
    """The short form: every digest cut to 8 hex digits."""
    return re.sub(r"\b([0-9a-f]{8})[0-9a-f]{56}\b", r"\1", signature)


def package_version() -> str:
    """The version of ocr_eval; asked for by name, for the package's public names reach rooms that others must not."""
    return str(import_module("ocr_eval").__version__)


class Identity(NamedTuple):
    """What a signature is made of besides the protocol: name and digests of both sides (64 hex digits)."""

    version: str
    dataset: str
    gt_digest: str
    pred_digest: str
    lexicon_digest: str | None = None
    kept_invalid: str | None = None  # "fp" or "official", only when an invalid ring occurred and was kept


def protocol_digest(protocol: EvaluationProtocol) -> str:
    """SHA-256 of the canonical JSON of id, version, parameters and columns (64 hex digits)."""
    from ocr_eval.protocols.parameters import values

    body = {
        "columns": [*protocol.COLUMNS, *(f"sum:{name}" for name in protocol.SUMS)],
        "id": protocol.ID,
        "parameters": values(protocol),
        "version": protocol.VERSION,
    }
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def signature(protocol: EvaluationProtocol, identity: Identity, samples: int) -> str:
    """The long signature: fixed order, every parameter, digests in full."""
    from ocr_eval.protocols.parameters import spell_value, values

    fields = {
        "ocr-eval": identity.version,
        "ds": f"{identity.dataset}@{identity.gt_digest}",
        "task": protocol.TASK,
        "proto": f"{protocol.ID}/{protocol.VERSION}@{protocol_digest(protocol)}",
    }
    fields |= {name: str(v) if isinstance(v, str) else spell_value(v) for name, v in values(protocol).items()}
    if identity.lexicon_digest:
        fields["lex"] = identity.lexicon_digest
    if identity.kept_invalid:
        fields["poly"] = identity.kept_invalid
    fields["n"] = str(samples)
    fields["pred"] = identity.pred_digest
    return format_signature(fields)


@dataclass(frozen=True, eq=False)
class Record:
    """One prediction under one protocol. ``metrics`` holds fractions, None where a metric is undefined."""

    prediction: str
    protocol: str
    signature: str  # long form
    counts: Counts
    metrics: dict[str, float | None]
    notices: tuple[Notice, ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)
    # predictions, ignored, invalid, duplicates, large, missing -> count, None what cannot be told; empty: not asked
    revealing: dict[str, int | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        protocol: EvaluationProtocol,
        counts: Counts,
        identity: Identity,
        *,
        prediction: str = "",
        notices: tuple[Notice, ...] = (),
        provenance: dict[str, Any] | None = None,
    ) -> Record:
        """Derives the metrics; every undefined one adds to a W_UNDEFINED notice, ignored predictions to W_IGNORED."""
        from ocr_eval.errors import merge_notices
        from ocr_eval.tables.notices import ignored

        totals = counts.total()
        metrics = protocol.derive(totals)
        extra = list(counts.notices)
        undefined = tuple(name for name, value in metrics.items() if value is None)
        if undefined:
            extra.append(Notice("W_UNDEFINED", "undefined (0/0): " + ", ".join(undefined), len(undefined)))
        extra += ignored(totals.counts.get("dc_det", 0))
        line = signature(protocol, identity, totals.samples)
        return cls(
            prediction,
            repr(protocol),
            line,
            counts,
            metrics,
            merge_notices((*notices, *extra)),
            provenance or {},
        )

    @property
    def short_signature(self) -> str:
        return shorten(self.signature)

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary; ``from_json`` gives an equal record."""
        return {
            "schema": SCHEMA,
            "prediction": self.prediction,
            "protocol": self.protocol,
            "signature": self.signature,
            "metrics": self.metrics,
            "counts": self.counts.to_json(),
            "notices": [[n.code, n.message, n.count, list(n.examples)] for n in self.notices],
            "provenance": self.provenance,
            **({"revealing": self.revealing} if self.revealing else {}),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Record:
        """The record that ``to_json`` wrote. Raises InputError (E_FORMAT) for another schema."""
        from ocr_eval.errors import usage_error
        from ocr_eval.tables.counts import Counts

        if data.get("schema") != SCHEMA:
            raise usage_error(f"schema {data.get('schema')!r}, expected {SCHEMA!r}", "rescore it", "E_FORMAT")
        return cls(
            data["prediction"],
            data["protocol"],
            data["signature"],
            Counts.from_json(data["counts"]),
            data["metrics"],
            tuple(
                Notice(code, message, count, tuple(examples))
                for code, message, count, examples in data["notices"]
            ),
            data["provenance"],
            data.get("revealing", {}),
        )

    def save(self, path: str | Path) -> None:
        """Writes the record as JSON (UTF-8), one line."""
        Path(path).write_text(json.dumps(self.to_json(), ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Record:
        """Reads what ``save`` wrote."""
        return cls.from_json(json.loads(Path(path).read_text(encoding="utf-8")))
