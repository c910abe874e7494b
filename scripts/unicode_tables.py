"""Unicode 16.0 properties of two installed packages, cross-checked -> ``ocr_eval/text/_tables.py``, our pinned tables.

    python -m venv .unicode && .unicode/bin/pip install uniseg==0.10.1 regex==2024.11.6
    .unicode/bin/python scripts/unicode_tables.py           # writes the module
    .unicode/bin/python scripts/unicode_tables.py --check   # exit 1 when the module differs

Neither package is needed to run or to test ocr_eval. Both carry the Unicode Character Database 16.0.0 in their own
encoding; every code point must have the same properties in both, or nothing is written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "ocr_eval" / "text" / "_tables.py"
PINNED = {"uniseg": "0.10.1", "regex": "2024.11.6"}
HANGUL = range(0xAC00, 0xD7A4)  # computed where it is used: LV every 28, LVT between
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

GRAPHEME_LETTERS = {
    ("Other", "None", False): "O",
    ("Other", "None", True): "X",
    ("Other", "Consonant", False): "D",
    ("Extend", "Extend", False): "E",
    ("Extend", "Linker", False): "K",
    ("Extend", "None", False): "Y",
    ("ZWJ", "Extend", False): "J",
    ("SpacingMark", "None", False): "S",
    ("Prepend", "None", False): "P",
    ("Control", "None", False): "C",
    ("CR", "None", False): "R",
    ("LF", "None", False): "N",
    ("Regional_Indicator", "None", False): "I",
    ("L", "None", False): "L",
    ("V", "None", False): "V",
    ("T", "None", False): "T",
}
WORD_LETTERS = {
    ("Other", False): "O",
    ("Other", True): "P",
    ("ALetter", False): "A",
    ("ALetter", True): "Q",
    ("Hebrew_Letter", False): "H",
    ("Numeric", False): "U",
    ("Katakana", False): "K",
    ("ExtendNumLet", False): "X",
    ("MidLetter", False): "L",
    ("MidNum", False): "M",
    ("MidNumLet", False): "B",
    ("Single_Quote", False): "S",
    ("Double_Quote", False): "D",
    ("WSegSpace", False): "W",
    ("Regional_Indicator", False): "I",
    ("Extend", False): "E",
    ("Format", False): "F",
    ("ZWJ", False): "Z",
    ("CR", False): "R",
    ("LF", False): "N",
    ("Newline", False): "C",
}


def read_uniseg() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """(Grapheme_Cluster_Break, InCB, ExtPict) and (Word_Break, ExtPict) of all code points, from uniseg."""
    from uniseg.derived import indic_conjunct_break
    from uniseg.emoji import extended_pictographic
    from uniseg.graphemecluster import grapheme_cluster_break
    from uniseg.wordbreak import word_break

    graphemes, words = [], []
    for character in map(chr, range(0x110000)):
        pictographic = bool(extended_pictographic(character))
        cluster, conjunct = grapheme_cluster_break(character).value, indic_conjunct_break(character).value
        graphemes.append((cluster, conjunct, pictographic))
        words.append((word_break(character).value, pictographic))
    return graphemes, words


def read_regex() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The same two lists from regex."""
    import regex

    everything = "".join(map(chr, range(0x110000)))

    def members(prop: str, values: set[str]) -> list[str]:
        """The property value of every code point; the first of ``values`` in no class is the default."""
        found = ["None" if prop == "InCB" else "Other"] * 0x110000
        for value in values - {"None", "Other"}:
            for match in regex.finditer(rf"\p{{{prop}={value}}}", everything):
                found[match.start()] = value
        return found

    cluster = members("GCB", {key[0] for key in GRAPHEME_LETTERS} | {"LV", "LVT"})
    conjunct = members("InCB", {key[1] for key in GRAPHEME_LETTERS})
    word = members("WB", {key[0] for key in WORD_LETTERS})
    pictographic = [False] * 0x110000
    for match in regex.finditer(r"\p{Extended_Pictographic}", everything):
        pictographic[match.start()] = True
    return list(zip(cluster, conjunct, pictographic, strict=True)), list(zip(word, pictographic, strict=True))


