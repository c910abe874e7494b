"""``Made`` -> a board's folder, laid out by the package's own writers; only the clock and the commands are left out."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

from ocr_eval import Instances, Record, protocol
from ocr_eval.board.adding import Entry as Addition
from ocr_eval.board.adding import files_of
from ocr_eval.board.cards import DatasetCard, SubmissionCard, dataset_to_toml
from ocr_eval.board.records import Scored
from ocr_eval.board.samples import write_samples
from ocr_eval.board.starting import protocol_files
from ocr_eval.board.stored import Event, SampleTable
from ocr_eval.board.toml import write_toml
from ocr_eval.board.writing import ATTRIBUTES, to_line
from ocr_eval.engine.local import explain_all
from ocr_eval.record import parse_signature
from ocr_eval.tables.digest import digest
from ocr_eval.tables.jsonl import lines
from tests.board.boards import Entry, Made

FIRST_DAY = datetime.date(2026, 1, 1)


def store(
    made: Made, folder: Path, *, overlays: bool = True, languages: tuple[str, ...] = ("en", "ko")
) -> Path:
    """Writes the store and returns its folder. ``overlays``: also gt, predictions and reasons, where ``made`` has them.

    Submission k is dated k days after the first of 2026. A hidden board's secret lies beside the folder.
    """
    folder.mkdir(parents=True)
    board = {
        "id": f"{made.dataset}-board",
        "title": made.title,
        "dataset": f"{made.dataset}@{made.gt_digest[:8]}",
        "protocol": made.protocols[0],
        "headline": "hmean",
        "also": list(made.protocols[1:]),
        "version": 1,
        **({} if made.seed is None else {"seed": made.seed}),
    }
    config = {"schema": 1, "title": made.title, "languages": list(languages)}
    if made.visibility == "hidden":
        secret = folder.with_name(f"{folder.name}.secret")
        secret.write_bytes(b"not very secret, but long enough " * 2)
        config["secret_file"] = f"../{secret.name}"
    put(folder, "board.toml", write_toml(config | {"board": [board], "policy": {"per_team": "all"}}))
    put(folder, ".gitattributes", ATTRIBUTES)
    write_dataset(made, folder, overlays)
    for name, content in protocol_files([protocol(text) for text in made.protocols]).items():
        put(folder, name, content)
    events: list[Event] = []
    for k, entry in enumerate(made.entries):
        events += write_submission(made, entry, FIRST_DAY + datetime.timedelta(days=k), folder, overlays)
    history = [to_line(replace(event, seq=k)) for k, event in enumerate(events, 1)]
    put(folder, "history.jsonl", "".join(history))
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
    own = folder / "datasets" / made.dataset
    put(own, "card.toml", dataset_to_toml(card))
    none = (None,) * len(made.samples)
    table = SampleTable(made.samples, made.aliases or made.samples, none, none, None, made.tags)
    put(own, "samples.tsv", write_samples(table))
    if overlays and made.gt is not None:
        put(own, "instances.jsonl", canonical(made.gt))


def write_submission(
    made: Made, entry: Entry, date: datetime.date, folder: Path, overlays: bool
) -> list[Event]:
    """One submission's folder; returns the events of its history."""
    pred_digest = parse_signature(entry.records[0].signature)["pred"]
    values = {"date": date, **entry.card}
    card = SubmissionCard(**{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})
    twin = digest(entry.pred, sort=True) if entry.pred is not None else pred_digest
    told = overlays and made.gt is not None and entry.pred is not None
    kept = (
        {f"instances/{made.dataset}.jsonl": canonical(entry.pred)}
        if overlays and entry.pred is not None
        else {}
    )
    addition = Addition(
        card,
        made.dataset,
        {f"canonical/{made.dataset}": pred_digest, f"sorted/{made.dataset}": twin},
        [
            Scored(
                protocol(text),
                record,
                revealing(record),
                why(made, entry, text) if told and made.visibility == "public" else None,
            )
            for text, record in zip(made.protocols, entry.records, strict=True)
        ],
        kept,
    )
    for name, content in files_of(addition).items():
        put(folder / "submissions" / addition.slug, name, content)
    where, day = f"{made.dataset}@{made.gt_digest[:8]}", card.date.isoformat()
    events = [Event(0, "add", day, submission=addition.slug, dataset=where)]
    if card.withdrawn:
        events.append(Event(0, "withdraw", day, submission=addition.slug, reason=card.withdrawn_reason))
    return events


def revealing(record: Record) -> dict[str, int | None]:
    """What reveals gaming; these systems do not game, and no image has a size."""
    counts = record.counts.total().counts
    predictions = counts["n_det"] + counts.get("dc_det", 0) if "n_det" in counts else None
    return {"predictions": predictions, "invalid": 0, "duplicates": 0, "large": None, "missing": 0}


def why(made: Made, entry: Entry, text: str) -> bytes:
    """Reasons of every sample."""
    assert made.gt is not None and entry.pred is not None
    told = explain_all(made.gt, entry.pred, protocol=text, invalid_polygons=entry.invalid_polygons)
    return "".join(f"{matches.to_json()}\n" for matches in told).encode("utf-8", "surrogatepass")


def canonical(instances: Instances) -> bytes:
    """The content of instances.jsonl."""
    return "".join(lines(instances)).encode("utf-8", "surrogatepass")


def put(folder: Path, name: str, content: str | bytes) -> None:
    """Writes a file, LF as it is."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
