"""``ocr-eval board``: a leaderboard from the command line, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ocr_eval import assets
from ocr_eval.board.store import Store
from ocr_eval.cli import board as group
from ocr_eval.cli.app import run as in_process
from tests.command import Ran, run, schema
from tests.unit.test_cli import GOOD, GT, archive

NAMES = ("--id", "mine", "--name", "Mine", "--date", "2026-11-21")
MANY = {f"gt_img_{k}.txt": f"0,0,100,0,100,50,0,50,W{k}\n" for k in range(1, 41)}


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def init(folder: Path, *more: str) -> Ran:
    words = ("--title", "T", "--dataset", "d", "--gt", "gt.zip", "-p", "rrc-iou", "--date", "2026-11-20")
    return run("board", "init", "b", *words, *more, cwd=folder)


def add(folder: Path, *more: str | Path, pred: str = "sub.zip") -> Ran:
    return run("board", "add", "b", pred, *more, cwd=folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    archive(tmp_path / "gt.zip", GT)
    archive(tmp_path / "sub.zip", GOOD)
    return tmp_path


@pytest.fixture
def board(folder: Path) -> Path:
    """A public board with rrc-iou and cascade; the current folder of the commands is its parent."""
    ran = init(folder, "-p", "cascade", "--visibility", "public")
    assert ran.status == 0, ran.err
    return folder / "b"


def card(folder: Path, text: str = "", name: str = "card.toml") -> Path:
    head = 'schema = 1\nid = "mine"\nname = "Mine"\ndate = 2026-11-21\n'
    (folder / name).write_text(head + text, encoding="utf-8")
    return folder / name


def test_the_examples_of_all_board_commands_run_one_after_the_other(tmp_path: Path) -> None:
    names = ["", *group.COMMANDS]
    shown = {name: run("board", *([name] if name else []), "--help").out for name in names}
    for name in ("init", "add", "rescore", "check", "withdraw", "correct", "build"):
        (line,) = [x.strip() for x in shown[name].splitlines() if x.strip().startswith("ocr-eval ")]
        words = line.split()[1:]
        assert words[:2] == ["board", name]
        ran = run(*words, cwd=tmp_path)
        assert ran.status == 0, (line, ran.out, ran.err)
    (line,) = [x.strip() for x in shown[""].splitlines() if x.strip().startswith("ocr-eval ")]
    (tmp_path / "fresh").mkdir()
    assert run(*line.split()[1:], cwd=tmp_path / "fresh").status == 0


def test_a_new_board_is_hidden_and_its_secret_lies_beside_it(folder: Path) -> None:
    ran = init(folder)
    assert ran.status == 0 and "hidden" in ran.out and "secret" in ran.out
    secret = folder / "b.secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert not any(secret.read_bytes().strip() in data for data in tree(folder / "b").values())
    store = Store.open(folder / "b")
    assert store.config.secret == secret.read_bytes().strip()
    assert store.dataset("d").hidden
    samples = store.samples("d")
    assert set(samples.aliases) == {"1", "2"} and samples.ids == ("img_1", "img_2")
    assert set(tree(folder / "b")) == {
        ".gitattributes",
        "board.toml",
        "datasets/d/card.toml",
        "datasets/d/instances.jsonl",
        "datasets/d/samples.tsv",
        "history.jsonl",
        "protocols/rrc-iou@1.toml",
    }
    secret.unlink()
    with pytest.raises(Exception, match="secret_file"):
        Store.open(folder / "b")


def test_a_second_board_joins_the_store_and_another_gt_under_the_same_name_does_not(
    board: Path, folder: Path
) -> None:
    ran = init(folder, "--visibility", "public", "--board", "loose", "-p", "rrc-iou(iou=0.3)")
    assert ran.status == 0, ran.err
    assert [each.id for each in Store.open(board).config.boards] == ["d", "loose"]
    assert len(list((board / "protocols").iterdir())) == 3
    before = tree(board)
    assert init(folder, "--visibility", "public", "--board", "loose").status == 2
    archive(folder / "gt.zip", GT | {"gt_img_3.txt": ""})
    ran = init(folder, "--visibility", "public", "--board", "third")
    assert (ran.status, ran.out) == (6, "") and "E_DATASET" in ran.err
    assert tree(board) == before


def test_init_refuses_what_is_no_board_and_leaves_no_trace(folder: Path) -> None:
    (folder / "b").mkdir()
    (folder / "b" / "precious.txt").write_text("x")
    before = tree(folder)
    assert init(folder).status == 2
    shutil.rmtree(folder / "b")
    del before["b/precious.txt"]
    for words in (("--headline", "hmeen"), ("--groups", "document"), ("--board", "../x"), ("-p", "rrc-iuo")):
        ran = init(folder, *words)
        assert (ran.status, ran.out) == (2, ""), words
    archive(folder / "gt.zip", {"gt_img_1.txt": "0,0,1\n"})
    before["gt.zip"] = (folder / "gt.zip").read_bytes()
    assert init(folder).status == 5
    assert tree(folder) == before


def test_slices_sizes_and_groups_come_from_a_table(folder: Path) -> None:
    (folder / "s.tsv").write_text(
        "sample\twidth\theight\tdoc\tnight\nimg_2\t640\t480\tA\t1\nimg_1\t\t\tB\tno\n"
    )
    ran = init(folder, "--slices", "s.tsv", "--groups", "doc", "--visibility", "public")
    assert ran.status == 0, ran.err
    samples = Store.open(folder / "b").samples("d")
    assert samples.groups == ("B", "A") and samples.width == (None, 640.0)
    assert samples.slices["night"] == ("no", "yes") and samples.slices["orientation"] == ("horizontal",) * 2
    shutil.rmtree(folder / "b")
    (folder / "s.tsv").write_text("sample\nimg_1\nimg_3\n")
    ran = init(folder, "--slices", "s.tsv")
    assert ran.status == 2 and "img_2" in ran.err and "img_3" in ran.err


def test_an_added_submission_can_be_read_by_eye_and_by_machine(board: Path, folder: Path) -> None:
    ran = add(folder, "--card", card(folder, 'licence = "MIT"\n'), "--overlays", "--format", "json")
    assert ran.status == 0, ran.err
    body = json.loads(ran.out)
    jsonschema.validate(body, schema("board-add"))
    store = Store.open(board)
    (submission,) = store.submissions()
    assert submission.slug == body["submission"] == f"2026-11-21-mine-{submission.pred_digest[:8]}"
    assert submission.card.licence == "MIT"
    own = board / "submissions" / submission.slug
    result = store.result(submission.slug, "d", store.dataset("d").gt8, "rrc-iou")
    assert result is not None
    lines = result.path.read_text(encoding="utf-8").splitlines()
    assert (
        lines[0] == "#schema ocr-eval/counts/1"
        and lines[1] == f"#signature {body['results'][0]['signature']}"
    )
    assert lines[2:] == [
        "sample\ttp\tn_gt\tn_det\tdc_gt\tdc_det",
        "img_1\t2\t2\t2\t0\t0",
        "img_2\t1\t1\t1\t1\t1",
    ]
    assert result.record["counts"]["tp"] == 2 + 1
    assert result.record["revealing"] == {
        "predictions": 4,
        "invalid": 0,
        "duplicates": 0,
        "large": 0,
        "missing": 0,
    }
    for file in own.rglob("*.why.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines():
            jsonschema.validate(json.loads(line), schema("why"))
    kept = (own / "instances" / "d.jsonl").read_bytes()
    assert hashlib.sha256(kept).hexdigest() == submission.pred_digest
    assert [(event.seq, event.event) for event in store.history()] == [(1, "dataset"), (2, "add")]
    assert store.why(submission.slug, "d", "cascade") is not None
    assert run("board", "check", "b", "--rescore", "9", cwd=folder).out.endswith("2 scored again\n")


def test_predictions_are_kept_only_when_asked_for(board: Path, folder: Path) -> None:
    assert add(folder, *NAMES).status == 0
    (own,) = (board / "submissions").iterdir()
    assert {p.name for p in own.iterdir()} == {"card.toml", "predictions.sha256", "results"}


def test_what_a_submission_reveals_about_itself_is_counted(folder: Path) -> None:
    (folder / "s.tsv").write_text("sample\twidth\theight\nimg_1\t640\t480\nimg_2\t640\t480\n")
    assert init(folder, "--slices", "s.tsv", "--visibility", "public").status == 0
    lines = "0,0,100,0,100,50,0,50,a\n0,0,100,0,100,49,0,49,a\n0,0,600,0,600,400,0,400,b\n0,0,9,9,9,0,0,9,c\n"
    archive(folder / "sub.zip", {"res_img_1.txt": lines})
    assert add(folder, *NAMES).status == 3  # the last ring crosses itself
    ran = add(folder, *NAMES, "--invalid-polygons", "false-positive")
    assert ran.status == 0, ran.err
    store = Store.open(folder / "b")
    (result,) = store.results(store.submissions()[0].slug)
    assert result.record["revealing"] == {
        "predictions": 4,
        "invalid": 1,
        "duplicates": 1,
        "large": 1,
        "missing": 1,
    }
    codes = {warning["code"] for warning in result.record["warnings"]}
    assert codes >= {"W_POLYGON", "W_DUPLICATE", "W_LARGE", "W_MISSING_SAMPLES"}
    assert "|poly:fp|" in result.signature
    assert run("board", "check", "b", cwd=folder).status == 0


def test_a_submission_that_matches_nothing_is_explained_to_its_adder_and_not_to_the_store(
    folder: Path,
) -> None:
    archive(folder / "gt.zip", MANY)
    assert init(folder).status == 0
    upright = {f"res_img_{k}.txt": f"0,0,50,0,50,100,0,100,W{k}\n" for k in range(1, 41)}  # x and y swapped
    archive(folder / "sub.zip", upright)
    ran = add(folder, *NAMES)
    assert ran.status == 0, ran.err
    assert "W_NO_MATCH" in ran.err
    assert not [path for path, data in tree(folder / "b").items() if b"W_NO_MATCH" in data]


REFUSALS: list[tuple[tuple[str, ...], int, str]] = [
    ((*NAMES, "--gt", "other.zip"), 6, "E_DATASET"),
    ((*NAMES, "--dataset", "e"), 6, "E_DATASET"),
    ((*NAMES, "--dataset", "d@00000000"), 6, "E_DATASET"),
    ((*NAMES, "-p", "popeval"), 6, "E_SIGNATURE"),
    ((*NAMES, "-p", "rrc-iou(iou=0.7)"), 6, "E_SIGNATURE"),
    ((*NAMES, "-p", "rrc-iuo"), 2, "E_PROTOCOL"),
    ((*NAMES, "--gt", "broken.zip"), 5, "E_GT"),
    (("--id", "../x", "--name", "X"), 3, "E_METHOD_ID"),
    (("--id", "con", "--name", "X"), 3, "E_METHOD_ID"),
    (("--id", "x"), 2, "E_USAGE"),
    ((), 2, "E_USAGE"),
    (("--card", "card.yaml"), 3, "E_FORMAT"),
    (("--card", "none.toml"), 2, "E_USAGE"),
    (("--card", "card.toml", "--id", "x"), 2, "E_USAGE"),
    ((*NAMES, "--limit", "archive-bytes=3"), 4, "E_"),
    (("--id", "x", "--name", "X", "--date", "21.11."), 2, "E_USAGE"),
]


@pytest.mark.parametrize(
    ("words", "status", "code"), REFUSALS, ids=[" ".join(r[0][-2:]) or "-" for r in REFUSALS]
)
def test_a_refusal_says_why_and_changes_nothing(
    board: Path, folder: Path, words: tuple[str, ...], status: int, code: str
) -> None:
    archive(folder / "other.zip", GT | {"gt_img_2.txt": GT["gt_img_2.txt"].replace("400", "401")})
    archive(folder / "broken.zip", {"gt_img_1.txt": "1,2\n"})
    card(folder)
    (folder / "card.yaml").write_text("id: no\n")
    before = tree(board)
    ran = add(folder, *words)
    assert (ran.status, ran.out) == (status, ""), ran.err
    assert f"error[{code}" in ran.err
    assert tree(board) == before
    assert not [p for p in board.rglob("*") if p.name.startswith(".new-")]


def test_a_bad_submission_is_refused_line_by_line(board: Path, folder: Path) -> None:
    archive(folder / "sub.zip", GOOD | {"res_img_1.txt": "0,0,1\n0,0,2\n"})
    ran = add(folder, *NAMES)
    assert ran.status == 3 and "res_img_1.txt:2:1: error[E_FORMAT]" in ran.err
    assert not (board / "submissions").exists()


def test_the_same_predictions_in_another_order_are_a_duplicate(board: Path, folder: Path) -> None:
    assert add(folder, *NAMES).status == 0
    slug = Store.open(board).submissions()[0].slug
    turned = {name: "".join(reversed(text.splitlines(keepends=True))) for name, text in GOOD.items()}
    archive(folder / "sub.zip", turned)
    ran = add(folder, "--id", "other", "--name", "Other")
    assert (
        ran.status == 3
        and f"error[E_DUPLICATE]: the board holds these predictions already, as {slug}" in ran.err
    )


def many(folder: Path, changed: int) -> None:
    lines = {name.replace("gt_", "res_"): text for name, text in MANY.items()}
    for k in range(1, changed + 1):
        lines[f"res_img_{k}.txt"] += f"500,500,600,500,600,550,500,5{changed}0,X\n"
    archive(folder / "sub.zip", lines)


def test_look_alike_names_near_duplicates_and_odd_links_are_warned_of(folder: Path) -> None:
    archive(folder / "gt.zip", MANY)
    assert init(folder, "--visibility", "public").status == 0
    many(folder, 0)
    assert add(folder, *NAMES).err == ""
    first = Store.open(folder / "b").submissions()[0].slug
    many(folder, 2)
    text = card(folder, 'url = "javascript:alert(1)"\n').read_text(encoding="utf-8")
    text = text.replace('"mine"', '"other"').replace('"Mine"', '"М\u0456n\u0435\u202e"')  # Cyrillic letters
    (folder / "card.toml").write_text(text, encoding="utf-8")
    ran = add(folder, "--card", "card.toml")
    assert ran.status == 0
    assert "warning[W_LINK]" in ran.err and "warning[W_NAME]" in ran.err and "\u202e" not in ran.err
    assert f"95 % of the samples have the counts of {first}" in ran.err
    many(folder, 5)  # 37 of 40 as the second
    assert "NEAR" not in add(folder, "--id", "third", "--name", "Third").err


def test_a_card_with_hostile_texts_a_legal_id_and_no_date_is_taken_as_text(board: Path, folder: Path) -> None:
    body = {
        "name": "<img src=x onerror=alert(1)>",
        "url": "javascript:alert(1)",
        "team": '"><svg onload=alert(1)>',
    }
    body |= {
        "paper": "data:text/html,<script>1</script>",
        "id": "legal",
        "description": "[x](javascript:alert(1))",
    }
    (folder / "method.json").write_text(json.dumps(body), encoding="utf-8")
    ran = add(folder, "--card", "method.json", "--date", "2026-11-21")
    assert ran.status == 0 and ran.err.count("warning[W_LINK]") == 2
    assert Store.open(board).submissions()[0].slug.startswith("2026-11-21-legal-")


def test_a_nameless_entry_brings_a_secret_beside_the_board(board: Path, folder: Path) -> None:
    assert add(folder, "--card", card(folder, "anonymous = true\n")).status == 0
    store = Store.open(board)
    assert store.config.secret_file == "../b.secret"
    assert store.config.secret == (folder / "b.secret").read_bytes().strip()
    assert run("board", "check", "b", cwd=folder).status == 0
    archive(folder / "sub.zip", GOOD | {"res_img_2.txt": ""})
    ran = add(folder, "--card", card(folder, 'supersedes = "2026-11-21-mine-00000000"\n'))
    assert ran.status == 3 and f"did you mean {store.submissions()[0].slug}?" in ran.err
    assert add(folder, "--card", card(folder, f'supersedes = "{store.submissions()[0].slug}"\n')).status == 0


def test_a_team_may_send_only_so_much_by_the_dates_on_the_cards(board: Path, folder: Path) -> None:
    policy = board / "board.toml"
    text = policy.read_text(encoding="utf-8").replace('"best"', '"best"\nmax_per_day = 1\nmax_total = 2')
    policy.write_text(text, encoding="utf-8")

    def send(k: int, day: int, team: str = "A") -> Ran:
        body = GOOD | {"res_img_1.txt": f"0,0,{k},0,{k},50,0,50,x\n"}
        archive(folder / "sub.zip", body)
        path = folder / "card.toml"
        path.write_text(
            f'id = "m{k}"\nname = "M{k}"\nteam = "{team}"\ndate = 2026-11-0{day}\n', encoding="utf-8"
        )
        return add(folder, "--card", path)

    assert send(10, 1).status == 0
    ran = send(11, 1)
    assert ran.status == 4 and "max_per_day is 1" in ran.err
    assert send(11, 1, "B").status == 0
    assert send(12, 2).status == 0
    ran = send(13, 3, " a ")
    assert ran.status == 4 and "max_total is 2" in ran.err


def test_rescoring_adds_what_is_missing_and_touches_nothing_else(board: Path, folder: Path) -> None:
    assert add(folder, *NAMES, "--keep-predictions", "-p", "rrc-iou").status == 0
    archive(folder / "sub.zip", GOOD | {"res_img_2.txt": ""})
    assert add(folder, "--id", "bare", "--name", "Bare", "--date", "2026-11-22").status == 0
    before = tree(board)
    call = ("board", "rescore", "b", "--reason", "new", "--date", "2026-11-23", "--format", "json")
    body = json.loads(run(*call, cwd=folder).out)
    jsonschema.validate(body, schema("board-rescore"))
    assert [item["protocol"] for item in body["rescored"]] == ["cascade"]
    assert [item["submission"][11:15] for item in body["not_rescored"]] == ["bare"]
    after = tree(board)
    assert {name for name in before if before[name] != after[name]} == {"history.jsonl"}
    assert after["history.jsonl"].startswith(before["history.jsonl"])
    event = Store.open(board).history()[-1]
    assert (event.event, event.date, event.reason, event.protocol) == (
        "rescore",
        "2026-11-23",
        "new",
        "cascade",
    )
    assert json.loads(run(*call, cwd=folder).out)["rescored"] == []
    assert run("board", "check", "b", cwd=folder).status == 0
    ran = run("board", "rescore", "b", "-p", "popeval", cwd=folder)
    assert ran.status == 6 and "E_SIGNATURE" in ran.err


def test_predictions_without_texts_stay_unscored_where_texts_are_read(board: Path, folder: Path) -> None:
    bare = {name: re.sub(r",[^,]*$", "", text, flags=re.M) for name, text in GOOD.items()}
    archive(folder / "sub.zip", bare)
    ran = add(folder, *NAMES)
    assert ran.status == 3 and "cascade reads transcriptions" in ran.err
    assert add(folder, *NAMES, "-p", "rrc-iou", "--keep-predictions").status == 0
    ran = run("board", "rescore", "b", cwd=folder)
    assert ran.status == 0 and "not re-scored: cascade reads transcriptions" in ran.out
    assert run("board", "check", "b", "--rescore", "5", cwd=folder).status == 0


def test_a_new_version_of_a_protocol_is_a_new_file_and_the_old_one_stays(
    board: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ocr_eval.protocols.detection.rrc_iou import RrcIou

    assert add(folder, *NAMES, "--keep-predictions").status == 0
    archive(folder / "sub.zip", GOOD | {"res_img_2.txt": ""})
    before = tree(board)
    monkeypatch.setattr(RrcIou, "VERSION", 2)
    monkeypatch.chdir(folder)
    assert in_process(["board", "add", "b", "sub.zip", "--id", "late", "--name", "Late"]) == 6
    assert "rescore" in capsys.readouterr().err
    assert tree(board) == before
    assert in_process(["board", "rescore", "b", "-p", "rrc-iou"]) == 0
    after = tree(board)
    new = set(after) - set(before)
    assert {Path(name).name.partition("-2")[0].partition("@")[0] for name in new} == {"rrc-iou"}
    assert all("@2" in name for name in new) and len(new) == 3
    assert all(after[name] == data for name, data in before.items() if name != "history.jsonl")
    store = Store.open(board)
    slug = store.submissions()[0].slug
    result = store.result(slug, "d", store.dataset("d").gt8, "rrc-iou")
    assert result is not None and "rrc-iou/2@" in result.signature
    assert len(store.results(slug)) == 3
    assert store.history()[-1].old.startswith("rrc-iou@1-") and store.history()[-1].new.startswith(
        "rrc-iou@2-"
    )
    assert in_process(["board", "add", "b", "sub.zip", "--id", "late", "--name", "Late"]) == 0
    assert in_process(["board", "check", "b", "--rescore", "9"]) == 0


def test_withdrawing_and_correcting_change_the_card_and_the_history_only(board: Path, folder: Path) -> None:
    assert add(folder, *NAMES).status == 0
    slug = Store.open(board).submissions()[0].slug
    before = tree(board)
    fields = ("--set", "licence=MIT", "--set", 'authors=["A", "B"]', "--set", "baseline=true")
    ran = run("board", "correct", "b", slug, *fields, "--reason", "r", "--date", "2026-12-01", cwd=folder)
    assert ran.status == 0, ran.err
    ran = run("board", "withdraw", "b", slug, "--reason", "wrong data", "--format", "json", cwd=folder)
    jsonschema.validate(json.loads(ran.out), schema("board-change"))
    assert run("board", "withdraw", "b", slug, "--reason", "again", cwd=folder).status == 2
    own = Store.open(board).submission(slug).card
    assert (own.licence, own.authors, own.baseline) == ("MIT", ("A", "B"), True)
    assert (own.withdrawn, own.withdrawn_reason) == (True, "wrong data")
    changed = {name for name, data in tree(board).items() if before.get(name) != data}
    assert changed == {f"submissions/{slug}/card.toml", "history.jsonl"}
    for words in (("id=x",), ("licens=x",), ("authors=3",), ("seed=x",), ("doi=x",), ("licence",)):
        ran = run("board", "correct", "b", slug, "--set", *words, "--reason", "r", cwd=folder)
        assert ran.status in (2, 3) and ran.out == "", words
    assert run("board", "correct", "b", slug, "--set", "licence=", "--reason", "r", cwd=folder).status == 0
    assert Store.open(board).submission(slug).card.licence == ""
    assert run("board", "withdraw", "b", slug[:-1], "--reason", "r", cwd=folder).err.count(slug) == 1
    assert run("board", "check", "b", cwd=folder).status == 0


Fault = tuple[str, str, str, int, str]
FAULTS: list[Fault] = [
    ("submissions/*/results/*/rrc-iou*.tsv", "img_1\t2", "img_1\t1", 1, "tp: 3 stored, the rows add to 2"),
    ("submissions/*/results/*/rrc-iou*.tsv", "img_1\t2", "img_1\t02", 1, "not written canonically"),
    ("submissions/*/results/*/rrc-iou*.tsv", "iou:0.5", "iou:0.6", 6, "different signatures"),
    ("submissions/*/results/*/rrc-iou*[0-9a-f].json", "iou:0.5", "iou:0.6", 6, "different signatures"),
    (
        "submissions/*/results/*/rrc-iou*[0-9a-f].json",
        '"iou": 0.5',
        '"iou": 0.6',
        6,
        "mixed signature: parameters",
    ),
    (
        "submissions/*/results/*/rrc-iou*[0-9a-f].json",
        '"tp": 3',
        '"tp": 2',
        1,
        "tp: 2 stored, the rows add to 3",
    ),
    (
        "submissions/*/results/*/rrc-iou*[0-9a-f].json",
        '"hmean": 1.0',
        '"hmean": 0.9',
        1,
        "hmean: 0.9 stored, 1.0",
    ),
    (
        "submissions/*/results/*/rrc-iou*[0-9a-f].json",
        '"samples": 2',
        '"samples": 3',
        6,
        "mixed signature: n",
    ),
    ("submissions/*/results/*/rrc-iou*[0-9a-f].json", '"counts"', '"count"', 1, "'count', 'counts'"),
    ("submissions/*/results/*/rrc-iou*[0-9a-f].json", "{", "[", 1, "E_FORMAT"),
    ("submissions/*/card.toml", '"mine"', '"yours"', 1, "folder's name"),
    ("submissions/*/card.toml", "name", "nam", 1, "did you mean name"),
    ("submissions/*/instances/d.jsonl", "HELLO", "HALLO", 1, "predictions.sha256"),
    ("datasets/d/instances.jsonl", "HELLO", "HALLO", 6, "gt_digest"),
    ("datasets/d/samples.tsv", "img_2", "img_3", 6, "samples"),
    ("protocols/rrc-iou@1.toml", "iou = 0.5", "iou = 0.6", 6, "digest is not that of"),
    ("history.jsonl", '"seq":2', '"seq":3', 1, "event 3 follows event 1"),
    ("history.jsonl", "-mine-", "-yours-", 1, "is in the history, not in submissions/"),
    ("board.toml", "d@", "e@", 6, "no data set 'e'"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{f[0].rpartition('/')[2]} {f[2]}" for f in FAULTS])
def test_check_finds_what_does_not_hold_together(board: Path, folder: Path, fault: Fault) -> None:
    pattern, old, new, status, said = fault
    assert add(folder, *NAMES, "--keep-predictions").status == 0
    ok = run("board", "check", "b", "--format", "json", cwd=folder)
    assert ok.status == 0
    jsonschema.validate(json.loads(ok.out), schema("board-check"))
    (path,) = [p for p in board.glob(pattern) if "why" not in p.name]
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    ran = run("board", "check", "b", "--format", "json", cwd=folder)
    assert ran.status == status, ran.err
    assert said in ran.err
    if status == 1:
        jsonschema.validate(json.loads(ran.out), schema("board-check"))
    else:
        assert ran.out == ""


def test_check_lists_every_problem_and_what_lies_about(board: Path, folder: Path) -> None:
    assert add(folder, *NAMES).status == 0
    (own,) = (board / "submissions").iterdir()
    for file in own.glob("results/*/*.tsv"):
        file.write_bytes(file.read_bytes().replace(b"img_1\t2", b"img_1\t1"))
    (board / "submissions" / "notes").mkdir()
    (own / "results" / "d@00000000").mkdir()
    (own / "results" / "d@00000000" / "x.txt").write_text("")
    ran = run("board", "check", "b", cwd=folder)
    assert ran.status == 1
    assert ran.err.count("table_sha256") == 2
    assert "'notes' is no name of a submission" in ran.err and "does not belong here" in ran.err
    assert re.search(r"\d+ errors", ran.err)


def test_rescoring_finds_counts_that_were_made_up_consistently(board: Path, folder: Path) -> None:
    assert add(folder, *NAMES, "--keep-predictions", "-p", "rrc-iou").status == 0
    (rows,) = board.glob("submissions/*/results/*/*.tsv")
    data = rows.read_bytes().replace(b"img_2\t1\t1\t1\t", b"img_2\t1\t1\t2\t")
    record = rows.with_suffix(".json").read_text(encoding="utf-8")
    old = hashlib.sha256(rows.read_bytes()).hexdigest()
    rows.write_bytes(data)
    record = record.replace(old, hashlib.sha256(data).hexdigest()).replace('"n_det": 3', '"n_det": 4')
    record = record.replace('"precision": 1.0', '"precision": 0.75')
    record = record.replace('"hmean": 1.0', f'"hmean": {2 * 0.75 / 1.75!r}')
    rows.with_suffix(".json").write_text(record, encoding="utf-8")
    assert run("board", "check", "b", cwd=folder).status == 0
    ran = run("board", "check", "b", "--rescore", "1", cwd=folder)
    assert ran.status == 1 and "hmean" in ran.err and ".tsv:5: error[E_DRIFT]" in ran.err


def test_a_crash_leaves_no_half_submission_and_the_next_command_repairs(
    board: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ocr_eval.board import writing

    monkeypatch.chdir(folder)
    before = tree(board)
    real = writing.write_synced
    written: list[Path] = []

    def failing(path: Path, data: bytes) -> None:
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(path)
        real(path, data)

    monkeypatch.setattr(writing, "write_synced", failing)
    assert in_process(["board", "add", "b", "sub.zip", *NAMES]) == 2
    assert tree(board) == before
    monkeypatch.setattr(writing, "write_synced", real)
    # Killed between the rename and the history, and before that in the middle of writing:
    monkeypatch.setattr("ocr_eval.board.adding.append", lambda *_: None)
    assert in_process(["board", "add", "b", "sub.zip", *NAMES]) == 0
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    left = board / "submissions" / ".new-2026-11-21-x-00000000-1"
    left.mkdir()
    (left / "card.toml").write_text("half")
    assert len(Store.open(board).submissions()) == 1
    assert in_process(["board", "check", "b"]) == 1
    assert in_process(["board", "rescore", "b"]) == 0
    assert not left.exists()
    assert [event.event for event in Store.open(board).history()] == ["dataset", "add"]
    assert in_process(["board", "check", "b"]) == 0


def test_two_commands_do_not_change_a_board_at_once(board: Path, folder: Path) -> None:
    from ocr_eval.board.folder import locked

    with locked(board):
        ran = add(folder, *NAMES)
    assert ran.status == 2 and "process" in ran.err
    assert add(folder, *NAMES).status == 0


def test_configuration_gives_defaults_to_the_commands_that_have_the_flag(board: Path, folder: Path) -> None:
    (folder / "ocr-eval.toml").write_text('[board]\nprotocol = ["cascade"]\nformat = "json"\n')
    ran = add(folder, *NAMES)
    assert [result["protocol"] for result in json.loads(ran.out)["results"]] == ["cascade"]
    assert json.loads(run("board", "check", "b", cwd=folder).out)["ok"]
    (folder / "ocr-eval.toml").write_text("[board]\ndrildown = 3\n")
    ran = run("board", "check", "b", cwd=folder)
    assert ran.status == 2 and "did you mean drilldown" in ran.err


def test_unknown_board_commands_get_close_names() -> None:
    ran = run("board", "chek")
    assert (ran.status, ran.out) == (2, "") and "did you mean check" in ran.err


@pytest.mark.slow
def test_our_leaderboard_can_be_made_again_from_the_stored_archives(tmp_path: Path) -> None:
    """Byte for byte, but for what the records say about the machine they were made on."""
    ours = assets.leaderboard_path()
    words = ("--dataset", "sample", "--visibility", "public", "--date", "2026-11-21")
    first = ("--board", "sample-detection", "--board-title", "Word detection", "-p", "rrc-iou")
    title = ("--title", "OCR engines on the sample data set", "--lang", "en", "--lang", "ko")
    second = (
        "--board",
        "sample-end-to-end",
        "--board-title",
        "Words found and read",
        "-p",
        "cascade",
        "-p",
        "popeval",
    )
    assert run("board", "init", "b", *first, *title, *words, cwd=tmp_path).status == 0
    assert run("board", "init", "b", *second, *words, cwd=tmp_path).status == 0
    for submission in Store.open(ours).submissions():
        own = ours / "submissions" / submission.slug
        flags = ("--card", own / "card.toml", "--keep-archive", "--keep-predictions")
        ran = run("board", "add", "b", own / "predictions.zip", *flags, cwd=tmp_path)
        assert ran.status == 0, ran.err
    made, stored = tree(tmp_path / "b"), tree(ours)
    assert set(stored) - set(made) == {"README.md"} and not set(made) - set(stored)
    for name, data in made.items():
        if re.search(r"results/.*\.json$", name):
            assert _without_provenance(data) == _without_provenance(stored[name]), name
        else:
            assert data == stored[name], name


def _without_provenance(data: bytes) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(data)
    assert body.pop("provenance")
    return body
