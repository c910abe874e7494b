"""The command line as its user meets it: results on stdout, one line per problem on stderr, exit codes, files."""

from __future__ import annotations

import csv
import importlib
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import jsonschema
import pytest

from ocr_eval.cli.app import COMMANDS
from ocr_eval.cli.config_keys import COMMAND_KEYS
from tests.command import run, schema

GT = {
    "gt_img_1.txt": "0,0,100,0,100,50,0,50,HELLO\n200,0,300,0,300,50,200,50,WORLD\n",
    "gt_img_2.txt": "0,0,100,0,100,50,0,50,Naïve\n400,0,500,0,500,50,400,50,###\n",
}
GOOD = {
    "res_img_1.txt": "0,0,100,0,100,50,0,50,HELLO\n200,0,300,0,300,50,200,50,WORD\n",
    "res_img_2.txt": "0,0,100,0,100,50,0,50,Naïve\n410,0,490,0,490,50,410,50,x\n",
}


def archive(path: Path, entries: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, text in entries.items():
            file.writestr(name, text)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    archive(tmp_path / "gt.zip", GT)
    archive(tmp_path / "sub.zip", GOOD)
    return tmp_path


def test_the_forms_of_a_result_agree_with_each_other(folder: Path) -> None:
    rows = folder / "rows.csv"
    call = ("score", "gt.zip", "mine=sub.zip", "-p", "rrc-iou", "-p", "cascade")
    as_json = run(*call, "--format", "json", "--per-sample", rows, cwd=folder)
    assert (as_json.status, as_json.err.count("error[")) == (0, 0)
    body = json.loads(as_json.out)
    jsonschema.validate(body, schema("score"))
    assert [(r["prediction"], r["protocol"]) for r in body["results"]] == [
        ("mine", "rrc-iou"),
        ("mine", "cascade"),
    ]
    assert body["results"][0]["metrics"] == {"precision": 3 / 3, "recall": 3 / 3, "hmean": 1.0}
    assert body["results"][0]["counts"] == {"tp": 3, "n_gt": 3, "n_det": 3, "dc_gt": 1, "dc_det": 1}
    assert body["results"][1]["counts"]["wem"] == 2

    lines = list(csv.DictReader(io.StringIO(rows.read_text(encoding="utf-8"))))
    for result in body["results"]:
        own = [line for line in lines if line["protocol"] == result["protocol"]]
        assert [line["sample"] for line in own] == ["img_1", "img_2"]
        for name, value in result["counts"].items():
            assert sum(int(line[name]) for line in own) == value
    for kind, parse in (("jsonl", lambda t: [json.loads(line) for line in t.splitlines()]),):
        assert [r["metrics"] for r in parse(run(*call, "--format", kind, cwd=folder).out)] == [
            r["metrics"] for r in body["results"]
        ]
    table = list(csv.DictReader(io.StringIO(run(*call, "--format", "csv", cwd=folder).out)))
    values = {(row["protocol"], row["metric"]): float(row["value"]) for row in table}
    assert values == {(r["protocol"], m): v for r in body["results"] for m, v in r["metrics"].items()}
    for kind in ("text", "md", "latex"):
        text = run(*call, "--format", kind, cwd=folder).out
        assert "100.00" in text and f"{100 * body['results'][1]['metrics']['hmean']:.2f}" in text
        assert body["results"][0]["signature"] in text


def test_twice_the_same_command_gives_the_same_bytes(folder: Path) -> None:
    call = ("score", "gt.zip", "sub.zip", "-p", "rrc-e2e", "--format", "json")
    first = run(*call, cwd=folder)
    again = run(*call, cwd=folder, PYTHONHASHSEED="7", LC_ALL="C", TZ="Pacific/Kiritimati", PYTHONUTF8="0")
    assert first.out == again.out != ""


def test_archive_layout_does_not_change_the_signature(folder: Path) -> None:
    loose = folder / "loose"
    loose.mkdir()
    for name, text in GOOD.items():
        (loose / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    archive(folder / "shuffled.zip", dict(reversed(GOOD.items())))
    call = ("score", "gt.zip", "a=sub.zip", "b=loose", "c=shuffled.zip", "-p", "rrc-e2e", "--format", "json")
    results = json.loads(run(*call, cwd=folder).out)["results"]
    assert len({r["signature"] for r in results}) == 1
    assert len({json.dumps(r["counts"]) for r in results}) == 1


@pytest.mark.parametrize(
    ("line", "code", "place"),
    [
        ("0,0,100,0,100,50,0\n", "E_FORMAT", "sub.zip!res_img_1.txt:1"),
        ("0,0,100,0,100,50,0,nan,x\n", "E_COORD", "sub.zip!res_img_1.txt:1:"),
        ("0,0,100,50,100,0,0,50,x\n", "E_POLYGON", "sub.zip!res_img_1.txt:1"),
    ],
)
def test_a_bad_line_is_named_with_its_place_and_cure(folder: Path, line: str, code: str, place: str) -> None:
    archive(folder / "sub.zip", GOOD | {"res_img_1.txt": line})
    target = folder / "out.json"
    target.write_text("old")
    ran = run(
        "score", "gt.zip", "sub.zip", "-p", "rrc-e2e", "-o", target, "--per-sample", "rows.csv", cwd=folder
    )
    assert (ran.status, ran.out) == (3, "")
    first = ran.err.splitlines()[0]
    assert first.startswith(place) and f"error[{code}]: " in first and "; " in first
    assert target.read_text() == "old"
    assert sorted(p.name for p in folder.iterdir()) == ["gt.zip", "out.json", "sub.zip"]


def test_an_unknown_sample_gets_close_names(folder: Path) -> None:
    archive(folder / "sub.zip", GOOD | {"res_img_22.txt": ""})
    ran = run("score", "gt.zip", "sub.zip", "-p", "rrc-iou", cwd=folder)
    assert (ran.status, ran.out) == (3, "")
    assert "error[E_ENTRY_UNKNOWN]" in ran.err and "img_2" in ran.err


def test_a_truncated_zip_and_a_missing_path(folder: Path) -> None:
    (folder / "cut.zip").write_bytes((folder / "sub.zip").read_bytes()[:-30])
    ran = run("score", "gt.zip", "cut.zip", "-p", "rrc-iou", cwd=folder)
    assert (ran.status, ran.out) == (3, "") and "cut.zip: error[E_ZIP_FORMAT]" in ran.err
    ran = run("score", "gt.zip", "nowhere.zip", "-p", "rrc-iou", cwd=folder)
    assert (ran.status, ran.out) == (2, "") and "error[E_USAGE]" in ran.err


def test_a_broken_ground_truth_is_not_blamed_on_the_submission(folder: Path) -> None:
    archive(folder / "gt.zip", GT | {"gt_img_1.txt": "0,0,100,50,100,0,0,50,HELLO\n"})
    archive(folder / "sub.zip", GOOD | {"res_img_1.txt": "garbage\n"})
    ran = run("score", "gt.zip", "sub.zip", "-p", "rrc-e2e", cwd=folder)
    assert ran.status == 5
    assert ran.err.startswith("gt.zip!gt_img_1.txt:1: error[E_GT]: E_POLYGON")


def test_keep_going_scores_the_valid_ones_and_keeps_the_code(folder: Path) -> None:
    archive(folder / "bad.zip", {"res_img_1.txt": "garbage\n"})
    call = ("score", "gt.zip", "sub.zip", "bad.zip", "-p", "rrc-iou", "--format", "json")
    assert run(*call, cwd=folder)[:2] == (3, "")
    kept = run(*call, "--keep-going", cwd=folder)
    assert kept.status == 3
    assert [r["prediction"] for r in json.loads(kept.out)["results"]] == ["sub.zip"]


def test_missing_samples_count_as_empty_with_a_warning(folder: Path) -> None:
    archive(folder / "half.zip", {"res_img_1.txt": GOOD["res_img_1.txt"]})
    ran = run("score", "gt.zip", "half.zip", "-p", "rrc-iou", "--format", "json", cwd=folder)
    result = json.loads(ran.out)["results"][0]
    assert result["metrics"]["recall"] == 2 / 3
    assert [w["code"] for w in result["warnings"]] == ["W_MISSING_SAMPLES"]
    assert run("score", "gt.zip", "half.zip", "-p", "rrc-iou", "--fail-on-warning", cwd=folder).status == 1
    assert (
        run("score", "gt.zip", "half.zip", "-p", "rrc-iou", "--fail-on-warning", "W_LARGE", cwd=folder).status
        == 0
    )


@pytest.mark.parametrize(
    ("flags", "status", "said"),
    [
        (("-p", "rrc-iou", "--fail-under", "hmean=1"), 0, ""),
        (("-p", "cascade", "--fail-under", "hmean=0.99"), 1, "hmean"),
        (("-p", "rrc-iou", "--fail-under", "hmeen=0.8"), 2, "hmean"),
        (("-p", "rrc-iuo"), 2, "rrc-iou"),
        (("-p", "rrc-iou(iuo=0.5)"), 2, "iou"),
        (("-p", "rrc-iou", "--fromat", "json"), 2, "--format"),
        ((), 2, "-p"),
        (("-p", "rrc-iou", "--per-sample", "rows.xlsx"), 2, ".csv"),
        (("-p", "rrc-iou", "-o", "no/such/folder/x.json"), 2, "cannot be written"),
        (("-p", "rrc-iou", "--limit", "vertecis=9"), 2, "vertices"),
        (("-p", "rrc-e2e", "--limit", "characters=2"), 5, "E_GT"),
    ],
)
def test_flags_and_their_exit_codes(folder: Path, flags: tuple[str, ...], status: int, said: str) -> None:
    ran = run("score", "gt.zip", "sub.zip", *flags, cwd=folder)
    assert ran.status == status
    assert said in ran.err
    assert (ran.out == "") == (status not in (0, 1))


def test_a_limit_refuses_a_submission_with_its_own_code(folder: Path) -> None:
    archive(folder / "sub.zip", GOOD | {"res_img_1.txt": "0,0,100,0,100,50,0,50,HELLO WORLD\n"})
    ran = run("score", "gt.zip", "sub.zip", "-p", "rrc-e2e", "--limit", "characters=9", cwd=folder)
    assert (ran.status, ran.out) == (4, "")
    assert "sub.zip!res_img_1.txt:1" in ran.err
    assert "error[E_LIMIT]" in ran.err


def test_two_predictions_may_not_share_a_name(folder: Path) -> None:
    assert run("score", "gt.zip", "sub.zip", "sub.zip", "-p", "rrc-iou", cwd=folder).status == 2
    assert run("score", "gt.zip", "A=sub.zip", "A=gt.zip", "-p", "rrc-iou", cwd=folder).status == 2


def test_standard_input_needs_its_layout_named(folder: Path) -> None:
    assert run("score", "gt.zip", "-", "-p", "rrc-iou", cwd=folder).status == 2


def test_configuration_gives_defaults_and_the_command_line_wins(folder: Path) -> None:
    (folder / "ocr-eval.toml").write_text('[score]\nprotocol = ["cascade"]\nformat = "json"\n')
    assert (
        json.loads(run("score", "gt.zip", "sub.zip", cwd=folder).out)["results"][0]["protocol"] == "cascade"
    )
    assert run("score", "gt.zip", "sub.zip", "--format", "csv", cwd=folder).out.startswith(
        "prediction,protocol"
    )
    assert run("score", "gt.zip", "sub.zip", cwd=folder, OCR_EVAL_FORMAT="csv").out.startswith("prediction,")
    shown = run("score", "gt.zip", "sub.zip", "--show-config", cwd=folder).out
    assert "protocol = ('cascade',)  (file)" in shown
    (folder / "ocr-eval.toml").write_text('[score]\nfromat = "json"\n')
    ran = run("score", "gt.zip", "sub.zip", cwd=folder)
    assert ran.status == 2 and "ocr-eval.toml:2: error[E_CONFIG]" in ran.err and "format" in ran.err
    (folder / "ocr-eval.toml").write_text("[limits]\ninstances = 99999999\n")
    ran = run("score", "gt.zip", "sub.zip", "-p", "rrc-iou", cwd=folder)
    assert ran.status == 2 and "may not be raised by a file" in ran.err
    for text, words in (("limits = [1]\n", "must be a table"), ('[limits]\ninstances = "9"\n', "from 1 to")):
        (folder / "ocr-eval.toml").write_text(text)
        ran = run("score", "gt.zip", "sub.zip", cwd=folder)
        assert ran.status == 2 and words in ran.err, ran.err


def test_every_configuration_key_is_a_flag_and_every_setting_is_a_key() -> None:
    not_settings = {
        "target",
        "limit",
        "gt",
        "manifest",
        "code",
        "sample",
        "svg",
        "compat",
        "allow_mismatch",
        "compare",
        "pictures",
        "compare_pictures",
        "before",
        "after",
        "image_ids",
        "meta",
        "words_of",
        "pilot",
        "halfwidth",
        "population",
        "detect",
        "force",
        "layout",
        "to",
        "lossy",
        "clear",
        "resume",
    }  # of one call, or the command line's
    for name, (module, _) in COMMANDS.items():
        command = importlib.import_module(module).command
        if isinstance(
            command, click.Group
        ):  # its table gives the flags of all its commands that are settings
            inner = [
                command.get_command(click.Context(command), each) for each in command.list_commands(None)
            ]
            every = [p for each in (command, *inner) for p in each.params]
            parameters = [p for p in every if getattr(p, "envvar", None)]
        else:
            parameters = command.params
        flags = {p.name for p in parameters if isinstance(p, click.Option) and p.expose_value}
        assert flags - not_settings == set(COMMAND_KEYS[name]), name


def test_unknown_commands_get_close_names() -> None:
    ran = run("scor")
    assert (ran.status, ran.out) == (2, "") and "score" in ran.err


def test_a_closed_pipe_ends_quietly(folder: Path) -> None:
    script = f"{sys.executable} -m ocr_eval protocols rrc-iou | head -c 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", script], capture_output=True, check=False, cwd=folder
    )
    assert done.returncode == 0 and done.stderr == b""


