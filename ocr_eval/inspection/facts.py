"""One data set -> every number per instance that the other parts of inspection share, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr_eval.inspection.characters import (
    SPACE,
    Alphabet,
    alphabet,
    occurrences,
    rarest,
    script_sets,
)
from ocr_eval.inspection.quoting import settle
from ocr_eval.inspection.shapes import Shapes, measure
from ocr_eval.inspection.suspicious import Words, split
from ocr_eval.inspection.texts import Texts, count_per_text, equal_to, hashes, text_ids, texts_of
from ocr_eval.tables.instances import Instances

Index = NDArray[np.int64]
Flags = NDArray[np.bool_]
MARKER = "###"  # what every reader of this package takes for a don't care


@dataclass(frozen=True, eq=False)
class Facts:
    """N instances in S samples; arrays are per instance unless said otherwise."""

    instances: Instances
    markers: tuple[str, ...]  # texts that mean "don't care"
    digest: str
    quoted: Index  # instances that stand in quotes although most do not
    quotes_taken_off: int
    has_text: bool
    texts: Texts
    care: Flags  # neither flagged by the reader nor one of the markers
    written: Flags  # care, and something other than white space in it
    hashed: NDArray[np.uint64]
    ids: Index  # equal texts, equal ids
    distinct: Index  # (D,) the first instance of every id
    letters: Alphabet
    count: Index  # (K,) occurrences of each character of the alphabet in care texts
    length: Index  # code points
    filled: Index  # code points that are no white space
    words: Index
    scripts: NDArray[np.uint64]
    rarest: Index  # occurrences of the text's rarest character
    shapes: Shapes


def gather(instances: Instances, markers: Sequence[str] = ()) -> Facts:
    """All facts of a table; ``markers`` are don't-care texts besides ``###``."""
    quotes = settle(instances)
    table = quotes.table
    texts = texts_of(table)
    known = tuple(dict.fromkeys((MARKER, *markers)))
    care = table.care & ~equal_to(texts, known)
    letters = alphabet(texts)
    space = (letters.flags[letters.of(texts.points)] & SPACE) > 0
    hashed = hashes(texts)
    ids, distinct = text_ids(texts, hashed)
    count = occurrences(texts, letters, care)
    filled = count_per_text(~space, texts.offset)
    words = np.bincount(split(texts, space).owner, minlength=len(table)).astype(np.int64)
    return Facts(
        instances=table,
        markers=known,
        digest=quotes.digest,
        quoted=quotes.quoted,
        quotes_taken_off=quotes.taken_off,
        has_text=table.codepoints is not None,
        texts=texts,
        care=care,
        written=care & (filled > 0),
        hashed=hashed,
        ids=ids,
        distinct=distinct,
        letters=letters,
        count=count,
        length=texts.size,
        filled=filled,
        words=words,
        scripts=script_sets(texts, letters),
        rarest=rarest(texts, letters, count),
        shapes=measure(table),
    )


def words_of(facts: Facts) -> tuple[Words, Index]:
    """The words of the care texts and the sample of each."""
    texts = facts.texts
    space = (facts.letters.flags[facts.letters.of(texts.points)] & SPACE) > 0
    words = split(texts, space)
    own = np.flatnonzero(facts.care[words.owner])
    size = words.texts.size[own]
    offset = np.zeros(len(own) + 1, np.int64)
    np.cumsum(size, out=offset[1:])
    place = np.arange(offset[-1]) + np.repeat(words.texts.offset[own] - offset[:-1], size)
    kept = Texts(words.texts.points[place], offset)
    return Words(kept, words.owner[own], words.total), facts.instances.sample_of[words.owner[own]]
