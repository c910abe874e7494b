"""The hostile corpus, whole: every case in every run its README names, each a process measured from outside."""

from __future__ import annotations

import json
import os
import shutil
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import FORMATS as READERS
from ocr_eval.formats import read
from tests.hostile import corpus
from tests.hostile.corpus import BASE, HOSTILE, Case
from tests.hostile.forks import Done, Forks

CASES = corpus.load()
SCORED = [case for case in CASES if case["kind"] == "sub"]
READ = [case for case in CASES if case["kind"] == "file" and case["role"] == "prediction"]
BY_ROLE = {
    role: [c for c in CASES if c.get("role") == role] for role in ("method-card", "method-ids", "parameters")
}
# Faults of the zip itself, which a folder cannot have: its bytes, its directory, names no folder can hold or repeat.
OF_THE_ZIP = {f"{n:03}" for n in (2, 4, 6, 7, 8, 9, 13, 16, 17, 18, 19, 21, 22, 23, 28, 29, 36)}
AS_FOLDER = [case for case in SCORED if case["id"][:3] not in OF_THE_ZIP]
AS_GT = [
    case
    for case in SCORED
    if case["group"] in ("encoding", "coordinates") and case["exit"] == 3 and case["id"][:3] != "079"
]
OFFICIAL = [(case, name) for case in SCORED for name in case.get("official", {}) if case["exit"] == 0]
ADDS_REALS = ("tedeval", "cleval", "cleval-det")  # fractions of words; exactly here, one by one there
CARE = ("n_gt", "chars_gt", "n_char_gt")  # 0: nothing to be found
PERFECT = {
    f"{n:03}" for n in (1, 19, 26, 38, 43, 47, 48, 49, 71, 72)
}  # the expected 1.0, also where RRC refuses
SHOWN = [case for case in SCORED if case["group"] == "text"]
KINDS = ("text", "jsonl", "csv", "md", "latex")
SECONDS, REFUSED, ACCEPTED = 2, 200, 300  # of the processor; megabytes
CONTROLS = ("Cc", "Cf", "Cs")

pytestmark = pytest.mark.skipif(not CASES, reason="the hostile corpus is not beside the checkout")


def each(cases: Sequence[Case]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case["id"] for case in cases])


class Desk(NamedTuple):
    """A working, an output and a temporary folder, and the process that runs commands there."""

    forks: Forks
    root: Path
    tell: Callable[[str, object], None]

    def run(self, case: Case, words: Sequence[str], *, expected: int | None = None) -> Done:
        """One command of a case: status, memory, time, and that nothing happened elsewhere."""
        self.tell("hostile", case["id"])
        before = self.listing()
        outside = seen(HOSTILE / case["id"])
        done = self.forks.run(list(words), cwd=self.root / "work", temp=self.root / "temp")
        status = case["exit"] if expected is None else expected
        assert done.status == status, done.lines[:3]
        assert done.seconds < SECONDS
        assert done.megabytes < (REFUSED if status else ACCEPTED)
        assert not done.left
        assert done.reached == ()
        here = (str(self.root.resolve()) + os.sep, os.devnull, *jit_caches())
        assert [path for path in done.written if not path.startswith(here)] == []
        assert seen(HOSTILE / case["id"]) == outside
        assert not [c for line in done.lines for c in line if unicodedata.category(c) in CONTROLS]
        if status:
            assert done.out == b""
            assert self.listing() == before
        return done

    def refuse(self, case: Case, words: Sequence[str], source: Path, **more: Any) -> Done:
        """A refusal: its code and the place it names."""
        code = more.pop("code", case["code"])
        done = self.run(case, words, **more)
        first = done.lines[0]
        assert f"error[{code}]: " in first
        assert "; " in first.partition("]: ")[2]  # a reason, then what to do
        joint = "/" if source.is_dir() else "!"
        for entry, line in corpus.places(case)[:1]:
            place = f"{source}{joint}{entry}:{line}:"
            if source.name == entry:
                place = f"{source}:{line}:"
            assert any(told.startswith(place) for told in done.lines), first
        return done

    def listing(self) -> dict[str, tuple[int, int, bytes | None]]:
        return seen(self.root)

    def out(self, name: str) -> Path:
        return self.root / "out" / name


