"""Flat texts against plain strings: lengths, flags, words, ids, hashes, normal forms, scripts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.inspection import texts as flat
from ocr_eval.inspection.characters import (
    SPACE,
    alphabet,
    occurrences,
    rarest,
    script_sets,
    set_name,
)
from ocr_eval.inspection.suspicious import of_texts, split
from ocr_eval.inspection.texts import Texts

WORDS = st.lists(
    st.one_of(
        st.text(alphabet="aA b\t#*é각ᄀ가Яо1OIl\u0301\u00a0\u200b", max_size=6),
        st.text(max_size=4),
    ),
    max_size=12,
)


def table(words: Sequence[str]) -> Texts:
    points = np.array([ord(c) for word in words for c in word], np.uint32)
    return Texts(points, np.cumsum([0, *map(len, words)]).astype(np.int64))


@settings(deadline=None)
@given(WORDS)
def test_equal_texts_have_equal_ids_and_hashes(words: list[str]) -> None:
    texts = table(words)
    hashed = flat.hashes(texts)
    ids, first = flat.text_ids(texts, hashed)
    seen: dict[str, int] = {}
    assert ids.tolist() == [seen.setdefault(word, len(seen)) for word in words]
    assert [words[k] for k in first] == list(seen)
    assert len(set(hashed.tolist())) == len(seen)
    assert texts.some(range(len(words))) == words


@settings(deadline=None)
@given(WORDS)
def test_ids_are_exact_where_hashes_collide(words: list[str]) -> None:
    texts = table(words)
    ids, first = flat.text_ids(texts, np.zeros(len(words), np.uint64))
    seen: dict[str, int] = {}
    assert ids.tolist() == [seen.setdefault(word, len(seen)) for word in words]
    assert [words[k] for k in first] == list(seen)


@settings(deadline=None)
@given(WORDS, st.text(alphabet="a#*", min_size=1, max_size=3))
def test_searching_a_word(words: list[str], word: str) -> None:
    texts = table(words)
    assert flat.containing(texts, word).tolist() == [word in w for w in words]
    assert flat.equal_to(texts, [word, ""]).tolist() == [w in (word, "") for w in words]


def test_a_word_across_two_texts_is_in_neither() -> None:
    assert flat.containing(table(["a#", "##b", "", "###"]), "###").tolist() == [False, False, False, True]


@settings(deadline=None)
@given(WORDS)
def test_words_are_stretches_without_white_space(words: list[str]) -> None:
    texts = table(words)
    letters = alphabet(texts)
    found = split(texts, (letters.flags[letters.of(texts.points)] & SPACE) > 0)
    wanted = [(k, part) for k, word in enumerate(words) for part in word.split()]
    assert list(zip(found.owner.tolist(), found.texts.some(range(len(found.owner))), strict=True)) == wanted


@settings(deadline=None)
@given(WORDS)
def test_suspicions_agree_with_python_strings(words: list[str]) -> None:
    texts = table(words)
    letters = alphabet(texts)
    care = np.array([k % 4 != 3 for k in range(len(words))], np.bool_)
    found = {s.kind: s.hits.tolist() for s in of_texts(texts, letters, care, ("###",))}

    def having(test: object) -> list[int]:
        return [k for k, word in enumerate(words) if care[k] and test(word)]  # type: ignore[operator]

    def spaced(a: str, b: str) -> bool:
        return a.isspace() and b.isspace()

    assert found["empty"] == having(lambda w: not w)
    assert found["only_blanks"] == having(lambda w: w.isspace())
    assert found["blank_at_end"] == having(lambda w: w.strip() not in ("", w))
    assert found["doubled_blank"] == having(lambda w: w.strip() and any(map(spaced, w, w[1:])))
    assert found["control"] == having(lambda w: any(unicodedata.category(c) == "Cc" for c in w))
    for kind, form in (("not_nfc", "NFC"), ("changed_by_nfkc", "NFKC")):
        assert found[kind] == having(lambda w, form=form: unicodedata.normalize(form, w) != w)
    assert found["marker_inside"] == having(lambda w: "###" in w and w != "###")


@pytest.mark.parametrize("point", [0x1161, 0x11A8, 0x0301, 0x09BE, 0x0B3E, 0x3099, 0x1133E, 0x212B, 0x2126])
def test_a_character_that_changes_under_nfc_is_noticed(point: int) -> None:
    # Preceded by what it may join: a Hangul consonant or syllable, Latin, Bengali, Oriya, kana, Grantha.
    for before in ("", "ᄀ", "가", "e", "\u09c7", "\u0b47", "か", "\U00011347"):
        word = before + chr(point)
        texts = table([word])
        found = {s.kind: len(s.hits) for s in of_texts(texts, alphabet(texts), np.ones(1, np.bool_), ())}
        assert found["not_nfc"] == (unicodedata.normalize("NFC", word) != word), (before, hex(point))


def test_every_pair_that_nfc_joins_has_a_second_part_that_is_looked_at() -> None:
    """All canonical compositions: their second character makes a text a candidate, or the first one does."""
    from ocr_eval.inspection.characters import NFC_MAY, _flags

    for point in range(0x110000):
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and "<" not in parts[0]:
            pair = "".join(chr(int(part, 16)) for part in parts)
            if unicodedata.normalize("NFC", pair) != pair:
                assert any(_flags(c) & NFC_MAY for c in pair), hex(point)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("1OO", "look_alikes"),
        ("2l.5", "look_alikes"),
        ("раypal", "mixed_scripts"),  # Cyrillic er and a
        ("αbc", "mixed_scripts"),
        ("###x", "marker_inside"),
        ("*", "like_a_marker"),
        ("Illegible", "like_a_marker"),
        ("??? ", None),
        ("???", "like_a_marker"),
        ("x\u200by", "hidden"),
        ("x\ufffdy", "strange"),
        ("x\u0007y", "control"),
        ("ﬁ", "changed_by_nfkc"),
    ],
)
def test_a_label_and_the_kind_it_is_listed_under(word: str, kind: str | None) -> None:
    texts = table([word])
    found = {s.kind for s in of_texts(texts, alphabet(texts), np.ones(1, np.bool_), ("###",)) if len(s.hits)}
    assert found == ({kind} if kind else {"blank_at_end"})


@pytest.mark.parametrize(
    "word",
    [
        "Hello",
        "100",
        "x-탄산",
        "漢字かなカナabc",
        "B2-02",
        "IOU",
        "?",
        "-",
        ".",
        "café",
        "#1",
        "NONE",
        "한글",
    ],
)
def test_ordinary_labels_are_not_suspicious(word: str) -> None:
    texts = table([word])
    found = {s.kind for s in of_texts(texts, alphabet(texts), np.ones(1, np.bool_), ("###",)) if len(s.hits)}
    assert found == set()


def test_more_scripts_than_bits_end_in_others() -> None:
    words = [chr(c) for c in range(0x10000) if unicodedata.category(chr(c)) == "Lo"][::150]
    words += ["a" * 500]
    texts = table(words)
    letters = alphabet(texts)
    names = {set_name(bits, letters) for bits in script_sets(texts, letters).tolist()}
    assert letters.names[:2] == ("none", "Latin") and "Latin" in names
    assert len(letters.names) < 63 or "other" in names


def test_counts_of_characters_leave_out_what_is_not_counted() -> None:
    texts = table(["aab", "b", "zz"])
    letters = alphabet(texts)
    count = occurrences(texts, letters, np.array([True, True, False]))
    assert dict(zip(map(chr, letters.points), count.tolist(), strict=True)) == {"a": 2, "b": 2, "z": 0}
    assert rarest(texts, letters, count).tolist() == [2, 2, 0]


def test_other_texts_at_some_positions() -> None:
    from tests.tables import Word
    from tests.tables import table as instances

    old = instances(
        {"a": [Word((0, 0, 1, 1), t) for t in ("x", "", "long one")], "b": [Word((0, 0, 1, 1), "y")]}
    )
    new = flat.with_texts(old, {1: "now", 2: "", 3: "각"})
    assert new.texts == ("x", "now", "", "각")
    assert flat.with_texts(old, {}) is old
