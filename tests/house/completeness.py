"""A checkout -> what is missing: a protocol's twin, a heading of its SPEC, an error code's cure, a line of README."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

from tests.house.registry import entries
from tests.house.tree import PACKAGE, Module, modules

HEADINGS = (
    "What it measures",
    "The rule",
    "What it cannot see",
    "Deviations",
    "Source",
)
ATTRIBUTES = ("ID", "VERSION", "TASK", "COLUMNS", "SUMS", "METRICS", "SOURCE")
METHODS = ("reads", "count", "derive", "explain")
TASKS = {"detection": "det", "end-to-end": "e2e", "recognition": "rec"}
SIGNATURE_KEYS = {"ocr-eval", "ds", "task", "proto", "lex", "poly", "n", "pred"}
SAME_WORD = {("rrc-2024", "task")}  # parameters that say what the signature's key of that name says
EXITS = {1, 2, 3, 4, 5, 6, 70}
CODE = re.compile(r"[EW]_[A-Z][A-Z_]*")
LINES = (
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/ocr-eval demo",
    "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/python -m pytest",
)


def protocols_have_their_twins(root: Path) -> list[str]:
    """Every protocol has a module, a slow oracle, a parity test and official (or reference) numbers."""
    breaches = []
    for name, line in entries(root).items():
        wanted = {
            f"{line.module.replace('.', '/')}.py": "the protocol",
            f"tests/oracles/{line.stem}.py": "its oracle",
            f"tests/parity/test_{line.stem}.py": "its parity test",
        }
        breaches += [
            f"{name}: {path} ({what}) is missing"
            for path, what in wanted.items()
            if not (root / path).is_file()
        ]
        if not list((root / "tests/gold" / line.stem).glob("*.json")):
            breaches.append(f"{name}: tests/gold/{line.stem}/ holds no official numbers")
    return breaches


def specs_are_whole(root: Path) -> list[str]:
    """A protocol's docstring has every heading with text below it; its class has every attribute and method."""
    breaches = []
    for name, line, module, cls in _protocol_classes(root):
        spec = ast.get_docstring(module.tree) or ""
        breaches += [
            f"{name}: the SPEC has no '{heading}'" for heading in HEADINGS if not _has_section(spec, heading)
        ]
        breaches += [
            f"{name}: class {cls.name} has no {part}" for part in ATTRIBUTES if part not in _constants(cls)
        ]
        defined = {node.name for node in cls.body if isinstance(node, ast.FunctionDef)}
        breaches += [f"{name}: class {cls.name} has no {part}" for part in METHODS if part not in defined]
        constants = _constants(cls)
        if constants.get("ID") != name:
            breaches.append(f"{name}: ID is {constants.get('ID')!r}")
        if constants.get("TASK") != TASKS.get(line.rest[0]):
            breaches.append(
                f"{name}: TASK {constants.get('TASK')!r} does not fit '{line.rest[0]}' of the registry"
            )
        columns = [
            *(constants.get("COLUMNS") or ()),
            *(f"sum:{each}" for each in constants.get("SUMS") or ()),
        ]
        if len(set(columns)) != len(columns) or not columns:
            breaches.append(f"{name}: COLUMNS and SUMS are not literal names, each once")
    return breaches


def parameters_fit_the_signature(root: Path) -> list[str]:
    """A parameter's name is a signature key of its own."""
    return [
        f"{name}: a parameter cannot be called {parameter}"
        for name, _, _, cls in _protocol_classes(root)
        for parameter in _parameters(cls)
        if (parameter in SIGNATURE_KEYS and (name, parameter) not in SAME_WORD)
        or not re.fullmatch(r"[a-z][a-z0-9_]*", parameter)
    ]


def codes_are_explained(root: Path) -> list[str]:
    """Every code has an exit of the contract, a meaning, an example and a cure; every code used is in the table."""
    codes = error_codes(root)
    breaches = []
    for code, entry in codes.items():
        if (
            not CODE.fullmatch(code)
            or (entry.exit == 0) != code.startswith("W_")
            or entry.exit not in {0, *EXITS}
        ):
            breaches.append(f"{code}: exit {entry.exit}")
        for part in ("meaning", "example", "cure"):
            text = getattr(entry, part)
            if not text.strip() or "\n" in text or (part == "example" and "; " in text):
                breaches.append(f"{code}: {part} is empty or cannot stand in an error line")
    for module in modules(root).values():
        for node in ast.walk(module.tree):
            word = node.value if isinstance(node, ast.Constant) else None
            if isinstance(word, str) and CODE.fullmatch(word) and word not in codes:
                breaches.append(f"{module.at(node.lineno)} uses {word}, which is not in errors.CODES")
    return breaches


