"""``page`` on texts small enough to count by hand: order that costs nothing, invented text, regions in disorder."""

from __future__ import annotations

from typing import Any

import pytest

from ocr_eval import protocol
from ocr_eval.engine.local import Job
from ocr_eval.errors import InputError
from ocr_eval.protocols.recognition.page import Page
from ocr_eval.tables.counts import Counts
from tests.tables import Word, box
from tests.tables import table as regions
from tests.texts import DONT_CARE, joined, score


def count(rule: str, gt: dict[str, Any], pred: dict[str, str]) -> Counts:
    counts: Counts = protocol(rule).count(joined(gt, pred), None)  # type: ignore[arg-type]
    return counts


def metrics(rule: str, gt: dict[str, Any], pred: dict[str, str]) -> dict[str, float | None]:
    return protocol(rule).derive(count(rule, gt, pred).total())


def test_the_worked_example_of_the_specification() -> None:
    found = score("page", "der Mann steht an der Ampel", "cer Mann fteht an der Ampel")
    assert (found["bag_missing"], found["bag_extra"]) == (2, 2)
    assert (found["bwe"], found["bwer"], found["dwer"]) == (4 / 12, 2 / 6, 0.0)
    assert (found["cer"], found["wer"]) == (2 / 27, 2 / 6)


def test_columns_in_another_order_cost_the_words_nothing_but_order() -> None:
    found = score("page", "one two\nthree four", "three four\none two")
    assert (found["wer"], found["bwer"], found["dwer"]) == (4 / 4, 0.0, 4 / 4)
    assert found["fca"] == 1.0
    assert found["fca_order_effect"] == 1 - (1 - found["cer"])  # type: ignore[operator]


def test_words_are_what_the_definition_says() -> None:
    found = score("page", "a b\nc, d", "a b c d")
    assert (found["wer_uax29"], found["wer_whitespace"], found["wer_space"]) == (0 / 4, 1 / 4, 2 / 3)
    for words in ("uax29", "whitespace", "space"):
        same = score(f"page(words={words})", "a b\nc, d", "a b c d")
        assert same["wer"] == same[f"wer_{words}"]
        assert (same["cer"], same["wer_space"]) == (found["cer"], found["wer_space"])


def test_sums_over_pages_and_means_of_pages() -> None:
    found = metrics("page", {"a": "abcd", "b": "ab"}, {"a": "abcx", "b": "abzzzz"})
    assert found["cer"] == (1 + 4) / (4 + 2)
    assert found["cer_macro"] == (1 / 4 + 4 / 2) / 2
    assert found["cer_n"] == (1 + 4) / (3 + 2 + 1 + 4)
    assert found["insertion_rate"] == 4 / 6
    assert found["length_ratio"] == 10 / 6
    assert found["wer_macro"] == (1 / 1 + 1 / 1) / 2
    assert found["fca"] == 1 - (1 + 4) / (4 + 2)
    assert found["fca_macro"] == ((1 - 1 / 4) + (1 - 4 / 2)) / 2


def test_characters_are_clusters_and_code_points_stand_beside() -> None:
    found = score("page", "น้ำ", "น้ํา")
    assert (found["cer"], found["cer_codepoint"]) == (2 / 1, 2 / 3)


def test_letters_alone() -> None:
    found = score("page", "A-1 b", "Ab22")
    assert (found["letter_length_gt"], found["letter_accuracy"]) == (2, 1 - 0 / 2)
    assert score("page", "12", "34")["letter_accuracy"] == 1.0
    assert score("page", "12", "ab")["letter_accuracy"] is None


@pytest.mark.parametrize(
    ("pred", "length"),
    [("the end\n" * 3, 7), ("the end\n\n" * 3, 7), ("the end\n" * 2, 0), ("ab\nab\nab\nc\nc\nc", 2), ("", 0)],
)
def test_a_line_that_is_repeated(pred: str, length: int) -> None:
    assert score("page", "the end", pred)["repeated_length"] == length


@pytest.mark.parametrize(
    ("gt", "pred", "flags", "cer", "fca"),
    [
        ("", "", (1, 0, 0), 0.0, 1.0),
        ("", "abc", (0, 1, 0), None, -3.0),
        ("abc", "", (0, 0, 1), 1.0, 0.0),
    ],
)
def test_an_empty_side(gt: str, pred: str, flags: tuple[int, ...], cer: float | None, fca: float) -> None:
    found = score("page", gt, pred)
    assert (found["both_empty"], found["gt_empty"], found["pred_empty"]) == flags
    assert (found["cer"], found["cer_macro"], found["fca"]) == (cer, cer, fca)


def test_a_dont_care_page_is_left_out_and_counted() -> None:
    counts = count("page", {"a": [DONT_CARE], "b": "x"}, {"a": "y", "b": "x"})
    assert (counts["samples"].tolist(), counts["ignored"].tolist()) == ([0, 1], [1, 0])
    assert protocol("page").derive(counts.total())["cer"] == 0.0
    assert set(metrics("page", {"a": [DONT_CARE]}, {}).values()) == {None}


def test_free_order_can_be_left_out() -> None:
    found = score("page(fca=false)", "ab\ncd", "cd\nab")
    assert (found["fca"], found["fca_macro"], found["fca_order_effect"], found["fca_pages"]) == (
        None,
        None,
        None,
        0,
    )


