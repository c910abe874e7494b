"""Every race of tests/bench in one go -> tests/bench/results.jsonl written anew, and what is below its aim.

    python scripts/bench.py                 all races, about ten minutes on two idle cores
    python scripts/bench.py geometry texts  these files only; the results of others stay

Each file runs in a process of its own of the environment ``main`` (python scripts/peers.py). A race that fails, a file
that crashes or takes too long is named at the end and does not stop the others; exit code 1 then. A ratio below its aim
is told and no failure. Afterwards: python scripts/tables.py.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts import peers, tables  # noqa: E402

FOLDER = ROOT / "tests/bench"
LONGEST = 400.0  # seconds a file may take
OUTCOME = re.compile(r"^(FAILED|ERROR|SKIPPED) .*", re.MULTILINE)


def files() -> dict[str, Path]:
    """Subject -> test file, of those that hold a race."""
    found = {path.stem.removeprefix("test_"): path for path in sorted(FOLDER.glob("test_*.py"))}
    return {name: path for name, path in found.items() if "race: Race" in path.read_text(encoding="utf-8")}


def run(python: Path, path: Path, results: Path, longest: float = LONGEST) -> list[str]:
    """Runs the races of one file, which append to ``results``; returns what went wrong or was skipped, a line each."""
    command = [str(python), "-m", "pytest", str(path), "--only-races", "--no-gate", "--results", str(results)]
    process = subprocess.Popen(
        [*command, "-q", "-rfEs", "--no-header"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=longest)
    except subprocess.TimeoutExpired:
        _end(process)
        return [f"FAILED {path.name}: more than {longest:g} s"]
    except KeyboardInterrupt:
        _end(process)
        raise
    told = [found.group().strip() for found in OUTCOME.finditer(output)]
    if process.returncode not in (0, 5) and not told:
        told = [f"FAILED {path.name}: exit code {process.returncode}: {output.strip()[-300:]}"]
    return told


def _end(process: subprocess.Popen[str]) -> None:
    """Ends pytest and the rivals it started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def merged(old: list[dict[str, Any]], new: list[dict[str, Any]], subjects: set[str]) -> list[dict[str, Any]]:
    """The new lines, after those of subjects that were not measured."""
    return [line for line in old if line.get("group") not in {*subjects, None}] + new


def below(lines: list[dict[str, Any]]) -> list[str]:
    """One line per comparison that does not reach its aim."""
    return [
        f"{line['ratio_median']:g} of {line['reach']:g}  {line['work']} | {line['peer']} | {tables.engine(line)}"
        for line in tables.latest(lines)
        if line["ratio_median"] < line["reach"]
    ]


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when a race failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=", ".join(files()))
    parser.add_argument("--results", type=Path, default=tables.RESULTS, metavar="FILE")
    options = parser.parse_args(arguments)
    known = files()
    unknown = [name for name in options.subjects if name not in known]
    if unknown:
        parser.error(f"no races are called {', '.join(unknown)}; there are {', '.join(known)}")
    python = peers.python_of("main")
    if not python.is_file():
        print(f"main is not made: {peers.install_line('main')}", file=sys.stderr)
        return 1
    chosen = options.subjects or list(known)
    if "process" in chosen and peers.missing("core"):
        peers.main(["core"])  # whole commands are those of an installed copy: it has to be of these sources
    old, measured, done = tables.load(options.results), list[dict[str, Any]](), set[str]()
    failures: list[str] = []
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "results.jsonl"
        for name in chosen:
            before, started = len(tables.load(fresh)), time.perf_counter()
            told = run(python, known[name], fresh)
            made = len(tables.load(fresh)) - before
            print(f"{name}: {made} races, {time.perf_counter() - started:.0f} s", flush=True)
            for line in told:
                print(f"  {line}", flush=True)
            failures += [line for line in told if not line.startswith("SKIPPED")]
            measured, done = tables.load(fresh), {*done, name}
            if measured:  # at once, so that an interrupted run keeps what it has
                tables.save(options.results, merged(old, measured, done))
    if not measured:
        print("nothing was measured; the results stay as they were", file=sys.stderr)
        return 1
    print(f"{len(measured)} races in {time.perf_counter() - begin:.0f} s, {len(failures)} failed")
    for line in below(measured):
        print(f"below its aim: {line}")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