def test_a_closed_stdout_and_a_deleted_working_directory_do_no_harm(folder: Path) -> None:
    gone = folder / "gone"
    gone.mkdir()
    python = sys.executable
    call = f"{python} -m ocr_eval score {folder}/gt.zip {folder}/sub.zip -p rrc-iou"
    script = f"cd {gone} && rmdir {gone} && {call} >/dev/null && {call} -o {folder}/out.txt >&-"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (folder / "out.txt").read_text(encoding="utf-8").startswith("rrc-iou · 2 samples")


def test_output_follows_the_umask(folder: Path) -> None:
    call = f"umask 027 && {sys.executable} -m ocr_eval score gt.zip sub.zip -p rrc-iou -o out.txt"
    subprocess.run(["bash", "-c", call], check=True, cwd=folder)
    assert (folder / "out.txt").stat().st_mode & 0o777 == 0o640


def test_validate_lists_every_problem_not_only_the_first(folder: Path) -> None:
    lines = "0,0,100,0,100,50,0,x,a\n0,0,1\n0,0,100,0,100,50,0,50,ok\n"
    archive(folder / "sub.zip", GOOD | {"res_img_1.txt": lines, "res_img_2.txt": "5,5,5,5,5,5,5,5,b\n"})
    ran = run("validate", "sub.zip", "--gt", "gt.zip", "-p", "rrc-e2e", cwd=folder)
    assert (ran.status, ran.out) == (3, "")
    found = [
        re.match(r"sub\.zip!(res_img_\d\.txt:\d).*: error\[(\w+)\]: ", line) for line in ran.err.splitlines()
    ]
    assert [match.groups() for match in found if match] == [
        ("res_img_1.txt:1", "E_FORMAT"),
        ("res_img_1.txt:2", "E_FORMAT"),
        ("res_img_2.txt:1", "E_POLYGON"),
    ]
    assert ran.err.splitlines()[-1] == "3 errors in 2 of 2 entries"
    as_json = run("validate", "sub.zip", "--gt", "gt.zip", "--format", "json", cwd=folder)
    body = json.loads(as_json.out)
    jsonschema.validate(body, schema("validate"))
    assert as_json.status == 3 and not body["valid"] and body["errors"] == len(body["problems"]) >= 2
    github = run("validate", "sub.zip", "--gt", "gt.zip", "--format", "github", cwd=folder)
    assert github.out.startswith("::error file=sub.zip!res_img_1.txt,line=1")


