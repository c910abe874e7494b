"""Figures for papers: the same bytes in every process, foreign names as text, nothing but the table's numbers."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ocr_eval.board import figures
from tests.board.hostile_texts import OWN
from tests.board.test_exports import board, row

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import hashlib, sys
sys.path.insert(0, {root!r})
from tests.board.test_site_figures import drawn
print(hashlib.sha256(b"".join(drawn())).hexdigest())
"""


def drawn() -> list[bytes]:
    rows = [
        row(f"s{k}", f"System {k} $x$ 한글 _^", 0.9 - k / 50, rank=(max(1, k - 2), k + 2)) for k in range(12)
    ]
    rows += [row("c", "ceiling", 0.97, state="ceiling"), row("u", value=None)]
    _, view, tab = board(rows)
    return [figures.draw(view, tab, kind, form) for kind in figures.KINDS for form in figures.FORMATS]


def test_the_same_bytes_in_every_process_time_zone_and_locale(tmp_path: Path) -> None:
    found = set()
    for seed, zone, locale in (("1", "Asia/Seoul", "C"), ("2", "America/New_York", "C.UTF-8")):
        environment = os.environ | {
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": locale,
            "MPLCONFIGDIR": str(tmp_path),
        }
        done = subprocess.run(
            [sys.executable, "-c", CHILD.format(root=str(ROOT))],
            capture_output=True, text=True, check=True, env=environment, cwd=tmp_path,
        )  # fmt: skip
        found.add(done.stdout)
    assert len(found) == 1


def test_figures_hold_names_as_text_and_no_machine() -> None:
    svg, pdf = drawn()[:2]
    tree = ElementTree.fromstring(svg)
    words = ["".join(node.itertext()).strip() for node in tree.iter() if node.tag.endswith("}text")]
    assert "System 3 $x$ 한글 _^" in words
    assert pdf.startswith(b"%PDF-1.4") and b"CreationDate" not in pdf and b"matplotlib" not in pdf.lower()
    assert b"<dc:date>" not in svg and b"file:" not in svg


@pytest.mark.parametrize("kind", figures.KINDS)
def test_hostile_names_and_empty_boards_are_drawn(kind: str) -> None:
    rows = [row(f"k{n}", text or "empty", rank=(1, 2)) for n, text in enumerate(OWN)]
    _, view, tab = board(rows)
    tree = ElementTree.fromstring(figures.draw(replace(view, title=OWN[0]), tab, kind, "svg"))
    assert not [
        node for node in tree.iter() if node.tag.rsplit("}")[-1] in ("script", "foreignObject", "image")
    ]
    _, view, tab = board([])
    for form in figures.FORMATS:
        assert figures.draw(view, tab, kind, form)


def test_the_view_is_asked_for_only_when_a_figure_is_drawn() -> None:
    def never() -> tuple[object, object]:
        raise AssertionError

    made = figures.outputs("key", never, "x", "rrc-iou-0a1b2c3d")  # type: ignore[arg-type]
    assert [output.path for output in made] == [
        f"figures/x-rrc-iou-0a1b2c3d-{kind}.{form}"
        for kind in ("intervals", "ranks")
        for form in ("svg", "pdf")
    ]
