"""Gold files -> our rows on the same inputs: what every parity test walks."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ocr_eval.cli.inputs import reading
from ocr_eval.engine.local import Job
from ocr_eval.formats import read
from ocr_eval.protocols import EvaluationProtocol, protocol
from ocr_eval.record import Record
from ocr_eval.tables.instances import Instances
from ocr_eval.text.lexicon import Lexicon

LINES = "data/ic15/gt_textline.zip"
GOLD = Path(__file__).parents[1] / "gold"


class Found(NamedTuple):
    """Our record beside the official numbers, and the samples whose rows differ (name, column, ours, official)."""

    record: Record
    official: dict[str, Any]
    different: list[tuple[str, str, float, float]]


def files(protocol_stem: str) -> list[Path]:
    """The gold files of a protocol that name their inputs."""
    paths = sorted((GOLD / protocol_stem).glob("*.json"))
    return [path for path in paths if "inputs" in json.loads(path.read_text(encoding="utf-8"))]


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def inputs(official: dict[str, Any], shared: Path) -> tuple[Path, Path]:
    """gt and prediction of a gold file, their content checked against the recorded hashes."""
    paths = []
    for side in ("gt", "pred"):
        path = shared / "data" / official["inputs"][side]["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == official["inputs"][side]["sha256"]
        paths.append(path)
    return paths[0], paths[1]


def read_pair(rule: EvaluationProtocol, gt: Path, pred: Path, policy: str) -> tuple[Instances, Instances]:
    """Both sides as the command line would read them."""
    truth = _read(gt, None, tuple(reading([rule], "gt").items()), policy)
    return truth, _read(pred, truth.sample_ids, tuple(reading([rule], "prediction").items()), policy)


@lru_cache(
    maxsize=8
)  # both engines, and often the next protocol, read the same files; tables cannot be changed
def _read(
    path: Path, samples: tuple[str, ...] | None, how: tuple[tuple[str, Any], ...], policy: str
) -> Instances:
    return read(path, samples=samples, **dict(how), invalid_polygons=policy)


def compare(path: Path, shared: Path, kernels: str) -> Found:
    """Counts the inputs of a gold file with one engine and compares every column of every sample."""
    official = load(path)
    rule = protocol(official["protocol"])
    policy = official["invalid_polygons"]
    truth, found = read_pair(rule, *inputs(official, shared), policy)
    lexicon = None
    if rule.reads.lexicon:
        lines = (shared / "data/lexicons/ic15_weak_voc.txt").read_text(encoding="utf-8").split("\n")
        lexicon = Lexicon.of(lines)
    text_lines = read(shared / LINES, role="gt", text=False) if rule.reads.gt_lines else None
    (record,) = Job(truth, [rule], "gold", lexicon, policy, kernels, gt_lines=text_lines).run(found)
    return Found(record, official, differing(record, official))


def differing(record: Record, official: dict[str, Any]) -> list[tuple[str, str, float, float]]:
    """Every cell that is not the official one. Integers must be equal; sums of reals agree within 1e-12 relative."""
    counts = record.counts
    position = {number(sample): k for k, sample in enumerate(counts.sample_ids)}
    assert counts.sums is not None
    out = []
    for name, column in official["columns"].items():
        real = name.startswith("sum:")
        ours = counts.sums[:, counts.sum_columns.index(name[4:])] if real else counts[name]
        for sample, value in zip(official["samples"], column, strict=True):
            mine = ours[position[number(str(sample))]].item()
            if abs(mine - value) > (1e-12 * max(1.0, abs(value)) if real else 0):
                out.append((str(sample), name, mine, value))
    if not official["samples"]:  # the script prints totals only
        return out
    missing = set(position) - {number(str(sample)) for sample in official["samples"]}
    rows = np.array([position[key] for key in sorted(missing)], np.int64)
    # Samples the script leaves out (no prediction file) must hold gt only.
    out += [(counts.sample_ids[k], "removed", 1.0, 0.0) for k in rows if has_matches(record, int(k))]
    return out


def tally(different: list[tuple[str, str, float, float]], official: dict[str, Any]) -> tuple[int, int]:
    """(samples with every count equal, all samples) of one official output."""
    samples = len(official["samples"])
    return samples - len({sample for sample, *_ in different}), samples


def has_matches(record: Record, row: int) -> bool:
    """Whether a sample matched anything."""
    names = [name for name in ("tp", "match", "removed") if name in record.counts.columns]
    return any(record.counts[name][row] for name in names)


def number(sample: str) -> str:
    """The number at the end of a sample id, by which gold files name samples ("img_1" and 1, "0001001" and 1001)."""
    digits = sample[len(sample.rstrip("0123456789")) :]
    return str(int(digits)) if digits else sample
