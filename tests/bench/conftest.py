"""Benches: ``python -m pytest tests/bench [--results FILE] [--no-gate]``, with ``main`` of scripts/peers.py.

``scripts/bench.py`` runs all races and writes the results anew. A race compares answers, measures, appends one JSON
line to FILE and fails below its aim. A rival that is not installed skips its race and says how to install it. Plain
benchmarks (no rival) are the history of our own kernels: ``--benchmark-autosave``, then ``--benchmark-compare
--benchmark-compare-fail=median:30%``.
"""

from __future__ import annotations

import datetime
import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ocr_eval
from ocr_eval.bench.machine import cores, processor
from ocr_eval.tables.instances import Instances
from tests.bench import rivals
from tests.bench.ratio import ROUNDS, Ratio, Side, in_process, ratio

IC15 = "data/ic15/gt.zip", "data/ic15/detection/pixellink.zip"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("races")
    group.addoption("--results", metavar="FILE", help="append one JSON line per comparison")
    group.addoption("--no-gate", action="store_true", help="measure and print, but do not fail below an aim")
    group.addoption("--only-races", action="store_true", help="leave out histories, budgets and growth")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keeps what measures a ratio when only races are asked for."""
    if config.getoption("--only-races"):
        others = [item for item in items if "race" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]


class Race:
    """Runs one comparison and keeps its result."""

    def __init__(self, config: pytest.Config, group: str) -> None:
        self.group = group
        self.results = config.getoption("--results")
        self.gate = not config.getoption("--no-gate")
        self.lines: list[dict[str, Any]] = config.stash.setdefault(LINES, [])

    def __call__(
        self,
        work: str,
        name: str,
        inputs: Any,
        ours: Callable[[], Any] | Side,
        *,
        reach: float,
        inside: str,
        engine: str,
        clocked: bool = False,
        rounds: int = ROUNDS,
        drop: int = 0,
    ) -> Ratio:
        """``name`` is one of RIVALS; ``ours`` a plain call, or a side when ``clocked``. ``inside``: what is timed on
        each side. Raises AssertionError when answers differ or the median ratio is below ``reach``.
        """
        reason = rivals.missing(name)
        if reason:
            pytest.skip(reason)
        side = ours if clocked else in_process(ours)
        found = ratio(
            side,
            rivals.RIVALS[name].side(inputs),
            rounds,
            equal=rivals.RIVALS[name].equality.of(inputs),
            drop=drop,
        )
        line = {
            "group": self.group,
            "work": work,
            "peer": name.partition(": ")[2],
            "peer_version": rivals.version(name),
            "ours_version": f"ocr_eval {ocr_eval.__version__}, {engine}",
            "rounds": rounds,
            "ratio_median": _short(found.median),
            "ratio_min": _short(min(found.ratios)),
            "ratio_max": _short(max(found.ratios)),
            "reach": reach,
            "inside": inside,
            "equal": found.equal,
            "best_seconds": [_short(min(found.ours)), _short(min(found.peer))],
            "cpu": processor(),
            "cores": cores(),
            "load": round(found.load, 2),
            "python": platform.python_version(),
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        }
        self.lines.append(line)
        if self.results:
            with Path(self.results).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        if self.gate:
            assert found.median >= reach, f"{work}: {found.median:.3g} times {name}, the aim is {reach:g}"
        return found


LINES = pytest.StashKey[list[dict[str, Any]]]()


@pytest.fixture
def race(request: pytest.FixtureRequest) -> Race:
    """See ``Race``."""
    return Race(request.config, request.path.stem.removeprefix("test_"))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line per comparison."""
    lines = config.stash.get(LINES, [])
    if lines:
        terminalreporter.section("ratios: time of the peer / our time")
    for line in lines:
        mark = " " if line["ratio_median"] >= line["reach"] else "!"
        spread = f"{line['ratio_min']:g} to {line['ratio_max']:g}"
        terminalreporter.write_line(
            f"{mark} {line['ratio_median']:>7g} ({spread}; aim {line['reach']:g})  {line['work']} | {line['peer']}"
            f" | {line['ours_version'].partition(', ')[2]} | load {line['load']:g}"
        )


def _short(value: float) -> float:
    return float(f"{value:.3g}")


@pytest.fixture(scope="session")
def ic15(shared: Path) -> tuple[Instances, Instances]:
    """ICDAR 2015 and one real submission, on one sample axis."""
    from ocr_eval.tables.joined import join

    gt = ocr_eval.read(shared / IC15[0], role="gt")
    pred = ocr_eval.read(shared / IC15[1], samples=gt.sample_ids)
    joined = join(gt, pred)
    return joined.gt, joined.pred
