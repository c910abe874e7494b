"""The HierText protocols against their slow twins on generated data sets, under both engines and any sharding."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_eval.engine.local import count
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.counts import Counts
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.levels import LevelsBuilder
from tests.oracles import hiertext as hiertext_oracle
from tests.oracles import hiertext_e2e as e2e_oracle
from tests.properties import pages
from tests.properties.pages import POLYGONS, QUADS, Page, data_sets, draws, points, tables
from tests.tables import Word

SHIFT, SIZE = 160, 420  # every corner of a page lies in the image
Group = list[list[Word]]  # a paragraph: lines of words


def both_engines(sides: tuple[Instances, Instances], name: str) -> Counts:
    """The counts of one engine, which must be those of the other to the last bit."""
    made = [count(*sides, protocol=name, kernels=kernels) for kernels in ("numpy", "numba")]
    assert (made[0].rows == made[1].rows).all()
    assert made[0].sums.tobytes() == made[1].sums.tobytes()
    return made[0]


def assert_twin(made: Counts, k: int, counts: dict[str, int], sums: dict[str, Fraction]) -> None:
    assert dict(zip(made.columns, made.rows[k].tolist(), strict=True)) == counts
    for name, value in zip(made.sum_columns, made.sums[k].tolist(), strict=True):
        assert abs(Fraction(value) - sums[name]) <= Fraction(1, 10**12) * max(1, sums[name]), name


@draws
@given(samples=data_sets(pages.pages(POLYGONS, most=4)))
def test_words_equal_their_twin(samples: list[Page]) -> None:
    made = both_engines(tables(samples, confidence=False), "hiertext")
    for k, (gts, preds) in enumerate(samples):
        care = [(points(word.ring), word.text != "###") for word in gts]
        assert_twin(made, k, *hiertext_oracle.word_row(care, [points(word.ring) for word in preds]))


@draws
@given(samples=data_sets(pages.pages(QUADS)))
def test_end_to_end_equals_its_twin(samples: list[Page]) -> None:
    made = both_engines(tables(samples, confidence=False), "hiertext-e2e")
    for k, sides in enumerate(samples):
        assert_twin(made, k, *e2e_oracle.row(*([(points(w.ring), w.text) for w in side] for side in sides)))


@st.composite
def groups(draw: st.DrawFn, words: list[Word]) -> list[Group]:
    """Words shared out to lines of one to three words, lines to paragraphs of one or two."""
    lines, rest = [], list(words)
    while rest:
        size = draw(st.integers(1, 3))
        lines.append(rest[:size])
        rest = rest[size:]
    made: list[Group] = []
    while lines:
        size = draw(st.integers(1, 2))
        made.append(lines[:size])
        lines = lines[size:]
    return made


@st.composite
def layouts(draw: st.DrawFn) -> tuple[list[Group], list[Group]]:
    gts, preds = draw(pages.pages(POLYGONS, most=4))
    return draw(groups(gts)), draw(groups(preds))


def moved(ring: list[float]) -> list[float]:
    return [value + SHIFT for value in ring]


def layout_table(samples: list[list[Group]], role: str) -> Instances:
    builder, levels = InstancesBuilder(source=f"{role}.json", format="hiertext"), LevelsBuilder()
    builder.levels = levels
    for k, groups_of_page in enumerate(samples):
        builder.begin(f"img_{k}", f"img_{k}")
        levels.begin(*((SIZE, SIZE) if role == "gt" else (0, 0)))
        position = 0
        for group in groups_of_page:
            own = [moved(group[0][0].ring), legible(flat(group))]
            paragraph = levels.paragraph(own[1], own[0])
            for words in group:
                line = levels.line(paragraph, legible(words), moved(words[0].ring))
                for word in words:
                    position += 1
                    builder.add(
                        moved(word.ring), word.text, role != "gt" or word.text != "###", 1.0, position
                    )
                    levels.word(line)
    return builder.build()


def flat(group: Group) -> list[Word]:
    return [word for words in group for word in words]


def legible(words: list[Word]) -> bool:
    return any(word.text != "###" for word in words)


def rings(words: list[Word]) -> list[list[tuple[float, float]]]:
    return [points(moved(word.ring)) for word in words]


@pytest.mark.parametrize("level", ["line", "paragraph"])
@draws
@given(samples=st.lists(layouts(), min_size=pages.A_DRAW, max_size=pages.A_DRAW))
def test_regions_equal_their_twin(level: str, samples: list[tuple[list[Group], list[Group]]]) -> None:
    sides = layout_table([gt for gt, _ in samples], "gt"), layout_table([pred for _, pred in samples], "pred")
    made = both_engines(sides, f"hiertext(level={level})")
    for k, (gts, preds) in enumerate(samples):
        if level == "line":
            ours = [(rings(words), legible(words)) for group in gts for words in group]
            theirs = [rings(words) for group in preds for words in group]
        else:
            joined = [flat(group) for group in gts]
            # A paragraph that is not legible has the pixels of its own ring, that of its first word.
            ours = [(rings(words if legible(words) else words[:1]), legible(words)) for words in joined]
            theirs = [rings(flat(group)) for group in preds]
        boxes = [level == "paragraph" and not care for _, care in ours]
        assert_twin(made, k, *hiertext_oracle.region_row(ours, theirs, whole=boxes))


@draws
@given(samples=data_sets(pages.pages(POLYGONS, most=3)), cut=st.integers(1, 19))
def test_rows_and_sums_do_not_depend_on_sharding(samples: list[Page], cut: int) -> None:
    whole = both_engines(tables(samples, confidence=False), "hiertext")
    parts = [
        count(*tables(part, confidence=False), protocol="hiertext") for part in (samples[:cut], samples[cut:])
    ]
    for column in ("rows", "sums"):
        assert b"".join(getattr(part, column).tobytes() for part in parts) == getattr(whole, column).tobytes()