def test_validate_says_what_the_official_script_would_refuse(folder: Path) -> None:
    archive(folder / "sub.zip", GOOD | {"res_img_1.txt": "0,0,0,50,100,50,100,0,HELLO\n"})
    ran = run("validate", "sub.zip", "--gt", "gt.zip", "-p", "rrc-e2e", cwd=folder)
    assert ran.status == 0
    assert "res_img_1.txt:1: official script would refuse: points not clockwise" in ran.out


def test_explain_says_what_became_of_every_instance(folder: Path) -> None:
    call = ("explain", "gt.zip", "sub.zip", "--sample", "img_1", "-p", "rrc-e2e")
    text = run(*call, "--svg", "drawing.svg", cwd=folder)
    assert text.status == 0 and "wrong text" in text.out and "'WORD'" in text.out
    body = json.loads(run(*call, "--format", "json", cwd=folder).out)
    jsonschema.validate(body, schema("explain"))
    assert [i["status"] for i in body["instances"]] == ["match", "wrong text", "match", "wrong text"]
    assert (folder / "drawing.svg").read_text(encoding="utf-8").count("<polygon") == 4
    ran = run("explain", "gt.zip", "sub.zip", "--sample", "img_11", "-p", "rrc-e2e", cwd=folder)
    assert (ran.status, ran.out) == (2, "") and "img_1" in ran.err


