"""rrc-2024 by hand: who may be matched, which assignment is the best, what is excused only when it stays alone."""

from __future__ import annotations

from typing import Any

import pytest

from ocr_eval.engine.local import Job, count, explain
from ocr_eval.errors import InputError
from ocr_eval.protocols import protocol
from ocr_eval.tables.instances import Instances
from tests.tables import Word, box, gt, pred, table

LEFT, RIGHT = box(0, 0, 100, 10), box(200, 0, 300, 10)
# IoU of boxes of one height: shared width over joint width.
NEAR, OTHER = box(30, 0, 130, 10), box(-20, 0, 80, 10)


def row(truth: Instances, found: Instances, spelled: str = "rrc-2024", **given: Any) -> dict[str, int]:
    counts = count(truth, found, protocol=spelled, **given)
    return dict(zip(counts.columns, counts.rows[0].tolist(), strict=True))


def metrics(truth: Instances, found: Instances, spelled: str) -> dict[str, float | None]:
    rule = protocol(spelled)
    return rule.derive(count(truth, found, protocol=rule).total())


def test_the_first_fit_costs_no_match() -> None:
    # The first prediction fits both gts, the second only the first: 100/100, 70/130; 80/120, and 50/150 for the other.
    truth, found = gt(Word(LEFT), Word(NEAR)), pred(Word(LEFT), Word(OTHER))
    assert row(truth, found, "rrc-iou")["tp"] == 1
    assert row(truth, found)["tp"] == 2


def test_few_good_matches_can_beat_many_under_score_iou() -> None:
    # A chain of gts and predictions: four pairs of equal boxes, between them five pairs of IoU just above a half.
    # 4 · (1 + 1) = 8 > 5 · (1 + 52/100) = 7.6, but five matches are more than four.
    step = 24  # boxes 76 long: IoU of neighbours (76 - 24) / (76 + 24) = 52/100
    place = [box(step * k, 0, step * k + 76, 10) for k in range(6)]
    truth = gt(*(Word(ring) for ring in place[:5]))
    found = pred(*(Word(ring) for ring in place[1:]))
    one, iou = (count(truth, found, protocol=f"rrc-2024(score={name})") for name in ("one", "iou"))
    assert (one["tp"].tolist(), iou["tp"].tolist()) == ([5], [4])
    assert one.sums is not None
    assert iou.sums is not None
    assert one.sums[0, 0] == pytest.approx(5 * 52 / 100, rel=1e-12)
    assert iou.sums[0, 0] == 4


def test_a_prediction_on_a_dont_care_region_may_match_and_is_excused_only_alone() -> None:
    region = Word(box(0, 0, 100, 40), "###")
    truth = gt(region, Word(LEFT))
    assert row(truth, pred(Word(LEFT))) == {"tp": 1, "n_gt": 1, "n_det": 1, "dc_gt": 1, "dc_det": 0}
    twice = row(truth, pred(Word(LEFT), Word(LEFT)))
    assert twice == {"tp": 1, "n_gt": 1, "n_det": 1, "dc_gt": 1, "dc_det": 1}
    assert row(truth, pred(Word(LEFT)), "rrc-iou")["tp"] == 0


def test_exactly_half_is_neither_a_match_nor_excused() -> None:
    half = box(0, 0, 100, 20)
    assert row(gt(Word(LEFT)), pred(Word(half)))["tp"] == 0
    assert row(gt(Word(half, "###")), pred(Word(box(0, 10, 100, 30))))["n_det"] == 1
    assert row(gt(Word(half, "###")), pred(Word(box(0, 10, 100, 29))))["n_det"] == 0


def test_texts_decide_together_with_place() -> None:
    # The better place reads otherwise; the other prediction takes the word.
    truth, found = gt(Word(LEFT, "abc")), pred(Word(LEFT, "abd"), Word(OTHER, "abc"))
    assert metrics(truth, found, "rrc-2024")["tightness"] == 1
    assert metrics(truth, found, "rrc-2024(task=e2e)")["tightness"] == pytest.approx(80 / 120, rel=1e-12)
    assert row(truth, found, "rrc-e2e")["tp"] == 0


