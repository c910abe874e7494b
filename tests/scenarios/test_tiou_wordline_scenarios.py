"""Words and text lines by hand: a line found at once, its words, what they excuse, and the second ground truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ocr_eval.cli.app import run
from ocr_eval.engine.local import Job, count, explain, explain_all
from ocr_eval.errors import InputError
from ocr_eval.protocols import protocol
from ocr_eval.tables.instances import Instances
from tests.tables import Word, gt, pred, table

RULE = protocol("tiou-wordline")
LEFT, RIGHT, LINE = Word((0, 0, 40, 10)), Word((50, 0, 100, 10)), Word((0, 0, 100, 10))


def counted(words: Instances, lines: Sequence[Word], found: Instances) -> dict[str, float]:
    made = count(words, found, protocol=RULE, gt_lines=table({"img_1": lines}, role="gt"))
    row = dict(zip(made.columns, made.rows[0].tolist(), strict=True))
    return row | dict(zip(made.sum_columns, made.sums[0].tolist(), strict=True))


def test_a_line_found_is_one_match_and_credits_all_its_words() -> None:
    assert counted(gt(LEFT, RIGHT), [LINE], pred(LINE)) == {
        "tp": 1,
        "n_gt": 2,
        "n_det": 1,
        "dc_gt": 0,
        "dc_det": 0,
        "tp_line": 1,
        "tiou_recall": 2,
        "tiou_precision": 1,
    }


def test_the_word_that_has_the_line_s_number_is_no_other_gt() -> None:
    """The script leaves out the word of the same index, whichever that is."""
    third, wide = Word((110, 0, 200, 10)), pred(Word((0, 0, 125, 10)))
    last, first = counted(gt(LEFT, RIGHT, third), [LINE], wide), counted(gt(third, LEFT, RIGHT), [LINE], wide)
    assert last["tiou_precision"] == 1000 * (1 - 150 / 1250) / 1250
    assert first["tiou_precision"] == 1000 / 1250


def test_without_lines_words_are_matched_as_in_tiou() -> None:
    made = counted(gt(LEFT, RIGHT), [], pred(LEFT, RIGHT))
    assert (made["tp"], made["tp_line"], made["tiou_recall"], made["tiou_precision"]) == (2, 0, 2, 2)


def test_a_line_of_one_word_credits_its_iou() -> None:
    made = counted(gt(LEFT), [LEFT], pred(Word((0, 0, 50, 10))))
    assert (made["tp_line"], made["tiou_recall"], made["tiou_precision"]) == (1, 400 / 500, 400 / 500)


def test_a_word_half_in_the_line_belongs_to_it_but_must_lie_in_the_prediction_by_more() -> None:
    half = Word((80, 0, 120, 10))
    made = counted(gt(LEFT, half), [LINE], pred(LINE))
    assert made["tiou_recall"] == 1  # of the left word alone, with I / area, for the line has two words
    inside = counted(gt(LEFT, half), [LINE], pred(Word((0, 0, 101, 10))))
    assert inside["tiou_recall"] == 1 + 210 * (1 - 190 / 400) / 400


def test_a_don_t_care_word_of_a_line_earns_recall_that_nobody_divides_by() -> None:
    made = counted(gt(Word((0, 0, 60, 10)), Word((70, 0, 100, 10), "###")), [LINE], pred(LINE))
    assert (made["tp"], made["n_gt"], made["dc_gt"], made["tiou_recall"]) == (1, 1, 1, 2)


def test_a_found_word_excuses_one_prediction_on_it() -> None:
    made = counted(gt(LEFT, RIGHT), [LINE], pred(LINE, LEFT, LEFT, RIGHT))
    assert (made["tp"], made["n_det"], made["dc_det"]) == (1, 2, 2)


def test_a_sample_without_words_matches_no_line() -> None:
    assert counted(gt(), [LINE], pred(LINE))["tp"] == 0


def test_every_instance_is_explained() -> None:
    lines = table({"img_1": [LINE]}, role="gt")
    words, found = gt(LEFT, RIGHT, Word((0, 50, 40, 60))), pred(LINE, LEFT, Word((0, 50, 30, 60)))
    told = explain(words, found, "img_1", protocol=RULE, gt_lines=lines)
    assert [verdict.reason for verdict in told.verdicts] == [
        "found with text line 0 by prediction 0, it counts 1.0000",
        "found with text line 0 by prediction 0, it counts 1.0000",
        "IoU 0.7500 > 0.5 with prediction 2, the first free one; it counts 0.5625, for 0.2500 of its area is left out",
        "IoU 1.0000 > 0.5 with text line 0; it counts 1.0000, its IoU",
        "1.0000 > 0.5 of its area lies in gt 0, which was found with its line",
        "IoU 0.7500 > 0.5 with gt 2; it counts 0.7500, its IoU",
    ]
    assert [tuple(pair) for pair in told.pairs] == [(0, 0, 0.4), (1, 0, 0.5), (2, 2, 0.75)]
    assert list(explain_all(words, found, protocol=RULE, gt_lines=lines)) == [told]


def test_lines_change_the_digest_of_the_ground_truth() -> None:
    signatures = set()
    for lines in ([LINE], [LEFT]):
        job = Job(gt(LEFT), [RULE, protocol("tiou")], gt_lines=table({"img_1": lines}, role="gt"))
        wordline, tiou = job.run(pred(LEFT))
        signatures |= {wordline.signature.split("|")[1], tiou.signature.split("|")[1]}
    assert len(signatures) == 3


def test_a_sample_without_an_entry_of_lines_is_an_error_of_the_ground_truth() -> None:
    lines = table({"img_2": [LINE]}, role="gt")
    with pytest.raises(InputError, match="no text lines, first img_1") as caught:
        count(gt(LEFT), pred(LEFT), protocol=RULE, gt_lines=lines)
    assert caught.value.exit_code == 5


def test_lines_of_unknown_samples_are_left_out_and_named() -> None:
    lines = table({"img_1": [LINE], "img_9": [LINE]}, role="gt")
    (record,) = Job(gt(LEFT), [RULE], gt_lines=lines).run(pred(LEFT))
    assert [(n.code, n.count, n.examples) for n in record.notices if n.code == "W_IGNORED"] == [
        ("W_IGNORED", 1, ("img_9",))
    ]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    for folder, name in (("gt", "gt_img_1.txt"), ("lines", "gt_img_1.txt"), ("pred", "res_img_1.txt")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(
            "0,0,100,0,100,10,0,10" + (",word\n" if folder != "pred" else "\n")
        )
    return {name: str(tmp_path / name) for name in ("gt", "lines", "pred")}


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["-p", "tiou-wordline"], "give it with --gt-lines GT"),
        (["-p", "tiou", "--gt-lines", "lines"], "no protocol uses it"),
        (["-p", "tiou-wordline", "--gt-lines", "nowhere.zip"], "no such file"),
    ],
)
def test_lines_are_given_where_they_are_needed(
    files: dict[str, str], flags: list[str], says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["score", files["gt"], files["pred"], *(files.get(flag, flag) for flag in flags)]) == 2
    error = capfd.readouterr().err
    assert "E_USAGE" in error
    assert says in error


def test_score_reads_lines_beside_other_protocols(
    files: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    call = [
        "score",
        files["gt"],
        files["pred"],
        "-p",
        "tiou-wordline",
        "-p",
        "rrc-iou",
        "--gt-lines",
        files["lines"],
    ]
    assert run([*call, "--format", "csv"]) == 0
    assert capfd.readouterr().out.count(",hmean,1.0,") == 2
