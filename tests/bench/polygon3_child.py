"""Runs in Polygon3's own environment and process: requests on stdin -> processor time and answers on stdout.

Polygon3 can end its process on an ordinary-looking pair of quads, so nobody loads it beside the scorer. One JSON object
per line. The first names a file: ``{"file": PATH}`` with ``gt`` and ``pred`` rings, ``pairs`` [[g, p], …], ``samples``
[[first gt, end, first pred, end], …] and ``care`` flags of the gt. Each further one is a round:
``{"work": NAME, "repeat": N, "full": false}``; the reply holds ``seconds``, ``digest`` and, when ``full``, ``answer``.
Only simple rings: a ring of another class may end the process. Of the project it loads the official-style script only.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from Polygon import Polygon

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.oracles import official_style_rrc


class Rings:
    """The rings of one file, and the polygons made of them once."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = {side: [[tuple(xy) for xy in ring] for ring in data[side]] for side in ("gt", "pred")}
        self.pairs = [tuple(pair) for pair in data.get("pairs", [])]
        self.samples = data.get("samples", [])
        self.care = data.get("care", [])
        self.made = self.make()

    def make(self) -> tuple[list[Any], list[Any]]:
        """New polygons of all rings."""
        return [Polygon(ring) for ring in self.data["gt"]], [Polygon(ring) for ring in self.data["pred"]]

    def areas(self) -> list[float]:
        """Shared area of every pair, polygons made before."""
        gt, pred = self.made
        return [both.area() if (both := gt[g] & pred[p]) else 0.0 for g, p in self.pairs]

    def areas_from_points(self) -> list[float]:
        """The same, polygons of all rings made as part of it."""
        self.made = self.make()
        return self.areas()

    def matches(self) -> list[int]:
        """``rrc-iou`` over all pairs of each sample, polygons made before: matched, care gts, care predictions each."""
        gt, pred = self.made
        rows = []
        for g0, g1, p0, p1 in self.samples:
            rows += _match(gt[g0:g1], pred[p0:p1], self.care[g0:g1])
        return rows

    def matches_from_points(self) -> list[int]:
        """The same, polygons of all rings made as part of it."""
        self.made = self.make()
        return self.matches()


def _match(gts: list[Any], preds: list[Any], care: list[bool]) -> list[int]:
    """As the official script decides a sample: each ratio from an intersection and areas computed for that pair."""
    intersection, iou = official_style_rrc.intersection, official_style_rrc.iou
    ignored = set()
    for p, pred in enumerate(preds):
        for g, gt in enumerate(gts):
            if not care[g] and (area := pred.area()) and intersection(gt, pred) / area > 0.5:
                ignored.add(p)
                break
    overlap = [[iou(gt, pred) for pred in preds] for gt in gts]
    taken: set[int] = set()
    for g in range(len(gts)):
        for p in range(len(preds)):
            if care[g] and p not in ignored and p not in taken and overlap[g][p] > 0.5:
                taken.add(p)
                break
    return [len(taken), sum(care), len(preds) - len(ignored)]


def main() -> None:
    rings = None
    for request in map(json.loads, sys.stdin):
        if "file" in request:
            rings = Rings(json.loads(Path(request["file"]).read_text(encoding="utf-8")))
            reply: dict[str, Any] = {"python": sys.version.split()[0]}
        else:
            if request["work"] == "script":
                paths = request["paths"]

                def call(paths: list[str] = paths) -> Any:
                    return official_style_rrc.run(*paths)
            else:
                call = getattr(rings, request["work"])
            answer = None
            gc.collect()
            gc.disable()
            begin = time.process_time()
            for _ in range(request["repeat"]):
                answer = call()
            seconds = time.process_time() - begin
            gc.enable()
            digest = hashlib.sha256(json.dumps(answer).encode()).hexdigest()
            reply = {"seconds": seconds, "digest": digest}
            if request.get("full"):
                reply["answer"] = answer
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()
    os._exit(0)  # below CPython 3.12 a process that used Polygon3 aborts at its regular exit


if __name__ == "__main__":
    main()
