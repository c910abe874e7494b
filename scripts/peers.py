"""Pins of the rivals -> one environment each under .peers/, so that benches and parity tests can compare with them.

    python scripts/peers.py                 makes main, core and polygon3 (what scripts and CI need)
    python scripts/peers.py NAME…           makes these; dinglehopper and torchmetrics are large and only made by name
    python scripts/peers.py --check         makes nothing; says what is missing, exit 1 when something is

An environment that already holds its pins is left alone. ``main`` is this project with the extra ``bench``, whose pins
stand in pyproject.toml; ``core`` is this project without any extra, for start-up times: Numba starts slower beside
scipy. It holds a copy, as an installation does, and is made anew when the sources are others. Polygon3 exists as source
only (needs a C compiler), can end its process, and therefore has its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".peers"


class Peer(NamedTuple):
    """One environment: what pip installs there, what shows that it works, and the interpreters tried in order."""

    requirements: tuple[str, ...]
    probe: str
    why: str
    pythons: tuple[str, ...] = ()
    usual: bool = True


ENVIRONMENTS: dict[str, Peer] = {
    "main": Peer(
        ("-e", ".[bench]"),
        "import shapely, rapidfuzz, jiwer, scipy, pytest_benchmark, ocr_eval",
        "benches run in it",
    ),
    "core": Peer(
        (".",), "import numpy, numba, rapidfuzz, click, ocr_eval", "start-up times: no extra installed"
    ),
    "polygon3": Peer(
        ("Polygon3==3.0.9.1", "numpy==2.3.5"),  # the official scripts keep their matrices in numpy
        "import Polygon, numpy, os; assert Polygon.Polygon(((0, 0), (2, 0), (2, 2))).area() == 2; os._exit(0)",
        "the official polygon engine, answers from its own process",
        ("python3.13", "python3.12"),  # on 3.11 every process that used it aborts at exit
    ),
    "dinglehopper": Peer(
        ("dinglehopper==0.11.0", "multimethod<=2.0"),
        "import dinglehopper",
        "OCR-D rates; about 400 MB",
        usual=False,
    ),
    "torchmetrics": Peer(
        ("torchmetrics==1.9.0", "torch"), "import torchmetrics.text", "corpus CER; about 1.2 GB", usual=False
    ),
}


def python_of(name: str) -> Path:
    """The interpreter of an environment, made or not."""
    return PEERS / name / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install_line(name: str) -> str:
    """What to type when an environment is missing."""
    return f"python scripts/peers.py {name}"


def missing(name: str) -> str | None:
    """Why an environment cannot be used, None when it can."""
    python = python_of(name)
    if not python.is_file():
        return "not made"
    if not _stamp(name).is_file() or json.loads(_stamp(name).read_text(encoding="utf-8")) != _wanted(name):
        return "made for other pins or sources"
    probe = subprocess.run(
        [python, "-c", ENVIRONMENTS[name].probe], capture_output=True, text=True, cwd=PEERS
    )
    return None if probe.returncode == 0 else (probe.stderr.strip().splitlines() or ["does not start"])[-1]


def make(name: str, python: str | None = None) -> None:
    """Makes an environment and installs its pins. Raises subprocess.CalledProcessError when that fails."""
    peer = ENVIRONMENTS[name]
    if not python_of(name).is_file():
        subprocess.run([python or _interpreter(peer), "-m", "venv", PEERS / name], check=True)
    pip = [str(python_of(name)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *peer.requirements], check=True, cwd=ROOT)
    if peer.requirements == (".",):  # pip may keep a copy of the same version
        subprocess.run([*pip, "--force-reinstall", "--no-deps", "."], check=True, cwd=ROOT)
    _stamp(name).write_text(json.dumps(_wanted(name)), encoding="utf-8")


def _interpreter(peer: Peer) -> str:
    """The first interpreter a peer prefers that runs (version managers put dead stubs on the path), else ours."""
    for found in filter(None, map(shutil.which, peer.pythons)):
        if subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return found
    return sys.executable


def _stamp(name: str) -> Path:
    return PEERS / name / "pins.json"


def _wanted(name: str) -> list[str]:
    """What the environment was made for; for the project itself also its pins."""
    requirements = list(ENVIRONMENTS[name].requirements)
    if "." not in requirements:
        return requirements
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"]["bench"] if name == "main" else []
    sources = [] if "-e" in requirements else [_sources()]
    return [*requirements, *project["dependencies"], *extra, *sources]


def _sources() -> str:
    """A digest of the package's files, which a copy is made of."""
    made = hashlib.sha256()
    for path in sorted((ROOT / "ocr_eval").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            made.update(f"{path.relative_to(ROOT)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return f"sources {made.hexdigest()}"


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when something asked for is missing in the end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ENVIRONMENTS))
    parser.add_argument("--check", action="store_true", help="make nothing, only say what is missing")
    parser.add_argument("--python", metavar="FILE", help="interpreter for the environments to make")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in ENVIRONMENTS]
    if unknown:
        parser.error(f"no environment is called {', '.join(unknown)}; there are {', '.join(ENVIRONMENTS)}")
    names = options.names or [name for name, peer in ENVIRONMENTS.items() if peer.usual]
    left = 0
    for name in names:
        reason = missing(name)
        if reason and not options.check:
            print(f"{name}: {reason}; installing {' '.join(ENVIRONMENTS[name].requirements)}", flush=True)
            try:
                make(name, options.python)
                reason = missing(name)
            except subprocess.CalledProcessError as error:
                reason = f"exit code {error.returncode} of {' '.join(map(str, error.cmd[:4]))}"
        left += bool(reason)
        state = f"missing ({reason}); {install_line(name)}" if reason else "ready"
        print(f"{name}: {state} [{ENVIRONMENTS[name].why}]")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
