"""Lines and paragraphs above words: kept by take and where, written to canonical lines, part of the digest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ocr_eval.errors import InputError
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.digest import digest
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.jsonl import lines, read_lines
from ocr_eval.tables.levels import LevelsBuilder
from tests.tables import box


def page() -> Instances:
    """Sample a: a paragraph with a line of two words and an empty one, an illegible one with a word; b: nothing."""
    builder = InstancesBuilder(levels=LevelsBuilder())
    levels = builder.levels
    assert levels is not None
    for sample, (width, height) in {"b": (0, 0), "a": (640, 480)}.items():
        builder.begin(sample)
        levels.begin(width, height)
        if sample == "b":
            continue
        first = levels.paragraph(True, box(0, 0, 50, 30))
        second = levels.paragraph(False)
        line = levels.line(first)
        levels.line(first, False, box(0, 20, 50, 30))
        for k in range(2):
            builder.add(box(20 * k, 0, 20 * k + 10, 10), f"word {k}", line=k + 1)
            levels.word(line)
        builder.add(box(0, 50, 10, 60), "", False, line=3)
        levels.word(levels.line(second, False))
    return builder.build()


def written(instances: Instances) -> str:
    return "".join(lines(instances))


def test_canonical_lines_tell_sizes_lines_and_paragraphs() -> None:
    assert written(page()).splitlines() == [
        '{"sample":"a","instances":['
        '{"ring":[0,0,10,0,10,10,0,10],"text":"word 0","care":true,"line":0},'
        '{"ring":[20,0,30,0,30,10,20,10],"text":"word 1","care":true,"line":0},'
        '{"ring":[0,50,10,50,10,60,0,60],"text":"","care":false,"line":2}],'
        '"size":[640,480],"lines":[{"paragraph":0,"care":true,"ring":[]},'
        '{"paragraph":0,"care":false,"ring":[0,20,50,20,50,30,0,30]},{"paragraph":1,"care":false,"ring":[]}],'
        '"paragraphs":[{"care":true,"ring":[0,0,50,0,50,30,0,30]},{"care":false,"ring":[]}]}',
        '{"sample":"b","instances":[],"size":[0,0],"lines":[],"paragraphs":[]}',
    ]


def test_a_file_with_levels_reads_back() -> None:
    again = read_lines(written(page()).encode())
    assert written(again) == written(page())
    assert again.levels is not None
    assert again.levels.line_of.tolist() == [0, 0, 2]
    assert again.levels.size.tolist() == [[640, 480], [0, 0]]


def test_the_digest_sees_a_line_that_moves_to_another_paragraph() -> None:
    table = page()
    assert table.levels is not None
    moved = replace(table, levels=replace(table.levels, paragraph_of=np.array([0, 1, 1])))
    assert digest(moved) != digest(table)
    assert digest(replace(table, levels=None)) != digest(table)


def test_taken_samples_keep_their_lines_in_any_order_and_an_absent_one_has_none() -> None:
    taken = page().take([1, None, 0, 1], ("a", "new", "b", "again"))
    levels = taken.levels
    assert levels is not None
    assert levels.line_of.tolist() == [0, 0, 2, 3, 3, 5]
    assert levels.paragraph_of.tolist() == [0, 0, 1, 2, 2, 3]
    assert levels.size.tolist() == [[640, 480], [0, 0], [0, 0], [640, 480]]
    assert [levels.lines.span(s) for s in range(4)] == [range(3), range(3, 3), range(3, 3), range(3, 6)]
    assert levels.lines.points(4).tolist() == [[0, 20], [50, 20], [50, 30], [0, 30]]


def test_dropped_words_leave_their_lines() -> None:
    kept = page().where(np.array([False, True, False]))
    assert kept.levels is not None
    assert kept.levels.line_of.tolist() == [0]
    assert len(kept.levels.lines) == 3


def test_a_word_in_a_line_of_another_sample_is_no_table() -> None:
    table = page()
    assert table.levels is not None
    with pytest.raises(ValueError, match="line"):
        replace(table, levels=replace(table.levels, line_of=np.array([0, 0, 3])))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"line":2', '"line":3'),
        ('"line":2', '"line":0.5'),
        (',"line":2', ""),
        ('"paragraph":1', '"paragraph":2'),
        ('"size":[640,480]', '"size":[640]'),
        ('"size":[640,480]', '"size":[-1,480]'),
        ('"size":[640,480],', ""),
        ('"care":false,"ring":[]}]', '"ring":[]}]'),
        ('"lines":[]', '"lines":{}'),
        (',"size":[0,0],"lines":[],"paragraphs":[]', ""),
    ],
)
def test_a_line_that_was_not_written_by_us_is_refused(old: str, new: str) -> None:
    text = written(page())
    assert old in text
    with pytest.raises(InputError) as caught:
        read_lines(text.replace(old, new, 1).encode())
    assert caught.value.problems[0].code == "E_FORMAT"


def test_numbers_of_instances_are_kept_and_digested() -> None:
    builder = InstancesBuilder(numbers={"area": [4.5, 6.0], "crowd": [0.0, 1.0]})
    builder.begin("a")
    builder.add(box(0, 0, 3, 3), "x")
    builder.add(box(5, 5, 8, 8), "y")
    table = builder.build()
    assert '"care":true,"area":4.5,"crowd":0}' in written(table)
    assert written(read_lines(written(table).encode())) == written(table)
    assert table.where(np.array([False, True])).numbers["area"].tolist() == [6.0]
    with pytest.raises(ValueError, match="unknown"):
        replace(table, numbers={"weight": np.zeros(2)})
