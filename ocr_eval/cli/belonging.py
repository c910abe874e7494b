"""Do count tables belong together? Same gt, protocol, parameters and samples: else exit 6 with what differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ocr_eval.errors import InputError, Problem, usage_error

if TYPE_CHECKING:
    from ocr_eval.cli.counted import Counted


def recorded_seed(tables: Sequence[Counted]) -> int | None:
    """The gt's seed when records name their gt; None lets the sample ids decide."""
    from ocr_eval.record import parse_signature
    from ocr_eval.stats.signature import default_seed

    lines = {table.signature for table in tables}
    if None in lines:
        return None
    digests = {parse_signature(line)["ds"].rpartition("@")[2] for line in lines if line is not None}
    return default_seed(digests.pop()) if len(digests) == 1 else None


def belonging(tables: Sequence[Counted], *, allow: bool) -> list[str]:
    """What keeps the tables from belonging together, in words. Raises InputError (exit 6) unless ``allow``."""
    first = tables[0]
    problems: list[tuple[str, str]] = []
    for other in tables[1:]:
        pair = f"{first.name} and {other.name}"
        if first.signature is not None and other.signature is not None:
            problems += _differences(first.signature, other.signature, pair)
        elif other.protocol != first.protocol:
            problems.append(
                ("E_SIGNATURE", f"{pair} differ in the protocol: {first.protocol}, {other.protocol}")
            )
        if set(other.counts.sample_ids) != set(first.counts.sample_ids):
            apart = set(other.counts.sample_ids) ^ set(first.counts.sample_ids)
            shown = ", ".join(sorted(apart)[:3])
            problems.append(("E_DATASET", f"{pair} differ in {len(apart)} samples, first {shown}"))
        elif "n_gt" in first.counts.columns and _gt_counts(first) != _gt_counts(other):
            problems.append(("E_DATASET", f"{pair} count another number of gts on the same samples"))
    if problems and not allow:
        hint = "score both against the same ground truth with the same protocol, or add --allow-mismatch"
        raise InputError([Problem(code, reason, hint) for code, reason in dict.fromkeys(problems)])
    return [reason for _, reason in dict.fromkeys(problems)]


def _gt_counts(table: Counted) -> dict[str, int]:
    return dict(zip(table.counts.sample_ids, table.counts["n_gt"].tolist(), strict=True))


def _differences(first: str, other: str, pair: str) -> list[tuple[str, str]]:
    """Data set, protocol and parameters must agree; the version of ocr_eval, the prediction and kept rings need not."""
    from ocr_eval.record import parse_signature

    a, b = parse_signature(first), parse_signature(other)
    found = []
    for key in dict.fromkeys((*a, *b)):
        if key in ("ocr-eval", "pred", "poly") or a.get(key) == b.get(key):
            continue
        x, y = (fields.get(key) or "none" for fields in (a, b))
        if key == "ds":
            if x.rpartition("@")[2] == y.rpartition("@")[2]:
                continue  # the same gt under another name
            found.append(("E_DATASET", f"{pair} differ in the data set: {_short(x)} and {_short(y)}"))
        else:
            found.append(("E_SIGNATURE", f"{pair} differ in {key}: {_short(x)} and {_short(y)}"))
    return found


def _short(value: str) -> str:
    from ocr_eval.record import shorten

    return shorten(value)


def common_samples(tables: Sequence[Counted]) -> list[Counted]:
    """The tables cut to the samples that all have."""
    from dataclasses import replace

    shared = set.intersection(*(set(table.counts.sample_ids) for table in tables))
    if not shared:
        raise usage_error("the results have no sample in common", "score them on the same data", "E_DATASET")
    return [replace(table, counts=table.counts.take(shared)) for table in tables]
