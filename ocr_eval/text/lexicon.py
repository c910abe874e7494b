"""A word list -> for any transcription the lexicon word within edit distance 1, as the spotting repositories do it.

Source of the rule: aim-uofa/AdelaiDet (ABCNet), clovaai/units, MhLiao/MaskTextSpotter: upper-case both sides, over the
list in file order the first word of smallest distance; taken when the distance is below 1.5.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Lexicon:
    """Words in file order. ``nearest`` is exact and remembers its answers."""

    words: tuple[str, ...]
    _by_length: dict[int, list[tuple[int, str]]] = field(
        default_factory=lambda: defaultdict(list), repr=False
    )
    _position: dict[str, int] = field(default_factory=dict, repr=False)
    _known: dict[str, str | None] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for index, word in enumerate(self.words):
            upper = word.upper()
            self._by_length[len(upper)].append((index, upper))
            self._position.setdefault(upper, index)

    @classmethod
    def of(cls, lines: Iterable[str]) -> Lexicon:
        """One word a line; surrounding white space and empty lines do not count."""
        return cls(tuple(word for line in lines if (word := line.strip())))

    @property
    def digest(self) -> str:
        """SHA-256 of the words, one a line (64 hex digits)."""
        return hashlib.sha256("".join(f"{word}\n" for word in self.words).encode("utf-8")).hexdigest()

    def nearest(self, text: str) -> str | None:
        """The lexicon word, as written in the list, within distance 1 of ``text``; None when there is none."""
        upper = text.upper()
        if upper not in self._known:
            self._known[upper] = self._search(upper)
        return self._known[upper]

    def _search(self, upper: str) -> str | None:
        from rapidfuzz.distance import Levenshtein

        if upper in self._position:
            return self.words[self._position[upper]]
        near = [
            index
            for length in (len(upper) - 1, len(upper), len(upper) + 1)
            for index, word in self._by_length.get(length, ())
            if Levenshtein.distance(upper, word, score_cutoff=1) <= 1
        ]
        return self.words[min(near)] if near else None
