"""Shards made by make_shards.py -> what counting them costs, here and on a local Dask cluster, a line of JSON each.

    python scripts/measure_shards.py DIR --workers 2 --rounds 3

Rounds alternate between one process and the cluster, whose first round is cold. Answers are compared first: every
record must have the signature and the counts of the first one. Seconds are wall time, cpu is processor time of all
processes that count, peak the largest resident memory of one of them in MiB. ``--serial 0`` leaves one process out.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ocr_eval.engine.chunks import Plan
from ocr_eval.engine.dask import Cluster
from ocr_eval.engine.sharded import ShardedJob, here
from ocr_eval.formats.shards import matched, shards_of
from ocr_eval.protocols import protocol
from ocr_eval.record import package_version

COUNTING = "ocr_eval.engine.chunks:answering"


def usage() -> tuple[float, int]:
    """(processor seconds, peak MiB) of this process."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime, own.ru_maxrss >> 10


def scored(folder: Path, rule: str, ask: Any) -> tuple[str, dict[str, int]]:
    """Signature and counts of the predictions under ``folder``."""
    gt, pred = (shards_of(str(folder / side), side) for side in ("gt", "pred"))
    spelled = protocol(rule)
    asked = {"geometry": spelled.reads.geometry, "text": True}
    job = ShardedJob(gt, [spelled], Plan((rule,), asked, asked, version=package_version()), ask)
    (record,) = job.run(matched(gt, pred, "gt", "pred"))
    return record.signature, record.counts.total().counts


def main() -> None:
    """Measures, and prints a line per round."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--protocol", default="recognition")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serial", type=int, default=1)
    given = parser.parse_args()
    answers: list[Any] = []

    def told(who: str, ask: Any, spent: Callable[[], list[tuple[float, int]]]) -> None:
        before, began = spent(), time.perf_counter()
        answers.append(scored(given.folder, given.protocol, ask))
        assert answers[-1] == answers[0], "results differ"
        seconds, after = time.perf_counter() - began, spent()
        cpu = [round(b[0] - a[0], 2) for a, b in zip(before, after, strict=True)]
        line = {"who": who, "seconds": round(seconds, 2), "cpu": cpu, "peak": [each[1] for each in after]}
        print(json.dumps(line), flush=True)

    with Cluster(None, given.workers) as cluster:

        def ask(setup: bytes, requests: Any) -> Any:
            return cluster.replies(COUNTING, setup, requests)

        for _ in range(given.rounds):
            if given.serial:
                told("one process", here, lambda: [usage()])
            told(f"{given.workers} workers", ask, lambda: [usage(), *cluster.asked(usage).values()])


if __name__ == "__main__":
    main()
