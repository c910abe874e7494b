"""A checkout -> breaches of the rules about what may stand in a source file."""

from __future__ import annotations

import ast
import re
import socket
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import PACKAGE, modules, within

LONGEST = 250  # lines; a longer module says why in line 1
NETWORK = "requests urllib.request urllib.error urllib3 http httpx aiohttp ftplib smtplib socket ssl xmlrpc"
RIVALS = (
    "jiwer pycocotools faster_coco_eval Levenshtein edlib polyleven krippendorff torchmetrics dinglehopper"
)
BANNED_MODULES = {
    "runs what a file says": "pickle cPickle _pickle marshal shelve dill cloudpickle joblib yaml".split(),
    "can end the process": ["Polygon"],
    "makes every start slower": ["scipy"],
    "reaches the network": NETWORK.split(),
    "is a rival, for benches and tests only": RIVALS.split(),
}
BANNED_CALLS = {"eval", "exec", "__import__", "compile"}  # by bare name: re.compile is fine
BANNED_METHODS = {"extractall", "extract"}
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|Users|work|workspace|tmp)/[\w.-]+|\b[A-Z]:\\Users\\")


def nothing_forbidden(root: Path) -> list[str]:
    """No module that runs, fetches or unpacks what a stranger wrote."""
    breaches = []
    for module in modules(root).values():
        for found in module.imports:
            for reason, names in BANNED_MODULES.items():
                if within(found.target, *names):
                    breaches.append(f"{module.at(found.line)} imports {found.target}, which {reason}")
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            name, method = getattr(node.func, "id", ""), getattr(node.func, "attr", "")
            if name in BANNED_CALLS or method in BANNED_METHODS:
                breaches.append(f"{module.at(node.lineno)} calls {name or method}")
            if any(word.arg == "allow_pickle" for word in node.keywords):
                breaches.append(f"{module.at(node.lineno)} names allow_pickle")
            if any(word.arg == "shell" for word in node.keywords) or (name, method) == ("", "system"):
                breaches.append(f"{module.at(node.lineno)} starts a shell")
    return breaches


def nothing_printed(root: Path) -> list[str]:
    """Only the command line writes to the terminal."""
    return [
        f"{module.at(node.lineno)} prints"
        for module in modules(root).values()
        if not within(module.name, f"{PACKAGE}.cli")
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print")
        or (
            isinstance(node, ast.Attribute)
            and node.attr in ("stdout", "stderr")
            and getattr(node.value, "id", "") == "sys"
        )
    ]


def first_line_speaks(root: Path) -> list[str]:
    """A module begins with a docstring; a long one says there why it is long ("long because ...")."""
    breaches = []
    for module in modules(root).values():
        if not module.source:
            continue
        first, size = module.source.split("\n", 1)[0], module.source.count("\n")
        if not first.startswith(('"""', 'r"""')) or not ast.get_docstring(module.tree):
            breaches.append(f"{module.name}: line 1 is no docstring")
        elif size > LONGEST and "long because" not in first:
            breaches.append(f"{module.name}: {size} lines, and line 1 does not say 'long because ...'")
    return breaches


def gt_comes_first(root: Path) -> list[str]:
    """In every signature gt stands before pred (g before p in kernels)."""
    breaches = []
    for module in modules(root).values():
        pairs = [("gt", "pred"), *([("g", "p")] if within(module.name, f"{PACKAGE}.kernels") else [])]
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            names = [
                argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            ]
            swapped = [
                (gt, pred)
                for first, second in pairs
                for gt, pred in _twins(names, first, second)
                if names.index(gt) > names.index(pred)
            ]
            breaches += [f"{module.at(node.lineno)} {node.name}({pred}, ..., {gt})" for gt, pred in swapped]
    return breaches


def nothing_unfinished(root: Path) -> list[str]:
    """No note to self is left in the package."""
    return [
        f"{module.name}:{number} {line.strip()}"
        for module in modules(root).values()
        for number, line in enumerate(module.source.splitlines(), 1)
        if UNFINISHED.search(line)
    ]


def no_machine_named(root: Path) -> list[str]:
    """No tracked text file holds a path or the name of the machine it was written on."""
    here = [name for name in (str(root.resolve()), socket.gethostname()) if len(name) > 4]
    breaches = []
    for path in tracked(root):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        place = path.relative_to(root)
        for number, line in enumerate(lines, 1):
            found = [match.group() for match in MACHINE_PATH.finditer(line)] + [
                name for name in here if name in line
            ]
            breaches += [f"{place}:{number} names {name}" for name in found]
    return breaches


def tracked(root: Path) -> Iterator[Path]:
    """The files git tracks; in a tree without git, all but caches and environments."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode == 0 and (root / ".git").exists():
        yield from (root / name for name in done.stdout.split("\0") if name and (root / name).is_file())
        return
    skip = {".venv", ".git", "__pycache__", "build", "dist"}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not skip & set(path.relative_to(root).parts):
            yield path


def sizes(root: Path) -> str:
    """One line about the lengths of the package's modules (aims: median 90, p90 180, longest 250)."""
    lengths = sorted((m.source.count("\n"), m.name) for m in modules(root).values() if m.source)
    p90 = statistics.quantiles([size for size, _ in lengths], n=10)[-1]
    middle = statistics.median(size for size, _ in lengths)
    longest = ", ".join(f"{name} {size}" for size, name in reversed(lengths) if size > LONGEST) or "none"
    return f"{len(lengths)} modules, median {middle:.0f} lines, p90 {p90:.0f}, over {LONGEST}: {longest}"


def _twins(names: list[str], first: str, second: str) -> Iterator[tuple[str, str]]:
    """(gt_x, pred_x) for every x that occurs with both."""
    for name in names:
        if name == first or name.startswith(first + "_"):
            other = second + name[len(first) :]
            if other in names:
                yield name, other


def _report() -> None:
    print(sizes(Path(__file__).resolve().parents[2]))


if __name__ == "__main__":
    _report()
