"""``page`` equals its slow twin on random pages, and does not care how pages are ordered or cut."""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval import protocol
from ocr_eval.protocols.reading_order import compare
from ocr_eval.tables.counts import Counts
from ocr_eval.text.breakdown import breakdown
from ocr_eval.text.distance import alignment
from tests.oracles import page as slow
from tests.oracles import text as slow_text
from tests.properties.pages import SAMPLES
from tests.texts import joined

LINE = st.text("ab é\u0301한ก.,1 \t", max_size=6)
TEXT = st.lists(LINE, max_size=3).map("\n".join)
PAGES = st.lists(st.tuples(TEXT, st.one_of(TEXT, st.none())), min_size=1, max_size=4)
RULES = st.fixed_dictionaries(
    {"unit": st.sampled_from(sorted(slow.UNITS)), "words": st.sampled_from(sorted(slow.WORDS))}
)
DRAWS = SAMPLES // 2  # each holds two pages, on average
FLEXIBLE = max(10, SAMPLES // 30)  # the twin tries 768 settings one after the other


def count(rule: str, pages: dict[str, tuple[str, str | None]]) -> Counts:
    gt = {name: text for name, (text, _) in pages.items()}
    pred = {name: text for name, (_, text) in pages.items() if text is not None}
    counts: Counts = protocol(rule).count(joined(gt, pred), None)  # type: ignore[arg-type]
    return counts


def spell(parameters: dict[str, str], more: str = "") -> str:
    return f"page(normal_form=raw,{','.join(f'{k}={v}' for k, v in parameters.items())}{more})"


def named(pages: list[tuple[str, str | None]]) -> dict[str, tuple[str, str | None]]:
    return {f"s{k}": page for k, page in enumerate(pages)}


def check(rule: str, pages: list[tuple[str, str | None]], **parameters: Any) -> None:
    counts = count(rule, named(pages))
    for row, (gt, pred) in zip(counts.rows.tolist(), pages, strict=True):
        found = dict(zip(counts.columns, row, strict=True))
        twin = slow.row(gt, pred or "", **parameters)
        assert {name: found[name] for name in twin} == twin
        assert found["distance"] == found["substitutions"] + found["deletions"] + found["insertions"]
        assert found["length_gt"] == found["hits"] + found["substitutions"] + found["deletions"]


@settings(max_examples=DRAWS, deadline=None)
@given(PAGES, RULES)
def test_rows_are_the_slow_twins(pages: list[tuple[str, str | None]], parameters: dict[str, str]) -> None:
    check(spell(parameters, ",fca=false"), pages, fca=False, **parameters)


@settings(max_examples=FLEXIBLE, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=1))
def test_free_order_of_lines_is_the_slow_twins(pages: list[tuple[str, str | None]]) -> None:
    check("page(normal_form=raw)", pages)


@settings(max_examples=max(20, SAMPLES // 10), deadline=None)
@given(PAGES, RULES, st.randoms(use_true_random=False))
def test_order_and_shards_change_no_row(
    pages: list[tuple[str, str | None]], parameters: dict[str, str], rng: Any
) -> None:
    rule, everything = spell(parameters), named(pages)
    whole = count(rule, everything)
    names = list(everything)
    rng.shuffle(names)
    cut = rng.randint(0, len(names))
    both = Counts.concat(
        [count(rule, {n: everything[n] for n in part}) for part in (names[:cut], names[cut:]) if part]
    )
    order = [both.sample_ids.index(name) for name in whole.sample_ids]
    assert both.rows[order].tolist() == whole.rows.tolist()
    assert both.total().counts == whole.total().counts
    assert both.total().sums == whole.total().sums


@settings(max_examples=DRAWS, deadline=None)
@given(TEXT, TEXT)
def test_no_order_of_words_has_fewer_errors_than_the_bags(gt: str, pred: str) -> None:
    counts = count("page(fca=false)", {"a": (gt, pred)})
    assert int(counts["bag_max"][0]) <= int(counts["uax29_distance"][0])


@settings(max_examples=DRAWS, deadline=None)
@given(TEXT, TEXT)
def test_scripts_blocks_and_confusions_add_up_to_the_alignment(gt: str, pred: str) -> None:
    found, edits = breakdown([("a", gt, pred)]), alignment(gt, pred)
    for table in (found.scripts, found.blocks):
        assert tuple(map(sum, zip(*table.values(), strict=True))) == (tuple(edits) if gt or pred else ())
    assert sum(found.confusions.values()) == edits.distance
    assert all(old != new for old, new in found.confusions)


@settings(max_examples=DRAWS, deadline=None)
@given(st.permutations(range(7)), st.integers(0, 7))
def test_the_foot_rule_is_the_twins(order: list[int], size: int) -> None:
    read = order[:size]
    found = compare(7, read)
    assert found.foot_rule == float(slow.foot_rule(read))
    assert 0 <= Fraction(found.foot_rule) <= 1
    assert found.distance == slow_text.distance([str(k) for k in range(7)], [str(k) for k in read])


@settings(max_examples=max(20, SAMPLES // 10), deadline=None)
@given(TEXT, TEXT)
def test_composed_and_decomposed_pages_have_equal_rows(gt: str, pred: str) -> None:
    rows = [
        count(
            "page", {"a": (unicodedata.normalize(form, gt), unicodedata.normalize(form, pred))}
        ).rows.tolist()
        for form in ("NFC", "NFD")
    ]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 8])
def test_the_largest_disorder_is_one(size: int) -> None:
    backwards = list(range(size))[::-1]
    assert compare(size, backwards).foot_rule == (1.0 if size > 1 else 0.0)
