"""A checkout -> breaches of the rule that a format is read by one file which knows no other format."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.tree import PACKAGE, Module, loaded_by, modules, within

ROOM = f"{PACKAGE}.formats"


def formats_are_strangers(root: Path) -> list[str]:
    """No format reaches another, not even by a detour. A format is a module that says how it ``looks``."""
    tree = modules(root)
    own = {module.name for module in tree.values() if within(module.name, ROOM) and _is_format(module)}
    if not own:
        return [f"no module of {ROOM} defines `looks`: the rule no longer finds the formats"]
    return [
        f"{name} imports {other} ({' -> '.join(chain)})"
        for name in sorted(own)
        for other, chain in loaded_by(tree, name, calls=True).items()
        if other in own
    ]


def _is_format(module: Module) -> bool:
    """Whether the module, or a class of it that is no typing.Protocol, defines ``looks``."""
    rooms: list[ast.Module | ast.ClassDef] = [module.tree]
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef) and not any(
            getattr(base, "id", "") == "Protocol" for base in node.bases
        ):
            rooms.append(node)
    return any(
        isinstance(node, ast.FunctionDef) and node.name == "looks" for room in rooms for node in room.body
    )
