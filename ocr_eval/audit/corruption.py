"""Labels -> labels made wrong on purpose, to learn what the evidence looks like where a label is wrong."""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ocr_eval.text.scripts import script

Words = NDArray[np.uint32]

SHARE = 0.15  # of the labels
DRAWS = 5  # random numbers per label: whether, how, where, which character, which other label
_LATIN = string.ascii_letters + string.digits + ".,-"
_HOW = (0.45, 0.60, 0.75, 0.90)  # below: replace, delete, insert, swap case; else another label
_SPAN = 2.0**32


class Corruption:
    """Makes labels of one data set wrong.

    Texts with letters of another script than Latin take new characters from the data set's own labels.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = labels

    @cached_property
    def _characters(self) -> str:
        return "".join(sorted(set().union(*self.labels))) or _LATIN

    @cached_property
    def _distinct(self) -> list[str]:
        return sorted(set(self.labels))

    def wanted(self, draws: Words) -> NDArray[np.bool_]:
        """(n,) which labels are to be made wrong; ``draws`` (n, DRAWS)."""
        return draws[:, 0] < SHARE * _SPAN

    def make(self, label: str, draws: Sequence[int]) -> str:
        """The label with one error; now and then equal to the label, which then does not count as wrong."""
        _, how, where, which, other = draws
        u = how / _SPAN
        size = len(label)
        if u < _HOW[0] and size:
            at = where * size >> 32
            return label[:at] + self._character(label, which) + label[at + 1 :]
        if _HOW[0] <= u < _HOW[1]:
            at = where * size >> 32
            return label[:at] + label[at + 1 :] if size > 1 else label
        if u < _HOW[2]:  # also where there is nothing to replace
            at = where * (size + 1) >> 32
            return label[:at] + self._character(label, which) + label[at:]
        if u < _HOW[3]:
            return label.swapcase()
        others = self._distinct
        if len(others) < 2:
            return label
        place = other * (len(others) - 1) >> 32
        # Every label but this one, each as likely as the next.
        return others[place] if others[place] < label else others[place + 1]

    def _character(self, label: str, draw: int) -> str:
        pool = _LATIN if all(_is_latin(c) for c in label) else self._characters
        return pool[draw * len(pool) >> 32]


def _is_latin(character: str) -> bool:
    return character.isascii() or script(character) in ("Latin", "digits", "")
