"""Inspection of small data sets worked by hand: shapes, overlaps, duplicates, slices, quotes, comparison, bounds."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from itertools import combinations
from typing import Any

import jsonschema
import numpy as np
import pytest

from ocr_eval.inspection.comparison import ks, psi
from ocr_eval.inspection.duplicates import equal_samples, near_samples
from ocr_eval.inspection.facts import gather
from ocr_eval.inspection.files import csv_files
from ocr_eval.inspection.histograms import distribution
from ocr_eval.inspection.overlaps import overlaps
from ocr_eval.inspection.quoting import digest_of, settle
from ocr_eval.inspection.shapes import measure
from ocr_eval.inspection.slices import rarity, slices
from ocr_eval.inspection.summary import inspect
from ocr_eval.tables.digest import digest
from ocr_eval.tables.instances import Instances
from tests.tables import Word, table

BOX = (0, 0, 40, 10)


def labels(samples: Mapping[str, Sequence[str]]) -> Instances:
    """Samples with texts, in boxes side by side."""
    return table(
        {
            s: [Word((50 * k, 0, 50 * k + 40, 10), text) for k, text in enumerate(texts)]
            for s, texts in samples.items()
        },
        role="gt",
    )


def kinds(data: Mapping[str, Any]) -> dict[str, int]:
    return {row["kind"]: row["count"] for row in data["suspicious"] if row["count"]}


def schema() -> dict[str, Any]:
    text = resources.files("ocr_eval.report").joinpath("schemas/inspect-1.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


# Shapes


def turned(ring: Sequence[float], degrees: float) -> list[float]:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    points = zip(ring[::2], ring[1::2], strict=True)
    return [v for x, y in points for v in (c * x - s * y, s * x + c * y)]


@pytest.mark.parametrize("degrees", [-80, -45, -5, 0, 5, 30, 89, 90])
def test_a_rectangle_has_its_own_sides_and_direction(degrees: int) -> None:
    found = measure(table({"a": [Word(turned([0, 0, 40, 0, 40, 10, 0, 10], degrees))]}))
    assert (found.height[0], found.aspect[0]) == (pytest.approx(10), pytest.approx(4))
    assert found.angle[0] == pytest.approx(degrees) and found.directed[0]
    assert found.bend[0] == pytest.approx(0, abs=1e-12)


def test_no_start_vertex_and_no_direction_moves_a_shape() -> None:
    ring = [3, 1, 45, 9, 41, 24, 2, 14]
    rings = [ring[2 * k :] + ring[: 2 * k] for k in range(4)]
    rings += [[v for k in range(6, -1, -2) for v in r[k : k + 2]] for r in list(rings)]
    found = measure(table({"a": [Word(r) for r in rings]}))
    for column in (found.height, found.aspect, found.angle, found.bend):
        assert np.allclose(column, column[0], rtol=1e-12)
    assert sorted(np.sign(found.signed)) == [-1.0] * 4 + [1.0] * 4


def test_a_strip_along_an_arc_is_as_high_as_it_is_wide() -> None:
    # Half a turn between radius 90 and 110: length pi * 100, height 20; the hull holds the half disc of radius 110.
    angles = [math.pi * k / 60 for k in range(61)]
    outer = [v for a in angles for v in (110 * math.cos(a), 110 * math.sin(a))]
    inner = [v for a in reversed(angles) for v in (90 * math.cos(a), 90 * math.sin(a))]
    found = measure(table({"a": [Word(outer + inner)]}))
    assert found.height[0] == pytest.approx(20, rel=1e-3)
    assert found.aspect[0] == pytest.approx(math.pi * 100 / 20, rel=2e-3)
    assert found.bend[0] == pytest.approx(1 - (110**2 - 90**2) / 110**2, rel=2e-3)


def test_squares_and_rings_without_area_have_no_direction() -> None:
    found = measure(
        table({"a": [Word((0, 0, 9, 9)), Word([0, 0, 5, 5, 9, 9, 3, 3]), Word([1, 1, 1, 1, 1, 1])]})
    )
    assert found.directed.tolist() == [False] * 3
    assert found.measured.tolist() == [True, False, False]
    assert np.isfinite(np.stack([found.height, found.aspect, found.angle, found.bend])).all()


def test_a_table_without_instances_has_empty_shapes() -> None:
    assert len(measure(table({"a": []})).height) == 0


# Histograms


def test_bins_are_fixed_and_hold_every_value() -> None:
    found = distribution("x", np.array([1, 1, 2, 9, 10, 11, 12]), unit="", of="instances", series="whole")
    assert found.edges == (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15)
    assert found.counts == (2, 1, 0, 0, 0, 0, 0, 0, 1, 2, 1)
    assert (found.lowest, found.highest, found.quantiles[2]) == (1, 12, 9)  # nearest rank: the 4th of 7


@pytest.mark.parametrize("series", ["whole", "positive", "share", "degrees"])
def test_every_value_of_a_series_falls_into_a_bin(series: str) -> None:
    values = {"whole": [0, 1, 10**6], "positive": [0, 0.01, 1e6], "share": [0, 1], "degrees": [-89.9, 90]}[
        series
    ]
    found = distribution("x", np.array(values), unit="", of="instances", series=series)
    assert sum(found.counts) == len(values) and len(found.counts) == len(found.edges) - 1


def test_a_distribution_of_nothing_says_so() -> None:
    found = distribution("x", np.zeros(0), unit="", of="instances", series="whole")
    assert (found.n, found.mean, found.counts) == (0, None, ())


# Overlaps


def test_pairs_that_lie_over_one_another_are_of_one_kind_each() -> None:
    gt = table(
        {
            "a": [
                Word((0, 0, 100, 10)),
                Word([100, 0, 100, 10, 0, 10, 0, 0]),  # the same region from another corner
                Word((200, 0, 300, 10)),
                Word((200, 0, 295, 10)),  # IoU .95
                Word((400, 0, 500, 10)),
                Word((420, 2, 440, 8)),  # inside
                Word((600, 0, 700, 10)),
                Word((609, 0, 709, 10)),  # IoU 91 / 109
            ],
            "b": [Word((0, 0, 100, 10))],  # another sample
        }
    )
    found = overlaps(gt)
    pairs = [list(zip(s.hits.tolist(), s.other.tolist(), strict=True)) for s in found[:3]]  # type: ignore[union-attr]
    assert pairs == [[(1, 0)], [(3, 2)], [(5, 4), (7, 6)]]  # 91 of 100 is more than .9 of the smaller one
    assert found.nested.value is not None and found.nested.value.tolist() == [1.0, pytest.approx(0.91)]


def test_exactly_nine_tenths_is_not_more() -> None:
    found = overlaps(table({"a": [Word((0, 0, 100, 10)), Word((10, 0, 110, 10)), Word((0, 0, 90, 10))]}))
    nested = list(zip(found.nested.hits.tolist(), found.nested.other.tolist(), strict=True))  # type: ignore[union-attr]
    assert nested == [(2, 0)]  # 1 shares exactly .9 with 0; 2 has IoU exactly .9 with 0, and lies inside
    assert len(found.near_duplicate.hits) == 0


def test_invalid_rings_take_no_part_and_positions_stay() -> None:
    bow = [0, 0, 100, 10, 100, 0, 0, 10]
    found = overlaps(table({"a": [Word(bow), Word((0, 0, 100, 10)), Word((0, 0, 100, 10))]}))
    assert (found.duplicate.hits.tolist(), found.duplicate.other.tolist()) == ([2], [1])  # type: ignore[union-attr]


def test_a_sample_full_of_one_box_is_named_and_the_others_are_looked_at() -> None:
    many = 2100  # squared more than the pairs a sample may have
    gt = table({"a": [Word((0, 0, 9, 9))] * many, "b": [Word((0, 0, 9, 9))] * 2})
    found = overlaps(gt)
    assert (found.crowded, found.duplicate.hits.tolist()) == ((0,), [many + 1])


# Texts in quotes


def test_few_quotes_are_text_and_are_shown() -> None:
    gt = labels({"a": ['"one"', "two", "three"]})
    found = inspect(gt).data
    assert kinds(found) == {"in_quotes": 1}
    assert found["gt"]["texts"]["characters"] == len('"one"twothree')
    assert settle(gt).digest == digest(labels({"a": ["one", "two", "three"]}))


def test_quotes_around_most_texts_are_layout() -> None:
    found = inspect(labels({"a": ['"one"', '"two"', "three", '"###"']})).data["gt"]
    assert found["texts"]["in_quotes"] == {"kept": 0, "taken_off": 3}
    assert (found["care"], found["texts"]["characters"]) == (3, len("onetwothree"))


def test_the_digest_of_a_large_table_is_that_of_a_small_one() -> None:
    gt = labels({f"s{k}": ["a", "b"] for k in range(30)})
    import ocr_eval.inspection.quoting as quoting

    before = quoting._CHUNK
    try:
        quoting._CHUNK = 7
        assert digest_of(gt) == digest(gt)
    finally:
        quoting._CHUNK = before


# Duplicates


def test_images_with_equal_texts_or_rings() -> None:
    gt = labels(
        {
            "a": ["p", "q", "q"],
            "b": ["q", "p", "q"],  # same texts, same rings
            "c": ["p", "q", "q", "q"],
            "d": ["p", "q"],
            "e": ["p", "q"],  # too few
            "f": ["###", "###", "###", "###", "###"],
            "g": ["###", "###", "###", "###", "###"],  # nothing said: only the rings are equal
        }
    )
    found = [(g.samples, g.kind) for g in equal_samples([gather(gt)])]
    assert found == [((0, 1), "texts and rings"), ((5, 6), "rings")]


def jaccard(a: set[str], b: set[str]) -> float:
    return len(a & b) / len(a | b)


def test_near_duplicates_are_those_of_an_exhaustive_search() -> None:
    chance = random.Random(5)
    words = [f"w{k}" for k in range(400)]
    samples: dict[str, list[str]] = {}
    for k in range(60):
        own = chance.sample(words, 30)
        samples[f"a{k}"] = own
        if k % 3 == 0:
            copy = list(own)
            for j in chance.sample(range(30), chance.randrange(0, 9)):
                copy[j] = chance.choice(words)
            samples[f"b{k}"] = copy
    gt = labels(samples)
    names, sets = list(samples), [set(own) for own in samples.values()]
    wanted = {
        (i, j): jaccard(sets[i], sets[j])
        for i, j in combinations(range(len(names)), 2)
        if jaccard(sets[i], sets[j]) >= 0.7
    }
    found = {(p.first, p.second): p.jaccard for p in near_samples([gather(gt)])}
    assert len(wanted) > 8
    # MinHash may miss a pair at the threshold itself, with probability .013; what it finds is exact.
    assert found.keys() <= wanted.keys()
    assert {k for k, v in wanted.items() if v >= 0.75} <= found.keys()
    assert all(found[k] == pytest.approx(wanted[k], abs=1e-15) for k in found)


def test_few_words_are_no_near_duplicate_and_words_are_taken_apart() -> None:
    gt = labels({"a": ["a b c d e f"], "b": ["a", "b", "c", "d", "e", "f"], "c": ["a", "b"], "d": ["b", "a"]})
    found = near_samples([gather(gt)])
    assert [(p.first, p.second, p.jaccard) for p in found] == [(0, 1, 1.0)]


def test_leaks_are_found_across_data_sets_only() -> None:
    long = [f"w{k}" for k in range(20)]
    train = labels({"t1": ["x", "y", "z"], "t2": ["x", "y", "z"], "t3": long})
    test = labels({"u1": ["z", "y", "x"], "u2": [*long[:18], "n1", "n2"], "t3": ["1", "2", "3"]})
    leaks = inspect(train, other=test).data["comparison"]["leaks"]
    assert next((row["gt"], row["other"]) for row in leaks["equal"]["listed"]) == (["t1", "t2"], ["u1"])
    assert leaks["near"]["listed"] == [{"samples": ["t3", "u2"], "jaccard": round(18 / 22, 6)}]
    assert leaks["same_ids"] == {"count": 1, "listed": ["t3"]}


def test_every_leak_into_a_bucket_of_many_is_found() -> None:
    form = [f"w{k}" for k in range(10)]
    train = labels({f"t{k}": form for k in range(5)})
    test = labels({f"u{k}": form for k in range(4)})
    found = near_samples([gather(train), gather(test)], across=True)
    assert {p.first for p in found} == set(range(5)) and {p.second for p in found} == set(range(5, 9))


# Slices, rarity, comparison


def test_slices_add_up_and_few_samples_have_no_interval() -> None:
    facts = gather(labels({f"s{k}": ["word", "x", "###"] if k < 25 else ["word"] for k in range(30)}))
    found = {(s.attribute, s.label): s for s in slices(facts)}
    one, four = found["length", "1"], found["length", "4 to 6"]
    assert (one.instances, one.of, one.samples, one.share) == (25, 55, 25, 25 / 55)
    assert one.interval is not None and four.interval is not None
    # 25 samples with 1 of 2, 5 with 0 of 1: linearised residuals of the ratio.
    share = 25 / 55
    residuals = 25 * (1 - 2 * share) ** 2 + 5 * share**2
    assert one.error == pytest.approx(math.sqrt(residuals * 30 / 29) / 55)
    assert sum(s.instances for (a, _), s in found.items() if a == "length") == 55
    few = [s for s in slices(gather(labels({f"s{k}": ["x"] for k in range(19)}))) if s.instances]
    assert all(s.interval is None for s in few)


def test_rare_content_is_what_other_samples_do_not_have() -> None:
    score = rarity(gather(labels({"a": ["ab"], "b": ["ab"], "c": ["azz"], "d": ["###"]})))
    # a occurs in two other samples, b in one, z nowhere else; ### is no content.
    assert score.tolist() == [1 / 3 + 1 / 2, 1 / 3 + 1 / 2, 1 / 3 + 1, 0.0]


def test_ks_and_psi_by_hand() -> None:
    assert ks(np.array([1, 2, 3]), np.array([1, 2, 3])) == 0
    assert ks(np.array([1, 2]), np.array([3, 4])) == 1
    assert ks(np.array([1, 2, 3, 4]), np.array([3, 4])) == pytest.approx(1 / 2)
    assert psi(np.array([1, 1, 2]), np.array([1, 1, 2])) == 0
    # Cuts at 1 and 2: classes up to 1, 2, above; counts 2 1 0 against 1 2 0, half an instance added.
    p, q = [2.5 / 4.5, 1.5 / 4.5], [1.5 / 4.5, 2.5 / 4.5]
    wanted = sum((b - a) * math.log(b / a) for a, b in zip(p, q, strict=True))
    assert psi(np.array([1, 1, 2]), np.array([1, 2, 2])) == pytest.approx(wanted)


def test_what_the_second_data_set_has_alone() -> None:
    found = inspect(labels({"a": ["ab", "ab"]}), other=labels({"b": ["ab", "bz", "", "###"]})).data
    unseen = found["comparison"]["unseen"]
    assert (unseen["texts"], unseen["texts_seen"], unseen["share_seen"]) == (2, 1, 0.5)
    assert [row["code"] for row in unseen["only_other"]["listed"]] == ["U+007A"]
    assert (unseen["characters"], unseen["characters_unseen"], unseen["distinct_shared"]) == (4, 1, 1)
    assert found["comparison"]["new_samples"] == [{"sample": "b", "novelty": round(1 / 3 + 1 / 3 + 1, 6)}]


def test_a_data_set_against_itself_does_not_shift() -> None:
    gt = labels({f"s{k}": ["word", "x"] for k in range(30)})
    found = inspect(gt, other=gt).data["comparison"]
    assert {(s["psi"], s["ks"]) for s in found["shifts"]} <= {(0, 0), (None, None)}
    assert all(s["difference"] == 0 and s["p"] in (None, 1) for s in found["slices"])
    assert found["unseen"]["share_seen"] == 1


# The whole


def test_markers_make_a_dont_care() -> None:
    gt = labels({"a": ["*", "word", "###", "0*1"]})
    assert inspect(gt).data["gt"]["care"] == 3
    assert kinds(inspect(gt).data) == {"like_a_marker": 1}
    found = inspect(gt, markers=["*"]).data
    assert (found["gt"]["care"], kinds(found)) == (2, {"marker_inside": 1})


@pytest.mark.parametrize(
    "gt",
    [
        labels({}),
        labels({"a": []}),
        labels({"a": ["###"]}),
        labels({"a": [""]}),
        labels({"a": ["x"]}),
        table({"a": [Word([1, 1, 1, 1, 1, 1], "x")]}, role="gt"),
        replace(labels({"a": ["x", "y"]}), codepoints=None, text_offset=None),
    ],
    ids=["nothing", "no_instance", "no_care", "empty_text", "one", "no_area", "no_texts"],
)
def test_edges_are_inspected_and_fit_the_schema(gt: Instances) -> None:
    for other in (None, gt, labels({"b": ["z", "zz"] * 3})):
        found = inspect(gt, other=other)
        jsonschema.validate(json.loads(found.to_json()), schema())
        assert csv_files(found).keys() >= {"suspicious.csv", "images.csv", "characters.csv"}


def test_recognition_lists_have_no_rings() -> None:
    gt = labels({"a": ["word"], "b": ["word"]})
    flat = replace(gt, xy=np.zeros((0, 2)), ring=np.zeros(3, np.int64), geometry=False)
    found = inspect(flat).data
    assert not found["gt"]["has_rings"] and "height" not in {d["name"] for d in found["distributions"]}
    assert kinds(found) == {}


def test_order_of_samples_and_instances_moves_no_number() -> None:
    samples = {f"s{k}": [f"w{k % 7}", "a b", "é", "1OO", f"x{k}"] for k in range(25)}
    one = inspect(labels(samples), seed=1).data
    turned_round = {s: samples[s] for s in reversed(list(samples))}
    two = inspect(labels(turned_round), seed=1).data
    for part in ("gt", "distributions", "categories", "slices", "frequent_texts", "rare_samples"):
        assert one[part] == two[part], part
    assert [(r["kind"], r["count"]) for r in one["suspicious"]] == [
        (r["kind"], r["count"]) for r in two["suspicious"]
    ]


def test_hostile_texts_are_cut_and_guarded() -> None:
    gt = labels({"=cmd": ["=1+1 ", "x" * 4000 + " ", "\u202eevil ", "a\tb\r ", "</script> "]})
    found = inspect(gt)
    files = csv_files(found)
    assert "\u202e" not in files["suspicious.csv"] and "\n=" not in files["images.csv"]
    assert "'=cmd" in files["images.csv"] and ",'=1+1 " in files["suspicious.csv"]
    assert max(len(e["text"]) for r in found.data["suspicious"] for e in r["examples"]) <= 200
    assert len(found.to_json()) < 200_000


def test_the_seed_chooses_examples_and_nothing_else() -> None:
    gt = labels({f"s{k}": ["x "] for k in range(100)})
    one, same, other = (inspect(gt, seed=seed) for seed in (1, 1, 2))
    assert one.to_json() == same.to_json()
    rows = [next(r for r in f.data["suspicious"] if r["count"]) for f in (one, other)]
    assert rows[0]["count"] == rows[1]["count"] == 100
    assert len(rows[0]["examples"]) == 20 and rows[0]["examples"] != rows[1]["examples"]


@pytest.mark.slow
def test_a_large_data_set_stays_within_its_bounds() -> None:
    """50 000 instances, everything wrong with all of them: the data of the page do not grow with them."""
    import tracemalloc

    samples, each = 1_000, 50
    size = samples * each
    text = np.array([ord(c) for c in " \u200b#\u212b1O "], np.uint32)
    xy = (
        np.tile(np.array([[0, 0], [9, 9], [9, 0], [0, 9.0]]), (size, 1))
        + np.repeat(np.arange(size) % 977, 4)[:, None]
    )
    gt = Instances(
        tuple(f"img_{k}" for k in range(samples)),
        np.arange(samples + 1) * each,
        xy,
        np.arange(size + 1) * 4,
        np.ones(size, np.bool_),
        np.full(size, 2, np.uint8),
        np.tile(np.arange(each) + 1, samples),
        np.tile(text, size),
        np.arange(size + 1) * len(text),
    )
    tracemalloc.start()
    found = inspect(gt)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert kinds(found.data)["self_intersecting"] == size
    assert len(found.to_json()) < 300_000
    assert peak < 100 * 2**20  # tables of code points and scratch of fixed size included
