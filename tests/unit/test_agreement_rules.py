"""Classes of differing transcriptions: one rule, several, what no rule explains, and rules of the user."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.agreement.rules import classes, classify, normalise, rules_of
from ocr_eval.agreement.user_rules import USER_RULES, user_rule
from ocr_eval.text.units import graphemes
from tests.oracles.agreement_texts import text_class

CASES = [
    ("", "", "equal"),
    ("시장", "시장", "equal"),
    ("caf\u00e9", "cafe\u0301", "nfc"),
    ("\ufb01n", "fin", "unicode"),
    ("ＡＢＣ", "ABC", "unicode"),
    ("sale", "SALE", "case"),
    ("straße", "STRASSE", "case"),
    ("AT HIGH", "ATHIGH", "space"),
    ("a\u3000b", "ab", "space"),
    ("LADY\u2019S", "LADY'S", "variant"),
    ("10\u201320", "10-20", "variant"),
    ("3\u00d74", "3x4", "variant"),
    ("끝。", "끝.", "variant"),
    ("가\u00b7나", "가\u2022나", "variant"),
    ("wait\u2026", "wait...", "unicode"),  # NFKC does it too, and comes first
    ("（주）", "(주)", "unicode"),
    ("$8,888", "$8888", "punct"),
    ("$5,50", "$5.50", "punct"),
    ("CAFÉ", "CAFE", "diacritic"),
    ("Ёлка", "Елка", "diacritic"),
    ("άλφα", "αλφα", "diacritic"),
    ("หนี้", "หน", "indel"),  # Thai vowels and tones are no accents
    ("कि", "क", "indel"),
    ("100", "1OO", "confusable"),
    ("8l0", "BI0", "confusable"),
    ("50% OFF", "5o%OFF", "space+confusable"),
    ("Sale!", "SALE", "case+punct"),
    ("Café !", "CAFE", "case+space+punct+diacritic"),
    ("$$", "#", "indel"),  # without signs both are empty: that explains nothing
    ("", " ", "indel"),
    ("", "A", "indel"),
    ("new york", "york new", "token-order"),
    ("VEICHLES", "VEHICLES", "char-order"),
    ("JAG", "TAG", "substitution"),
    ("WALK", "klaw", "substitution"),
    ("Court", "Cout", "indel"),
    ("x\ud800", "y\ud800", "substitution"),  # half a character, as hostile files have them
]


@pytest.mark.parametrize(("a", "b", "name"), CASES)
def test_pairs_and_their_class(a: str, b: str, name: str) -> None:
    assert classify(a, b) == name
    assert classify(b, a) == name
    assert text_class(a, b) == name


def test_a_family_counts_as_one_character_in_graphemes() -> None:
    family, cat = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f408"
    assert (
        classify("a" + family, "a" + cat) == "indel"
    )  # before signs go: "a" and "a" are equal without symbols
    assert classify(family + "b", "c" + cat) == "indel"
    assert classify(family + "b", "c" + cat, units=graphemes) == "substitution"


def test_a_strike_through_tag_is_a_rule_of_the_user() -> None:
    strike = user_rule("strike", "</?s>")
    assert classify("<s>old</s> new", "old new") == "indel"
    assert classify("<s>old</s> new", "old new", [strike]) == "strike"
    assert classify("<s>OLD</s>new", "old new", [strike]) == "case+space+strike"
    assert classify("Sale", "SALE", [strike]) == "case"
    spelling = user_rule("spelling", "colour", "color")
    assert classify("colour", "color", [strike, spelling]) == "spelling"


def test_a_rule_that_fills_an_empty_text_may_explain_a_pair() -> None:
    fill = user_rule("fill", "^$", "-")
    gone = user_rule("gone", "[ab]")
    assert classify("a", "b", [gone]) == "substitution"
    assert classify("a", "b", [gone, fill]) == "gone+fill"


def test_classes_are_sorted_by_size_and_table_with_the_rest_last() -> None:
    names = ["indel", "space+confusable", "punct", "case", "equal", "token-order", "nfc", "mine", "case+mine"]
    ordered = [
        "equal",
        "nfc",
        "case",
        "punct",
        "mine",
        "case+mine",
        "space+confusable",
        "token-order",
        "indel",
    ]
    assert sorted(names, key=classes([user_rule("mine", "x")])) == ordered
    assert rules_of("space+confusable") == ("space", "confusable")
    assert rules_of("char-order") == rules_of("equal") == ()


def test_rules_act_in_their_own_order_whatever_the_order_of_names() -> None:
    assert normalise("S o", ["case", "confusable"]) == normalise("S o", ["confusable", "case"]) == "5 0"
    assert normalise("Ａ\u2026 É", ["unicode", "diacritic", "case", "space", "punct"]) == "ae"


TEXTS = st.text(st.sampled_from("aAáO0l1S5 .,'\u2019-\u2026é\u0301\ufb01ß시\u3002"), max_size=6)
ADDED = [user_rule("tag", "[.,]a"), user_rule("fill", "^$", "a"), user_rule("swap", "(.)1", r"1\1")]


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, st.integers(0, 3))
def test_the_search_over_texts_finds_what_all_subsets_find(a: str, b: str, added: int) -> None:
    rules = ADDED[:added]
    assert classify(a, b, rules) == classify(b, a, rules) == text_class(a, b, rules)
    assert classify(a, a, rules) == "equal"


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_one_rule_more_never_needs_more_rules(a: str, b: str) -> None:
    for added in range(3):
        before, after = (rules_of(classify(a, b, ADDED[:k])) for k in (added, added + 1))
        assert not before or 0 < len(after) <= len(before)


def test_many_rules_that_change_nothing_cost_one_pass_each() -> None:
    rules = [user_rule(f"r{k}", f"\ue000{k}") for k in range(USER_RULES)]
    assert classify("Xylophone 3" * 50, "xylophane 4" * 50, rules) == "substitution"  # 2^23 sets
