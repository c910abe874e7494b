"""Official outputs that print ratios of an image, not its counts -> the samples whose ratios are not ours."""

from __future__ import annotations

from collections.abc import Mapping

from ocr_eval.protocols import protocol
from tests.parity.walk import Found, number


def differing_ratios(found: Found, names: Mapping[str, str]) -> list[tuple[str, str, float, float]]:
    """Every official ratio (its name -> ours) that is not what ``derive`` makes of our row, to the last bit.

    By the scripts' rule for one image: without care gts the recall is 1, and everything else 1 without predictions, 0
    with some. Ratios of sums of reals agree within 1e-12 relative.
    """
    official, counts = found.official, found.record.counts
    rule = protocol(official["protocol"])
    position = {number(sample): k for k, sample in enumerate(counts.sample_ids)}
    out = []
    for place, sample in enumerate(official["samples"]):
        k = position[number(str(sample))]
        alone = counts.take({counts.sample_ids[k]}).total()
        if alone["n_gt"]:
            metrics = rule.derive(alone)
        else:
            nothing = float(alone["n_det"] == 0)
            metrics = {name: 1.0 if name == "recall" else nothing for name in names.values()}
        for theirs, ours in names.items():
            value, mine = official["ratios"][theirs][place], metrics[ours]
            assert mine is not None
            slack = 1e-12 * abs(value) if rule.SUMS and "ned" in theirs else 0
            if abs(mine - value) > slack:
                out.append((str(sample), theirs, mine, value))
    return out
