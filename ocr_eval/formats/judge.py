"""``Instances`` -> what is wrong or peculiar with their rings: the policy for invalid rings, and warnings (T11).

The table of the reference on reliability, section 3. The rings themselves are never changed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Findings
from ocr_eval.formats.reader import Columns
from ocr_eval.tables.instances import SELF_INTERSECTING, TOO_FEW, ZERO_AREA, Instances

_WORDS = {
    SELF_INTERSECTING: "self-intersecting ring",
    ZERO_AREA: "ring without area",
    TOO_FEW: "ring with too few distinct points",
}
_CURES = {TOO_FEW: "give at least three different points", ZERO_AREA: "give a ring that encloses something"}
POLICIES = ("refuse", "false-positive", "official")
_FARTHEST = 65_535  # beyond this on one axis a ring lies outside any image whose size is not known
_EVEN_ODD_BUDGET = (
    10_000  # vertices² whose even-odd area is worth computing for messages: well under a second
)


def judge(instances: Instances, columns: Columns, findings: Findings, policy: str | None) -> None:
    """Records faults and warnings of every ring. ``columns`` are what the table was built from.

    Without a ``policy`` no ring is invalid.
    """
    if not instances.geometry or not len(instances):
        return
    if policy is not None and not instances.valid.all():
        _invalid(instances, columns, findings, policy)
    _outside(instances, findings)
    _orientation(instances, findings)
    if findings.role == "gt":
        _identical(instances, columns.texts, findings)


def _invalid(instances: Instances, columns: Columns, findings: Findings, policy: str) -> None:
    areas = _signed_areas(instances)
    budget = _EVEN_ODD_BUDGET
    for k in np.flatnonzero(~instances.valid).tolist():
        what = _WORDS[int(instances.shape[k])]
        if policy == "official" or (policy == "false-positive" and findings.role != "gt"):
            message = f"{what} kept under --invalid-polygons {policy}"
            findings.warn("W_POLYGON", message, place=_place(instances, k))
            continue
        if findings.role == "gt" and not instances.care[k] and instances.shape[k] != SELF_INTERSECTING:
            findings.warn("W_GT", f"don't care: {what}", place=_place(instances, k))
            continue
        hint = ""
        if len(findings.problems) < findings.max_errors:
            budget -= int(instances.ring[k + 1] - instances.ring[k]) ** 2
            hint = _cure(instances, k, float(areas[k]), findings, even_odd=budget >= 0)
        sample, line = int(instances.sample_of[k]), int(instances.line[k])
        entry = instances.entries[sample]
        if entry in columns.pointers:
            findings.error("E_POLYGON", f"{what} {columns.pointers[entry][line - 1]}", hint, entry=entry)
        elif columns.pointer:
            document = columns.positions[sample] if columns.positions else sample
            where = columns.pointer.format(sample=document, index=line - 1)
            findings.error("E_POLYGON", f"{what} {where}", hint, entry=entry)
        else:
            findings.error("E_POLYGON", what, hint, entry=entry, line=line)


def _cure(instances: Instances, k: int, signed: float, findings: Findings, *, even_odd: bool) -> str:
    from ocr_eval.kernels.rings import even_odd_area

    areas = f"signed area {signed:.12g}"
    if even_odd:
        areas += f", even-odd area {float(even_odd_area(instances.points(k))):.12g}"
    cure = _CURES.get(int(instances.shape[k]), "order the points around the ring")
    if findings.role != "gt":
        cure += ", or keep it as a false positive with --invalid-polygons false-positive"
    return f"{areas}: {cure}"


def _outside(instances: Instances, findings: Findings) -> None:
    xy = instances.xy
    if xy.min() >= 0 and xy.max() <= _FARTHEST:
        return
    first = instances.ring[:-1]
    high, low = np.maximum.reduceat(xy, first), np.minimum.reduceat(xy, first)
    for k in np.flatnonzero(((high < 0) | (low > _FARTHEST)).any(1)).tolist():
        findings.warn("W_OUTSIDE", "ring outside any image", place=_place(instances, k))


def _orientation(instances: Instances, findings: Findings) -> None:
    backwards = np.flatnonzero(instances.valid & (_signed_areas(instances) < 0))
    if len(backwards):
        first = _place(instances, int(backwards[0]))
        findings.warn("W_ORIENTATION", "rings run counter-clockwise", place=first, count=len(backwards))


def _signed_areas(instances: Instances) -> NDArray[np.float64]:
    from ocr_eval.kernels.rings import signed_areas

    areas: NDArray[np.float64] = signed_areas(instances.xy, instances.ring)
    return areas


def _identical(instances: Instances, texts: Sequence[str | None], findings: Findings) -> None:
    """W_GT for instances of one sample with equal rings and texts. Exact; a hash finds the candidates."""
    first = instances.ring[:-1]
    position = np.arange(len(instances.xy)) - np.repeat(first, np.diff(instances.ring))
    bits = instances.xy.view(np.int64).astype(np.uint64)
    factor = (2 * position.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (bits[:, 0] ^ (bits[:, 1] >> np.uint64(7))) * factor
    hashed = np.add.reduceat(mixed + (bits[:, 1] * (factor | np.uint64(1)) >> np.uint64(3)), first)
    order = np.lexsort((hashed, instances.sample_of))
    same = (np.diff(instances.sample_of[order]) == 0) & (np.diff(hashed[order]) == 0)
    suspects = sorted({*order[:-1][same].tolist(), *order[1:][same].tolist()})
    seen: dict[tuple[int, bytes, str | None], int] = {}
    for k in suspects:
        key = (int(instances.sample_of[k]), instances.points(k).tobytes(), texts[k])
        first_one = seen.setdefault(key, k)
        if first_one != k:
            place = f"{_place(instances, first_one)} and {int(instances.line[k])}"
            findings.warn("W_GT", "identical instances", place=place)


def _place(instances: Instances, k: int) -> str:
    """``entry:line`` of an instance; the source is known to the reader of a warning."""
    entry, line = instances.entries[int(instances.sample_of[k])], int(instances.line[k])
    return f"{entry}:{line}" if entry else f"line {line}"
