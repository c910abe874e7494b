"""Slow, obvious twin of ``totaltext-word-spotting`` and ``ctw1500-word-spotting``: one sample -> its count row."""

from __future__ import annotations

from collections.abc import Sequence

from tests.oracles import rrc_word_spotting
from tests.oracles.curved_e2e import taken
from tests.oracles.overlaps import Ring


def row(
    gts: Sequence[tuple[Ring, str]],
    preds: Sequence[tuple[Ring, str]],
    *,
    mtsv3: bool = False,
    shortest: int = 3,
) -> dict[str, int]:
    """Flat word spotting on the texts that the script takes from the lines."""
    truth, found = ([(ring, taken(text, mtsv3=mtsv3)) for ring, text in side] for side in (gts, preds))
    excuses = [not mtsv3 or text != "###" for _, text in truth]
    return rrc_word_spotting.row(truth, found, shortest=shortest, excuses=excuses)
