"""Where errors lie: blocks of characters, scripts, confusions of one alignment."""

from __future__ import annotations

import unicodedata

import pytest

from ocr_eval.text._blocks import BLOCKS
from ocr_eval.text.blocks import NO_BLOCK, block
from ocr_eval.text.breakdown import Breakdown, breakdown


def test_unicode_16_has_338_blocks_in_order() -> None:
    rows = [row.partition(" ") for row in BLOCKS.split(";")]
    starts = [int(first, 16) for first, _, _ in rows]
    assert starts == sorted(set(starts))
    assert starts[0] == 0
    assert sum(bool(name) for _, _, name in rows) == len({name for _, _, name in rows} - {""}) == 338
    assert all(first % 16 == 0 for first in starts)


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\x00", "Basic Latin"),
        ("\x7f", "Basic Latin"),
        ("\x80", "Latin-1 Supplement"),
        ("각", "Hangul Syllables"),
        ("한", "Hangul Syllables"),
        ("ᄒ", "Hangul Jamo"),
        ("ｱ", "Halfwidth and Fullwidth Forms"),
        ("ﬁ", "Alphabetic Presentation Forms"),
        ("\ue000", "Private Use Area"),
        ("𠮷", "CJK Unified Ideographs Extension B"),
        ("\U0010ffff", "Supplementary Private Use Area-B"),
        ("\u2fe0", NO_BLOCK),
    ],
)
def test_a_character_stands_in_its_block(character: str, name: str) -> None:
    assert block(character) == name


def test_no_letter_stands_outside_all_blocks() -> None:
    letters = (chr(point) for point in range(0x30000) if unicodedata.category(chr(point))[0] == "L")
    assert [letter for letter in letters if block(letter) == NO_BLOCK] == []


def test_a_cluster_counts_by_its_first_character() -> None:
    found = breakdown([("a", ["한", "e\u0301"], ["한", "e"])])
    assert found.scripts == {"Hangul": (1, 0, 0, 0), "Latin": (0, 1, 0, 0)}
    assert found.most_confused() == [("e\u0301", "e", 1, ("a",))]


def test_tables_of_samples_add_up() -> None:
    parts = [("a", "cat", "cut"), ("b", "dog", "dg"), ("c", "", "x"), ("d", "cat", "cut"), ("e", "ab", "ub")]
    whole, made = breakdown(parts), Breakdown()
    for sample, gt, pred in parts:
        made.add(gt, pred, sample)
    assert made.to_json() == whole.to_json()
    assert whole.scripts["Latin"] == (7, 3, 1, 1)
    assert whole.scripts["Latin"].accuracy == 7 / 11
    assert whole.most_confused(1) == [("a", "u", 3, ("a", "d", "e"))]


def test_a_script_that_is_only_invented_has_no_accuracy() -> None:
    found = breakdown([("a", "", "각")])
    assert (found.scripts["Hangul"].insertions, found.scripts["Hangul"].accuracy) == (1, None)
