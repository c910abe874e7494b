"""``compare`` and ``score --ci`` as their user meets them: numbers, marks, refusals."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import jsonschema
import pytest

from tests.command import run, schema

SAMPLES = 30


def box(left: int, text: str) -> str:
    return f"{left},0,{left + 80},0,{left + 80},40,{left},40,{text}\n"


def archive(path: Path, kind: str, words: dict[int, list[int]]) -> Path:
    """Image k holds boxes at the given columns, each 100 pixels wide."""
    with zipfile.ZipFile(path, "w") as file:
        for image, columns in words.items():
            file.writestr(f"{kind}_img_{image}.txt", "".join(box(100 * c, f"w{c}") for c in columns))
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A gt of 4 words an image; ``good`` misses one in every third image, ``poor`` two everywhere, ``full`` none."""
    folder = tmp_path_factory.mktemp("compare")
    images = range(1, SAMPLES + 1)
    return {
        "gt": archive(folder / "gt.zip", "gt", {k: [0, 1, 2, 3] for k in images}),
        "full": archive(folder / "full.zip", "res", {k: [0, 1, 2, 3] for k in images}),
        "good": archive(
            folder / "good.zip", "res", {k: [0, 1, 2] if k % 3 == 0 else [0, 1, 2, 3] for k in images}
        ),
        "poor": archive(folder / "poor.zip", "res", {k: [0, 1] if k % 5 else [0] for k in images}),
        "other_gt": archive(folder / "other.zip", "gt", {k: [0, 1, 2, 3, 4] for k in images}),
        "few_gt": archive(folder / "few.zip", "gt", {k: [0, 1, 2, 3] for k in range(1, 13)}),
    }


def compared(files: dict[str, Path], *names: str, flags: tuple[str, ...] = ()) -> dict[str, object]:
    labelled = [f"{name}={files[name]}" for name in names]
    ran = run("compare", files["gt"], *labelled, "-p", "rrc-iou", "--format", "json", *flags)
    assert ran.status == 0, ran.err
    body = json.loads(ran.out)
    jsonschema.validate(body, schema("compare"))
    return body


def test_the_better_of_two_systems_is_told(files: dict[str, Path]) -> None:
    body = compared(files, "good", "poor")
    (pair,) = body["pairs"]
    good, poor = 2 * 110 / (120 + 110), 2 * (24 * 2 + 6) / (120 + 54)
    assert pair["difference"] == pytest.approx(good - poor, abs=1e-15)
    assert pair["interval"][0] > 0
    assert pair["p"] == pair["p_holm"] == 1 / 10_000  # none of 9,999 swaps reaches it
    assert (pair["wins"], pair["losses"], pair["ties"], pair["differing"]) == (30, 0, 0, 30)
    assert [system["rank"] for system in body["systems"]] == [[1, 1], [2, 2]]


def test_a_submission_is_no_better_than_itself(files: dict[str, Path]) -> None:
    ran = run(
        "compare", files["gt"], files["good"], f"again={files['good']}", "-p", "rrc-iou", "--format", "json"
    )
    (pair,) = json.loads(ran.out)["pairs"]
    assert (pair["difference"], pair["p"], pair["differing"]) == (0.0, 1.0, 0)
    assert [system["rank"] for system in json.loads(ran.out)["systems"]] == [[1, 2], [1, 2]]


def test_swapping_the_two_turns_the_sign_and_keeps_p(files: dict[str, Path]) -> None:
    (forth,), (back,) = (compared(files, *names)["pairs"] for names in (("good", "poor"), ("poor", "good")))
    assert back["difference"] == -forth["difference"]
    assert back["interval"] == pytest.approx([-forth["interval"][1], -forth["interval"][0]], abs=1e-15)
    assert (back["p"], back["wins"], back["losses"]) == (forth["p"], forth["losses"], forth["wins"])


def test_text_names_rank_sets_pairs_and_the_samples_behind_them(files: dict[str, Path]) -> None:
    labelled = [f"{name}={files[name]}" for name in ("good", "poor", "full")]
    ran = run("compare", files["gt"], *labelled, "-p", "rrc-iou", "--top", "3")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0] == "rrc-iou · hmean · 30 samples"
    assert [line.split()[0] for line in lines[2:5]] == ["full", "good", "poor"]
    assert any(line.startswith("good – poor ") and "30/0/0" in line for line in lines)
    assert "for good: img_" in ran.out and "ci:perc,B:10000,seed:" in ran.out
    # a system without a fault has no replicates but one: the Wilson interval, and a word about it
    assert "W_DEGENERATE_INTERVAL" in ran.out and "100.00 [" in ran.out


def test_separating_samples_are_in_json_when_asked_for(files: dict[str, Path]) -> None:
    (pair,) = compared(files, "full", "good", flags=("--top", "2"))["pairs"]
    assert {row["sample"] for row in pair["for_a"]} <= {f"img_{k}" for k in range(3, 31, 3)}
    assert len(pair["for_a"]) == 2 and all(row["contribution"] > 0 for row in pair["for_a"])
    assert "for_a" not in compared(files, "full", "good")["pairs"][0]


