"""A checkout -> the lines of its literal tables (protocols, formats), read from the source without importing it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

from tests.house.tree import PACKAGE, modules

TABLES = {"REGISTRY": f"{PACKAGE}.protocols", "FORMATS": f"{PACKAGE}.formats"}


class Line(NamedTuple):
    """Where the thing lives ("module:attribute"), and what else its line holds."""

    module: str
    attribute: str
    rest: tuple[object, ...]

    @property
    def stem(self) -> str:
        return self.module.rpartition(".")[2]


def entries(root: Path, table: str = "REGISTRY") -> dict[str, Line]:
    """Id -> its line of ``REGISTRY`` or ``FORMATS``. Raises ValueError when the table is not literal."""
    for node in modules(root)[TABLES[table]].tree.body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id == table and isinstance(node.value, ast.Dict):
            found = {}
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                name = ast.literal_eval(key) if key else None
                if not isinstance(value, ast.Call) or not isinstance(name, str):
                    raise ValueError(
                        f'{table} holds something other than "id": Line("module:attribute", ...)'
                    )
                location, *rest = (ast.literal_eval(argument) for argument in value.args)
                module, _, attribute = location.partition(":")
                found[name] = Line(module, attribute, tuple(rest))
            if found:
                return found
    raise ValueError(f"{TABLES[table]} has no literal {table}")
