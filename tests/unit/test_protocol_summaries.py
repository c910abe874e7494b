"""What the list of protocols says: every protocol of the registry has its phrases, and nothing else has."""

from __future__ import annotations

import json

import pytest

from ocr_eval.protocols import REGISTRY
from ocr_eval.protocols.summaries import SUMMARIES
from tests.command import run, validate


def test_every_protocol_has_its_phrases() -> None:
    assert set(SUMMARIES) == set(REGISTRY)
    for name, summary in SUMMARIES.items():
        assert all(summary), name


@pytest.mark.parametrize("name", ["rrc-iou", "popeval", "coco-ap"])
def test_the_list_tells_them_and_so_does_json(name: str) -> None:
    listed = run("protocols").out
    body = json.loads(run("protocols", "--format", "json").out)
    validate(body, "protocols")
    told = next(item for item in body["protocols"] if item["id"] == name)
    assert told["blind"] == SUMMARIES[name].blind
    assert f"  {name}: {told['line']}" in listed
    for phrase in SUMMARIES[name]:
        assert phrase == "none" or phrase in listed
