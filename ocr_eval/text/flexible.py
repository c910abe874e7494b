"""Two texts -> hits and edits with free order of lines and of parts of lines: flexible character accuracy.

C. Clausner, S. Pletschacher, A. Antonacopoulos, "Flexible character accuracy measure for reading-order-independent
evaluation", Pattern Recognition Letters 131 (2020) 390-397. The paper leaves choices open; ours are those of
qurator-spk/dinglehopper ``flexible_character_accuracy.py`` @0dd5fc0, made unique where it depends on an alignment:

1. Lines are those of ``splitlines``, empty ones dropped, longest first, equal ones in their order.
2. While both sides have lines: t = the shorter of the two longest ones. For every gt line of at least t characters its
   best prediction (3 to 5); of these pairs the most accurate counts, the first on ties.
3. The best piece of two lines: every stretch of the longer one that is as long as the shorter one, then both whole
   lines; lowest D + I + 2 S of an alignment with fewest edits and among those fewest substitutions, the first on ties,
   never with as many substitutions as the shorter line has characters. Then the same starts with more characters, up to
   D + S more of the gt. Last, reading nothing, if that is cheaper.
4. Penalty = (D + I + 2 S) E + difference of lengths L + offset O - shorter length M, where the offset is how far the
   piece stands from the nearer end of the longer line.
5. The prediction with the lowest penalty wins, the first on ties.
6. Both pieces are cut out; what stands before and after them goes back into the lists, behind lines as long.
7. Lines left over are deletions and insertions.
8. All of this for every (E, L, O, M); the fewest edits count, the first on ties.

Newlines are no characters here, so lengths differ from those of an error rate. Characters are code points.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from ocr_eval.text.distance import Edits

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTINGS = (range(15, 31, 5), range(0, 22, 3), range(4), range(6))  # E, L, O, M: the last one varies fastest
STEPS = 5 * 10**10  # cells of tables of costs, and parts that are looked at: a minute or two


def flexible_edits(gt: str, pred: str, steps: int = STEPS) -> Edits | None:
    """The edits of the best setting; None where it would take more than ``steps``, which depends on the texts alone."""
    a, b = _lines(gt), _lines(pred)
    size, other = sum(map(len, a)), sum(map(len, b))
    if sorted(a) == sorted(b):
        return Edits(size, 0, 0, 0)  # the first setting finds every line's equal
    if not a or not b:
        return Edits(0, 0, size, other)
    import numpy as np

    from ocr_eval.kernels.flexible import counts

    settings = np.array(list(product(*SETTINGS)), np.int64)
    found = counts(*_packed(a), *_packed(b), settings, steps)
    if found is None:
        return None
    hits, substitutions, deletions, insertions = found[found[:, 1:].sum(axis=1).argmin()].tolist()
    return Edits(hits, substitutions, deletions, insertions)


def accuracy(edits: Edits) -> float:
    """1 - edits / gt characters: 1 for two empty texts, minus the insertions without gt characters; may be negative."""
    size = edits.hits + edits.substitutions + edits.deletions
    if size:
        return 1 - edits.distance / size
    return float(-edits.insertions) if edits.insertions else 1.0


def _lines(text: str) -> list[str]:
    return sorted((line for line in text.splitlines() if line), key=len, reverse=True)


def _packed(lines: Sequence[str]) -> tuple[Any, Any]:
    """Code points uint32 of all lines, offsets int64 (lines + 1,)."""
    import numpy as np

    points = np.frombuffer("".join(lines).encode("utf-32-le", "surrogatepass"), np.uint32)
    return points, np.cumsum([0, *map(len, lines)], dtype=np.int64)
