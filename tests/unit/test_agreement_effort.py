"""Labels as pre-labels: what is kept, moved, added, deleted, flagged and typed, by hand and as sums that must hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ocr_eval.agreement.library import agreement
from ocr_eval.text.distance import distance
from tests.agreements import annotators, few, nothing
from tests.tables import Word, table

NONE = {"kept", "moved", "added", "added_dont_care", "deleted", "deleted_dont_care", "flags"}


def work(before: list[Word], after: list[Word]) -> dict[str, Any]:
    """The row from pre-labels to labels of one image; counts of 0 are left out."""
    tables = {"pre": table({"s": before}, role="gt"), "truth": table({"s": after}, role="gt")}
    found = agreement(tables, protocols=(), names=True).to_json()
    (row,) = [row for row in found["pairs"][0]["edit_effort"] if row["from"] == "pre"]
    (own,) = [one["edit_effort"] for one in found["annotators"] if one["annotator"] == "pre"]
    assert {**own, "from": "pre", "to": "truth"} == {**row, "targets": 1}
    return {name: row[name] for name in (*NONE, "characters") if row[name]}


def at(left: float, text: str, *, right: float | None = None, top: float = 0) -> Word:
    return Word((left, top, left + 50 if right is None else right, top + 20), text)


SCENES: dict[str, tuple[list[Word], list[Word], dict[str, int]]] = {
    "nothing to do": ([at(0, "sale")], [at(0, "sale")], {"kept": 1}),
    "two letters are wrong": ([at(0, "sole")], [at(0, "sales")], {"kept": 1, "characters": 2}),
    "the ring is too loose": ([at(0, "sale", right=150)], [at(0, "sale")], {"moved": 1}),
    "a word was not seen": ([], [at(0, "sale")], {"added": 1, "characters": 4}),
    "a word is not there": ([at(0, "sale")], [], {"deleted": 1}),
    "a don't care is drawn": ([], [at(0, "###")], {"added_dont_care": 1}),
    "a don't care goes": ([at(0, "###")], [], {"deleted_dont_care": 1}),
    "a word becomes don't care": ([at(0, "sale")], [at(0, "###")], {"kept": 1, "flags": 1}),
    "a don't care becomes a word": (
        [at(0, "###")],
        [at(0, "sale")],
        {"kept": 1, "flags": 1, "characters": 4},
    ),
    # One ring over two words: it is drawn anew around one of them, the other is added; the letters are all there.
    "a line is cut": (
        [at(0, "new sale", right=110)],
        [at(0, "new"), at(60, "sale")],
        {"moved": 1, "added": 1},
    ),
    "two words become a line": (
        [at(0, "new"), at(60, "sole")],
        [at(0, "new sale", right=110)],
        {"moved": 1, "deleted": 1, "characters": 1},
    ),
    # The wide ring and "new" have an IoU of 70 / 110: that ring stays with its text, and "sale" is typed.
    "the larger part keeps the ring": (
        [at(0, "newsale", right=110)],
        [at(0, "new", right=70), at(80, "sale", right=110)],
        {"kept": 1, "added": 1, "characters": 4 + 4},
    ),
    "words under a don't care": (
        [at(0, "new"), at(60, "sale")],
        [at(0, "###", right=110)],
        {"moved": 1, "deleted": 1, "flags": 1},
    ),
}


@pytest.mark.parametrize("scene", SCENES)
def test_what_is_left_to_do(scene: str) -> None:
    before, after, expected = SCENES[scene]
    assert work(before, after) == expected


def test_every_ring_of_both_sides_is_counted_once() -> None:
    tables = annotators(("ann", "bob", "eve"), [f"img_{k}" for k in range(24)])
    found = agreement(tables, protocols=(), names=True).to_json()
    size = {name: len(one) for name, one in tables.items()}
    care = {name: int(one.care.sum()) for name, one in tables.items()}
    rows = [row for pair in found["pairs"] for row in pair["edit_effort"]]
    assert len(rows) == 3 * 2
    for row in rows:
        stays = row["kept"] + row["moved"]
        assert stays + row["added"] + row["added_dont_care"] == size[row["to"]]
        assert stays + row["deleted"] + row["deleted_dont_care"] == size[row["from"]]
        assert row["instances"] == care[row["to"]]
        touched = row["moved"] + row["added"] + row["deleted"]
        assert row["boxes_per_instance"]["value"] == touched / row["instances"]
        assert row["boxes_per_instance"]["interval"] or not touched  # all replicates 0: none
        assert row["characters_per_character"]["value"] == row["characters"] / row["typed_from_nothing"]
    for one in found["annotators"]:
        own = [row for row in rows if row["from"] == one["annotator"]]
        for name in (*NONE, "characters", "instances"):
            assert one["edit_effort"][name] == sum(row[name] for row in own)
        assert one["edit_effort"]["targets"] == 2


def test_characters_of_matches_are_edits() -> None:
    words = [("VEHICLES", "VEICHLES"), ("50% OFF", "5O%OFF"), ("가용", "가옹")]
    before, after = ([at(0, pair[k], top=40 * n) for n, pair in enumerate(words)] for k in (0, 1))
    assert work(before, after)["characters"] == sum(distance(a, b) for a, b in words)


def test_without_texts_only_boxes_are_counted() -> None:
    drawn = replace(table({"s": [at(0, "")]}, role="gt"), codepoints=None, text_offset=None)
    tables = {"A": drawn, "B": drawn}
    (row, _) = agreement(tables, protocols=()).to_json()["pairs"][0]["edit_effort"]
    assert (row["kept"], row["characters"], row["typed_from_nothing"]) == (1, None, None)
    assert row["characters_per_character"] == {"value": None, "n": 0, "interval": None, "reason": "no texts"}


def test_few_images_and_no_instances_say_why() -> None:
    (row, _) = few().to_json()["pairs"][0]["edit_effort"]
    assert row["boxes_per_instance"]["interval"] is None and "too few" in row["boxes_per_instance"]["reason"]
    (row, _) = nothing().to_json()["pairs"][0]["edit_effort"]
    assert row["boxes_per_instance"] == {"value": None, "n": 0, "interval": None, "reason": "no instances"}