def test_similarity_is_yujian_and_bos() -> None:
    truth, found = gt(Word(LEFT, "ab"), Word(RIGHT, "same")), pred(Word(LEFT, "b"), Word(RIGHT, "same"))
    got = metrics(truth, found, "rrc-2024(task=e2e,string_match=false)")
    similarity = (1 - 2 * 1 / (2 + 1 + 1)) + 1
    assert got["char_accuracy"] == similarity / 2
    assert got["one_minus_ned"] == similarity / (2 + 2 - 2)
    assert got["char_pq"] == similarity / 2 * 1 * 1


def test_two_empty_texts_are_alike() -> None:
    got = metrics(gt(Word(LEFT, "")), pred(Word(LEFT, "")), "rrc-2024(task=e2e)")
    assert got["char_accuracy"] == 1


@pytest.mark.parametrize(
    ("truth", "found", "match", "similarity"),
    [
        ("(Word)", "word", True, 1.0),
        ("word.", "WORD", True, 1.0),
        ("word", "word.", False, 1 - 2 * 1 / (4 + 5 + 1)),
        ("(word)", "(wort", False, 1 - 2 * 2 / (4 + 5 + 2)),  # both marks go: WORD against (WORT
        ("..a", "a", False, 1 - 2 * 1 / (2 + 1 + 1)),  # one mark goes: .A against A
        ("!", "x", False, 0.0),  # nothing is left of it
        ("!", "", True, 1.0),
    ],
)
def test_icdar15_trims_the_gt_only(truth: str, found: str, match: bool, similarity: float) -> None:
    tables = gt(Word(LEFT, truth)), pred(Word(LEFT, found))
    assert row(*tables, "rrc-2024(task=e2e,text=icdar15)")["tp"] == match
    counts = count(*tables, protocol="rrc-2024(task=e2e,text=icdar15,string_match=false)")
    assert counts.sums is not None
    assert counts.sums[0].tolist() == [1.0, similarity]


def test_case_can_be_left_out() -> None:
    tables = gt(Word(LEFT, "Straße")), pred(Word(LEFT, "STRASSE"))
    assert row(*tables, "rrc-2024(task=e2e)")["tp"] == 0
    assert row(*tables, "rrc-2024(task=e2e,case=upper)")["tp"] == 1


def test_cned_chooses_the_better_reading_among_copies() -> None:
    tables = gt(Word(LEFT, "abcd")), pred(Word(LEFT, "abxx"), Word(LEFT, "abcx"))
    rule = "rrc-2024(task=e2e,string_match=false,score={},tie={})"
    sums = {
        (score, tie): count(*tables, protocol=rule.format(score, tie)).sums[0, 1]  # type: ignore[index]
        for score in ("one", "cned", "iou-cned")
        for tie in ("iou", "scipy")
    }
    first, better = 1 - 2 * 2 / (4 + 4 + 2), 1 - 2 * 1 / (4 + 4 + 1)
    assert sums["one", "iou"] == first  # equal IoU: the lowest index
    # SciPy looks at the last column first, then at one as near that is free as well, and takes that.
    assert sums["one", "scipy"] == first
    assert {sums[score, tie] for score in ("cned", "iou-cned") for tie in ("iou", "scipy")} == {better}


def test_a_speck_overlaps_nothing() -> None:
    side = 0.01  # area 1e-4: just large enough
    for size, tp in ((side, 1), (side * 0.999, 0)):
        speck = box(0, 0, size, side)
        assert row(gt(Word(speck)), pred(Word(speck)))["tp"] == tp


def test_thresholds_may_be_zero_and_one() -> None:
    tables = gt(Word(LEFT)), pred(Word(box(99, 0, 199, 10)))
    assert row(*tables, "rrc-2024(iou=0)")["tp"] == 1
    assert row(gt(Word(LEFT)), pred(Word(LEFT)), "rrc-2024(iou=1)")["tp"] == 0


def test_texts_cannot_be_scored_without_being_read() -> None:
    with pytest.raises(InputError) as caught:
        protocol("rrc-2024(score=cned)")
    assert caught.value.problems[0].code == "E_CONFIG"


