"""Slow twin of ``ocrd``: clusters and words rule by rule; substitutions written out once more."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tests.oracles import text as slow

LIGATURES = (
    *(("\ueba6", "ſſ"), ("\ueba7", "ſſi"), ("\uf502", "ch"), ("\ueec4", "ck"), ("\uf4f9", "ll")),
    *(("\ueba2", "ſi"), ("\ueada", "ſt"), ("\ufb01", "fi"), ("\ufb00", "ff"), ("\ufb02", "fl")),
    *(("\ufb03", "ffi"), ("\ueec5", "ct"), ("\ueedc", "tz"), ("\uf532", "as"), ("\uf533", "is")),
    *(("\uf534", "us"), ("\uf535", "Qu"), ("\u0133", "ij"), ("\ue8bf", "q&"), ("\ueba5", "ſp")),
    ("\ufb06", "st"),
)
OTHERS = (
    *(("\ue72b", "ü"), ("\ue42c", "ä"), ("==", "–"), ("—", "–"), ("\ue644", "ö"), ("’", "'")),
    *(("\u2e17", "-"), ("a\u0364", "ä"), ("o\u0364", "ö"), ("u\u0364", "ü"), ("\uf50e", "q\u0301")),
)


def normal(text: str, sbb: bool) -> str:
    text = unicodedata.normalize("NFC", text)
    for old, new in (*LIGATURES, *OTHERS) if sbb else ():
        text = new.join(text.split(old))
    return text


def row(gt: str, pred: str, *, sbb: bool = False) -> dict[str, Any]:
    """Everything but hits, which depend on the alignment."""
    g, p = normal(gt, sbb), normal(pred, sbb)
    clusters, words = slow.clusters(g), slow.words(g)
    return {
        "samples": 1,
        "distance": slow.distance(clusters, slow.clusters(p)),
        "length_gt": len(clusters),
        "word_distance": slow.distance(words, slow.words(p)),
        "words_gt": len(words),
    }


def metrics(rows: Sequence[dict[str, Any]]) -> dict[str, Fraction | None]:
    def rate(errors: str, *size: str) -> Fraction | None:
        n = sum(each[errors] for each in rows)
        of = sum(each[name] for each in rows for name in size)
        if not rows:
            return None
        return Fraction(n, of) if of else None if n else Fraction(0)

    return {
        "cer": rate("distance", "length_gt"),
        "wer": rate("word_distance", "words_gt"),
        "cer_n": rate("distance", "hits", "distance"),
        "wer_n": rate("word_distance", "word_hits", "word_distance"),
    }
