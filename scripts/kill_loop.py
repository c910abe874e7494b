"""Commands killed with SIGKILL at random moments -> a check that every output is the old or the new one, whole.

``python scripts/kill_loop.py --rounds 100 --seed 1``: five commands in turn (score, board init, add, rescore and
build). Half of the kills come at any time of a run, the other half as soon as a temporary file shows up, which is when
something can go wrong. After each kill every file that the command writes must have its old or its new bytes, and
the next run must succeed, end at the same bytes as a run that nobody disturbed, and leave nothing behind.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

SAMPLES, WORDS = 60, 8
DAY = ("--date", "2026-11-21")
PROTOCOLS = ("-p", "rrc-iou", "-p", "cascade")
MARKS = (".ocr-eval-", ".tmp-", ".new-")  # of temporary names
Tree = dict[str, bytes]


def tree(folder: Path) -> Tree:
    """Path below the folder -> content."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def finish(words: Sequence[str | Path], status: int = 0) -> None:
    """A command in this process, with the exit status that it must have. Raises AssertionError."""
    from ocr_eval.cli.app import run

    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        found = run([*map(str, words)])
    expect(found == status, f"{' '.join(map(str, words[:2]))}: exit {found} after a kill: {said.getvalue()}")


def expect(good: bool, what: str) -> None:
    """Raises AssertionError, also under ``python -O``."""
    if not good:
        raise AssertionError(what)


def write_zip(path: Path, jitter: int, role: str) -> None:
    """Squares with words, moved a little; the same bytes for the same arguments."""
    draw = random.Random(jitter)
    with zipfile.ZipFile(path, "w") as archive:
        for s in range(SAMPLES):
            lines = []
            for w in range(WORDS):
                x, y = 60 * w + draw.randint(0, jitter), 40 + draw.randint(0, jitter)
                lines.append(f"{x},{y},{x + 50},{y},{x + 50},{y + 20},{x},{y + 20},W{s}x{w % (jitter + 2)}\n")
            archive.writestr(zipfile.ZipInfo(f"{role}_img_{s}.txt"), "".join(lines))


