"""Times of ``board build`` on 100 submissions x 2 000 samples: from scratch, with one more, with nothing changed.

Not races: seconds against the budgets, times ``$OCR_EVAL_BENCH_SLACK`` (default 1) for slower machines.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from tests.board import boards, writing
from tests.board.test_site_scale import built

SLACK = float(os.environ.get("OCR_EVAL_BENCH_SLACK", "1"))


def test_build_from_scratch_with_one_more_and_unchanged(tmp_path: Path) -> None:
    made = boards.synthetic(101, 2000)
    fewer = writing.store(replace(made, entries=made.entries[:100]), tmp_path / "fewer")
    more = writing.store(made, tmp_path / "more")
    seconds = [float(str(built(store, tmp_path / "site")["seconds"])) for store in (fewer, fewer, more)]
    for what, value, budget in zip(
        ("from scratch", "unchanged", "one more"), seconds, (60.0, 1.5, 60.0), strict=True
    ):
        print(f"board build, 100 x 2,000, {what}: {value:.2f} s (at most {budget:g})")
        assert value < budget * SLACK, what