def grapheme_letter(point: int, properties: tuple[object, ...]) -> str:
    if point in HANGUL:
        expected = "LVT" if (point - HANGUL.start) % 28 else "LV"
        if properties != (expected, "None", False):
            raise SystemExit(f"U+{point:04X} is not {expected}: {properties}")
        return "O"
    return GRAPHEME_LETTERS[properties]  # type: ignore[index]


def word_letter(_: int, properties: tuple[object, ...]) -> str:
    return WORD_LETTERS[properties]  # type: ignore[index]


def runs(
    properties: list[tuple[object, ...]], letter: Callable[[int, tuple[object, ...]], str]
) -> Iterator[str]:
    """Length in base 36 and letter of each run of equal classes, from U+0000 on."""
    letters = [letter(point, value) for point, value in enumerate(properties)]
    start = 0
    for point in range(1, len(letters) + 1):
        if point == len(letters) or letters[point] != letters[start]:
            yield base36(point - start) + letters[start]
            start = point


def base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits


def literal(name: str, pieces: Iterator[str]) -> str:
    lines = [""]
    for piece in pieces:
        if len(lines[-1]) + len(piece) > 100:
            lines.append("")
        lines[-1] += piece
    body = "\n".join(f'    "{line}"' for line in lines)
    return f"{name} = (\n{body}\n)\n"


def legend(letters: dict[tuple[object, ...], str]) -> str:
    """Comment lines that say which properties a letter stands for."""
    words = [
        f"{letter} {'+'.join(str(v) for v in key if v not in (False, 'None'))}"
        for key, letter in letters.items()
    ]
    lines = ["#"]
    for word in (text.replace("+True", "+ExtPict") + ("," if text != words[-1] else "") for text in words):
        if len(lines[-1]) + len(word) > 105:
            lines.append("#")
        lines[-1] += " " + word
    return "\n".join(lines) + "\n"


def module() -> str:
    from importlib.metadata import version

    for package, expected in PINNED.items():
        if version(package) != expected:
            raise SystemExit(
                f"{package} {version(package)} is installed, {expected} has the tables of Unicode 16.0"
            )
    graphemes, words = read_uniseg()
    for ours, theirs in zip((graphemes, words), read_regex(), strict=True):
        wrong = [f"U+{point:04X}" for point in range(0x110000) if ours[point] != theirs[point]]
        if wrong:
            raise SystemExit(f"the two packages disagree on {len(wrong)} code points: {' '.join(wrong[:20])}")
    return (
        '"""Unicode 16.0.0 segmentation properties as runs of code points; written by scripts/unicode_tables.py.\n\n'
        "Each run is its length in base 36 (digits and lower case) and a class letter, from U+0000 to U+10FFFF.\n"
        "Hangul syllables have class O here: LV and LVT follow from the code point.\n"
        "Derived from the Unicode Character Database, copyright 1991-2024 Unicode, Inc., under the Unicode License V3\n"
        "(https://www.unicode.org/license.txt).\n"
        '"""\n\n'
        'UNICODE_VERSION = "16.0.0"\n\n'
        "# Grapheme_Cluster_Break + Indic_Conjunct_Break:\n"
        + legend(GRAPHEME_LETTERS)
        + literal("GRAPHEME", runs(graphemes, grapheme_letter))
        + "\n# Word_Break:\n"
        + legend(WORD_LETTERS)
        + literal("WORD", runs(words, word_letter))
    )


def main(arguments: list[str]) -> int:
    text = module()
    if "--check" in arguments:
        if TARGET.read_text(encoding="utf-8") != text:
            print(f"{TARGET.name} is not what this script writes", file=sys.stderr)
            return 1
        return 0
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET.name}: {len(text)} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
