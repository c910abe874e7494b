"""A score next to nothing -> the one change of reading that would explain it, tested on the data, or nothing.

Nothing here is believed because it is plausible: every guess is applied to the predictions, matches are counted again,
and a guess is told only when it finds many that were not there before. A submission that is merely bad stays without
an explanation. ``suspicion`` says when to ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ocr_eval.engine import misread_rings as rings
from ocr_eval.engine import misread_scale as scale
from ocr_eval.engine import misread_texts as words
from ocr_eval.engine.misread_rings import Guess
from ocr_eval.errors import Notice

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances

LEAST = 3  # matches that a guess must find
FITTED = 5  # when numbers were fitted to the data
CROWD = 0.25  # share of what could match that a guess must find
SINGLY = 0.5  # when numbers were fitted to every sample
ENOUGH = 24  # samples that tell whether anything is wrong at all
SWAPPED = "x and y swapped and "
CODE = "W_NO_MATCH"


def explanation(gt: Instances, pred: Instances, *, text: bool) -> Notice | None:
    """What would explain that hardly anything matches; ``text`` where transcriptions are compared.

    The tables need not be joined; samples meet by id. None when nothing is clear, or one side is empty.
    """
    if gt.geometry != pred.geometry or not len(pred):
        return None
    gt = gt.where(gt.care)
    if not len(gt):
        return None
    said = _of_rings(gt, pred, text) if gt.geometry else _of_texts(gt, pred, _by_id(gt, pred), "samples")
    return None if said is None else Notice(CODE, said)


def is_clear(guess: Guess, before: int, possible: int, *, least: int, share: float) -> bool:
    """True when a guess finds enough, and four times as much as was there."""
    return guess.matches >= max(least, share * possible) and guess.matches >= 4 * before


def _of_rings(gt: Instances, pred: Instances, text: bool) -> str | None:
    own, other = rings.bounding_boxes(gt), rings.bounding_boxes(pred)
    partners = _partners(gt, pred)
    if not text:
        few = rings.cross(gt, pred, partners[:: max(1, len(partners) // ENOUGH)])
        if 2 * rings.matches(own, other, few) > min(few.gts, few.preds):
            return None
    pairs = rings.cross(gt, pred, partners)
    before, possible = rings.matches(own, other, pairs), min(pairs.gts, pairs.preds)
    if before * 4 > possible or not possible:
        if not (text and before):
            return None
        hits = rings.matching(own, other, pairs)
        return _of_texts(
            gt,
            pred,
            [(int(g), int(p)) for g, p in zip(pairs.gt[hits], pairs.pred[hits], strict=True)],
            "matches",
        )
    told = _best(rings.other_layouts(own, pred, other, pairs), before, possible)
    told = told or _fitted(own, other, pairs, before, possible)
    told = told or _best(_renamed(gt, pred, own, other), before, possible)
    unit = rings.holding(own, other, pairs, len(partners))
    if unit is not None and unit.matches >= 4 * max(before, 1):
        explained = 0.0 if told is None else told.matches / pairs.gts + told.matches / pairs.preds
        if unit.share > explained:
            return f"{before} of {possible} match, {unit.words}: {unit.cure}"
    if told is None:
        return None
    return f"{before} of {possible} match as read, {told.matches} would with {told.words}: {told.cure}"


def _fitted(
    own: rings.Boxes, other: rings.Boxes, pairs: rings.Crossing, before: int, possible: int
) -> Guess | None:
    """Other scales, origins and directions; if none is clear, scales again with x and y swapped."""
    alone = CROWD if scale.is_normalised(own, other) else SINGLY
    whole, single = (scale.rescaled, scale.shifted), (scale.rescaled_singly, scale.mirrored)
    turned = rings.swapped(other)
    for boxes, prefix, fits, share in (
        (other, "", whole, CROWD),
        (turned, SWAPPED, whole[:1], CROWD),
        (other, "", single, alone),
        (turned, SWAPPED, single[:1], alone),
    ):
        found = [guess for fit in fits if (guess := fit(own, boxes, pairs)) is not None]
        best = _best(found, before, possible, least=FITTED, share=share)
        if best is not None:
            return best._replace(words=prefix + best.words)
    return None


def _best(
    guesses: Sequence[Guess], before: int, possible: int, *, least: int = LEAST, share: float = CROWD
) -> Guess | None:
    clear = [guess for guess in guesses if is_clear(guess, before, possible, least=least, share=share)]
    return max(clear, key=lambda guess: guess.matches, default=None)


def _partners(gt: Instances, pred: Instances) -> list[tuple[int, int]]:
    """(gt sample, prediction sample) of equal ids."""
    position = {sample: k for k, sample in enumerate(pred.sample_ids)}
    return [(k, position[sample]) for k, sample in enumerate(gt.sample_ids) if sample in position]


def _by_id(gt: Instances, pred: Instances) -> list[tuple[int, int]]:
    """(gt, prediction) of samples with one instance on each side."""
    return [
        (int(gt.start[a]), int(pred.start[b]))
        for a, b in _partners(gt, pred)
        if len(gt.span(a)) == len(pred.span(b)) == 1
    ]


def other_names(ids: Sequence[str]) -> list[tuple[dict[str, str], str, str]]:
    """(name in the submission -> sample it would belong to, words, cure) for the usual ways to misnumber files."""
    numbers: dict[str, dict[int, str]] = {}
    for sample in ids:
        stem = sample.rstrip("0123456789")
        if len(stem) < len(sample):
            numbers.setdefault(stem, {})[int(sample[len(stem) :][:18])] = sample
    found = []
    for step, cure in ((1, "one too low"), (-1, "one too high")):
        moved = {
            own[number]: own[number + step]
            for own in numbers.values()
            for number in own
            if number + step in own
        }
        found.append(
            (moved, f"sample N read as N{step:+d}", f"numbers of the samples are {cure}: rename the files")
        )
    listed: dict[str, str] = {}
    for own in numbers.values():
        by_name = sorted(own.values())
        listed |= {own[number]: name for number, name in zip(sorted(own), by_name, strict=True)}
    if any(a != b for a, b in listed.items()):
        cure = "files seem to be numbered in the order 1, 10, 100, 2, …: sort them by number"
        found.append((listed, "samples taken in the order of their names as text", cure))
    return found


def _renamed(gt: Instances, pred: Instances, own: rings.Boxes, other: rings.Boxes) -> list[Guess]:
    """The usual ways to misnumber files, each with its matches."""
    position = {sample: k for k, sample in enumerate(gt.sample_ids)}
    guesses = []
    for moved, what, cure in other_names(gt.sample_ids):
        partners = [(position[moved[s]], k) for k, s in enumerate(pred.sample_ids) if s in moved]
        pairs = rings.cross(gt, pred, partners)
        guesses.append(Guess(rings.matches(own, other, pairs), what, cure))
    return guesses


def _of_texts(gt: Instances, pred: Instances, pairs: Sequence[tuple[int, int]], unit: str) -> str | None:
    """What would make texts equal that are not; ``unit`` says what the pairs are."""
    if not (gt.texts and pred.texts and pairs):
        return None
    texts = words.spread([(gt.texts[g], pred.texts[p]) for g, p in pairs])
    before, possible = words.equal(texts), len(texts)
    told = _best([*words.changes(texts), *_moved_texts(gt, pred, pairs)], before, possible)
    if told is not None:
        return f"{before} of {possible} {unit} have equal texts, {told.matches} would with {told.words}: {told.cure}"
    odd = words.one_for_all(texts) if before * 4 <= possible else ""
    return (
        f"{before} of {possible} {unit} have equal texts, {odd}: name the layout, or write the field"
        if odd
        else None
    )


def _moved_texts(gt: Instances, pred: Instances, pairs: Sequence[tuple[int, int]]) -> list[Guess]:
    """Texts of the neighbouring line, and of a sample with another number where there are no rings."""
    guesses = []
    if gt.geometry:
        for step, what in ((1, "next"), (-1, "previous")):
            moved = [
                (gt.texts[g], pred.texts[p + step])
                for g, p in pairs
                if 0 <= p + step < len(pred) and pred.sample_of[p + step] == pred.sample_of[p]
            ]
            cure = "texts and boxes are out of step by one line: write each text beside its own box"
            guesses.append(Guess(words.equal(words.spread(moved)), f"the text of the {what} line", cure))
        return guesses
    single = {
        gt.sample_ids[s]: gt.texts[gt.span(s)[0]] for s in np.flatnonzero(np.diff(gt.start) == 1).tolist()
    }
    for names, what, cure in other_names(gt.sample_ids):
        moved = [
            (single[names[s]], pred.texts[pred.span(k)[0]])
            for k, s in enumerate(pred.sample_ids)
            if names.get(s) in single and len(pred.span(k)) == 1
        ]
        guesses.append(Guess(words.equal(words.spread(moved)), what, cure))
    return guesses