def test_an_empty_care_gt_is_refused_where_its_ends_are_looked_at() -> None:
    tables = gt(Word(LEFT, "")), pred(Word(LEFT, "x"))
    with pytest.raises(InputError, match="E_GT"):
        count(*tables, protocol="rrc-2024(task=e2e,text=icdar15)")
    assert row(*tables, "rrc-2024(task=e2e)")["tp"] == 0


def test_without_care_gts_there_is_no_score() -> None:
    got = metrics(gt(Word(LEFT, "###")), pred(Word(RIGHT)), "rrc-2024(task=e2e)")
    assert set(got.values()) == {None}
    got = metrics(gt(Word(LEFT)), pred(Word(RIGHT)), "rrc-2024(task=e2e)")
    assert set(got.values()) == {0.0}


def test_a_bow_tie_is_what_the_policy_says() -> None:
    # Even-odd area 500, |shoelace| 0: an area below the smallest.
    bow_tie = [0.0, 0.0, 100.0, 10.0, 100.0, 0.0, 0.0, 10.0]
    for policy in ("official", "false-positive"):
        got = row(gt(Word(LEFT)), pred(Word(bow_tie)), invalid_polygons=policy)
        assert got == {"tp": 0, "n_gt": 1, "n_det": 1, "dc_gt": 0, "dc_det": 0}


def test_the_signature_tells_the_task_once() -> None:
    truth, found = gt(Word(LEFT)), pred(Word(LEFT))
    for task in ("det", "e2e"):
        (record,) = Job(truth, [protocol(f"rrc-2024(task={task})")]).run(found)
        assert record.signature.count("task:") == 1
        assert f"|task:{task}|" in record.signature


def test_too_many_copies_for_a_whole_table_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from ocr_eval.kernels import contests

    monkeypatch.setattr(contests, "MOST", 3)
    words = [Word(LEFT)] * 4
    for tie in ("iou", "scipy"):
        with pytest.raises(InputError, match=r"E_LIMIT.*4 instances that all compete"):
            count(gt(*words), pred(*words), protocol=f"rrc-2024(tie={tie})")


def test_explain_names_the_partner_the_text_that_bars_and_the_excuse() -> None:
    truth = gt(
        Word(LEFT, "abc"), Word(RIGHT, "def"), Word(box(0, 100, 100, 140), "###"), Word(box(0, 300, 50, 310))
    )
    found = pred(
        Word(LEFT, "abc"), Word(RIGHT, "dex"), Word(box(0, 100, 100, 120), "x"), Word(box(500, 0, 510, 9))
    )
    matches = explain(truth, found, "img_1", protocol="rrc-2024(task=e2e)")
    told = [(v.side, v.index, v.status, v.partners) for v in matches.verdicts]
    assert told == [
        ("gt", 0, "match", (0,)),
        ("gt", 1, "miss", ()),
        ("gt", 2, "don't care", ()),
        ("gt", 3, "miss", ()),
        ("pred", 0, "match", (0,)),
        ("pred", 1, "false positive", ()),
        ("pred", 2, "ignored", (2,)),
        ("pred", 3, "false positive", ()),
    ]
    assert matches.verdicts[1].reason == (
        "best IoU is 1.0000 with prediction 1, whose text differs ('def', 'dex'), so they cannot be paired"
    )
    assert matches.verdicts[0].reason.endswith("in the best assignment of the whole sample, texts agree")
    wrong = explain(truth, found, "img_1", protocol="rrc-2024(task=e2e,string_match=false)").of("gt")[1]
    assert (wrong.status, wrong.reason.rpartition("; ")[2]) == (
        "wrong text",
        "texts differ, similarity 0.7143",
    )
    assert round(1 - 2 * 1 / (3 + 3 + 1), 4) == 0.7143


def test_only_the_asked_sample_is_told() -> None:
    truth = table({"a": [Word(LEFT, "x")], "b": [Word(RIGHT, "y"), Word(LEFT, "z")]}, role="gt")
    found = table({"a": [Word(LEFT, "x")], "b": [Word(LEFT, "q")]})
    matches = explain(truth, found, "b", protocol="rrc-2024(task=e2e)")
    assert [v.status for v in matches.verdicts] == ["miss", "miss", "false positive"]
    assert "whose text differs ('z', 'q')" in matches.verdicts[1].reason
