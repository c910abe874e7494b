"""Decisions of people: which fit, what they estimate, when they make probabilities."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocr_eval.audit.calibration import Calibration
from ocr_eval.audit.checkers import canonical_gt, checker_of
from ocr_eval.audit.decisions import COLUMNS, Decision, read_decisions, signature_of, template
from ocr_eval.audit.estimate import draw_sample, estimate
from ocr_eval.audit.folds import read_folds
from ocr_eval.audit.result import Audit
from ocr_eval.errors import InputError
from ocr_eval.tables.instances import Instances
from tests.tables import Word, table

HEADER = ",".join(COLUMNS)


@pytest.fixture
def gt() -> Instances:
    words = [
        Word((50 * k, 0, 50 * k + 40, 20), text) for k, text in enumerate(("one", "=two", "three, four"))
    ]
    return canonical_gt(table({"img_1": words}, role="gt"))


def written(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_filled_in_template_is_read_back(gt: Instances, tmp_path: Path) -> None:
    rows = [
        (f"img_1#{k}", gt.texts[k], suggestion, signature_of(gt, k))
        for k, suggestion in enumerate(("0ne", "-two", None))
    ]
    lines = template(rows).splitlines()
    lines[1] = lines[1].replace("0ne,,", "0ne,reject,", 1)
    lines[2] = lines[2].replace("'-two,,", "'-two,accept,", 1)
    lines[3] = lines[3].replace('four",,,', 'four",,edit,three', 1)
    (tmp_path / "d.csv").write_text("\r\n".join(lines), encoding="utf-8-sig")
    found = read_decisions(tmp_path / "d.csv", gt)
    assert [(d.word, d.instance, d.outcome) for d in found.rows] == [
        ("reject", 0, "one"),
        ("accept", 1, "-two"),
        ("edit", 2, "three"),
    ]
    assert (found.misfits, found.open) == ((), 0)


def test_a_decision_about_another_label_or_ring_is_named_and_not_used(gt: Instances, tmp_path: Path) -> None:
    moved = canonical_gt(table({"img_1": [Word((0, 0, 41, 20), "one")]}, role="gt"))
    path = written(
        tmp_path / "d.csv",
        "img_1#1,'=two,x,reject,,,,",
        "img_1#0,uno,x,reject,,,,",
        f"img_1#0,one,x,reject,,,,{signature_of(moved, 0)}",
        "img_1#7,one,x,reject,,,,",
        "img_9#0,one,x,reject,,,,",
    )
    found = read_decisions(path, gt)
    assert [d.instance for d in found.rows] == [1]
    reasons = [m.reason for m in found.misfits]
    assert [m.line for m in found.misfits] == [3, 5, 6]
    assert "its label 'uno' is 'one' now" in reasons[0] and "no number 7" in reasons[1]


def test_a_decision_that_was_applied_already_is_done(gt: Instances, tmp_path: Path) -> None:
    before = canonical_gt(table({"img_1": [Word((0, 0, 40, 20), "0ne")]}, role="gt"))
    path = written(tmp_path / "d.csv", f"img_1#0,0ne,one,accept,,,,{signature_of(before, 0)}")
    (found,) = read_decisions(path, gt).rows
    assert (found.done, found.outcome) == (True, "one")


@pytest.mark.parametrize(
    ("rows", "code", "reason"),
    [
        (["img_1#0,one,x,acept,,,,"], "E_USAGE", "'acept' is not known"),
        (["img_1#0,one,,accept,,,,"], "E_USAGE", "accept without a suggestion"),
        (["img_1#0,one,x,edit,,,,"], "E_USAGE", "edit without a text"),
        (["img_1#0,one,x,reject,,,,", "img_1#0,one,x,accept,,,,"], "E_USAGE", "decided otherwise in line 2"),
        (["img_1#0,one,x,reject"], "E_USAGE", "4 cells, expected 8"),
        (['img_1#0,"one,x,reject,,,,'], "E_USAGE", "not CSV"),
        (["img_9#0,one,x,reject,,,,"], "E_DATASET", "none of its 1 decisions fits"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(
    gt: Instances, tmp_path: Path, rows: list[str], code: str, reason: str
) -> None:
    with pytest.raises(InputError) as refused:
        read_decisions(written(tmp_path / "d.csv", *rows), gt)
    (problem,) = refused.value.problems
    assert problem.code == code and reason in problem.reason and problem.line is not None


def test_a_missing_file_a_missing_column_and_other_bytes_are_refused(gt: Instances, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("item_id,label\n", encoding="utf-8")
    (tmp_path / "b.csv").write_bytes(b"item_id,label,suggestion,decision\nx,\xff,y,accept\n")
    (tmp_path / "c.csv").write_bytes(b"")
    for name, reason in (
        ("none", "cannot be read"),
        ("a", "no column suggestion"),
        ("b", "not UTF-8"),
        ("c", "no header"),
    ):
        with pytest.raises(InputError, match=reason):
            read_decisions(tmp_path / f"{name}.csv", gt)


def test_folds_of_another_data_set_or_an_image_in_two_folds_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "folds.csv"
    path.write_text("image,fold\nimg_1,a\nother,b\n", encoding="utf-8")
    assert read_folds(path, ["img_1", "img_2"]) == {"img_1": "a"}
    with pytest.raises(InputError, match="none of its 2 images") as refused:
        read_folds(path, ["x"])
    assert refused.value.exit_code == 6
    path.write_text("image,fold\nimg_1,a\nimg_1,b\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"folds\.csv:3: .*'a' and in fold 'b'"):
        read_folds(path, ["img_1"])


def decided(size: int, wrong: set[int], number: int = 400, taken: int | None = None) -> list[Decision]:
    """Decisions about the first ``taken`` of a drawn sample; items in ``wrong`` were wrong."""
    drawn = draw_sample(np.arange(number), size, seed=7)[:taken]
    return [
        Decision(str(d.item), 2, "edit" if d.item in wrong else "reject", "", "", "", "", d.fields(), d.item)
        for d in drawn
    ]


def test_a_drawn_sample_takes_a_third_of_each_stratum_and_grows_by_adding() -> None:
    small, large = draw_sample(np.arange(400), 30, seed=7), draw_sample(np.arange(400), 90, seed=7)
    assert [sum(d.stratum == name for d in small) for name in ("top", "next", "rest")] == [10, 10, 10]
    assert [sum(d.stratum == name for d in large) for name in ("top", "next", "rest")] == [20, 35, 35]
    assert set(small) <= set(large)
    assert all(d.item < 20 for d in large if d.stratum == "top")
    assert len(draw_sample(np.arange(5), 30, seed=7)) == 5


def test_the_estimate_weighs_strata_by_their_size() -> None:
    wrong = set(range(10)) | set(range(20, 30))  # 10 of 20 at the top, 10 of 60 next, none of the other 320
    found = estimate(decided(400, wrong), seed=1)
    assert found is not None and found.rate == pytest.approx((10 + 10) / 400)
    part = estimate(decided(90, wrong), seed=1)
    assert part is not None and part.lo is not None and part.hi is not None
    assert part.lo < part.rate < part.hi and part.reviewed == 90
    assert part == estimate(decided(90, wrong)[::-1], seed=1)


def test_a_stratum_that_was_not_reviewed_leaves_no_estimate() -> None:
    found = estimate(decided(90, set(), taken=40), seed=1)
    assert found is not None and found.rate is None and "rest" in found.reason


def test_a_gap_ends_what_counts_as_drawn() -> None:
    rows = decided(90, set(range(400)))
    gap = [row for row in rows if row.signature["draw"] != "5"]
    found = estimate(gap, seed=1)
    assert found is not None and [s.reviewed for s in found.strata] == [5, 5, 5]
    assert found.rate == 1.0 and found.lo is None


def test_no_wrong_label_among_the_reviewed_gives_a_wide_interval_not_none() -> None:
    found = estimate(decided(90, set()), seed=1)
    assert found is not None and found.rate == 0.0 and found.lo == 0.0
    assert found.hi is not None and found.hi > 0.05 and "Wilson" in found.reason


def test_decisions_about_the_top_of_the_list_estimate_nothing() -> None:
    row = Decision("a#0", 2, "edit", "", "", "", "", {"kind": "text", "item": "0" * 16}, 0)
    assert estimate([row] * 200, seed=1) is None


def test_probabilities_take_a_hundred_decisions_and_twenty_of_each_verdict() -> None:
    score = np.linspace(0, 1, 100)
    few = (score > 0.9).astype(float)
    assert Calibration.of(score[:99], few[:99]) is None and Calibration.of(score, few) is None
    found = Calibration.of(score, (score > 0.7).astype(float))
    assert found is not None
    assert found.probability(np.array([0.0, 0.69, 0.71, 2.0])).tolist() == [0.02, 0.02, 31 / 32, 31 / 32]
    assert found.decided.tolist() == [70, 30] and found.wrong.tolist() == [0, 30]


def test_a_decided_label_leaves_the_list_and_takes_its_new_text() -> None:
    boxes = [(50 * k, 0, 50 * k + 40, 20) for k in range(30)]
    gt = canonical_gt(table({"img_1": [Word(b, f"word{k}") for k, b in enumerate(boxes)]}, role="gt"))
    read = [Word(b, f"word{k}" if k > 2 else f"w0rd{k}") for k, b in enumerate(boxes)]
    checkers = [checker_of(gt, "x", [(None, table({"img_1": read}))], {})]
    open_audit = Audit.of(gt, checkers, seed=1)
    assert {row.instance for row in open_audit.text_suspects(9)} == {0, 1, 2}
    rows = tuple(
        Decision(f"img_1#{k}", 2, word, f"word{k}", outcome, "", "", {}, k)
        for k, (word, outcome) in enumerate((("reject", "word0"), ("accept", "w0rd1")))
    )
    from ocr_eval.audit.decisions import Decisions

    later = Audit.of(gt, checkers, decisions=Decisions("d.csv", rows, (), 0), seed=1)
    assert {row.instance for row in later.text_suspects(9)} == {2}
    assert later.ranking.candidates.answers.labels[:2] == ("word0", "w0rd1")
    assert later.ranking.vote[1] == 0.0


def test_images_to_label_again_come_from_several_slices() -> None:
    from ocr_eval.audit.selection import select

    samples = {f"img_{k}": [Word((0, 0, 40, 20), f"word{k}")] for k in range(20)}
    gt = canonical_gt(table(samples, role="gt"))
    read = {name: [Word((0, 0, 40, 20), "other" + name)] for name in samples}
    checkers = [checker_of(gt, n, [(None, table(read))], {}) for n in "xyz"]
    audit = Audit.of(gt, checkers, seed=1)
    slices = {f"img_{k}": "many" if k < 15 else "few" for k in range(20)} | {"img_19": None}
    plain, spread = select(audit.items, audit.ranking, 10), audit.chosen(10, slices)
    assert len(plain) == 10 and plain[0].items == 1
    taken = [row.slice for row in spread]
    # A fifth of ten from each slice, and the image that is in none.
    assert (taken.count("many"), taken.count("few"), taken.count(None)) == (2, 2, 1)
