"""Every code of the contract: a smallest input that raises it, and what ``explain --error`` says about it."""

from __future__ import annotations

import json
import re
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ocr_eval.cli.app import run
from ocr_eval.errors import CODES

ONE = "0,0,40,0,40,20,0,20,HELLO\n"
TWO = "60,0,100,0,100,20,60,20,WORLD\n"
JUNK = "300,300,900,300,900,900,300,900,###\n"
GT = {"gt_img_1.txt": ONE + TWO}
SUB = {"res_img_1.txt": ONE + TWO}
BOW_TIE = "0,0,40,20,40,0,0,20,HELLO\n"
NAMES = ("--id", "mine", "--name", "Mine", "--date", "2026-11-21")

Raised = Callable[[Path], list[str]]  # writes its files into a folder; the command line that raises the code


def archive(path: Path, entries: Mapping[str, str | bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as made:
        for name, text in entries.items():
            made.writestr(name, text)
    return path


def scored(
    sub: Mapping[str, str | bytes] = SUB,
    *flags: str,
    gt: Mapping[str, str | bytes] = GT,
    rule: str = "rrc-e2e",
) -> Raised:
    """``score`` of two archives."""

    def words(folder: Path) -> list[str]:
        files = [str(archive(folder / "gt.zip", gt)), str(archive(folder / "sub.zip", sub))]
        return ["score", *files, "-p", rule, "--format", "json", *flags]

    return words


def patched(change: Callable[[bytearray], None], method: int = zipfile.ZIP_STORED) -> Raised:
    """``score`` of an archive with some bytes changed."""

    def words(folder: Path) -> list[str]:
        call = scored(gt=GT | {"gt_img_2.txt": ""})(folder)
        sub = archive(folder / "sub.zip", SUB | {"res_img_2.txt": ""}, method)
        data = bytearray(sub.read_bytes())
        change(data)
        sub.write_bytes(data)
        return call

    return words


def write_both(data: bytearray, local: int, central: int, kind: str, value: int) -> None:
    """One field of the first entry, in its header and in the directory."""
    struct.pack_into(kind, data, local, value)
    struct.pack_into(kind, data, data.index(b"PK\x01\x02") + central, value)


def overlapped(data: bytearray) -> None:
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    struct.pack_into("<I", data, second + 42, 0)


def damaged(data: bytearray) -> None:
    data[data.index(b"HELLO")] ^= 1


def linked(folder: Path) -> list[str]:
    call = scored()(folder)
    (folder / "sub").mkdir()
    (folder / "sub" / "res_img_1.txt").symlink_to(folder / "gt.zip")
    return [*call[:2], str(folder / "sub"), *call[3:]]


def validated(name: str, text: str, layout: str) -> Raised:
    def words(folder: Path) -> list[str]:
        (folder / name).write_text(text)
        return ["validate", str(folder / name), "--pred-format", layout, "--format", "json"]

    return words


def lists(rule: str, gt: Mapping[str, str], pred: Mapping[str, str]) -> Raised:
    """``score`` of two lists of texts."""

    def words(folder: Path) -> list[str]:
        paths = []
        for name, texts in (("gt.csv", gt), ("pred.csv", pred)):
            paths.append(str(folder / name))
            Path(paths[-1]).write_text("image,text\n" + "".join(f"{k},{v}\n" for k, v in texts.items()))
        return ["score", *paths, "-p", rule, "--format", "json", "--gt-format", "csv", "--pred-format", "csv"]

    return words


def boarded(
    *adds: tuple[str, ...], last: Callable[[Path], list[str]] | None = None, same: bool = False
) -> Raised:
    """A fresh board, one ``board add`` after another; the last command is the one asked for."""

    def words(folder: Path) -> list[str]:
        board = str(folder / "board")
        texts = {f"img_{k}": ONE + TWO for k in range(60)}
        gt = archive(folder / "gt.zip", {f"gt_{name}.txt": text for name, text in texts.items()})
        calls = [
            [
                "board",
                "init",
                board,
                "--dataset",
                "d",
                "--gt",
                str(gt),
                "-p",
                "rrc-e2e",
                "--date",
                "2026-11-21",
            ]
        ]
        for k, add in enumerate(adds):
            entries = {f"res_{name}.txt": text for name, text in texts.items()}
            entries["res_img_0.txt"] = "" if same else f"{TWO}{ONE[:-1]}{k}\n"
            sub = archive(folder / f"sub{k}.zip", entries)
            calls.append(["board", "add", board, str(sub), "--format", "json", *add])
        more = last(folder) if last else calls.pop()
        for call in calls:
            assert run(call) == 0
        return more

    return words


def altered(folder: Path) -> list[str]:
    return ["board", "check", str(folder / "board")]


def pages(count: int, text: str = ONE) -> dict[str, str]:
    return {f"img_{k}.txt": text for k in range(count)}


BOX = "0,0,100,0,100,20,0,20,HELLOWORLD\n"
RAISED: dict[str, Raised] = {
    "E_USAGE": lambda folder: ["score", str(folder / "no.zip"), str(folder / "sub.zip"), "-p", "rrc-iou"],
    "E_CONFIG": scored(rule="rrc-iou(iou=-1)"),
    "E_PROTOCOL": scored(rule="rrc-iuo"),
    "E_METHOD_ID": boarded(("--id", "../x", "--name", "x", "--date", "2026-11-21")),
    "E_NO_SAMPLES": scored({}),
    "E_ENTRY_UNKNOWN": scored({"res_img_9.txt": ONE}),
    "E_ENTRY_DUPLICATE": scored({"res_img_1.txt": ONE, "img_1.txt": ONE}),
    "E_ENTRY_NAME": scored({"res_img_1\x01.txt": ONE}),
    "E_ENTRY_PATH": scored({"../res_img_1.txt": ONE}),
    "E_ENTRY_TYPE": linked,
    "E_ZIP_FORMAT": patched(lambda data: data.__delitem__(slice(-8, None))),
    "E_ZIP_METHOD": patched(lambda _: None, zipfile.ZIP_BZIP2),
    "E_ZIP_ENCRYPTED": patched(lambda data: write_both(data, 6, 8, "<H", 1)),
    "E_ZIP_CRC": patched(damaged),
    "E_ZIP_TOO_BIG": patched(lambda data: write_both(data, 22, 24, "<I", 1 << 25), zipfile.ZIP_DEFLATED),
    "E_ZIP_OVERLAP": patched(overlapped),
    "E_ZIP_SIZE_MISMATCH": patched(lambda data: write_both(data, 22, 24, "<I", 10), zipfile.ZIP_DEFLATED),
    "E_LIMIT": scored({"res_img_1.txt": f"0,0,40,0,40,20,0,20,{'x' * 5000}\n"}),
    "E_ENCODING": scored({"res_img_1.txt": b"0,0,40,0,40,20,0,20,caf\xe9\n"}),
    "E_FORMAT": scored({"res_img_1.txt": "0,0,40,0,40,20,0\n"}),
    "E_COORD": scored({"res_img_1.txt": "nan,0,40,0,40,20,0,20,HELLO\n"}),
    "E_CONFIDENCE": scored(
        {"res_img_1.txt": "0,0,40,0,40,20,0,20,1.5,HELLO\n"}, rule="rrc-e2e(confidence=true)"
    ),
    "E_POLYGON": scored({"res_img_1.txt": BOW_TIE}),
    "E_JSON_DUPKEY": validated("a.json", '[{"image": "a", "text": "b", "text": "c"}]', "json"),
    "E_XML_DTD": validated("a.xml", '<?xml version="1.0"?><!DOCTYPE PcGts><PcGts/>', "page-xml"),
    "E_DUPLICATE": boarded(NAMES, ("--id", "other", "--name", "Other", "--date", "2026-11-21"), same=True),
    "E_GT": scored(gt={"gt_img_1.txt": BOW_TIE}),
    "E_SIGNATURE": boarded((*NAMES, "-p", "popeval")),
    "E_DATASET": boarded((*NAMES, "--dataset", "e")),
    "E_DRIFT": boarded(NAMES, last=altered),
    "E_LEAK": boarded(
        NAMES, last=lambda folder: ["board", "check", str(folder / "board"), "--site", str(folder / "site")]
    ),
    "E_INTERNAL": scored(),
    "W_MISSING_SAMPLES": scored(gt=GT | {"gt_img_2.txt": ONE}),
    "W_OUTSIDE": scored({"res_img_1.txt": "-90,0,-50,0,-50,20,-90,20,HELLO\n"}),
    "W_AMBIGUOUS": scored({"res_img_1.txt": "0,0,40,0,40,20,0,20,5,HELLO\n"}),
    "W_IGNORED": scored({"res_img_1.txt": JUNK}, gt={"gt_img_1.txt": ONE + JUNK}),
    "W_POLYGON": scored({"res_img_1.txt": BOW_TIE}, "--invalid-polygons", "false-positive"),
    "W_ORIENTATION": scored({"res_img_1.txt": "0,0,0,20,40,20,40,0,HELLO\n"}),
    "W_LAYOUT": scored({"res_img_1.txt": "\n" + ONE}),
    "W_FIXED": scored({"res_img_1.txt": "0,0,0,20,40,20,40,0,HELLO\n"}, "--fix", "orientation"),
    "W_GT": scored(gt={"gt_img_1.txt": ONE + ONE}),
    "W_UNDEFINED": scored(gt={"gt_img_1.txt": JUNK}),
    "W_DUPLICATE": scored({"res_img_1.txt": ONE + ONE}),
    "W_LARGE": scored({"res_img_1.txt": BOX}),
    "W_NO_MATCH": scored(
        {f"res_{name}": BOX for name in pages(3)}, gt={f"gt_{name}": ONE + TWO for name in pages(3)}
    ),
    "W_ORDER": scored({"res_img_1.txt": "0,0,40,0,40,20,0,20,OLLEH\n"}, rule="popeval"),
    "W_VERTICES": scored(
        {"res_img_1.txt": "0,0,40,0,40,10,40,20,0,20,HELLO\n"},
        "--pred-format",
        "polygon",
        rule="popeval(vertices=first4)",
    ),
    "W_FILTERED": lists("mmocr", {"a": "각", "b": "x"}, {"a": "각", "b": "x"}),
    "W_SPACES": lists("paddleocr", {"a": "New York"}, {"a": "NewYork"}),
    "W_INVENTED": lists("page", {"a": "ab"}, {"a": "ab" * 6}),
    "W_PAGE": lists("page", {"a": "one two three"}, {"a": "one too three!"}),
    "W_NEAR_DUPLICATE": boarded(NAMES, ("--id", "other", "--name", "Other", "--date", "2026-11-21")),
    "W_LINK": boarded(("--card", "link.toml")),
    "W_NAME": boarded(("--id", "mine", "--name", "Mi\u202ene", "--date", "2026-11-21")),
    "W_FEW_SAMPLES": scored(SUB, "--ci"),
    "W_DEGENERATE_INTERVAL": scored(
        {f"res_{name}": ONE for name in pages(25)}, "--ci", gt={f"gt_{name}": ONE for name in pages(25)}
    ),
}


@pytest.mark.parametrize("code", CODES)
def test_a_smallest_input_raises_the_code(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.toml").write_text(
        'schema = 1\nid = "mine"\nname = "Mine"\ndate = 2026-11-21\nurl = "ftp://example.org"\n'
    )
    words = RAISED[code](tmp_path)
    if code == "E_DRIFT":
        (rows,) = tmp_path.glob("board/submissions/*/results/*/*.tsv")
        rows.write_text(rows.read_text(encoding="utf-8").replace("\t2\t", "\t1\t", 1), encoding="utf-8")
    if code == "E_LEAK":
        assert run(["board", "build", str(tmp_path / "board"), "--out", str(tmp_path / "site")]) == 0
        (tmp_path / "site" / "program.exe").write_bytes(b"MZ")
    if code == "E_INTERNAL":
        monkeypatch.setattr("ocr_eval.engine.local.Job.run", lambda *_: 1 // 0)
    if code == "W_PAGE":
        from ocr_eval.text import flexible

        whole = flexible.flexible_edits
        few = "ocr_eval.protocols.page_counts.flexible_edits"
        monkeypatch.setattr(few, lambda gt, pred: whole(gt, pred, steps=50))
    capfd.readouterr()
    status = run(words)
    out, err = capfd.readouterr()
    if code.startswith("E_"):
        assert status == CODES[code].exit
        assert f"error[{code}]: " in err or json.loads(out)["problems"][0]["code"] == code
    else:
        assert status == 0, err
        assert f'"{code}"' in out or f"warning[{code}]" in err


@pytest.mark.parametrize("code", CODES)
def test_explain_tells_meaning_example_and_usual_fix(code: str, capfd: pytest.CaptureFixture[str]) -> None:
    entry = CODES[code]
    assert run(["explain", "--error", code]) == 0
    told = capfd.readouterr().out
    kind = "error" if code.startswith("E_") else "warning"
    assert told.startswith(f"{code}  (exit {entry.exit})\n{entry.meaning}\n")
    assert f"{kind}[{code}]: {entry.example}\nusual fix: {entry.cure}\n" in told
    assert all(len(text) > 3 for text in entry[1:])
    assert run(["explain", "--error", code, "--format", "json"]) == 0
    assert json.loads(capfd.readouterr().out) == {"code": code, **entry._asdict()}


def test_every_code_has_its_input_and_every_input_its_code() -> None:
    assert list(RAISED) == [code for code in CODES if code in RAISED]
    assert set(RAISED) == set(CODES)


def test_every_code_in_the_package_is_in_the_table() -> None:
    folder = Path(__file__).resolve().parents[2] / "ocr_eval"
    named = {
        code
        for path in folder.rglob("*.py")
        for code in re.findall(r'"([EW]_[A-Z]{2,}(?:_[A-Z]+)*)"', path.read_text(encoding="utf-8"))
    }
    assert named <= set(CODES)
