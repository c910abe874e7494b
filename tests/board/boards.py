"""Boards made by script, for tests: any number of submissions, hostile texts, hidden data, IC15 and copies of a system.

Everything here is a function of its arguments: draws come from a counter hash, so the same call gives the same store on
every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval import Counts, Instances, Job, Record, __version__, protocol, read
from ocr_eval.record import Identity
from ocr_eval.tables.builder import InstancesBuilder
from scripts.perturb import archive, perturbed
from tests.board.hostile_texts import OWN

WORDS = 9  # most words of a synthetic sample
IC15 = ("textpms", "east_resnet50", "pixellink", "drrg", "giou_east", "synthetic", "craft_reimpl")
IC15_PROTOCOLS = ("rrc-iou", *(f"rrc-iou(iou={iou})" for iou in (0.6, 0.7, 0.8)))
E2E_PROTOCOLS = ("cascade", "popeval")
# Faults of the copies of one real end-to-end system (scripts/perturb.py).
COPIES: dict[str, dict[str, float]] = {
    "copy": {"jitter": 1},
    "jitter-3": {"jitter": 3},
    "drop-5": {"drop": 0.05},
    "drop-20": {"drop": 0.2},
    "split-10": {"split": 0.1},
    "merge-10": {"merge": 0.1},
    "case-20": {"case": 0.2},
    "all-5": {"drop": 0.05, "merge": 0.05, "split": 0.05, "jitter": 2, "case": 0.05},
    "all-20": {"drop": 0.2, "merge": 0.2, "split": 0.2, "jitter": 4, "case": 0.2},
}
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Entry:
    """A submission before it is stored: its card, one record per protocol, and what overlays are drawn from."""

    card: dict[str, Any]
    records: tuple[Record, ...]
    pred: Instances | None = None
    invalid_polygons: str = "refuse"


@dataclass(frozen=True)
class Made:
    """A board before it is stored. ``tags``: slice column -> tag of each sample."""

    dataset: str
    gt_digest: str
    samples: tuple[str, ...]  # by their UTF-8 bytes
    protocols: tuple[str, ...]
    entries: tuple[Entry, ...]
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] | None = None
    visibility: str = "public"
    title: str = "Synthetic board"
    gt: Instances | None = None
    seed: int | None = None  # of the intervals; None: from the digest
    canaries: tuple[str, ...] = ()  # what no public page may hold


def uniforms(*shape: int, seed: str) -> Floats:
    """Numbers in [0, 1): the first 53 bits of a mixed counter (Steele, Lea, Flood 2014, the SplitMix64 finaliser)."""
    start = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "little")
    step = np.uint64(0x9E3779B97F4A7C15)
    state = np.arange(1, int(np.prod(shape)) + 1, dtype=np.uint64) * step + np.uint64(start)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        state = (state ^ (state >> np.uint64(shift))) * np.uint64(factor)
    state ^= state >> np.uint64(31)
    return (state >> np.uint64(11)).astype(np.float64).reshape(shape) / 2**53


def digest(*parts: object) -> str:
    """64 hex digits that stand for contents which do not exist."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


def synthetic(
    submissions: int,
    samples: int,
    protocols: Sequence[str] = ("rrc-iou",),
    *,
    seed: int = 1,
    dataset: str = "synthetic",
    twins: int = 0,
    undefined: bool = False,
) -> Made:
    """A board of systems that differ a little on samples that differ much, as real ones do.

    The ``twins`` submissions after the first repeat its counts; ``undefined``: no sample has any word, so no metric
    is defined. Supported: rrc-iou, cascade, popeval.
    """
    ids = tuple(sorted((f"img_{k + 1}" for k in range(samples)), key=str.encode))
    truth = Truth(samples, seed, undefined)
    gt_digest = digest(dataset, samples, seed)
    entries: list[Entry] = []
    for k in range(submissions):
        name = f"system-{k + 1:04d}"
        like = 0 if k <= twins else k
        records = []
        for text in protocols:
            rule = protocol(text)
            counts = Counts.of(ids, *truth.counts(rule.ID, like, submissions))
            identity = Identity(__version__, dataset, gt_digest, digest(dataset, seed, name))
            records.append(Record.of(rule, counts, identity, prediction=name))
        entries.append(
            Entry({"id": name, "name": f"System {k + 1}", "authors": [f"Team {k % 40 + 1}"]}, tuple(records))
        )
    tags = {
        "size": tuple("small" if value < 0.3 else "large" for value in truth.difficulty),
        "script": tuple("ko" if value < 0.4 else "en" for value in uniforms(samples, seed=f"{seed}/script")),
    }
    return Made(dataset, gt_digest, ids, tuple(protocols), tuple(entries), tags)


