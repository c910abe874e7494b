"""Where the reference folder and the cache are, and the closing lines: official outputs, hostile cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ENGINE = re.compile(r"(?<![a-z])(numpy|numba)-?|-(numpy|numba)(?![a-z])")  # in the id of a test
SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference folder beside the checkout; tests that need it are skipped without it."""
    if not (SHARED / "expected").is_dir():
        pytest.skip("the reference folder is not beside the checkout")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or fills the cache of whoever runs the tests, nor does a process that it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCR_EVAL_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def tell_parity(record_property: Callable[[str, object], None]) -> Callable[[int, int], None]:
    """Called by parity tests with (equal samples, all samples) of one official output."""
    return lambda equal, samples: record_property("parity", (equal, samples))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was walked, a line each."""
    tell_outputs(terminalreporter)
    tell_hostile(terminalreporter)


def tell_hostile(terminalreporter: pytest.TerminalReporter) -> None:
    """How many cases of the hostile corpus, of all there are, got the answer they ask for in every run."""
    found: dict[str, bool] = {}
    for kind in ("passed", "failed"):
        for report in terminalreporter.stats.get(kind, ()):
            for name, value in getattr(report, "user_properties", ()):
                if name == "hostile":
                    found[str(value)] = found.get(str(value), True) and kind == "passed"
    if found:
        cases = len(list((SHARED / "hostile").glob("[!_]*/")))
        terminalreporter.write_line(f"hostile: {sum(found.values())} of {cases} cases")


def tell_outputs(terminalreporter: pytest.TerminalReporter) -> None:
    """How many official outputs, and samples of them, were walked and found equal under every engine."""
    found: dict[str, list[tuple[int, int]]] = {}
    formats: dict[str, bool] = {}  # path of a sample -> read, or refused, as its table says
    for kind in ("passed", "failed"):
        for report in terminalreporter.stats.get(kind, ()):
            for name, value in getattr(report, "user_properties", ()):
                if name == "format" and report.when == "call":
                    formats[value] = formats.get(value, True) and kind == "passed"
                if name == "parity" and report.when == "call":
                    found.setdefault(ENGINE.sub("", report.nodeid), []).append(value)
    if found:
        told = [min(values) for values in found.values()]  # the engine that is worse
        whole = sum(equal == samples for equal, samples in told)
        equal, samples = (sum(pair[k] for pair in told) for k in (0, 1))
        runs = sum(map(len, found.values()))
        terminalreporter.write_line(
            f"parity: {whole} of {len(told)} files, {equal:,} of {samples:,} samples equal ({runs} runs of all engines)"
        )
    if formats:
        terminalreporter.write_line(f"formats: {sum(formats.values())} of {len(formats)} samples")
