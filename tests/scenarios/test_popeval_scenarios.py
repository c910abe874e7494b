"""popeval on tiny pages worked by hand: (removed, predicted characters, gt characters)."""

from __future__ import annotations

import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.errors import InputError
from ocr_eval.protocols import protocol
from ocr_eval.tables.counts import Counts
from ocr_eval.tables.instances import Instances
from tests.tables import Word, box, gt, pred, table

WHOLE, LEFT, RIGHT = box(0, 0, 100, 20), box(0, 0, 50, 20), box(50, 0, 100, 20)
BOW_TIE = [0, 0, 100, 20, 100, 0, 0, 20]


@pytest.fixture(params=["numpy", "numba"])
def kernels(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def scored(truth: Instances, found: Instances, options: str = "", **settings: str) -> tuple[int, int, int]:
    """Removed, predicted and gt characters."""
    row = counted(truth, found, options, **settings)
    return row["removed"], row["chars_det"], row["chars_gt"]


def counted(truth: Instances, found: Instances, options: str = "", **settings: str) -> dict[str, int]:
    counts: Counts = count(truth, found, protocol=f"popeval({options})" if options else "popeval", **settings)
    return dict(zip(counts.columns, counts.rows[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("first", "second", "removed"),
    [("POP", "EVAL", 3 + 4), ("OP", "EVAL", 2 + 4), ("POPE", "EVAL", 4 + 3), ("DOP", "EW", 2 + 1)],
)
def test_a_word_found_in_two_halves(first: str, second: str, removed: int, kernels: str) -> None:
    found = pred(Word(LEFT, first), Word(RIGHT, second))
    expected = (removed, len(first) + len(second), len("POPEVAL"))
    assert scored(gt(Word(WHOLE, "POPEVAL")), found, kernels=kernels) == expected


def test_two_words_found_in_one_box(kernels: str) -> None:
    truth = gt(Word(LEFT, "POP"), Word(RIGHT, "EVAL"))
    assert scored(truth, pred(Word(WHOLE, "POPEVAL")), kernels=kernels) == (3 + 4, 7, 7)


def test_metrics_are_ratios_of_sums() -> None:
    rule = protocol("popeval")
    found = pred(Word(LEFT, "DOP"), Word(RIGHT, "EW"))
    metrics = rule.derive(count(gt(Word(WHOLE, "POPEVAL")), found, protocol=rule).total())
    assert metrics == {"precision": 3 / 5, "recall": 3 / 7, "hmean": 2 * (3 / 5) * (3 / 7) / (3 / 5 + 3 / 7)}


def test_without_gt_characters_there_is_no_score() -> None:
    rule = protocol("popeval")
    counts = count(gt(Word(WHOLE, "")), pred(Word(WHOLE, "a")), protocol=rule)
    assert counts.rows.tolist() == [[0, 0, 1, 0, 0]]
    assert rule.derive(counts.total()) == {"precision": None, "recall": None, "hmean": None}


def test_nothing_predicted_is_precision_0() -> None:
    rule = protocol("popeval")
    metrics = rule.derive(count(gt(Word(WHOLE, "abc")), pred(), protocol=rule).total())
    assert metrics == {"precision": 0.0, "recall": 0.0, "hmean": 0.0}


@pytest.mark.parametrize(
    ("there", "touching", "overlapping"),
    [
        (box(100, 0, 200, 20), 3, 0),  # an edge
        (box(100, 20, 200, 40), 3, 0),  # a corner
        (box(99, 19, 200, 40), 3, 3),  # one pixel
        (box(101, 0, 200, 20), 0, 0),  # one pixel between
    ],
)
def test_contact_at_an_edge_or_corner(
    there: list[float], touching: int, overlapping: int, kernels: str
) -> None:
    truth, found = gt(Word(WHOLE, "abc")), pred(Word(there, "abc"))
    assert scored(truth, found, kernels=kernels)[0] == touching
    assert scored(truth, found, "touch=false", kernels=kernels)[0] == overlapping
    assert scored(truth, found, "hull=false", kernels=kernels)[0] == touching
    assert scored(truth, found, "hull=false,touch=false", kernels=kernels)[0] == overlapping


def test_a_prediction_in_the_notch_of_a_gt_meets_its_hull_only(kernels: str) -> None:
    corner = [0, 0, 100, 0, 100, 10, 10, 10, 10, 100, 0, 100]
    truth, found = gt(Word(corner, "abc")), pred(Word(box(20, 20, 40, 40), "abc"))
    assert scored(truth, found, kernels=kernels) == (3, 3, 3)
    assert scored(truth, found, "hull=false", kernels=kernels) == (0, 3, 3)


def test_first_four_vertices_of_a_flat_start_are_a_segment(kernels: str) -> None:
    ring = [0, 0, 10, 0, 20, 0, 30, 0, 30, 20, 0, 20]
    truth, found = gt(Word(ring, "abc")), pred(Word(box(0, 10, 30, 20), "abc"))
    assert scored(truth, found, kernels=kernels) == (3, 3, 3)
    assert scored(truth, found, "vertices=first4", kernels=kernels) == (0, 3, 3)
    assert scored(truth, found, "vertices=first4,hull=false", kernels=kernels) == (0, 3, 3)
    above = pred(Word(box(0, -10, 30, 0), "abc"))  # touches the segment
    assert scored(truth, above, "vertices=first4", kernels=kernels) == (3, 3, 3)
    assert scored(truth, above, "vertices=first4,hull=false", kernels=kernels) == (3, 3, 3)


def test_a_prediction_is_ignored_above_one_half_only(kernels: str) -> None:
    half = gt(Word(LEFT, "###"))
    assert counted(half, pred(Word(WHOLE, "abc")), kernels=kernels) == {
        "removed": 0, "chars_gt": 0, "chars_det": 3, "dc_gt": 1, "dc_det": 0,
    }  # fmt: skip
    more = gt(Word(box(0, 0, 51, 20), "###"))
    assert counted(more, pred(Word(WHOLE, "abc")), kernels=kernels) == {
        "removed": 0, "chars_gt": 0, "chars_det": 0, "dc_gt": 1, "dc_det": 1,
    }  # fmt: skip


def test_two_dont_care_gts_do_not_add_up(kernels: str) -> None:
    truth = gt(Word(box(0, 0, 40, 20), "###"), Word(box(60, 0, 100, 20), "###"))
    assert counted(truth, pred(Word(WHOLE, "abc")), kernels=kernels)["dc_det"] == 0


def test_dont_care_by_iou_and_without_a_rule(kernels: str) -> None:
    truth, found = gt(Word(WHOLE, "###")), pred(Word(LEFT, "a#b"))
    assert counted(truth, found, kernels=kernels)["dc_det"] == 1
    by_iou = counted(truth, found, "dont_care=iou", kernels=kernels)  # IoU is exactly 1/2
    assert (by_iou["dc_gt"], by_iou["dc_det"], by_iou["chars_det"]) == (1, 0, 3)
    assert counted(truth, found, "dont_care=none", kernels=kernels) == {
        "removed": 1, "chars_gt": 3, "chars_det": 3, "dc_gt": 0, "dc_det": 0,
    }  # fmt: skip


def test_an_ignored_prediction_gives_nothing_to_a_word(kernels: str) -> None:
    truth = gt(Word(WHOLE, "###"), Word(WHOLE, "abc"))
    assert scored(truth, pred(Word(WHOLE, "abc")), kernels=kernels) == (0, 0, 3)


@pytest.mark.parametrize(
    ("ours", "theirs", "exact", "lower"),
    [
        ("ABC", "abc", (0, 3, 3), (3, 3, 3)),
        ("İ", "i", (0, 1, 1), (1, 1, 2)),  # its lower case is i and a dot above
        ("caf\u00e9", "cafe\u0301", (3, 5, 4), (3, 5, 4)),  # composed against decomposed
        ("listen", "silent", (6, 6, 6), (6, 6, 6)),
        ("aab", "abb", (2, 3, 3), (2, 3, 3)),
    ],
)
def test_texts_are_multisets_of_code_points(
    ours: str, theirs: str, exact: tuple[int, int, int], lower: tuple[int, int, int], kernels: str
) -> None:
    truth, found = gt(Word(WHOLE, ours)), pred(Word(WHOLE, theirs))
    assert scored(truth, found, kernels=kernels) == exact
    assert scored(truth, found, "case=lower", kernels=kernels) == lower


def test_identical_predictions_share_a_word(kernels: str) -> None:
    found = pred(Word(WHOLE, "abxx"), Word(WHOLE, "cdxx"))
    assert scored(gt(Word(WHOLE, "abcd")), found, kernels=kernels) == (2 + 2, 8, 4)
    twice = pred(Word(WHOLE, "abcd"), Word(WHOLE, "abcd"))
    assert scored(gt(Word(WHOLE, "abcd")), twice, kernels=kernels) == (4 + 0, 8, 4)


# The near word lies wholly in three predictions; the far one touches the first two of them.
NEAR_AND_FAR = gt(Word(box(0, 0, 10, 10), "abb"), Word(box(20, 0, 30, 10), "ab"))
THREE = pred(Word(box(0, 0, 30, 10), "a"), Word(box(0, 0, 30, 10), "bb"), Word(box(0, 0, 10, 10), "bb"))


def test_all_tied_predictions_give_before_anything_else(kernels: str) -> None:
    assert scored(NEAR_AND_FAR, THREE, kernels=kernels) == (1 + 2 + 0, 5, 5)


def test_the_first_of_tied_predictions_frees_the_far_word(kernels: str) -> None:
    # a to the near word; now the far one has one contact and takes its b; the near one finds a b in each of two.
    assert scored(NEAR_AND_FAR, THREE, "ties=first", kernels=kernels) == (1 + 1 + 1 + 1, 5, 5)


def test_tied_predictions_count_by_the_reciprocal_of_their_number(kernels: str) -> None:
    rule = protocol("popeval(ties=reciprocal)")
    counts = count(NEAR_AND_FAR, THREE, protocol=rule, kernels=kernels)
    assert (counts.columns, counts.sum_columns) == (
        ("chars_gt", "chars_det", "dc_gt", "dc_det"),
        ("removed",),
    )
    assert counts.sums is not None
    assert counts.sums.tolist() == [[pytest.approx(1 / 3 + 2 / 3 + 2 / 3, abs=1e-15)]]
    metrics = rule.derive(counts.total())
    assert metrics["recall"] == pytest.approx(5 / 3 / 5, abs=1e-15)
    assert (counts.columns, counts.sum_columns) == (rule.COLUMNS, rule.SUMS)


def test_a_word_with_one_contact_goes_before_a_nearer_word_with_two(kernels: str) -> None:
    near, far = Word(box(0, 0, 10, 10), "ab"), Word(box(20, 0, 30, 10), "a")
    found = pred(Word(box(0, 0, 30, 10), "a"), Word(box(0, 0, 5, 10), "ab"))
    # The far word takes the first prediction; had the near one come first, that prediction (its largest) were gone.
    assert scored(gt(near, far), found, kernels=kernels) == (1 + 2, 3, 3)


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_words_the_nearer_to_the_origin_is_served(turned: bool) -> None:
    near, far = Word(box(0, 0, 10, 10), "a"), Word(box(20, 0, 30, 10), "a")
    truth = gt(far, near) if turned else gt(near, far)
    found = explain(truth, pred(Word(box(0, 0, 30, 10), "a")), "img_1", protocol="popeval").of("gt")
    assert [v.status for v in found] == (["miss", "match"] if turned else ["match", "miss"])


def test_all_contacts_of_a_gt_without_area_tie(kernels: str) -> None:
    truth = gt(Word([0, 0, 100, 0, 100, 0, 0, 0], "abc"))
    found = pred(Word(WHOLE, "ab"), Word(LEFT, "c"))
    assert scored(truth, found, invalid_polygons="official", kernels=kernels) == (2 + 1, 3, 3)
    point = gt(Word([5, 5, 5, 5, 5, 5, 5, 5], "abc"))
    assert scored(point, found, invalid_polygons="official", kernels=kernels) == (2 + 1, 3, 3)


def test_a_bow_tie_gives_its_hull_or_nothing(kernels: str) -> None:
    truth, found = gt(Word(WHOLE, "abc")), pred(Word(BOW_TIE, "abc"))
    assert scored(truth, found, invalid_polygons="official", kernels=kernels) == (3, 3, 3)
    assert scored(truth, found, invalid_polygons="false-positive", kernels=kernels) == (0, 3, 3)
    excused = gt(Word(WHOLE, "###"))
    assert counted(excused, found, invalid_polygons="official", kernels=kernels)["dc_det"] == 1
    assert counted(excused, found, invalid_polygons="false-positive", kernels=kernels)["dc_det"] == 0


def test_a_ring_that_crosses_itself_after_its_fourth_vertex_is_invalid_all_the_same(kernels: str) -> None:
    crossing = [0, 0, 100, 0, 100, 20, 0, 20, 40, -20, 20, 40]
    options = {"invalid_polygons": "false-positive", "kernels": kernels}
    for rule in ("vertices=first4", "vertices=first4,hull=false"):
        found = pred(Word(crossing, "abc"))
        assert scored(gt(Word(WHOLE, "abc")), found, rule, **options) == (0, 3, 3)
        assert counted(gt(Word(WHOLE, "###")), found, rule, **options)["dc_det"] == 0
        assert scored(gt(Word(WHOLE, "abc")), found, rule, invalid_polygons="official") == (3, 3, 3)


def test_four_vertices_of_a_valid_ring_may_cross(kernels: str) -> None:
    ring = [
        0,
        0,
        10,
        0,
        10,
        20,
        20,
        10,
        20,
        30,
        0,
        30,
    ]  # the line from (20, 10) to (0, 0) cuts the second edge
    truth, found = gt(Word(ring, "abc")), pred(Word(ring, "abc"))
    for rule in ("", "hull=false", "vertices=first4", "vertices=first4,hull=false"):
        assert scored(truth, found, rule, kernels=kernels) == (3, 3, 3)


def test_a_sample_without_prediction_counts_as_missed(kernels: str) -> None:
    truth = table({"img_1": [Word(WHOLE, "abc")], "img_2": [Word(WHOLE, "de")]}, role="gt")
    counts = count(truth, pred(Word(WHOLE, "abc")), protocol="popeval", kernels=kernels)
    assert counts["removed"].tolist() == [3, 0]
    assert counts["chars_gt"].tolist() == [3, 2]


def test_the_paper_deletes_a_prediction_once_it_was_used(kernels: str) -> None:
    truth = gt(Word(box(0, 0, 10, 10), "ab"), Word(box(20, 0, 30, 10), "c"))
    found = pred(Word(box(0, 0, 30, 10), "abc"), Word(box(20, 0, 30, 10), "x"))
    # Code: x shares nothing, so both words have one contact. Paper: the far word has two, waits, and is left with x.
    assert scored(truth, found, kernels=kernels) == (2 + 1, 4, 3)
    assert scored(truth, found, "variant=paper", kernels=kernels) == (2, 4, 3)


def test_an_empty_gt_uses_up_no_prediction(kernels: str) -> None:
    truth = gt(Word(box(0, 0, 10, 10), ""), Word(box(20, 0, 30, 10), "ab"))
    found = pred(Word(box(0, 0, 30, 10), "ab"), Word(box(25, 0, 30, 10), "x"))
    for rule in ("", "variant=paper"):
        assert scored(truth, found, rule, kernels=kernels) == (2, 3, 2)


def test_in_one_pass_of_the_paper_two_words_share_a_prediction(kernels: str) -> None:
    truth = gt(Word(LEFT, "POP"), Word(RIGHT, "EVAL"))
    assert scored(truth, pred(Word(WHOLE, "POPEVAL")), "variant=paper", kernels=kernels) == (3 + 4, 7, 7)


def test_the_paper_takes_tied_predictions_one_at_a_time(kernels: str) -> None:
    found = pred(Word(WHOLE, "ab"), Word(WHOLE, "cd"))
    assert scored(gt(Word(WHOLE, "abcd")), found, "variant=paper", kernels=kernels) == (2 + 2, 4, 4)


def test_the_paper_visits_by_centroids(kernels: str) -> None:
    # A tall triangle: its centroid is nearer to the origin than the other word's, its inner point is not.
    triangle, square = [0, 0, 12, 0, 0, 60], box(12, 16, 20, 24)
    truth = gt(Word(square, "a"), Word(triangle, "ab"))
    found = pred(Word(box(0, 0, 20, 60), "a"))
    statuses = {
        rule: [v.status for v in explain(truth, found, "img_1", protocol=rule).of("gt")]
        for rule in ("popeval", "popeval(variant=paper)")
    }
    assert statuses == {
        "popeval": ["match", "miss"],  # (16, 20) is nearer than (3, 30)
        "popeval(variant=paper)": ["miss", "wrong text"],  # (4, 20) is nearer than (16, 20)
    }


def test_reciprocal_ties_are_not_a_rule_of_the_paper_variant() -> None:
    with pytest.raises(InputError) as caught:
        protocol("popeval(variant=paper,ties=reciprocal)")
    assert [problem.code for problem in caught.value.problems] == ["E_CONFIG"]
    assert "variant=code" in caught.value.problems[0].reason


@pytest.mark.parametrize("options", ["", "variant=paper", "ties=first", "hull=false"])
def test_a_page_of_five_thousand_words_per_side(options: str) -> None:
    words = [
        Word(box(60 * (k % 70), 30 * (k // 70), 60 * (k % 70) + 61, 30 * (k // 70) + 31), f"w{k}")
        for k in range(5000)
    ]
    rule = f"popeval({options})" if options else "popeval"
    counts = count(gt(*words), pred(*words[::-1]), protocol=rule)
    row = dict(zip(counts.columns, counts.rows[0].tolist(), strict=True))
    size = sum(len(word.text) for word in words)
    assert (row["chars_gt"], row["chars_det"]) == (size, size)
    assert 0.5 * size < row["removed"] <= size
