"""A checkout -> its modules as syntax trees, with every import they make and when it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = "ocr_eval"


@dataclass(frozen=True)
class Import:
    """One imported name. ``when``: "load" (with the module), "call" (inside a function), "typing" (never)."""

    target: str
    line: int
    when: str


@dataclass(frozen=True)
class Module:
    """One source file. ``name`` is dotted; a package's ``__init__`` has the package's name."""

    name: str
    path: Path
    source: str

    @property
    def tree(self) -> ast.Module:
        """Not to be changed: copies of a checkout share it."""
        return _parsed(self.source)

    @property
    def imports(self) -> list[Import]:
        """Every import, ``from a import b`` as ``a.b``; ``import_module("a")`` counts as a call-time import of a."""
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        return _imported(self.source, package)

    def at(self, line: int) -> str:
        return f"{self.name}:{line}"


def modules(root: Path, folder: str = PACKAGE) -> dict[str, Module]:
    """Dotted name -> module, for every .py file below ``root / folder``."""
    found = {}
    for path in sorted((root / folder).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name, path, path.read_text(encoding="utf-8"))
    if not found:
        raise FileNotFoundError(f"no modules in {root / folder}")
    return found


@cache
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


@cache
def _imported(source: str, package: str) -> list[Import]:
    return list(_imports(_parsed(source), package, "load"))


def within(name: str, *rooms: str) -> bool:
    """Whether a dotted name is one of the rooms or lies in it."""
    return any(name == room or name.startswith(room + ".") for room in rooms)


def loaded_by(tree: dict[str, Module], start: str, *, calls: str = "none") -> dict[str, tuple[str, ...]]:
    """Everything that importing ``start`` loads -> the chain of modules that leads there.

    ``calls`` says whose functions are taken as called: "none", "own" (those of ``start``) or "all".
    """
    chains: dict[str, tuple[str, ...]] = {}
    todo = [(start, (start,))]
    while todo:
        name, chain = todo.pop(0)
        for parent in _and_parents(name):
            if parent in chains:
                continue
            chains[parent] = chain
            if parent in tree:
                kinds = (
                    ("load", "call") if calls == "all" or (calls == "own" and parent == start) else ("load",)
                )
                targets = [
                    _module(tree, found.target) for found in tree[parent].imports if found.when in kinds
                ]
                todo += [(target, (*chain, target)) for target in targets]
    del chains[start]
    return chains


def _module(tree: dict[str, Module], target: str) -> str:
    """The module that an imported name belongs to, as far as the tree knows it."""
    parent = target.rpartition(".")[0]
    return parent if target not in tree and parent in tree else target


def _and_parents(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def _imports(node: ast.AST, package: str, when: str) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, when) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            if child.level:
                above = package.split(".")[: len(package.split(".")) - child.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            yield from (Import(f"{base}.{alias.name}", child.lineno, when) for alias in child.names)
        elif isinstance(child, ast.If) and _is_type_checking(child.test):
            for part in child.body:
                yield from _imports(ast.Module([part], []), package, "typing")
            for part in child.orelse:
                yield from _imports(ast.Module([part], []), package, when)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _imports(child, package, "call" if when == "load" else when)
        else:
            if isinstance(child, ast.Call) and _called(child) == "import_module" and child.args:
                first = child.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield Import(first.value, child.lineno, when)
            yield from _imports(child, package, when)


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _is_type_checking(test: ast.expr) -> bool:
    return getattr(test, "id", getattr(test, "attr", "")) == "TYPE_CHECKING"
