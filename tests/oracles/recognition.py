"""Slow twin of ``recognition``: one sample at a time, distances by the whole table, no shortcut for equal texts.

Hits, substitutions, deletions and insertions are defined by another program's alignment, so the twin has none of its
own; ``check_edits`` says what must hold for any of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from fractions import Fraction

from tests.oracles import text as slow

FORMS: dict[str, Callable[[str], str]] = {
    "raw": lambda text: text,
    "newlines+nfc": lambda text: unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")),
    "nfc": lambda text: unicodedata.normalize("NFC", text),
    "nfd": lambda text: unicodedata.normalize("NFD", text),
    "nfkc": lambda text: unicodedata.normalize("NFKC", text),
    "space-remove": lambda text: "".join(c for c in text if not c.isspace()),
    "symbols-remove": lambda text: "".join(c for c in text if unicodedata.category(c)[0] not in "PS"),
}
UNITS: dict[str, Callable[[str], Sequence[str]]] = {
    "codepoint": list,
    "grapheme": slow.clusters,
    "jamo": lambda text: list(unicodedata.normalize("NFD", text)),
}
WORDS: dict[str, Callable[[str], Sequence[str]]] = {"uax29": slow.words, "whitespace": str.split}

Sample = tuple[list[tuple[str, bool]], str | None]  # accepted texts with their care flag, the prediction


def row(
    sample: Sample,
    *,
    normal_form: str = "newlines+nfc",
    unit: str = "codepoint",
    words: str = "uax29",
    both_empty: str = "correct",
    alternatives: str = "best",
) -> dict[str, int]:
    """Every column but the four edits, and ``ned`` and ``cer`` as fractions."""
    form, cut, segment = FORMS[normal_form], UNITS[unit], WORDS[words]
    accepted = [text for text, care in sample[0] if care]
    raw_pred = sample[1] or ""
    if not accepted:
        return {"samples": 0, "ignored": 1}

    def compare(raw: str) -> tuple[int, int]:
        gt, pred = cut(form(raw)), cut(form(raw_pred))
        return slow.distance(gt, pred), max(len(gt), len(pred))

    chosen = accepted[0]
    for other in accepted[1:] if alternatives == "best" else []:
        d, longest = compare(other)
        least, size = compare(chosen)
        if Fraction(d, longest or 1) < Fraction(least, size or 1):
            chosen = other
    gt, pred = form(chosen), form(raw_pred)
    empty = gt == "" and pred == ""
    counted = not (empty and both_empty == "skip")
    distance, longest = compare(chosen)
    return {
        "samples": int(counted),
        "ignored": 0,
        "equal": int(counted and distance == 0),
        "distance": distance,
        "length_gt": len(cut(gt)),
        "length_pred": len(cut(pred)),
        "length_max": longest,
        "word_distance": slow.distance(segment(gt), segment(pred)),
        "words_gt": len(segment(gt)),
        "words_pred": len(segment(pred)),
        "both_empty": int(empty),
        "gt_empty": int(gt == "" and pred != ""),
        "pred_empty": int(pred == "" and gt != ""),
        "filtered_gt_empty": int(chosen != "" and gt == ""),
        "filtered_pred_empty": int(raw_pred != "" and pred == ""),
    }


def check_edits(row: dict[str, int]) -> None:
    """What holds for every alignment of smallest cost."""
    assert row["distance"] == row["substitutions"] + row["deletions"] + row["insertions"]
    assert row["length_gt"] == row["hits"] + row["substitutions"] + row["deletions"]
    assert row["length_pred"] == row["hits"] + row["substitutions"] + row["insertions"]
    assert min(row["hits"], row["substitutions"], row["deletions"], row["insertions"]) >= 0


def metrics(rows: Sequence[dict[str, int]]) -> dict[str, Fraction | None]:
    """The metrics that need no alignment, exactly."""
    used = [each for each in rows if each["samples"]]

    def total(name: str) -> int:
        return sum(each[name] for each in used)

    def rate(errors: int, size: int) -> Fraction | None:
        return Fraction(errors, size) if size else Fraction(0) if used and not errors else None

    neds = [Fraction(each["distance"], each["length_max"] or 1) for each in used]
    cers = [Fraction(each["distance"], each["length_gt"] or 1) for each in used if not each["gt_empty"]]
    return {
        "wem": Fraction(total("equal"), len(used)) if used else None,
        "one_minus_ned_max": 1 - sum(neds) / len(used) if used else None,
        "cer": rate(total("distance"), total("length_gt")),
        "wer": rate(total("word_distance"), total("words_gt")),
        "cer_macro": sum(cers, Fraction(0)) / len(cers) if cers else None,
        "length_ratio": Fraction(total("length_pred"), total("length_gt")) if total("length_gt") else None,
    }
