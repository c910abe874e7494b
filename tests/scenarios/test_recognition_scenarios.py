"""``recognition`` on texts small enough to count by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from ocr_eval import protocol
from ocr_eval.errors import InputError, Notice
from ocr_eval.tables.counts import Counts
from ocr_eval.tables.joined import join
from tests import tables
from tests.texts import DONT_CARE, joined, score, table


def count(rule: str, gt: Mapping[str, str | Sequence[str | None]], pred: Mapping[str, str]) -> Counts:
    counts: Counts = protocol(rule).count(joined(gt, pred), None)  # type: ignore[arg-type]
    return counts


def metrics(rule: str, counts: Counts) -> dict[str, float | None]:
    return protocol(rule).derive(counts.total())


def test_three_words_one_read_wrong_one_missed() -> None:
    counts = count("recognition", {"a": "cat", "b": "horse", "c": "owl"}, {"a": "cat", "b": "house!"})
    assert metrics("recognition", counts) == {
        "wem": 1 / 3,
        "one_minus_ned_max": 1 - (0 + 2 / 6 + 3 / 3) / 3,  # r read as u, ! inserted; owl not read at all
        "cer": (0 + 2 + 3) / (3 + 5 + 3),
        "cer_n": (2 + 3) / (2 + 3 + 3 + 4),
        "wer": 2 / 3,
        "cer_macro": (0 + 2 / 5 + 3 / 3) / 3,
        "length_ratio": 9 / 11,
        "insertion_rate": 1 / 11,
    }
    assert counts["pred_empty"].tolist() == [0, 0, 1]
    assert counts["hits"].tolist() == [3, 4, 0]


def test_invented_text_takes_cer_above_one_and_1_ned_not_below_zero() -> None:
    found = score("recognition", "ab", "abxxxxxxxx")
    assert (found["cer"], found["one_minus_ned_max"]) == (8 / 2, 1 - 8 / 10)
    assert (found["insertion_rate"], found["length_ratio"]) == (8 / 2, 10 / 2)


@pytest.mark.parametrize(
    ("gt", "pred", "flags", "ned", "cer"),
    [
        ("", "", (1, 0, 0), 0, 0.0),
        ("", "abc", (0, 1, 0), 1, None),
        ("abc", "", (0, 0, 1), 1, 1.0),
        ("abc", "abc", (0, 0, 0), 0, 0.0),
    ],
)
def test_an_empty_side(gt: str, pred: str, flags: tuple[int, ...], ned: float, cer: float | None) -> None:
    found = score("recognition", gt, pred)
    assert (found["both_empty"], found["gt_empty"], found["pred_empty"]) == flags
    assert (found["sum:ned"], found["cer"], found["cer_macro"]) == (ned, cer, cer)
    assert found["wem"] == (gt == pred)


def test_an_empty_gt_adds_to_the_micro_rate_and_not_to_the_mean_of_rates() -> None:
    counts = count("recognition", {"a": "", "b": "abcd"}, {"a": "xy", "b": "abc"})
    found = metrics("recognition", counts)
    assert found["cer"] == (2 + 1) / (0 + 4)
    assert found["cer_macro"] == (1 / 4) / 1
    assert found["one_minus_ned_max"] == 1 - (2 / 2 + 1 / 4) / 2


def test_two_empty_sides_can_be_left_out() -> None:
    gt, pred = {"a": "", "b": "abcd"}, {"a": "", "b": "abc"}
    kept, left = (count(rule, gt, pred) for rule in ("recognition", "recognition(both_empty=skip)"))
    assert (kept["samples"].tolist(), left["samples"].tolist()) == ([1, 1], [0, 1])
    assert kept["both_empty"].tolist() == left["both_empty"].tolist() == [1, 0]
    assert metrics("recognition", kept)["wem"] == 1 / 2
    assert metrics("recognition", left)["wem"] == 0 / 1
    assert metrics("recognition", left)["cer_macro"] == (1 / 4) / 1


def test_a_normal_form_that_empties_both_sides_counts_as_both_empty() -> None:
    found = score("recognition(normal_form=symbols-remove)", "***", "#")
    assert (found["both_empty"], found["filtered_gt_empty"], found["filtered_pred_empty"]) == (1, 1, 1)
    assert (found["wem"], found["length_gt"]) == (1.0, 0)


def test_a_dont_care_sample_is_left_out_and_counted() -> None:
    counts = count("recognition", {"a": [DONT_CARE], "b": "x"}, {"a": "y", "b": "x"})
    assert counts.rows[0].tolist() == [0, 1] + [0] * (len(counts.columns) - 2)
    assert metrics("recognition", counts)["wem"] == 1 / 1


def test_hash_signs_in_a_list_are_text() -> None:
    assert score("recognition", "###", "###")["equal"] == 1


def test_only_dont_care_samples_leave_every_metric_undefined() -> None:
    counts = count("recognition", {"a": [DONT_CARE]}, {"a": "y"})
    assert set(metrics("recognition", counts).values()) == {None}


@pytest.mark.parametrize(
    ("rule", "accepted", "pred", "distance", "length"),
    [
        ("recognition", ["colour", "color"], "color", 0, 5),
        ("recognition(alternatives=first)", ["colour", "color"], "color", 1, 6),
        ("recognition", ["abcd", "ab"], "abc", 1, 4),  # 1/4 < 1/3
        ("recognition", ["axx", "xxa"], "xax", 2, 3),  # a tie: the first
        ("recognition", [DONT_CARE, "ab", "abc"], "abc", 0, 3),
        ("recognition", ["", "b"], "", 0, 0),
    ],
)
def test_several_accepted_texts(
    rule: str, accepted: list[str | None], pred: str, distance: int, length: int
) -> None:
    found = score(rule, accepted, pred)
    assert (found["samples"], found["distance"], found["length_gt"]) == (1, distance, length)


def test_units_and_words_change_what_is_counted() -> None:
    gt, pred = "한국 사람", "한굿 사람"
    assert [
        score(f"recognition(unit={unit})", gt, pred)["cer"] for unit in ("codepoint", "grapheme", "jamo")
    ] == [
        1 / 5,
        1 / 5,
        1 / 12,  # 3 + 3 + 1 + 2 + 3 letters
    ]
    found = [
        score(f"recognition(words={words})", "a b\nc", "a b c")["wer"]
        for words in ("uax29", "whitespace", "space")
    ]
    assert found == [0 / 3, 0 / 3, 2 / 2]  # jiwer's words are a, b\nc against a, b, c


def test_the_default_form_joins_line_ends_and_composes() -> None:
    assert score("recognition", "e\u0301\r\nx", "é\nx")["equal"] == 1
    assert score("recognition(normal_form=raw)", "e\u0301\r\nx", "é\nx")["distance"] == 3


@pytest.mark.parametrize(("symbols", "warned"), [(1, False), (2, True)])
def test_a_form_that_empties_more_than_one_gt_in_a_hundred_is_warned_about(
    symbols: int, warned: bool
) -> None:
    gt = {f"s{k}": "***" if k < symbols else "word" for k in range(100)}
    counts = count("recognition(normal_form=symbols-remove)", gt, gt)
    message = "symbols-remove leaves nothing of 2 % of the ground truth texts (2 of 100): symbols"
    assert counts.notices == ((Notice("W_FILTERED", message, 2, ("s0", "s1")),) if warned else ())
    assert int(counts["filtered_gt_empty"].sum()) == symbols


def test_the_warning_names_the_scripts() -> None:
    gt = {"a": "\u05b0\u064b", "b": "\u064b", "c": "word"}
    (notice,) = count("recognition(normal_form=marks-remove)", gt, gt).notices
    assert notice.message.endswith("66.7 % of the ground truth texts (2 of 3): Arabic, Hebrew")


def test_several_predictions_of_a_sample_are_refused_with_their_place() -> None:
    pred = table({"a": ["x"], "b": ["y", "z"], "c": ["1", "2", "3"]}, "pred.txt")
    with pytest.raises(InputError) as caught:
        protocol("recognition").count(join(table({"a": ["x"], "b": ["y"], "c": ["1"]}), pred), None)  # type: ignore[arg-type]
    assert [str(problem) for problem in caught.value.problems] == [
        "pred.txt:3: error[E_FORMAT]: sample 'b' has 2 predictions, expected one; keep one text per sample",
        "pred.txt:5: error[E_FORMAT]: sample 'c' has 3 predictions, expected one; keep one text per sample",
    ]


@pytest.mark.parametrize("side", ["gt", "pred"])
def test_whole_images_are_told_where_to_go(side: str) -> None:
    two = tables.table({"a": [tables.Word((0, 0, 9, 9)), tables.Word((9, 0, 19, 9))]})
    one = table({"a": ["x"]})
    pair = join(two, one) if side == "gt" else join(one, two)
    with pytest.raises(InputError, match="score whole images with cascade or popeval") as caught:
        protocol("recognition").count(pair, None)  # type: ignore[arg-type]
    assert caught.value.exit_code == 2


def test_one_region_per_image_is_one_text() -> None:
    one = tables.table({"a": [tables.Word((0, 0, 9, 9), "cat")]})
    counts = protocol("recognition").count(join(one, table({"a": ["cut"]})), None)  # type: ignore[arg-type]
    assert counts["distance"].tolist() == [1]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("recognition(normal_form=nfc+lowre)", "no step is called 'lowre'"),
        ("recognition(unit=word)", "unit=word is not allowed"),
        ("recognition(words=uax)", "words=uax is not allowed"),
        ("recognition(both_empty=wrong)", "both_empty=wrong is not allowed"),
        ("recognition(alternatives=last)", "alternatives=last is not allowed"),
    ],
)
def test_a_parameter_out_of_its_range_is_refused(rule: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        protocol(rule)
    assert caught.value.problems[0].code == "E_CONFIG"
    assert reason in caught.value.problems[0].reason


def test_the_signature_has_the_form_and_reads_back() -> None:
    rule = protocol("recognition(words=space, normal_form=nfkc+casefold+nfkc, unit=codepoint)")
    assert repr(rule) == "recognition(normal_form=nfkc+casefold+nfkc,words=space)"
    assert protocol(repr(rule)) == rule


def explained(rule: str, gt: str | Sequence[str | None], pred: Mapping[str, str]) -> list[tuple[str, ...]]:
    matches = protocol(rule).explain(joined({"a": gt}, pred), None, 0)  # type: ignore[arg-type]
    found = [(v.side, str(v.index), v.status, v.reason) for v in matches.verdicts]
    return [*found, *[(step,) for step in matches.steps]]


def test_a_wrong_text_is_explained_edit_by_edit() -> None:
    reason = "1 substitution, 0 deletions, 2 insertions; CER 0.75, 1-NED 0.5"
    assert explained("recognition", "abcd", {"a": "xbcdyz"}) == [
        ("gt", "0", "wrong text", reason),
        ("pred", "0", "wrong text", reason),
        ("1 substitution at 0: 'a' read as 'x'",),
        ("2 insertions at 4: 'yz' is not in the ground truth",),
    ]


def test_the_accepted_text_that_counts_is_told() -> None:
    assert explained("recognition", [DONT_CARE, "colour", "color"], {"a": "color"}) == [
        ("gt", "0", "don't care", "the ground truth says so"),
        ("gt", "1", "dropped", "accepted text 2 counts instead"),
        ("gt", "2", "match", "the texts are equal"),
        ("pred", "0", "match", "the texts are equal"),
    ]


@pytest.mark.parametrize(
    ("rule", "gt", "pred", "expected"),
    [
        (
            "recognition",
            "ab",
            {},
            ("miss", "no prediction; 0 substitutions, 2 deletions, 0 insertions; CER 1, 1-NED 0"),
        ),
        ("recognition", "", {}, ("match", "both texts are empty")),
        ("recognition", "", {"a": "x"}, ("wrong text", "0 substitutions, 0 deletions, 1 insertion; 1-NED 0")),
        (
            "recognition(both_empty=skip)",
            "",
            {"a": ""},
            ("dropped", "both texts are empty, and both_empty=skip leaves such samples out"),
        ),
    ],
)
def test_an_empty_side_is_explained(
    rule: str, gt: str, pred: Mapping[str, str], expected: tuple[str, str]
) -> None:
    assert explained(rule, gt, pred)[0] == ("gt", "0", *expected)


def test_a_dont_care_sample_is_explained() -> None:
    assert explained("recognition", [DONT_CARE], {"a": "x"}) == [
        ("gt", "0", "don't care", "the ground truth says so"),
        ("pred", "0", "ignored", "the sample is don't care and counts on neither side"),
    ]
