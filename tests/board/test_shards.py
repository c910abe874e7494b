"""Data shards: their form, what moves them, and that a page and its script say the same of a layer."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ocr_eval.board import layers, pages_data, shards
from ocr_eval.board.manifest import shard
from ocr_eval.board.model import InstanceView, LayerView, SampleView, TabData
from ocr_eval.report.i18n import catalogue
from ocr_eval.report.page import STATIC
from ocr_eval.report.slim import slim
from tests.board import views
from tests.board.site import Source

SITE = views.site(5, ("rrc-iou",))
BOARD = SITE.boards[0]
TAB = BOARD.tabs[0]


def data(rows: int = 5, samples: int = 40, seed: int = 3) -> TabData:
    draw = np.random.default_rng(seed)
    n_gt = draw.integers(0, 12, samples)
    keys = [row.key for row in sorted(TAB.rows, key=lambda r: r.key) if row.state == "ranked"][:rows]
    tables: dict[str, Any] = {}
    for key in keys:
        tp = draw.binomial(n_gt, 0.8)
        n_det = tp + draw.integers(0, 3, samples) * (200 if key == keys[0] else 1)
        tables[key] = np.stack([tp, n_gt, n_det, n_gt * 0 + 1, tp * 0], axis=1).astype(np.float64)
    return TabData(
        TAB.data,
        tuple(f"img_{k:03d}" for k in range(samples)),
        tuple(f"page-{k}" if k < 3 else None for k in range(samples)),
        {"script": tuple("ko" if k % 3 else "en" for k in range(samples))},
        None,
        TAB.columns,
        tables,
    )


def opened(made: bytes) -> tuple[str, Any]:
    found = shard(made)
    assert found is not None
    return found[0], json.loads(found[1])


def test_a_shard_is_one_statement_with_a_fixed_gzip_header():
    made = shards.json_shard("board.meta", {"a": 1})
    match = re.fullmatch(rb'OE\.put\("board\.meta","([A-Za-z0-9+/=]+)"\);\n', made)
    assert match
    packed = base64.b64decode(match[1])
    assert packed[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    assert gzip.decompress(packed) == b'{"a":1}'
    assert shards.json_shard("x", {}, zipped=False) == b'OE.put("x","e30=");\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        shards.json_shard("x", {"a": float("nan")})


@pytest.mark.parametrize("zipped", [True, False])
def test_columns_are_read_back_as_their_types_say(zipped):
    given = data()
    key, meta = opened(shards.meta_shard(BOARD, TAB, given, zipped=zipped))
    assert (key, meta["gzip"]) == (f"{TAB.data}.meta", zipped)
    assert [name for name, _ in meta["shared"]] == ["n_gt", "dc_gt"]
    size = len(given.samples)
    for row in meta["rows"]:
        if row["shard"] is None:
            continue
        view = next(r for r in TAB.rows if r.key == row["key"])
        own, _ = shard(shards.row_shard(given, view, zipped=zipped)) or ("", b"")
        assert own == f"{TAB.data}.s{row['shard']:03d}"
        for part, columns in (
            (shards.shared_shard(given, zipped=zipped), meta["shared"]),
            (shards.row_shard(given, view, zipped=zipped), row["columns"]),
        ):
            content, at = (shard(part) or ("", b""))[1], 0
            for name, kind in columns:
                values = np.frombuffer(content, "<" + kind, size, at)
                at += values.nbytes
                assert (values == given.tables[row["key"]][:, given.columns.index(name)]).all()
            assert at == len(content)
    kinds = {row["key"]: dict(row["columns"]).get("n_det") for row in meta["rows"]}
    assert set(kinds.values()) == {"u2", "u1", None}, "each submission has the smallest type that holds it"


def test_a_further_submission_moves_no_other_shard():
    few, more = data(4), data(5)
    for key in few.tables:
        row = next(r for r in TAB.rows if r.key == key)
        assert shards.row_shard(few, row) == shards.row_shard(more, row)
    assert shards.shared_shard(few) == shards.shared_shard(more)


def test_real_valued_sums_keep_every_bit():
    given = replace(data(1), columns=(*TAB.columns[:4], "sum:similarity"))
    key = next(iter(given.tables))
    values = np.random.default_rng(1).random(len(given.samples))
    given.tables[key][:, 4] = values
    row = next(r for r in TAB.rows if r.key == key)
    content = (shard(shards.row_shard(given, row)) or ("", b""))[1]
    assert content.endswith(values.astype("<f8").tobytes())


@pytest.mark.parametrize("bad", [-1.0, 0.5, 2.0**32])
def test_what_is_no_count_is_refused(bad):
    given = data(1)
    key = next(iter(given.tables))
    given.tables[key][0, 0] = bad
    with pytest.raises(ValueError, match="column tp holds what is no count"):
        shards.row_shard(given, next(r for r in TAB.rows if r.key == key))


def test_without_per_sample_data_only_stored_comparisons_are_told():
    _, meta = opened(shards.meta_shard(BOARD, replace(TAB, data=""), None))
    assert (meta["samples"], meta["shared"], meta["items"], meta["tags"]) == ([], [], {}, {})
    assert all(row["shard"] is None and not row["columns"] for row in meta["rows"])
    assert len(meta["pairs"]) == len(TAB.pairs)
    assert meta["pairs"][0]["a"] == TAB.pairs[0].a
    assert shards.meta_path(BOARD, replace(TAB, data="")) == shards.meta_path(BOARD, TAB)


def test_hidden_characters_are_visible_before_a_script_sees_them():
    rows = (replace(TAB.rows[0], name="evil\u202egnp.exe"), *TAB.rows[1:])
    given = data()
    given = replace(given, samples=("\u200bx", " ", *given.samples[2:]))
    _, meta = opened(shards.meta_shard(BOARD, replace(TAB, rows=rows), given))
    assert meta["rows"][0]["name"] == "evil[U+202E]gnp.exe"
    assert meta["samples"][:2] == ["[U+200B]x", "[U+0020]"]


def test_groups_are_numbered_as_resampling_numbers_them():
    given = replace(data(2, 4), groups=("b", "a", "b", "c"))
    assert opened(shards.meta_shard(BOARD, TAB, given))[1]["groups"] == [1, 0, 1, 2]


def test_saturated_and_unsolved_samples_are_named():
    given = data(3, 6)
    for table in given.tables.values():
        table[:] = [
            [2, 2, 2, 0, 0],
            [0, 3, 1, 0, 0],
            [0, 0, 0, 0, 0],
            [1, 2, 2, 0, 0],
            [1, 4, 2, 0, 0],
            [2, 3, 4, 0, 0],
        ]
    items = opened(shards.meta_shard(BOARD, TAB, given))[1]["items"]
    assert items["verdict"] == ["saturated", "unsolved", "", "", "", ""]
    assert items["difficulty"][:2] == [1.0, 0.0]
    assert items["discrimination"] == [None] * 6


def ring(x: float, y: float) -> tuple[float, ...]:
    return (x, y, x + 30.25, y, x + 30.25, y + 10, x, y + 10)


def sample() -> SampleView:
    """A word read with one wrong letter, a don't care, a miss; a second layer explains the same with edits."""
    gt = (
        InstanceView(0, ring(0, 0), "COFFEE", "unmatched", "miss"),
        InstanceView(1, ring(50, 0), "###", "ignored", "don't care"),
        InstanceView(2, ring(0, 40), "\u202eTEA", "unmatched", "miss"),
    )
    some = ("found_some", {"count": 5, "size": 6, "letters": "E"})
    near = (("nearest_prediction", {"iou": 0.48, "partner": 1}), ("iou_needed", {"threshold": 0.5}))
    told = (
        InstanceView(0, (), None, "matched", "wrong text", (0,), (some,)),
        InstanceView(1, (), None, "ignored", "don't care", (), (("dont_care_text", {}),)),
        InstanceView(2, (), None, "unmatched", "miss", (), near),
    )
    held = ("ignored_share", {"share": 0.81, "partner": 1})
    pred = (
        InstanceView(0, ring(1, 0), "COFFE<b>", "matched", "wrong text", (0,), (("used_all", {"size": 5}),)),
        InstanceView(1, ring(51, 1), "x", "ignored", "ignored", (1,), (held,)),
    )
    places = [0, 1, 2, 3, 4]
    removal = {
        "order": 1,
        "gt": 0,
        "pred": 0,
        "chars": "COFFE",
        "positions_gt": places,
        "positions_pred": places,
    }
    removal |= {"rule": "largest", "share": 0.75, "tied": 1}
    first = LayerView("a-1", "<i>A", "popeval-x", "popeval", 0.9, told, pred, ((0, 0, 0.75),), (removal,))
    ops = [["equal", "COFFE", "COFFE"], ["deleted", "E", ""], ["inserted", "", "<b>"]]
    edit = {"gt": 0, "pred": 0, "ops": ops}
    return SampleView(
        dataset="ic15-test",
        sample="img_1",
        page="img-1-aa",
        previous=None,
        next=("img-2-bb", "img_2"),
        width=200.0,
        height=100.0,
        image=None,
        tags=(("script", "en"),),
        gt=gt,
        layers=(first, replace(first, key="b-2", name="B", removals=(), edits=(edit,), value=None)),
        scores=(("ic15-det", TAB.slug, "rrc-iou", "hmean", (("a-1", "<i>A", 0.9, {"tp": 1}),)),),
    )


