"""Slow, obvious twin of ``rrc-word-spotting``: one sample -> its count row, words judged character by character."""

from __future__ import annotations

from collections.abc import Sequence

from tests.oracles.overlaps import Ring
from tests.oracles.rrc_e2e import MARKS, corrected
from tests.oracles.rrc_pairs import pair


def looked_for(text: str, shortest: int = 3) -> str | None:
    """The cleaned word, or None when the text is don't care."""
    if text[-2:] in ("'s", "'S"):
        text = text[:-2]
    while text[:1] == "-":
        text = text[1:]
    while text[-1:] == "-":
        text = text[:-1]
    for mark in MARKS:
        text = text.replace(mark, " ")
    text = text.strip()
    if " " in text or len(text) < shortest:
        return None
    for letter in text:
        plain = letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"
        latin = "\u00c0" <= letter <= "\u01bf" or "\u01c4" <= letter <= "\u027f"
        greek = "\u0386" <= letter <= "\u03ff"
        if letter in "\u00d7\u00f7\u0387" or not (plain or latin or greek):
            return None
    return text


def row(
    gts: Sequence[tuple[Ring, str]],
    preds: Sequence[tuple[Ring, str]],
    *,
    shortest: int = 3,
    lexicon: Sequence[str] = (),
    policy: str = "none",
    excuses: Sequence[bool] | None = None,
) -> dict[str, int]:
    """``gts`` and ``preds`` are (ring, transcription). ``excuses``: gts that may ignore predictions if not care."""
    words = [None if text == "###" else looked_for(text, shortest) for _, text in gts]
    kept = after_lexicon(preds, lexicon, policy)
    care = [word is not None for word in words]
    holders = [not own and (excuses is None or excuses[g]) for g, own in enumerate(care)]
    found = pair([ring for ring, _ in gts], care, [ring for ring, _ in kept], excuses=holders)
    return {
        "tp": sum(str(words[g]).upper() == kept[p][1].upper() for g, p in found.pairs),
        "paired": len(found.pairs),
        "n_gt": sum(care),
        "n_det": len(kept) - len(found.ignored),
        "dc_gt": sum(holders),
        "dc_det": len(found.ignored),
        "dropped": len(preds) - len(kept),
    }


def after_lexicon(
    preds: Sequence[tuple[Ring, str]], lexicon: Sequence[str], policy: str
) -> list[tuple[Ring, str]]:
    """Predictions with their corrected texts; ``drop`` loses those without a word."""
    if policy == "none":
        return list(preds)
    kept = []
    for ring, text in preds:
        word = corrected(text, lexicon)
        if word is not None or policy == "keep":
            kept.append((ring, text if word is None else word))
    return kept