def test_explain_a_code() -> None:
    assert "coordinate" in run("explain", "--error", "E_COORD").out
    assert run("explain", "--error", "E_KOORD").status == 2


def test_protocols_list_and_show() -> None:
    listed = json.loads(run("protocols", "--format", "json").out)
    jsonschema.validate(listed, schema("protocols"))
    assert {"rrc-iou", "cascade", "rrc-e2e", "popeval", "recognition"} <= {
        p["id"] for p in listed["protocols"]
    }
    shown = json.loads(run("protocols", "cascade", "--format", "json").out)
    jsonschema.validate(shown, schema("protocols"))
    assert shown["protocols"][0]["parameters"][2]["accepts"] == "upper | sensitive"
    text = run("protocols", "show", "rrc-iou").out
    assert "Deviations from the official script" in text and "area_precision=0.5" in text


def test_hostile_text_reaches_a_terminal_only_escaped(folder: Path) -> None:
    archive(folder / "sub.zip", GOOD | {"res_img_1.txt": "0,0,100,0,100,50,0,\x1b[31mx\u202e,t\n"})
    ran = run("score", "gt.zip", "sub.zip", "-p", "rrc-e2e", cwd=folder)
    assert ran.status == 3
    assert "\x1b" not in ran.err and "\u202e" not in ran.err