def test_another_tools_p_is_labelled_not_valid(files: dict[str, Path]) -> None:
    (pair,) = compared(files, "good", "poor", flags=("--compat", "sacrebleu"))["pairs"]
    assert "not a valid p-value" in pair["p_sacrebleu"]["note"]
    assert 0 < pair["p_sacrebleu"]["value"] <= 1


@pytest.mark.parametrize("kind", [".csv", ".tsv", ".jsonl"])
def test_rows_written_before_give_the_same_comparison(
    files: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    rows = tmp_path / f"rows{kind}"
    labelled = [f"{name}={files[name]}" for name in ("good", "poor")]
    ran = run(
        "score", files["gt"], *labelled, "-p", "rrc-iou", "-p", "rrc-iou(iou=0.7)", "--per-sample", rows
    )
    assert ran.status == 0
    ran = run("compare", rows, "-p", "rrc-iou", "--seed", "7", "--format", "json")
    assert json.loads(ran.out) == compared(files, "good", "poor", flags=("--seed", "7"))
    several = run("compare", rows)
    assert several.status == 2 and "several protocols" in several.err


def records(files: dict[str, Path], folder: Path, gt: str, protocol: str, name: str) -> Path:
    import ocr_eval

    truth = ocr_eval.read(str(files[gt]), role="gt")
    pred = ocr_eval.read(str(files[name]), samples=truth.sample_ids)
    (record,) = ocr_eval.Job(truth, [ocr_eval.protocol(protocol)], gt).run(pred, name)
    path = folder / f"{gt}-{name}-{len(protocol)}.json"
    record.save(path)
    return path


def test_records_are_compared_with_the_seed_of_their_gt(files: dict[str, Path], tmp_path: Path) -> None:
    paths = [records(files, tmp_path, "gt", "rrc-iou", name) for name in ("good", "poor")]
    ran = run("compare", *paths, "--format", "json")
    assert json.loads(ran.out) == compared(files, "good", "poor")


def test_a_boards_records_are_compared_with_the_rows_beside_them() -> None:
    board = Path(__file__).resolve().parents[2] / "leaderboard/submissions"
    paths = sorted(board.glob("*tesseract-psm*/results/*/rrc-iou@*.json"))
    stored = json.loads(run("compare", *paths, "--format", "json").out)
    words = [f"{path.parents[2].name}=sample:{path.parents[2].name[11:-9]}" for path in paths]
    ran = run("compare", "sample", *words, "-p", "rrc-iou", "--format", "json")
    assert stored == json.loads(ran.out)
    assert len(stored["systems"]) == 3


def test_a_broken_record_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text('{"schema": "ocr-eval/result/1", "prediction": 3}')
    ran = run("compare", path, path)
    assert ran.status == 3 and "r.json: error[E_FORMAT]: not a complete record" in ran.err


@pytest.mark.parametrize("count", [1.5, "1", None, 2**70])
def test_a_record_of_counts_that_are_not_whole_is_refused(
    files: dict[str, Path], tmp_path: Path, count: object
) -> None:
    path = records(files, tmp_path, "gt", "rrc-iou", "good")
    body = json.loads(path.read_text())
    body["counts"]["rows"][0][0] = count
    path.write_text(json.dumps(body))
    ran = run("compare", path, f"b={path}")
    assert ran.status == 3 and "not a complete record" in ran.err, ran


def test_records_of_different_gts_do_not_belong_together(files: dict[str, Path], tmp_path: Path) -> None:
    paths = [records(files, tmp_path, gt, "rrc-iou", "good") for gt in ("gt", "other_gt")]
    ran = run("compare", paths[0], f"b={paths[1]}")
    assert ran.status == 6 and ran.out == ""
    assert "error[E_DATASET]: good and b differ in the data set: gt@" in ran.err
    marked = run("compare", paths[0], f"b={paths[1]}", "--allow-mismatch")
    assert marked.status == 0 and " *" in marked.out and "do not belong together" in marked.out


def test_records_of_different_parameters_do_not_belong_together(
    files: dict[str, Path], tmp_path: Path
) -> None:
    paths = [records(files, tmp_path, "gt", spelled, "good") for spelled in ("rrc-iou", "rrc-iou(iou=0.7)")]
    ran = run("compare", paths[0], f"b={paths[1]}", "-p", "rrc-iou")
    assert ran.status == 2 and "holds no counts under rrc-iou" in ran.err
    ran = run("compare", paths[0], f"b={paths[1]}")
    assert ran.status == 2 and "several protocols" in ran.err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("good,rrc-iou,img_1,3,4,x,0,0", "rows.csv:2: error[E_FORMAT]: not a row of counts"),
        ("good,rrc-iou,img_1,3,4,-1,0,0", "rows.csv:2: error[E_FORMAT]: not a row of counts"),
        ("good,rrc-iou,img_1,3,4", "rows.csv:2: error[E_FORMAT]: 5 cells, the header has 8"),
        ("good,rrc-iuo,img_1,3,4,4,0,0", "error[E_PROTOCOL]: no protocol is called 'rrc-iuo'"),
        ("good,rrc-iou,img_1,3,4,4,,0", "rrc-iou: sample 'img_1' lacks dc_gt"),
    ],
)
def test_a_broken_rows_file_is_refused_with_its_line(tmp_path: Path, line: str, says: str) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(f"prediction,protocol,sample,tp,n_gt,n_det,dc_gt,dc_det\n{line}\n")
    ran = run("compare", rows)
    assert ran.status in (2, 3) and ran.out == ""
    assert says in ran.err