def test_characters_are_struck_in_the_order_of_their_removals():
    view = sample()
    rows = layers.layer_rows(view, view.layers[0])
    assert rows["gt"][0][0] == [["del", "COFFE", "1"], ["mark", "E", ""]]
    assert rows["gt"][1][0] == "###"
    assert rows["gt"][2][0] == [["mark", "[U+202E]TEA", ""]]
    assert rows["pred"][0][0] == [["del", "COFFE", "1"], ["mark", "<b>", ""]]
    assert rows["pred"][1][0] == "x"
    assert rows["lines"] == [["15.12", "5", "16.12", "5"]]
    english = catalogue("en")
    assert (
        layers.words(rows["gt"][2][4], english) == "best IoU is 0.4800 with prediction 1, IoU > 0.5 is needed"
    )
    assert "0.7500" in layers.words(rows["steps"][0], english)
    edits = layers.layer_rows(view, view.layers[1])["pred"][0][0]
    assert edits == [["span", "COFFE", ""], ["del", "E", ""], ["ins", "<b>", ""]]


def test_a_sample_without_layers_or_size_still_has_a_drawing():
    view = replace(sample(), layers=(), width=None, height=None)
    page = Source(pages_data.render_sample(SITE, view, "en"))
    assert page.faults == []
    drawing = next(attributes for _, tag, attributes in page.elements if tag == "svg")
    assert drawing["viewbox"] == "-8 -8 96.25 66"


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_pages_are_nested_as_written_and_hold_every_instance(lang):
    page = Source(pages_data.render_sample(SITE, sample(), lang))
    assert page.faults == []
    rows = [attributes for _, tag, attributes in page.elements if tag == "tr" and "data-index" in attributes]
    assert [(row["data-side"], row["data-index"]) for row in rows] == [
        *(("gt", str(k)) for k in range(3)),
        *(("pred", str(k)) for k in range(2)),
    ]
    assert [tag for _, tag, _ in page.elements].count("polygon") == 5
    for text in (
        pages_data.render_compare(SITE, lang),
        pages_data.render_images(SITE, BOARD, data(), lang),
        pages_data.render_images(SITE, BOARD, None, lang),
    ):
        assert Source(text).faults == []


