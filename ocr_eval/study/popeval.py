"""Counts of predictions under many protocols -> the questions of the PopEval paper, answered with intervals.

1. How often are all characters of a matched word right but their order (what PopEval cannot see)?
2. How often are words split or merged (Table II; what word-level protocols punish twice)?
3. Does it matter whether the ground truth has words or characters (Table III)?
4. Which metric goes with the ratings of people (Table IV: Pearson; Spearman beside it)?
And beside them: how far the greedy removal stays below the best that any order could reach, and how the ranks of the
predictions move between protocols. Everything is resampled under the same weights, so differences are paired.

Source: Lee, Yoon, Hoon, Choi, "PopEval: A Character-Level Approach to End-To-End Evaluation Compatible with Word-Level
Benchmark Dataset", 2019.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.protocols.formulas import Formula, rate
from ocr_eval.stats.bootstrap import intervals, replicates_together
from ocr_eval.stats.correlation import correlation_interval, movers, tau_b, weighted_tau
from ocr_eval.stats.intervals import Interval, interval
from ocr_eval.stats.ratios import Stack
from ocr_eval.study.evidence import CASCADE, POPEVAL, Evidence
from ocr_eval.study.order import COLUMNS
from ocr_eval.study.ratings import Rating, correlation, mean_ratings

Floats = NDArray[np.float64]
SCHEMA = "ocr-eval/study/1"
EXAMPLES = 20
ORDER: dict[str, Formula] = {
    "permuted_share": rate("permuted", "matched"),
    "out_of_order_share": rate("shared - in_order", "shared"),
}


def answers(found: Evidence, *, seed: int, ratings: Sequence[Rating] | None = None) -> dict[str, Any]:
    """JSON-ready; ratios are fractions, null is what has no value. ``ratings`` are people's, on these samples."""
    drawn = _Drawn(found, seed)
    return {
        "schema": SCHEMA,
        "study": "popeval",
        "samples": len(found.samples),
        "seed": seed,
        "predictions": list(found.predictions),
        "order": order_answers(found, drawn),
        "structure": structure_answers(found, drawn),
        "granularity": granularity_answers(found, drawn),
        "bound": bound_answers(found),
        "protocols": protocol_answers(found, drawn),
        "ranks": rank_answers(found, drawn),
        "ratings": None if ratings is None else rating_answers(found, ratings, seed),
        "left_out": [{"protocol": name, "reason": why} for name, why in found.left_out.items()],
    }


class _Drawn:
    """Replicates (B, S) of every metric that is asked for, all from one matrix of weights."""

    def __init__(self, found: Evidence, seed: int) -> None:
        headlines = found.headlines()
        cascade = found.rules[CASCADE].formulas
        self.shares = {name: cascade[name] for name in ("split_rate", "merge_rate")}
        word = {"hmean": found.rules[POPEVAL].formulas["hmean"]}
        parts: dict[str, tuple[Stack, Mapping[str, Formula]]] = {
            f"protocol {name}": (found.protocols[name], {metric: formula})
            for name, (metric, formula) in headlines.items()
        }
        parts["order"] = found.order, ORDER
        parts["structure"] = found.protocols[CASCADE], self.shares
        if found.characters is not None:
            parts["characters"] = found.characters, word
        self._parts = parts
        self._values = dict(zip(parts, replicates_together(list(parts.values()), seed=seed), strict=True))

    def values(self, part: str, metric: str) -> Floats:
        """(B, S) of one metric."""
        return self._values[part][metric]

    def figures(self, part: str, metric: str) -> list[dict[str, Any]]:
        """One figure per prediction: value and interval."""
        stack, formulas = self._parts[part]
        ends = intervals(stack, formulas[metric], self.values(part, metric), metric=metric)
        points = stack.point(formulas[metric]).tolist()
        return [_figure(value, end) for value, end in zip(points, ends, strict=True)]


def order_answers(found: Evidence, drawn: _Drawn) -> list[dict[str, Any]]:
    """Question 1: pairs of ``cascade`` whose characters are all there in another order, and what order costs."""
    shares = {name: drawn.figures("order", name) for name in ORDER}
    totals = {name: _totals(found.order, name) for name in COLUMNS}
    scores = found.protocols[POPEVAL].point(found.rules[POPEVAL].formulas["hmean"]).tolist()
    formula = found.rules[CASCADE].formulas["one_minus_ned_matched"]
    similar = found.protocols[CASCADE].point(formula).tolist()
    return [
        {"prediction": name}
        | {column: values[k] for column, values in totals.items()}
        | {share: values[k] for share, values in shares.items()}
        | {
            "popeval": _number(scores[k]),
            "one_minus_ned_matched": _number(similar[k]),
            "anagram_gap": _number(scores[k] - similar[k]),
            "examples": [list(example) for example in found.examples[name][:EXAMPLES]],
        }
        for k, name in enumerate(found.predictions)
    ]


