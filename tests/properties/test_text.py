"""What holds for every text: idempotent steps, segments that join up, distances that are a metric."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.text.distance import alignment, distance
from ocr_eval.text.normal_forms import STEPS, normal_form
from ocr_eval.text.units import UNITS, graphemes, segments, units
from tests.oracles import text as slow

# Characters that steps and boundaries care about, beside anything else.
SPICY = (
    "aB9. \t\r\n\u00a0\u3000='_-\u00ad\u0301\u0308\u0364\u0345"
    "\u1e9e\u0130\u03a3\u03c3\u00df\ufb01\uff21\uff9e\u200c\u200d\ufeff"
    '\u0600\u064e\u0640\u0622\u0627\u0653\u05d0"\u0915\u094d\u0937\u093f\u0e33\u1100\u1161\u11a8\uac00\uac01\U0001f468\U0001f1f0'
    "\ue000\uf535\uf50e\u2764\ufe0f\U0001f3fb\u24b6\u30ab\u6f22\U0002f800"
)
TEXTS = st.text(st.one_of(st.sampled_from(SPICY), st.characters()), max_size=12)
SHORT = st.text("ab\u0301", max_size=9)
DEFAULT_FORMS = ("newlines+nfc", "nfkc+casefold+nfkc")


@pytest.mark.parametrize("name", [*STEPS, *DEFAULT_FORMS])
def test_a_second_time_changes_nothing(name: str) -> None:
    form = normal_form(name)

    @given(TEXTS)
    def check(text: str) -> None:
        once = form(text)
        assert form(once) == once

    check()


@given(TEXTS)
def test_clusters_and_segments_join_to_the_text(text: str) -> None:
    assert "".join(graphemes(text)) == text == "".join(segments(text))
    assert all(graphemes(text)) and all(segments(text))


@given(TEXTS)
def test_segmentation_is_the_slow_twins(text: str) -> None:
    assert list(graphemes(text)) == slow.clusters(text)
    assert segments(text) == slow.segments(text)
    assert units("word-uax29")(text) == slow.words(text)


@given(TEXTS)
def test_nfc_and_nfd_have_the_same_words_and_jamo(text: str) -> None:
    other = unicodedata.normalize("NFD", text)
    for name in ("word-uax29", "jamo"):
        assert list(units(name)(text)) == list(units(name)(other))


@given(TEXTS, TEXTS)
def test_a_line_end_separates_every_kind_of_unit(a: str, b: str) -> None:
    """So pages can be cut at line ends: nothing depends on the next line, except a CR that meets our LF."""
    for name in ("grapheme", "word-uax29", "word-whitespace"):
        cut = units(name)
        if not a.endswith("\r"):
            middle = ["\n"] if name == "grapheme" else []
            assert [*cut(a + "\n" + b)] == [*cut(a), *middle, *cut(b)]


@given(st.sampled_from(sorted(UNITS)), SHORT, SHORT, SHORT)
@settings(max_examples=200)
def test_the_distance_is_a_metric(unit: str, a: str, b: str, c: str) -> None:
    x, y, z = map(units(unit), (a, b, c))
    assert distance(x, y) == distance(y, x) == slow.distance(x, y) <= max(len(x), len(y))
    assert (distance(x, y) == 0) == ([*x] == [*y])
    assert distance(x, z) <= distance(x, y) + distance(y, z)


@given(TEXTS, TEXTS)
def test_an_alignment_has_the_distance(gt: str, pred: str) -> None:
    for unit in ("codepoint", "grapheme"):
        x, y = map(units(unit), (gt, pred))
        edits = alignment(x, y)
        assert edits.distance == distance(x, y)
        assert edits.hits + edits.substitutions + edits.deletions == len(x)
        assert edits.hits + edits.substitutions + edits.insertions == len(y)
