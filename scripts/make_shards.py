"""A number of words -> Parquet shards of a made-up recognition set and of its predictions, for measurements at scale.

    python scripts/make_shards.py OUT --words 4000000 --shards 16

writes OUT/gt/part-00000.parquet and so on, and as many under OUT/pred. Words are letters and digits, 2 to 12 of them;
of the predictions a share (40 %) has one character changed, left out or added. The same arguments write the same words,
and every shard follows from its own number, so many machines can make a set together (--only).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", np.uint8)
SHORTEST, LONGEST = 2, 12


def shard(seed: int, number: int, first: int, words: int, wrong: float) -> tuple[Any, Any]:
    """(gt, predictions) of the words from ``first`` on, as Arrow tables with columns image and text."""
    rng = np.random.default_rng([seed, number])
    length = rng.integers(SHORTEST, LONGEST + 1, words)
    text = ALPHABET[rng.integers(0, len(ALPHABET), length.sum())]
    bounds = np.concatenate([[0], np.cumsum(length)])
    # 0 leaves a word alone, 1 changes a character, 2 leaves it out, 3 adds one before it
    kind = np.where(rng.random(words) < wrong, rng.integers(1, 4, words), 0)
    place = bounds[:-1] + rng.integers(0, length)
    added = ALPHABET[rng.integers(0, len(ALPHABET), words)]
    changed = text.copy()
    changed[place[kind == 1]] = added[kind == 1]
    times = np.ones(len(text), np.int64)
    times[place[kind == 2]] = 0
    times[place[kind == 3]] = 2
    starts = np.cumsum(times) - times
    pred = np.repeat(changed, times)
    pred[starts[place[kind == 3]]] = added[kind == 3]
    size = length + (kind == 3) - (kind == 2)
    names = [f"word_{k:09d}" for k in range(first, first + words)]
    return _table(names, text, length), _table(names, pred, size)


def _table(names: list[str], text: NDArray[np.uint8], length: NDArray[np.int64]) -> Any:
    bounds = np.concatenate([[0], np.cumsum(length)]).astype(np.int32)
    words = pa.StringArray.from_buffers(len(length), pa.py_buffer(bounds), pa.py_buffer(text))
    return pa.table({"image": names, "text": words})


def main() -> None:
    """Writes the shards."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--words", type=int, default=4_000_000)
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--wrong", type=float, default=0.4, help="share of words with an error")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="write this shard alone")
    given = parser.parse_args()
    for side in ("gt", "pred"):
        (given.out / side).mkdir(parents=True, exist_ok=True)
    for k in range(given.shards) if given.only is None else [given.only]:
        first, end = given.words * k // given.shards, given.words * (k + 1) // given.shards
        made = shard(given.seed, k, first, end - first, given.wrong)
        for side, table in zip(("gt", "pred"), made, strict=True):
            pq.write_table(table, given.out / side / f"part-{k:05}.parquet")


if __name__ == "__main__":
    main()
