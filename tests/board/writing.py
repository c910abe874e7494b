"""``Made`` -> a board's folder, file by file as the reference on the leaderboard describes it."""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path
from typing import Any

from ocr_eval import Instances, Record, protocol
from ocr_eval.board.cards import (
    DatasetCard,
    ProtocolCard,
    SubmissionCard,
    dataset_to_toml,
    protocol_to_toml,
    slug_of,
)
from ocr_eval.board.samples import write_samples
from ocr_eval.board.stored import SampleTable
from ocr_eval.board.tables import write_counts
from ocr_eval.board.toml import write_toml
from ocr_eval.engine.local import explain_all
from ocr_eval.record import parse_signature, protocol_digest
from ocr_eval.tables.digest import digest
from tests.board.boards import Entry, Made

FIRST_DAY = datetime.date(2026, 1, 1)


def store(
    made: Made, folder: Path, *, overlays: bool = True, languages: tuple[str, ...] = ("en", "ko")
) -> Path:
    """Writes the store and returns its folder. ``overlays``: also gt, predictions and reasons, where ``made`` has them.

    Submission k is dated k days after the first of 2026. A hidden board's secret lies beside the folder.
    """
    folder.mkdir(parents=True)
    boards = [
        {
            "id": f"{made.dataset}-board",
            "title": made.title,
            "dataset": f"{made.dataset}@{made.gt_digest[:8]}",
            "protocol": made.protocols[0],
            "headline": "hmean",
            "also": list(made.protocols[1:]),
            "version": 1,
            **({} if made.seed is None else {"seed": made.seed}),
        }
    ]
    config = {"schema": 1, "title": made.title, "languages": list(languages)}
    if made.visibility == "hidden":
        secret = folder.with_name(f"{folder.name}.secret")
        secret.write_bytes(b"not very secret, but long enough " * 2)
        config["secret_file"] = f"../{secret.name}"
    put(folder / "board.toml", write_toml(config | {"board": boards, "policy": {"per_team": "all"}}))
    put(folder / ".gitattributes", "*.tsv *.toml *.json *.jsonl text eol=lf\n")
    write_dataset(made, folder / "datasets" / made.dataset, overlays)
    cards = {text: protocol_card(text) for text in made.protocols}
    for card in cards.values():
        put(folder / "protocols" / f"{card.key}.toml", protocol_to_toml(card))
    events = []
    for k, entry in enumerate(made.entries):
        date = FIRST_DAY + datetime.timedelta(days=k)
        events += write_submission(made, entry, date, folder, cards, overlays)
    lines = [json.dumps({"seq": k} | event, ensure_ascii=False) + "\n" for k, event in enumerate(events, 1)]
    put(folder / "history.jsonl", "".join(lines))
    return folder


def write_dataset(made: Made, folder: Path, overlays: bool) -> None:
    """Card, samples and, for overlays, the canonical gt."""
    card = DatasetCard(
        made.dataset,
        made.gt_digest,
        version="1",
        split="test",
        title=made.title,
        visibility=made.visibility,
        slices=tuple(made.tags),
        licence="CC0-1.0",
    )
    put(folder / "card.toml", dataset_to_toml(card))
    none = (None,) * len(made.samples)
    table = SampleTable(made.samples, made.aliases or made.samples, none, none, None, made.tags)
    put(folder / "samples.tsv", write_samples(table))
    if overlays and made.gt is not None:
        put(folder / "instances.jsonl", canonical(made.gt))


def write_submission(
    made: Made,
    entry: Entry,
    date: datetime.date,
    folder: Path,
    cards: dict[str, ProtocolCard],
    overlays: bool,
) -> list[dict[str, Any]]:
    """One submission's folder; returns the events of its history."""
    pred_digest = parse_signature(entry.records[0].signature)["pred"]
    values = {"date": date, **entry.card}
    card = SubmissionCard(**{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})
    slug = slug_of(card.date, card.id, pred_digest)
    own = folder / "submissions" / slug
    put(own / "card.toml", card.to_toml())
    twin = digest(entry.pred, sort=True) if entry.pred is not None else pred_digest
    sums = f"{pred_digest}  canonical/{made.dataset}\n{twin}  sorted/{made.dataset}\n"
    put(own / "predictions.sha256", sums)
    if overlays and entry.pred is not None:
        put(own / "instances" / f"{made.dataset}.jsonl", canonical(entry.pred))
    events = []
    for text, record in zip(made.protocols, entry.records, strict=True):
        result = own / "results" / f"{made.dataset}@{made.gt_digest[:8]}" / f"{cards[text].key}.tsv"
        rows = write_counts(record.counts, record.signature)
        put(result, rows)
        put(
            result.with_suffix(".json"),
            json.dumps(stored_record(made, record, cards[text], rows, slug), indent=1) + "\n",
        )
        if overlays and made.gt is not None and entry.pred is not None and made.visibility == "public":
            told = explain_all(made.gt, entry.pred, protocol=text, invalid_polygons=entry.invalid_polygons)
            put(result.with_suffix(".why.jsonl"), "".join(matches.to_json() + "\n" for matches in told))
        where = f"{made.dataset}@{made.gt_digest[:8]}"
        events.append(
            {"event": "add", "date": str(card.date), "submission": slug, "dataset": where, "protocol": text}
        )
    if card.withdrawn:
        events.append(
            {"event": "withdraw", "date": str(card.date), "submission": slug, "reason": card.withdrawn_reason}
        )
    return events


def stored_record(made: Made, record: Record, card: ProtocolCard, rows: bytes, slug: str) -> dict[str, Any]:
    """The record beside a count table."""
    totals = record.counts.total()
    return {
        "schema": "ocr-eval/record/1",
        "signature": record.signature,
        "submission": slug,
        "dataset": {"id": made.dataset, "digest": made.gt_digest},
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
        "warnings": [{"code": n.code, "message": n.message, "count": n.count} for n in record.notices],
        "table_sha256": hashlib.sha256(rows).hexdigest(),
        "provenance": {},
    }


def protocol_card(text: str) -> ProtocolCard:
    """The card of a protocol string."""
    from ocr_eval.protocols.parameters import values

    rule = protocol(text)
    columns = (*rule.COLUMNS, *(f"sum:{name}" for name in rule.SUMS))
    return ProtocolCard(
        rule.ID,
        rule.VERSION,
        repr(rule),
        protocol_digest(rule),
        rule.TASK,
        columns,
        rule.SOURCE,
        values(rule),
    )


def canonical(instances: Instances) -> str:
    """One JSON line per sample, by UTF-8 bytes of the id."""
    lines = []
    order = sorted(range(len(instances.sample_ids)), key=lambda s: instances.sample_ids[s].encode())
    for sample in order:
        own = [
            {
                "ring": [int(v) if v == int(v) else v for v in instances.points(k).ravel().tolist()],
                **({"text": instances.texts[k]} if instances.texts else {}),
                "care": bool(instances.care[k]),
            }
            for k in instances.span(sample)
        ]
        line = {"sample": instances.sample_ids[sample], "instances": own}
        lines.append(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    return "".join(lines)


def put(path: Path, content: str | bytes) -> None:
    """Writes a file, LF as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
