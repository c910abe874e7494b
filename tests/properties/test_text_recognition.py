"""``recognition`` equals its slow twin, row by row, and does not care how samples are ordered or sharded."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval import protocol
from ocr_eval.tables.counts import Counts
from tests.oracles import recognition as slow
from tests.properties import pages
from tests.texts import joined

TEXTS = st.text("ab \u0301é한ᄒ\r\n.,'*_\u094dक🇰", max_size=8)
ACCEPTED = st.lists(st.one_of(TEXTS, st.none()), min_size=1, max_size=3)
SAMPLES = st.lists(st.tuples(ACCEPTED, st.one_of(TEXTS, st.none())), min_size=1, max_size=6)
RULES = st.fixed_dictionaries(
    {
        "normal_form": st.sampled_from(sorted(slow.FORMS)),
        "unit": st.sampled_from(sorted(slow.UNITS)),
        "words": st.sampled_from(sorted(slow.WORDS)),
        "both_empty": st.sampled_from(["correct", "skip"]),
        "alternatives": st.sampled_from(["best", "first"]),
    }
)
Sample = tuple[list[str | None], str | None]


def spell(parameters: dict[str, str]) -> str:
    return f"recognition({','.join(f'{key}={value}' for key, value in parameters.items())})"


def count(rule: str, samples: dict[str, Sample]) -> Counts:
    gt = {name: accepted for name, (accepted, _) in samples.items()}
    pred = {name: text for name, (_, text) in samples.items() if text is not None}
    counts: Counts = protocol(rule).count(joined(gt, pred), None)  # type: ignore[arg-type]
    return counts


def named(samples: list[Sample]) -> dict[str, Sample]:
    return {f"s{k}": sample for k, sample in enumerate(samples)}


@settings(max_examples=max(100, pages.SAMPLES // 3), deadline=None)  # a draw has three samples and a half
@given(SAMPLES, RULES)
def test_rows_and_metrics_are_the_slow_twins(samples: list[Sample], parameters: dict[str, str]) -> None:
    counts = count(spell(parameters), named(samples))
    twins = []
    assert counts.sums is not None
    for row, sums, (accepted, pred) in zip(counts.rows.tolist(), counts.sums.tolist(), samples, strict=True):
        found: dict[str, Any] = dict(zip(counts.columns, row, strict=True))
        sample = [(text or "", text is not None) for text in accepted], pred
        twin = slow.row(sample, **parameters)
        twins.append(twin)
        assert {name: found[name] for name in twin} == twin
        slow.check_edits(found)
        assert sums[0] == found["distance"] / (found["length_max"] or 1)
        assert sums[1] == (found["distance"] / found["length_gt"] if found["length_gt"] else 0)
    metrics = protocol(spell(parameters)).derive(counts.total())
    for name, value in slow.metrics(twins).items():
        # At most six quotients, their sum, the mean and 1 - mean, each rounded once: 9 * 2**-53 of at most 1 + value.
        expected = None if value is None else pytest.approx(float(value), rel=0, abs=9 * 2**-53 * (1 + value))
        assert metrics[name] == expected


@given(SAMPLES, RULES, st.randoms(use_true_random=False))
def test_order_and_shards_change_no_row(samples: list[Sample], parameters: dict[str, str], rng: Any) -> None:
    rule, everything = spell(parameters), named(samples)
    whole = count(rule, everything)
    names = list(everything)
    rng.shuffle(names)
    cut = rng.randint(0, len(names))
    parts = [count(rule, {n: everything[n] for n in part}) for part in (names[:cut], names[cut:]) if part]
    both = Counts.concat(parts)
    order = [both.sample_ids.index(name) for name in whole.sample_ids]
    assert both.rows[order].tolist() == whole.rows.tolist()
    assert both.total().counts == whole.total().counts
    assert both.total().sums == whole.total().sums  # sums are exact sums, rounded once


@given(TEXTS, TEXTS, st.sampled_from(sorted(slow.UNITS)))
def test_composed_and_decomposed_texts_have_equal_rows_under_nfc(gt: str, pred: str, unit: str) -> None:
    rows = []
    for form in ("NFC", "NFD"):
        a, b = (unicodedata.normalize(form, text) for text in (gt, pred))
        rows.append(count(f"recognition(normal_form=nfc,unit={unit})", {"1": ([a], b)}).rows.tolist())
    assert rows[0] == rows[1]


@given(SAMPLES, RULES)
def test_wem_and_1_ned_lie_between_zero_and_one(samples: list[Sample], parameters: dict[str, str]) -> None:
    rule = spell(parameters)
    metrics = protocol(rule).derive(count(rule, named(samples)).total())
    for name in ("wem", "one_minus_ned_max", "cer_n"):
        value = metrics[name]
        assert value is None or 0 <= value <= 1
    if metrics["one_minus_ned_max"] is not None and metrics["wem"] is not None:
        assert metrics["one_minus_ned_max"] >= metrics["wem"] - 1e-12
