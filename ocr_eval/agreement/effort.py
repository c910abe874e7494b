"""One annotator's labels taken as pre-labels of another -> the work that is left: boxes, flags, characters.

Counted unit by unit, with the rings of the one on the way to those of the other:

* a match stays (IoU above the threshold) or is *moved*; what only the pre-labels have is *deleted*, what they lack is
  *added*; don't cares are counted apart, since a submission as annotator never draws any;
* in a split, merge or regroup the one-to-one pairs stay, the other rings are moved as long as both sides have some,
  care to care first, and the rest is deleted or added;
* *flags* are the rings that stay or move and change between care and don't care;
* *characters* are edits of the texts of care rings: of the two texts where a ring stays, of both sides read in order
  without white space where they are cut otherwise, all of them where a ring is new; a text goes with a deleted ring.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement.figures import Figures
from ocr_eval.agreement.units import EXTRA, MISSING
from ocr_eval.protocols.formulas import rate
from ocr_eval.stats.ratios import Stack
from ocr_eval.text.distance import distances

if TYPE_CHECKING:
    from ocr_eval.agreement.inputs import Annotations
    from ocr_eval.agreement.pair import Pair
    from ocr_eval.tables.instances import Instances

BOXES = ("kept", "moved", "added", "added_dont_care", "deleted", "deleted_dont_care", "flags")
TEXTS = ("characters", "typed_from_nothing")
SHARES = {
    "boxes_per_instance": rate("moved + added + deleted", "instances"),
    "characters_per_character": rate("characters", "typed_from_nothing"),
}
REASONS = {"boxes_per_instance": "no instances", "characters_per_character": "no characters"}
NO_TEXTS = "no texts"
_SPACE = re.compile(r"\s+")

Ints = NDArray[np.int64]


def columns(pair: Pair, *, forward: bool) -> dict[str, Ints]:
    """(S,) counts per image on the way from a to b (``forward``) or from b to a; no characters without texts.

    ``instances`` and ``typed_from_nothing``: care rings of the target, and the characters of their texts.
    """
    units, image = pair.units, pair.units.sample
    source, target = (units.a, units.b) if forward else (units.b, units.a)
    size = len(source.sample_ids)
    found = {name: np.zeros(size, np.int64) for name in BOXES}
    texts: list[tuple[int, str, str]] = []  # image, before, after

    matched, first, second = units.matches
    i, j = (first, second) if forward else (second, first)
    found["kept"] += np.bincount(image[matched[~units.loose[matched]]], minlength=size)
    found["moved"] += np.bincount(image[matched[units.loose[matched]]], minlength=size)
    found["flags"] += np.bincount(image[matched[source.care[i] != target.care[j]]], minlength=size)
    lost, new = (MISSING, EXTRA) if forward else (EXTRA, MISSING)
    of_source, of_target = (units.of_a, units.of_b) if forward else (units.of_b, units.of_a)
    lone = units.kind == new
    lonely = of_target.values[of_target.start[:-1][lone]]
    for name, table, kind, of in (("deleted", source, lost, of_source), ("added", target, new, of_target)):
        own = units.kind == kind
        care = table.care[of.values[of.start[:-1][own]]]
        found[name] += np.bincount(image[own][care], minlength=size)
        found[f"{name}_dont_care"] += np.bincount(image[own][~care], minlength=size)
    if pair.has_texts:
        rows = [
            (int(s), _text(source, p), _text(target, t)) for s, p, t in zip(image[matched], i, j, strict=True)
        ]
        texts += [row for row, t in zip(rows, j, strict=True) if target.care[t]]
        texts += [(int(s), "", _text(target, t)) for s, t in zip(image[lone], lonely, strict=True)]

    partner = dict(zip(*(side.tolist() for side in units.paired), strict=True))
    for unit in pair.structure.several.tolist():
        texts += _several(pair, unit, forward, partner, int(image[unit]), found)
    found["instances"] = np.bincount(target.sample_of[target.care], minlength=size)
    if pair.has_texts:
        edits = distances([row[1] for row in texts], [row[2] for row in texts])
        where = np.array([row[0] for row in texts], np.int64)
        found["characters"] = np.bincount(where, edits, minlength=size).astype(np.int64)
        lengths = np.array([len(text) for text in target.texts], np.int64) * target.care
        found["typed_from_nothing"] = np.bincount(target.sample_of, lengths, minlength=size).astype(np.int64)
    return found


def pair_rows(
    pair: Pair, *, seed: int, groups: Sequence[str | None] | None, labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The work from a to b and from b to a."""
    rows = []
    for one, other, own in zip((pair.a, pair.b), (pair.b, pair.a), pair.effort, strict=True):
        (row,) = _rows([own], pair.units.a.sample_ids, seed, groups)
        rows.append({"from": labels[one.id], "to": labels[other.id]} | row)
    return rows