@pytest.mark.parametrize(
    "flags",
    [
        ("-o", "sub.zip"),
        ("--per-sample", "gt.csv"),
        ("-o", "x.csv", "--per-sample", "x.csv"),
    ],
)
def test_an_output_never_replaces_an_input_or_another_output(folder: Path, flags: tuple[str, ...]) -> None:
    (folder / "gt.csv").symlink_to("gt.zip")
    before = (folder / "sub.zip").read_bytes()
    ran = run("score", "gt.zip", "sub.zip", "-p", "rrc-iou", *flags, cwd=folder)
    assert (ran.status, ran.out) == (2, "")
    assert "as well; choose another name" in ran.err
    assert (folder / "sub.zip").read_bytes() == before
    assert (folder / "gt.csv").is_symlink()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("-p", "rrc-iou", "--fail-under", "ap=0.5"), "confidence=true"),
        (("-p", "rrc-iou", "--fail-on-warning", "W_IGNORE"), "W_IGNORED"),
        (("-p", "rrc-iou", "--confidence-above", "nan"), "from 0 to 1"),
        (("-p", "rrc-iou", "--confidence-above", "0.5"), "confidence=true"),
        (("-p", "rrc-iou(iou=.7)"), "written 0.7"),
        (("-p", "rrc-iou", "--lexicon", "gt.zip"), "--lexicon"),
    ],
)
def test_a_check_that_could_not_fail_is_refused(folder: Path, flags: tuple[str, ...], said: str) -> None:
    if "--lexicon" in flags:
        (folder / "words.txt").write_text("a\n")
        flags = (*flags[:-1], "words.txt")
    ran = run("score", "gt.zip", "sub.zip", *flags, cwd=folder)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_a_submission_without_texts_is_told_once(folder: Path) -> None:
    bare = {
        name: "".join(f"{line.rsplit(',', 1)[0]}\n" for line in text.splitlines())
        for name, text in GOOD.items()
    }
    archive(folder / "bare.zip", bare)
    ran = run("score", "gt.zip", "bare.zip", "-p", "popeval", cwd=folder)
    assert (ran.status, ran.out) == (3, "")
    assert ran.err.count("error[") == 1
    assert "popeval reads transcriptions, this submission has none" in ran.err


