#!/usr/bin/env python3
"""A target of tests/fuzz -> a long run in a child: a log, and a file for every input that breaks a property.

    python scripts/fuzz.py lines --seconds 3600 [--seed 7] [--out fuzz-out]
    python scripts/fuzz.py --all --jobs 2 --seconds 600
    python scripts/fuzz.py lines --repeat fuzz-out/lines/crash-1a2b3c4d5e6f

The child has a limit of memory; the parent watches it, ends it when one input takes too long, keeps that input and
starts another child for the rest of the time. With the extra `fuzz` (atheris) coverage guides the choice of inputs,
otherwise new kinds of answers do; what is tried depends on the seed alone, how much of it on the clock. The last lines
of the log are the summary. Exit 1 when a property was broken. An input that breaks one belongs, small, into
tests/fuzz/crashers/TARGET/ under a name that says what it is.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mmap
import os
import re
import resource
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

MEMORY = 4 << 30  # bytes of address space a child may have
FULL, ROOM = 75, 1500  # status of a child that makes room; MB in use: atheris keeps what mutators give it
HANG = 30  # seconds of the processor, or ten times as many of the clock, without a new input
_HEAD = 16  # of the note: number of the run, length of the input
_PLAIN = ("geometry",)  # compiled kernels cannot be instrumented


class Note:
    """The input that is being tried, in a file that the parent sees although the child may be dead."""

    def __init__(self, path: Path, size: int = 1 << 17) -> None:
        if not path.exists():
            path.write_bytes(bytes(size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), size)

    def write(self, number: int, data: bytes) -> None:
        self._map[_HEAD : _HEAD + len(data)] = data
        self._map[:_HEAD] = number.to_bytes(8, "little") + len(data).to_bytes(8, "little")

    def read(self) -> tuple[int, bytes]:
        number, size = (int.from_bytes(self._map[k : k + 8], "little") for k in (0, 8))
        return number, self._map[_HEAD : _HEAD + size]


class Child:
    """One process that tries inputs until the time is up; what it counts stands in ``stats.json``."""

    def __init__(self, name: str, folder: Path, seconds: float, seed: int) -> None:
        from tests.fuzz.targets import TARGETS
        from tests.fuzz.watch import peak, watched

        self.target, self.folder, self.seconds, self.seed = TARGETS[name], folder, seconds, seed
        self._watched, self._peak = watched, peak
        self._note = Note(folder / "current")
        self._begin = self._told = time.monotonic()
        self._early = 0.0
        self.is_guided = False
        self._traits: set[str] = set()
        self._known = {path.name for path in folder.glob("crash-*.txt")}
        self.stats: dict[str, Any] = {"runs": 0, "new": 0, "crashes": 0, "slowest": 0.0, "slowest_input": ""}

    def one(self, data: bytes) -> bool:
        """Tries an input; True when its answer is of a new kind. Never raises."""
        self.stats["runs"] += 1
        self._note.write(self.stats["runs"], data)
        found: list[str] = []
        try:
            seconds = self._watched(lambda given: found.extend(self.target.run(given)), data)
        except Exception as error:
            self._keep(data, error)
            return False
        if seconds > self.stats["slowest"]:
            self.stats |= {"slowest": seconds, "slowest_input": repr(data[:80])}
        now = time.monotonic()
        if now - self._told > 1:
            self._told = now
            self._tell()
            if self.is_guided and _resident() > ROOM:
                os._exit(FULL)
        new = set(found) - self._traits
        self._traits |= new
        return bool(new)

    def _keep(self, data: bytes, error: Exception) -> None:
        """One file for each place in the code and kind of message, and how to see it again."""
        frames = traceback.extract_tb(error.__traceback__)
        place = [f"{Path(f.filename).name}:{f.lineno}" for f in frames if "ocr_eval" in f.filename][-1:]
        key = repr((type(error).__name__, place, re.sub(r"[0-9.'\"]+", "", str(error))[:60]))
        name = f"crash-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
        if f"{name}.txt" in self._known:
            return
        self._known.add(f"{name}.txt")
        self.stats["crashes"] += 1
        path = self.folder / name
        path.write_bytes(data)
        again = f"python scripts/fuzz.py {self.target.name} --repeat {path}\n\n"
        Path(f"{path}.txt").write_text(
            again + "".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace"
        )

    def _tell(self) -> None:
        passed = time.monotonic() - self._begin
        if not self._early and passed > self.seconds / 10:
            self._early = _resident()
        self.stats |= {
            "seconds": round(passed, 1),
            "processor": round(time.process_time(), 1),
            "traits": len(self._traits),
            "peak_mb": round(self._peak()),
            "early_mb": round(self._early),
            "late_mb": round(_resident()),
        }
        (self.folder / "stats.json").write_text(json.dumps(self.stats), encoding="utf-8")

    def own(self) -> None:
        """Inputs by our own mutator; those with an answer of a new kind join the pool."""
        draw, pool = Random(self.seed), self.target.seeds()
        for data in pool:
            self.one(data)
        while time.monotonic() - self._begin < self.seconds:
            data = self.target.draw(pool, draw)
            if self.one(data):
                pool.append(data)
                self.stats["new"] += 1
        self._tell()

    def guided(self) -> None:
        """Inputs by libFuzzer with our mutator; those that reach new code join the corpus. Does not return."""
        import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

        self.is_guided = True
        corpus = self.folder / "corpus"
        corpus.mkdir(exist_ok=True)
        pool = self.target.seeds()
        for data in pool:
            (corpus / f"seed-{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)
        mine = Random(self.seed)

        def change(data: bytes, most: int, seed: int) -> bytes:
            if mine.random() < 0.2:
                return bytes(atheris.Mutate(data, most))
            return self.target.change(data or mine.choice(pool), pool, Random(seed))[:most]

        def run(data: bytes) -> None:
            if self.one(data):
                pool.append(data)

        flags = [
            f"-max_total_time={int(self.seconds)}",
            f"-seed={self.seed + 1}",
            "-max_len=65536",
            "-len_control=0",
        ]
        flags += [
            f"-timeout={20 * HANG}",
            "-rss_limit_mb=0",
            "-handle_int=0",
            f"-artifact_prefix={self.folder}/libfuzzer-",
        ]
        atheris.Setup([sys.argv[0], *flags, str(corpus)], run, custom_mutator=change)
        atheris.Fuzz()


def _resident() -> float:
    """Memory in use now, in MB; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * resource.getpagesize() / 2**20


