"""Who stands on a board: teams, ladders, names that are hidden, data that are hidden."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.board.anonymity import anonymous_key
from ocr_eval.board.model import SiteView
from ocr_eval.board.scope import Scope
from ocr_eval.errors import InputError
from tests.board.boards import hidden, synthetic
from tests.board.building import board_of, built, configured, reopened, rows_of, written

SECRET = "q" * 40


def with_secret(folder: Path) -> None:
    folder.with_name("board.secret").write_text(SECRET, encoding="utf-8")
    configured(folder, "schema = 1\n", 'schema = 1\nsecret_file = "../board.secret"\n')


@pytest.mark.parametrize(
    ("policy", "shown"),
    [
        ("best", {"System 1", "System 4"}),
        ("latest", {"System 3", "System 4"}),
        ("selected", {"System 2", "System 4"}),
        ("all", {"System 1", "System 2", "System 3", "System 4"}),
    ],
)
def test_one_row_per_team(tmp_path: Path, policy: str, shown: set[str]) -> None:
    cards: dict[int, dict[str, Any]] = {k: {"affiliation": "Acme  Labs"} for k in range(3)}
    cards[1]["selected"] = True
    cards[3] = {"affiliation": "Other"}
    built(tmp_path / "b", synthetic(4, 40), cards)
    configured(tmp_path / "b", 'per_team = "all"', f'per_team = "{policy}"')
    building = reopened(tmp_path / "b")
    rows = rows_of(building)
    assert set(rows) == shown
    assert {row.team_submissions for name, row in rows.items() if name != "System 4"} == {3}
    assert rows["System 4"].team_submissions == 1
    # What is left out keeps its page and its score, but has no rank.
    pages = {view.name: view for view in building.site.submissions}
    for name in {"System 1", "System 2", "System 3"} - shown:
        (result,) = pages[name].results
        assert result.row.rank is None and result.row.values["hmean"].value is not None


def test_a_later_submission_of_the_team_supersedes_but_nobody_else_s_does(tmp_path: Path) -> None:
    made = synthetic(3, 40)
    first = built(tmp_path / "try", made, {k: {"team": "a"} for k in range(2)}).outline.submissions[0]
    cards = {
        0: {"team": "a"},
        1: {"team": "a", "supersedes": first},
        2: {"team": "b", "supersedes": first},
    }
    assert set(rows_of(built(tmp_path / "own", made, cards))) == {"System 2", "System 3"}
    del cards[1]["supersedes"]
    assert set(rows_of(built(tmp_path / "foreign", made, cards))) == {"System 1", "System 2", "System 3"}


def test_the_ladder_releases_only_what_beats_the_team_s_best(tmp_path: Path) -> None:
    # System 1 is the best by far; of the team's submissions in order of date 4, 3, 3 again, 1 only 4, 3 and 1 climb.
    base = synthetic(6, 80)
    order = [5, 2, 2, 0]
    entries = [
        replace(base.entries[k], card={"id": f"try-{n}", "name": f"Try {n}", "team": "a"})
        for n, k in enumerate(order)
    ]
    built(tmp_path / "b", replace(base, entries=tuple(entries)))
    configured(tmp_path / "b", 'per_team = "all"', 'per_team = "all"\nladder = true')
    building = reopened(tmp_path / "b")
    assert set(rows_of(building)) == {"Try 0", "Try 1", "Try 3"}
    held = next(view for view in building.site.submissions if view.name == "Try 2")
    assert held.results == ()
    assert set(rows_of(reopened(tmp_path / "b", audience="internal"))) == {f"Try {n}" for n in range(4)}


NAMED = {
    "name": "Zanzibar Net",
    "id": "zanzibar",
    "authors": ["Zanzibar One", "Zanzibar Two"],
    "affiliation": "University of Zanzibar",
    "team": "zanzibar",
    "notes": "the Zanzibar notes",
    "code": "https://zanzibar.example/code",
    "paper": "https://zanzibar.example/paper",
    "doi": "10.1000/zanzibar",
    "hardware": "Zanzibar cluster",
    "description": "by Zanzibar",
    "contact": "me@zanzibar.example",
    "withdrawn_reason": "Zanzibar asked for it",
}


@pytest.mark.parametrize("audience", ["public", "internal"])
@pytest.mark.parametrize("withdrawn", [False, True])
def test_an_anonymous_entry_is_named_nowhere(tmp_path: Path, audience: str, withdrawn: bool) -> None:
    cards = {
        0: NAMED | {"anonymous": True, "withdrawn": withdrawn},
        1: {"affiliation": "University of Zanzib\u00e0r", "supersedes": "2026-01-01-zanzibar-00000000"},
    }
    written(tmp_path / "b", synthetic(4, 40, twins=1), cards)
    with_secret(tmp_path / "b")
    building = reopened(tmp_path / "b", audience=audience)
    site = building.site
    assert "zanzibar" not in repr(site).lower()
    assert "zanzibar" not in repr(building.outline).lower()
    slug = next(slug for slug in building.people if "zanzibar" in slug)
    assert slug[-8:] not in repr(
        [row for tab in site.boards[0].tabs for row in tab.rows if row.key[:5] == "anon-"]
    )
    key = anonymous_key(SECRET.encode(), slug)
    view = next(view for view in site.submissions if view.key == key)
    assert view.anonymous and view.name == key and view.links == () and view.notes == ""
    assert {name for name, _ in view.fields} <= {"date", "verification", "uses_test_lexicon"}
    assert [event.name for event in view.changes] == [key] * (2 if withdrawn else 1)
    row = next(row for row in board_of(building).tabs[0].rows if row.key == key)
    assert (row.authors, row.affiliation, row.team_submissions, row.reason) == ((), "", None, "")
    twin = next(view for view in site.submissions if view.name == "System 2")
    assert view.near_duplicates == twin.near_duplicates == ()


def test_team_counts_do_not_give_an_anonymous_entry_away(tmp_path: Path) -> None:
    cards = {k: {"team": "a", "anonymous": k == 0} for k in range(3)}
    written(tmp_path / "b", synthetic(3, 30), cards)
    with_secret(tmp_path / "b")
    configured(tmp_path / "b", 'per_team = "all"', 'per_team = "best"')
    rows = rows_of(reopened(tmp_path / "b"))
    assert {name: row.team_submissions for name, row in rows.items() if not name.startswith("anon-")} == {
        "System 2": 2
    }
    assert sum(name.startswith("anon-") for name in rows) == 1


@pytest.mark.parametrize(("date", "nameless"), [("2026-05-31", 1), ("2026-06-01", 0), ("2027-01-01", 0)])
def test_an_embargo_ends_by_the_date_of_the_build(tmp_path: Path, date: str, nameless: int) -> None:
    built(
        tmp_path / "b", synthetic(2, 5), {0: {"embargo_until": datetime.date(2026, 6, 1)}}, date="2027-01-01"
    )
    with_secret(tmp_path / "b")
    views = reopened(tmp_path / "b", date=date).site.submissions
    assert sum(view.anonymous for view in views) == nameless


@pytest.mark.parametrize(("date", "nameless"), [("2026-05-31", 3), ("2026-06-01", 0)])
def test_a_blind_board_is_nameless_until_its_day(tmp_path: Path, date: str, nameless: int) -> None:
    written(tmp_path / "b", synthetic(3, 5))
    with_secret(tmp_path / "b")
    configured(tmp_path / "b", 'per_team = "all"', 'per_team = "all"\nblind_until = 2026-06-01')
    assert sum(view.anonymous for view in reopened(tmp_path / "b", date=date).site.submissions) == nameless


def test_a_nameless_entry_needs_a_secret(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="secret") as caught:
        built(tmp_path / "b", synthetic(1, 5), {0: {"anonymous": True}})
    assert caught.value.exit_code == 2


def steps(site: SiteView) -> list[float]:
    """Every number of the results that is rounded on hidden data, in units of .1 points."""
    found: list[float | None] = []
    for tab in site.boards[0].tabs:
        assert (tab.step, tab.decimals) == (0.01, 0)
        for row in tab.rows:
            for value in row.values.values():
                found += [value.value, value.lo, value.hi]
        found += [v for pair in tab.pairs for v in (pair.difference, pair.lo, pair.hi)]
        found.append(tab.mdd)
    for part in site.boards[0].slices:
        found += [v for value in part.values.values() for v in (value.value, value.lo, value.hi)]
    found += [v for c in site.boards[0].correlations for v in (c.tau, c.lo, c.hi)]
    return [v for v in found if v is not None]


def test_hidden_data_show_what_the_public_may_see(tmp_path: Path) -> None:
    made = hidden()
    built(tmp_path / "b", made)
    building = reopened(tmp_path / "b", drilldown="all")
    site = building.site
    text = repr(site)
    assert [canary for canary in made.canaries if canary in text] == []
    assert made.gt_digest[:8] not in text
    assert all(round(v / 0.01) == pytest.approx(v / 0.01, abs=1e-9) for v in steps(site)) and steps(site)
    board = site.boards[0]
    assert not board.per_sample and board.health is None and board.sample_pages == 0
    assert building.sample_pages("hidden") == ()
    for tab in board.tabs:
        assert building.tab_data(board.id, tab.slug) is None and tab.data == ""
        assert all(row.counts == {} and row.warnings == () and row.shard is None for row in tab.rows)
        assert all("|pred:" not in row.signature for row in tab.rows)
        assert all((pair.wins, pair.losses, pair.ties) == (None, None, None) for pair in tab.pairs)
        assert all(float(f"{pair.p:.1e}") == pair.p for pair in tab.pairs)
        assert f"seed:{site.datasets[0].digest}" in tab.interval_signature
        assert f"ds:hidden@{site.datasets[0].digest}" in tab.signature
    assert all(part.samples >= 50 for part in board.slices) and board.slices
    assert all(r.best == r.worst == r.quartiles == () for s in site.submissions for r in s.results)
    assert all(s.near_duplicates == () for s in site.submissions)
    assert all(row.rows == () for b in building.outline.boards for row in b.tabs)


def test_another_gt_with_the_same_counts_gives_the_same_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = []
    digests = []
    for seed in (0, 1):
        building = built(tmp_path / f"b{seed}", hidden(seed))
        digests.append(building.site.datasets[0].digest)
        with monkeypatch.context() as pinned:
            pinned.setattr(Scope, "printed_digest", lambda *_: "0123abcd" * 8)
            sites.append(repr(reopened(tmp_path / f"b{seed}").site))
    assert sites[0] == sites[1]
    assert digests[0] != digests[1]


def test_insiders_see_hidden_data_exactly(tmp_path: Path) -> None:
    made = hidden()
    site = built(tmp_path / "b", made, audience="internal").site
    assert site.datasets[0].digest == made.gt_digest[:8]
    tab = site.boards[0].tabs[0]
    assert tab.step is None and tab.decimals == 2
    assert tab.rows[0].counts and site.boards[0].health is not None
    assert tab.seed == int(made.gt_digest[:8], 16)


def test_a_participant_gets_quartiles_of_the_own_submission_and_nothing_more(tmp_path: Path) -> None:
    made = hidden()
    built(tmp_path / "b", made)
    public = reopened(tmp_path / "b")
    slug = list(public.people)[1]
    site = reopened(tmp_path / "b", audience="participant", participant=slug).site
    assert site.participant == slug
    for view, seen in zip(site.submissions, public.site.submissions, strict=True):
        assert replace(view, results=()) == replace(seen, results=())
        for result, other in zip(view.results, seen.results, strict=True):
            assert replace(result, quartiles=()) == other
            assert bool(result.quartiles) == (view.key == slug)
    assert site.boards == public.site.boards
    quartiles = next(v for v in site.submissions if v.key == slug).results[0].quartiles
    assert {sample for sample, _ in quartiles} <= set(made.aliases)
    assert {quarter for _, quarter in quartiles} <= {1, 2, 3, 4}
    with pytest.raises(InputError):
        reopened(tmp_path / "b", audience="participant", participant="2026-01-01-nobody-00000000")


def test_a_card_without_visibility_is_hidden(tmp_path: Path) -> None:
    building = built(tmp_path / "b", hidden())
    card = tmp_path / "b/datasets/hidden/card.toml"
    text = card.read_text(encoding="utf-8")
    card.write_text(
        "".join(line for line in text.splitlines(True) if "visibility" not in line), encoding="utf-8"
    )
    again = reopened(tmp_path / "b").site
    assert again.datasets[0].visibility == "hidden"
    assert again.boards == building.site.boards
