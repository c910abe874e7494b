"""Boards made by script, for tests: how many submissions one likes, hostile texts, hidden data, the seven of IC15.

Everything here is a function of its arguments: draws come from a counter hash, so the same call gives the same store on
every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval import Counts, Record, __version__, protocol
from ocr_eval.record import Identity

WORDS = 9  # most words of a synthetic sample
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Entry:
    """A submission before it is stored: its card, and one record per protocol."""

    card: dict[str, Any]
    records: tuple[Record, ...]


@dataclass(frozen=True)
class Made:
    """A board before it is stored. ``tags``: slice column -> tag of each sample."""

    dataset: str
    gt_digest: str
    samples: tuple[str, ...]  # by their UTF-8 bytes
    protocols: tuple[str, ...]
    entries: tuple[Entry, ...]
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    visibility: str = "public"
    title: str = "Synthetic board"


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
