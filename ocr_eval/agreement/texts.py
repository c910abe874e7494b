"""The one-to-one pairs of two annotators -> what differs in their texts: classes, alpha, distances, confusions."""

from __future__ import annotations

from typing import Any

from ocr_eval.agreement.figures import plain
from ocr_eval.agreement.pair import CONFUSIONS, Pair
from ocr_eval.agreement.rules import classes

BINS = 20


def to_json(pair: Pair, *, seed: int) -> dict[str, Any] | None:
    """Classes, alpha, distances and confusions of the one-to-one pairs; None without transcriptions."""
    if not pair.has_texts:
        return None
    found = pair.text_agreement(seed)
    n = len(pair.texts)
    why = "its pool of distances is not resampled"

    def alpha(one: Any) -> dict[str, Any]:
        return plain(one.value, one.units, reason=one.reason or "", no_interval=why).to_json()

    separation = found.separation
    ranked = sorted(pair.classes, key=classes(pair.user_rules))
    return {
        "pairs": n,
        "classes": {name: pair.classes[name] for name in ranked},
        "alpha_ned": alpha(found.alpha),
        "alpha_nominal": alpha(found.nominal),
        "expected_distance": found.alpha.expected,
        "distinct": found.distinct,
        "sampled_pairs": found.sampled,
        "ks": separation.ks,
        "ks_at": separation.at,
        "sigma": separation.sigma,
        "expected_5_percent": separation.low,
        "observed_histogram": found.observed.histogram(BINS),
        "expected_histogram": found.expected.histogram(BINS),
        "confusions": [{"a": a, "b": b, "times": times} for a, b, times in pair.confusions[:CONFUSIONS]],
        "confusions_in_all": len(pair.confusions),
    }
