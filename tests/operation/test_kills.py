"""Commands killed at random moments: a few rounds of scripts/kill_loop.py, in every run of the tests."""

from __future__ import annotations

import os
from pathlib import Path

from scripts.kill_loop import KINDS, loop


def test_killed_at_any_moment_outputs_are_old_or_new_and_the_next_run_succeeds(tmp_path: Path) -> None:
    rounds = int(os.environ.get("OCR_EVAL_KILLS", str(len(KINDS))))
    kills = loop(rounds, 11, tmp_path)
    assert sum(count for name, count in kills.items() if " " not in name) >= rounds // 3
