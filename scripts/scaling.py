"""Made-up pages of growing size -> docs/speed.json: time by instances per page, by images, and by jobs.

    python scripts/scaling.py               all curves, about six minutes on two idle cores
    python scripts/scaling.py images jobs   these curves only; the others stay

Pages come from tests/bench/pages.py, the same on every machine. Growth is about processor time, which other load
disturbs little; jobs are about wall time and need an idle machine. A curve ends where one call takes ``LONGEST``
seconds. Afterwards: python scripts/speed_page.py.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
OUT = ROOT / "docs/speed.json"

LONGEST = 15.0  # seconds of one call after which a curve ends
SIZES = (10, 30, 100, 300, 1_000, 3_000, 10_000)  # instances on a page, on both sides
PROTOCOLS = ("rrc-iou", "ic13-deteval", "tiou", "tedeval", "cleval", "popeval")
WORDS = 8  # on an image, on both sides
IMAGES = (100, 1_000, 10_000, 100_000, 1_000_000)
DIFFERENT = 100  # images; larger sets repeat them under new names
CHUNK = 10_000  # images counted at a time
FILES = (100, 1_000, 10_000, 100_000)  # images in two archives
SUBMISSIONS = 8


def pages_curves() -> list[dict[str, Any]]:
    """One page: counting both tables in memory, by protocol and engine."""
    import ocr_eval
    from tests.bench import pages
    from tests.bench.inputs import table

    found = []
    for name in PROTOCOLS:
        for engine in ("numba", "numpy"):
            points = []
            for size in SIZES:
                page = pages.many_words(size)
                gt, pred = (table([own.ring for own in side], [own.text for own in side]) for side in page)

                def call(gt: Any = gt, pred: Any = pred, name: str = name, engine: str = engine) -> Any:
                    return ocr_eval.count(gt, pred, protocol=name, kernels=engine)

                seconds = clocked(call)
                points.append([size, seconds])
                if seconds > LONGEST:
                    break
            told(f"{name}, {engine}: {points[-1][1]:.3g} s for {points[-1][0]} instances")
            found.append({"protocol": name, "engine": engine, "points": points})
    return found


def clocked(call: Callable[[], Any], shortest: float = 0.05, rounds: int = 3) -> float:
    """Median processor time of one call; what takes under ``shortest`` seconds is repeated."""
    call()
    times = []
    for _ in range(rounds):
        repeat, begin = 0, time.process_time()
        while time.process_time() - begin < shortest:
            call()
            repeat += 1
        times.append((time.process_time() - begin) / repeat)
        if times[0] > LONGEST / 3:
            break
    return statistics.median(times)


def images_curves() -> list[dict[str, Any]]:
    """Many images: counting chunks of tables in memory, each size in a process of its own for its memory."""
    found = []
    for engine in ("numba", "numpy"):
        points = []
        for images in IMAGES:
            done = subprocess.run(
                [sys.executable, __file__, "--one", str(images), engine],
                capture_output=True,
                text=True,
                check=True,
            )
            seconds, peak, matched = json.loads(done.stdout)
            assert matched > 0
            points.append([images, seconds, peak])
            if seconds > 6 * LONGEST:
                break
        told(f"images, {engine}: {points[-1]}")
        found.append({"protocol": "rrc-iou", "engine": engine, "points": points})
    return found


def one(images: int, engine: str) -> list[float]:
    """[processor seconds of counting, peak of resident memory in bytes, matches] of ``rrc-iou`` on so many images."""
    import ocr_eval

    base = [made_up(side) for side in (0, 1)]
    left, seconds, counted = images, 0.0, []
    ocr_eval.count(*base, protocol="rrc-iou", kernels=engine)
    while left:
        size = min(left, CHUNK)
        left -= size
        ids = tuple(f"{left + k:07}" for k in range(size))
        gt, pred = (side.take([k % DIFFERENT for k in range(size)], ids) for side in base)
        begin = time.process_time()
        counted.append(ocr_eval.count(gt, pred, protocol="rrc-iou", kernels=engine))
        seconds += time.process_time() - begin
    total = type(counted[0]).concat(counted).total()
    scale = 1 if sys.platform == "darwin" else 1024
    return [seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale, total["tp"]]


def made_up(side: int) -> Any:
    """``DIFFERENT`` images with ``WORDS`` words each: gts (0) or predictions (1)."""
    from ocr_eval.tables.builder import InstancesBuilder
    from tests.bench import pages

    builder = InstancesBuilder(has_text=True)
    for seed in range(DIFFERENT):
        builder.begin(str(seed))
        for line in pages.many_words(WORDS, seed)[side]:
            builder.add([value for corner in line.ring for value in corner], line.text)
    return builder.build()


def files_curves() -> list[dict[str, Any]]:
    """``ocr-eval score`` of two archives as a whole process: wall time, and the peak memory of the process."""
    points = []
    for images in FILES:
        with tempfile.TemporaryDirectory() as folder:
            gt, pred = archives(Path(folder), images)
            seconds, peak = command(["score", gt, pred, "-p", "rrc-iou"])
        points.append([images, seconds, peak])
        told(f"files: {points[-1]}")
    return [{"protocol": "rrc-iou", "engine": "auto", "points": points}]


def archives(folder: Path, images: int, seed: int = 0) -> list[str]:
    """A gt and a submission in the form of the RRC, as archives."""
    from tests.bench import pages

    made = [pages.many_words(WORDS, seed + k) for k in range(min(images, DIFFERENT))]
    paths = []
    for side, prefix in enumerate(("gt", "res")):
        paths.append(str(folder / f"{prefix}{seed}.zip"))
        texts = [
            "".join(",".join(f"{x},{y}" for x, y in line.ring) + f",{line.text}\n" for line in page[side])
            for page in made
        ]
        with zipfile.ZipFile(paths[-1], "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for k in range(images):
                archive.writestr(f"{prefix}_img_{k + 1}.txt", texts[k % len(texts)])
    return paths


def command(words: list[str]) -> tuple[float, int]:
    """Wall time of ``ocr-eval WORDS`` and the peak of its resident memory in bytes."""
    environment = os.environ | {"OCR_EVAL_NO_CACHE": "1"}
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "ocr_eval", *words, "-q"], env=environment, stdout=subprocess.DEVNULL, cwd=ROOT
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def jobs_curves() -> list[dict[str, Any]]:
    """``SUBMISSIONS`` submissions of 500 images, two protocols, by 1 and 2 jobs: the median of three wall times."""
    with tempfile.TemporaryDirectory() as folder:
        gt, _ = archives(Path(folder), 500)
        preds = []
        for seed in range(SUBMISSIONS):
            (Path(folder) / str(seed)).mkdir()
            preds.append(f"s{seed}={archives(Path(folder) / str(seed), 500)[1]}")
        times: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(3):
            for jobs, taken in times.items():
                words = ["score", gt, *preds, "-p", "rrc-iou", "-p", "popeval", "--jobs", str(jobs)]
                taken.append(command(words)[0])
    points = [[jobs, statistics.median(taken)] for jobs, taken in times.items()]
    told(f"jobs: {points}")
    return [{"protocol": "rrc-iou, popeval", "engine": "auto", "points": points}]


def told(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


CURVES: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "pages": pages_curves,
    "images": images_curves,
    "files": files_curves,
    "jobs": jobs_curves,
}


def measured(name: str) -> dict[str, Any]:
    """One set of curves with what it was measured on."""
    import ocr_eval
    from ocr_eval.bench.machine import cores, processor

    before = os.getloadavg()[0]
    curves = CURVES[name]()
    for curve in curves:
        curve["points"] = [
            [point[0], *(float(f"{value:.3g}") for value in point[1:])] for point in curve["points"]
        ]
    return {
        "curves": curves,
        "processor": processor(),
        "cores": cores(),
        "load": [round(before, 2), round(os.getloadavg()[0], 2)],
        "python": platform.python_version(),
        "version": ocr_eval.__version__,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0; an exception when an answer is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CURVES))
    parser.add_argument("--one", nargs=2, metavar=("IMAGES", "ENGINE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(one(int(options.one[0]), options.one[1])))
        return 0
    unknown = [name for name in options.names if name not in CURVES]
    if unknown:
        parser.error(f"no curves are called {', '.join(unknown)}; there are {', '.join(CURVES)}")
    for name in options.names or list(CURVES):
        body = json.loads(OUT.read_text(encoding="utf-8")) if OUT.is_file() else {}
        body = {key: body[key] for key in CURVES if key in body} | {name: measured(name)}
        OUT.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
