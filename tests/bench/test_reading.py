"""Bytes of 500 files of quads -> coordinates: by us with every message, and by a regular expression a line."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval.errors import Findings
from ocr_eval.formats.icdar import QUAD
from ocr_eval.formats.reader import Entry, Options
from tests.bench.conftest import IC15, Race
from tests.bench.inputs import Lines
from tests.bench.ratio import Separate, Side, in_process

SIDES = dict(zip(("gt", "prediction"), IC15, strict=True))
SOURCE = """
import sys
from pathlib import Path
from tests.bench.test_reading import coordinates, loaded
read = coordinates(loaded(Path(sys.argv[2]), sys.argv[3]))
def call():
    assert "numba" not in sys.modules
    return read().tolist()
"""


def loaded(shared: Path, role: str) -> Lines:
    """The entries of an archive of IC15, inflated before the clock runs."""
    with zipfile.ZipFile(shared / SIDES[role]) as archive:
        return Lines([(name, archive.read(name)) for name in archive.namelist()], role == "gt")


def coordinates(inputs: Lines) -> Callable[[], Any]:
    """Our reader on these entries; with Numba in the process it may use kernels."""
    entries = [Entry(name, name, data) for name, data in inputs.entries]
    options = Options(role="gt" if inputs.text else "prediction", text=inputs.text)

    def call() -> Any:
        findings = Findings("bench")
        columns = QUAD.read(entries, options, findings)
        assert not findings.total
        return np.concatenate(columns.xy)

    return call


@pytest.mark.parametrize(("engine", "reach"), [("numpy", 1.3), ("numba", 18)])
@pytest.mark.parametrize("role", SIDES)
def test_bytes_to_coordinates(race: Race, shared: Path, role: str, engine: str, reach: float) -> None:
    inputs = loaded(shared, role)
    ours: Side = Separate(SOURCE, [str(shared), role])
    if engine == "numba":
        import numba

        assert numba.__name__ in sys.modules
        ours = in_process(coordinates(inputs))
    race(
        f"bytes of 500 files of quads to arrays, IC15 {role}",
        "lines: regular expression",
        inputs,
        ours,
        reach=reach,
        inside="both: decoding, checks of every line, an array; ours also texts, limits, the place of every line",
        engine=engine,
        clocked=True,
    )
