"""Pair tables and their questions: thresholds met exactly, policies, hulls, contacts, matching, limits, engines."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from ocr_eval import pairing as module
from ocr_eval.errors import InputError
from ocr_eval.kernels import contests, exact
from ocr_eval.pairing import Pairing
from ocr_eval.tables.joined import join
from tests.tables import Word, box, gt, pred, table

ENGINES = ("numpy", "numba")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def pair(gt_ring: list, pred_ring: list, engine: str, policy: str = "refuse") -> Pairing:
    return Pairing(join(gt(Word(gt_ring)), pred(Word(pred_ring))), policy=policy, kernels=engine)


# A square of side 10 against a rectangle that shares exactly this much of the union: I / (A + B - I).
EXACT_IOU = {
    0.5: (box(0, 0, 10, 10), box(0, 0, 10, 5)),
    0.4: (box(0, 0, 10, 10), box(0, 0, 10, 4)),
    0.6: (box(0, 0, 10, 6), box(0, 0, 10, 10)),
    0.7: (box(0, 0, 10, 10), box(3, 0, 10, 10)),
    0.8: (box(0, 0, 10, 10), box(0, 0, 8, 10)),
    1 / 3: (box(0, 0, 10, 10), box(5, 0, 15, 10)),
}


def slanted(ring: list[float]) -> list[float]:
    """The ring under (x, y) -> (3 x - y, x + 2 y): all areas times 7, no side level any more."""
    return [v for x, y in zip(ring[::2], ring[1::2], strict=True) for v in (3 * x - y, x + 2 * y)]


def tenth(ring: list[float]) -> list[float]:
    return [v / 10 for v in ring]


def bent(ring: list[float]) -> list[float]:
    """The slanted ring with a corner more on its first side: no quad any more, the same area."""
    made = slanted(ring)
    return [*made[:2], (made[0] + made[2]) / 2, (made[1] + made[3]) / 2, *made[2:]]


@pytest.mark.parametrize("form", [list, slanted, tenth, bent])
@pytest.mark.parametrize("threshold", EXACT_IOU)
def test_a_threshold_met_exactly(threshold: float, form: object, engine: str) -> None:
    made = pair(*map(form, EXACT_IOU[threshold]), engine)
    at = threshold if threshold != 1 / 3 else 0.3333333333333333
    assert made.overlaps(made.rings, at).tolist() == [
        threshold == 1 / 3
    ]  # .333… with 16 digits is less than 1/3
    assert made.overlaps(made.rings, at, strict=False).tolist() == [True]
    above, below = np.nextafter(at, 1), np.nextafter(at, 0)
    assert made.overlaps(made.rings, above, strict=False).tolist() == [False]
    assert made.overlaps(made.rings, below).tolist() == [True]


@pytest.mark.parametrize("form", [list, slanted, tenth, bent])
@pytest.mark.parametrize("share", [0.5, 0.4, 0.6, 0.7, 0.8])
def test_a_share_met_exactly(share: float, form: object, engine: str) -> None:
    part, whole = form(box(0, 0, 10 * share, 10)), form(box(0, 0, 10, 10))
    made = pair(part, whole, engine)
    assert not made.covers_pred(made.rings, share)[0]
    assert made.covers_pred(made.rings, share, strict=False)[0]
    assert made.covers_gt(made.rings, 0.999)[0]
    made = pair(whole, part, engine)
    assert not made.covers_gt(made.rings, share)[0]
    assert made.covers_gt(made.rings, share, strict=False)[0]
    assert made.gt_share(made.rings) == pytest.approx([share], abs=1e-12)
    assert made.pred_share(made.rings) == pytest.approx([1], abs=1e-12)
    assert made.iou(made.rings) == pytest.approx([share], abs=1e-12)


def test_questions_are_asked_only_among_some(engine: str) -> None:
    words = [Word(box(0, 0, 10, 10)), Word(slanted(box(0, 0, 10, 5)))]
    made = Pairing(join(gt(*words), pred(*words)), kernels=engine)
    pairs = made.rings
    same = pairs.gt == pairs.pred
    for ask in (made.overlaps, made.covers_gt, made.covers_pred):
        assert ask(pairs, 0.9, among=same).tolist() == same.tolist()
        assert not ask(pairs, 0.9, among=~same & False).any()
        assert not ask(pairs, 0.001, among=same)[~same].any()
    assert made.meets(pairs, among=same).tolist() == same.tolist()


BOW_TIE = [0, 0, 100, 50, 100, 0, 0, 50]


def test_official_areas_of_a_bow_tie_do_not_belong_together(engine: str) -> None:
    # Shoelace area 0, shared area 2500 of 5000: IoU 2500 / (5000 + 0 - 2500) is 1.
    made = pair(box(0, 0, 100, 50), BOW_TIE, engine, "official")
    pairs = made.rings
    assert pairs.area_pred.tolist() == [0]
    assert pairs.inter == pytest.approx([2500], abs=1e-9)
    assert made.iou(pairs) == pytest.approx([1], abs=1e-12)
    assert made.overlaps(pairs, 1, strict=False)[0]
    assert not made.overlaps(pairs, 1)[0]
    assert not made.covers_pred(pairs, 0.5)[0]


def test_two_bow_ties_with_a_negative_union_never_match(engine: str) -> None:
    made = pair(BOW_TIE, BOW_TIE, engine, "official")
    assert made.rings.inter == pytest.approx([2500], abs=1e-9)
    assert made.iou(made.rings).tolist() == [0]
    assert not made.overlaps(made.rings, 0.5)[0]


def test_an_invalid_prediction_kept_as_false_positive_has_no_pairs(engine: str) -> None:
    made = pair(box(0, 0, 100, 50), BOW_TIE, engine, "false-positive")
    assert len(made.rings) == len(made.hulls()) == 0


@pytest.mark.parametrize(
    ("ring", "corners"),
    [
        ([5, 5] * 4, [[5, 5]]),
        ([0, 5, 9, 5, 3, 5, 2, 5], [[0, 5], [9, 5]]),
        ([0, 0, 5, 5, 0, 0, 5, 5], [[0, 0], [5, 5]]),
    ],
)
def test_without_area_nothing_is_shared(ring: list, corners: list, engine: str) -> None:
    made = pair(ring, box(0, 0, 10, 10), engine)
    assert (made.rings.inter.tolist(), made.rings.guard.tolist()) == ([0], [0])
    assert made.rings.area_gt.tolist() == [0]
    assert not made.covers_pred(made.rings, 0.0)[0]
    assert not made.covers_gt(made.rings, 0.0, strict=False)[0]
    assert made.meets(made.rings)[0]
    assert (made.hulls().inter.tolist(), made.hulls().gt_xy.tolist()) == ([0], corners)


def test_self_touching_rings_share_their_even_odd_area(engine: str) -> None:
    spike = [0, 0, 20, 0, 10, 0, 10, 10, 0, 10]
    made = pair(box(5, 0, 30, 10), spike, engine)
    assert made.rings.inter == pytest.approx([50], abs=1e-9)
    # Two turns around one square and one the other way around another: the same signed and even-odd area (9 + 9 - 9
    # against 9), yet the winding numbers are 2 and -1.
    both = [0, 0, 3, 0, 3, 3, 0, 3] * 2 + [0, 0, -3, 0, -3, 3, 0, 3, -3, 3, -3, 0]
    points = list(zip(both[::2], both[1::2], strict=True))
    made = pair(box(-3, 0, 3, 3), both, engine, "official")
    assert made.rings.inter == pytest.approx([float(exact.even_odd_area(points))], abs=1e-9)


CONTACTS = {
    "overlapping": (box(5, 5, 20, 20), True, True, 25),
    "side_by_side": (box(10, 0, 20, 10), True, True, 0),
    "corner_to_corner": (box(10, 10, 20, 20), True, True, 0),
    "only_boxes_meet": ([21, 0, 30, 0, 30, 30, 0, 30, 0, 21], False, False, 0),
    "only_hulls_meet": ([-5, -5, 30, -5, 30, 30, -5, 30, -5, 20, 20, 20, 20, -3, -5, -3], False, True, 100),
    "inside": (box(2, 2, 4, 4), True, True, 4),
    "around": (box(-2, -2, 40, 40), True, True, 100),
}


@pytest.mark.parametrize("form", [list, slanted, tenth])
@pytest.mark.parametrize("name", CONTACTS)
def test_which_rings_and_hulls_meet(name: str, form: object, engine: str) -> None:
    ring, rings_meet, hulls_meet, inter = CONTACTS[name]
    made = pair(form(box(0, 0, 10, 10)), form(ring), engine)
    assert made.meets(made.rings).tolist() == [rings_meet][: len(made.rings)]
    hulls = made.hulls()
    assert len(hulls) == hulls_meet
    unit = {list: 1, slanted: 7, tenth: 0.01}[form]
    assert hulls.inter == pytest.approx([inter * unit] * hulls_meet, abs=1e-9)
    assert (hulls.inter > 0).tolist() == [inter > 0] * hulls_meet
    assert made.meets(hulls).all()


def test_hulls_of_the_first_four_vertices(engine: str) -> None:
    # The first four points of this ring form its upper side.
    long = [0, 0, 10, 0, 20, 0, 30, 0, 30, 10, 20, 10, 10, 10, 0, 10]
    made = pair(long, box(5, 0, 15, 10), engine)
    assert made.hulls().inter.tolist() == [100]
    first = made.hulls("first4")
    assert first.inter.tolist() == [0]
    assert first.gt_xy.tolist() in ([[0, 0], [30, 0]], [[30, 0], [0, 0]])
    assert made.hulls("first4") is first


def test_a_sliver_shared_by_two_hulls_is_more_than_nothing(engine: str) -> None:
    # On the long side of one triangle 999999 x + 10^6 y is 999999·10^6; at the tip of the other it is 1 less. So the
    # tip reaches less than 10^-6 pixels over that side, among coordinates of a million.
    low, tip = [0, 0, 1_000_000, 0, 0, 999_999], [1, 999_998, 900_000, 999_990, 900_000, 1_000_000]
    made = pair(low, tip, engine)
    truth = exact.overlap(*(exact.pieces(np.reshape(ring, (-1, 2))) for ring in (low, tip)))
    assert 0 < truth < 1e-12 < made.hulls().guard[0]
    assert made.hulls().inter.tolist() == [float(truth)]
    assert not made.covers_pred(made.hulls(), 0.5)[0]
    assert made.covers_pred(made.hulls(), 0.0)[0]
    assert len(pair(low, [v + k % 2 for k, v in enumerate(tip)], engine).hulls()) == 0


def test_best_first_orders_by_key_then_gt_then_prediction(engine: str) -> None:
    words = [Word(box(10 * k, 0, 10 * k + 30, 9)) for k in range(3)]
    made = Pairing(join(gt(*words), pred(*words)), kernels=engine)
    pairs = made.rings
    order = list(zip(pairs.gt.tolist(), pairs.pred.tolist(), strict=True))
    key = np.full(len(pairs), 0.5)
    # One third computed in two ways: equal numbers that differ in the last bit.
    key[order.index((0, 1))] = np.nextafter(0.5, 1)
    assert made.best_first(pairs, np.arange(len(pairs)), key).tolist() == [0, 1, 2]
    key[order.index((0, 1))] = 0.5 + 1e-9
    assert made.best_first(pairs, np.arange(len(pairs)), key).tolist() == [1, 0, 2]
    assert made.best_first(pairs, np.arange(len(pairs))[::-1], key[::-1]).tolist() == [1, 0, 2]
    key[:] = 0.5
    key[order.index((2, 1))] = np.nextafter(0.5, 1)
    assert made.best_first(pairs, np.arange(len(pairs))[::-1], key[::-1]).tolist() == [0, 1, 2]
    assert made.best_first(pairs, np.arange(0), key[:0]).tolist() == [-1, -1, -1]


def test_first_fit_takes_pairs_in_the_order_given(engine: str) -> None:
    words = [Word(box(10 * k, 0, 10 * k + 30, 9)) for k in range(3)]
    made = Pairing(join(gt(*words), pred(*words)), kernels=engine)
    pairs = made.rings
    assert made.first_fit(pairs, np.arange(len(pairs))).tolist() == [0, 1, 2]
    assert made.first_fit(pairs, np.arange(len(pairs))[::-1]).tolist() == [0, 1, 2]
    assert made.first_fit(pairs, np.flatnonzero(pairs.pred != 1)).tolist() == [0, 2, -1]
    assert made.first_fit(pairs, np.arange(0)).tolist() == [-1, -1, -1]


def test_pairs_stay_within_their_sample(engine: str) -> None:
    same = [Word(box(0, 0, 9, 9))] * 2
    made = Pairing(
        join(table({"a": same, "b": [], "c": same}, role="gt"), table({"c": same[:1], "b": same})),
        kernels=engine,
    )
    pairs = made.rings
    assert list(zip(pairs.gt.tolist(), pairs.pred.tolist(), strict=True)) == [(2, 2), (3, 2)]
    assert pairs.start.tolist() == [0, 0, 0, 2]
    assert pairs.select(np.array([False, True])).start.tolist() == [0, 0, 0, 1]
    assert made.hulls().start.tolist() == [0, 0, 0, 2]


def test_nothing_at_all(engine: str) -> None:
    made = Pairing(join(gt(), pred()), kernels=engine)
    assert len(made.rings) == len(made.hulls()) == len(made.overlaps(made.rings, 0.5)) == 0


def test_crowded_samples_are_fast_and_too_crowded_ones_refused(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = [10, 12, 110, 10, 112, 40, 11, 43]
    joined = join(gt(*[Word(ring)] * 20), pred(*[Word([v + 1 for v in ring])] * 10_000))
    pair(ring, ring, engine).hulls()  # compiled before the clock runs
    began = time.process_time()
    made = Pairing(joined, kernels=engine)
    assert len(made.rings) == len(made.hulls()) == 200_000
    matched = made.first_fit(made.rings, np.flatnonzero(made.overlaps(made.rings, 0.5)))
    assert matched.tolist() == list(range(20))
    assert time.process_time() - began < 3
    monkeypatch.setattr(module, "SAMPLE_LIMIT", 150_000)
    with pytest.raises(InputError) as caught:
        _ = Pairing(joined, kernels=engine).rings
    assert caught.value.exit_code == 4
    assert str(caught.value).startswith("prediction.zip!img_1.txt: error[E_LIMIT]: ")
    monkeypatch.setattr(module, "SAMPLE_LIMIT", 4_000_000)
    monkeypatch.setattr(module, "TOTAL_LIMIT", 150_000)
    with pytest.raises(InputError, match="E_LIMIT"):
        _ = Pairing(joined, kernels=engine).hulls()


def test_ties_of_identical_rings_are_decided_once(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    original = exact.overlap
    monkeypatch.setattr(exact, "overlap", lambda a, b: asked.append(1) or original(a, b))
    half, whole = (Word(slanted(ring)) for ring in (box(0, 0, 10, 5), box(0, 0, 10, 10)))
    made = Pairing(join(gt(*[whole] * 30), pred(*[half] * 30)), kernels=engine)
    assert not made.overlaps(made.rings, 0.5).any()
    assert len(asked) == 1


def test_a_scribble_under_the_official_policy_is_refused(engine: str) -> None:
    draw = np.random.default_rng(1)
    made = pair(box(0, 0, 900, 900), draw.integers(0, 1000, 2000).tolist(), engine, "official")
    with pytest.raises(InputError) as caught:
        _ = made.rings
    assert caught.value.exit_code == 4
    assert "prediction.zip!img_1.txt:1: error[E_LIMIT]" in str(caught.value)


def test_exact_areas_are_handed_out_where_they_are_known(engine: str) -> None:
    made = pair(box(0, 0, 10, 10), box(0, 0, 10, 5), engine)
    assert made.rings.guard.tolist() == [0]
    made = pair(slanted(box(0, 0, 10, 10)), box(0, 0, 10, 5), engine)
    truth = exact.overlap(
        exact.pieces(np.array(slanted(box(0, 0, 10, 10))).reshape(-1, 2)),
        exact.pieces(np.array(box(0, 0, 10, 5)).reshape(-1, 2)),
    )
    assert abs(Fraction(float(made.rings.inter[0])) - truth) <= made.rings.guard[0] < 1e-9


def test_kernels_are_chosen_when_they_pay() -> None:
    code = """
        import sys
        import numpy as np
        from ocr_eval import pairing
        from ocr_eval.tables.joined import join
        from tests.tables import Word, box, gt, pred

        words = [Word(box(0, 0, 9, 9)), Word([0, 0, 9, 1, 8, 9, 1, 8])]
        joined = join(gt(*words), pred(*words))
        made = pairing.Pairing(joined)
        candidates = np.flatnonzero(made.overlaps(made.rings, .5))
        made.best_first(made.rings, candidates, made.iou(made.rings)[candidates])
        made.hulls(), made.meets(made.rings)
        print(made.kernels, *(name for name in ("numba", "shapely", "scipy", "pandas") if name in sys.modules))
        pairing.KERNEL_INSTANCES = 3
        print(pairing.Pairing(joined).kernels, pairing.Pairing(joined, kernels="numpy").kernels)
        pairing.KERNEL_INSTANCES = 10**6
        import numba
        print(pairing.Pairing(joined).kernels)
    """
    import textwrap

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:3] == ["numpy", "numba numpy", "numba"]


@pytest.mark.parametrize("form", [list, slanted, tenth, bent])
def test_the_best_gt_is_the_first_of_equals(form: Callable[[list[float]], list[float]], engine: str) -> None:
    gts = [box(90, 0, 99, 9), box(10, 0, 20, 10), box(0, 0, 10, 10), box(0, 0, 10, 10), box(0, 0, 8, 10)]
    preds = [box(5, 0, 15, 10), box(4, 0, 14, 10), box(0, 0, 9, 10), box(50, 0, 60, 10)]
    words = [[Word(form(ring)) for ring in rings] for rings in (gts, preds)]
    made = Pairing(join(gt(*words[0]), pred(*words[1])), kernels=engine)
    best = made.best_gt(made.rings, np.ones(len(made.rings), np.bool_))
    # Equal to both sides (and to the copy); nearer to the left one; 9 / 10 against 8 / 9; nothing.
    assert made.rings.gt[best].tolist()[:3] == [1, 2, 2]
    assert best[3] == -1
    without = made.best_gt(made.rings, made.rings.gt == 3)
    assert made.rings.gt[without].tolist()[:3] == [3, 3, 3]


@pytest.mark.parametrize("form", [list, slanted])
def test_best_partners_in_a_pile_are_those_of_fractions(
    form: Callable[[list[float]], list[float]], engine: str
) -> None:
    """Equal rings, rings of equal areas elsewhere, and rings a little larger."""
    draw = np.random.default_rng(7)
    rings = [box(x, y, x + 12, y + size + 6) for x, y, size in draw.integers(0, 4, (9, 3)).tolist()]
    gts, preds = ([Word(form(rings[i])) for i in draw.integers(0, 9, n)] for n in (12, 40))
    made = Pairing(join(gt(*gts), pred(*preds)), kernels=engine)
    pairs = made.rings
    some = np.asarray(draw.random(len(pairs)) < 0.8) & (pairs.inter > 0)

    def exact_ratio(k: int) -> Fraction:
        inter, area_gt, area_pred = made.exact_areas(pairs, k)
        return inter / (area_gt + area_pred - inter)

    def first_best(own: np.ndarray, i: int) -> int:
        return max(np.flatnonzero(some & (own == i)).tolist(), key=lambda k: (exact_ratio(k), -k), default=-1)

    best = [first_best(pairs.pred, p) for p in range(40)]
    assert made.best_gt(pairs, some).tolist() == best
    of_gt = [first_best(pairs.gt, g) for g in range(12)]
    mutual = [int(pairs.pred[k]) if k >= 0 and best[pairs.pred[k]] == k else -1 for k in of_gt]
    assert made.mutual_best(pairs, some).tolist() == mutual
    assert len({p for p in mutual if p >= 0}) > 1


def test_predictions_alike_are_left_out_of_a_contest_that_is_too_large(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(8)
    gts = [Word(slanted(box(x, 0, 30 + x, 10)), "ab") for x in range(3)]
    preds = [
        Word(slanted(box(x, 1, 30 + x, 11)), text)
        for x, text in draw.choice([["0", "a"], ["2", "b"]], 25)
        for x in [int(x)]
    ]
    made = Pairing(join(gt(*gts), pred(*preds)), kernels=engine)
    among = np.asarray(draw.random(len(made.rings)) < 0.9)
    worth = {"a": Fraction(3, 2), "b": Fraction(5, 3)}
    for value in (None, lambda k: worth[preds[int(made.rings.pred[k])].text]):
        whole = made.optimal(made.rings, among, value).tolist()
        with monkeypatch.context() as patch:
            patch.setattr(contests, "MOST", 10)
            assert made.optimal(made.rings, among, value).tolist() == whole
            patch.setattr(contests, "MOST", 5)
            with pytest.raises(InputError, match="instances that all compete"):
                made.optimal(made.rings, among, value)


def test_what_a_script_adds_to_the_union_counts(engine: str) -> None:
    made = pair(box(0, 0, 10, 10), box(0, 0, 10, 5), engine)
    for plus, strict, above in ((0.0, False, True), (1e-9, False, False), (0.0, True, False)):
        assert made.overlaps(made.rings, 0.5, strict=strict, plus=plus).tolist() == [above]
    # 50 / (100 + 25) is .4 exactly, and a hair more in the union is less.
    for plus, above in ((25.0, True), (25.0000001, False)):
        assert made.overlaps(made.rings, 0.4, strict=False, plus=plus).tolist() == [above]


def test_what_a_script_adds_to_the_prediction_counts(engine: str) -> None:
    made = pair(box(0, 0, 10, 10), box(0, 0, 10, 15), engine)
    # 100 / (150 + 50) is .5 exactly, and a pixel more in the area is less.
    for plus, strict, above in (
        (50.0, False, True),
        (50.0, True, False),
        (51.0, False, False),
        (49.0, True, True),
    ):
        assert made.covers_pred(made.rings, 0.5, strict=strict, plus=plus).tolist() == [above]


def test_bounding_boxes_pair_whatever_their_rings(engine: str) -> None:
    rings = [
        box(0, 0, 10, 10),
        box(5, 5, 5, 9),
        [0, 0, 10, 10, 10, 0, 0, 10],
        box(11, 0, 12, 1),
        box(13, 0, 14, 1),
    ]
    made = Pairing(join(gt(Word(rings[0])), pred(*map(Word, rings))), policy="false-positive", kernels=engine)
    assert made.boxes().pred.tolist() == [0, 1, 2]
    near = made.boxes(1.0)
    assert near.pred.tolist() == [0, 1, 2, 3]
    assert near.pred_box[:, 3].tolist() == [11, 0, 12, 1]
    assert near.gt_box[:, 0].tolist() == [0, 0, 10, 10]


def test_other_boxes_may_be_paired_than_those_of_the_rings(engine: str) -> None:
    made = Pairing(join(gt(Word(box(0, 0, 1, 1))), pred(*[Word(box(90, 0, 91, 1))] * 2)), kernels=engine)
    assert made.boxes().pred.tolist() == []
    own = (
        np.array([[0.0], [0.0], [9.0], [9.0]]),
        np.array([[9.0, np.inf], [9.0, np.inf], [9.0, -np.inf], [9.0, -np.inf]]),
    )
    found = made.boxes(own=own)
    assert (found.gt.tolist(), found.pred.tolist()) == ([0], [0])
    assert found.gt_box[:, 0].tolist() == [0, 0, 9, 9]


def test_more_rows_than_columns_are_assigned_as_scipy_does(engine: str) -> None:
    words = [Word(box(0, 0, 1, 1))] * 3
    made = Pairing(join(gt(*words), pred(*words[:2])), kernels=engine)
    # linear_sum_assignment(score, maximize=True) of SciPy 1.17.1: rows 0 and 1, columns 1 and 0.
    score = np.array([[-1.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
    assert made.as_scipy(0, score).tolist() == [1, 0, -1]
    assert made.as_scipy(0, np.zeros((2, 0))).tolist() == [-1, -1]


def test_worth_beyond_two_stays_within_whole_numbers(engine: str) -> None:
    words = [Word(box(0, 0, 1, 1))] * 2
    made = Pairing(join(gt(*words), pred(*words)), kernels=engine)
    every = np.ones(len(made.rings), np.bool_)
    for large in (3, 10**9):
        # One pair is worth more than the two others together.
        worth = [Fraction(1), Fraction(large), Fraction(1), Fraction(1)].__getitem__
        assert made.optimal(made.rings, every, worth).tolist() == [1, 0]
    assert made.optimal(made.rings, every).tolist() == [0, 1]


def test_unknown_policies_and_engines_are_mistakes_of_the_caller() -> None:
    for wrong in ({"policy": "ignore"}, {"kernels": "c"}):
        with pytest.raises(ValueError, match=next(iter(wrong.values()))):
            Pairing(join(gt(), pred()), **wrong)
