"""Characters of one annotator and words of another -> the characters put together to words.

For annotations made character by character (``gt_characters.zip`` of naver/popeval). The words help: each character
goes to the care word that it shares most area with, at least 30 % of its own; the characters of a word are read along
its first or second edge or in the order of the file, whichever is closest to its text. So the result leans towards the
words, nested words can lose characters to each other, and blanks cannot occur: agreement is an upper bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement.frames import centroid, hull_table
from ocr_eval.agreement.inputs import one_spelling
from ocr_eval.errors import Notice, quote, usage_error
from ocr_eval.pairing import Pairing
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances, offsets
from ocr_eval.tables.joined import Joined
from ocr_eval.text.distance import distance

SHARE = 0.3  # of the character's area, at least
CHARACTERS = "characters"  # the layout that such annotations have


class Assembled(NamedTuple):
    """``words``: rings are hulls of characters, lines those of the words that helped."""

    words: Instances
    unassigned: int  # care characters that lie in no word


def assemble(words: Instances, characters: Instances) -> Assembled:
    """Words from characters on the same image axis; a word without characters is not there.

    Raises ValueError when the tables do not stand on one image axis or have no texts.
    """
    if words.sample_ids != characters.sample_ids or not (words.texts or not len(words)):
        raise ValueError("words and characters need texts and one image axis")
    word_of = _words_of(words, characters)
    builder = InstancesBuilder(source=characters.source, format=CHARACTERS)
    members: dict[int, list[int]] = {}
    for p in np.flatnonzero(word_of >= 0).tolist():
        members.setdefault(int(word_of[p]), []).append(p)
    for s, image in enumerate(words.sample_ids):
        builder.begin(image, characters.entries[s])
        for g in words.span(s):
            if g in members:
                builder.add(
                    _hull(characters, members[g]).ravel().tolist(),
                    _reading(words, g, characters, members[g]),
                    line=int(words.line[g]),
                )
    made = replace(builder.build(), is_folder=characters.is_folder, notices=characters.notices)
    return Assembled(made, int((characters.care & (word_of < 0)).sum()))


def with_words_of(tables: Mapping[str, Instances], helper: str) -> dict[str, Instances]:
    """All tables, those of characters put together with the words of ``helper``.

    Raises InputError (E_USAGE) for an unknown helper, one that has characters itself, or when there are no characters.
    """
    if helper not in tables or tables[helper].format == CHARACTERS:
        known = ", ".join(name for name, table in tables.items() if table.format != CHARACTERS)
        reason = f"{quote(helper)} is no annotator with words"
        raise usage_error(reason, f"name one of {known or 'the annotators'}")
    if not any(table.format == CHARACTERS for table in tables.values()):
        raise usage_error(
            "no annotator drew characters", f"leave the flag out, or add --gt-format {CHARACTERS}"
        )
    named, _ = one_spelling(tables)
    words = named[helper]
    result = {}
    for name, table in named.items():
        if table.format != CHARACTERS:
            result[name] = tables[name]
            continue
        known_images = {image: k for k, image in enumerate(words.sample_ids)}
        order = [known_images.get(image) for image in table.sample_ids]
        made, lost = assemble(words.take(order, table.sample_ids), table)
        message = "characters put together to words with the words of another annotator, agreement is an upper bound"
        notices = [*made.notices, Notice("W_LAYOUT", message, len(made))]
        if lost:
            notices.append(Notice("W_IGNORED", "characters that lie in no word", lost))
        result[name] = replace(made, notices=tuple(notices))
    return result


def _words_of(words: Instances, characters: Instances) -> NDArray[np.int64]:
    """(N,) the word of every character, -1 = none; the first in the file of words that share equally much."""
    pairing = Pairing(Joined(words, characters, (), ()), policy="official")
    pairs = pairing.rings
    care = words.care[pairs.gt] & characters.care[pairs.pred]
    chosen = np.flatnonzero(pairing.covers_pred(pairs, SHARE, strict=False, among=care))
    result, most = np.full(len(characters), -1, np.int64), np.zeros(len(characters))
    for k in chosen.tolist():
        p, inter = pairs.pred[k], pairs.inter[k]
        # A character inside two nested words shares all of itself with both; rounding must not choose.
        if result[p] < 0 or inter > most[p] * (1 + 1e-9):
            result[p], most[p] = pairs.gt[k], inter
    return result


def _reading(words: Instances, g: int, characters: Instances, members: list[int]) -> str:
    """The characters of a word in the order that is closest to its text; the first of equally close ones."""
    ring = words.points(g)
    centre = {p: centroid(characters.points(p)) for p in members}
    along, across = ring[1] - ring[0], ring[2] - ring[1]
    orders = (
        sorted(members, key=lambda p: float(centre[p] @ along)),
        sorted(members, key=lambda p: float(centre[p] @ across)),
        members,
    )
    readings = ["".join(characters.texts[p] for p in order) for order in orders]
    return min(readings, key=lambda text: distance(words.texts[g], text))


def _hull(characters: Instances, members: list[int]) -> NDArray[np.float64]:
    xy = np.concatenate([characters.points(p) for p in members])
    hull: NDArray[np.float64] = hull_table(xy, offsets([len(xy)]))[0]
    return hull
