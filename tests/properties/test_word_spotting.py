"""Word spotting, MLT 2019, TDA-ReCTS and curved end-to-end against their slow twins on generated data sets."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_eval.engine.local import count
from ocr_eval.protocols import protocol
from ocr_eval.tables.counts import Counts
from ocr_eval.tables.instances import Instances
from ocr_eval.text.lexicon import Lexicon
from tests.oracles import curved_e2e as curved_oracle
from tests.oracles import curved_word_spotting as curved_spotting_oracle
from tests.oracles import mlt19 as mlt_oracle
from tests.oracles import rrc_word_spotting as spotting_oracle
from tests.oracles import tda_rects as tda_oracle
from tests.properties import pages
from tests.properties.pages import POLYGONS, QUADS, Page, data_sets, draws, points, tables
from tests.tables import Word

WORDS = ("word", "WORD", "Word", "word's", "-word-", "(word)", "wo.rd", "don't", "ab", "Café", "x×yz", "слово",
         "12,5", "한국어", "word!", "a·bc", "ß", "straße", "STRASSE")  # fmt: skip
FIELDS = (*WORDS, " word ", '"word"', '"a\\"b"', " ###", '"###"', "word,####more", "a,b", "")
LEXICON = ("words", "WORD", "cafe", "abc")


def both_engines(sides: tuple[Instances, Instances], name: str, lexicon: Lexicon | None = None) -> Counts:
    """The counts of one engine, which must be those of the other to the last bit."""
    made = [count(*sides, protocol=name, kernels=k, lexicon=lexicon) for k in ("numpy", "numba")]
    assert (made[0].rows == made[1].rows).all()
    assert made[0].sums is not None
    assert made[1].sums is not None
    assert made[0].sums.tobytes() == made[1].sums.tobytes()
    return made[0]


def rows(made: Counts) -> list[dict[str, int]]:
    return [dict(zip(made.columns, row, strict=True)) for row in made.rows.tolist()]


def texts(words: list[Word]) -> list[tuple[list[tuple[float, float]], str]]:
    return [(points(word.ring), word.text) for word in words]


def close(made: Counts, k: int, sums: dict[str, Fraction]) -> None:
    assert made.sums is not None
    for name, value in zip(made.sum_columns, made.sums[k].tolist(), strict=True):
        assert abs(Fraction(value) - sums[name]) <= Fraction(1, 10**13) * max(1, sums[name]), name


@draws
@given(
    samples=data_sets(pages.pages(QUADS, WORDS)),
    shortest=st.sampled_from([2, 3, 5]),
    policy=st.sampled_from(["none", "drop", "keep"]),
)
def test_rrc_word_spotting_equals_its_twin(samples: list[Page], shortest: int, policy: str) -> None:
    name = f"rrc-word-spotting(min_length={shortest},lexicon={policy})"
    made = both_engines(tables(samples), name, None if policy == "none" else Lexicon(LEXICON))
    for (gts, preds), row in zip(samples, rows(made), strict=True):
        assert row == spotting_oracle.row(
            texts(gts), texts(preds), shortest=shortest, lexicon=LEXICON, policy=policy
        )


@draws
@given(samples=data_sets(pages.pages(QUADS, WORDS, empty_texts=True)))
def test_mlt19_equals_its_twin(samples: list[Page]) -> None:
    made = both_engines(tables(samples), "mlt19")
    for k, ((gts, preds), row) in enumerate(zip(samples, rows(made), strict=True)):
        counts, sums = mlt_oracle.row(texts(gts), texts(preds))
        assert row == counts
        close(made, k, sums)


@draws
@given(samples=data_sets(pages.pages(QUADS, WORDS, empty_texts=True)), score=st.sampled_from([0.0, 0.1, 0.5]))
def test_tda_rects_equals_its_twin(samples: list[Page], score: float) -> None:
    name = f"tda-rects(score={score})"
    made = both_engines(tables(samples), name)
    found = []
    for k, ((gts, preds), row) in enumerate(zip(samples, rows(made), strict=True)):
        truth = [(ring, text, text != "###") for ring, text in texts(gts)]
        guess = [(points(word.ring), word.text, word.confidence) for word in preds]
        counts, similarity = tda_oracle.row(truth, guess, score)
        assert row == counts
        close(made, k, {"similarity": similarity})
        found.append(tda_oracle.outcomes(truth, guess, score))
    n_gt = sum(row["n_gt"] for row in rows(made))
    metrics = protocol(name).derive(made.total())
    for metric in ("hmean", "one_minus_ned") if n_gt else ():
        twin = tda_oracle.best(found, n_gt, metric)
        value, at = metrics[f"best_{metric}"], metrics[f"best_{metric}_score"]
        if twin is None:
            assert (value, at) == (None, None)
        else:
            assert value == pytest.approx(float(twin[0]), rel=1e-12, abs=1e-15)
            # Values that floats cannot tell apart may stand at another score: then they are equal there too.
            if at != twin[1]:
                close_rows = [v for v, own in tda_oracle.rows(found, n_gt, metric) if own == at]
                assert max(close_rows) == pytest.approx(float(twin[0]), rel=1e-12, abs=1e-15)


@draws
@given(
    samples=data_sets(pages.pages(POLYGONS, FIELDS, most=4)),
    mtsv3=st.booleans(),
    policy=st.sampled_from(["none", "none", "drop", "keep"]),
)
def test_curved_e2e_equals_its_twin(samples: list[Page], mtsv3: bool, policy: str) -> None:
    name = f"totaltext-e2e(lexicon={policy},gt={'mtsv3' if mtsv3 else 'adelaidet'})"
    lexicon = None if policy == "none" else Lexicon(LEXICON)
    made = both_engines(tables(samples), name, lexicon)
    for (gts, preds), row in zip(samples, rows(made), strict=True):
        assert row == curved_oracle.row(texts(gts), texts(preds), mtsv3=mtsv3, lexicon=LEXICON, policy=policy)
    if not mtsv3:
        other = count(*tables(samples), protocol=f"ctw1500-e2e(lexicon={policy})", lexicon=lexicon)
        assert (other.rows == made.rows).all()


@draws
@given(samples=data_sets(pages.pages(POLYGONS, FIELDS, most=4)), mtsv3=st.booleans())
def test_curved_word_spotting_equals_its_twin(samples: list[Page], mtsv3: bool) -> None:
    made = both_engines(tables(samples), f"totaltext-word-spotting(gt={'mtsv3' if mtsv3 else 'adelaidet'})")
    for (gts, preds), row in zip(samples, rows(made), strict=True):
        assert row == curved_spotting_oracle.row(texts(gts), texts(preds), mtsv3=mtsv3)
    if not mtsv3:
        other = count(*tables(samples), protocol="ctw1500-word-spotting")
        assert (other.rows == made.rows).all()


@pytest.mark.parametrize(
    "name",
    ["rrc-word-spotting", "mlt19", "tda-rects", "totaltext-e2e", "totaltext-word-spotting"],
)
@draws
@given(samples=data_sets(pages.pages(POLYGONS, WORDS, most=3)), cut=st.integers(1, 19))
def test_rows_and_sums_do_not_depend_on_sharding(name: str, samples: list[Page], cut: int) -> None:
    def run(part: list[Page]) -> Counts:
        truth, found = tables(part)
        return count(truth, replace(found, confidence=np.full(len(found), 0.5)), protocol=name)

    whole = run(samples)
    assert whole.sums is not None
    parts = [run(samples[:cut]), run(samples[cut:])]
    assert b"".join(part.rows.tobytes() for part in parts) == whole.rows.tobytes()
    assert b"".join(part.sums.tobytes() for part in parts if part.sums is not None) == whole.sums.tobytes()
