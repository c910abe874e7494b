"""Views of whole boards: the numbers of the reference, states, sizes, keys."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ocr_eval.board.build import Building
from ocr_eval.board.options import Options
from ocr_eval.board.store import Store
from ocr_eval.errors import InputError
from tests.board.boards import hostile, ic15, synthetic
from tests.board.building import board_of, built, configured, reopened, rows_of, written

# submission -> hmean, interval, rank set; statistics, section 9.4
IC15 = {
    "textpms": (0.8727722772277228, 0.8558553985457539, 0.8890544026440834, (1, 1)),
    "east_resnet50": (0.8288069835111542, 0.8090269510582011, 0.8472420981332538, (2, 6)),
    "pixellink": (0.8227019160805239, 0.8023429782531526, 0.8418528471210674, (2, 6)),
    "drrg": (0.8207109737248841, 0.8020116064706805, 0.8381418723061024, (2, 6)),
    "giou_east": (0.816845252927984, 0.7965189185295353, 0.8358210817171626, (2, 6)),
    "synthetic": (0.7958362905133665, 0.7801914724121062, 0.8117116462826818, (2, 6)),
    "craft_reimpl": (0.7183605649404597, 0.6922178362558541, 0.7437974379809819, (7, 7)),
}
# The fifth row is that of the two hmeans above; the reference prints .0210089622 and .0454493381.
NEIGHBOURS = [
    (0.0439652937, 0.0274547860, 0.0609586385, 0.0001, (186, 89, 225)),
    (0.0061050674, -0.0109940558, 0.0234109420, 0.4712, (138, 154, 208)),
    (0.0019909424, -0.0145071454, 0.0184836001, 0.8131, (162, 134, 204)),
    (0.0038657207, -0.0115363519, 0.0193874673, 0.6358, (136, 140, 224)),
    (0.0210089624, -0.0043044097, 0.0453494281, 0.0996, (212, 176, 112)),
    (0.0774757256, 0.0469096139, 0.1091928324, 0.0001, (249, 155, 96)),
]


def test_ic15_shows_the_numbers_of_the_reference(shared: Path, tmp_path: Path) -> None:
    made = ic15(shared, ("rrc-iou",))
    building = built(tmp_path / "b", replace(made, seed=20261121))
    tab = board_of(building).tabs[0]
    assert [row.name for row in tab.rows] == list(IC15)
    for row, (hmean, lo, hi, rank) in zip(tab.rows, IC15.values(), strict=True):
        value = row.values["hmean"]
        assert value.value == pytest.approx(hmean, abs=2e-16)  # 2PR/(P+R) may differ in the last bit
        assert (value.lo, value.hi, row.rank) == (lo, hi, rank)
        assert row.could_be_best == (rank == (1, 1))
    pixellink = tab.rows[2].values
    assert (pixellink["precision"].lo, pixellink["precision"].hi) == (0.8063855180778662, 0.8503200393894633)
    assert (pixellink["recall"].lo, pixellink["recall"].hi) == (0.793268513916501, 0.8385882789479427)
    assert tab.mdd == pytest.approx(0.0240586710, abs=5e-11)
    assert tab.interval_signature == "ci:perc,B:10000,seed:01352901,rng:lb32/1,unit:sample"
    assert [len(group) for group in tab.tie_groups] == [5]
    pairs = {(pair.a, pair.b): pair for pair in tab.pairs}
    keys = [row.key for row in tab.rows]
    for a, b, (difference, lo, hi, p, counts) in zip(keys, keys[1:], NEIGHBOURS, strict=False):
        pair = pairs[a, b]
        for found, expected in ((pair.difference, difference), (pair.lo, lo), (pair.hi, hi), (pair.p, p)):
            assert found == pytest.approx(expected, abs=1e-10)  # ten digits, cut off
        assert (pair.wins, pair.losses, pair.ties) == counts
    assert len(pairs) == 21
    assert sum(pair.p_holm is not None and pair.p_holm <= 0.05 for pair in pairs.values()) == 11
    assert sum(pair.p <= 0.05 for pair in pairs.values()) == 14
    health = board_of(building).health
    assert health is not None
    assert (health.with_gt, health.saturated, health.unsolved, health.without_gt) == (496, 33, 0, 4)
    assert sum(health.histogram) == 496


@pytest.mark.parametrize("size", [0, 1, 2, 27])
def test_boards_of_any_size(tmp_path: Path, size: int) -> None:
    made = synthetic(size, 40, ("rrc-iou", "cascade", "popeval"))
    view = board_of(built(tmp_path / "b", made))
    for tab in view.tabs:
        assert len(tab.rows) == size
        assert len(tab.pairs) == size * (size - 1) // 2
        assert all(row.rank is not None and 1 <= row.rank[0] <= row.rank[1] <= size for row in tab.rows)
        assert (tab.mdd is None) == (size < 2)
    assert len(view.correlations) == 3
    assert all((c.tau is None) == (size < 2) for c in view.correlations)
    assert (view.health is None) == (size == 0)


def test_one_sample_claims_nothing(tmp_path: Path) -> None:
    tab = board_of(built(tmp_path / "b", synthetic(3, 1))).tabs[0]
    assert [row.rank for row in tab.rows] == [(1, 3)] * 3
    assert {row.values["hmean"].notice for row in tab.rows} == {"W_FEW_SAMPLES"}
    assert {(row.values["hmean"].lo, row.values["hmean"].hi) for row in tab.rows} == {(None, None)}
    assert tab.mdd is None


def test_a_board_on_which_no_metric_is_defined(tmp_path: Path) -> None:
    tab = board_of(built(tmp_path / "b", synthetic(3, 30, undefined=True))).tabs[0]
    assert [row.state for row in tab.rows] == ["undefined"] * 3
    assert [row.rank for row in tab.rows] == [None] * 3
    assert all(row.values["hmean"].value is None for row in tab.rows)
    assert tab.pairs == tab.tie_groups == ()


def test_states_and_their_order(tmp_path: Path) -> None:
    cards = {
        0: {"withdrawn": True, "withdrawn_reason": "wrong file"},
        1: {"ceiling": True},
        2: {"baseline": True},
    }
    building = built(tmp_path / "b", synthetic(6, 60), cards)
    for file in (tmp_path / "b/submissions").glob("*system-0006*/results/*/*"):
        other = file.parent.with_name("synthetic@00000000")
        other.mkdir(exist_ok=True)
        file.rename(other / file.name)
    rows = board_of(building).tabs[0].rows
    assert [(row.name, row.state) for row in rows] == [
        ("System 4", "ranked"),
        ("System 5", "ranked"),
        ("System 3", "baseline"),
        ("System 2", "ceiling"),
        ("System 6", "not-rescored"),
        ("System 1", "withdrawn"),
    ]
    assert [row.rank is not None for row in rows] == [True, True, False, False, False, False]
    assert [row.shard for row in rows] == [2, 3, 1, 0, None, None]
    assert rows[-1].reason == "wrong file"
    assert rows[-2].values == {}
    assert rows[3].values["hmean"].lo is not None
    assert building.outline.boards[0].tabs[0].rows == tuple(rows[k].key for k in (3, 2, 0, 1))


def test_systems_inside_the_ceiling_are_at_the_noise_limit(tmp_path: Path) -> None:
    rows = rows_of(built(tmp_path / "b", synthetic(5, 60, twins=1), {1: {"ceiling": True}}))
    lowest = rows["System 2"].values["hmean"].lo
    assert lowest is not None
    for name, row in rows.items():
        value = row.values["hmean"].value
        assert value is not None
        assert row.at_noise_limit == (name != "System 2" and value >= lowest)
    assert rows["System 1"].at_noise_limit and not rows["System 5"].at_noise_limit


def test_another_submission_moves_no_interval_and_no_other_shard(tmp_path: Path) -> None:
    large = synthetic(6, 50)
    small = replace(large, entries=large.entries[:5])
    before, after = built(tmp_path / "small", small), built(tmp_path / "large", large)
    old, new = rows_of(before), rows_of(after)
    for name, row in old.items():
        assert repr(new[name].values) == repr(row.values)
        assert new[name].shard == row.shard
    board, tab = before.outline.boards[0].id, before.outline.boards[0].tabs[0]
    for key in tab.rows:
        assert before.row_key(board, tab.slug, key) == after.row_key(board, tab.slug, key)
    assert before.tab_key(board, tab.slug) != after.tab_key(board, tab.slug)
    assert before.site_key != after.site_key


def test_lower_is_better_ranks_from_below(tmp_path: Path) -> None:
    building = built(tmp_path / "b", synthetic(4, 60, ("cascade",)))
    configured(tmp_path / "b", 'headline = "hmean"', 'headline = "split_rate"')
    tab = board_of(Building(Store.open(tmp_path / "b"), Options())).tabs[0]
    values = [row.values["split_rate"].value for row in tab.rows]
    assert values == sorted(values, key=lambda v: (v is None, v))
    assert building.outline.boards[0].tabs[0].slug == tab.slug


def test_a_headline_that_the_protocol_lacks_is_named(tmp_path: Path) -> None:
    built(tmp_path / "b", synthetic(1, 5))
    configured(tmp_path / "b", 'headline = "hmean"', 'headline = "cer"')
    with pytest.raises(InputError, match="cer") as caught:
        Building(Store.open(tmp_path / "b"), Options()).outline  # noqa: B018
    assert caught.value.exit_code == 2


def test_results_of_another_parameter_are_refused(tmp_path: Path) -> None:
    building = built(tmp_path / "b", synthetic(2, 5))
    file = next((tmp_path / "b/submissions").glob("*0002*/results/*/*.json"))
    file.write_text(file.read_text(encoding="utf-8").replace("|iou:0.5|", "|iou:0.7|"), encoding="utf-8")
    with pytest.raises(InputError, match="iou") as caught:
        building.site  # noqa: B018
    assert caught.value.exit_code == 6


def test_popeval_is_never_alone(tmp_path: Path) -> None:
    made = synthetic(3, 60, ("popeval", "cascade"))
    popeval, cascade = board_of(built(tmp_path / "b", made)).tabs
    assert popeval.caution == "caution.popeval" and cascade.caution == ""
    beside = {row.key: row for row in cascade.rows}
    for row in popeval.rows:
        other = beside[row.key].values
        assert popeval.companions["exact"][row.key] == other["hmean"].value
        own, matched = row.values["hmean"].value, other["one_minus_ned_matched"].value
        assert own is not None and matched is not None
        assert popeval.companions["anagram_gap"][row.key] == own - matched
    assert cascade.companions == {}


def test_copies_are_near_duplicates_and_rivals_are_not(tmp_path: Path) -> None:
    building = built(tmp_path / "b", synthetic(4, 60, twins=1))
    near = {
        view.name: [(name, share) for _, name, share in view.near_duplicates]
        for view in building.site.submissions
    }
    assert near["System 1"] == [("System 2", 1.0)]
    assert near["System 2"] == [("System 1", 1.0)]
    assert near["System 4"] == []


def test_slices_say_how_many_samples_they_have(tmp_path: Path) -> None:
    made = synthetic(3, 120)
    view = board_of(built(tmp_path / "b", made))
    sizes = {(part.column, part.tag): part.samples for part in view.slices}
    for column, tags in made.tags.items():
        for tag in set(tags):
            if tags.count(tag) >= 20:
                assert sizes.pop((column, tag)) == tags.count(tag)
    assert sizes == {}
    keys = {row.key for row in view.tabs[0].rows}
    for part in view.slices:
        assert set(part.values) == keys
        assert all(v.lo is not None and v.value is not None and v.lo < v.value for v in part.values.values())


def test_gaming_counts_come_from_the_record(tmp_path: Path) -> None:
    building = built(tmp_path / "b", synthetic(1, 30))
    record = next((tmp_path / "b/submissions").glob("*/results/*/*.json"))
    body = json.loads(record.read_text(encoding="utf-8"))
    kept = body.pop("revealing")
    body["warnings"].append({"code": "W_DUPLICATE", "message": "7 repeat", "count": 7})
    record.write_text(json.dumps(body), encoding="utf-8")
    row = board_of(building).tabs[0].rows[0]
    data = building.tab_data("synthetic-board", board_of(building).tabs[0].slug)
    assert data is not None
    table = dict(zip(data.columns, data.tables[row.key].sum(axis=0).tolist(), strict=True))
    assert row.counts["predictions"] == table["n_det"] + table["dc_det"]
    assert row.counts["ignored"] == table["dc_det"]
    assert row.counts["duplicates"] == 7
    assert ("W_DUPLICATE", "7 repeat", 7) in row.warnings
    record.write_text(json.dumps(body | {"revealing": kept}), encoding="utf-8")
    again = board_of(reopened(tmp_path / "b")).tabs[0].rows[0]
    assert list(again.counts) == ["predictions", "ignored", "invalid", "duplicates", "missing"]
    assert again.counts["ignored"] == row.counts["ignored"] and again.counts["duplicates"] == 0


def test_keys_follow_what_pages_show(tmp_path: Path) -> None:
    building = built(tmp_path / "b", synthetic(2, 30))
    same = Building(Store.open(tmp_path / "b"), Options())
    assert same.site_key == building.site_key
    assert Building(Store.open(tmp_path / "b"), Options(drilldown="none")).site_key != building.site_key
    card = next((tmp_path / "b/submissions").glob("*0002*/card.toml"))
    card.write_text(card.read_text(encoding="utf-8").replace("System 2", "System two"), encoding="utf-8")
    renamed = Building(Store.open(tmp_path / "b"), Options())
    assert renamed.site_key != building.site_key
    key = building.outline.submissions[0]
    assert renamed.submission_key(key) != building.submission_key(key)
    board, tab = building.outline.boards[0].id, building.outline.boards[0].tabs[0]
    assert renamed.row_key(board, tab.slug, key) == building.row_key(board, tab.slug, key)


def test_listing_and_keys_need_no_numpy(tmp_path: Path) -> None:
    built(tmp_path / "b", synthetic(2, 30))
    code = (
        "import sys\n"
        "from ocr_eval.board.build import Building\n"
        "from ocr_eval.board.options import Options\n"
        "from ocr_eval.board.store import Store\n"
        "b = Building(Store.open(sys.argv[1]), Options())\n"
        "o = b.outline\n"
        "b.site_key, [b.row_key(x.id, t.slug, r) for x in o.boards for t in x.tabs for r in t.rows]\n"
        "[b.submission_key(s) for s in o.submissions], [b.dataset_key(d) for d in o.datasets]\n"
        "sys.exit(','.join({'numpy', 'numba', 'shapely', 'jinja2', 'pandas'} & set(sys.modules)) or None)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "b")], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == "" and done.returncode == 0


def test_the_date_of_the_site_is_the_newest_of_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    building = built(tmp_path / "b", synthetic(3, 5), {1: {"date": datetime.date(2026, 12, 24)}})
    assert building.site.date == "2026-12-24"


def test_groups_are_resampled_as_wholes(tmp_path: Path) -> None:
    alone = rows_of(built(tmp_path / "a", synthetic(2, 100)))
    folder = written(tmp_path / "b", synthetic(2, 100))
    card, table = (folder / "datasets/synthetic" / name for name in ("card.toml", "samples.tsv"))
    card.write_text(
        card.read_text(encoding="utf-8").replace('groups = "none"', 'groups = "page"'), encoding="utf-8"
    )
    lines = table.read_text(encoding="utf-8").splitlines()
    cells = ["page", *(f"p{k // 4}" for k in range(100))]
    text = "".join(f"{line}\t{cell}\n" for line, cell in zip(lines, cells, strict=True))
    table.write_text(text, encoding="utf-8")
    tab = board_of(reopened(folder)).tabs[0]
    assert (tab.unit, tab.samples) == ("page", 100)
    assert tab.interval_signature.endswith("unit:group")
    for row in tab.rows:
        assert row.values["hmean"].value == alone[row.name].values["hmean"].value
        assert row.values["hmean"].lo != alone[row.name].values["hmean"].lo


def test_a_sample_page_shows_gt_predictions_and_reasons(tmp_path: Path) -> None:
    building = built(tmp_path / "b", hostile(submissions=4), drilldown="top:2")
    outline = building.outline
    (name,) = outline.datasets
    samples = outline.samples[name]
    assert len(samples) == len(building.store.samples(name).ids)
    views = [building.sample(name, sample) for sample in samples]
    assert [view.next for view in views[:-1]] == [(view.page, view.sample) for view in views[1:]]
    assert views[0].previous is None and views[-1].next is None
    tabs = [tab.slug for tab in outline.boards[0].tabs]
    for view in views:
        assert [layer.tab for layer in view.layers] == [slug for slug in tabs for _ in range(2)]
        for layer in view.layers:
            assert len(layer.gt) == len(view.gt) == 3
            assert all(len(instance.ring) == 8 for instance in layer.pred)
            assert all(instance.reasons for instance in layer.pred if instance.status != "matched")
        assert [len(rows) for *_, rows in view.scores] == [4] * len(tabs)
    with pytest.raises(InputError):
        building.sample(name, "no such sample")
    assert reopened(tmp_path / "b", drilldown="none").outline.samples == {name: ()}
    pair = reopened(tmp_path / "b", drilldown="pairs").sample(name, samples[0])
    assert len(pair.layers) == 2 * len(tabs)


def test_a_verdict_that_was_not_kept_is_called_so(tmp_path: Path) -> None:
    """Predictions without reasons are drawn, but nobody says that they missed."""
    from ocr_eval.assets import leaderboard_path

    building = Building(Store.open(leaderboard_path()), Options())
    view = building.sample(building.site.datasets[0].key, "img_7")
    kinds = {one.kind for layer in view.layers for one in (*layer.gt, *layer.pred)}
    assert kinds == {"unknown"}
    assert {one.kind for one in view.gt} == {"unknown"}
