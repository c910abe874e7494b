"""Submissions and folds -> checkers on the samples of a gt: what each may judge, what it read there.

A checker that was trained on part of a gt repeats its errors. It is therefore given as one file per fold, and judges
with each only the images of that fold, which that file's model has not seen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Notice, close_matches, quote, usage_error
from ocr_eval.pairing import Pairing
from ocr_eval.tables.digest import digest
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import Joined, join
from ocr_eval.tables.pairs import Pairs

IOU = 0.5  # strict, as in the agreement of annotators
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Checker:
    """``instances`` on the samples of the gt, in its order; ``asked`` (S,) False: no file, or trained on the image."""

    name: str
    instances: Instances
    asked: Flags
    dropped: int = 0  # predictions for images that the checker was trained on

    @cached_property
    def key(self) -> tuple[str, bytes]:
        """What orders checkers: their content, whatever they are called and however they are spelled."""
        return digest(self.instances, sort=True), self.asked.tobytes()

    @property
    def has_confidence(self) -> bool:
        return self.instances.confidence is not None

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The transcriptions in NFC, as labels are compared; empty for a checker that only finds text."""
        return nfc(self.instances.texts)


@dataclass(frozen=True, eq=False)
class View:
    """A checker's instances against those of the gt: pairs, and who belongs to whom."""

    checker: Checker
    pairing: Pairing
    pairs: Pairs
    partner: NDArray[np.int64]  # (N gt,) instance of the checker, -1 = none
    asked: Flags  # (N gt,) the checker was asked about the instance's sample


def nfc(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text if text.isascii() else unicodedata.normalize("NFC", text) for text in texts)


def canonical_gt(gt: Instances) -> Instances:
    """The gt with its samples by UTF-8 bytes of their ids: the order that breaks every tie."""
    order = sorted(range(len(gt.sample_ids)), key=lambda s: gt.sample_ids[s].encode("utf-8", "surrogatepass"))
    return gt.take(order, tuple(gt.sample_ids[s] for s in order))


def checker_of(
    gt: Instances, name: str, parts: Sequence[tuple[str | None, Instances]], folds: Mapping[str, str]
) -> Checker:
    """One checker from (fold, predictions) of its files; fold None: it may judge all samples.

    Raises InputError (E_USAGE) for a fold that no image has, or for a mixture of files with and without fold.
    """
    if any(fold is None for fold, _ in parts):
        if len(parts) > 1:
            hint = f"give every file of {name} its fold: {name}:FOLD=PATH"
            raise usage_error(f"checker {quote(name)} has several files, one without a fold", hint)
        pred = parts[0][1]
        return Checker(name, join(gt, pred).pred, np.isin(gt.sample_ids, pred.sample_ids))
    known = sorted(set(folds.values()))
    given: dict[str, Instances] = {}
    for fold, pred in parts:
        if fold not in known:
            near = close_matches(str(fold), known) or known[:10]
            reason = f"checker {quote(name)}: no image is in fold {quote(str(fold))}"
            raise usage_error(reason, f"folds: {', '.join(near) or 'none, give --folds'}")
        if fold in given:
            raise usage_error(f"checker {quote(name)} has two files for fold {quote(str(fold))}", "keep one")
        given[str(fold)] = pred
    asked = np.zeros(len(gt.sample_ids), np.bool_)
    dropped = 0
    held: list[Instances] = []
    for fold, pred in sorted(given.items()):
        table = join(gt, pred).pred
        own = np.array([folds.get(s) == fold for s in gt.sample_ids], np.bool_)
        keep = own[table.sample_of]
        dropped += int((~keep).sum())
        asked |= own & np.isin(gt.sample_ids, pred.sample_ids)
        held.append(table.where(keep))
    return Checker(name, _together(held), asked, dropped)


def view(gt: Instances, checker: Checker) -> View:
    """Matches the care instances of the gt one to one with the checker's (IoU > ``IOU``); equal rings by equal texts.

    Lists of words match by sample. Raises InputError (E_USAGE) where one side has rings and the other has none.
    """
    pred = checker.instances
    if gt.geometry != pred.geometry:
        sides = ("regions", "a list of words") if gt.geometry else ("a list of words", "regions")
        hint = "give checkers of the same kind as the ground truth"
        reason = f"the ground truth holds {sides[0]}, checker {quote(checker.name)} {sides[1]}"
        raise usage_error(reason, hint)
    joined = Joined(gt, pred, (), ())
    pairing = Pairing(joined, policy="false-positive")
    asked = checker.asked[gt.sample_of]
    pairs = pairing.rings
    if not gt.geometry:
        partner = np.full(len(gt), -1, np.int64)
        first = pred.start[:-1][gt.sample_of]
        has = np.diff(pred.start)[gt.sample_of] > 0
        partner[has] = first[has]
        return View(checker, pairing, pairs, np.where(gt.care, partner, -1), asked)
    among = pairing.overlaps(pairs, IOU, among=gt.care[pairs.gt])
    equal = None
    if checker.texts and gt.texts:
        labels = nfc(gt.texts)
        flags = [
            labels[g] == checker.texts[p] for g, p in zip(pairs.gt.tolist(), pairs.pred.tolist(), strict=True)
        ]
        equal = np.array(flags, np.bool_)
    return View(checker, pairing, pairs, pairing.one_to_one(pairs, among, equal=equal), asked)


def notices(checkers: Sequence[Checker]) -> tuple[Notice, ...]:
    """What the reader of an audit must know about its checkers."""
    found = []
    for checker in checkers:
        if checker.dropped:
            message = f"{checker.name}: predictions for images it was trained on left out"
            found.append(Notice("W_IGNORED", message, checker.dropped))
        absent = int((~checker.asked).sum())
        if absent:
            message = f"{checker.name}: samples without prediction, not counted as empty"
            found.append(Notice("W_MISSING_SAMPLES", message, absent))
    return tuple(found)


def _together(parts: Sequence[Instances]) -> Instances:
    """Tables on the same samples, no sample filled in two of them, as one table. Fields that one lacks are gone."""
    from ocr_eval.tables.builder import InstancesBuilder

    has_text = all(part.codepoints is not None for part in parts)
    has_confidence = all(part.confidence is not None for part in parts)
    first = parts[0]
    builder = InstancesBuilder(
        source=first.source,
        format=first.format,
        geometry=all(part.geometry for part in parts),
        has_text=has_text,
        has_confidence=has_confidence,
    )
    for s, sample in enumerate(first.sample_ids):
        own = next((part for part in parts if len(part.span(s))), first)
        builder.begin(sample, own.entries[s])
        for i in own.span(s):
            builder.add(
                own.points(i).ravel().tolist(),
                own.texts[i] if has_text else "",
                bool(own.care[i]),
                float(own.confidence[i]) if own.confidence is not None else 1.0,
                int(own.line[i]),
            )
    if not has_text:
        builder.texts = []
    return replace(builder.build(), notices=sum((part.notices for part in parts), ()))