def child(name: str, folder: Path, seconds: float, seed: int, engine: str) -> None:
    """The work of a child process."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    if engine == "own" or (engine == "auto" and name in _PLAIN) or not _has_atheris():
        Child(name, folder, seconds, seed).own()
        return
    import atheris

    with atheris.instrument_imports(include=["ocr_eval"], exclude=["ocr_eval.kernels"]):
        _import_everything()
    Child(name, folder, seconds, seed).guided()


def _import_everything() -> None:
    """What is imported later, inside functions, would not be instrumented."""
    import importlib
    import pkgutil

    import ocr_eval

    rooms = (
        "formats",
        "tables",
        "record",
        "audit.csv_file",
        "cli.config",
        "cli.counted",
        "board.card",
        "board.toml",
    )
    for found in pkgutil.walk_packages(ocr_eval.__path__, "ocr_eval."):
        if found.name.startswith(tuple(f"ocr_eval.{room}" for room in rooms)):
            importlib.import_module(found.name)
    importlib.import_module("ocr_eval.protocols.parameters")


def _has_atheris() -> bool:
    import importlib.util

    return importlib.util.find_spec("atheris") is not None


def supervise(name: str, out: Path, seconds: float, seed: int, engine: str) -> bool:
    """Runs children until the time is up and writes the log; True when no property was broken."""
    folder = out / name
    shutil.rmtree(folder / "corpus", ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "current").unlink(missing_ok=True)
    note = Note(folder / "current")
    log = folder / "log.txt"
    begin, round_, lost = time.monotonic(), 0, 0
    totals: list[dict[str, Any]] = []
    before = {path.name for path in folder.glob("crash-*")}
    while (left := seconds - (time.monotonic() - begin)) > 1 or not round_:
        (folder / "stats.json").unlink(missing_ok=True)
        note.write(0, b"")
        words = [name, "--child", str(folder), "--seconds", f"{left:.0f}", "--seed", str(seed + round_)]
        with log.open("a" if round_ else "w", encoding="utf-8") as file:
            made = subprocess.Popen(
                [sys.executable, __file__, *words, "--engine", engine], stdout=file, stderr=file, cwd=ROOT
            )
            ended = _watch(made, note)
        round_ += 1
        stats = folder / "stats.json"
        if stats.exists():
            totals.append(json.loads(stats.read_text(encoding="utf-8")))
        if ended == "done":
            break
        if ended == "full":
            continue
        lost += 1
        data = note.read()[1]
        path = folder / f"{ended}-{hashlib.sha256(data).hexdigest()[:12]}"
        path.write_bytes(data)
    broken = sorted({p.name for p in folder.glob("crash-*") if p.suffix != ".txt"} - before)
    lines = _summary(name, totals, log, folder, broken, lost, seed)
    with log.open("a", encoding="utf-8") as file:
        file.write("\n".join(["", *lines, ""]))
    print("\n".join(lines), flush=True)
    return not broken and not lost


def _watch(made: subprocess.Popen[bytes], note: Note) -> str:
    """How a child ended: ``done``, ``full`` (another one goes on), ``hang`` or ``death``."""
    number, since, used = -1, time.monotonic(), 0.0
    while made.poll() is None:
        time.sleep(0.2)
        now, clock, processor = note.read()[0], time.monotonic(), _processor(made.pid)
        if now != number:
            number, since, used = now, clock, processor
        elif number > 0 and (processor - used > HANG or clock - since > 10 * HANG):
            made.kill()
            made.wait()
            return "hang"
    return {0: "done", FULL: "full"}.get(made.returncode, "death")


def _processor(pid: int) -> float:
    """Seconds that a process has spent on the processor; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _summary(
    name: str, totals: list[dict[str, Any]], log: Path, folder: Path, broken: list[str], lost: int, seed: int
) -> list[str]:
    runs = sum(one["runs"] for one in totals)
    seconds = sum(one.get("seconds", 0) for one in totals)
    spent = sum(one.get("processor", 0) for one in totals)
    told = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", log.read_text(encoding="utf-8", errors="replace"))
    edges = f"{told[-1][0]} edges, {told[-1][1]} features" if told else "no coverage engine"
    entries = sum(not path.name.startswith("seed-") for path in (folder / "corpus").glob("*"))
    new = entries or sum(one["new"] for one in totals)
    slow = max(totals, key=lambda one: one["slowest"], default={"slowest": 0.0, "slowest_input": ""})
    last = totals[-1] if totals else {}
    return [
        f"{name}: {runs} inputs in {seconds:.0f} s, {spent:.0f} s of the processor, seed {seed}",
        f"{name}: {edges}, {sum(one.get('traits', 0) for one in totals)} kinds of answers, {new} new corpus entries",
        f"{name}: {len(broken)} kinds of crashes {broken or ''}, {lost} children lost",
        f"{name}: slowest {slow['slowest'] * 1000:.0f} ms {slow['slowest_input']}",
        f"{name}: peak {max((one.get('peak_mb', 0) for one in totals), default=0)} MB, in use after a tenth of the "
        f"time {last.get('early_mb', 0)} MB, at the end {last.get('late_mb', 0)} MB",
    ]


