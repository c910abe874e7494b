"""``audit`` and ``audit apply`` as their user meets them: files, estimates, refusals."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path

import jsonschema
import pytest

from ocr_eval import read
from tests.command import Ran, run, schema

IMAGES, WORDS = 12, 5


def word(image: int, place: int) -> str:
    return f"w{chr(97 + image)}{chr(97 + place)}rd"


def lines(image: int, wrong: dict[tuple[int, int], str], confidence: str = "") -> str:
    rows = []
    for k in range(WORDS):
        left, right = 100 * k, 100 * k + 80
        text = wrong.get((image, k), word(image, k))
        rows.append(f"{left},0,{right},0,{right},40,{left},40,{confidence}{text}\r\n")
    return "".join(rows)


def archive(path: Path, kind: str, wrong: dict[tuple[int, int], str], confidence: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for image in range(IMAGES):
            file.writestr(f"{kind}_img_{image}.txt", lines(image, wrong, confidence))
    return path


WRONG = {(3, 1): "wrong", (7, 2): '=SUM(1,"x")'}  # labels that no checker reads


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("audit")
    made = {"gt": archive(folder / "gt.zip", "gt", WRONG)}
    for n, name in enumerate("xyz"):
        made[name] = archive(folder / f"{name}.zip", "res", {(n, 0): "misread", (n + 4, 3): "-dash"})
    made["sure"] = archive(folder / "sure.zip", "res", {}, "0.75,")
    with zipfile.ZipFile(made["sure"], "a") as file:
        file.writestr("res_img_90.txt", "")
    (folder / "folder").mkdir()
    with zipfile.ZipFile(made["gt"]) as file:
        file.extractall(folder / "folder")
    return made | {"folder": folder / "folder"}


def audit(files: dict[str, Path], out: Path, *more: str | Path) -> Ran:
    return run(
        "audit", "--gt", files["gt"], "--checkers", files["x"], files["y"], files["z"], "--out", out, *more
    )


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def fill(path: Path, decide: dict[str, tuple[str, str]], other: str = "") -> Path:
    """The template with decisions (word, text) by item id; ``other`` for all further rows."""
    table = rows(path)
    for row in table:
        row["decision"], row["text"] = decide.get(row["item_id"], (other, ""))
        row["reviewer"] = "R1"
    filled = path.with_name("filled.csv")
    with open(filled, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return filled


def test_wrong_labels_lead_the_list_with_what_the_checkers_read(
    files: dict[str, Path], tmp_path: Path
) -> None:
    ran = audit(files, tmp_path / "out")
    assert (ran.status, ran.err) == (0, "")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "audit.json",
        "decisions.csv",
        "ko",
        "report.html",
        "static",
        "suspects.csv",
    ]
    found = rows(tmp_path / "out" / "suspects.csv")
    assert {(r["image"], r["instance"], r["suggestion"]) for r in found[:2]} == {
        ("img_3", "1", word(3, 1)),
        ("img_7", "2", word(7, 2)),
    }
    (formula,) = [row for row in found if row["image"] == "img_7" and row["instance"] == "2"]
    assert formula["label"] == '\'=SUM(1,"x")' and formula["ring"] == "200,0,280,0,280,40,200,40"
    assert list(found[0])[:12] == (
        "rank image instance kind label suggestion score posterior_raw probability vote best_single pico".split()
    )
    assert "no probabilities" in ran.out and "not reviewed" in ran.out
    body = json.loads((tmp_path / "out" / "audit.json").read_text(encoding="utf-8"))
    jsonschema.validate(body, schema("audit"))
    assert body["gt"]["items"] == IMAGES * WORDS and body["contradicted"] == len(found)


def test_the_same_audit_gives_the_same_bytes_whatever_names_and_order(
    files: dict[str, Path], tmp_path: Path
) -> None:
    audit(files, tmp_path / "one")
    named = [f"n{name}={files[name]}" for name in "zxy"]
    more = ["--checkers", *named, "--out", tmp_path / "two"]
    assert run("audit", "--gt", files["folder"], *more).status == 0
    for name in ("suspects.csv", "decisions.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_confidences_are_read_where_every_line_has_one(files: dict[str, Path], tmp_path: Path) -> None:
    with_numbers = tmp_path / "c.zip"
    with zipfile.ZipFile(with_numbers, "w") as file:
        for image in range(IMAGES):
            file.writestr(f"res_img_{image}.txt", lines(image, {}, f"0.{image + 1},"))
    base = [
        "audit",
        "--gt",
        files["gt"],
        "--checkers",
        with_numbers,
        "--out",
        tmp_path / "o",
        "--format",
        "json",
    ]
    (told,) = json.loads(run(*base).out)["checkers"]
    assert told["confidence"] and told["agrees"] == IMAGES * WORDS - len(WRONG)
    (told,) = json.loads(run(*base, "--confidences", "no").out)["checkers"]
    assert not told["confidence"] and told["agrees"] == 0


def test_decisions_become_a_new_gt_where_nothing_else_changed(files: dict[str, Path], tmp_path: Path) -> None:
    audit(files, tmp_path / "out")
    decide = {"img_3#1": ("accept", ""), "img_7#2": ("edit", 'a "b", c')}
    filled = fill(tmp_path / "out" / "decisions.csv", decide, other="unsure")
    scored = ["--checkers", files["x"], "-p", "cascade"]
    for source, target in (("gt", "new.zip"), ("folder", "new")):
        ran = run(
            "audit",
            "apply",
            "--gt",
            files[source],
            "--decisions",
            filled,
            "--out",
            tmp_path / target,
            *scored,
        )
        assert (ran.status, ran.err) == (0, "")
        assert "2 labels changed" in ran.out and "wem" in ran.out
    with zipfile.ZipFile(tmp_path / "new.zip") as made:
        content = {name: made.read(name) for name in made.namelist()}
    expected = dict(WRONG) | {(7, 2): 'a "b", c'}
    del expected[3, 1]
    assert content == {f"gt_img_{k}.txt": lines(k, expected).encode() for k in range(IMAGES)}
    assert content == {p.name: p.read_bytes() for p in (tmp_path / "new").iterdir()}
    body = json.loads((tmp_path / "new.provenance.json").read_text(encoding="utf-8"))
    jsonschema.validate(body, schema("audit-apply"))
    assert [
        (c["item"], c["after"], c["reviewer"]) for c in sorted(body["changed"], key=lambda c: c["item"])
    ] == [
        ("img_3#1", word(3, 1), "R1"),
        ("img_7#2", 'a "b", c', "R1"),
    ]
    (score,) = body["scores"]
    assert score["after"]["wem"] > score["before"]["wem"]
    again = run("audit", "apply", "--gt", files["gt"], "--decisions", filled, "--out", tmp_path / "new.zip")
    assert again.status == 2 and "is there already" in again.err


def test_decisions_of_another_gt_are_refused_and_nothing_is_written(
    files: dict[str, Path], tmp_path: Path
) -> None:
    audit(files, tmp_path / "out")
    filled = fill(tmp_path / "out" / "decisions.csv", {}, other="reject")
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("gt_img_3.txt", "0,0,9,0,9,9,0,9,new\n")
    ran = run("audit", "apply", "--gt", other, "--decisions", filled, "--out", tmp_path / "new.zip")
    assert (ran.status, ran.out) == (6, "") and "E_DATASET" in ran.err
    assert not [p for p in tmp_path.iterdir() if "new" in p.name]


def test_a_text_that_the_layout_cannot_hold_is_refused(files: dict[str, Path], tmp_path: Path) -> None:
    audit(files, tmp_path / "out")
    for text in ("two\nlines", '"quoted"'):
        filled = fill(tmp_path / "out" / "decisions.csv", {"img_3#1": ("edit", text)})
        ran = run("audit", "apply", "--gt", files["gt"], "--decisions", filled, "--out", tmp_path / "new.zip")
        assert ran.status == 2 and "E_USAGE" in ran.err, text
        assert not [p for p in tmp_path.iterdir() if "new" in p.name]


def test_a_reviewed_sample_estimates_and_can_fail_a_run(files: dict[str, Path], tmp_path: Path) -> None:
    assert audit(files, tmp_path / "out", "--estimate", "--top", "60").status == 0
    decide = {"img_3#1": ("accept", ""), "img_7#2": ("accept", "")}
    filled = fill(tmp_path / "out" / "decisions.csv", decide, other="reject")
    more = ["--decisions", filled, "--format", "json"]
    ran = audit(files, tmp_path / "again", *more, "--fail-if", "noise>0.001")
    told = json.loads(ran.out)["reviewed_estimate"]
    # All 60 items are reviewed, so the rate is exact; the limits are those of resampling.
    assert told["rate"] == pytest.approx(2 / 60) and told["reviewed"] == 60
    assert ran.status == (1 if told["interval"][0] > 0.001 else 0)
    assert audit(files, tmp_path / "again", *more, "--fail-if", "noise>0.5").status == 0
    refused = audit(files, tmp_path / "third", "--fail-if", "noise>0.03")
    assert (refused.status, refused.out) == (2, "") and "--estimate" in refused.err


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--gt", "GT", "--out", "OUT"], 2, "--checkers"),
        (["--gt", "GT", "--checkers", "X"], 2, "--out"),
        (["--gt", "GT", "--checkers", "X", "--out", "OUT", "--fail-if", "noice>1"], 2, "noise>"),
        (["--gt", "GT", "--checkers", "X", "X", "--out", "OUT"], 2, "two predictions"),
        (["--gt", "GT", "--checkers", "m:a=X", "--out", "OUT"], 2, "--folds"),
        (["--gt", "GT", "--checkers", "m=X", "m:a=X", "--out", "OUT"], 2, "with and without a fold"),
        (["--gt", "GT", "--checkers", "sure", "--confidences", "yes", "--out", "OUT"], 3, "E_ENTRY_UNKNOWN"),
        (["--gt", "X", "--checkers", "GT", "--out", "OUT"], 2, "E_"),
        (["aply"], 2, "did you mean apply"),
    ],
)
def test_what_cannot_be_audited_is_refused_in_one_line(
    files: dict[str, Path], tmp_path: Path, words: list[str], status: int, said: str
) -> None:
    known = {
        "GT": str(files["gt"]),
        "X": str(files["x"]),
        "OUT": str(tmp_path / "out"),
        "sure": str(files["sure"]),
    }
    spelled = [known.get(w, w.replace("=X", f"={files['x']}")) for w in words]
    if words[:2] == ["--gt", "X"]:
        spelled[1] = str(tmp_path / "nothing")
    ran = run("audit", *spelled)
    assert (ran.status, ran.out) == (status, "") and said in ran.err
    assert not (tmp_path / "out" / "suspects.csv").exists()


def test_folds_leave_out_what_a_checker_was_trained_on(files: dict[str, Path], tmp_path: Path) -> None:
    folds = tmp_path / "folds.csv"
    folds.write_text(
        "image,fold\n" + "".join(f"img_{k},{'ab'[k % 2]}\n" for k in range(IMAGES)), encoding="utf-8"
    )
    checkers = [f"m:a={files['x']}", f"m:b={files['y']}"]
    ran = run(
        "audit", "--gt", files["gt"], "--checkers", *checkers, "--folds", folds, "--out", tmp_path / "o",
        "--format", "json",
    )  # fmt: skip
    (told,) = json.loads(ran.out)["checkers"]
    assert (told["read"], told["left_out"], told["samples"]) == (IMAGES * WORDS, IMAGES * WORDS, IMAGES)
    assert "trained on" in ran.err


def test_a_fold_column_does_what_files_by_fold_do(files: dict[str, Path], tmp_path: Path) -> None:
    """Every model judges all images in the table; what it was trained on is left out."""
    folds, table, lines = tmp_path / "folds.csv", tmp_path / "m.csv", ["image,fold,text,ring"]
    parts = {"a": read(files["x"], text=True), "b": read(files["y"], text=True)}
    for fold, pred in parts.items():
        for i, image in enumerate(pred.sample_of.tolist()):
            ring = ",".join(f"{value:g}" for value in pred.points(i).ravel().tolist())
            text = pred.texts[i].replace('"', '""')
            lines.append(f'{pred.sample_ids[image]},{fold},"{text}","{ring}"')
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    folds.write_text("image,fold\n" + "".join(f"img_{k},{'ab'[k % 2]}\n" for k in range(IMAGES)))
    out = tmp_path / "out"
    told = run("audit", "--gt", files["gt"], "--checkers", f"m={table}", "--out", out)
    assert told.status == 2 and "add --folds CSV" in told.err and not out.exists()
    command = ["audit", "--gt", files["gt"], "--folds", folds, "--confidences", "no", "--checkers"]
    assert run(*command, f"m={table}", "--out", tmp_path / "one").status == 0
    assert run(*command, f"m:a={files['x']}", f"m:b={files['y']}", "--out", tmp_path / "two").status == 0
    for name in ("suspects.csv", "decisions.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_images_to_label_again_hold_the_doubted_labels(files: dict[str, Path], tmp_path: Path) -> None:
    assert audit(files, tmp_path / "out", "--select", "2").status == 0
    assert {row["image"] for row in rows(tmp_path / "out" / "select.csv")} == {"img_3", "img_7"}


def test_the_examples_of_both_helps_run_on_the_shipped_sample(tmp_path: Path) -> None:
    shown = [run("audit", "--help").out, run("audit", "apply", "--help").out]
    examples = [
        next(line.strip() for line in text.splitlines() if line.strip().startswith("ocr-eval "))
        for text in shown
    ]
    assert run(*examples[0].split()[1:], cwd=tmp_path).status == 0
    filled = fill(tmp_path / "my-audit" / "decisions.csv", {}, other="reject")
    shutil.move(filled, tmp_path / "my-audit" / "decisions.csv")
    ran = run(*examples[1].split()[1:], cwd=tmp_path)
    assert ran.status == 0 and "0 labels changed" in ran.out


def test_lists_of_words_are_audited_by_sample_and_corrected_in_place(tmp_path: Path) -> None:
    def listed(wrong: dict[int, str]) -> str:
        return "".join(f'word_{k}.png, "{wrong.get(k, f"text{k}")}"\n' for k in range(30))

    (tmp_path / "gt.txt").write_text(listed({7: "tekst7"}), encoding="utf-8")
    for n, name in enumerate("xyz"):
        (tmp_path / f"{name}.txt").write_text(listed({n: "other"}), encoding="utf-8")
    out = ["--out", tmp_path / "o"]
    ran = run(
        "audit", "--gt", tmp_path / "gt.txt", "--checkers", *(tmp_path / f"{n}.txt" for n in "xyz"), *out
    )
    assert ran.status == 0
    first = rows(tmp_path / "o" / "suspects.csv")[0]
    assert (first["image"], first["label"], first["suggestion"]) == ("word_7", "tekst7", "text7")
    filled = fill(tmp_path / "o" / "decisions.csv", {"word_7#0": ("accept", "")})
    new = tmp_path / "new.txt"
    ran = run("audit", "apply", "--gt", tmp_path / "gt.txt", "--decisions", filled, "--out", new)
    assert ran.status == 0 and new.read_text(encoding="utf-8") == listed({})


def test_a_gt_and_a_checker_of_different_kinds_are_refused(files: dict[str, Path], tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("".join(f'img_{k}.png, "text"\n' for k in range(IMAGES)), encoding="utf-8")
    ran = run("audit", "--gt", files["gt"], "--checkers", words, "--out", tmp_path / "o")
    assert (ran.status, ran.out) == (3, "") and "without rings" in ran.err