class Truth:
    """What all submissions share: words per sample, how hard each sample is, and the luck of each word."""

    def __init__(self, samples: int, seed: int, undefined: bool) -> None:
        self.samples, self.seed = samples, seed
        self.difficulty = uniforms(samples, seed=f"{seed}/difficulty")
        words = 1 + (uniforms(samples, seed=f"{seed}/words") * WORDS).astype(np.int64)
        self.words = words * 0 if undefined else words
        self.exists = np.arange(WORDS)[None, :] < self.words[:, None]  # (samples, WORDS)
        self.luck = uniforms(samples, WORDS, seed=f"{seed}/luck")

    def counts(
        self, rule: str, submission: int, of: int
    ) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
        """Columns and sums of one submission under one protocol."""
        own = uniforms(self.samples, WORDS, seed=f"{self.seed}/own/{submission}")
        skill = 0.95 - 0.35 * submission / max(of, 2)
        chance = np.clip(skill - 0.5 * (self.difficulty - 0.5), 0.0, 1.0)[:, None]
        found = self.exists & (
            np.where(own < 0.3, uniforms(self.samples, WORDS, seed=f"{submission}"), self.luck) < chance
        )
        read = found & (own * 7 % 1 < 0.8)
        extra = (own[:, :3] < 0.08).sum(axis=1)
        tp, n_gt = found.sum(axis=1), self.words
        n_det, nothing = tp + extra, np.zeros(self.samples, np.int64)
        dc_gt = (self.luck[:, 0] * 3).astype(np.int64)
        dc = {"dc_gt": dc_gt, "dc_det": np.minimum(dc_gt, (own[:, 1] * 3).astype(np.int64))}
        if rule == "rrc-iou":
            return {"tp": tp, "n_gt": n_gt, "n_det": n_det, **dc}, {}
        if rule == "popeval":
            gt, det = n_gt * 5, n_det * 5
            return {"removed": tp * 4 + read.sum(axis=1), "chars_gt": gt, "chars_det": det, **dc}, {}
        if rule == "cascade":
            match = {"match": tp, "wem": read.sum(axis=1), "split": nothing, "merge": nothing}
            similarity = np.round(read.sum(axis=1) + 0.7 * (tp - read.sum(axis=1)), 3)
            return {"n_gt": n_gt, "n_det": n_det, **match, **dc}, {"similarity": similarity}
        raise ValueError(f"no synthetic counts for {rule}")


def hostile(
    texts: Sequence[str] = OWN,
    submissions: int | None = None,
    *,
    samples: int | None = None,
    protocols: Sequence[str] = ("rrc-iou", "cascade", "popeval"),
) -> Made:
    """A board on which every text is a method's name, an author, an affiliation, notes, an address, a transcription,
    a sample id, an alias, a name of a slice and a slice value.

    ``submissions`` and ``samples``: how many of the texts become names and sample ids (default: all).
    """
    texts = tuple(dict.fromkeys(texts))
    size = len(texts)
    ids = tuple(sorted(texts[:samples], key=lambda text: text.encode("utf-8", "surrogatepass")))
    number = {sample: texts.index(sample) for sample in ids}
    own = [number[sample] for sample in ids]  # so that draws follow the texts, not their byte order
    gt = drawn(ids, [[texts[s], texts[-1 - s], "Café"] for s in own])
    rules = tuple(protocols)
    job = Job(gt, [protocol(rule) for rule in rules], "hostile")
    entries = []
    for k, name in enumerate(texts[:submissions]):
        # One of three words is found and read, one found and misread, some are missing.
        words = [
            [
                texts[s],
                *([texts[(s * 7 + k) % size]] if (s + k) % 3 else []),
                *(["CAFE"] if (s * k) % 5 == 0 else []),
            ]
            for s in own
        ]
        pred = drawn(ids, words, shift=k % 7)
        card = {
            "id": f"hostile-{k:03d}",
            "name": name if name.strip() else f"blank {k}",  # a card without a name is refused
            "authors": [texts[(k + 1) % size], texts[(k + 2) % size]],
            "affiliation": texts[(k + 3) % size],
            "notes": texts[(k + 4) % size],
            "hardware": texts[(k + 5) % size],
            "training_data": [texts[(k + 6) % size]],
            "licence": texts[(k + 7) % size],
            "url": texts[(k + 8) % size],
            "paper": texts[(k + 9) % size],
            "weights": texts[k],
            "code": "https://example.org/?a=1&b=%22%3E%3Cscript%3EOWNED=1%3C/script%3E",
        }
        if k % 10 == 9:
            card |= {"withdrawn": True, "withdrawn_reason": texts[(k + 8) % size]}
        entries.append(Entry(card, tuple(job.run(pred, name)), pred))
    tags = {
        "kind": tuple(texts[s % min(5, size)] for s in own),
        texts[0]: tuple(texts[(5 + s % 3) % size] for s in own),
    }
    aliases = tuple(texts[k] for k in range(len(ids)))
    return Made(
        "hostile", job.gt_digest, ids, rules, tuple(entries), tags, aliases=aliases, title=texts[0], gt=gt
    )


