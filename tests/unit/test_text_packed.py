"""Counts of packed texts by kernels against the same counts from strings, pair by pair."""

from __future__ import annotations

import random
import sys
import unicodedata
from collections.abc import Sequence

import numpy as np
import pytest

import ocr_eval
from ocr_eval.kernels import text_rows
from ocr_eval.kernels.words import MOST
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import join
from ocr_eval.tables.packed import PackedTexts
from ocr_eval.text import packed, plain, units
from ocr_eval.text.comparison import Comparison, Row
from ocr_eval.text.normal_forms import STEPS

ALPHABETS = (
    "ab",
    "abc1.,' \"-:_\r\n\t",
    "aé\u0301가각\u1100\u1161\u11a8",
    "カナ漢字ー。a1",
    "a\u05d0'\"\u200d😀🇰🇷\u00b7\u2019x1.\u00a0\u2028",
    "AÀ\u212b\u1e9e\uff21ſßİΣσ\ufb01\ueba6",
    "".join(chr(0x4E00 + 128 * k) for k in range(70)),
)


def pack(texts: Sequence[str]) -> PackedTexts:
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    bounds = np.cumsum([0, *map(len, texts)])
    return PackedTexts(np.frombuffer(joined, np.uint32), bounds, np.zeros(len(texts), np.bool_))


def rows(gt: Sequence[str], pred: Sequence[str], form: str, unit: str, words: str) -> list[tuple[int, ...]]:
    parts = [block for _, block in packed.blocks(pack(gt), pack(pred), form, unit, words)]
    return [tuple(row) for part in parts for row in part.tolist()]


def told(gt: Sequence[str], pred: Sequence[str], form: str, unit: str, words: str) -> list[bool]:
    a, b = pack(gt), pack(pred)
    kinds = plain.kinds(form, unit, words).covering(a.codepoints, b.codepoints)
    found: list[bool] = text_rows.text_rows(a.codepoints, a.offset, b.codepoints, b.offset, kinds)[1].tolist()
    return found


def pairs(seed: str, count: int) -> tuple[list[str], list[str]]:
    draw = random.Random(seed)
    gt, pred = [], []
    for _ in range(count):
        alphabet = draw.choice(ALPHABETS)
        own = "".join(
            draw.choices(alphabet, k=draw.choice((draw.randrange(4), draw.randrange(12), draw.randrange(70))))
        )
        other = [draw.choice((c, c, c, "", c + draw.choice(alphabet), draw.choice("a1. '"))) for c in own]
        gt.append(own)
        pred.append(draw.choice((own, "".join(other), "".join(draw.choices(alphabet, k=draw.randrange(80))))))
    return gt, pred


@pytest.mark.parametrize("form", ["newlines+nfc", "raw", "nfkc+casefold+nfkc", *STEPS])
@pytest.mark.parametrize(
    ("unit", "words"), [("codepoint", "uax29"), ("grapheme", "whitespace"), ("jamo", "space")]
)
def test_kernels_count_what_strings_count(form: str, unit: str, words: str) -> None:
    gt, pred = pairs(form + unit, 250)
    compare = Comparison.of(form, unit, words)
    expected = [tuple(compare.row(a, b)) for a, b in zip(gt, pred, strict=True)]
    assert rows(gt, pred, form, unit, words) == expected


def test_every_neighbour_of_a_letter_a_number_and_a_kana_cuts_words_as_strings_do() -> None:
    # One code point of every category and word break property, and the first of every run of a property.
    seen: dict[tuple[str, str, bool], str] = {}
    for character in map(chr, range(0x30000)):
        kind = (unicodedata.category(character), units.word_class(character), units.clusters(character))
        seen.setdefault(kind, character)
    gt = [
        text
        for c in seen.values()
        for text in (
            c,
            c + c,
            f"a{c}",
            f"{c}a",
            f"a{c}a",
            f"1{c}1",
            f"カ{c}カ",
            f"a{c}1",
            f"1{c}{c}1",
            f"a{c}カ",
        )
    ]
    pred = [text[::-1] + "b" for text in gt]
    compare = Comparison.of("newlines+nfc", "grapheme", "uax29")
    expected = [tuple(compare.row(a, b)) for a, b in zip(gt, pred, strict=True)]
    assert rows(gt, pred, "newlines+nfc", "grapheme", "uax29") == expected
    assert sum(told(gt, pred, "newlines+nfc", "grapheme", "uax29")) > len(gt) / 3


def test_plain_words_need_no_strings() -> None:
    gt = ["Genaxis", "it's 3.14", "각하", "東京タワー", "", "x" * 64, "naïve"]
    assert all(told(gt, gt[::-1], "newlines+nfc", "codepoint", "uax29"))
    assert told(
        ["e\u0301", "a\rb", "\u1112\u1161", "ab"], [""] * 4, "newlines+nfc", "codepoint", "uax29"
    ) == [
        *(False, False, False),
        True,
    ]


def test_a_text_keeps_a_byte_order_mark_and_a_lone_surrogate() -> None:
    texts = ["\ufeffa", "", "\ud800", "\ufffea"]
    assert list(pack(texts)) == texts


def test_more_words_than_fit_are_counted_from_strings() -> None:
    gt = ["a " * size for size in (MOST - 1, MOST, MOST + 1)]
    assert told(gt, gt, "raw", "codepoint", "uax29") == [True, True, False]
    assert [row[Row._fields.index("words_gt")] for row in rows(gt, gt, "raw", "codepoint", "uax29")] == [
        *(MOST - 1, MOST, MOST + 1)
    ]


def test_kernels_know_every_column_step_unit_and_definition() -> None:
    names = [name.upper() for name in Row._fields]
    assert [getattr(text_rows, name) for name in names[:15]] == list(range(15))
    assert len(Row._fields) == text_rows.COLUMNS
    assert plain.PLAIN.keys() == STEPS.keys()
    recognition = ocr_eval.protocol("recognition")
    assert recognition.COLUMNS[2:] == Row._fields


def table(texts: Sequence[str | None], care: Sequence[bool]) -> Instances:
    builder = InstancesBuilder(geometry=False)
    for k, (text, cared) in enumerate(zip(texts, care, strict=True)):
        builder.begin(f"{k}")
        if text is not None:
            builder.add([], text, cared)
    return builder.build()


@pytest.mark.parametrize(
    "rule", ["recognition", "recognition(both_empty=skip)", "recognition(normal_form=symbols-remove)"]
)
def test_a_count_is_the_same_with_kernels_and_from_strings(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gt, pred = pairs("whole", 600)
    gt[:6], pred[:6] = ["", "", "ab", "!", "!", "…"], ["", "x", "", "", "!", "a"]
    missing = [None if k % 7 == 5 else text for k, text in enumerate(pred)]
    cared = [k % 11 != 3 for k in range(len(gt))]
    empty = [None if k % 13 == 1 else text for k, text in enumerate(gt)]
    joined = join(table(empty, cared), table(missing, [True] * len(gt)))
    protocol = ocr_eval.protocol(rule)
    found = []
    for least, size in ((0, packed.BLOCK), (len(gt) + 1, packed.BLOCK), (0, 7)):
        monkeypatch.setattr(packed, "PAIRS", least)
        monkeypatch.setattr(packed, "PAIRS_USED", least)
        monkeypatch.setattr(packed, "BLOCK", size)
        found.append(protocol.count(joined).to_json())
    assert found[0] == found[1] == found[2]


def test_few_pairs_do_not_load_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "ocr_eval.kernels.text_rows")
    assert not packed.pays(packed.PAIRS - 1)
    assert packed.pays(packed.PAIRS)
