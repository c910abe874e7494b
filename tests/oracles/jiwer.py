"""Slow twin of ``jiwer``: words by a walk over the characters; what must hold for the edits of any best alignment."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tests.oracles.text import distance, substitution_range


def words(text: str) -> list[str]:
    """Runs of at least two white-space characters are one space; then only spaces separate."""
    found, run = "", ""
    for character in [*text, ""]:
        if character and character.isspace():
            run += character
            continue
        found += " " if len(run) > 1 else run
        run = ""
        found += character
    return [word for word in found.strip().split(" ") if word]


def row(gt: str, pred: str) -> dict[str, Any]:
    """Lengths and distances; the four edits of each kind are not unique."""
    return {
        "characters": (gt.strip(), pred.strip()),
        "words": (words(gt), words(pred)),
        "words_pred": len(words(pred)),
    }


def check_edits(found: dict[str, Any], twin: dict[str, Any]) -> None:
    """Any alignment with fewest edits, for characters and for words."""
    for prefix, (g, p) in (("", twin["characters"]), ("word_", twin["words"])):
        hits, substitutions, deletions, insertions = (
            found[prefix + name] for name in ("hits", "substitutions", "deletions", "insertions")
        )
        assert substitutions + deletions + insertions == distance(g, p)
        assert hits + substitutions + deletions == len(g)
        assert hits + substitutions + insertions == len(p)
        low, high = substitution_range(g, p)
        assert low <= substitutions <= high


def metrics(rows: Sequence[dict[str, Any]]) -> dict[str, Fraction | None]:
    """From counted rows: the definitions, exactly."""
    if not rows:
        return dict.fromkeys(("cer", "wer", "mer", "wil", "wip"), None)

    def total(name: str) -> int:
        return sum(each[name] for each in rows)

    def rate(prefix: str) -> tuple[Fraction, Fraction, Fraction]:
        h, s, d, i = (total(prefix + n) for n in ("hits", "substitutions", "deletions", "insertions"))
        if h + s + d == 0:
            return Fraction(i), Fraction(int(i > 0)), Fraction(int(i == 0))
        kept = Fraction(h, h + s + d) * Fraction(h, h + s + i) if h + s + i else Fraction(0)
        return Fraction(s + d + i, h + s + d), Fraction(s + d + i, h + s + d + i), kept

    wer, mer, wip = rate("word_")
    return {"cer": rate("")[0], "wer": wer, "mer": mer, "wil": 1 - wip, "wip": wip}
