"""What follows from a ground truth alone is made once for all predictions, and changes none of their counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ocr_eval.engine.local import Job
from ocr_eval.engine.revealing import count as reveal
from ocr_eval.kernels import vector
from ocr_eval.protocols import cleval_match, protocol, tedeval_match
from ocr_eval.tables.derived import derived
from tests.tables import Word, box, gt, pred

TRUTH = [
    Word(box(0, 0, 100, 20), "straße"),
    Word(box(0, 40, 20, 140), "up"),
    Word(box(50, 50, 90, 60), "###"),
]
GUESSES = [
    [Word(box(0, 0, 50, 20), "stra"), Word(box(50, 0, 100, 20), "ße"), Word(box(0, 40, 20, 140), "up")],
    [Word(box(0, 0, 100, 140), "STRASSE")],
]
RULES = (
    "tedeval",
    "cleval-det",
    "cleval-det(vertical=0.1)",
    "cleval-det(shape=polygon)",
    "cleval",
    "cleval(case=upper)",
)


def counting(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[str]:
    made: list[str] = []
    own: Callable[..., Any] = getattr(module, name)

    def counted(*arguments: Any) -> Any:
        made.append(name)
        return own(*arguments)

    monkeypatch.setattr(module, name, counted)
    return made


def test_a_value_is_made_once_for_a_table_and_a_name() -> None:
    table, made = gt(*TRUTH), []

    def make() -> int:
        made.append(0)
        return len(made)

    assert [derived(table, "a", make), derived(table, "b", make), derived(table, "a", make)] == [1, 2, 1]
    assert derived(replace(table), "a", make) == 3


def test_characters_of_a_gt_lie_where_they_lie_for_every_prediction(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [
        Job(gt(*TRUTH), [protocol(rule)]).run(pred(*words))[0].counts.to_json()
        for words in GUESSES
        for rule in RULES
    ]
    made = counting(monkeypatch, tedeval_match, "quad_centres")
    more = counting(monkeypatch, cleval_match, "quad_centres")
    drawn = counting(monkeypatch, cleval_match, "polygon_centres")
    job = Job(gt(*TRUTH), [protocol(rule) for rule in RULES])
    assert [record.counts.to_json() for words in GUESSES for record in job.run(pred(*words))] == alone
    assert (len(made), len(more), len(drawn)) == (1, 3, 1)  # vertical and case change where characters lie


def test_boxes_of_a_gt_are_measured_once_for_what_reveals_gaming(monkeypatch: pytest.MonkeyPatch) -> None:
    truth, found = gt(*TRUTH), [pred(*words) for words in GUESSES]
    made = counting(monkeypatch, vector, "side")
    first = [reveal(truth, each, {}) for each in found]
    again = [reveal(truth, each, {}) for each in found]
    assert first == again
    # Of each prediction twice: there, and to find what is repeated.
    assert len(made) == 1 + 2 * len(first + again)
