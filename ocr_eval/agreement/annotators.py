"""All pairs of annotators -> what can be said of each of them: agreement with the others, bias, pace, drift."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ocr_eval.agreement.effort import annotator_rows as effort_rows
from ocr_eval.agreement.figures import TOO_FEW, Figure, Figures, ends_of, undefined
from ocr_eval.agreement.inputs import Annotations, Annotator
from ocr_eval.agreement.pair import Pair
from ocr_eval.agreement.tightness import BIASES, EDGES
from ocr_eval.agreement.work_log import WorkLog, drift, pace
from ocr_eval.protocols.formulas import Formula
from ocr_eval.stats.intervals import interval
from ocr_eval.stats.ratios import Stack

HEADLINES = ("f1", "end_to_end_f1", "one_minus_ned")
ALONE = "only two annotators: no pair is left without one"


def annotator_rows(
    annotations: Annotations,
    pairs: Sequence[Pair],
    figures: Figures,
    *,
    seed: int,
    groups: Sequence[str | None] | None,
    log: WorkLog | None = None,
) -> list[dict[str, Any]]:
    """One row per annotator, in canonical order; ``pace`` and ``drift`` only where there is a work log."""
    bias = biases(annotations, pairs, seed=seed, groups=groups)
    effort = effort_rows(annotations, pairs, seed=seed, groups=groups)
    rows = []
    for one, work in zip(annotations.annotators, effort, strict=True):
        own = [k for k, pair in enumerate(pairs) if one in (pair.a, pair.b)]
        others = [k for k in range(len(pairs)) if k not in own]
        row: dict[str, Any] = {"annotator": one.id, "digest": one.digest}
        row |= counts(one)
        row["agreement"] = {
            name: figures.mean(name, own).to_json() for name in HEADLINES if name in figures.formulas
        }
        row["leave_one_out"] = {
            name: _left_out(figures, name, others).to_json() for name in HEADLINES if name in figures.formulas
        }
        row["bias"] = {name: figure.to_json() for name, figure in bias[one.id].items()}
        row["edit_effort"] = work
        if log is not None:
            entries = log.of(one.name)
            row |= {"pace": pace(entries, *_sizes(one)), "drift": drift(entries, disagreement(pairs, own))}
        rows.append(row)
    return rows


def counts(one: Annotator) -> dict[str, Any]:
    """What an annotator drew on the images compared, and how much there is in all."""
    table = one.table
    flagged = int((~table.care).sum())
    return {
        "format": table.format,
        "images": one.images,
        "all_instances": one.instances,
        "instances": len(table),
        "care": len(table) - flagged,
        "dont_care": flagged,
        "dont_care_share": flagged / len(table) if len(table) else None,
        "empty_images": int((np.diff(table.start) == 0).sum()),
        "invalid_rings": int((~table.valid).sum()),
        "transcriptions": table.codepoints is not None,
    }


def biases(
    annotations: Annotations, pairs: Sequence[Pair], *, seed: int, groups: Sequence[str | None] | None
) -> dict[str, dict[str, Figure]]:
    """annotator -> mean log area ratio and offsets against all others; above 0: draws looser.

    An annotator's sums over all pairs they are in, so every match counts once.
    """
    parts = [pair.tightness.columns() for pair in pairs]
    ids = [one.id for one in annotations.annotators]
    columns = {}
    for name in parts[0]:
        table = np.zeros(
            (len(annotations.images), len(ids)), np.float64 if name.startswith("sum:") else np.int64
        )
        for pair, own in zip(pairs, parts, strict=True):
            sign = -1 if name.startswith("sum:") else 1
            table[:, ids.index(pair.a.id)] += sign * own[name]
            table[:, ids.index(pair.b.id)] += own[name]
        columns[name] = table
    stack = Stack.from_columns(ids, annotations.images, columns, groups=groups)
    formulas: dict[str, Formula] = dict(BIASES)
    figures = Figures(stack, formulas, seed, dict.fromkeys(BIASES, "no matches"))
    return {
        name: {key: figures.figure(k, key)._replace(sd=None) for key in ("log_area_ratio", *EDGES)}
        for k, name in enumerate(ids)
    }


def disagreement(pairs: Sequence[Pair], own: Sequence[int] | None = None) -> dict[str, float]:
    """image -> 1 - mean F1 (end to end where there are transcriptions) over pairs; images with instances only."""
    images = pairs[0].units.a.sample_ids
    total, counted = np.zeros(len(images)), np.zeros(len(images), np.int64)
    for k in range(len(pairs)) if own is None else own:
        columns = pairs[k].columns
        total += columns["sum:end_to_end_f1" if pairs[k].has_texts else "sum:f1"]
        counted += columns["images"]
    return {
        image: 1 - value / n
        for image, value, n in zip(images, total.tolist(), counted.tolist(), strict=True)
        if n
    }


def _left_out(figures: Figures, name: str, others: Sequence[int]) -> Figure:
    """Mean over the pairs without an annotator minus mean over all: above 0, the others agree better."""
    if not others:
        return undefined(ALONE)
    without, whole = figures.mean(name, others), figures.mean(name)
    if without.value is None or whole.value is None:
        return undefined(without.reason or whole.reason or "no instances", without.n)
    value = without.value - whole.value
    points = figures.stack.point(figures.formulas[name])
    drawn = figures.drawn[name]
    if not len(drawn):
        return Figure(value, without.n, no_interval=TOO_FEW)
    known = [k for k in range(len(points)) if not math.isnan(points[k])]
    mine = [k for k in others if k in known]
    differences = drawn[:, mine].mean(axis=1) - drawn[:, known].mean(axis=1)
    found = interval(differences, value, units=figures.stack.units, metric=name, unit=figures.stack.unit)
    ends, why = ends_of(found)
    return Figure(value, without.n, ends, None, why)


def _sizes(one: Annotator) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """image -> instances, image -> characters."""
    table = one.table
    instances = np.diff(table.start)
    lengths = np.zeros(len(table), np.int64) if table.text_offset is None else np.diff(table.text_offset)
    characters = np.bincount(table.sample_of, lengths, minlength=len(instances)).astype(np.int64)
    return (
        dict(zip(table.sample_ids, instances.tolist(), strict=True)),
        dict(zip(table.sample_ids, characters.tolist(), strict=True)),
    )