def repeat(name: str, path: Path) -> bool:
    """One input again; True when every property holds."""
    from tests.fuzz.targets import TARGETS
    from tests.fuzz.watch import watched

    try:
        seconds = watched(TARGETS[name].run, path.read_bytes())
    except Exception:
        traceback.print_exc()
        return False
    print(f"{path}: every property holds, {seconds * 1000:.0f} ms")
    return True


def every(names: list[str], jobs: int, work: Callable[[str], list[str]]) -> bool:
    """All targets, ``jobs`` at a time."""
    waiting, running, good = list(names), [], True
    while waiting or running:
        while waiting and len(running) < jobs:
            running.append(subprocess.Popen(work(waiting.pop(0)), cwd=ROOT))
        time.sleep(0.2)
        for made in [one for one in running if one.poll() is not None]:
            running.remove(made)
            good = good and made.returncode == 0
    return good


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "target", nargs="?", help="lines, json, markup, binary, containers, strings or geometry"
    )
    parser.add_argument("--all", action="store_true", help="every target, one after the other")
    parser.add_argument("--jobs", type=int, default=1, help="how many targets at a time")
    parser.add_argument("--seconds", type=float, default=3600, help="for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("fuzz-out"), help="where logs and crashes go")
    parser.add_argument("--engine", choices=("auto", "own", "atheris"), default="auto")
    parser.add_argument("--repeat", type=Path, metavar="FILE", help="one input again")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:  # before anything of the package is imported: what is, cannot be instrumented any more
        child(given.target, given.child, given.seconds, given.seed, given.engine)
        return 0
    from tests.fuzz.targets import TARGETS

    if given.all == bool(given.target) or (given.target and given.target not in TARGETS):
        parser.error(f"name one target ({', '.join(TARGETS)}), or --all")
    if given.engine == "atheris" and not _has_atheris():
        parser.error("atheris is not installed: pip install 'ocr_eval[fuzz]'")
    if given.repeat:
        return not repeat(given.target, given.repeat)
    out = given.out.resolve()
    if given.all:
        flags = [
            "--seconds",
            str(given.seconds),
            "--seed",
            str(given.seed),
            "--out",
            str(out),
            "--engine",
            given.engine,
        ]
        return not every(list(TARGETS), given.jobs, lambda name: [sys.executable, __file__, name, *flags])
    return not supervise(given.target, out, given.seconds, given.seed, given.engine)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    sys.exit(main())