def test_a_small_matrix_is_a_table_and_a_large_one_is_not():
    small = Source(pages_data.render_images(SITE, BOARD, data(samples=300), "en"))
    large = Source(pages_data.render_images(SITE, BOARD, data(samples=301), "en"))
    assert [[tag for _, tag, _ in page.elements].count("table") for page in (small, large)] == [1, 0]


def test_stored_comparisons_stand_on_the_page_of_small_boards_only():
    assert "PixelLink" in pages_data.render_compare(SITE, "en").split('class="stored"')[1]
    assert 'class="stored"' not in pages_data.render_compare(views.site(31, ("rrc-iou",)), "en")


def test_texts_of_the_overlay_are_all_reasons_and_kinds():
    key, texts = opened(shards.text_shard("ko"))
    assert key == "text.ko"
    assert texts["reason.iou_needed"] == catalogue("ko")["reason.iou_needed"]
    assert {name.split(".")[0] for name in texts} == {"kind", "reason"}


PAGES = {
    "board.html": ("table.js",),
    "compare.html": ("load.js", "stats.js", "compare.js", "compare.css"),
    "images.html": ("table.js", "load.js", "stats.js", "matrix.js", "matrix.css"),
    "sample.html": ("load.js", "overlay.js", "overlay.css"),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_less_than_30_kb_of_scripts_and_styles(page):
    names = ("theme.js", "base.js", "site.css", *PAGES[page])
    assert sum(len(slim(n, (STATIC / n).read_text(encoding="utf-8")).encode()) for n in names) < 30_000