def drawn(ids: Sequence[str], words: Sequence[Sequence[str]], shift: float = 0.0) -> Instances:
    """One row of boxes per sample, 100 pixels apart, moved to the right by ``shift``."""
    builder = InstancesBuilder(format="icdar-quad")
    for sample, own in zip(ids, words, strict=True):
        builder.begin(sample, "res.txt")
        for k, text in enumerate(own):
            left = 100.0 * k + shift
            builder.add((left, 0, left + 80, 0, left + 80, 30, left, 30), text, line=k + 1)
    return builder.build()


def hidden(seed: int = 0, submissions: int = 5, samples: int = 120) -> Made:
    """A board on hidden data. Its canaries: every gt transcription, gt coordinate and sample id.

    Another ``seed`` gives another gt and other ids, in the same byte order, with the same counts, predictions and
    digests of predictions: what a public site shows of it must not change, but for the keyed digest and its seed.
    """

    def secret(*what: object) -> str:
        return digest("canary", seed, *what)[:12]

    ids = tuple(f"{k:05d}-{secret('id', k)}" for k in range(samples))
    base = synthetic(submissions, samples, ("rrc-iou", "cascade"), seed=11, dataset="hidden")
    words = base.entries[0].records[0].counts["n_gt"].tolist()
    builder = InstancesBuilder(format="icdar-quad")
    canaries = set(ids)
    for sample, count in zip(ids, words, strict=True):
        builder.begin(sample, f"gt_{sample}.txt")
        for k in range(count):
            x, y = (1000 + int(secret(sample, k, axis), 16) % 10**7 / 10**4 for axis in "xy")
            text = f"W{secret(sample, k, 'text')}"
            canaries |= {
                text,
                *(value for value in (repr(x), repr(y)) if len(value) >= 9),
            }  # none by accident
            builder.add((x, y, x + 37, y, x + 37, y + 11, x, y + 11), text, line=k + 1)
    gt = builder.build()
    gt_digest = digest("hidden", seed)
    entries = []
    for entry in base.entries:
        own = drawn(ids, [["read"] * n for n in entry.records[0].counts["n_det"].tolist()])
        records = []
        for record in entry.records:
            counts = replace(record.counts, sample_ids=ids)
            identity = Identity(__version__, "hidden", gt_digest, digest("predictions", entry.card["id"]))
            records.append(
                Record.of(protocol(record.protocol), counts, identity, prediction=record.prediction)
            )
        entries.append(Entry(entry.card, tuple(records), own))
    aliases = tuple(f"sample {k + 1}" for k in range(samples))
    return Made(
        "hidden",
        gt_digest,
        ids,
        base.protocols,
        tuple(entries),
        base.tags,
        aliases,
        "hidden",
        gt=gt,
        canaries=tuple(sorted(canaries)),
    )


def ic15(shared: Path, protocols: Sequence[str] = IC15_PROTOCOLS) -> Made:
    """The seven IC15 detectors of the reference on statistics, section 9.4."""
    data = shared / "data/ic15"
    gt = read(data / "gt.zip", role="gt", text=True)
    rules = [protocol(text) for text in protocols]
    entries = []
    for name in IC15:
        policy = "official" if name == "synthetic" else "refuse"  # it has two rings that cross themselves
        pred = read(
            data / f"detection/{name}.zip", samples=gt.sample_ids, text=False, invalid_polygons=policy
        )
        job = Job(gt, rules, "ic15-test", invalid_polygons=policy)
        card = {"id": name.replace("_", "-"), "name": name}
        entries.append(Entry(card, tuple(job.run(pred, name)), pred, policy))
    return Made(
        "ic15-test",
        job.gt_digest,
        by_bytes(gt),
        tuple(protocols),
        tuple(entries),
        title="IC15 detection",
        gt=gt,
        seed=20261121,
    )


def end_to_end(shared: Path, folder: Path, protocols: Sequence[str] = E2E_PROTOCOLS) -> Made:
    """A real end-to-end system of IC15 and copies of it with known faults; ``folder`` receives the copies' zips."""
    original = shared / "data/ic15/end_to_end/units_shared.zip"
    gt = read(shared / "data/ic15/gt_e2e.zip", role="gt", text=True)
    job = Job(gt, [protocol(text) for text in protocols], "ic15-e2e")
    instances = read(original, format="icdar-quad", text=True)
    entries = []
    for name, recipe in {"original": {}, **COPIES}.items():
        path = folder / f"{name}.zip"
        path.write_bytes(archive(perturbed(instances, recipe, seed=15)))
        pred = read(path, samples=gt.sample_ids, text=True)
        spelled = ", ".join(f"{fault} {amount}" for fault, amount in recipe.items())
        card = {"id": f"units-{name}", "name": f"UNITS ({spelled or 'as it is'})"}
        entries.append(Entry(card, tuple(job.run(pred, name)), pred))
    return Made(
        "ic15-e2e",
        job.gt_digest,
        by_bytes(gt),
        tuple(protocols),
        tuple(entries),
        title="IC15 end to end",
        gt=gt,
    )


def by_bytes(instances: Instances) -> tuple[str, ...]:
    """The sample ids in canonical order."""
    return tuple(sorted(instances.sample_ids, key=lambda text: text.encode("utf-8", "surrogatepass")))
