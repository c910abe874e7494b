"""``page`` on fifty pages against dinglehopper, jiwer and rapidfuzz, from texts and from XML; check values by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ocr_eval import protocol
from ocr_eval.formats import read
from ocr_eval.tables.joined import join
from tests.parity.pairs import PAGES, Values, cases, texts
from tests.texts import score

Tell = Callable[[int, int], None]


def walk(column: str, rule: str, told: Callable[[Values], Any], shared: Path, tell: Tell) -> None:
    """Every page that has the column: ours must be the tool's, bit for bit."""
    mine = [case for case in cases("page", "pages") if column in case]
    found = []
    for case in mine:
        ours = told(score(rule, *texts(shared, case)))
        if ours.items() - case[column].items():
            found.append((case["id"], ours, case[column]))
    tell(len(mine) - len(found), len(mine))
    assert (found, len(mine)) == ([], PAGES)


def test_fifty_pages_have_dinglehoppers_rates(shared: Path, tell_parity: Tell) -> None:
    def told(values: Values) -> Values:
        rates = {"cer": values["cer"], "wer": values["wer"]}
        return rates | {"n_characters": values["length_gt"], "n_words": values["uax29_words_gt"]}

    column = "dinglehopper(str: NFC, grapheme)"
    walk(column, "page(normal_form=nfc,fca=false)", told, shared, tell_parity)


def test_fifty_pages_have_jiwers_words(shared: Path, tell_parity: Tell) -> None:
    def told(values: Values) -> Values:
        return {"wer": values["wer_space"], "hits": values["space_hits"]}

    walk("jiwer_words(default transform)", "page(normal_form=raw,fca=false)", told, shared, tell_parity)


@pytest.mark.parametrize(("form", "name"), [("raw", "distance"), ("nfc", "distance_nfc")])
def test_fifty_pages_have_rapidfuzz_distances(form: str, name: str, shared: Path, tell_parity: Tell) -> None:
    def told(values: Values) -> Values:
        return {name: values["codepoint_distance"]}

    walk("rapidfuzz", f"page(normal_form={form},fca=false)", told, shared, tell_parity)


def test_six_pages_from_their_xml_have_the_command_lines_rates(shared: Path, tell_parity: Tell) -> None:
    column, found = "dinglehopper_cli(XML, NFC_SBB)", []
    mine = [case for case in cases("page", "pages") if column in case]
    rule = protocol("page(normal_form=nfc+sbb,fca=false)")
    for case in mine:
        sides = []
        for side in ("gt", "pred"):
            path = shared / "data/pages" / f"{case['id']}.{side}.xml"
            role = "gt" if side == "gt" else "prediction"
            table = read(path, role=role, text=True, geometry=False, level=rule.reads.level)
            sides.append(table.take([0], ("1",)))
        totals = rule.count(join(*sides), None).total()  # type: ignore[arg-type]
        metrics = rule.derive(totals)
        ours = {"cer": metrics["cer"], "wer": metrics["wer"]}
        ours |= {"n_characters": totals["length_gt"], "n_words": totals["uax29_words_gt"]}
        if ours.items() - case[column].items():
            found.append((case["id"], ours, case[column]))
    tell_parity(len(mine) - len(found), len(mine))
    assert (found, len(mine)) == ([], 6)


def test_four_pages_have_their_edits_with_free_order(shared: Path, tell_parity: Tell) -> None:
    mine = [case for case in cases("page", "pages") if "flexible" in case]
    found = []
    for case in mine:
        values = score("page", *texts(shared, case))
        ours = [values[f"fca_{name}"] for name in ("hits", "substitutions", "deletions", "insertions")]
        if ours != case["flexible"]:
            found.append((case["id"], ours))
    tell_parity(len(mine) - len(found), len(mine))
    assert (found, len(mine)) == ([], 4)


# id, D / length in code points, cer_n, word errors / words by space, white space and UAX #29, bags: errors / words of
# both sides, the larger error / gt words
CHECK_VALUES = [
    ("brochrnx", (109, 1404), 0.07606, (74, 195), (80, 228), (39, 230), (70, 460), (35, 230)),
    ("actevedef_calamari", (119, 4673), 0.02539, (104, 674), (102, 741), (80, 727), (145, 1453), (73, 727)),
    ("actevedef_tess", (188, 4673), 0.03992, (140, 674), (143, 741), (117, 727), (206, 1458), (105, 727)),
    ("lorem_scan", (0, 591), 0.0, (0, 94), (0, 100), (0, 100), (0, 200), (0, 100)),
    ("lorem_scan_bad", (8, 591), 0.01347, (7, 94), (7, 100), (7, 100), (13, 201), (7, 100)),
    ("fake_page2018", (2, 827), 0.00242, (2, 117), (2, 136), (2, 130), (4, 260), (2, 130)),
    ("mdp_hi_magazine_0", (2936, 1320), 0.69425, (224, 239), (231, 239), (437, 235), (439, 905), (437, 235)),
    ("mdp_th_book_38", (2380, 445), 0.84307, (191, 23), (194, 23), (754, 334), (754, 1422), (754, 334)),
    (
        *("mdp_jp_newspaper_48", (2963, 2995), 0.53804),
        *((199, 111), (223, 113), (1122, 2414), (708, 5402), (641, 2414)),
    ),
]


@pytest.mark.parametrize("expected", CHECK_VALUES, ids=lambda row: row[0])
def test_a_page_has_its_check_values(expected: tuple[Any, ...], shared: Path) -> None:
    (case,) = [case for case in cases("page", "pages") if case["id"] == expected[0]]
    found = score("page(normal_form=raw,unit=codepoint,fca=false)", *texts(shared, case))
    words = [(found[f"{n}_distance"], found[f"{n}_words_gt"]) for n in ("space", "whitespace", "uax29")]
    both = found["uax29_words_gt"] + found["uax29_words_pred"]
    assert (
        (found["distance"], found["length_gt"]),
        round(found["cer_n"], 5),
        *words,
        (found["bag_missing"] + found["bag_extra"], both),
        (found["bag_max"], found["uax29_words_gt"]),
    ) == expected[1:]


def test_two_scripts_have_their_graphemes(shared: Path) -> None:
    expected = {"mdp_hi_magazine_0": (2809, 865), "mdp_th_book_38": (2241, 378)}
    for case in cases("page", "pages"):
        if case["id"] in expected:
            found = score("page(normal_form=nfc,fca=false)", *texts(shared, case))
            assert (found["distance"], found["length_gt"]) == expected[case["id"]]
