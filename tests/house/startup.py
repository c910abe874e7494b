"""A checkout -> what a fresh process loads and how long it takes, against its budget."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

NEVER = ("numpy", "numba", "shapely", "pandas", "matplotlib", "jinja2", "scipy", "rapidfuzz")
COMMANDS = (("--help",), ("--version",), ("protocols",), ("score", "--help"))
RATIO = 3.0  # an answer takes less than this many times `import click`
HOPELESS = 6.0  # no second try from here on
_COMMAND = "import sys; from ocr_eval.cli import main; sys.argv = ['ocr-eval', *{words!r}]; main()"
_LOADED = """
import json, sys
try:
    {code}
except SystemExit as end:
    assert not end.code, end.code
print("\\n" + json.dumps(sorted(sys.modules)))
"""


def loads_little(root: Path) -> list[str]:
    """``import ocr_eval``, and the commands that only tell, load nothing heavy."""
    wanted = {"import ocr_eval": "import ocr_eval"}
    wanted |= {f"ocr-eval {' '.join(words)}": _COMMAND.format(words=words) for words in COMMANDS}
    breaches = []
    for name, code in wanted.items():
        done = _python(root, _LOADED.format(code=code))
        if done.returncode:
            breaches.append(f"{name} fails: {done.stderr.strip()[-300:]}")
            continue
        loaded = set(json.loads(done.stdout.splitlines()[-1]))
        breaches += [f"{name} loads {heavy}" for heavy in NEVER if heavy in loaded]
    return breaches


def answers_at_once(root: Path, runs: int = 5, tries: int = 4) -> list[str]:
    """``--help`` and ``--version`` take under 3x ``import click``: medians of interleaved runs, the best of some tries.

    A busy machine slows both sides; a try is repeated because a single slow second must not fail a build.
    """
    codes = {words: _COMMAND.format(words=words) for words in (("--help",), ("--version",))}
    best = dict.fromkeys(codes, float("inf"))
    for _ in range(tries):
        slow = [words for words, ratio in best.items() if RATIO <= ratio < HOPELESS or ratio == float("inf")]
        if not slow:
            break
        times: dict[object, list[float]] = {key: [] for key in ("click", *slow)}
        for _ in range(runs):
            for key in times:
                start = time.perf_counter()
                _python(root, "import click" if key == "click" else codes[key])  # type: ignore[index]
                times[key].append(time.perf_counter() - start)
        click = statistics.median(times["click"])
        best |= {words: min(best[words], statistics.median(times[words]) / click) for words in slow}
    return [
        f"ocr-eval {' '.join(words)} takes {ratio:.1f}x `import click`, allowed {RATIO:g}x"
        for words, ratio in best.items()
        if ratio >= RATIO
    ]


def _python(root: Path, code: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter in the checkout, which therefore comes first on its path."""
    return subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
