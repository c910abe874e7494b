"""Inspection of the two real ground truths: every count of the reference's section 18, exact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ocr_eval.formats import read
from ocr_eval.inspection.summary import Inspection, inspect

NOTHING = {
    "self_intersecting": 0,
    "zero_area": 0,
    "too_few_points": 0,
    "duplicate_ring": 0,
    "near_duplicate_ring": 0,
    "blank_at_end": 0,
    "control": 0,
    "not_nfc": 0,
}
EXPECTED: dict[str, dict[str, Any]] = {
    "ic15": {
        "overview": {
            "samples": 500,
            "instances": 5230,
            "most_per_sample": 90,
            "care": 2077,
        },
        "texts": {
            "characters": 11108,
            "characters_without_blanks": 11076,
            "longest": 21,
            "distinct": 1332,
            "charset": 79,
            "singletons": 4,
            "empty": 0,
            "with_inner_blank": 21,
        },
        "suspicious": NOTHING | {"empty": 0, "doubled_blank": 6, "changed_by_nfkc": 0, "nested": 23},
        "hash": 8,
        "scripts": {"Latin": 2027, "none": 50},
        "equal": [["img_229", "img_230"], ["img_339", "img_341"]],
    },
    "kr_documents": {
        "overview": {
            "samples": 100,
            "instances": 10532,
            "most_per_sample": 218,
            "care": 10384,
        },
        "texts": {
            "characters": 46414,
            "characters_without_blanks": 46169,
            "longest": 29,
            "distinct": 4128,
            "charset": 651,
            "singletons": 121,
            "empty": 3,
            "with_inner_blank": 223,
        },
        "suspicious": NOTHING | {"empty": 3, "doubled_blank": 0, "changed_by_nfkc": 2, "nested": 6},
        "hash": 13,
        "scripts": {"Hangul": 6479, "none": 2980, "Latin": 699, "Hangul+Latin": 226},
        "equal": [],
    },
}
MARKERS = {"ic15": (), "kr_documents": ("*",)}


@pytest.fixture(scope="module", params=sorted(EXPECTED))
def found(request: pytest.FixtureRequest, shared: Path) -> tuple[dict[str, Any], Inspection]:
    table = read(
        shared / "data" / request.param / "gt.zip",
        role="gt",
        invalid_polygons="official",
        verbatim=True,
    )
    return EXPECTED[request.param], inspect(table, markers=MARKERS[request.param])


def test_totals(found: tuple[dict[str, Any], Inspection]) -> None:
    wanted, inspection = found
    overview = inspection.data["gt"]
    assert {name: overview[name] for name in wanted["overview"]} == wanted["overview"]
    assert {name: overview["texts"][name] for name in wanted["texts"]} == wanted["texts"]
    hashes = {row["character"]: row["count"] for row in overview["texts"]["with_marker_character"]}
    assert hashes["#"] == wanted["hash"]


def test_suspicious_labels(found: tuple[dict[str, Any], Inspection]) -> None:
    wanted, inspection = found
    counts = {row["kind"]: row["count"] for row in inspection.data["suspicious"]}
    assert {kind: counts[kind] for kind in wanted["suspicious"]} == wanted["suspicious"]


def test_scripts_and_equal_images(found: tuple[dict[str, Any], Inspection]) -> None:
    wanted, inspection = found
    rows = inspection.data["categories"]["scripts"]["rows"]
    assert {row["label"]: row["count"] for row in rows} == wanted["scripts"]
    equal = [group["samples"] for group in inspection.data["duplicates"]["equal"]["listed"]]
    assert sorted(equal) == wanted["equal"]


def test_the_two_quoted_texts_of_the_korean_documents_are_shown(shared: Path) -> None:
    table = read(shared / "data/kr_documents/gt.zip", role="gt", verbatim=True)
    (row,) = [r for r in inspect(table).data["suspicious"] if r["kind"] == "in_quotes"]
    assert [e["text"] for e in row["examples"]] == ['"다이소"', '"다이소멤버십"']


def test_quotes_around_everything_are_layout(shared: Path) -> None:
    table = read(shared / "data/ic13/gt_tedeval.zip", role="gt", verbatim=True)
    texts = inspect(table).data["gt"]["texts"]
    assert texts["in_quotes"] == {"kept": 0, "taken_off": 1095}
    plain = read(shared / "data/ic13/gt_tedeval.zip", role="gt")
    assert texts["characters"] == sum(map(len, plain.texts))


@pytest.mark.parametrize(
    ("path", "instances", "dont_care", "empty"),
    [
        ("ic13/gt_rrc.zip", 1637, 542, 0),
        ("ic13/gt_e2e_ltrb.zip", 1095, 0, 0),
        ("ic15/gt_textline.zip", 1564, 0, 0),
        ("ic15/gt_characters.zip", 14127, 3151, 0),
        ("totaltext/gt_total-text.zip", 2545, 331, 3),
        ("totaltext/gt_e2e.zip", 2542, 328, 0),
        ("ctw1500/gt_e2e.zip", 3075, 387, 1),
    ],
)
def test_totals_of_other_archives(
    shared: Path, path: str, instances: int, dont_care: int, empty: int
) -> None:
    level = "character" if "characters" in path else None
    table = read(shared / "data" / path, role="gt", level=level, invalid_polygons="official", verbatim=True)
    overview = inspect(table).data["gt"]
    assert (overview["instances"], overview["dont_care"]) == (instances, dont_care)
    assert overview["texts"]["empty"] == empty
