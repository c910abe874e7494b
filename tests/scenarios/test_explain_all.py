"""Every sample explained at once: the order, the same verdicts as one by one, removed characters, edits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ocr_eval.engine.local import Job, explain, explain_all
from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.protocols import protocol
from ocr_eval.protocols.end_to_end.cascade import Cascade
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.matches import Edit, Matches, Pair, Removal
from ocr_eval.text.lexicon import Lexicon
from tests.tables import Word, box, gt, pred, table

WHOLE, LEFT, RIGHT = box(0, 0, 100, 20), box(0, 0, 50, 20), box(50, 0, 100, 20)
RULES = [
    "rrc-iou",
    "rrc-iou(iou=0.7)",
    "cascade",
    "rrc-e2e",
    "rrc-e2e(lexicon=drop)",
    "popeval",
    "popeval(variant=paper)",
    "popeval(ties=first,case=lower)",
    "popeval(hull=false,dont_care=iou)",
    "ctw1500",
    "psenet-ctw",
    "mlt19(confidence=false)",
    "rrc-word-spotting",
    "totaltext-e2e(gt=mtsv3)",
    "ctw1500-word-spotting",
]


class WithoutExplainer:
    """A protocol of another package, that has only what every protocol has."""

    def __init__(self, rule: Any) -> None:
        self.rule = rule

    def __getattr__(self, name: str) -> Any:
        if name == "explainer":
            raise AttributeError(name)
        return getattr(self.rule, name)


def crowd() -> tuple[Instances, Instances]:
    """Three samples with splits, merges, ties, don't cares, an empty gt text, and one without prediction."""
    truth = {
        "z": [Word(WHOLE, "popeval"), Word(box(0, 50, 40, 70), "Ab"), Word(box(45, 50, 90, 70), "cd")],
        "img_10": [Word(WHOLE, "###"), Word(box(0, 100, 50, 120), ""), Word(RIGHT, "xyz"), Word(LEFT, "abc")],
        "img_2": [Word(WHOLE, "alone")],
    }
    found = {
        "img_10": [Word(WHOLE, "abcxyz"), Word(box(0, 0, 20, 20), "q"), Word(box(0, 95, 50, 120), "e")],
        "z": [Word(LEFT, "POP"), Word(RIGHT, "evil"), Word(box(0, 50, 90, 70), "abcd"), Word(box(0, 51, 40, 70), "Ab")],
    }  # fmt: skip
    return table(truth, role="gt"), table(found)


def care_filled(truth: Instances, rule: Any) -> Instances:
    """Without the instances that the protocol refuses."""
    if not rule.reads.gt_text_not_empty:
        return truth
    import numpy as np

    return truth.where(np.array([text != "" for text in truth.texts]))


@pytest.mark.parametrize("spelled", RULES)
def test_all_at_once_says_what_one_by_one_says(spelled: str) -> None:
    rule = protocol(spelled)
    truth, found = crowd()
    truth = care_filled(truth, rule)
    lexicon = Lexicon.of(["alone", "pop", "evil"]) if rule.reads.lexicon else None
    every = list(explain_all(truth, found, protocol=rule, lexicon=lexicon))
    assert [matches.sample for matches in every] == ["img_10", "img_2", "z"]
    assert every == [explain(truth, found, m.sample, protocol=rule, lexicon=lexicon) for m in every]
    assert every == list(explain_all(truth, found, protocol=WithoutExplainer(rule), lexicon=lexicon))  # type: ignore[arg-type]
    for matches in every:
        assert Matches.from_json(matches.to_json()).to_json() == matches.to_json()


@pytest.mark.parametrize("spelled", ["rrc-iou", "cascade", "rrc-e2e", "popeval", "popeval(variant=paper)"])
def test_a_real_submission_is_explained_as_its_samples_are_alone(spelled: str, shared: Path) -> None:
    truth = read(shared / "data/ic15/gt.zip", role="gt", text=True)
    found = read(shared / "data/ic15/end_to_end/units_shared.zip", samples=truth.sample_ids, text=True)
    rule = protocol(spelled)
    every = list(explain_all(truth, found, protocol=rule))
    assert len(every) == 500
    assert every == list(explain_all(truth, found, protocol=WithoutExplainer(rule)))  # type: ignore[arg-type]
    assert every[77] == explain(truth, found, every[77].sample, protocol=rule)
    lines = [matches.to_json() for matches in every]
    assert [Matches.from_json(line).to_json() for line in lines] == lines


@pytest.mark.parametrize("spelled", ["rrc-iou", "cascade", "popeval"])
def test_both_engines_say_the_same_to_the_last_digit(spelled: str, shared: Path) -> None:
    truth = read(shared / "data/ic15/gt.zip", role="gt", text=True)
    found = read(shared / "data/ic15/end_to_end/units_shared.zip", samples=truth.sample_ids, text=True)
    rule: Any = protocol(spelled)
    told = []
    for kernels in ("numpy", "numba"):
        explainer = rule.explainer(*Job(truth, [rule], kernels=kernels).pair(found))
        told.append([explainer(sample).to_json() for sample in range(500)])
    assert told[0] == told[1]


def test_the_matching_runs_once_for_all_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    runs, match = [], Cascade.match
    monkeypatch.setattr(Cascade, "match", lambda *given: runs.append(1) or match(*given))
    assert len(list(explain_all(*crowd(), protocol="cascade"))) == 3
    assert len(runs) == 1


