"""The hostile corpus of documents without a flag that names the layout: none is taken for something else."""

from __future__ import annotations

from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats.check import examine
from tests.hostile import corpus
from tests.hostile.corpus import HOSTILE

CASES = [
    case
    for case in corpus.load()
    if case["group"] == "structured" and case.get("role") == "prediction" and case["exit"]
]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
@pytest.mark.parametrize("geometry", [True, False])
def test_a_hostile_document_without_a_flag_is_never_read(case: dict[str, Any], geometry: bool) -> None:
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
