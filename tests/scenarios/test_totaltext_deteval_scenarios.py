"""totaltext-deteval and psenet-deteval on tiny cases worked by hand: (recall, precision) that a sample earns."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.errors import InputError
from ocr_eval.protocols import protocol
from ocr_eval.tables.counts import Counts
from tests.tables import Word, gt, pred

NAMES = ("totaltext-deteval", "psenet-deteval")
WORD = Word((0, 0, 100, 50))
BOTH = (1.0, 1.0)


def earned(counts: Counts) -> tuple[float, float]:
    assert counts.sums is not None
    recall, precision = counts.sums[0].tolist()
    return recall, precision


# name: (gts, predictions, earned under totaltext, earned under psenet)
CASES = {
    "one_word_found": ([WORD], [WORD], BOTH, BOTH),
    "exactly_seven_tenths_is_no_pair": ([WORD], [Word((0, 0, 70, 50))], (0, 0), (0, 0)),
    "seventy_one_is": ([WORD], [Word((0, 0, 71, 50))], BOTH, BOTH),
    # 352 of 500 columns are .704: .70 when rounded.
    "rounding_keeps_a_little_more_than_the_limit_out": (
        [Word((0, 0, 500, 50))],
        [Word((0, 0, 352, 50))],
        (0, 0),
        BOTH,
    ),
    # .705 is a tie of rounding: 100 times it is 70.5 in doubles, and half goes to even.
    "a_tie_of_rounding_goes_to_even": ([Word((0, 0, 200, 50))], [Word((0, 0, 141, 50))], (0, 0), BOTH),
    "exactly_six_tenths_filled_is_no_pair": ([Word((0, 0, 60, 50))], [WORD], (0, 0), (0, 0)),
    "a_word_in_two_halves": (
        [WORD],
        [Word((0, 0, 50, 50)), Word((50, 0, 100, 50))],
        (0.8, 2 * 0.8),
        (0.8, 2 * 0.8),
    ),
    # .35 + .35 reach .7 in doubles.
    "two_pieces_of_exactly_seven_tenths": (
        [WORD],
        [Word((0, 0, 35, 50)), Word((65, 0, 100, 50))],
        (0.8, 2 * 0.8),
        (0.8, 2 * 0.8),
    ),
    "two_words_in_one_prediction": (
        [Word((0, 0, 50, 50)), Word((50, 0, 100, 50))],
        [WORD],
        (2 * 0.8, 0.8),
        (2 * 0.8, 0.8),
    ),
    "the_same_box_twice_is_a_split": ([WORD], [WORD, WORD], (0.8, 2 * 0.8), (0.8, 2 * 0.8)),
    # A smaller copy inside: both gts have one prediction that covers and fills them. PSENet pairs it with both;
    # Total-Text merges them (1 and .7 of the prediction, of which 1 + .7 reaches .6).
    "one_prediction_over_a_word_and_its_core": (
        [WORD, Word((10, 0, 80, 50))],
        [WORD],
        (2 * 0.8, 0.8),
        (2, 2),
    ),
    # Two predictions fill by more than .6, so no pair; .9 + .1 make a split.
    "a_crumb_beside_a_pair": (
        [WORD],
        [Word((0, 0, 90, 50)), Word((90, 0, 100, 50))],
        (0.8, 2 * 0.8),
        (0.8, 2 * 0.8),
    ),
    "a_dont_care_region_takes_a_prediction": (
        [WORD, Word((200, 0, 300, 50), "###")],
        [WORD, Word((200, 0, 300, 50))],
        BOTH,
        BOTH,
    ),
}


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("name", CASES)
def test_earned_by_hand(name: str, kernels: str) -> None:
    truth, found, *expected = CASES[name]
    made = [earned(count(gt(*truth), pred(*found), protocol=rule, kernels=kernels)) for rule in NAMES]
    assert made == expected


def test_the_added_pixel_keeps_small_predictions() -> None:
    # 2 of 3 pixels² lie in the region: 2 / 3 > .5, but 2 / (3 + 1) is not.
    truth, found = gt(WORD, Word((200, 0, 202, 1), "###")), pred(Word((200, 0, 203, 1)))
    ignored = [count(truth, found, protocol=rule)["dc_det"].tolist() for rule in NAMES]
    assert ignored == [[0], [1]]


def test_a_share_of_exactly_half_with_the_pixel_stays() -> None:
    # 50 / (99 + 1) is .5, not more.
    truth = gt(WORD, Word((200, 0, 250, 1), "###"))
    for width, gone in ((99, 0), (98, 1)):
        counts = count(truth, pred(Word((200, 0, 200 + width, 1))), protocol="totaltext-deteval")
        assert counts["dc_det"].tolist() == [gone]


def test_coordinates_of_gts_are_cut_to_whole_numbers() -> None:
    # Cut to 0..100: the prediction of 71 columns covers .71; of 100.9 columns it would cover .7037, .70 rounded.
    truth, found = gt(Word((0, 0, 100.9, 50))), pred(Word((0, 0, 71, 50)))
    assert [earned(count(truth, found, protocol=rule)) for rule in NAMES] == [BOTH, BOTH]


def test_slanted_rings_next_to_a_tie_are_decided_exactly() -> None:
    # A sheared word of area 200 · 50, a prediction of 141 · 50 inside: the same .705 with slanted sides.
    word, part = Word([0, 0, 200, 10, 200, 60, 0, 50]), Word([0, 0, 141, 7.05, 141, 57.05, 0, 50])
    for kernels in ("numpy", "numba"):
        counts = count(gt(word), pred(part), protocol="totaltext-deteval", kernels=kernels)
        assert earned(counts) == (0, 0)
        assert earned(count(gt(word), pred(part), protocol="psenet-deteval", kernels=kernels)) == BOTH


def test_eight_pieces_add_up_as_numpy_adds() -> None:
    import numpy as np

    # 13 + 13 + 13 + 13 + 5 + 5 + 4 + 4 = 70 of 100 columns; eight doubles are added in four lanes and more.
    widths = [13, 13, 13, 13, 5, 5, 4, 4]
    edges = np.cumsum([0, *widths]).tolist()
    pieces = [Word((a, 0, b, 50)) for a, b in pairwise(edges)]
    reached = bool(np.sum(np.array(widths) / 100) >= 0.7)
    for rule in NAMES:
        assert earned(count(gt(WORD), pred(*pieces), protocol=rule)) == (
            (0.8, 8 * 0.8) if reached else (0, 0)
        )


def test_a_single_partner_left_over_becomes_a_pair() -> None:
    # The first word has one prediction that covers it (.8) and one that fills (.53 of its 150 columns are not enough):
    # but that prediction also covers the second word, so step 2 leaves both. Each word meets one prediction: no split.
    # The merge step takes both words: .53 + .33 of the prediction.
    truth = gt(Word((0, 0, 100, 50)), Word((100, 0, 150, 50)))
    counts = count(truth, pred(Word((20, 0, 170, 50))), protocol="totaltext-deteval")
    assert (counts["n_oo"].tolist(), counts["n_mo"].tolist()) == ([0], [1])
    # With the second word reduced to a tenth outside, one word alone qualifies: .8 and .67, a pair of the merge step.
    truth = gt(Word((0, 0, 100, 50)), Word((110, 0, 310, 50)))
    counts = count(truth, pred(Word((20, 0, 140, 50))), protocol="totaltext-deteval")
    assert (counts["n_oo"].tolist(), earned(counts)) == ([1], BOTH)


def test_a_bow_tie_is_repaired_by_geos_under_the_official_policy() -> None:
    # Crossing at (50, 25): GEOS keeps one triangle of 100 x 25 / 2 = 1250; |shoelace| of the ring is 0 for a symmetric
    # one, so this one is not: lower corners at 80 and 20. Areas of the script: raw ring against repaired overlap.
    import shapely

    ring = [0, 0, 100, 50, 100, 0, 0, 40]
    points = list(zip(ring[::2], ring[1::2], strict=True))
    raw, fixed = shapely.Polygon(points), shapely.Polygon(points).buffer(0)
    word = shapely.box(0, 0, 100, 50)
    tau = fixed.intersection(word).area / raw.area
    assert tau > 1
    with pytest.raises(InputError, match="E_POLYGON"):
        refuse(ring)
    counts = count(
        gt(WORD), pred(Word(ring)), protocol="totaltext-deteval(area_recall=0.1)", invalid_polygons="official"
    )
    sigma = fixed.intersection(word).area / word.area
    assert earned(counts) == (BOTH if round(sigma, 2) > 0.1 else (0, 0))
    kept = count(gt(WORD), pred(Word(ring)), protocol="totaltext-deteval", invalid_polygons="false-positive")
    assert (kept["n_det"].tolist(), earned(kept)) == ([1], (0, 0))


def refuse(ring: list[float]) -> None:
    import tempfile
    from pathlib import Path

    from ocr_eval.formats import read

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "img_1.txt").write_text(",".join(map(str, ring)) + "\n", encoding="utf-8")
        read(folder, format="polygon")


def test_every_instance_gets_a_reason() -> None:
    truth = gt(WORD, Word((200, 0, 300, 50), "###"), Word((400, 0, 500, 50)))
    found = pred(
        Word((0, 0, 50, 50)), Word((50, 0, 100, 50)), Word((200, 0, 260, 50)), Word((400, 0, 460, 50))
    )
    matches = explain(truth, found, "img_1", protocol="totaltext-deteval")
    assert [(v.status, v.partners) for v in matches.of("gt")] == [
        ("split", (0, 1)),
        ("don't care", ()),
        ("miss", ()),
    ]
    assert [(v.status, v.partners) for v in matches.of("pred")] == [
        ("split", (0,)),
        ("split", (0,)),
        ("ignored", (1,)),
        ("false positive", ()),
    ]
    reasons = [v.reason for v in matches.verdicts]
    assert reasons[2] == (
        "nearest is prediction 3: area recall 0.6000, area precision 1.0000, 0.7 and 0.6 are needed"
    )
    # 3000 / (3000 + 1), the script's added pixel.
    assert reasons[5] == "0.9997 > 0.5 of its area lies in don't care gt 1"


def test_a_prediction_matched_twice_tells_both_words() -> None:
    matches = explain(gt(WORD, Word((10, 0, 80, 50))), pred(WORD), "img_1", protocol="psenet-deteval")
    assert [(v.status, v.partners) for v in matches.of("pred")] == [("match", (0, 1))]
    assert [(v.status, v.partners) for v in matches.of("gt")] == [("match", (0,)), ("match", (0,))]


def test_a_set_without_care_words_has_no_score() -> None:
    for rule in NAMES:
        counts = count(gt(WORD._replace(text="###")), pred(Word((500, 0, 509, 9))), protocol=rule)
        assert protocol(rule).derive(counts.total()) == {"precision": None, "recall": None, "hmean": None}
        assert count(gt(), pred(), protocol=rule).rows.tolist() == [[0] * 7]


@pytest.mark.parametrize("rule", NAMES)
def test_sums_next_to_a_limit_are_those_of_doubles(rule: str) -> None:
    # .1 + .7 is .7999999999999999 in doubles, .45 + .35 is .8. Slanted sides: areas are not exact at first.
    for cut, reached in ((10, False), (45, True)):
        for lean in (0, 7):
            word = Word([0, 0, 100, lean, 100, 50 + lean, 0, 50])
            edges = (0, cut, 80)
            pieces = [
                Word([a, a * lean / 100, b, b * lean / 100, b, 50 + b * lean / 100, a, 50 + a * lean / 100])
                for a, b in pairwise(edges)
            ]
            counts = count(gt(word), pred(*pieces), protocol=f"{rule}(area_recall=0.8)")
            assert earned(counts) == ((0.8, 2 * 0.8) if reached else (0, 0)), (cut, lean)
