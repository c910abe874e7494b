"""Each step of a normal form, on the characters it is there for and on the ones it must leave alone."""

from __future__ import annotations

import pytest

from ocr_eval.errors import InputError
from ocr_eval.text.normal_forms import STEPS, normal_form

CASES = [
    ("raw", "\r\ne\u0301 ", "\r\ne\u0301 "),
    ("newlines", "a\r\nb\rc\nd\r\r\n", "a\nb\nc\nd\n\n"),
    ("nfc", "e\u0301 \u1112\u1161\u11ab \ufb01", "é 한 \ufb01"),
    ("nfd", "é 한", "e\u0301 \u1112\u1161\u11ab"),
    ("nfkc", "ﬁ ² ｶﾞ …", "fi 2 ガ ..."),
    ("nfkd", "é½", "e\u03011\u20442"),
    ("lower", "İ ΟΔΟΣ ẞ", "i\u0307 οδος ß"),
    ("upper", "ß ﬁ µ", "SS FI Μ"),
    ("casefold", "Straße ΟΔΟΣ", "strasse οδοσ"),
    ("width", "！Ａｚ～\u3000｟m²…ｶ", "!Az~ ｟m²…ｶ"),
    ("quotes-dashes", "‘’‚ “”„ –—‑‒− ＿ \u00b5", "''' \"\"\" ----- _ \u03bc"),
    ("quotes-dashes", "«» ′ ` ― \u00ad", "«» ′ ` ― \u00ad"),
    ("invisible", "co\u00adop \ufeffabc \u200fשלום\u2066x\u2069", "coop abc שלוםx"),
    ("invisible", "می\u200cخواهم क\u094d\u200dष", "می\u200cخواهم क\u094d\u200dष"),  # joiners inside words
    ("invisible", "\u200dab\u200c ab\u200d1 👨\u200d👩", "ab ab1 👨👩"),  # and at their edges
    ("invisible", "a\u200c\u200db", "ab"),  # two joiners stand between joiners
    (
        "invisible",
        "\u0600\u06dd\u070f\u0890\u08e2\U000110bd\U000110cd",
        "\u0600\u06dd\u070f\u0890\u08e2\U000110bd\U000110cd",
    ),
    ("space-collapse", "\u3000a \t\n b\u00a0\u2003c\r\n", "a b c"),
    ("space-remove", " a\u3000b\u00a0c\td\n", "abcd"),
    ("strip", "\u00a0 a  b\n", "a  b"),
    ("symbols-remove", "don't — 5€ + ½ © 「東」_^", "dont  5  ½  東"),
    ("marks-remove", "é å שָׁלוֹם a\u20dd 한", "e a שלום a 한"),
    ("marks-remove", "का कु", "का क"),  # spacing vowels stay, the others do not: never part of a default
    ("arabic", "أَحْمَد  آإٱ مدرسة على محـــمد ٰ", "احمد ااا مدرسه علي محمد"),
    ("sbb", "\ufb01ne a\u0364 o\u0364 u\u0364 \uf50e", "fine ä ö ü q\u0301"),
    ("sbb", "a==b — ’ ⸗ \ueba7 \uf535 \ueba6\ueba2", "a–b – ' - ſſi Qu ſſſi"),
    ("sbb", "=== \uf535\u0364", "–= Qü"),  # ligatures come first, so their letters meet the later rules
    ("newlines+nfc", "e\u0301\r\n", "é\n"),
    ("nfkc+casefold+nfkc", "ＡＢ ﬁ \u0390", "ab fi \u0390"),
]


@pytest.mark.parametrize(("name", "text", "expected"), CASES)
def test_a_form_gives(name: str, text: str, expected: str) -> None:
    assert ascii(normal_form(name)(text)) == ascii(expected)


def test_every_step_has_a_case() -> None:
    assert {name for name, _, _ in CASES} >= set(STEPS)


# Everything but most Han characters, Hangul syllables and unassigned planes.
POINTS = [
    *range(0x3500),
    *range(0xA000, 0xAD00),
    *range(0xD7A4, 0x12000),
    *range(0x1D000, 0x1F000),
    *range(0x2F800, 0x2FA20),
    *range(0xE0000, 0xE0200),
]


@pytest.mark.parametrize("name", STEPS)
def test_a_step_changes_no_code_point_twice(name: str) -> None:
    step = normal_form(name)
    assert [hex(p) for p in POINTS if step(step(chr(p))) != step(chr(p))] == []


def test_steps_go_in_the_order_of_the_name() -> None:
    assert normal_form("lower+symbols-remove+upper")("a.ß") == "ASS"
    assert normal_form("upper+lower")("ß") == "ss"
    assert normal_form("lower+upper")("ß") == "SS"


@pytest.mark.parametrize(
    ("name", "reason", "hint"),
    [
        ("newline+nfc", "no step is called 'newline'", "did you mean newlines?"),
        ("NFC", "no step is called 'NFC'", "did you mean nfc"),
        ("xyz", "no step is called 'xyz'", "the steps are newlines, nfc"),
        ("nfc+", "a step without a name", "the steps are"),
        ("", "a step without a name", "the steps are"),
        ("raw+nfc", "raw is the form without steps", "the steps are"),
        ("nfc+trad-simp", "trad-simp needs a table of your own", "the steps are"),
        ("map", "map needs a table of your own", "the steps are"),
    ],
)
def test_an_unknown_step_is_a_configuration_error(name: str, reason: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        normal_form(name)
    (problem,) = caught.value.problems
    assert problem.code == "E_CONFIG"
    assert reason in problem.reason
    assert hint in problem.hint
