"""Parts of agreement.json -> rows of the report's tables: classes, ceilings, the heat map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def class_rows(listed: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[int | None], int]]:
    """(class, one-to-one pairs of it for every pair of annotators, sum), most frequent first, equal texts on top."""
    known = [pair["text"]["classes"] if pair["text"] else None for pair in listed]
    names = {name for classes in known if classes for name in classes}
    rows = [
        (
            name,
            [None if classes is None else classes.get(name, 0) for classes in known],
            sum((classes or {}).get(name, 0) for classes in known),
        )
        for name in names
    ]
    return sorted(rows, key=lambda row: (row[0] != "equal", -row[2], row[0]))


def flat_ceilings(ceilings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row per protocol and metric: the figure of every direction, the mean; or the reason why there is none."""
    result = []
    for one in ceilings:
        directions = one["directions"]
        reasons = [row["reason"] for row in directions if row.get("reason")]
        common = {"protocol": one["protocol"], "images": one["images"], "directions": directions}
        metrics = list(dict.fromkeys(name for row in directions for name in row["metrics"]))
        for name in metrics:
            cells = [row["metrics"].get(name) for row in directions]
            result.append(
                common | {"metric": name, "cells": cells, "mean": one["mean"].get(name), "reason": None}
            )
        if not metrics:
            result.append(
                common
                | {"metric": None, "cells": [], "mean": None, "reason": reasons[0] if reasons else None}
            )
    return result


def headline_ceiling(ceilings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The mean of the first metric named hmean (else of the first metric) of every protocol that has one."""
    result = []
    for one in ceilings:
        name = "hmean" if "hmean" in one["mean"] else next(iter(one["mean"]), None)
        if name is not None and one["mean"][name]["value"] is not None:
            result.append(
                {"protocol": one["protocol"], "metric": name, "images": one["images"]} | one["mean"][name]
            )
    return result


def heat(body: Mapping[str, Any]) -> list[tuple[str, list[tuple[float | None, int | None]]]] | None:
    """Annotator -> (agreement with every other, shade 0 … 5); None for two annotators."""
    names = [row["annotator"] for row in body["annotators"]]
    if len(names) < 3:
        return None
    score = body["settings"]["leverage_of"]
    values: dict[frozenset[str], float | None] = {
        frozenset((pair["a"], pair["b"])): (pair["scores"].get(score) or {}).get("value")
        for pair in body["pairs"]
    }
    known = [value for value in values.values() if value is not None]
    low, spread = min(known, default=0.0), (max(known, default=1.0) - min(known, default=0.0)) or 1.0

    def cell(one: str, other: str) -> tuple[float | None, int | None]:
        value = values.get(frozenset((one, other)))
        return value, None if value is None else round(5 * (value - low) / spread)

    return [(one, [cell(one, other) for other in names]) for one in names]