def test_a_page_too_long_for_free_order_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from ocr_eval.text import flexible

    whole = flexible.flexible_edits
    monkeypatch.setattr(
        "ocr_eval.protocols.page_counts.flexible_edits", lambda gt, pred: whole(gt, pred, steps=50)
    )
    counts = count("page", {"a": "one two three", "b": "x"}, {"a": "one too three!", "b": "x"})
    (notice,) = counts.notices
    assert (notice.code, notice.count, notice.examples) == ("W_PAGE", 1, ("a",))
    found = protocol("page").derive(counts.total())
    assert (found["fca"], found["fca_order_effect"]) == (1.0, None)  # of the other page


def test_invented_pages_are_told() -> None:
    gt = {"a": "ab", "b": "ab", "c": "", "d": "x"}
    (notice,) = count("page", gt, {"a": "ab" * 5 + "x", "b": "ab" * 5, "c": "xyz"}).notices
    assert (notice.code, notice.count, notice.examples) == ("W_INVENTED", 1, ("a",))


def test_a_normal_form_that_empties_pages_is_told() -> None:
    counts = count("page(normal_form=marks-remove)", {"a": "\u064b", "b": "word"}, {})
    (notice,) = counts.notices
    assert notice.code == "W_FILTERED"
    assert counts["filtered_gt_empty"].tolist() == [1, 0]


ROWS = [box(0, 100 * k, 50, 100 * k + 20) for k in range(4)]


def ordered(gt: list[int], pred: list[int], rule: str = "page") -> Counts:
    """Pages whose regions stand in these orders; every region has its number as text."""
    sides = [
        regions({"a": [Word(ROWS[k], str(k)) for k in side]}, role=role)
        for side, role in ((gt, "gt"), (pred, "prediction"))
    ]
    made = protocol(rule)
    joined_sides, pairing = Job(sides[0], [made]).pair(sides[1])
    return made.count(joined_sides, pairing)


@pytest.mark.parametrize(
    ("pred", "regions_matched", "nsfd", "error"),
    [
        ([0, 1, 2, 3], 4, 0.0, 0 / 4),
        ([3, 2, 1, 0], 4, (3 + 1 + 1 + 3) / 8, 4 / 4),
        ([1, 0, 2, 3], 4, (1 + 1) / 8, 2 / 4),
        ([2, 0], 2, (1 + 1) / 2, 3 / 4),
        ([1], 1, 0.0, 3 / 4),
        ([], 0, 0.0, 4 / 4),
    ],
)
def test_regions_in_another_order(pred: list[int], regions_matched: int, nsfd: float, error: float) -> None:
    counts = ordered([0, 1, 2, 3], pred)
    found = protocol("page").derive(counts.total())
    assert counts["order_regions"].tolist() == [regions_matched]
    assert (found["nsfd"], found["order_error"]) == (nsfd, error)


def test_regions_are_one_text_in_their_order() -> None:
    counts = ordered([0, 1], [1, 0])
    assert (counts["length_gt"].tolist(), counts["distance"].tolist()) == ([3], [2])  # "0/1" and "1/0"
    assert protocol("page").derive(counts.total())["fca"] == 1.0


def test_reading_order_can_be_left_out_and_texts_have_none() -> None:
    assert ordered([0, 1], [1, 0], "page(order=none)")["order_pages"].tolist() == [0]
    assert score("page", "a", "a")["nsfd"] is None


@pytest.mark.parametrize(
    "rule", ["page(unit=word)", "page(level=page)", "page(normal_form=nfx)", "page(order=yes)"]
)
def test_a_parameter_out_of_its_range_is_refused(rule: str) -> None:
    with pytest.raises(InputError) as caught:
        protocol(rule)
    assert caught.value.problems[0].code == "E_CONFIG"


def test_the_level_is_asked_of_the_reader() -> None:
    assert Page(level="line").reads.level == "line"
    assert repr(protocol("page(level=line, fca=true)")) == "page(level=line)"


def test_a_page_is_explained_with_where_its_errors_lie() -> None:
    matches = protocol("page").explain(joined({"a": "각\nab1"}, {"a": "강\nab1!"}), None, 0)  # type: ignore[arg-type]
    assert [v.status for v in matches.verdicts] == ["wrong text", "wrong text"]
    assert matches.steps == (
        "1 substitution at 0: '각' read as '강'",
        "1 insertion at 5: '!' is not in the ground truth",
        "script Latin: 2 of 2 read, 0 inserted",
        "script symbols: 1 of 1 read, 1 inserted",
        "script Hangul: 0 of 1 read, 0 inserted",
        "script digits: 1 of 1 read, 0 inserted",
        "block Basic Latin: 4 of 4 read, 1 inserted",
        "block Hangul Syllables: 0 of 1 read, 0 inserted",
        "'!' inserted 1 times",
        "'각' read as '강' 1 times",
    )


def test_the_whole_set_has_one_table_of_confusions() -> None:
    rule = protocol("page")
    assert isinstance(rule, Page)
    found = rule.breakdown(joined({"a": "cat", "b": "hat", "c": "x"}, {"a": "cut", "b": "hut", "c": "xy"}))
    assert found.most_confused() == [("a", "u", 2, ("a", "b")), ("", "y", 1, ("c",))]
    assert found.scripts["Latin"] == (5, 2, 0, 1)
    assert found.blocks["Basic Latin"].accuracy == 5 / 7
    assert found.to_json()["confusions"][0] == {"gt": "a", "pred": "u", "count": 2, "samples": ("a", "b")}
