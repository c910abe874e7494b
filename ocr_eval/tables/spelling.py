"""Numbers, rings and texts <-> how canonical lines spell them; ``LineError`` says what cannot stand in one.

Nothing that counts is imported: pages read canonical lines.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.limits import Limits


# Further numbers of instances, of COCO documents: the box as written, the area as annotated, iscrowd as 0 or 1, the id
# of the category, and 1 where a transcription is given (0: the field is absent, which is not an empty text).
NUMBERS = ("left", "top", "width", "height", "area", "crowd", "category", "transcribed")


class LineError(ValueError):
    """What is wrong with one line."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def spell(value: float) -> str:
    """The shortest decimal that reads back; a whole number without a point."""
    return str(int(value)) if value == int(value) else repr(value)


def spell_all(values: NDArray[np.float64]) -> list[str]:
    """``spell`` of many."""
    whole = values.astype("int64")
    if (whole == values).all():
        low, high = (int(whole.min()), int(whole.max())) if len(whole) else (0, 0)
        if high - low < len(whole):  # pixels recur: every number is spelled once
            return list(map(list(map(str, range(low, high + 1))).__getitem__, (whole - low).tolist()))
        return list(map(str, whole.tolist()))
    return [str(int(v)) if v == int(v) else repr(v) for v in values.tolist()]  # spell, without its calls


def finite(value: Any, where: str) -> float:
    """A number of a line. Raises LineError for anything else, infinities and booleans included."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    if not known or (isinstance(value, float) and not math.isfinite(value)):
        raise LineError("E_COORD", f"{where}: {value!r:.40} is no finite number")
    number: float = value
    return number


def ring(value: Any, where: str, limits: Limits) -> Iterator[str]:
    """The numbers of a ring as they are spelled."""
    if not isinstance(value, list) or len(value) % 2:
        raise LineError("E_FORMAT", f"{where}: expected a ring as x1,y1,x2,y2,…")
    if len(value) > 2 * limits.vertices:
        raise LineError("E_LIMIT", f"{where}: ring of {len(value) // 2} vertices, at most {limits.vertices}")
    for number in value:
        if abs(finite(number, where)) > limits.coordinate:
            raise LineError(
                "E_COORD", f"{where}: coordinate outside -{limits.coordinate} to {limits.coordinate}"
            )
        yield spell(number)


def text(value: Any, where: str) -> str:
    """A text as it is spelled."""
    if not isinstance(value, str):
        raise LineError("E_FORMAT", f"{where}: expected a text")
    if "\0" in value:
        raise LineError("E_ENCODING", f"{where}: NUL, which no layout can hold")
    return json.encoder.encode_basestring(value)
