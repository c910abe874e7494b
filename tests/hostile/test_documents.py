"""The hostile corpus of documents: JSON, XML and arrays answer with their code, named or recognised by content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import FORMATS
from ocr_eval.formats.check import examine

HOSTILE = Path(__file__).resolve().parents[2].parent / "shared" / "hostile"


def load_cases() -> list[dict[str, Any]]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(HOSTILE.glob("*/case.json"))]
    return [case for case in found if case["group"] == "structured" and case["format"] in {*FORMATS, "auto"}]


CASES = load_cases()


@pytest.mark.parametrize(
    ("case", "file"),
    [(case, file) for case in CASES for file in case["files"]],
    ids=[f"{case['id']}-{file}" for case in CASES for file in case["files"]],
)
def test_a_hostile_document_answers_with_its_code(case: dict[str, Any], file: str) -> None:
    name = None if case["format"] == "auto" else case["format"]
    geometry = name is None or FORMATS[name].geometry
    found = examine(HOSTILE / case["id"] / file, format=name, geometry=geometry)
    worst = InputError(found.problems).exit_code if found.problems else 0
    assert (worst, found.problems[0].code if found.problems else "") == (case["exit"], case["code"])


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
@pytest.mark.parametrize("geometry", [True, False])
def test_a_hostile_document_without_a_flag_is_never_read(case: dict[str, Any], geometry: bool) -> None:
    if not case["exit"]:
        pytest.skip("a good document")
    for file in case["files"]:
        found = examine(HOSTILE / case["id"] / file, geometry=geometry)
        assert found.instances is None
        assert InputError(found.problems).exit_code in (3, 4)


@pytest.mark.parametrize("file", ["134-xml-billion-laughs-page/page.xml", "136-xml-xxe-alto/alto.xml"])
def test_a_dtd_is_named_without_a_flag(file: str) -> None:
    if not CASES:
        pytest.skip("the hostile corpus is not beside the checkout")
    for geometry in (True, False):
        (problem,) = examine(HOSTILE / file, geometry=geometry).problems
        assert problem.code == "E_XML_DTD"
