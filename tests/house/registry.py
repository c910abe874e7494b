"""A checkout -> the lines of its protocol registry, read from the source without importing it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

from tests.house.tree import PACKAGE, modules


class Line(NamedTuple):
    """Where a protocol lives."""

    module: str
    attribute: str
    task: str

    @property
    def stem(self) -> str:
        return self.module.rpartition(".")[2]


def entries(root: Path) -> dict[str, Line]:
    """Protocol id -> its line. Raises ValueError when the table is not literal."""
    for node in modules(root)[f"{PACKAGE}.protocols"].tree.body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id == "REGISTRY" and isinstance(node.value, ast.Dict):
            found = {}
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                name = ast.literal_eval(key) if key else None
                if not isinstance(value, ast.Call) or not isinstance(name, str):
                    raise ValueError("REGISTRY holds something other than id: Entry(...)")
                location, task, _ = (ast.literal_eval(argument) for argument in value.args)
                module, _, attribute = location.partition(":")
                found[name] = Line(module, attribute, task)
            return found
    raise ValueError("protocols/__init__.py has no literal REGISTRY")
