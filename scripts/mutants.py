#!/usr/bin/env python3
"""Modules -> their mutants, and which of them no test notices: comparisons, boundaries, and/or, one at a time.

    python scripts/mutants.py                                 # every module of tests/mutants.toml
    python scripts/mutants.py ocr_eval/formats/numbers.py
    python scripts/mutants.py --list ocr_eval/formats/numbers.py

A module's tests are collected once. For every mutant the process forks; the child puts the changed code in the place
of the function's and runs, fastest first, the tests that reach the changed line, until one fails. A mutant that
survives needs a test, or a line in tests/mutants.toml that says why it is no fault. Exit 1 for survivors without one,
and for lines about mutants that are killed. Needs a system that forks.
"""

from __future__ import annotations

import argparse
import ast
import copy
import functools
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "tests" / "mutants.toml"
SLOWEST = 20.0  # seconds a mutant may take more than its tests did before

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


class Mutant(NamedTuple):
    """One change. ``name`` holds through moves of lines: where, what stood there, what stands there now."""

    name: str
    function: str  # qualified name of the outermost function, or "" for a statement of the module
    lines: tuple[int, int]  # that a test has to reach
    tree: Callable[[], ast.Module]


def mutants_of(source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    _link(tree)
    found: list[Mutant] = []
    names: Counter[str] = Counter()
    for node in ast.walk(tree):
        if _is_spoken(node):
            continue
        for new in _changes(node):
            changed = functools.partial(_replaced, tree, node, new)
            where = _where(node)
            shown = f"{where or 'module'}: {_spelled(node, node)} -> {_spelled(new, node)}"
            names[shown] += 1
            name = shown if names[shown] == 1 else f"{shown} #{names[shown]}"
            found.append(Mutant(name, ".".join(where.split(".")[: _depth(node)]), _lines(node), changed))
    return sorted(found, key=lambda one: one.lines[0])


def _link(tree: ast.AST) -> None:
    for parent in ast.walk(tree):
        for child in ast.iter_child_nodes(parent):
            child.parent = parent  # type: ignore[attr-defined]


def _above(node: ast.AST) -> Iterator[ast.AST]:
    while hasattr(node, "parent"):
        node = node.parent
        yield node


def _is_spoken(node: ast.AST) -> bool:
    """Part of an annotation or of a message: nothing is decided there."""
    inner = node
    for outer in _above(node):
        if isinstance(outer, ast.JoinedStr | ast.Raise) and not isinstance(node, ast.Compare | ast.BoolOp):
            return True
        if isinstance(outer, ast.arg) or getattr(outer, "annotation", None) is inner:
            return True
        if getattr(outer, "returns", None) is inner:
            return True
        inner = outer
    return False


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may take the place of a node."""
    if isinstance(node, ast.Compare):
        for k, operator in enumerate(node.ops):
            for kind in _COMPARED[type(operator)]:
                operators = [*node.ops[:k], kind(), *node.ops[k + 1 :]]
                yield ast.Compare(node.left, operators, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        yield node.operand
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr) and not _is_type(node):
        other = ast.BitOr() if isinstance(node.op, ast.BitAnd) else ast.BitAnd()
        yield ast.BinOp(node.left, other, node.right)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield ast.Constant(node.value + 1)


def _is_type(node: ast.BinOp) -> bool:
    """``int | None``, as an argument of isinstance."""
    return any(
        isinstance(above, ast.Call) and getattr(above.func, "id", "") == "isinstance"
        for above in _above(node)
    )


def _replaced(tree: ast.Module, node: ast.AST, new: ast.AST) -> ast.Module:
    """A copy of the tree with the change."""
    return ast.fix_missing_locations(copy.deepcopy(tree, {id(node): ast.copy_location(new, node)}))


def _where(node: ast.AST) -> str:
    scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return ".".join(reversed([above.name for above in _above(node) if isinstance(above, scopes)]))


def _depth(node: ast.AST) -> int:
    """How many parts of ``_where`` lead to the outermost function: classes around it, and itself; 0 outside any."""
    scopes = [above for above in _above(node) if isinstance(above, ast.FunctionDef | ast.ClassDef)][::-1]
    for k, scope in enumerate(scopes):
        if isinstance(scope, ast.FunctionDef):
            # Decorators and defaults belong to the module.
            inside = any(statement is above for statement in scope.body for above in (node, *_above(node)))
            return k + 1 if inside else 0
    return 0


def _lines(node: ast.AST) -> tuple[int, int]:
    statement = next((above for above in (node, *_above(node)) if isinstance(above, ast.stmt)), node)
    return int(getattr(statement, "lineno", 1)), int(getattr(node, "end_lineno", None) or 1)


def _spelled(node: ast.AST, place: ast.AST) -> str:
    """A node on one line; a number with what stands around it."""
    if isinstance(node, ast.Constant):
        around = getattr(place, "parent", place)
        whole = ast.unparse(around) if isinstance(around, ast.expr | ast.slice | ast.keyword) else ""
        whole = " ".join(whole.split())
        return f"{node.value!r} in {whole[:80]}" if whole and place is node else repr(node.value)
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())


def table() -> dict[str, dict[str, Any]]:
    """tests/mutants.toml: path -> its tests and the survivors that are explained (name -> why)."""
    read = tomllib.loads(TABLE.read_text(encoding="utf-8"))["module"]
    return {
        row["path"]: {
            "tests": [*row["tests"]],
            "survivors": {one["mutant"]: one["why"] for one in row.get("survivor", ())},
        }
        for row in read
    }


class Plugin:
    """For pytest: in the place of its loop, one loop for every mutant."""

    def __init__(self, path: Path, out: Path, names: Collection[str] = ()) -> None:
        self.path, self.out, self.names = path, out, names
        self.failed = False

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.failed = self.failed or report.failed

    def pytest_runtestloop(self, session: Any) -> bool:
        name = ".".join(self.path.relative_to(ROOT).with_suffix("").parts)
        importlib.import_module(name)
        items = session.items
        before = self._forked(lambda: self._baseline(items), 600)
        facts = json.loads(Path(f"{self.out}.baseline").read_text(encoding="utf-8")) if before == 0 else None
        if facts is None:
            self.out.write_text(json.dumps({"error": "the tests fail without a mutant"}), encoding="utf-8")
            return True
        results = {}
        for mutant in mutants_of(self.path.read_text(encoding="utf-8")):
            if self.names and mutant.name not in self.names:
                continue
            low, high = mutant.lines
            reach = [
                k
                for k, fact in enumerate(facts)
                if not mutant.function or any(low <= line <= high for line in fact["lines"])
            ]
            reach.sort(key=lambda k: facts[k]["seconds"])
            chosen = [items[k] for k in reach]
            seconds = SLOWEST + 5 * sum(facts[k]["seconds"] for k in reach)
            status = self._forked(lambda m=mutant, c=chosen: self._tried(name, m, c), seconds)
            results[mutant.name] = "survived" if status == 0 else "killed"
            if not chosen:
                results[mutant.name] = "not reached"
        self.out.write_text(json.dumps(results), encoding="utf-8")
        return True

    def _forked(self, work: Any, seconds: float) -> int:
        """What a child made of some work: 0, or anything else when it failed, died or took too long."""
        pid = os.fork()
        if not pid:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            status = 2
            try:
                status = work()
            finally:
                os._exit(status)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return status
            time.sleep(0.002)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return -1

    def _baseline(self, items: list[Any]) -> int:
        """All tests once: how long each takes, and which lines of the module it reaches."""
        facts = []
        target = str(self.path)
        lines: set[int] = set()

        def local(frame: Any, _: str, __: Any) -> Any:
            lines.add(frame.f_lineno)
            return local

        def trace(frame: Any, event: str, argument: Any) -> Any:
            return local(frame, event, argument) if frame.f_code.co_filename == target else None

        for k, item in enumerate(items):
            lines.clear()
            begin = time.perf_counter()
            sys.settrace(trace)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=_following(items, k))
            sys.settrace(None)
            facts.append({"seconds": time.perf_counter() - begin, "lines": sorted(lines)})
        Path(f"{self.out}.baseline").write_text(json.dumps(facts), encoding="utf-8")
        return int(self.failed)

    def _tried(self, name: str, mutant: Mutant, items: list[Any]) -> int:
        module = sys.modules[name]
        code = compile(mutant.tree(), str(self.path), "exec")
        if mutant.function:
            _exchange(module, mutant.function, code)
        else:
            _again(module, code)
        for k, item in enumerate(items):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=_following(items, k))
            if self.failed:
                return 1
        return 0


def _following(items: list[Any], k: int) -> Any:
    return items[k + 1] if k + 1 < len(items) else None


def _exchange(module: Any, name: str, code: CodeType) -> None:
    """Gives a live function, whoever holds it, the changed code."""
    owner: Any = module
    *classes, last = name.split(".")
    for part in classes:
        owner = getattr(owner, part)
    found = vars(owner)[last]
    while not isinstance(found, FunctionType):
        for inner in ("__func__", "fget", "func", "__wrapped__", "py_func"):
            if getattr(found, inner, None) is not None:
                found = getattr(found, inner)
                break
    found.__code__ = _code_of(code, name.split("."))


def _code_of(code: CodeType, parts: Iterable[str]) -> CodeType:
    for part in parts:
        code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == part)
    return code


def _again(module: Any, code: CodeType) -> None:
    """Runs a changed module again; what others took from it by name, they get anew, unless it is a function."""
    before = dict(vars(module))
    exec(code, vars(module))
    for key, old in before.items():
        new = vars(module).get(key)
        if isinstance(old, FunctionType) and isinstance(new, FunctionType):
            old.__code__, old.__defaults__, old.__kwdefaults__ = (
                new.__code__,
                new.__defaults__,
                new.__kwdefaults__,
            )
            vars(module)[key] = old
        elif not isinstance(old, type):
            for other in list(sys.modules.values()):
                if (
                    getattr(other, "__name__", "").startswith(("ocr_eval", "tests"))
                    and vars(other).get(key) is old
                ):
                    vars(other)[key] = new


def tried(path: str, tests: list[str], names: Collection[str] = ()) -> dict[str, str]:
    """Mutant -> killed, survived or not reached; all of them, or those with these ``names``."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "results.json")
        words = [sys.executable, __file__, path, "--child", str(out), "--tests", *tests, "--mutants", *names]
        environment = os.environ | {"HYPOTHESIS_STORAGE_DIRECTORY": folder, "PYTHONHASHSEED": "0"}
        subprocess.run(words, cwd=ROOT, env=environment, check=False, stdout=subprocess.DEVNULL)
        found: dict[str, str] = (
            json.loads(out.read_text(encoding="utf-8")) if out.exists() else {"error": "no result"}
        )
    return found


def child(path: str, out: Path, tests: list[str], names: Collection[str]) -> None:
    """One module, in a process of its own."""
    import pytest

    flags = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--hypothesis-seed=0"]
    pytest.main([*flags, *tests], plugins=[Plugin(ROOT / path, out, names)])


def report(path: str, results: dict[str, str], explained: dict[str, str]) -> bool:
    """Prints a module's figures; True when every survivor is explained."""
    if "error" in results:
        print(f"{path}: {results['error']}")
        return False
    alive = [name for name, end in results.items() if end != "killed"]
    open_ = [name for name in alive if name not in explained]
    wrong = [name for name in explained if results.get(name) == "killed"]
    print(
        f"{path}: {len(results)} mutants, {len(results) - len(alive)} killed, {len(alive) - len(open_)} explained"
    )
    for name in open_:
        print(f"  {results[name]}: {name}")
    for name in wrong:
        print(f"  explained, but killed: {name}")
    return not open_ and not wrong


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("paths", nargs="*", help="modules, by default all of tests/mutants.toml")
    parser.add_argument("--list", action="store_true", help="print the mutants, try none")
    parser.add_argument("--tests", nargs="*", help="instead of those of the table")
    parser.add_argument("--mutants", nargs="*", default=(), help="only those with these names")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.paths[0], given.child, given.tests, given.mutants)
        return 0
    rows = table()
    good = True
    for path in given.paths or list(rows):
        if given.list:
            print("\n".join(one.name for one in mutants_of((ROOT / path).read_text(encoding="utf-8"))))
            continue
        row = rows.get(path, {"tests": [], "survivors": {}})
        results = tried(path, given.tests or row["tests"], given.mutants)
        good = report(path, results, row["survivors"]) and good
        sys.stdout.flush()
    return not good


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
