"""Inputs -> sides that Polygon3 answers from its own process, one request per round over a pipe."""

from __future__ import annotations

import atexit
import functools
import itertools
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ocr_eval.tables.instances import Instances
from scripts import peers
from tests.bench.inputs import Files, RingPairs
from tests.bench.ratio import Side


class Child:
    """Polygon3 in its own process: one request per round over a pipe, so that rounds still alternate."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("polygon3_child.py")
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([str(peers.python_of("polygon3")), "-I", str(script)], **pipes)
        self.folder = Path(tempfile.mkdtemp())  # for files of rings
        self.ready: Path | None = None  # the file whose rings it holds
        atexit.register(self.close)

    def ask(self, **request: Any) -> Any:
        """One reply. Raises RuntimeError when the process has ended."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process of Polygon3 ended with {self.process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        """Ends the process and removes its files."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


_numbers = itertools.count()


@functools.cache
def child() -> Child:
    """The one process of this run, started when first asked for."""
    return Child()


def polygon3(work: str) -> Callable[[RingPairs], Side]:
    def side(inputs: RingPairs) -> Side:
        assert (inputs.gt.shape == 0).all() and (inputs.pred.shape == 0).all(), (
            "Polygon3 gets simple rings only"
        )
        file = child().folder / f"{next(_numbers)}.json"
        spans = [np.column_stack([table.start[:-1], table.start[1:]]) for table in (inputs.gt, inputs.pred)]
        data = {
            "gt": _points(inputs.gt),
            "pred": _points(inputs.pred),
            "pairs": np.column_stack([inputs.g, inputs.p]).tolist(),
            "samples": np.hstack(spans).tolist(),
            "care": inputs.gt.care.tolist(),
        }
        file.write_text(json.dumps(data), encoding="utf-8")
        digests: set[str] = set()

        def clocked(repeat: int) -> tuple[float, Any]:
            process = child()
            if process.ready != file:
                process.ask(file=str(file))
                process.ready = file
            reply = process.ask(work=work, repeat=repeat, full=not digests)
            digests.add(reply["digest"])
            assert len(digests) == 1, "the answer has changed"
            return reply["seconds"], reply.get("answer")

        return clocked

    return side


def _points(table: Instances) -> list[list[list[float]]]:
    return [table.points(i).tolist() for i in range(len(table))]


def official_style(inputs: Files) -> Side:
    paths = [str(inputs.gt.resolve()), str(inputs.pred.resolve())]

    def clocked(repeat: int) -> tuple[float, Any]:
        reply = child().ask(work="script", repeat=repeat, paths=paths, full=True)
        return reply["seconds"], reply["answer"]

    return clocked
