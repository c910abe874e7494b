"""A site as a whole: twin builds, one addition, no change, what is hidden, planted leaks, faults that check finds."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.board import feeds, pages, scope, site
from ocr_eval.board.build import Building
from ocr_eval.board.manifest import MANIFEST
from ocr_eval.board.model import BoardView, SiteView
from ocr_eval.board.options import Options
from ocr_eval.board.store import Store
from ocr_eval.errors import InputError
from tests.board import boards, writing

ROOT = Path(__file__).resolve().parents[2]
BOTH = Options(languages=("en", "ko"))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    return {p: ((folder / p).stat().st_mtime_ns, (folder / p).stat().st_ino) for p in tree(folder)}


def build(store: Path, out: Path, options: Options = BOTH) -> site.BuildReport:
    return site.build(Store.open(store), out, options)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of nine submissions under two protocols."""
    made = boards.synthetic(9, 40, ("rrc-iou", "popeval"))
    return writing.store(made, tmp_path_factory.mktemp("small") / "store")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with overlays and hostile texts."""
    made = boards.hostile(boards.OWN[:12], 5)
    return writing.store(made, tmp_path_factory.mktemp("drawn") / "store")


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of hidden data."""
    return writing.store(boards.hidden(), tmp_path_factory.mktemp("secret") / "store")


CHILD = """
import os, sys
from pathlib import Path
os.umask(int(sys.argv[3], 8))
sys.path.insert(0, sys.argv[4])
from ocr_eval.board.options import Options
from ocr_eval.board.site import build
from ocr_eval.board.store import Store
build(Store.open(sys.argv[1]), Path(sys.argv[2]), Options(languages=("en", "ko"), paper_figures=True))
"""


def test_twins_in_other_folders_time_zones_locales_hash_seeds_and_umasks(drawn: Path, tmp_path: Path) -> None:
    made = []
    for number, (seed, zone, locale, mask) in enumerate(
        [("1", "Asia/Seoul", "C", "022"), ("77", "America/St_Johns", "C.UTF-8", "077")]
    ):
        folder = tmp_path / f"elsewhere {number}"
        shutil.copytree(drawn, folder / ("a" * (number + 1)) / "store")
        store = folder / ("a" * (number + 1)) / "store"
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
        environment |= {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "USER": f"user{number}"}
        subprocess.run(
            [sys.executable, "-c", CHILD, str(store), str(folder / "site"), mask, str(ROOT)],
            check=True, env=environment, cwd=folder, capture_output=True,
        )  # fmt: skip
        made.append(tree(folder / "site"))
    assert made[0] == made[1]
    assert any(name.startswith("i/") for name in made[0]) and any(
        name.startswith("figures/") for name in made[0]
    )
    for name, data in made[0].items():
        assert str(tmp_path).encode() not in data, name


