"""``ocrd`` against stored outputs of dinglehopper 0.11: its functions on pairs and pages, its command line too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.protocols.recognition.ocrd import Ocrd
from tests.parity.pairs import PAGES, PAIRS, Values, cases, different, named, six, texts
from tests.texts import score

CLI = "dinglehopper.cli(NFC_SBB)"


def finite(value: Any) -> Any:
    """The tool says infinity where we say that a rate is undefined."""
    return "inf" if value is None else six(value)


COLUMNS = {
    "dinglehopper.cer(str,NFC)": ("ocrd", lambda values: finite(values["cer"])),
    "dinglehopper.wer(str,NFC)": ("ocrd", lambda values: finite(values["wer"])),
    "dinglehopper.distance": ("ocrd", lambda values: values["distance"]),
}


@pytest.mark.parametrize("column", COLUMNS)
def test_every_pair_has_the_tools_values(column: str, tell_parity: Callable[[int, int], None]) -> None:
    found = different("ocrd", {column: COLUMNS[column]})[column]
    tell_parity(PAIRS - len(found), PAIRS)
    assert found == []


def test_the_command_line_and_its_normalised_texts_agree(tell_parity: Callable[[int, int], None]) -> None:
    wrong = []
    for case in cases("ocrd"):
        values, found = score("ocrd(sbb=true)", case["gt"], case["pred"]), Ocrd(sbb=True)
        pair = found.compared(case["gt"], case["pred"])
        ours = {"cer": finite(values["cer"]), "wer": finite(values["wer"]), "gt": pair.gt, "pred": pair.pred}
        if ours != case[CLI]:
            wrong.append((case["id"], ours, case[CLI]))
    tell_parity(PAIRS - len(wrong), PAIRS)
    assert wrong == []


def test_no_column_is_left_out() -> None:
    assert named("ocrd") == {*COLUMNS, CLI}


def told(values: Values) -> Values:
    lengths = {"n_characters": "length_gt", "n_words": "words_gt"}
    return {"cer": values["cer"], "wer": values["wer"]} | {k: values[name] for k, name in lengths.items()}


@pytest.mark.parametrize(
    ("column", "rule", "pages"),
    [
        ("dinglehopper(str: NFC, grapheme)", "ocrd", PAGES),
        ("dinglehopper_cli(XML, NFC_SBB)", "ocrd(sbb=true)", 6),
    ],
)
def test_pages_have_the_tools_values(
    column: str, rule: str, pages: int, shared: Path, tell_parity: Callable[[int, int], None]
) -> None:
    """Bit for bit. The texts of the six pages with XML already went through the substitutions."""
    mine = [case for case in cases("ocrd", "pages") if column in case]
    found = []
    for case in mine:
        ours = told(score(rule, *texts(shared, case)))
        if ours != {name: case[column][name] for name in ours}:
            found.append((case["id"], ours, case[column]))
    tell_parity(len(mine) - len(found), len(mine))
    assert (found, len(mine)) == ([], pages)
