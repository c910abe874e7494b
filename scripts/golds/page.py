"""page: fifty pages as jiwer, rapidfuzz and dinglehopper count them; free order of lines as its reference says it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scripts.golds import Origin, Row, Source, read
from scripts.golds.presets import inputs

TOOLS = Origin(
    "jiwer 4.0, rapidfuzz 3.14, dinglehopper 0.11 @1efb382",
    "process_words; Levenshtein.distance; character_error_rate_n, word_error_rate_n; cli",
)
COLUMNS = (
    "jiwer_words(default transform)",
    "rapidfuzz",
    "dinglehopper(str: NFC, grapheme)",
    "dinglehopper_cli(XML, NFC_SBB)",
)
# Hits, substitutions, deletions, insertions; printed in the reference, section 13.5 of recognition.md.
FLEXIBLE = {
    "lorem_scan": (585, 0, 0, 0),
    "lorem_scan_bad": (580, 5, 0, 3),
    "fake_page2018": (806, 2, 0, 0),
    "brochrnx": (1298, 46, 27, 29),
}


def sources() -> Iterator[Source]:
    """None: a page's numbers come from several tools."""
    return iter(())


def documents(shared: Path) -> dict[str, Row]:
    """One file of all pages."""
    cases = []
    for page in read(shared, "recognition/pages"):
        case: Row = {"id": page["id"], "inputs": inputs(shared, page["id"])}
        case |= {column: page[column] for column in COLUMNS if column in page}
        if page["id"] in FLEXIBLE:
            case["flexible"] = FLEXIBLE[page["id"]]
        cases.append(case)
    return {"page/pages.json": {"official": TOOLS._asdict(), "cases": cases}}
