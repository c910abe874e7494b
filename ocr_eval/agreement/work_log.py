"""``work.csv`` (annotator, image, seconds, timestamp, document) -> time per instance, drift, and what is resampled."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from ocr_eval.errors import Findings, close_matches, quote
from ocr_eval.report.csv_file import read_csv
from ocr_eval.stats.correlation import spearman

NEEDED = ("annotator", "image", "seconds", "timestamp")
WINDOW = 20  # images of the rolling mean


class Entry(NamedTuple):
    """One line: an annotator's work on an image. ``when`` orders an annotator's lines; None where not given."""

    annotator: str
    image: str
    seconds: float | None
    when: float | None
    document: str | None


@dataclass(frozen=True, eq=False)
class WorkLog:
    """All entries; at most one per annotator and image."""

    entries: tuple[Entry, ...]

    def documents(self) -> dict[str, str] | None:
        """image -> document, when the log names any."""
        found = {entry.image: entry.document for entry in self.entries if entry.document}
        return found or None

    def of(self, annotator: str) -> dict[str, Entry]:
        """image -> entry of one annotator."""
        return {entry.image: entry for entry in self.entries if entry.annotator == annotator}

    def seconds_per_image(self) -> float | None:
        """Mean time of one image, all annotators together; None without seconds."""
        total: dict[str, float] = {}
        for entry in self.entries:
            if entry.seconds is not None:
                total[entry.image] = total.get(entry.image, 0.0) + entry.seconds
        return math.fsum(total.values()) / len(total) if total else None


def read_work_log(path: str, annotators: Sequence[str], images: Mapping[str, str]) -> WorkLog:
    """The log of ``--meta``. ``images``: spelling in the log -> image id, for every image that may occur.

    Lines about images that are not compared are left out. Raises InputError (E_CONFIG) with file and line: unknown
    annotators, an annotator twice on an image, negative times, an image in two documents.
    """
    findings = Findings(path)
    entries: list[Entry] = []
    seen: dict[tuple[str, str], int] = {}
    document: dict[str, str] = {}
    for row in read_csv(path, NEEDED, code="E_CONFIG"):
        line = row.line
        who, image = row["annotator"], images.get(row["image"])
        if who not in annotators:
            near = close_matches(who, annotators, n=1) or annotators
            hint = f"names as given on the command line: {', '.join(near)}"
            findings.error("E_CONFIG", f"no annotator is called {quote(who)}", hint, line=line)
            continue
        if image is None:
            continue
        if (who, image) in seen:
            reason = f"{quote(who)} worked on {quote(image)} in line {seen[who, image]} already"
            findings.error("E_CONFIG", reason, "add the seconds up in one line", line=line)
            continue
        seen[who, image] = line
        seconds = _seconds(row["seconds"], line, findings)
        when = _when(row["timestamp"], line, findings)
        own = row.get("document") or None
        if own is not None and document.setdefault(image, own) != own:
            reason = f"{quote(image)} belongs to {quote(document[image])} in an earlier line"
            findings.error("E_CONFIG", reason, "name one document per image", line=line)
        entries.append(Entry(who, image, seconds, when, own))
    findings.check()
    return WorkLog(tuple(entries))


def drift(log: Mapping[str, Entry], disagreement: Mapping[str, float]) -> dict[str, Any]:
    """Does an annotator change with time: Spearman's rho of order and disagreement, rolling mean, CUSUM.

    CUSUM is max |sum of (d - mean d)| / (sd sqrt n). Null with a reason for fewer than three dated images.
    """
    dated = sorted(
        (entry.when, image)
        for image, entry in log.items()
        if entry.when is not None and image in disagreement
    )
    values = [disagreement[image] for _, image in dated]
    n = len(values)
    if n < 3:
        return {
            "images": n,
            "spearman": None,
            "cusum": None,
            "rolling": [],
            "reason": "fewer than three dated images",
        }
    mean, sd = math.fsum(values) / n, statistics.stdev(values)
    total, most = 0.0, 0.0
    for value in values:
        total += value - mean
        most = max(most, abs(total))
    rolling = [math.fsum(values[max(0, k + 1 - WINDOW) : k + 1]) / min(k + 1, WINDOW) for k in range(n)]
    result: dict[str, Any] = {
        "images": n,
        "spearman": spearman([when for when, _ in dated], values),
        "cusum": most / (sd * math.sqrt(n)) if sd else None,
        "rolling": rolling,
    }
    if not sd:
        result["reason"] = "no variation"
    return result


def pace(
    log: Mapping[str, Entry], instances: Mapping[str, int], characters: Mapping[str, int]
) -> dict[str, Any]:
    """Seconds per instance and per character over the images that have any: median and quartiles."""
    return {
        "images": sum(entry.seconds is not None for entry in log.values()),
        "seconds_per_instance": _spread(log, instances),
        "seconds_per_character": _spread(log, characters),
    }


def _spread(log: Mapping[str, Entry], sizes: Mapping[str, int]) -> dict[str, float] | None:
    values = [
        entry.seconds / sizes[image]
        for image, entry in log.items()
        if entry.seconds is not None and sizes.get(image)
    ]
    if not values:
        return None
    low, middle, high = np.quantile(np.array(sorted(values)), [0.25, 0.5, 0.75]).tolist()
    return {"median": middle, "quartile_1": low, "quartile_3": high}


def _seconds(text: str, line: int, findings: Findings) -> float | None:
    if not text.strip():
        return None
    value = _number(text)
    if value is None or not 0 <= value < 1e9:
        findings.error(
            "E_CONFIG", f"{quote(text)} is no number of seconds", "write for example 41.5", line=line
        )
        return None
    return value


def _when(text: str, line: int, findings: Findings) -> float | None:
    """Seconds since 1970 of an ISO 8601 time (without zone: UTC) or a plain number."""
    if not text.strip():
        return None
    value = _number(text)
    if value is None:
        try:
            read = datetime.fromisoformat(text.strip())
            value = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            hint = "write ISO 8601 (2026-11-21T09:30:00) or seconds"
            findings.error("E_CONFIG", f"{quote(text)} is no time", hint, line=line)
    return value


def _number(text: str) -> float | None:
    try:
        value = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None
