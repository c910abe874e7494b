"""Units by hand, and the segmentation against Unicode's own test files and its slow twin."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from ocr_eval.errors import InputError
from ocr_eval.text import _tables
from ocr_eval.text.units import UNITS, graphemes, segments, units
from tests.oracles import text as slow

ROOT = Path(__file__).resolve().parents[2]

CASES = [
    ("codepoint", "a\u0301b", ["a", "\u0301", "b"]),
    ("jamo", "한국 é", [*"\u1112\u1161\u11ab\u1100\u116e\u11a8 e\u0301"]),
    ("grapheme", "", []),
    ("grapheme", "abc", ["a", "b", "c"]),
    ("grapheme", "a\r\nb\n\r", ["a", "\r\n", "b", "\n", "\r"]),
    ("grapheme", "é\u0301x", ["é\u0301", "x"]),
    ("grapheme", "한국", ["한", "국"]),
    ("grapheme", "\u1112\u1161\u11ab\u1100", ["\u1112\u1161\u11ab", "\u1100"]),
    ("grapheme", "가\u11a8각\u1161", ["가\u11a8", "각", "\u1161"]),  # LV takes a T, LVT takes no V
    ("grapheme", "नमस्ते", ["न", "म", "स्ते"]),  # GB9c: consonant, virama, consonant
    ("grapheme", "क्\u200dष क्", ["क्\u200dष", " ", "क्"]),
    ("grapheme", "น้ำ", ["น้ำ"]),
    ("grapheme", "น้\u0e4d\u0e32", ["น้\u0e4d", "\u0e32"]),  # sara am in two code points: one cluster more
    ("grapheme", "👨\u200d👩\u200d👧!", ["👨\u200d👩\u200d👧", "!"]),
    ("grapheme", "🇰🇷🇺🇸🇰", ["🇰🇷", "🇺🇸", "🇰"]),
    ("grapheme", "\u0600a\u0600\n\u0600", ["\u0600a", "\u0600", "\n", "\u0600"]),
    ("word-space", "a  b\tc\nd \n e", ["a", "b\tc\nd", "e"]),
    ("word-space", " \u00a0a\u00a0b ", ["a\u00a0b"]),
    ("word-space", "\n\n", []),
    ("word-whitespace", "a  b\tc\nd\u00a0e\u3000f", ["a", "b", "c", "d", "e", "f"]),
    ("word-uax29", "", []),
    (
        "word-uax29",
        'Don\'t panic: 3.14, "he said" — e-mail_me!',
        ["Don't", "panic", "3.14", "he", "said", "e", "mail_me"],
    ),
    ("word-uax29", "***  —\u200f\ufeff€", []),  # punctuation, symbols, format characters: no word
    ("word-uax29", "_ __ a_", ["a_"]),
    ("word-uax29", "ab\ue000c\uf8ff d", ["ab\ue000c\uf8ff", "d"]),  # private use: letters
    ("word-uax29", "e\u0301a", ["éa"]),  # of the NFC text
    ("word-uax29", "漢字カタカナひら", ["漢", "字", "カタカナ", "ひ", "ら"]),
    ("word-uax29", "ภาษา", ["ภ", "า", "ษ", "า"]),
    ("word-uax29", "한국 사람", ["한국", "사람"]),
    ("word-uax29", "צה\"ל ג' ד", ['צה"ל', "ג'", "ד"]),  # Hebrew takes quotes in
    ("word-uax29", "a\u200b'b a.b. 1,2, 1.a", ["a", "b", "a.b", "1,2", "1", "a"]),
    ("word-uax29", "\u24b6\u24b7 \u0301", []),  # circled letters are symbols
    ("word-uax29", "👨\u200d👩 1\ufe0f\u20e3", ["1\ufe0f\u20e3"]),
]


@pytest.mark.parametrize(("name", "text", "expected"), CASES)
def test_a_text_has_the_units(name: str, text: str, expected: list[str]) -> None:
    assert [ascii(unit) for unit in units(name)(text)] == [ascii(unit) for unit in expected]


def test_every_unit_has_a_case() -> None:
    assert {name for name, _, _ in CASES} == set(UNITS)


def test_an_unknown_unit_is_a_configuration_error() -> None:
    with pytest.raises(InputError, match="did you mean grapheme") as caught:
        units("graphemes")
    assert caught.value.problems[0].code == "E_CONFIG"


@pytest.mark.parametrize(
    ("name", "functions"), [("Grapheme", (graphemes, slow.clusters)), ("Word", (segments, slow.segments))]
)
def test_unicodes_own_break_tests_pass(name: str, functions: tuple) -> None:
    file = ROOT / "tests/gold/unicode" / f"{name}BreakTest-{_tables.UNICODE_VERSION}.txt"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(lines) == {"Grapheme": 1093, "Word": 1826}[name]
    for line in lines:
        expected = ["".join(chr(int(point, 16)) for point in part.split(" × ")) for part in line.split(" ÷ ")]
        for function in functions:
            assert list(function("".join(expected))) == expected, line


def random_texts(name: str, count: int) -> list[str]:
    """Strings over a few classes each, so that long contexts of a rule come up."""
    letters = slow.expanded(name)
    members: dict[str, list[int]] = {}
    for point in range(0, len(letters)):
        members.setdefault(letters[point], []).append(point)
    if name == "GRAPHEME":
        members["syllable"] = [*range(0xAC00, 0xD7A4)]
    rng = random.Random(1)
    texts = []
    for _ in range(count):
        kinds = rng.sample(sorted(members), 5)
        texts.append("".join(chr(rng.choice(members[rng.choice(kinds)])) for _ in range(rng.randint(2, 14))))
    return texts


@pytest.fixture(scope="module")
def strings() -> dict[str, list[str]]:
    return {name: random_texts(name, 4000) for name in ("GRAPHEME", "WORD")}


def test_segmentation_is_the_rules_one_by_one(strings: dict[str, list[str]]) -> None:
    for text in strings["GRAPHEME"]:
        assert list(graphemes(text)) == slow.clusters(text), ascii(text)
    for text in strings["WORD"]:
        assert segments(text) == slow.segments(text), ascii(text)
        assert units("word-uax29")(text) == slow.words(text), ascii(text)


def test_segmentation_is_unisegs(strings: dict[str, list[str]]) -> None:
    clusters = pytest.importorskip("uniseg.graphemecluster", reason="uniseg is not installed")
    words = pytest.importorskip("uniseg.wordbreak")
    for text in strings["GRAPHEME"]:
        assert list(graphemes(text)) == list(clusters.grapheme_clusters(text)), ascii(text)
    for text in strings["WORD"]:
        if not any("\ue000" <= character <= "\uf8ff" for character in text):
            assert segments(text) == list(words.words(text)), ascii(text)


def test_the_tables_are_what_the_script_writes() -> None:
    pytest.importorskip("uniseg", reason="the tables come from uniseg and regex")
    pytest.importorskip("regex")
    subprocess.run([sys.executable, ROOT / "scripts/unicode_tables.py", "--check"], check=True)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("a" + "\u0301" * 200_000, 1),
        ("क" + "\u094d" * 200_000, 1),
        ("\u200d" * 200_000, 1),
        ("\u0600" * 200_000, 1),
        ("👨\u200d" * 100_000, 1),
        ("\u1100" * 200_000, 1),
        ("🇰" * 200_000, 100_000),
    ],
    ids=["zalgo", "viramas", "joiners", "prepends", "emoji", "jamo", "flags"],
)
def test_hostile_runs_take_linear_time(text: str, size: int) -> None:
    assert len(graphemes(text)) == size  # a quadratic search would take hours
    assert "".join(segments(text)) == text


def test_a_hostile_hebrew_word_takes_linear_time() -> None:
    text = "\u05d0" + "\u0301" * 100_000 + "'" + "\u0301" * 100_000 + "_" * 100_000
    assert segments(text) == [text[:200_002], text[200_002:]]