def test_one_system_has_nothing_to_be_compared_with(files: dict[str, Path]) -> None:
    ran = run("compare", files["gt"], files["good"], "-p", "rrc-iou")
    assert ran.status == 2 and "two predictions" in ran.err


def test_an_unknown_metric_gets_the_nearest_name(files: dict[str, Path]) -> None:
    ran = run("compare", files["gt"], files["good"], files["poor"], "-p", "rrc-iou", "--metric", "hmaen")
    assert ran.status == 2 and "did you mean hmean?" in ran.err


# ---- score --ci


def test_intervals_stand_beside_every_number(files: dict[str, Path]) -> None:
    ran = run("score", files["gt"], files["good"], "-p", "rrc-iou", "--ci", "--seed", "7", "--format", "json")
    body = json.loads(ran.out)
    jsonschema.validate(body, schema("score"))
    (result,) = body["results"]
    assert list(result) == [
        "prediction",
        "protocol",
        "signature",
        "samples",
        "metrics",
        "counts",
        "intervals",
        "revealing",
        "warnings",
    ]
    lo, hi = result["intervals"]["recall"]
    assert lo < result["metrics"]["recall"] < hi
    csv = run(
        "score", files["gt"], files["good"], "-p", "rrc-iou", "--ci", "--seed", "7", "--format", "csv"
    ).out
    assert f"recall,{result['metrics']['recall']!r},{lo!r},{hi!r}\n" in csv


def test_text_shows_brackets_rank_sets_and_what_was_drawn(files: dict[str, Path]) -> None:
    ran = run("score", files["gt"], files["good"], files["poor"], "-p", "rrc-iou", "--ci", "--seed", "7")
    head, good, poor = ran.out.splitlines()[1:4]
    assert head.split() == ["precision", "recall", "hmean", "rank"]
    assert good.endswith("]  1") and poor.endswith("]  2")
    assert "ci:perc,B:10000,seed:00000007,rng:lb32/1,unit:sample" in ran.out


@pytest.mark.parametrize(("kind", "bold"), [("md", "**95.65**"), ("latex", r"\textbf{95.65}")])
def test_bold_is_for_a_rank_set_of_one(files: dict[str, Path], kind: str, bold: str) -> None:
    words = ["score", files["gt"], files["good"], f"poor={files['poor']}", "-p", "rrc-iou", "--format", kind]
    assert bold in run(*words, "--ci").out
    assert bold not in run(*words).out
    alike = run(
        "score", files["gt"], files["good"], f"b={files['good']}", "-p", "rrc-iou", "--format", kind, "--ci"
    )
    assert bold not in alike.out


def test_a_dozen_samples_give_no_interval_but_a_word(files: dict[str, Path], tmp_path: Path) -> None:
    pred = archive(tmp_path / "p.zip", "res", {k: [0, 1] for k in range(1, 13)})
    ran = run("score", files["few_gt"], pred, "-p", "rrc-iou", "--ci", "--format", "json")
    (result,) = json.loads(ran.out)["results"]
    assert result["intervals"] == {}
    assert "W_FEW_SAMPLES" in {warning["code"] for warning in result["warnings"]}


def test_a_seed_without_intervals_is_a_mistake(files: dict[str, Path]) -> None:
    ran = run("score", files["gt"], files["good"], "-p", "rrc-iou", "--seed", "7")
    assert ran.status == 2 and "add --ci" in ran.err


def test_the_contracts_example_to_the_digit(shared: Path) -> None:
    ic15 = shared / "data/ic15"
    words = [ic15 / "gt.zip", ic15 / "detection/pixellink.zip", "-p", "rrc-iou", "--ci", "--seed", "20261121"]
    assert (
        "                     precision             recall                hmean\n"
        "pixellink.zip        82.89 [80.64, 85.03]  81.66 [79.33, 83.86]  82.27 [80.23, 84.19]\n"
    ) in run("score", *words).out
    (result,) = json.loads(run("score", *words, "--format", "json").out)["results"]
    assert result["intervals"]["precision"] == [0.8063855180778662, 0.8503200393894633]
    assert result["intervals"]["hmean"] == [0.8023429782531526, 0.8418528471210674]
