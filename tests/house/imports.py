"""A checkout -> breaches of the rules about imports: who may know whom, and what may load when."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from tests.house.registry import entries
from tests.house.tree import PACKAGE, Module, loaded_by, modules, within

HEAVY = (
    "numba",
    "shapely",
    "rapidfuzz",
    "pandas",
    "matplotlib",
    "jinja2",
    "tqdm",
    "scipy",
    "jsonschema",
    "distributed",
)
LEAN = (f"{PACKAGE}.cli", f"{PACKAGE}.protocols")  # start-up budget: not even numpy
PAGES = tuple(f"{PACKAGE}.{room}" for room in ("board", "report", "stats", "record"))
KERNELS = f"{PACKAGE}.kernels"
GEOMETRY = ("numba", "shapely", f"{KERNELS}.jit")
FAST = (
    f"{PACKAGE}.kernels",
    f"{PACKAGE}.pairing",
    f"{PACKAGE}.protocols",
    f"{PACKAGE}.engine",
    f"{PACKAGE}.cli",
)
FLAGS = {
    "nopython",
    "nogil",
    "cache",
    "fastmath",
    "parallel",
    "error_model",
    "boundscheck",
    "inline",
    "forceobj",
}
HOME_OF_NUMBA = f"{KERNELS}.jit"


def ladder(root: Path) -> list[str]:
    """The contracts of pyproject.toml, by import-linter."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run([*command, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode == 0 and re.search(r"Contracts: \d+ kept, 0 broken", done.stdout):
        return []
    return (done.stdout.partition("Broken contracts")[2] or done.stdout + done.stderr).strip().splitlines()


def protocols_are_strangers(root: Path) -> list[str]:
    """No module of the registry reaches another, not even by a detour."""
    return _strangers(root, "REGISTRY")


def formats_are_strangers(root: Path) -> list[str]:
    """No module of the table of formats reaches another, not even by a detour."""
    return _strangers(root, "FORMATS")


def pages_need_no_geometry(root: Path) -> list[str]:
    """board, report, stats and record import no kernel, and nothing they import loads numba or shapely."""
    tree = modules(root)
    direct = [
        f"{module.at(found.line)} imports {found.target}"
        for module in tree.values()
        if within(module.name, *PAGES)
        for found in module.imports
        if within(found.target, KERNELS)
    ]
    return direct + _loads(tree, [name for name in tree if within(name, *PAGES)], GEOMETRY, calls="own")


def oracles_stand_alone(root: Path) -> list[str]:
    """A slow twin shares nothing with the fast thing that it checks."""
    return [
        f"{module.at(found.line)} imports {found.target}"
        for module in modules(root, "tests/oracles").values()
        for found in module.imports
        if found.when != "typing" and within(found.target, *FAST)
    ]


def heavy_imports_wait(root: Path) -> list[str]:
    """Importing a module outside kernels loads nothing heavy; cli and protocols do not even load numpy."""
    tree = modules(root)
    outside = [name for name in tree if not within(name, KERNELS)]
    lean = [name for name in tree if within(name, *LEAN)]
    return _loads(tree, outside, HEAVY) + _loads(tree, lean, ("numpy",))


def numba_has_one_home(root: Path) -> list[str]:
    """Only kernels/jit.py imports Numba and sets its flags; fastmath and parallel are set nowhere."""
    breaches = []
    for module in modules(root).values():
        home = module.name == HOME_OF_NUMBA
        if not home:
            breaches += [
                f"{module.at(found.line)} imports {found.target}"
                for found in module.imports
                if found.when != "typing" and within(found.target, "numba", "llvmlite")
            ]
        if not within(module.name, KERNELS):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef) and not home:
                calls = [decorator for decorator in node.decorator_list if isinstance(decorator, ast.Call)]
                flags = {word.arg for call in calls for word in call.keywords} & FLAGS
                breaches += [f"{module.at(node.lineno)} sets {flag}" for flag in sorted(flags)]
            if isinstance(node, ast.Call):
                risky = [
                    word.arg
                    for word in node.keywords
                    if word.arg in ("fastmath", "parallel") and not _off(word)
                ]
                breaches += [f"{module.at(node.lineno)} sets {flag}" for flag in risky]
    return breaches


def _strangers(root: Path, table: str) -> list[str]:
    tree = modules(root)
    own = {entry.module for entry in entries(root, table).values()}
    return [
        f"{name} imports {other} ({' -> '.join(chain)})"
        for name in sorted(own & set(tree))
        for other, chain in loaded_by(tree, name, calls="all").items()
        if other in own
    ]


def _loads(
    tree: dict[str, Module], names: list[str], banned: tuple[str, ...], *, calls: str = "none"
) -> list[str]:
    """What these modules load of ``banned``; one breach per guilty import statement."""
    guilty: dict[tuple[str, str], str] = {}
    for name in names:
        for other, chain in loaded_by(tree, name, calls=calls).items():
            if other in banned:
                guilty.setdefault((chain[-2], other), f"{name} loads {other} ({' -> '.join(chain)})")
    return list(guilty.values())


def _off(word: object) -> bool:
    return getattr(getattr(word, "value", None), "value", None) is False
