"""Two words -> whether the RRC end-to-end script takes them for the same, and which words its word spotting looks for.

``E2E_iou_1_1.py`` v1.1 (2019-12-29), as kept in whai362/pan_pp.pytorch ``eval/ic15_word_spotting/script.py``.
"""

from __future__ import annotations

SPECIAL = "!?.:,*\"()·[]/'"
SHORTEST = 3  # characters of a word that is looked for
NOT_ALLOWED = frozenset("\u00d7\u00f7\u0387")  # × ÷ and the Greek ano teleia
LETTERS = (
    ("a", "z"),
    ("A", "Z"),
    ("\u00c0", "\u01bf"),
    ("\u01c4", "\u027f"),
    ("\u0386", "\u03ff"),
    ("-", "-"),
)


def agree_trimmed(gt: str, pred: str) -> bool:
    """Upper-cased equality, where the gt may lose one special character at the front, at the end, or at both.

    An empty gt equals only the empty prediction; with any other the script ends with IndexError.
    """
    gt, pred = gt.upper(), pred.upper()
    if gt == pred:
        return True
    if not gt:
        return False
    front, end = gt[0] in SPECIAL, gt[-1] in SPECIAL
    return (front and gt[1:] == pred) or (end and gt[:-1] == pred) or (front and end and gt[1:-1] == pred)


def stripped(word: str) -> str:
    """Upper-cased, without any special characters at both ends."""
    return word.upper().strip(SPECIAL)


def spotting_word(gt: str) -> str:
    """The gt word as word spotting compares it: without a final 's, outer hyphens and special characters."""
    word = gt[:-2] if gt.endswith(("'s", "'S")) else gt
    word = word.strip("-")
    return "".join(" " if character in SPECIAL else character for character in word).strip()


def is_looked_for(word: str, shortest: int = SHORTEST) -> bool:
    """Whether word spotting looks for a cleaned word of at least ``shortest`` characters; any other is don't care."""
    if " " in word or len(word) < shortest:
        return False
    return all(_allowed(character) for character in word)


def _allowed(character: str) -> bool:
    return character not in NOT_ALLOWED and any(low <= character <= high for low, high in LETTERS)
