"""CLEval's matches -> what its protocols explain: characters found, read, and what junk costs. Not a protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ocr_eval.protocols.centre_report import Centred, CentreReport
from ocr_eval.protocols.match_report import cut
from ocr_eval.protocols.reasons import clause

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.centre_report import Told
    from ocr_eval.protocols.cleval_match import Match
    from ocr_eval.protocols.cleval_text import Reading
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


def reporter(
    joined: Joined,
    pairing: Pairing,
    found: Match,
    needed: float,
    texts: Sequence[str] = (),
    reading: Reading | None = None,
) -> Callable[[int], Matches]:
    """``explain`` of any sample; with ``texts`` of the predictions and their ``reading`` that of ``cleval``."""
    import numpy as np

    centred = Centred(
        found.pairs,
        found.matched,
        found.held,
        found.precision.astype(np.float64),
        np.diff(found.centres.start),
        found.ignored,
        needed,
    )
    junk, with_match = found.junk.tolist(), set(found.pairs.pred[found.matched].tolist())
    some = set(found.pairs.gt[found.matched].tolist())

    def costs(p: int) -> Told:
        return "", [] if p in with_match else [clause("junk", count=junk[p])]

    if reading is None:
        return CentreReport(joined, pairing, centred, more_pred=costs).told
    correct, consumed, left = reading.correct.tolist(), reading.consumed.tolist(), reading.left

    def read(g: int) -> Told:
        size = len(found.texts[g])
        if g not in some:
            return "", []
        return "wrong text" if correct[g] < size else "", [
            clause("characters_read", count=correct[g], size=size)
        ]

    def used(p: int) -> Told:
        size = len(texts[p])
        if not size:
            return "", [clause("empty_costs_nothing")]
        if not left[p]:
            return "", [clause("used_all", size=size)]
        letters = cut(" ".join(left[p]))
        why = clause("used_some", count=consumed[p], size=size, letters=letters)
        return "wrong text" if p in with_match else "", [why]

    return CentreReport(joined, pairing, centred, more_gt=read, more_pred=used).told