def test_input_that_does_not_fit_is_refused_before_the_first_sample() -> None:
    with pytest.raises(InputError):
        explain_all(gt(Word(WHOLE, "")), pred(Word(WHOLE)), protocol="rrc-e2e")


def test_removed_characters_have_places_in_both_texts() -> None:
    truth = gt(Word(WHOLE, "ABAB"))
    (matches,) = explain_all(truth, pred(Word(LEFT, "BxA"), Word(RIGHT, "AB")), protocol="popeval")
    # The first prediction takes the first A and B; for the second the ones behind them are left.
    assert matches.removals == (
        Removal(1, 0, 0, "AB", (0, 1), (0, 2), "largest", 0.5, 2),
        Removal(2, 0, 1, "AB", (2, 3), (0, 1), "largest", 0.5, 2),
    )
    assert matches.pairs == (Pair(0, 0, 0.5), Pair(0, 1, 0.5))
    (only,) = explain(truth, pred(Word(WHOLE, "B")), "img_1", protocol="popeval").removals
    assert (only.rule, only.share, only.tied, only.positions_gt, only.positions_pred) == (
        "only",
        1.0,
        0,
        (1,),
        (0,),
    )


def test_places_are_those_of_the_text_as_written() -> None:
    # In lower case İ is an i and a dot: two code points that were written as one.
    found = pred(Word(WHOLE, "xİn"))
    (matches,) = explain_all(gt(Word(WHOLE, "İN")), found, protocol="popeval(case=lower)")
    (removal,) = matches.removals
    assert (removal.chars, removal.positions_gt, removal.positions_pred) == ("i\u0307n", (0, 0, 1), (1, 1, 2))


def test_edits_of_a_pair_are_told_piece_by_piece() -> None:
    truth = gt(Word(LEFT, "coffee"), Word(RIGHT, "tea"))
    found = pred(Word(RIGHT, "tea"), Word(LEFT, "cofffex"))
    (matches,) = explain_all(truth, found, protocol="cascade")
    assert matches.pairs == (Pair(0, 1, 1.0), Pair(1, 0, 1.0))
    coffee, tea = matches.edits
    assert tea == Edit(1, 0, (("equal", "TEA", "TEA"),))
    assert "".join(old for _, old, _ in coffee.ops) == "COFFEE"
    assert "".join(new for _, _, new in coffee.ops) == "COFFFEX"
    assert sum(max(len(old), len(new)) for kind, old, new in coffee.ops if kind != "equal") == 2
    assert matches.of("gt")[0].why[1] == ("texts_differ", {"distance": 2, "length": 7})


def test_a_list_of_texts_has_one_pair_and_its_edits_in_units() -> None:
    truth, found = (InstancesBuilder(geometry=False) for _ in range(2))
    for side, text in ((truth, "각도"), (found, "강도")):
        side.begin("word_1")
        side.add((), text)
    rule = "recognition(unit=jamo)"
    (matches,) = explain_all(truth.build(), found.build(), protocol=rule)
    assert matches.pairs == (Pair(0, 0, 1 - 1 / 5),)
    (edit,) = matches.edits
    assert [kind for kind, _, _ in edit.ops] == ["equal", "substituted", "equal"]
    assert matches.of("pred")[0].why[-1] == ("error_rates", {"cer": 1 / 5, "one_minus_ned": 1 - 1 / 5})


def test_a_gt_without_text_does_not_excuse_a_prediction_in_the_words_either() -> None:
    truth = gt(Word(WHOLE, ""), Word(box(0, 0, 60, 20), "###"))
    (matches,) = explain_all(truth, pred(Word(box(0, 0, 100, 20), "x")), protocol="cascade")
    ignored = matches.of("pred")[0]
    assert (ignored.status, ignored.partners) == ("ignored", (1,))
    assert ignored.why == (("ignored_above", {"share": 0.6, "threshold": 0.5, "partner": 1}),)


def test_an_iou_that_only_the_last_bit_lifts_over_its_threshold_was_taken_by_nobody() -> None:
    # The shared area of these two floats rounds up; the exact ratio is not above a half, so nothing is paired.
    truth, found = (
        gt(Word(box(65.8, 10.3, 104.0, 74.8))),
        pred(Word(box(65.8, 10.3, 65.8 + 19.1, 10.3 + 64.5))),
    )
    (matches,) = explain_all(truth, found, protocol="rrc-iou")
    assert [v.why for v in matches.verdicts] == [
        ((f"nearest_{side}", {"iou": 0.5, "partner": 0}), ("iou_needed", {"threshold": 0.5}))
        for side in ("prediction", "gt")
    ]


def test_a_sliver_is_an_overlap_and_a_shared_edge_is_none() -> None:
    truth = gt(Word(box(0, 0, 1000, 1000)), Word(box(0, 2000, 10, 2010)))
    found = pred(Word(box(999.9999, 0, 2000, 1000)), Word(box(10, 2000, 20, 2010)))
    (matches,) = explain_all(truth, found, protocol="rrc-iou")
    assert [v.why[0][0] for v in matches.verdicts] == [
        *("nearest_prediction", "no_prediction_overlaps", "nearest_gt", "no_gt_overlaps")
    ]
    assert matches.verdicts[0].reason == "best IoU is 0.0000 with prediction 0, IoU > 0.5 is needed"