def structure_answers(found: Evidence, drawn: _Drawn) -> list[dict[str, Any]]:
    """Question 2: predictions that are a part of a word, words that are a part of a prediction."""
    stack = found.protocols[CASCADE]
    totals = {name: _totals(stack, name) for name in ("split", "n_det", "merge", "n_gt")}
    shares = {name: drawn.figures("structure", name) for name in drawn.shares}
    return [
        {"prediction": name}
        | {column: values[k] for column, values in totals.items()}
        | {share: values[k] for share, values in shares.items()}
        for k, name in enumerate(found.predictions)
    ]


def granularity_answers(found: Evidence, drawn: _Drawn) -> list[dict[str, Any]] | None:
    """Question 3: popeval on words, on characters, and the difference; None without such a ground truth."""
    if found.characters is None:
        return None
    sides = {
        "words": (f"protocol {POPEVAL}", found.protocols[POPEVAL]),
        "characters": ("characters", found.characters),
    }
    own = {side: drawn.figures(part, "hmean") for side, (part, _) in sides.items()}
    totals = {
        side: {name: _totals(stack, name) for name in ("removed", "chars_det", "chars_gt")}
        for side, (_, stack) in sides.items()
    }
    apart = drawn.values(f"protocol {POPEVAL}", "hmean") - drawn.values("characters", "hmean")
    rows = []
    for k, name in enumerate(found.predictions):
        word, character = (own[side][k]["value"] for side in sides)
        difference = None if word is None or character is None else word - character
        ends = interval(apart[:, k], difference, units=len(found.samples), metric="difference")
        row: dict[str, Any] = {"prediction": name}
        for side in sides:
            row[side] = own[side][k] | {column: values[k] for column, values in totals[side].items()}
        rows.append(row | {"difference": _figure(difference, ends)})
    return rows


def bound_answers(found: Evidence) -> list[dict[str, Any]]:
    """Characters removed, and at most removable in any order (maximum flow per character)."""
    removed, best = _totals(found.protocols[POPEVAL], "removed"), _totals(found.optimum, "optimum")
    return [
        {"prediction": name, "removed": removed[k], "optimum": best[k], "gap": best[k] - removed[k]}
        for k, name in enumerate(found.predictions)
    ]


def protocol_answers(found: Evidence, drawn: _Drawn) -> list[dict[str, Any]]:
    """The metric that ranks under every protocol, per prediction."""
    return [
        {
            "protocol": name,
            "metric": metric,
            "values": [
                {"prediction": prediction} | figure
                for prediction, figure in zip(
                    found.predictions, drawn.figures(f"protocol {name}", metric), strict=True
                )
            ],
        }
        for name, (metric, _) in found.headlines().items()
    ]


def rank_answers(found: Evidence, drawn: _Drawn) -> list[dict[str, Any]]:
    """Every two protocols: Kendall's tau-b with its interval, the top-weighted tau, and who moves. Empty below two."""
    if len(found.predictions) < 2:
        return []
    rows = []
    for (one, first), (other, second) in combinations(found.headlines().items(), 2):
        x, y = (
            found.protocols[name].point(formula).tolist()
            for name, (_, formula) in ((one, first), (other, second))
        )
        if any(math.isnan(value) for value in (*x, *y)):
            tau, heavy, ends, moves = None, None, None, []
        else:
            tau, heavy = tau_b(x, y), weighted_tau(x, y)
            drawn_x, drawn_y = (
                drawn.values(f"protocol {one}", first[0]),
                drawn.values(f"protocol {other}", second[0]),
            )
            ends = _ends(correlation_interval(drawn_x, drawn_y, tau, units=len(found.samples)))
            moves = [list(move) for move in movers(found.predictions, x, y) if move.before != move.after]
        rows.append(
            {"a": one, "b": other, "tau_b": tau, "interval": ends, "weighted_tau": heavy, "movers": moves}
        )
    return rows


def rating_answers(found: Evidence, ratings: Sequence[Rating], seed: int) -> dict[str, Any]:
    """Question 4: every metric that is a ratio of sums, per sample, beside the mean rating of it."""
    means = mean_ratings(ratings)
    rows = []
    for name, stack in found.protocols.items():
        for metric, formula in found.rules[name].formulas.items():
            each = stack.each(formula)
            scores = {
                (prediction, sample): float(each[i, k])
                for k, prediction in enumerate(found.predictions)
                for i, sample in enumerate(stack.samples)
            }
            own = correlation(scores, means, seed=seed)
            higher = found.rules[name].METRICS[metric]
            rows.append({"protocol": name, "metric": metric, "higher_is_better": higher} | own.to_json())
    return {"ratings": len(ratings), "rated": len(means), "correlations": rows}


def _totals(stack: Stack, column: str) -> list[int]:
    values = stack.linear(((column, 1),), stack.totals)[:, 0]
    return [int(value) for value in np.broadcast_to(values, (len(stack.names),)).tolist()]


def _figure(value: float | None, ends: Interval) -> dict[str, Any]:
    return {"value": _number(value), "interval": _ends(ends)}


def _ends(found: Interval) -> list[float] | None:
    return None if found.lo is None or found.hi is None else [found.lo, found.hi]


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value