def codes_fit_the_contract(root: Path, shared: Path) -> list[str]:
    """The codes of the command-line contract and of every hostile case are in the table, with that exit."""
    codes = error_codes(root)
    wanted = [("cli.md", code, int(exit_code)) for code, exit_code in _contract(shared / "cli.md")]
    for path in sorted((shared / "hostile").glob("*/case.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if case["code"]:
            wanted.append((case["id"], case["code"], case["exit"]))
    return [
        f"{source} wants {code} with exit {exit_code}, the table has {codes[code].exit if code in codes else 'none'}"
        for source, code, exit_code in wanted
        if code not in codes or codes[code].exit != exit_code
    ]


def readme_says_what_ci_does(root: Path) -> list[str]:
    """The two lines that a newcomer types stand in README, and CI runs them from there."""
    readme = (
        (root / "README.md").read_text(encoding="utf-8").splitlines()
        if (root / "README.md").is_file()
        else []
    )
    script = (root / ".ci/run").read_text(encoding="utf-8")
    breaches = [f"README.md lacks the line: {line}" for line in LINES if line not in map(str.strip, readme)]
    for tail in ("ocr-eval demo", "python -m pytest"):
        if f'readme_line "{tail}"' not in script:
            breaches.append(f".ci/run does not take its '{tail}' line from README.md")
    return breaches


def error_codes(root: Path) -> dict[str, Any]:
    """``CODES`` of the checkout's own errors.py, whatever is installed."""
    spec = importlib.util.spec_from_file_location("errors_of_a_checkout", root / PACKAGE / "errors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[spec.name]
    codes: dict[str, Any] = module.CODES
    return codes


def _contract(path: Path) -> list[tuple[str, str]]:
    """(code, exit) of every table row that begins with codes: "| `E_A`, `E_B` | 3 | ..."."""
    rows = re.findall(
        r"^\| ((?:`[EW]_[A-Z_]+`(?:, )?)+) \| (\d+) \|", path.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [(code, exit_code) for names, exit_code in rows for code in CODE.findall(names)]


def _protocol_classes(root: Path) -> list[tuple[str, Any, Module, ast.ClassDef]]:
    """With what relatives in the same file share: the bodies of private base classes come first."""
    tree = modules(root)
    return [
        (name, line, tree[line.module], _whole(node, tree[line.module].tree))
        for name, line in entries(root).items()
        if line.module in tree
        for node in tree[line.module].tree.body
        if isinstance(node, ast.ClassDef) and node.name == line.attribute
    ]


def _whole(cls: ast.ClassDef, module: ast.Module) -> ast.ClassDef:
    bases = [ast.unparse(base) for base in cls.bases]
    own = [node for node in module.body if isinstance(node, ast.ClassDef) and node.name in bases]
    body = [statement for base in own for statement in _whole(base, module).body] + cls.body
    return ast.ClassDef(cls.name, cls.bases, cls.keywords, body, cls.decorator_list)


def _has_section(spec: str, heading: str) -> bool:
    """A line that begins with the heading at the margin, followed by an indented line."""
    return re.search(rf"^{re.escape(heading)}\b.*\n[ ]+\S", spec, re.MULTILINE) is not None


def _constants(cls: ast.ClassDef) -> dict[str, Any]:
    """Class attributes with literal values (None where the value is no literal)."""
    found: dict[str, Any] = {}
    for node in cls.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            try:
                found[node.target.id] = ast.literal_eval(_flat(node.value))
            except ValueError:
                found[node.target.id] = None
    return found


def _flat(node: ast.expr) -> ast.expr:
    """``(*("a", "b"), "c")`` as ``("a", "b", "c")``."""
    if not isinstance(node, ast.Tuple):
        return node
    parts: list[ast.expr] = []
    for each in node.elts:
        inner = each.value if isinstance(each, ast.Starred) else None
        parts += inner.elts if isinstance(inner, ast.Tuple) else [each]
    return ast.Tuple(parts, ast.Load())


def _parameters(cls: ast.ClassDef) -> list[str]:
    """Dataclass fields: annotated names that are no ClassVar."""
    return [
        node.target.id
        for node in cls.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and "ClassVar" not in ast.dump(node.annotation)
    ]
