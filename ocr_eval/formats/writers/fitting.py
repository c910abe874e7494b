"""A table on its way into a layout, and what was lost of it so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import InputError, Problem
from ocr_eval.tables.instances import Instances

_MEANING = {
    "angles": "boxes are turned by an angle, which layout {} does not hold",
    "rings": "rings have another number or order of vertices than layout {} holds",
    "decimals": "rings lie between whole pixels, where layout {} has none",
    "angle digits": "angles have more digits than layout {} holds",
    "geometry": "rings have no place in layout {}",
    "texts": "transcriptions would be read as others in layout {}",
}


@dataclass(frozen=True)
class Loss:
    """One kind of loss: how many instances, samples or fields, and the first place."""

    kind: str
    count: int
    first: str


class Fitting:
    """A table on its way; ``change`` asks before it alters what decides scores."""

    def __init__(self, table: Instances, layout: str, lossy: bool) -> None:
        self.table, self.layout, self.lossy = table, layout, lossy
        self.losses: list[Loss] = []

    def change(self, kind: str, index: NDArray[np.int64]) -> None:
        """Counts a loss of rings or texts. Raises InputError (E_USAGE) unless losing is allowed."""
        table, first = self.table, int(index[0])
        if not self.lossy:
            reason = f"{len(index)} {_MEANING[kind].format(self.layout)}, this is the first"
            hint = "choose another layout with --to, or let them change with --lossy, which counts them"
            entry, line = table.entries[int(table.sample_of[first])], int(table.line[first])
            problem = Problem("E_USAGE", reason, hint, table.source, entry, line, is_folder=table.is_folder)
            raise InputError([problem])
        self.losses.append(Loss(kind, len(index), table.place(first)))

    def drop(self, kind: str, count: int, first: str, **fields: Any) -> None:
        """Counts a loss of what stands beside rings and texts, and takes it out."""
        if count:
            self.losses.append(Loss(kind, count, first))
        self.table = replace(self.table, **fields)