def annotator_rows(
    annotations: Annotations, pairs: Sequence[Pair], *, seed: int, groups: Sequence[str | None] | None
) -> list[dict[str, Any]]:
    """Per annotator the work from their labels to those of every other, added up; ``targets`` says how many."""
    sums = []
    for one in annotations.annotators:
        own = [pair.effort[int(pair.b is one)] for pair in pairs if one in (pair.a, pair.b)]
        shared = [name for name in own[0] if all(name in part for part in own)]
        sums.append({name: np.sum([part[name] for part in own], axis=0) for name in shared})
    rows = _rows(sums, annotations.images, seed, groups)
    return [{"targets": len(annotations) - 1} | row for row in rows]


def _rows(
    systems: Sequence[Mapping[str, Ints]],
    images: Sequence[str],
    seed: int,
    groups: Sequence[str | None] | None,
) -> list[dict[str, Any]]:
    shared = [name for name in systems[0] if all(name in one for one in systems)]
    stack = Stack.from_columns(
        list(map(str, range(len(systems)))),
        tuple(images),
        {name: np.stack([one[name] for one in systems], axis=1) for name in shared},
        groups=groups,
    )
    formulas = {
        name: SHARES[name] for name in SHARES if name != "characters_per_character" or "characters" in shared
    }
    figures = Figures(stack, formulas, seed, REASONS)
    rows = []
    for k, one in enumerate(systems):
        row: dict[str, Any] = {name: int(one[name].sum()) for name in (*BOXES, "instances")}
        row |= {name: int(one[name].sum()) if name in one else None for name in TEXTS}
        for name in SHARES:
            row[name] = (
                figures.figure(k, name)._replace(sd=None, design_effect=None).to_json()
                if name in formulas
                else {"value": None, "n": 0, "interval": None, "reason": NO_TEXTS}
            )
        rows.append(row)
    return rows


def _several(
    pair: Pair, unit: int, forward: bool, partner: Mapping[int, int], image: int, found: dict[str, Ints]
) -> list[tuple[int, str, str]]:
    """Counts one unit of several rings on a side; the texts before and after."""
    of_a, of_b = pair.structure.members(unit)
    both = [(i, partner[i]) for i in of_a if partner.get(i) in of_b]
    rest_a = [i for i in of_a if i not in {i for i, _ in both}]
    rest_b = [j for j in of_b if j not in {j for _, j in both}]
    source, target = (pair.units.a, pair.units.b) if forward else (pair.units.b, pair.units.a)
    before, after = (rest_a, rest_b) if forward else (rest_b, rest_a)
    moved = min(len(before), len(after))
    cares, wanted = (
        [i for i in rest if table.care[i]] for table, rest in ((source, before), (target, after))
    )
    found["kept"][image] += len(both)
    found["moved"][image] += moved
    for name, rest, care in (("deleted", before, len(cares)), ("added", after, len(wanted))):
        left = care - min(moved, care)
        found[name][image] += left
        found[f"{name}_dont_care"][image] += len(rest) - moved - left
    found["flags"][image] += abs(min(moved, len(cares)) - min(moved, len(wanted)))
    if not pair.has_texts:
        return []
    same = [(i, j) if forward else (j, i) for i, j in both]
    texts = [(image, _text(source, p), _text(target, t)) for p, t in same]
    sides = (
        _SPACE.sub("", "".join(_text(table, i) for i in rest))
        for table, rest in ((source, cares), (target, wanted))
    )
    old, new = sides
    return [*texts, (image, old, new)] if new else texts


def _text(table: Instances, instance: int) -> str:
    """What is written in a care ring; a don't care holds no text that could be kept."""
    return table.texts[instance] if table.care[instance] else ""
