"""Unicode 16.0 blocks of two installed packages, cross-checked -> ``ocr_eval/text/_blocks.py``, our pinned table.

    python -m venv .unicode && .unicode/bin/pip install fonttools==4.68.0 regex==2024.11.6
    .unicode/bin/python scripts/unicode_blocks.py           # writes the module
    .unicode/bin/python scripts/unicode_blocks.py --check   # exit 1 when the module differs

fonttools carries the names and ranges of a later Unicode; a block is taken when regex, which carries Unicode 16.0,
knows it with the same first and last code point. Neither package is needed to run or to test ocr_eval.
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "ocr_eval" / "text" / "_blocks.py"
HEAD = '''"""Unicode 16.0.0 blocks as "first code point, name" in order; written by scripts/unicode_blocks.py.

An empty name begins a stretch outside all blocks. Derived from the Unicode Character Database, copyright 1991-2024
Unicode, Inc., under the Unicode License V3 (https://www.unicode.org/license.txt).
"""

BLOCKS = (
'''


def blocks() -> list[tuple[int, str]]:
    """(first code point, name), gaps with an empty name."""
    import regex
    from fontTools.unicodedata import Blocks

    ends = [*Blocks.RANGES[1:], 0x110000]
    found: list[tuple[int, str]] = []
    for first, end, name in zip(Blocks.RANGES, ends, Blocks.VALUES, strict=True):
        name = name.replace("_", " ")
        known = ""
        if name != "No Block":
            try:
                inside = regex.compile(rf"\p{{Block={name}}}")
                whole = all(inside.match(chr(point)) for point in (first, end - 1))
                known = name if whole else ""
            except regex.error:
                known = ""
        if not found or found[-1][1] != known or known:
            found.append((first, known))
    return found


def render(found: list[tuple[int, str]]) -> str:
    """The module."""
    text = ";".join(f"{first:X} {name}".strip() for first, name in found)
    lines = textwrap.wrap(text, 98, drop_whitespace=False, break_on_hyphens=False)
    return HEAD + "".join(f'    "{line}"\n' for line in lines) + ")\n"


def main() -> int:
    """Exit status: 0 written or equal, 1 different."""
    made = render(blocks())
    if "--check" in sys.argv[1:]:
        return int(TARGET.read_text(encoding="utf-8") != made)
    TARGET.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