def seen(folder: Path) -> dict[str, tuple[int, int, bytes | None]]:
    """Everything below a folder: of files size, time and, unless long, content; of folders their names."""
    found: dict[str, tuple[int, int, bytes | None]] = {}
    for path in sorted(folder.rglob("*")):
        facts = path.lstat()
        plain = path.is_file() and not path.is_symlink()
        short = path.read_bytes() if plain and facts.st_size < 10_000 else None
        found[str(path.relative_to(folder))] = (
            (facts.st_size, facts.st_mtime_ns, short) if plain else (0, 0, None)
        )
    return found


def jit_caches() -> tuple[str, ...]:
    """Where compiled kernels may go."""
    from ocr_eval.kernels import jit

    package = Path(jit.__file__).parent
    return (str(package / "__pycache__"), os.environ.get("NUMBA_CACHE_DIR", str(package)))


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    files = [str(BASE / "gt.zip"), str(BASE / "perfect.zip")]
    rules = [word for name in ("rrc-e2e", *ADDS_REALS, "popeval") for word in ("-p", name)]
    made = Forks(tmp_path_factory.mktemp("streams"), [["score", *files, *rules], ["validate", files[1]]])
    yield made
    made.close()


@pytest.fixture
def desk(forks: Forks, tmp_path: Path, record_property: Callable[[str, object], None]) -> Desk:
    root = tmp_path / "desk"
    for name in ("work", "out", "temp"):
        (root / name).mkdir(parents=True)
    (root / "out" / "old.json").write_text("old")
    return Desk(forks, root, record_property)


@pytest.fixture(scope="session")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh board of the corpus's ground truth, to be copied."""
    from ocr_eval.cli.app import run

    folder = tmp_path_factory.mktemp("board") / "board"
    words = ["--dataset", "base", "--gt", str(BASE / "gt.zip"), "-p", "rrc-e2e", "--visibility", "public"]
    assert run(["board", "init", str(folder), *words, "--date", "2026-11-21", "-q"]) == 0
    return folder


def check_result(case: Case, result: dict[str, Any]) -> None:
    """An accepted submission: its warning, and metrics that are numbers."""
    if case["code"]:
        assert case["code"] in {warning["code"] for warning in result["warnings"]}
    assert all(value is None or 0 <= value <= 1 for value in result["metrics"].values())
    if case["id"][:3] in PERFECT:
        assert [result["metrics"][name] for name in ("precision", "recall", "hmean")] == [1, 1, 1]
    if case["id"].startswith("114"):
        assert result["metrics"]["hmean"] is None