def test_an_unchanged_store_renders_nothing_and_touches_nothing(
    small: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    build(small, tmp_path / "site")
    before = stamps(tmp_path / "site")

    def never(*_: object) -> None:
        raise AssertionError("a view was computed")

    monkeypatch.setattr(Building, "board", never)
    monkeypatch.setattr(Building, "tab_data", never)
    report = build(small, tmp_path / "site")
    assert (report.written, report.removed) == ((), ())
    assert stamps(tmp_path / "site") == before


def test_one_addition_gives_the_site_that_a_scratch_build_gives(tmp_path: Path) -> None:
    made = boards.synthetic(9, 40, ("rrc-iou", "popeval"))
    fewer = writing.store(replace(made, entries=made.entries[:8]), tmp_path / "fewer" / "store")
    more = writing.store(made, tmp_path / "more" / "store")
    build(fewer, tmp_path / "site")
    before = stamps(tmp_path / "site")
    report = build(more, tmp_path / "site")
    build(more, tmp_path / "scratch")
    assert tree(tmp_path / "site") == tree(tmp_path / "scratch")
    after = stamps(tmp_path / "site")
    kept = {path for path in before if before[path] == after.get(path)}
    shards = {
        path for path in before if path.startswith("d/") and path.rsplit("/", 1)[1].startswith(("s", "g"))
    }
    assert len(shards) == 2 * (8 + 1)
    assert shards <= kept
    assert {"static/site.css", "_headers"} <= kept
    assert "index.html" in report.written and MANIFEST not in kept


def test_one_withdrawal_gives_the_site_that_a_scratch_build_gives(small: Path, tmp_path: Path) -> None:
    store = tmp_path / "copy" / "store"
    shutil.copytree(small, store)
    build(store, tmp_path / "site")
    card = sorted((store / "submissions").glob("*/card.toml"))[3]
    card.write_text(
        card.read_text(encoding="utf-8") + 'withdrawn = true\nwithdrawn_reason = "leak"\n', encoding="utf-8"
    )
    build(store, tmp_path / "site")
    build(store, tmp_path / "scratch")
    assert tree(tmp_path / "site") == tree(tmp_path / "scratch")


def test_other_options_give_another_site_and_remove_what_is_stale(drawn: Path, tmp_path: Path) -> None:
    build(drawn, tmp_path / "site")
    report = build(drawn, tmp_path / "site", Options(drilldown="none"))
    assert any(path.startswith("i/") for path in report.removed)
    assert any(path.startswith("ko/") for path in report.removed)
    assert not (tmp_path / "site" / "ko").exists() and not (tmp_path / "site" / "i").exists()
    build(drawn, tmp_path / "scratch", Options(drilldown="none"))
    assert tree(tmp_path / "site") == tree(tmp_path / "scratch")


def test_plain_shards_hold_what_gzipped_ones_hold(small: Path, tmp_path: Path) -> None:
    build(small, tmp_path / "zipped")
    build(small, tmp_path / "plain", replace(BOTH, shards="plain"))
    for path, data in tree(tmp_path / "plain").items():
        if path.startswith("d/") and not path.endswith("meta.js"):
            body = base64.b64decode(data.split(b'"')[3])
            assert (
                gzip.decompress(base64.b64decode((tmp_path / "zipped" / path).read_bytes().split(b'"')[3]))
                == body
            )


@pytest.mark.parametrize("name", ["small", "drawn", "secret"])
@pytest.mark.parametrize("audience", ["public", "internal"])
def test_check_finds_nothing_wrong_with_what_build_wrote(
    name: str, audience: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    store = request.getfixturevalue(name)
    build(store, tmp_path / "site", replace(BOTH, audience=audience))
    assert [str(problem) for problem in site.check_site(Store.open(store), tmp_path / "site")] == []


def damaged(path: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda site: (site / path).write_bytes(change((site / path).read_bytes())) and None


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a digit changed": (
        damaged("data/synthetic-board.csv", lambda d: d.replace(b"0.", b"1.", 1)),
        "changed since it was",
    ),
    "a shard changed": (
        lambda s: (
            next((s / "d").glob("*/s000.js")).write_bytes(next((s / "d").glob("*/s001.js")).read_bytes())
            and None
        ),
        "shard of another file",
    ),
    "a page removed": (lambda s: (s / "about.html").unlink(), "listed in the manifest and not there"),
    "a link to nowhere": (lambda s: (s / "about.html").unlink(), "leads nowhere: 'about.html'"),
    "a stranger": (lambda s: (s / "extra.html").write_text("<p>") and None, "not written by a build"),
    "a strange kind": (
        lambda s: (s / "shell.php").write_text("<?") and None,
        "a kind of file that no site holds",
    ),
    "an inline script": (
        damaged("about.html", lambda d: d.replace(b"</body>", b"<script>x</script></body>")),
        "<script> without src",
    ),
    "a foreign script": (
        damaged(
            "about.html",
            lambda d: d.replace(b"</body>", b"<script src='https://x.org/a.js'></script></body>"),
        ),
        "leaves the site: 'https://x.org/a.js'",
    ),
    "a handler": (
        damaged("about.html", lambda d: d.replace(b"<main", b"<main onclick='x()'", 1)),
        "<main> has onclick=",
    ),
    "an id twice": (
        damaged("about.html", lambda d: d.replace(b"</body>", b"<p id='xx'></p><p id='xx'></p></body>")),
        "id 'xx' twice",
    ),
    "a place that is not there": (
        damaged("about.html", lambda d: d.replace(b"</body>", b"<a href='index.html#nope'>x</a></body>")),
        "leads to no place on its page",
    ),
    "a style from elsewhere": (
        damaged("static/site.css", lambda d: d + b"@import 'https://x.org/a.css';"),
        "loads a resource",
    ),
    "no policy": (
        damaged("about.html", lambda d: d.replace(b"Content-Security-Policy", b"X")),
        "no Content-Security-Policy",
    ),
}


@pytest.fixture(scope="module")
def pristine(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pristine") / "site"
    build(small, out, Options())
    return out


@pytest.mark.parametrize("fault", FAULTS)
def test_check_finds_the_fault(fault: str, small: Path, pristine: Path, tmp_path: Path) -> None:
    shutil.copytree(pristine, tmp_path / "site")
    damage, says = FAULTS[fault]
    damage(tmp_path / "site")
    found = site.check_site(Store.open(small), tmp_path / "site")
    assert InputError(found).exit_code == 1
    assert any(says in problem.reason for problem in found), [problem.reason for problem in found]


def test_check_of_a_folder_without_a_site(small: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no site"):
        site.check_site(Store.open(small), tmp_path)


# Hidden data: leak gates 1 to 3.


def test_no_canary_of_a_hidden_store_is_on_its_public_site(secret: Path, tmp_path: Path) -> None:
    from ocr_eval.board.leaks import Canary, Scanner

    build(secret, tmp_path / "site")
    scan = Scanner([Canary("canary", text) for text in boards.hidden().canaries])
    assert len(scan) > 500
    for path, data in tree(tmp_path / "site").items():
        assert scan.scan(path, data) == []


def test_everything_hidden_may_change_and_the_public_site_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pinned is what depends on the gt by right: the printed digest, and with it the seed."""
    monkeypatch.setattr(scope.Scope, "printed_digest", lambda *_: "ab" * 32)
    made = [boards.hidden(seed) for seed in (0, 1)]
    assert not set(made[0].canaries) & set(made[1].canaries)
    sites = []
    for number, one in enumerate(made):
        store = writing.store(one, tmp_path / str(number) / "store")
        build(store, tmp_path / f"site{number}")
        sites.append(tree(tmp_path / f"site{number}"))
    assert sites[0] == sites[1]  # the manifest with its keys is among them
    report = build(tmp_path / "1" / "store", tmp_path / "site0")
    assert report.written == ()


def test_the_pinned_digest_is_the_only_thing_pinned(tmp_path: Path) -> None:
    """Without the pin the sites differ: in the digest, the seed and what is drawn from it."""
    for seed in (0, 1):
        build(writing.store(boards.hidden(seed), tmp_path / str(seed) / "store"), tmp_path / f"site{seed}")
    sites = [tree(tmp_path / f"site{seed}") for seed in (0, 1)]
    assert set(sites[0]) == set(sites[1]) and sites[0] != sites[1]


@pytest.mark.parametrize("audience", ["public", "participant"])
def test_no_file_of_a_hidden_site_is_of_another_kind(audience: str, secret: Path, tmp_path: Path) -> None:
    own = Store.open(secret).submissions()[0].slug if audience == "participant" else None
    build(secret, tmp_path / "site", Options(audience, own))
    kinds = {path.rsplit(".", 1)[-1] for path in tree(tmp_path / "site")}
    assert kinds - {"_headers"} <= set("html js css svg atom xml json csv txt tex md bib cff".split())
    assert not [path for path in tree(tmp_path / "site") if path.startswith(("i/", "d/i/"))]


def first_canary(store: Path, kind: str) -> Any:
    opened = Store.open(store)
    if kind == "id":
        return opened.samples("hidden").ids[5]
    line = next(iter(opened.gt_lines("hidden").values()))  # type: ignore[union-attr]
    return line["instances"][0][kind]


def plant_in_view(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    genuine = Building.board

    def board(self: Building, name: str) -> BoardView:
        view = genuine(self, name)
        tabs = tuple(
            replace(tab, rows=(replace(tab.rows[0], reason="", affiliation=text), *tab.rows[1:]))
            for tab in view.tabs
        )
        return replace(view, tabs=tabs)

    monkeypatch.setattr(Building, "board", board)


def plant_in_shard(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    from ocr_eval.board import shards

    genuine = shards.json_shard
    monkeypatch.setattr(
        shards, "json_shard", lambda key, content, **kw: genuine(key, {**content, "log": f"at {text}"}, **kw)
    )


def plant_in_feed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    genuine = feeds.feed
    monkeypatch.setattr(
        feeds, "feed", lambda *a: genuine(*a).replace("</feed>", f"<rights>{text}</rights></feed>")
    )


def plant_in_log_line(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    genuine = pages.render_about

    def about(view: SiteView, lang: str) -> str:
        return genuine(view, lang).replace("</main>", f"<p>could not read '{text}' in line 3</p></main>")

    monkeypatch.setattr(pages, "render_about", about)


def plant_in_file_name(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    from ocr_eval.board.model import Output, page_name

    genuine = site.outputs

    def outputs(building: Building) -> Any:
        yield from genuine(building)
        yield Output(f"data/{page_name(text)}.json", "key", lambda: b"{}")

    monkeypatch.setattr(site, "outputs", outputs)


PLANTS = [plant_in_view, plant_in_shard, plant_in_feed, plant_in_log_line, plant_in_file_name]


@pytest.mark.parametrize("kind", ["text", "id"])
@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_leak_stops_the_build_and_the_old_site_stays(
    plant: Callable[[pytest.MonkeyPatch, str], None],
    kind: str,
    secret: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build(secret, tmp_path / "site")
    before = tree(tmp_path / "site")
    canary = first_canary(secret, kind)
    opened = Store.open(secret)
    with monkeypatch.context() as patch:
        plant(patch, canary)
        with pytest.raises(InputError) as caught:
            # Another date, so that every page is made again.
            site.build(opened, tmp_path / "site", replace(BOTH, date="2031-01-01"))
    assert caught.value.exit_code == 1
    assert {problem.code for problem in caught.value.problems} == {"E_LEAK"}
    assert canary not in str(caught.value)
    assert tree(tmp_path / "site") == before


def test_a_planted_ring_stops_the_build(
    secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = first_canary(secret, "ring")
    plant_in_log_line(monkeypatch, json.dumps(ring))
    with pytest.raises(InputError) as caught:
        build(secret, tmp_path / "site")
    assert "a ground truth ring of 'hidden'" in caught.value.problems[0].reason
    assert not tree(tmp_path / "site")


def test_a_leak_on_a_site_from_elsewhere_is_found_by_check(secret: Path, tmp_path: Path) -> None:
    build(secret, tmp_path / "site")
    page = tmp_path / "site" / "about.html"
    page.write_text(
        page.read_text(encoding="utf-8").replace("</main>", f"{first_canary(secret, 'text')}</main>"),
        encoding="utf-8",
    )
    codes = {problem.code for problem in site.check_site(Store.open(secret), tmp_path / "site")}
    assert codes == {"E_LEAK", "E_DRIFT"}


def test_contacts_are_published_for_nobody_and_nameless_entries_stay_nameless(tmp_path: Path) -> None:
    made = boards.synthetic(4, 30)
    cards = [dict(entry.card) for entry in made.entries]
    cards[1] |= {
        "name": "Unmistakable Name",
        "authors": ["Jane Hidden-Author"],
        "affiliation": "Institute of Silence",
        "anonymous": True,
        "contact": "jane.hidden@silence.example",
        "code": "https://silence.example/x",
    }
    cards[2] |= {"contact": "someone.else@contact.example"}
    made = replace(made, entries=tuple(replace(e, card=c) for e, c in zip(made.entries, cards, strict=True)))
    store = writing.store(made, tmp_path / "store")
    (tmp_path / "secret").write_bytes(b"0123456789abcdef" * 4)
    board = store / "board.toml"
    board.write_text('secret_file = "../secret"\n' + board.read_text(encoding="utf-8"), encoding="utf-8")
    for audience in ("public", "internal"):
        build(store, tmp_path / audience, replace(BOTH, audience=audience))
        whole = b"".join(data + path.encode() for path, data in tree(tmp_path / audience).items())
        assert b"someone.else@contact.example" not in whole and b"jane.hidden@" not in whole
    whole = b"".join(data + path.encode() for path, data in tree(tmp_path / "public").items())
    for text in (
        b"Unmistakable",
        b"Hidden-Author",
        b"Institute of Silence",
        b"silence.example",
        b"system-0002",
    ):
        assert text not in whole
    assert b"anon-" in whole


def test_two_boards_that_would_share_a_file_are_named(small: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(small, store)
    text = (store / "board.toml").read_text(encoding="utf-8")
    entry = text[text.index("[[board]]") : text.index("[policy]")]
    twin = entry.replace("synthetic-board", "synthetic-board-samples")
    (store / "board.toml").write_text(text.replace("[policy]", twin + "[policy]"), encoding="utf-8")
    with pytest.raises(InputError, match="two files of the site would be called"):
        build(store, tmp_path / "site")


@pytest.mark.parametrize("count", [0, 1, 2, 27])
def test_boards_of_few_submissions_build_and_check(count: int, tmp_path: Path) -> None:
    store = writing.store(boards.synthetic(count, 30), tmp_path / "store")
    build(store, tmp_path / "site")
    assert [str(problem) for problem in site.check_site(Store.open(store), tmp_path / "site")] == []


def test_a_board_without_any_defined_metric_builds_and_checks(tmp_path: Path) -> None:
    store = writing.store(boards.synthetic(3, 30, undefined=True), tmp_path / "store")
    build(store, tmp_path / "site")
    assert [str(problem) for problem in site.check_site(Store.open(store), tmp_path / "site")] == []


def test_the_page_of_an_older_version_is_kept(small: Path, tmp_path: Path) -> None:
    """A corrected gt makes version 2; version 1 keeps its numbers under its own address, linked from the newer."""
    store = tmp_path / "store"
    shutil.copytree(small, store)
    old = Store.open(store).dataset("synthetic")
    new = "9" * 64
    card = store / "datasets" / "synthetic" / "card.toml"
    card.write_text(card.read_text(encoding="utf-8").replace(old.gt_digest, new), encoding="utf-8")
    for folder in (store / "submissions").glob("*/results/*"):
        again = folder.with_name(f"synthetic@{new[:8]}")
        again.mkdir()
        for file in folder.iterdir():
            text = file.read_text(encoding="utf-8").replace(old.gt_digest, new)
            (again / file.name).write_text(text, encoding="utf-8")
        for file in again.glob("*.json"):
            rows = file.with_suffix(".tsv").read_bytes()
            body = json.loads(file.read_text(encoding="utf-8"))
            body["table_sha256"] = hashlib.sha256(rows).hexdigest()
            file.write_text(json.dumps(body) + "\n", encoding="utf-8")
    board = store / "board.toml"
    text = board.read_text(encoding="utf-8")
    entry = text[text.index("[[board]]") : text.index("[policy]")]
    newer = entry.replace("version = 1", "version = 2").replace(old.gt8, new[:8])
    board.write_text(text.replace("[policy]", newer + "[policy]"), encoding="utf-8")
    build(store, tmp_path / "site")
    assert [str(problem) for problem in site.check_site(Store.open(store), tmp_path / "site")] == []
    made = tree(tmp_path / "site")
    assert b"../synthetic-board@v1/index.html" in made["b/synthetic-board/index.html"]
    assert old.gt8.encode() in made["b/synthetic-board@v1/index.html"]
    assert new[:8].encode() in made["b/synthetic-board/index.html"]
    older, newest = (json.loads(made[f"data/synthetic-board{mark}.json"]) for mark in ("@v1", ""))
    assert (older["board"], older["version"], newest["version"]) == ("synthetic-board@v1", 1, 2)
    assert (
        made["index.html"].count(b'href="b/synthetic-board/index.html"') and b"@v1" not in made["index.html"]
    )
    ids = re.findall(rb"<id>(.*?)</id>", made["feed.atom"])
    assert len(ids) == len(set(ids))
