"""Texts -> the scripts they are written in, for messages ("Hangul", "Arabic", "digits", "symbols")."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_SKIPPED = {"FULLWIDTH", "HALFWIDTH", "MODIFIER", "LETTER"}
_HAN = {"CJK", "IDEOGRAPHIC"}
_HALF_NAMES = {"OLD", "NEW", "TAI", "LINEAR", "MEETEI", "OL", "SYLOTI", "PHAGS"}


def scripts(texts: Iterable[str]) -> list[str]:
    """Scripts of the letters and digits in the texts, most frequent first; "symbols" for texts without any."""
    count: dict[str, int] = {}
    for text in texts:
        found = {script(character) for character in text} - {""}
        for name in sorted(found) or ["symbols"]:
            count[name] = count.get(name, 0) + 1
    return sorted(count, key=lambda name: (-count[name], name))


@lru_cache(1 << 16)
def script(character: str) -> str:
    """``"각"`` -> ``"Hangul"``: the beginning of the character's name, since Python has no Script property.

    Good enough for a message. Empty for characters that belong to no script: punctuation, symbols, space, controls.
    """
    kind, name = unicodedata.category(character)[0], unicodedata.name(character, "UNNAMED")
    if kind not in "LMN" or name.startswith("COMBINING"):
        return ""
    words = [word for word in name.replace("-", " ").split() if word not in _SKIPPED]
    if words[0] == "DIGIT" or (kind == "N" and unicodedata.decimal(character, None) is None):
        return "digits"
    if words[0] in _HAN:
        return "Han"
    return " ".join(words[: 2 if words[0] in _HALF_NAMES else 1]).title()