def test_recognition_lists_are_validated_and_not_drawn(tmp_path: Path) -> None:
    (tmp_path / "gt.txt").write_text('word_1.png, "Hello"\nword_2.png, "World"\n')
    (tmp_path / "pred.txt").write_text("word_1.png\tHallo\n")
    ran = run("validate", "pred.txt", "--gt", "gt.txt", "-p", "recognition", cwd=tmp_path)
    assert ran.status == 0
    assert "W_MISSING_SAMPLES" in ran.out
    assert run("validate", "pred.txt", cwd=tmp_path).status == 0
    call = ("explain", "gt.txt", "pred.txt", "--sample", "word_1", "-p", "recognition")
    assert "'e' read as 'a'" in run(*call, cwd=tmp_path).out
    ran = run(*call, "--svg", "x.svg", cwd=tmp_path)
    assert ran.status == 2
    assert not (tmp_path / "x.svg").exists()


def test_a_full_disk_is_no_bug_of_ours(folder: Path) -> None:
    call = f"{sys.executable} -m ocr_eval score gt.zip sub.zip -p rrc-iou > /dev/full"
    done = subprocess.run(["bash", "-c", call], capture_output=True, check=False, cwd=folder)
    assert done.returncode == 2
    assert b"stdout cannot be written" in done.stderr


def test_the_bare_command_shows_its_help() -> None:
    ran = run()
    assert ran.status == 0
    assert "Commands:" in ran.out


def test_sample_outputs_can_be_scored_by_name() -> None:
    ran = run("score", "sample", "sample:tesseract-psm11", "-p", "rrc-iou", "--format", "json")
    (result,) = json.loads(ran.out)["results"]
    assert "ds:sample@" in result["signature"]
    assert run("score", "sample", "sample:tesseract-psm12", "-p", "rrc-iou").status == 2
    assert "tesseract-psm11" in run("score", "sample", "sample:tesseract-psm12", "-p", "rrc-iou").err


@pytest.mark.parametrize(
    "name", ["score", "validate", "explain", "protocols", "convert", "inspect", "demo", "warm"]
)
def test_the_example_in_every_help_text_runs(name: str, tmp_path: Path) -> None:
    shown = run(name, "--help").out
    (example,) = [line.strip() for line in shown.splitlines() if line.strip().startswith("ocr-eval ")]
    words = example.replace("ocr-eval ", "", 1).split()
    assert words[0] == name
    assert run(*words, cwd=tmp_path).status == 0