class Ground:
    """What undisturbed runs give, and how long they take; everything below one folder."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.draw = folder, random.Random(seed)
        self.kills: Counter[str] = (
            Counter()
        )  # command, and " in the middle" when something temporary was there
        self.took: dict[str, float] = {}
        write_zip(folder / "gt.zip", 0, "gt")
        for k, name in enumerate("abc", 5):
            write_zip(folder / f"{name}.zip", k, "res")
        self.scores = {name: self._scored(name) for name in "ab"}
        self._boards()
        self.sites = {name: self._built(name) for name in ("few", "many")}

    def score_words(self, name: str) -> list[str | Path]:
        folder = self.folder / "scores"
        words: list[str | Path] = [
            "score",
            self.folder / "gt.zip",
            f"sub={self.folder / name}.zip",
            *PROTOCOLS,
        ]
        return [*words, "--format", "json", "-o", folder / "out.json", "--per-sample", folder / "rows.csv"]

    def init_words(self, store: str) -> list[str | Path]:
        words: list[str | Path] = ["board", "init", self.folder / store, "--gt", self.folder / "gt.zip"]
        return [*words, "--title", "T", "--dataset", "d", "--visibility", "public", *PROTOCOLS, *DAY]

    def add_words(self, store: str, name: str) -> list[str | Path]:
        words: list[str | Path] = ["board", "add", self.folder / store, self.folder / f"{name}.zip"]
        return [*words, "--id", name, "--name", name, *DAY, "--overlays"]

    def rescore_words(self) -> list[str | Path]:
        return ["board", "rescore", self.folder / "work", "--overlays", *DAY]

    def build_words(self, store: str) -> list[str | Path]:
        return ["board", "build", self.folder / store, "--out", self.folder / "site"]

    def timed(self, kind: str, words: Sequence[str | Path]) -> None:
        """An undisturbed run in a process of its own; the longest one of a kind counts."""
        began = time.monotonic()
        subprocess.run(command(words), check=True, capture_output=True)
        self.took[kind] = max(time.monotonic() - began, self.took.get(kind, 0.0))

    def _scored(self, name: str) -> Tree:
        (self.folder / "scores").mkdir(exist_ok=True)
        self.timed("score", self.score_words(name))
        return tree(self.folder / "scores")

    def _boards(self) -> None:
        """bare: two submissions under one of two protocols; few: rescored; many: one submission more."""
        few, bare = self.folder / "few", self.folder / "bare"
        self.timed("init", self.init_words("few"))
        empty = tree(few)
        for name in "ab":
            finish([*self.add_words("few", name), "-p", "rrc-iou"])
        shutil.copytree(few, bare)
        shutil.copytree(bare, self.folder / "work")
        self.timed("rescore", self.rescore_words())
        shutil.rmtree(few)
        (self.folder / "work").rename(few)
        shutil.copytree(few, self.folder / "work")
        self.timed("add", self.add_words("work", "c"))
        (self.folder / "work").rename(self.folder / "many")
        self.stores = {name: tree(self.folder / name) for name in ("bare", "few", "many")}
        self.stores["empty"] = empty

    def _built(self, store: str) -> Tree:
        self.timed("build", self.build_words(store))
        found = tree(self.folder / "site")
        shutil.rmtree(self.folder / "site")
        return found

    def killed(self, kind: str, words: Sequence[str | Path], place: Path) -> bool:
        """Starts a command and kills it; True when it was still running."""
        watching = self.draw.random() < 0.5
        rest = self.draw.random() * (0.02 if watching else self.took[kind])
        process = subprocess.Popen(command(words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if watching:
            until = time.monotonic() + 20 * self.took[kind] + 5
            while process.poll() is None and time.monotonic() < until and not temporaries(place):
                time.sleep(0.0005)
        time.sleep(rest)
        process.send_signal(signal.SIGKILL)
        alive = process.wait() == -signal.SIGKILL
        self.kills[kind] += alive
        self.kills[f"{kind} in the middle"] += alive and bool(temporaries(place))
        return alive


def command(words: Sequence[str | Path]) -> list[str]:
    return [sys.executable, "-m", "ocr_eval", *map(str, words)]


def temporaries(folder: Path) -> list[str]:
    """Temporary names below a folder; what vanishes meanwhile is not there."""
    with contextlib.suppress(OSError):
        return sorted(p.name for p in folder.rglob("*") if any(mark in p.name for mark in MARKS))
    return []


def check_files(found: Tree, old: Tree, new: Tree, what: str, free: Sequence[str] = ()) -> None:
    """Every file is the old or the new one; nothing that both have is missing."""
    for name, data in found.items():
        own = Path(name).name
        if not any(mark in name for mark in MARKS) and own not in (".lock", *free):
            expect(data in (old.get(name), new.get(name)), f"{what}: {name} is neither old nor new")
    for name in set(old) & set(new):
        expect(name in found, f"{what}: {name} is gone")


def kill_score(ground: Ground) -> None:
    folder = ground.folder / "scores"
    before = tree(folder)
    name = ground.draw.choice("ab")
    ground.killed("score", ground.score_words(name), folder)
    check_files(tree(folder), before, ground.scores[name], "score")
    finish(ground.score_words(name))
    expect(tree(folder) == ground.scores[name], f"score: the next run leaves {sorted(tree(folder))}")


def kill_build(ground: Ground) -> None:
    folder = ground.folder / "site"
    folder.mkdir(exist_ok=True)
    before = tree(folder)
    name = ground.draw.choice(("few", "many"))
    ground.killed("build", ground.build_words(name), folder)
    check_files(tree(folder), before, ground.sites[name], "build", ("manifest.json", ".journal"))
    finish(ground.build_words(name))
    expect(tree(folder) == ground.sites[name], "build: the next run gives another site")


def fresh(ground: Ground, name: str) -> Path:
    """The store ``work``, as ``name`` is."""
    work = ground.folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(ground.folder / name, work)
    return work


def check_store(work: Path, want: Tree, what: str) -> None:
    """The files of a store, and a history that tells of everything once."""
    found = tree(work)
    without = [{name: data for name, data in one.items() if name != "history.jsonl"} for one in (found, want)]
    expect(without[0] == without[1], f"{what}: {sorted(set(found) ^ set(want))} or other bytes")
    told = [json.loads(line) for line in found["history.jsonl"].splitlines()]
    expect(
        [event["seq"] for event in told] == list(range(1, len(told) + 1)), f"{what}: history is not numbered"
    )
    keys, wanted = (
        Counter((event["event"], event["submission"] or "", event["new"] or "") for event in one)
        for one in (told, map(json.loads, want["history.jsonl"].splitlines()))
    )
    expect(keys == wanted, f"{what}: history tells something else")


def kill_init(ground: Ground) -> None:
    work = ground.folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    alive = ground.killed("init", ground.init_words("work"), ground.folder)
    there = work.exists()
    expect(alive or there, "init: it was not killed and made no board")
    if not there:
        finish(ground.init_words("work"))
    expect(tree(work) == ground.stores["empty"], "init: the board is another one")
    expect(not temporaries(ground.folder), f"init: left {temporaries(ground.folder)}")


def kill_add(ground: Ground) -> None:
    work = fresh(ground, "few")
    ground.killed("add", ground.add_words("work", "c"), work)
    check_files(tree(work), ground.stores["few"], ground.stores["many"], "add", ("history.jsonl",))
    there = len(list((work / "submissions").glob("2*"))) == 3
    finish(ground.add_words("work", "c"), 3 if there else 0)
    check_store(work, ground.stores["many"], "add")


def kill_rescore(ground: Ground) -> None:
    work = fresh(ground, "bare")
    ground.killed("rescore", ground.rescore_words(), work)
    check_files(tree(work), ground.stores["bare"], ground.stores["few"], "rescore", ("history.jsonl",))
    finish(ground.rescore_words())
    check_store(work, ground.stores["few"], "rescore")
    finish(["board", "check", work])


KINDS: tuple[Callable[[Ground], None], ...] = (
    kill_score,
    kill_build,
    kill_add,
    kill_rescore,
    kill_init,
)


def loop(rounds: int, seed: int, folder: Path) -> Counter[str]:
    """Kills by command. Raises AssertionError at the first thing that is not as it must be."""
    ground = Ground(folder, seed)
    for k in range(rounds):
        KINDS[k % len(KINDS)](ground)
    return ground.kills


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        kills = loop(asked.rounds, asked.seed, Path(folder))
    for name in sorted(kills):
        print(f"{name}: {kills[name]}")
    print(
        f"{asked.rounds} rounds, seed {asked.seed}, {time.monotonic() - began:.0f} s: old or new every time"
    )


if __name__ == "__main__":
    main()
