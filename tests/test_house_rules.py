"""The house rules, each held by the checkout, and each with a planted breach that it must see.

A rule is a function from a checkout to a list of breaches (tests/house). Its twin runs it on a copy of the checkout in
which one file breaks it: a rule that cannot fail is no rule.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import completeness, imports, sources, startup

ROOT = Path(__file__).resolve().parents[1]
Rule = Callable[[Path], list[str]]

RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        imports.ladder,
        imports.protocols_are_strangers,
        imports.pages_need_no_geometry,
        imports.oracles_stand_alone,
        imports.heavy_imports_wait,
        imports.numba_has_one_home,
        imports.formats_are_strangers,
        sources.nothing_forbidden,
        sources.nothing_printed,
        sources.first_line_speaks,
        sources.gt_comes_first,
        sources.nothing_unfinished,
        sources.no_machine_named,
        completeness.protocols_have_their_twins,
        completeness.specs_are_whole,
        completeness.parameters_fit_the_signature,
        completeness.codes_are_explained,
        completeness.readme_says_what_ci_does,
        startup.loads_little,
        startup.answers_at_once,
    )
}

RRC_IOU = "ocr_eval/protocols/detection/rrc_iou.py"
REGISTRY = "ocr_eval/protocols/__init__.py"

# rule -> plants: file, text to replace ("" appends, None removes the file), its replacement, what the rule then says.
PLANTS: dict[str, list[tuple[str, str | None, str, str]]] = {
    "ladder": [
        (
            "ocr_eval/tables/counts.py",
            "",
            "import ocr_eval.cli",
            "ocr_eval.tables is not allowed to import ocr_eval.cli",
        ),
        (
            "ocr_eval/kernels/jit.py",
            "",
            "def f():\n    from ocr_eval.formats import read",
            "import ocr_eval.formats",
        ),
        ("ocr_eval/text/units.py", "", "import ocr_eval.formats", "ocr_eval.text is not allowed to import"),
        ("ocr_eval/attic.py", "", "X = 1", "attic"),
        (RRC_IOU, "", "from ocr_eval.protocols.end_to_end import cascade", "cascade"),
    ],
    "protocols_are_strangers": [
        (
            RRC_IOU,
            "",
            "from ocr_eval.protocols.end_to_end.popeval import PopEval",
            "rrc_iou imports ocr_eval.protocols.end",
        ),
        (
            "ocr_eval/protocols/rrc_match.py",
            "",
            "from ocr_eval.protocols.end_to_end.rrc_e2e import RrcE2e",
            "rrc_match -> ocr_eval.protocols.end_to_end.rrc_e2e",
        ),
    ],
    "pages_need_no_geometry": [
        ("ocr_eval/record.py", "", "def f():\n    import shapely", "ocr_eval.record loads shapely"),
        (
            "ocr_eval/report/page.py",
            "",
            "def f():\n    from ocr_eval.kernels import clip",
            "imports ocr_eval.kernels.clip",
        ),
        (
            "ocr_eval/tables/counts.py",
            "",
            "from numba import njit",
            "-> ocr_eval.tables.counts -> numba.njit",
        ),
    ],
    "oracles_stand_alone": [
        (
            "tests/oracles/rrc_iou.py",
            "",
            "from ocr_eval.kernels import clip",
            "imports ocr_eval.kernels.clip",
        ),
        ("tests/oracles/popeval.py", "", "def f():\n    import ocr_eval.pairing", "imports ocr_eval.pairing"),
    ],
    "heavy_imports_wait": [
        ("ocr_eval/cli/score.py", "", "import numpy as np", "ocr_eval.cli.score loads numpy"),
        (
            "ocr_eval/cli/score.py",
            "",
            "from ocr_eval.tables.counts import Counts",
            "-> ocr_eval.tables.counts -> numpy",
        ),
        (RRC_IOU, "", "from ocr_eval.tables.joined import Joined", "loads numpy"),
        ("ocr_eval/formats/icdar.py", "", "import pandas", "ocr_eval.formats.icdar loads pandas"),
        (
            "ocr_eval/report/page.py",
            "",
            "class Page:\n    import jinja2",
            "ocr_eval.report.page",
        ),
    ],
    "numba_has_one_home": [
        ("ocr_eval/pairing.py", "", "def f():\n    from numba import njit", "ocr_eval.pairing:"),
        ("ocr_eval/kernels/clip.py", "", "from numba import njit", "imports numba.njit"),
        ("ocr_eval/kernels/clip.py", "", "@kernel(nogil=False)\ndef f(x):\n    return x", "sets nogil"),
        ("ocr_eval/kernels/jit.py", "", "njit(fastmath=True)", "sets fastmath"),
    ],
    "formats_are_strangers": [
        (
            "ocr_eval/formats/icdar.py",
            "",
            "from ocr_eval.formats import popeval",
            "icdar imports ocr_eval.formats.popeval",
        ),
        (
            "ocr_eval/formats/lines.py",
            "",
            "def f():\n    from ocr_eval.formats.icdar import QUAD",
            "ocr_eval.formats.lines -> ocr_eval.formats.icdar",
        ),
    ],
    "nothing_forbidden": [
        ("ocr_eval/limits.py", "", planted, says)
        for planted, says in (
            ("import pickle", "imports pickle"),
            ("def f():\n    import yaml", "imports yaml"),
            ("from scipy.io import loadmat", "imports scipy.io.loadmat"),
            ("def f():\n    import Polygon.cPolygon", "imports Polygon"),
            ("import urllib.request", "imports urllib.request"),
            ("from urllib.request import urlopen", "imports urllib.request.urlopen"),
            ("import socket", "imports socket"),
            ("def f():\n    import jiwer", "imports jiwer"),
            ("X = eval('1')", "calls eval"),
            ("def f(x):\n    exec(x)", "calls exec"),
            ("def f(z):\n    z.extractall('.')", "calls extractall"),
            ("def f(z):\n    z.extract('a')", "calls extract"),
            ("def f(p):\n    import numpy\n    numpy.load(p, allow_pickle=True)", "names allow_pickle"),
            ("def f():\n    import subprocess\n    subprocess.run('x', shell=True)", "starts a shell"),
        )
    ],
    "nothing_printed": [
        ("ocr_eval/engine/local.py", "", "def f(x):\n    print(x)", "ocr_eval.engine.local:"),
        ("ocr_eval/engine/local.py", "", "import sys\nsys.stderr.write('x')", "ocr_eval.engine.local:"),
    ],
    "first_line_speaks": [
        ("ocr_eval/limits.py", '"""', '# x\n"""', "ocr_eval.limits: line 1 is no docstring"),
        ("ocr_eval/limits.py", "", "X = 1\n" * 250, "does not say 'long because"),
    ],
    "gt_comes_first": [
        ("ocr_eval/pairing.py", "", "def f(pred, gt): ...", "f(pred, ..., gt)"),
        ("ocr_eval/pairing.py", "", "def f(*, pred_xy, gt_xy): ...", "f(pred_xy, ..., gt_xy)"),
        ("ocr_eval/kernels/clip.py", "", "def f(p, g): ...", "f(p, ..., g)"),
    ],
    "nothing_unfinished": [("ocr_eval/limits.py", "", "# TO" + "DO: more", "ocr_eval.limits:")],
    "no_machine_named": [
        ("README.md", "", "see /ho" + "me/somebody/project", "names /ho" + "me/somebody"),
        ("scripts/check", "", "cd /t" + "mp/x", "names /t" + "mp/x"),
    ],
    "protocols_have_their_twins": [
        ("tests/oracles/rrc_iou.py", None, "", "tests/oracles/rrc_iou.py (its oracle) is missing"),
        (
            "tests/parity/test_popeval.py",
            None,
            "",
            "tests/parity/test_popeval.py (its parity test) is missing",
        ),
        ("tests/gold/cascade", None, "", "tests/gold/cascade/ holds no official numbers"),
        (RRC_IOU, None, "", "rrc_iou.py (the protocol) is missing"),
    ],
    "specs_are_whole": [
        (RRC_IOU, "What it cannot see\n", "What it sees\n", "rrc-iou: the SPEC has no 'What it cannot see'"),
        (RRC_IOU, "\nSource\n    ", "\nSource\n", "rrc-iou: the SPEC has no 'Source'"),
        (RRC_IOU, "    VERSION:", "    VERSIONS:", "rrc-iou: class RrcIou has no VERSION"),
        (RRC_IOU, "    def explain(", "    def explains(", "rrc-iou: class RrcIou has no explain"),
        (RRC_IOU, '("tp",', '("n_gt",', "rrc-iou: COLUMNS and SUMS are not"),
        (RRC_IOU, 'ClassVar[str] = "det"', 'ClassVar[str] = "rec"', "TASK 'rec' does not fit"),
    ],
    "parameters_fit_the_signature": [
        (RRC_IOU, "    iou: float", "    poly: float", "rrc-iou: a parameter cannot be called poly"),
        (RRC_IOU, "    iou: float", "    IoU: float", "rrc-iou: a parameter cannot be called IoU"),
    ],
    "codes_are_explained": [
        ("ocr_eval/errors.py", "", 'CODES["E_NEW"] = Code(3, "meaning", "example", "")', "E_NEW: cure"),
        ("ocr_eval/errors.py", "", 'CODES["E_NEW"] = Code(3, "meaning", "a; b", "cure")', "E_NEW: example"),
        ("ocr_eval/errors.py", "", 'CODES["E_NEW"] = Code(0, "meaning", "example", "cure")', "E_NEW: exit 0"),
        ("ocr_eval/limits.py", "", 'X = "E_NOWHERE"', "uses E_NOWHERE"),
    ],
    "readme_says_what_ci_does": [
        ("README.md", "ocr-eval demo", "ocr-eval dmeo", "README.md lacks the line: "),
        (".ci/run", "readme_line", "line_from_memory", ".ci/run does not take its"),
    ],
    "loads_little": [
        ("ocr_eval/__init__.py", "", "import numpy", "import ocr_eval loads numpy"),
        ("ocr_eval/cli/__init__.py", "", "import jinja2", "ocr-eval --help loads jinja2"),
        ("ocr_eval/cli/__init__.py", "", "raise ValueError('broken')", "ocr-eval --version fails"),
    ],
    "answers_at_once": [
        (
            "ocr_eval/cli/__init__.py",
            "",
            "import subprocess, sys\nfor _ in range(6):\n    subprocess.run([sys.executable, '-c', 'import click'])",
            "x `import click`, allowed 3x",
        ),
    ],
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The parts of the checkout that rules look at, free to break."""
    root = tmp_path / "checkout"
    ignore = shutil.ignore_patterns("__pycache__", "bench", "*.png")
    for name in ("ocr_eval", "tests", "scripts", ".ci", "pyproject.toml", "README.md"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=ignore)
        elif (ROOT / name).is_file():
            shutil.copy(ROOT / name, root / name)
    return root


def plant(path: Path, old: str | None, new: str) -> None:
    if old is None:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        return
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert old in text, f"{path.name} no longer holds {old!r}: mend the plant"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n{new}\n" if not old else text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("name", RULES)
def test_the_house_keeps_the_rule(name: str) -> None:
    breaches = RULES[name](ROOT)
    assert not breaches, "\n".join(breaches[:40])


CASES = [
    pytest.param(name, *breach, id=f"{name}-{k}")
    for name, plants in PLANTS.items()
    for k, breach in enumerate(plants)
]


@pytest.mark.parametrize(("name", "file", "old", "new", "says"), CASES)
def test_a_planted_breach_is_seen(
    copy: Path, name: str, file: str, old: str | None, new: str, says: str
) -> None:
    plant(copy / file, old, new)
    breaches = RULES[name](copy)
    assert any(says in breach for breach in breaches), breaches


def test_every_rule_has_a_planted_breach() -> None:
    assert set(PLANTS) == set(RULES)
    assert all(PLANTS.values())


def test_codes_agree_with_the_contract_and_every_hostile_case(shared: Path) -> None:
    assert completeness.codes_fit_the_contract(ROOT, shared) == []


@pytest.mark.parametrize(
    ("code", "exit_code"), [("E_COORD", 4), ("E_UNHEARD_OF", 3)], ids=["another_exit", "an_unknown_code"]
)
def test_a_hostile_case_that_the_table_does_not_know_is_seen(
    tmp_path: Path, code: str, exit_code: int
) -> None:
    case = tmp_path / "hostile/999-planted/case.json"
    case.parent.mkdir(parents=True)
    case.write_text(json.dumps({"id": "999-planted", "code": code, "exit": exit_code}))
    (tmp_path / "cli.md").write_text(
        "| code | exit |\n| `E_COORD` | 3 | numbers |\n| `E_GT`, `E_FORMAT` | 5 | x |\n"
    )
    breaches = completeness.codes_fit_the_contract(ROOT, tmp_path)
    assert [breach.split()[:3] for breach in breaches] == [
        ["cli.md", "wants", "E_FORMAT"],
        ["999-planted", "wants", code],
    ]
