"""``mmocr`` against the outputs of MMOCR's own metric classes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ocr_eval import protocol
from ocr_eval.protocols.recognition.mmocr import Mmocr
from tests.parity.pairs import PAIRS, Values, different, named
from tests.texts import joined

NAMES = {"one_minus_ned": "1-N.E.D"}


def ours(values: Values) -> Values:
    return {NAMES.get(name, name): values[name] for name in Mmocr.METRICS}


COLUMNS = {"mmocr": ("mmocr", ours)}


@pytest.mark.parametrize("column", COLUMNS)
def test_every_pair_has_the_tools_values(column: str, tell_parity: Callable[[int, int], None]) -> None:
    found = different("mmocr", {column: COLUMNS[column]})[column]
    tell_parity(PAIRS - len(found), PAIRS)
    assert found == []


def test_no_column_is_left_out() -> None:
    assert named("mmocr") == set(COLUMNS)


def test_a_page_in_another_script_is_warned_about(shared: Path) -> None:
    """Korean pages, cut into words: nothing is left of most gts, and every answer to those counts as right."""
    folder = shared / "data/pages"
    pages = sorted(folder.glob("mdp_ko_*.gt.txt"))
    words = {f"w{k}": word for k, word in enumerate("\n".join(p.read_text("utf-8") for p in pages).split())}
    wrong = dict.fromkeys(words, "틀림")
    counts = protocol("mmocr").count(joined(words, wrong), None)  # type: ignore[arg-type]
    (notice,) = counts.notices
    assert notice.code == "W_FILTERED"
    assert notice.count == int(counts["filtered_gt_empty"].sum()) > len(words) / 2
    assert "Hangul" in notice.message
    assert int(counts["equal_ignore_case_symbol"].sum()) == notice.count
