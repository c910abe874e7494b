"""What must hold of any agreement: a mirror, a shuffle, an extra box, a split word change what they say and no more."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.agreement.exports import csv_files
from ocr_eval.agreement.library import agreement
from ocr_eval.agreement.pair import Pair
from ocr_eval.agreement.units import KINDS, MERGE, SPLIT, units
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances

TEXTS = ("SALE", "Sale", "###", "a b", "ab", "", "é", "e")


@dataclass(frozen=True)
class Drawn:
    """One instance as somebody drew it: a box or a slanted quadrilateral, and its text."""

    ring: tuple[tuple[float, float], ...]
    text: str

    def turned(self, start: int, *, back: bool) -> Drawn:
        ring = self.ring[start:] + self.ring[:start]
        return Drawn(ring[::-1] if back else ring, self.text)


Page = dict[str, list[Drawn]]


@st.composite
def instances(draw: st.DrawFn) -> Drawn:
    x, y = draw(st.integers(0, 8)) * 20, draw(st.integers(0, 3)) * 20
    width, height = draw(st.sampled_from([10, 20, 40, 60])), draw(st.sampled_from([0, 10, 20, 30]))
    lean = draw(st.sampled_from([0, 0, 5, 7]))
    ring = ((x, y), (x + width, y), (x + width + lean, y + height), (x + lean, y + height))
    return Drawn(tuple((float(a), float(b)) for a, b in ring), draw(st.sampled_from(TEXTS)))


def pages(most: int = 6) -> st.SearchStrategy[Page]:
    drawn = st.lists(instances(), max_size=most)
    return st.tuples(drawn, drawn, drawn).map(lambda own: dict(zip(("p1", "p2", "p3"), own, strict=True)))


def table(page: Page) -> Instances:
    builder = InstancesBuilder()
    for image, drawn in page.items():
        builder.begin(image, f"{image}.txt")
        for line, one in enumerate(drawn, 1):
            ring = [value for point in one.ring for value in point]
            builder.add(ring, one.text, one.text != "###", 1.0, line)
    return builder.build()


def shuffled(page: Page, seed: int) -> Page:
    """The same content in another order of images and instances."""
    rng = random.Random(seed)
    return {image: rng.sample(page[image], len(page[image])) for image in rng.sample(sorted(page), len(page))}


def scores(pair: Pair) -> dict[str, float]:
    return {name: values.sum().item() for name, values in pair.columns.items()}


def run(*drawn: Page, names: tuple[str, ...] = ("A", "B", "C")) -> dict[str, object]:
    tables = {name: table(page) for name, page in zip(names, drawn, strict=False)}
    return agreement(tables, protocols=(), seed=7).to_json()


def without_places(body: dict[str, object]) -> str:
    """Everything but what is a place in a file or a corner to start from: lines, rings as written."""
    text = json.loads(json.dumps(body))
    for case in text["cases"]:
        for example in case["examples"]:
            for key in ("ids_a", "ids_b", "rings_a", "rings_b"):
                del example[key]
    return json.dumps(text, sort_keys=True)


@settings(max_examples=20, deadline=None)
@given(pages())
def test_an_annotator_agrees_with_themselves(page: Page) -> None:
    drawn = table(page)
    found = agreement({"A": drawn, "B": drawn}, protocols=(), seed=7)
    [pair] = found.pairs
    total = scores(pair)
    flat = sum(
        len({y for _, y in one.ring}) == 1 for own in page.values() for one in own if one.text != "###"
    )
    assert total["n_a"] == total["n_b"] == total["m"] + flat
    assert total["equal"] == total["m"]
    if total["m"] and not flat:
        assert found.metric("f1").value == found.metric("end_to_end_f1").value == 1.0
        assert found.metric("one_minus_ned").value == found.metric("f1_macro").value == 1.0
    assert np.all(pair.tightness.offsets == 0)


@settings(max_examples=10, deadline=None)
@given(pages(), pages(), st.integers(0, 9))
def test_names_and_order_change_no_byte(one: Page, other: Page, seed: int) -> None:
    expected = json.dumps(run(one, other))
    assert json.dumps(run(other, one, names=("zoe", "adam"))) == expected
    again = run(shuffled(other, seed), shuffled(one, seed + 1))
    assert without_places(again) == without_places(json.loads(expected))


@settings(max_examples=25, deadline=None)
@given(pages(), pages(), st.integers(0, 9))
def test_corners_and_directions_change_no_count(one: Page, other: Page, seed: int) -> None:
    before = units(table(one), table(other))
    turned = [
        {image: [drawn.turned(seed % 4, back=seed % 2 == 0) for drawn in own] for image, own in page.items()}
        for page in (one, other)
    ]
    found = units(*map(table, turned))
    assert np.array_equal(found.kind, before.kind)
    assert np.array_equal(found.partner, before.partner)
    assert np.array_equal(found.loose, before.loose)


@settings(max_examples=40, deadline=None)
@given(pages(), pages())
def test_exchanging_annotators_mirrors_units_and_signs(one: Page, other: Page) -> None:
    first, second = table(one), table(other)
    there, back = units(first, second), units(second, first)
    mirror = {"split": "merge", "merge": "split", "missing": "extra", "extra": "missing"}
    counts = [{kind: int((own.kind == k).sum()) for k, kind in enumerate(KINDS)} for own in (there, back)]
    assert {mirror.get(kind, kind): n for kind, n in counts[0].items()} == counts[1]
    pairs = {(i, j) for i, j in enumerate(there.partner.tolist()) if j >= 0}
    assert {(j, i) for i, j in enumerate(back.partner.tolist()) if j >= 0} == pairs
    assert int(there.loose.sum()) == int(back.loose.sum())


def words(count: int, image: str = "p1") -> Page:
    """Boxes of 80 x 20 in a row, 20 apart."""
    drawn = []
    for k in range(count):
        x = 100.0 * k
        drawn.append(Drawn(((x, 0.0), (x + 80, 0.0), (x + 80, 20.0), (x, 20.0)), f"w{k}"))
    return {image: drawn}


@pytest.mark.parametrize("extra", [0, 1, 5])
def test_extra_boxes_lower_f1_by_the_formula(extra: int) -> None:
    page = words(6)
    more = {"p1": [*page["p1"], *(one for one in words(6 + extra)["p1"][6:])]}
    found = agreement({"A": table(page), "B": table(more)}, protocols=())
    assert found.metric("f1").value == 2 * 6 / (6 + 6 + extra)
    [pair] = found.pairs
    assert pair.structure.counts()["match"]["units"] == 6


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(5)))
def test_copies_in_any_order_give_the_same_scores(order: list[int]) -> None:
    place = words(1)["p1"][0].ring
    texts = ["SALE", "Sale", "sale", "SALE", "x"]
    copies = {"p1": [Drawn(place, texts[k]) for k in order]}
    other = {"p1": [Drawn(place, "sale"), Drawn(place, "SALE")]}
    for pair in (
        agreement({"A": table(copies), "B": table(other)}, protocols=()).pairs[0],
        agreement({"A": table(other), "B": table(copies)}, protocols=()).pairs[0],
    ):
        total = scores(pair)
        assert (total["m"], total["equal"]) == (2, 2)


def test_splitting_one_word_raises_only_split() -> None:
    page = words(4)
    (x0, y0), (x1, _), (_, y1), _ = page["p1"][2].ring
    half = (x0 + x1) / 2
    parts = [
        Drawn(((a, y0), (b, y0), (b, y1), (a, y1)), text) for a, b, text in ((x0, half, "w"), (half, x1, "2"))
    ]
    split = {"p1": [*page["p1"][:2], *parts, *page["p1"][3:]]}
    found = units(table(page), table(split))
    assert [int((found.kind == k).sum()) for k in range(6)] == [3, 1, 0, 0, 0, 0]
    assert found.kind[2] == SPLIT
    assert units(table(split), table(page)).kind[2] == MERGE
    [pair] = agreement({"A": table(page), "B": table(split)}, protocols=()).pairs
    assert scores(pair)["m"] == 3  # a half has IoU 1/2, which is not above 1/2
    counts = pair.structure.counts()
    assert counts["split"].get("granularity only", 0) + counts["merge"].get("granularity only", 0) == 1


def test_images_without_instances_change_no_micro_score() -> None:
    page, empty = words(4), {f"e{k}": [] for k in range(30)}
    wrong = {"p1": [*page["p1"][:3], Drawn(page["p1"][3].ring, "other")]}
    few = agreement({"A": table(page), "B": table(wrong)}, protocols=()).to_json()
    many = agreement({"A": table(page | empty), "B": table(wrong | empty)}, protocols=()).to_json()
    for name in ("f1", "end_to_end_f1", "wem", "one_minus_ned", "end_to_end_f1_macro"):
        assert many["agreement"][name]["value"] == few["agreement"][name]["value"]
    assert many["images"]["without_instances"] == 30


def test_only_empty_images_have_no_scores_and_raise_nothing() -> None:
    empty = {f"e{k}": [] for k in range(25)}
    found = agreement({"A": table(empty), "B": table(empty)})
    body = found.to_json()
    assert body["agreement"]["f1"] == {"value": None, "n": 0, "interval": None, "reason": "no instances"}
    assert body["cases"] == []
    assert csv_files(found)["pairs.csv"].count("\n") == 1


def test_one_empty_annotator_has_f1_zero() -> None:
    page = words(3)
    found = agreement({"A": table(page), "B": table({"p1": []})}, protocols=())
    assert found.metric("f1").value == 0.0
    assert found.metric("wem").value is None
    counts = found.pairs[0].structure.counts()
    assert counts["missing"]["units"] + counts["extra"]["units"] == 3


@settings(max_examples=6, deadline=None)
@given(pages(4), pages(4), pages(4))
def test_three_annotators_in_any_order(one: Page, other: Page, third: Page) -> None:
    expected = json.dumps(run(one, other, third))
    assert json.dumps(run(third, one, other, names=("x", "y", "z"))) == expected
