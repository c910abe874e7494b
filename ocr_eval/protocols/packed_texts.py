"""Transcriptions as flat code points -> what a protocol asks of them: lengths at once, strings where one is needed.

Not a protocol: a ``Sequence[str]`` over the arrays that a table of instances holds anyway.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.tables.instances import Instances


class Texts(Sequence[str]):
    """N texts: ``codepoints`` (C,) uint32 and ``offset`` (N + 1,) int64 into them."""

    def __init__(self, codepoints: NDArray[np.uint32], offset: NDArray[np.int64]) -> None:
        self.codepoints, self.offset = codepoints, offset

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """The same texts; strings are packed, packed ones stay as they are."""
        import numpy as np

        from ocr_eval.tables.instances import offsets

        if isinstance(texts, Texts):
            return texts
        strings = tuple(texts)
        joined = "".join(strings).encode("utf-32-le", "surrogatepass")
        made = cls(np.frombuffer(joined, "<u4").astype(np.uint32), offsets([*map(len, strings)]))
        made.__dict__["strings"] = strings
        return made

    @classmethod
    def written(cls, side: Instances) -> Texts:
        """The transcriptions of a side that has some."""
        if side.codepoints is None or side.text_offset is None:
            raise ValueError("a table without transcriptions")
        return cls(side.codepoints, side.text_offset)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(N,) number of code points of each."""
        return self.offset[1:] - self.offset[:-1]

    @cached_property
    def strings(self) -> tuple[str, ...]:
        """All of them as Python strings."""
        joined = self.codepoints.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        return tuple(joined[a:b] for a, b in itertools.pairwise(self.offset.tolist()))

    def __len__(self) -> int:
        return len(self.offset) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self.strings[index]


def packed(first: Texts, second: Texts) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Code points and offsets of two lots, one after the other: what kernels read."""
    import numpy as np

    codepoints = np.concatenate([first.codepoints, second.codepoints])
    return codepoints, np.concatenate([first.offset, second.offset[1:] + first.offset[-1]])
