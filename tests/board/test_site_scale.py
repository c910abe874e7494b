"""The reference case, 100 submissions x 2 000 samples: bytes of its site, memory of its build, what one more costs."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.board import boards, writing

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import json, resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from ocr_eval.board.options import Options
from ocr_eval.board.site import build
from ocr_eval.board.store import Store
start = time.perf_counter()
report = build(Store.open(sys.argv[1]), Path(sys.argv[2]), Options(languages=("en", "ko"), drilldown="none"))
kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
print(json.dumps({"written": report.written, "files": report.files, "size": report.size, "kilobytes": kilobytes,
                  "seconds": time.perf_counter() - start}))
"""


def built(store: Path, out: Path) -> dict[str, object]:
    """One build in a process of its own: what was written, seconds, largest memory."""
    command = [sys.executable, "-c", CHILD, str(store), str(out), str(ROOT)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_a_board_of_100_submissions_keeps_to_its_budgets(tmp_path: Path) -> None:
    made = boards.synthetic(101, 2000)
    store = writing.store(replace(made, entries=made.entries[:100]), tmp_path / "store")
    site = tmp_path / "site"
    first = built(store, site)
    assert float(str(first["kilobytes"])) < 1e6  # 1 GB
    sizes = {
        path.relative_to(site).as_posix(): path.stat().st_size for path in site.rglob("*") if path.is_file()
    }
    assert sum(sizes.values()) < 5_000_000, sorted(sizes.items(), key=lambda item: -item[1])[
        :5
    ]  # both languages
    for path, size in sizes.items():
        if path.endswith(".html"):
            assert size < 150_000, path
        if path.endswith(".js") and path.startswith("d/"):
            assert size < (60_000 if path.endswith("meta.js") else 15_000), path
    # One more: its own pages and shard, tables, exports, badges, feed; no other shard.
    more = writing.store(made, tmp_path / "more")
    second = built(more, site)
    shards = [path for path in second["written"] if path.startswith("d/")]  # type: ignore[attr-defined]
    assert [path.rsplit("/", 1)[1] for path in shards] == ["meta.js", "s100.js"]
