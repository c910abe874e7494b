"""Slow, obvious twin of ``cleval``: one sample -> its count row; subsequences stand as strings in the whole table."""

from __future__ import annotations

from collections.abc import Sequence

from tests.oracles import cleval_det
from tests.oracles.pseudo_characters import Ring


def subsequence(a: str, b: str) -> str:
    """What stands in the last cell of the script's table."""
    table = [[""] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            above, left = table[i - 1][j], table[i][j - 1]
            if a[i - 1] == b[j - 1]:
                table[i][j] = table[i - 1][j - 1] + a[i - 1]
            else:
                table[i][j] = above if len(above) > len(left) else left
    return table[-1][-1]


def row(
    gts: Sequence[tuple[Ring, str]], preds: Sequence[tuple[Ring, str]], *, upper: bool = False
) -> dict[str, int]:
    """``gts`` and ``preds`` are (ring of four corners, transcription)."""
    found = cleval_det.match(gts, [ring for ring, _ in preds], upper=upper)
    places = cleval_det.row(gts, [ring for ring, _ in preds], upper=upper)
    texts = [text.upper() if upper else text for _, text in preds]
    left = list(texts)
    for g in found.cares:
        waiting = [p for own, p in found.pairs if own == g]
        order: list[int] = []
        for c in range(len(found.texts[g])):
            holders = [p for p in waiting if c in found.pairs[g, p]]
            if len(waiting) > 1 and holders:
                order.append(holders[0])
                waiting.remove(holders[0])
        order += waiting[:1]
        for character in subsequence(found.texts[g], "".join(left[p] for p in order)):
            giver = next(p for p in order if character in left[p])
            left[giver] = left[giver].replace(character, "", 1)
    return {
        "tp_char": sum(len(texts[p]) - len(left[p]) for p in found.kept),
        "n_char_gt": places["n_char_gt"],
        "n_char_det": sum(len(texts[p]) for p in found.kept),
        "penalty_gt": places["penalty_gt"],
        "penalty_det": places["penalty_det"],
    }
