"""Slow, obvious twin of ``totaltext-e2e`` and ``ctw1500-e2e``: one sample -> its count row."""

from __future__ import annotations

from collections.abc import Sequence

from tests.oracles.overlaps import Ring
from tests.oracles.rrc_e2e import agree
from tests.oracles.rrc_pairs import pair
from tests.oracles.rrc_word_spotting import after_lexicon


def taken(text: str, *, mtsv3: bool) -> str:
    """What a script takes from the end of the line."""
    if mtsv3:
        return text.split(",")[-1]
    text = text.split(",####")[0].strip()
    if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
        text = text[1:-1].replace("\\\\", "\\").replace('\\"', '"')
    return text


def row(
    gts: Sequence[tuple[Ring, str]],
    preds: Sequence[tuple[Ring, str]],
    *,
    mtsv3: bool = False,
    lexicon: Sequence[str] = (),
    policy: str = "none",
) -> dict[str, int]:
    """``gts`` and ``preds`` are (ring, transcription as it stands behind ``,####``)."""
    truth = [taken(text, mtsv3=mtsv3) for _, text in gts]
    kept = after_lexicon([(ring, taken(text, mtsv3=mtsv3)) for ring, text in preds], lexicon, policy)
    care = [text != "###" for text in truth]
    holders = [not own and not mtsv3 for own in care]
    found = pair([ring for ring, _ in gts], care, [ring for ring, _ in kept], excuses=holders)
    return {
        "tp": sum(agree(truth[g], kept[p][1]) for g, p in found.pairs),
        "paired": len(found.pairs),
        "n_gt": sum(care),
        "n_det": len(kept) - len(found.ignored),
        "dc_gt": sum(holders),
        "dc_det": len(found.ignored),
        "dropped": len(preds) - len(kept),
    }