def result_of(text: bytes) -> dict[str, Any]:
    def no_constant(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    (result,) = json.loads(text, parse_constant=no_constant)["results"]
    return dict(result)


@each(SCORED)
def test_a_submission_is_answered(case: Case, desk: Desk) -> None:
    source = HOSTILE / case["id"] / case["files"][0]
    role = corpus.gt_of(case) if case["exit"] == 5 else source
    words = corpus.score(case, "--format", "json")
    to_file = [*words, "-o", str(desk.out("old.json")), "--per-sample", str(desk.out("rows.csv"))]
    if case["exit"]:
        first = desk.refuse(case, words, role)
        second = desk.refuse(case, to_file, role)
        assert first.err == second.err
        return
    done = desk.run(case, words)
    check_result(case, result_of(done.out))
    assert desk.run(case, to_file).out == b""
    assert desk.out("old.json").read_bytes() == done.out
    assert sorted(desk.listing()) == ["out", "out/old.json", "out/rows.csv", "temp", "work"]


@pytest.mark.parametrize(("case", "protocol"), OFFICIAL, ids=[f"{c['id']}-{name}" for c, name in OFFICIAL])
def test_an_accepted_submission_has_the_official_numbers(case: Case, protocol: str, desk: Desk) -> None:
    result = result_of(desk.run(case, corpus.score(case, "--format", "json", protocol=protocol)).out)
    undefined = 0 in [result["counts"][name] for name in CARE if name in result["counts"]]
    for name, value in case["official"][protocol].items():
        ours = result["metrics"][name]
        bound = 1e-12 if protocol in ADDS_REALS else 0
        assert undefined if ours is None else abs(ours - value) <= bound


@each(AS_FOLDER)
def test_a_folder_is_answered_alike(case: Case, desk: Desk, tmp_path: Path) -> None:
    archive = HOSTILE / case["id"] / "sub.zip"
    folder = tmp_path / "sub"
    unpack(case, archive, folder)
    zipped, unpacked = (
        desk.run(case, corpus.score(case, "--format", "json", pred=path)) for path in (archive, folder)
    )
    if case["exit"] in (3, 4):
        desk.refuse(case, corpus.score(case, pred=folder), folder)
        # Names come in the archive's order, or sorted; a fault inside an entry is told in the same words.
        words = "]: " if case["group"] == "archive" else "\n"
        told = [[line.partition(": error[")[2] for line in done.lines] for done in (zipped, unpacked)]
        assert [line.partition(words)[0] for line in told[0]] == [
            line.partition(words)[0] for line in told[1]
        ]
    elif case["exit"] == 0:
        one, other = result_of(zipped.out), result_of(unpacked.out)
        assert [w["code"] for w in one["warnings"]] == [w["code"] for w in other["warnings"]]
        assert {**one, "prediction": "", "warnings": []} == {**other, "prediction": "", "warnings": []}


def unpack(case: Case, archive: Path, folder: Path) -> None:
    """The entries as files, through our own reader; what it refuses to read is made by hand."""
    folder.mkdir()
    made = {
        "011": lambda: (folder / "res_img_1.txt").symlink_to("/etc/passwd"),
        "012": lambda: os.mkfifo(folder / "res_img_1.txt"),
        "037": lambda: (folder / "res_img_1.txt").mkdir(),
    }
    if case["id"][:3] in made:
        for name, data in corpus.contents(BASE / "perfect.zip"):
            if name != "res_img_1.txt":
                (folder / name).write_bytes(data)
        made[case["id"][:3]]()
        return
    for name, data in corpus.contents(archive):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


@each(AS_GT)
def test_the_same_fault_in_the_gt_is_its_fault(case: Case, desk: Desk, tmp_path: Path) -> None:
    archive = tmp_path / "gt.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for name, data in corpus.contents(HOSTILE / case["id"] / "sub.zip"):
            made.writestr(name.replace("res_", "gt_"), data)
    words = corpus.score(case, "--gt-format", "icdar-quad", gt=archive, pred=BASE / "perfect.zip")
    done = desk.run(case, words, expected=5)
    assert f"error[E_GT]: {case['code']} " in done.lines[0]
    for entry, line in corpus.places(case)[:1]:
        assert done.lines[0].startswith(f"{archive}!{entry.replace('res_', 'gt_')}:{line}:")


@pytest.mark.parametrize(
    ("case", "file"),
    [(c, f) for c in READ for f in c["files"]],
    ids=[f"{c['id']}-{f}" for c in READ for f in c["files"]],
)
def test_a_document_is_answered(case: Case, file: str, desk: Desk) -> None:
    path = HOSTILE / case["id"] / file
    layout = None if case["format"] == "auto" else case["format"]
    words = ["validate", str(path), *([] if layout is None else ["--pred-format", layout])]
    geometry = layout is None or READERS[layout].geometry
    if case["exit"]:
        done = desk.refuse(case, words, path)
        pointers = [pointer for pointer in ("/0/box", "/0/text", "/0") if pointer in case["expect"]]
        assert not pointers or any(pointer in line for pointer in pointers for line in done.lines)
        with pytest.raises(InputError) as refused:
            read(path, format=layout, geometry=geometry)
        assert (refused.value.exit_code, refused.value.problems[0].code) == (case["exit"], case["code"])
        return
    assert desk.run(case, words).out.startswith(f"{path}: valid".encode())
    assert len(read(path, format=layout, geometry=geometry)) > 0


@each(BY_ROLE["method-card"])
def test_a_card_is_answered(case: Case, desk: Desk, board: Path, tmp_path: Path) -> None:
    card = HOSTILE / case["id"] / case["files"][0]
    if card.suffix == ".json":  # a card of foreign fields: those go to the nearest field of a real one
        given = json.loads(card.read_text(encoding="utf-8"))
        real = {"team": "affiliation", "description": "notes"}
        fields = {real.get(name, name): value for name, value in given.items()}
        card = tmp_path / card.name
        card.write_text(json.dumps({"schema": 1, "date": "2026-11-21"} | fields), encoding="utf-8")
    shutil.copytree(board, desk.out("board"))
    words = ["board", "add", str(desk.out("board")), str(BASE / "perfect.zip")]
    done = desk.refuse(case, [*words, "--card", str(card)], card)
    assert done.lines[0].startswith(str(card))
    if card.suffix == ".json":
        assert "../../index" in done.lines[0]
        card.write_text(card.read_text(encoding="utf-8").replace("../../index", "legal"), encoding="utf-8")
        added = desk.run(case, [*words, "--card", str(card), "--format", "json"], expected=0)
        assert "W_LINK" in {warning["code"] for warning in json.loads(added.out)["warnings"]}


@pytest.mark.parametrize(
    ("case", "name"),
    [(c, name) for c in BY_ROLE["method-ids"] for name in corpus.lines_of(c)],
    ids=[f"{c['id']}-{k}" for c in BY_ROLE["method-ids"] for k, _ in enumerate(corpus.lines_of(c), 1)],
)
def test_an_id_is_refused(case: Case, name: str, desk: Desk, board: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    card.write_text(json.dumps({"schema": 1, "id": name, "name": "x", "date": "2026-11-21"}))
    shutil.copytree(board, desk.out("board"))
    words = ["board", "add", str(desk.out("board")), str(BASE / "perfect.zip")]
    desk.refuse(case, [*words, "--card", str(card)], card)


@each(BY_ROLE["parameters"])
def test_parameters_are_answered(case: Case, desk: Desk) -> None:
    path = HOSTILE / case["id"] / case["files"][0]
    given = json.loads(path.read_text(encoding="utf-8"))
    files = [str(BASE / "gt.zip"), str(BASE / "perfect.zip")]
    for name, value in given.items():
        spelled = f"rrc-e2e({corpus.PARAMETERS.get(name, name)}={value})"
        desk.refuse(case, ["score", *files, "-p", spelled], path)
    desk.refuse(case, ["score", *files, "-p", "rrc-e2e", "--config", str(path)], path)


@each(SHOWN)
def test_a_text_reaches_no_output_as_more_than_text(case: Case, desk: Desk) -> None:
    for kind in KINDS:
        done = desk.run(case, [*corpus.score(case, "--format", kind), "-v"])
        assert not controls(done.out.decode("utf-8"))
    explained = ["explain", *corpus.score(case)[1:], "--sample", "img_1"]
    assert not controls(desk.run(case, explained).out.decode("utf-8"))
    drawn = [*explained, "--svg", str(desk.out("drawing.svg")), "--format", "json"]
    json.loads(desk.run(case, drawn).out)
    assert b"<script" not in desk.out("drawing.svg").read_bytes().lower()


def controls(text: str) -> list[str]:
    return [c for c in text if c != "\n" and unicodedata.category(c) in CONTROLS]


def test_no_case_is_left_out() -> None:
    walked = [*SCORED, *READ, *(case for cases in BY_ROLE.values() for case in cases)]
    assert sorted(case["id"] for case in walked) == corpus.folders()
    assert {case["format"] for case in SCORED} <= set(corpus.FORMATS)
    assert all(case["files"] == ["sub.zip"] for case in SCORED)
    assert all((HOSTILE / case["id"] / file).is_file() for case in CASES for file in case["files"])
    assert set(OF_THE_ZIP) <= {case["id"][:3] for case in SCORED if case["group"] == "archive"}
