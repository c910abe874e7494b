"""Code points with offsets -> a sequence of texts, of which some may be absent; strings are made when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.tables.arrays import offsets

if TYPE_CHECKING:
    from collections.abc import Iterator


class PackedTexts(Sequence[str | None]):
    """N texts: ``codepoints`` uint32 of all, ``offset`` int64 (N + 1,), ``absent`` bool (N,): None in its place."""

    def __init__(
        self, codepoints: NDArray[np.uint32], offset: NDArray[np.int64], absent: NDArray[np.bool_]
    ) -> None:
        self.codepoints, self.offset, self.absent = codepoints, offset, absent

    @classmethod
    def joined(cls, parts: Sequence[PackedTexts]) -> PackedTexts:
        """The texts of all parts, one part after the other."""
        if len(parts) == 1:
            return parts[0]
        sizes = [np.diff(part.offset) for part in parts]
        return cls(
            np.concatenate([part.codepoints for part in parts]),
            offsets(np.concatenate(sizes)),
            np.concatenate([part.absent for part in parts]),
        )

    def __len__(self) -> int:
        return len(self.absent)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        if self.absent[index]:
            return None
        k = index % len(self)
        points = self.codepoints[self.offset[k] : self.offset[k + 1]].astype("<u4", copy=False)
        return points.tobytes().decode(
            "utf-32-le", "surrogatepass"
        )  # by name: "utf-32" takes a first U+FEFF away

    def __iter__(self) -> Iterator[str | None]:
        return (self[k] for k in range(len(self)))

    def count(self, value: Any) -> int:
        """How many texts are equal to this; of None without making strings."""
        return int(self.absent.sum()) if value is None else super().count(value)
