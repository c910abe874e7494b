"""Exports and feeds: data as it stands in the views, foreign text harmless in each format, every document is one."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from ocr_eval.board import exports, feeds
from ocr_eval.board.model import (
    BoardView,
    EventView,
    MetricView,
    PairView,
    RowView,
    SiteView,
    TabData,
    TabView,
    Value,
)
from ocr_eval.protocols.formulas import Harmonic, rate
from tests.board.hostile_texts import OWN

SCHEMAS = Path(exports.__file__).parents[1] / "report" / "schemas"
HMEAN = rate("2*tp", "n_gt + n_det")


def row(key: str, name: str = "", value: float | None = 0.5, **fields: object) -> RowView:
    interval = (None, None) if value is None else (value - 0.01, value + 0.01)
    values = {"hmean": Value(value, *interval), "recall": Value(value)}
    return RowView(key, name or key, str(fields.pop("state", "ranked")), values, **fields)  # type: ignore[arg-type]


def board(rows: list[RowView], **fields: object) -> tuple[SiteView, BoardView, TabView]:
    metrics = (
        MetricView("recall", True, rate("tp", "n_gt").to_json()),
        MetricView("hmean", True, HMEAN.to_json()),
        MetricView("nowhere", True),
    )
    tab = TabView(
        "rrc-iou", "rrc-iou-0a1b2c3d", "hmean", metrics, tuple(rows), "ocr-eval:1|ds:x@0a1b2c3d|n:3",
        "ci:perc,B:10000,seed:1,rng:lb32/1,unit:sample", 1, 10000, 3, "sample", 0.0123,
        pairs=(PairView("a", "b", 0.1, 0.05, 0.15, 0.0002, 0.0004),),
    )  # fmt: skip
    tab = replace(tab, **fields)  # type: ignore[arg-type]
    view = BoardView("x", "A board", 2, "", "d", (tab,), True)
    return SiteView("Site", "public", ("en",), "2026-11-21", "1.0", (view,), (), (), ()), view, tab


def hostile_rows() -> list[RowView]:
    return [
        row(f"k{n}", text or "empty", authors=(text,), affiliation=text, reason=text)
        for n, text in enumerate(OWN)
    ]


def test_json_is_the_view_and_fits_its_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    rows = [
        row("a", rank=(1, 2), could_be_best=True, date="2026-11-21"),
        row("b", value=None, rank=None, state="undefined"),
        row("c", state="withdrawn"),
        row("d", state="not-rescored", verification="reproduced"),
        *hostile_rows(),
    ]
    _, view, tab = board(rows)
    text = exports.to_json(view, tab)
    text.encode("utf-8")
    body = json.loads(text)
    jsonschema.validate(body, json.loads((SCHEMAS / "board-1.json").read_text(encoding="utf-8")))
    assert list(body) == [
        "schema",
        "board",
        "version",
        "signature",
        "headline",
        "samples",
        "mdd",
        "seed",
        "rows",
        "pairs",
    ]
    assert body["rows"][0] == {
        "submission": "a", "name": "a", "date": "2026-11-21",
        "values": {"hmean": [0.5, 0.49, 0.51], "recall": [0.5, None, None]},
        "rank": [1, 2], "verification": "self-reported", "flags": {"could_be_best": True},
    }  # fmt: skip
    assert [r["flags"] for r in body["rows"][1:4]] == [
        {"undefined": True},
        {"withdrawn": True},
        {"not_rescored": True},
    ]
    assert [r["name"] for r in body["rows"][4:]] == [text or "empty" for text in OWN]


def test_a_board_without_rows_is_data_too() -> None:
    _, view, tab = board([], pairs=(), mdd=None)
    assert json.loads(exports.to_json(view, tab))["rows"] == []
    assert len(exports.to_csv(tab).splitlines()) == 1


def test_csv_has_one_row_per_submission_and_no_formula() -> None:
    rows = [row("a", "=HYPERLINK(1)", counts={"invalid": 3}, rank=(1, 3)), *hostile_rows()]
    _, _, tab = board(rows)
    text = exports.to_csv(tab)
    text.encode("utf-8")
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert len(lines) == 1 + len(rows) == len(text.splitlines())
    assert (
        lines[0]
        == (
            "submission name state rank_lo rank_hi hmean hmean_lo hmean_hi recall recall_lo recall_hi "
            "invalid verification date authors affiliation team_submissions"
        ).split()
    )
    assert lines[1][:12] == [
        "a",
        "'=HYPERLINK(1)",
        "ranked",
        "1",
        "3",
        "0.5",
        "0.49",
        "0.51",
        "0.5",
        "",
        "",
        "3",
    ]
    for line in lines[1:]:
        assert len(line) == len(lines[0])
        for cell in line:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_numbers_are_written_in_full() -> None:
    _, view, tab = board([row("a", value=1 / 3)])
    assert float(exports.to_csv(tab).splitlines()[1].split(",")[5]) == 1 / 3
    assert json.loads(exports.to_json(view, tab))["rows"][0]["values"]["hmean"][0] == 1 / 3
    assert (
        exports.number_cell(-0.5) == "-0.5"
        and exports.number_cell(None) == ""
        and exports.number_cell(7) == "7"
    )


def test_samples_csv_is_wide_and_empty_where_undefined() -> None:
    _, _, tab = board([row("a"), row("b", state="withdrawn"), row("c", state="not-rescored")])
    data = TabData(
        "x", ("img, 1", "=2", "3"), (None, None, None), {}, None, ("tp", "n_gt", "n_det"),
        {
            "a": np.array([[1, 2, 2], [0, 0, 0], [0, 0, 3]], float),
            "b": np.array([[2, 2, 2], [0, 1, 0], [0, 0, 0]], float),
        },
    )  # fmt: skip
    # hmean = 2 tp / (n_gt + n_det); alone 0/0 is undefined here
    assert exports.to_samples_csv(tab, data) == f'sample,a,b\n"img, 1",{2 * 1 / 4},1\n\'=2,,0\n3,0,\n'


def test_samples_csv_of_a_harmonic_mean_and_of_samples_as_a_term() -> None:
    formula = Harmonic(rate("tp", "n_det"), rate("sum:near", "n_gt"))
    assert exports.from_json(formula.to_json()) == formula
    assert exports.from_json(rate("tp", "samples", empty=0.0, alone=1.0).to_json()) == rate(
        "tp", "samples", empty=0.0, alone=1.0
    )
    _, _, tab = board([row("a")], metrics=(MetricView("hmean", True, formula.to_json()),))
    data = TabData(
        "x", ("s",), (None,), {}, None, ("tp", "n_gt", "n_det", "sum:near"), {"a": np.array([[1, 4, 2, 3.0]])}
    )
    p, r = 1 / 2, 3 / 4
    assert exports.to_samples_csv(tab, data) == f"sample,a\ns,{(2 * p * r) / (p + r):.1f}\n"


@pytest.mark.parametrize(
    ("value", "cell"), [(2 / 3, "0.666667"), (-1e-9, "0"), (-0.5, "-0.5"), (100.0, "100"), (None, "")]
)
def test_values_of_samples_have_six_decimals(value: float | None, cell: str) -> None:
    assert exports._short(value) == cell


def test_a_metric_that_is_no_function_of_sums_has_no_values_per_sample() -> None:
    _, _, tab = board([row("a")], metrics=(MetricView("hmean", True, None),))
    data = TabData("x", ("s",), (None,), {}, None, ("tp",), {"a": np.array([[1.0]])})
    assert exports.to_samples_csv(tab, data) == "sample,a\n"


def test_latex_and_markdown_show_rank_set_and_interval() -> None:
    _, view, _ = board([row("a", "A_1 & B", rank=(2, 6)), row("w", state="withdrawn"), row("u", value=None)])
    tex, markdown = exports.to_latex(view), exports.to_markdown(view)
    assert r"2--6 & A\_1 \& B & 50.00 [49.00, 51.00] & 50.00 \\" in tex
    assert r"\begin{tabular}{rlrr}" in tex
    assert r"| 2–6 | A\_1 \& B | 50.00 [49.00, 51.00] | 50.00 |" in markdown
    assert "~~w~~" in markdown and "n/a" in markdown
    assert "ocr-eval:1|ds:x@0a1b2c3d|n:3" in tex and "ocr-eval:1|ds:x@0a1b2c3d|n:3" in markdown


def test_hostile_names_stay_text_in_latex_and_markdown() -> None:
    rows = hostile_rows()
    _, view, _ = board(rows)
    view = replace(view, title=OWN[0] + "\n\\input{x}")
    tex, markdown = exports.to_latex(view), exports.to_markdown(view)
    tex.encode("utf-8"), markdown.encode("utf-8")
    assert tex.count("\n") == len(rows) + 9 and markdown.count("\n") == len(rows) + 7
    known = {
        "begin",
        "end",
        "hline",
        "textbackslash",
        "textasciicircum",
        "textasciitilde",
        "textless",
        "textgreater",
    }
    assert set(re.findall(r"\\([A-Za-z]+)", tex)) <= known
    assert not re.search(r"(?<!\\)<", markdown)


def test_feed_is_atom_with_stable_ids_newest_first() -> None:
    site, view, _ = board([row("a")])
    events = (
        EventView(1, "add", "2026-01-01", "a", "<script>alert(1)</script>", "rrc-iou"),
        EventView(2, "rescore", "2026-01-02", "a", "A\x00B\u202e", "rrc-iou", "0.5", "0.6", "gt & more"),
        *(EventView(n + 3, "add", "2026-01-01", f"k{n}", text) for n, text in enumerate(OWN)),
    )
    view = replace(view, changes=events)
    site = replace(site, boards=(view, replace(view, id="y")), title="A & B")
    text = feeds.feed(site, "https://boards.example.org/ocr/")
    atom = "{http://www.w3.org/2005/Atom}"
    tree = ElementTree.fromstring(text.encode("utf-8"))
    ids = [entry.findtext(f"{atom}id") for entry in tree.iter(f"{atom}entry")]
    assert ids[:3] == [
        "tag:boards.example.org,2026:y:2", "tag:boards.example.org,2026:x:2",
        f"tag:boards.example.org,2026:y:{len(OWN) + 2}",
    ]  # fmt: skip
    assert len(set(ids)) == len(ids) == min(2 * len(events), feeds.ENTRIES)
    assert tree.findtext(f"{atom}updated") == "2026-01-02T00:00:00Z"
    assert [link.get("href") for link in tree.findall(f"{atom}link")] == [
        "https://boards.example.org/ocr/feed.atom", "https://boards.example.org/ocr/index.html",
    ]  # fmt: skip
    assert {child.tag for entry in tree.iter(f"{atom}entry") for child in entry} == {
        f"{atom}{name}" for name in ("id", "title", "updated", "link", "summary")
    }
    first = next(tree.iter(f"{atom}entry"))
    assert first.findtext(f"{atom}summary") == "rrc-iou · 0.5 → 0.6 · gt & more"
    assert "ocr-eval.invalid" in feeds.feed(site) and 'href="feed.atom"' in feeds.feed(site)


def test_feed_without_events() -> None:
    site, _, _ = board([])
    tree = ElementTree.fromstring(feeds.feed(replace(site, date="")))
    assert tree.findtext("{http://www.w3.org/2005/Atom}updated") == "1970-01-01T00:00:00Z"


def test_badges_say_interval_and_rank_set() -> None:
    _, view, tab = board([])
    best = row("a", value=0.8227, rank=(1, 1), could_be_best=True)
    assert feeds.badge_message(tab, best) == ("hmean 82.27 [81.27, 83.27] · rank 1", "#2e7d32")
    assert feeds.badge_message(tab, row("a", rank=(2, 6)))[0].endswith("rank 2–6")
    assert feeds.badge_message(tab, row("a", value=None))[0] == "hmean n/a"
    assert feeds.badge_message(tab, row("a", state="withdrawn"))[0] == "withdrawn"
    assert feeds.badge_message(tab, row("a", state="ceiling"))[0].endswith("· ceiling")
    assert json.loads(feeds.badge_json(view, tab, best)) == {
        "schemaVersion": 1, "label": "A board", "message": "hmean 82.27 [81.27, 83.27] · rank 1", "color": "2e7d32",
    }  # fmt: skip


def test_badges_of_hostile_boards_are_drawings_of_two_texts() -> None:
    svg = "{http://www.w3.org/2000/svg}"
    for text in OWN:
        _, view, tab = board([])
        tree = ElementTree.fromstring(
            feeds.badge_svg(replace(view, title=text), tab, row("a")).encode("utf-8")
        )
        assert [child.tag.replace(svg, "") for child in tree.iter()] == [
            "svg",
            "title",
            "rect",
            "path",
            "g",
            "text",
            "text",
        ]
        assert {name for child in tree.iter() for name in child.attrib}.isdisjoint(
            {"style", "href", "onload"}
        )
        json.loads(feeds.badge_json(replace(view, title=text), tab, row("a")))


def test_sitemap_and_headers() -> None:
    text = feeds.sitemap(["index.html", "b/x@v2/index.html"], "https://e.org", "2026-11-21")
    places = [node.text for node in ElementTree.fromstring(text).iter() if node.tag.endswith("loc")]
    assert places == ["https://e.org/b/x@v2/index.html", "https://e.org/index.html"]
    assert "frame-ancestors 'none'" in feeds.headers("default-src 'none'")
