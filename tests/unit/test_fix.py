"""--fix repairs what is unambiguous, says every repair, and leaves the rest with its error and a reason."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.repair_bytes import _western
from ocr_eval.tables.digest import digest
from ocr_eval.tables.instances import Instances
from tests.command import run, validate

IDS = ("img_1", "img_2", "img_10")
ROWS = {
    "img_1": "0,0,100,0,100,50,0,50,HELLO\n200,0,300,0,300,50,200,50,2024 Expo\n",
    "img_2": "0,0,100,0,100,50,0,50,Café\n",
    "img_10": "5,5,90,5,90,40,5,40,5\n",
}
BARE = {
    s: "".join(",".join(row.split(",")[:8]) + "\n" for row in text.splitlines()) for s, text in ROWS.items()
}


def zipped(path: Path, contents: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, data in contents.items():
            file.writestr(name, data)
    return path


def plain(rows: dict[str, str] = ROWS) -> dict[str, str | bytes]:
    return {f"res_{sample}.txt": text for sample, text in rows.items()}


def fixed(path: Path, *kinds: str, **more: Any) -> Instances:
    return read(path, samples=IDS, fix=kinds, **({"text": True} | more))


def said(table: Instances) -> list[str]:
    return [f"{n.message} | {one}" for n in table.notices if n.code == "W_FIXED" for one in n.examples]


def same(table: Instances, path: Path, rows: dict[str, str] = ROWS, **more: Any) -> bool:
    """True when a repaired table is that of the clean submission, by digest."""
    clean = read(zipped(path.with_name("clean.zip"), plain(rows)), samples=IDS, **({"text": True} | more))
    return digest(table) == digest(clean)


def refused(path: Path, *kinds: str, **more: Any) -> str:
    with pytest.raises(InputError) as failure:
        fixed(path, *kinds, **more)
    return str(failure.value.problems[0])


# Names


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(
            ["IMG_1.TXT.txt", "IMG_2.TXT.txt", "IMG_10.TXT.txt"], id="upper case and two extensions"
        ),
        pytest.param(["img_1.jpg.txt", "img_2.jpg.txt", "img_10.jpg.txt"], id="image and text extension"),
        pytest.param(["RES_img_1.txt", "RES_img_2.txt", "RES_img_10.txt"], id="prefix in capitals"),
        pytest.param(["pred_img_1.txt", "pred_img_2.txt", "pred_img_10.txt"], id="prefix"),
        pytest.param(["img_1_boxes.txt", "img_2_boxes.txt", "img_10_boxes.txt"], id="suffix"),
        pytest.param(
            ["a/x-img_1-y.txt", "a/x-img_2-y.txt", "a/x-img_10-y.txt"], id="folder, prefix and suffix"
        ),
        pytest.param(
            ["out/img_1/r.txt", "out/img_2/r.txt", "out/img_10/r.txt"], id="a folder for each sample"
        ),
        pytest.param(["res_img_1.txt", "res_img_2.txt", "Img_10.TXT.txt"], id="one of them"),
    ],
)
def test_names_that_map_one_to_one(names: list[str], tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", dict(zip(names, ROWS.values(), strict=True)))
    assert "E_ENTRY" in refused(path)
    table = fixed(path, "layout")
    assert same(table, path)
    changes = said(table)
    assert len(changes) == sum(not name.startswith("res_") for name in names)
    assert changes[-1] == f"--fix layout: entry of another name | {names[2]}: '{names[2]}' → 'img_10.txt'"
    assert "E_ENTRY" in refused(path, "orientation", "encoding")


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["a_img_1.txt", "b_img_2.txt", "c_img_10.txt"], id="another prefix for each"),
        pytest.param(["img_1.txt", "img_2.txt", "README.txt"], id="one that means no sample"),
        pytest.param(["img_1.txt", "img_2.txt", "x_img_2.txt"], id="one sample twice"),
        pytest.param(["0.txt", "1.txt", "9.txt"], id="numbers one too low"),
    ],
)
def test_names_that_do_not_map_one_to_one_keep_their_error(names: list[str], tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", dict(zip(names, ROWS.values(), strict=True)))
    message = refused(path, "layout")
    assert "E_ENTRY_UNKNOWN" in message
    assert "; --fix left this: names of files do not map one to one to samples of the ground truth" in message


def test_a_frame_that_fits_in_two_ways_is_left(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"1_2.txt": BARE["img_1"]})
    with pytest.raises(InputError) as failure:
        read(path, samples=("1", "2"), fix=("layout",))
    assert "do not map one to one" in str(failure.value)


def test_two_entries_of_one_sample_are_never_chosen_between(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"img_1.txt": ROWS["img_1"], "IMG_1.txt": ROWS["img_2"]})
    assert "E_ENTRY_DUPLICATE" in refused(path, "layout", "encoding", "orientation")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../IMG_1.TXT.txt", "E_ENTRY_PATH"),
        ("/IMG_1.TXT.txt", "E_ENTRY_PATH"),
        ("IMG\u202e_1.TXT.txt", "E_ENTRY_NAME"),
        ("IMG_1.zip", "E_ENTRY_UNKNOWN"),
        ("IMG_1.TXT.png", "E_ENTRY_UNKNOWN"),
    ],
)
def test_names_that_are_not_allowed_stay_refused(name: str, code: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {name: ROWS["img_1"]})
    assert f"error[{code}]" in refused(path, "layout", "encoding", "orientation")


def test_links_in_a_folder_stay_refused(tmp_path: Path) -> None:
    folder = tmp_path / "sub"
    folder.mkdir()
    (tmp_path / "secret").write_text(ROWS["img_1"], encoding="utf-8")
    (folder / "IMG_1.TXT.txt").symlink_to(tmp_path / "secret")
    message = refused(folder, "layout", "encoding", "orientation")
    assert "error[E_ENTRY_TYPE]" in message
    assert "HELLO" not in message


# Lines


@pytest.mark.parametrize("mark", ["\t", ";", "; ", " "])
def test_other_separators_that_all_lines_agree_on(mark: str, tmp_path: Path) -> None:
    rows = {
        s: "".join(row.replace(",", mark, 8) + "\n" for row in text.splitlines()) for s, text in ROWS.items()
    }
    path = zipped(tmp_path / "a.zip", plain(rows))
    table = fixed(path, "layout", format="icdar-quad")
    wanted = {s: text.replace(",2024", f",{mark[1:]}2024") for s, text in ROWS.items()}
    assert table.texts[0].strip() == "HELLO"
    if len(mark) == 1:
        assert same(table, path)
        name = {"\t": "TAB", ";": "semicolon", " ": "space"}[mark]
        first = "0,0,100,0,100,50,0,50,HELLO"
        shown = first.replace(",", mark).replace("\t", "\\x09")
        line = f"--fix layout: {name}s in the place of commas | res_img_1.txt:1: '{shown}' → '{first}'"
        assert said(table)[0] == line
        assert len(said(table)) == 4
    assert wanted


@pytest.mark.parametrize("mark", ["\t", ";", " "])
def test_boxes_alone_need_no_layout(mark: str, tmp_path: Path) -> None:
    rows = {s: text.replace(",", mark) for s, text in BARE.items()}
    path = zipped(tmp_path / "a.zip", plain(rows))
    table = fixed(path, "layout", text=None)
    assert same(table, path, BARE, text=None)
    assert len(said(table)) == (0 if mark == " " else 4)  # boxes of spaces alone are a layout of their own


def test_spaces_before_texts_that_begin_with_numbers_need_the_layout(tmp_path: Path) -> None:
    rows = {"img_1": "0 0 30 0 60 0 90 0 90 30 0 30 HELLO\n0 0 30 0 90 0 90 30 0 30 12 Main St\n"}
    path = zipped(tmp_path / "a.zip", plain(rows))
    assert "which fields are coordinates and text needs --pred-format" in refused(
        path, "layout", format="polygon"
    )


@pytest.mark.parametrize(
    "row", ["0\t0\t100\t0\t100\t50\t0\t50\tLatin\tword", "0;0;100;0;100;50;0;50;word;0.98"]
)
def test_more_columns_than_coordinates_and_text_need_the_layout(row: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"res_img_1.txt": f"{row}\n{row}\n"})
    assert "which fields are coordinates and text needs --pred-format" in refused(path, "layout")
    table = fixed(path, "layout", format="icdar-quad")
    assert table.texts == (row.split(row[1], 8)[8],) * 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("0;0;100;0;100;50;0;50;a\n0,0,100,0,100,50,0,50,b\n", id="two separators"),
        pytest.param("0;0;100;0;100,5;50;0;50;a\n", id="decimal commas"),
        pytest.param("0;0;100;0;x;50;0;50;a\n0;0;y;0\n", id="words among the numbers"),
    ],
)
def test_lines_that_do_not_agree_keep_their_error(text: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"res_img_1.txt": text})
    assert refused(path, "layout", format="icdar-quad") == refused(path, format="icdar-quad")


def test_lines_that_end_with_cr_alone(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {n: str(t).replace("\n", "\r") for n, t in plain().items()})
    assert "E_FORMAT" in refused(path)
    table = fixed(path, "layout")
    assert same(table, path)
    assert said(table)[0] == "--fix layout: lines that end with CR alone | res_img_1.txt: 'CR' → 'LF'"


def test_cr_among_lines_that_end_with_lf_is_left(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", {"res_img_1.txt": "0,0,100,0,100,50,0,50,a\rb\n0,0,100,0,100,50,0,50,c\n"}
    )
    assert "--fix left this: res_img_1.txt has CR among lines that end with LF" in refused(path, "layout")


# Encodings


@pytest.mark.parametrize(("encoding", "name"), [("utf-16", "UTF-16"), ("cp1252", "Latin-1")])
def test_encodings(encoding: str, name: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {n: str(t).encode(encoding) for n, t in plain().items()})
    assert "error[E_" in refused(path, "layout", "orientation")
    table = fixed(path, "encoding")
    assert same(table, path)
    assert all(line.startswith(f"--fix encoding: {name} read as such | res_img_") for line in said(table))
    assert len(said(table)) == (3 if encoding == "utf-16" else 1)


def test_both_byte_orders_and_a_layout_behind_an_encoding(tmp_path: Path) -> None:
    tabs = {s: text.replace(",", "\t") for s, text in BARE.items()}
    encoded = {
        f"IMG_{s[4:]}.txt": (b"\xfe\xff" + t.replace("\n", "\r").encode("utf-16-be")) for s, t in tabs.items()
    }
    path = zipped(tmp_path / "a.zip", encoded)
    table = fixed(path, "orientation", "layout", "encoding", text=None)
    assert same(table, path, BARE, text=None)
    assert {line.partition(" | ")[0] for line in said(table)} == {
        "--fix encoding: UTF-16 read as such",
        "--fix layout: lines that end with CR alone",
        "--fix layout: TABs in the place of commas",
        "--fix layout: entry of another name",
    }


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("très élégant, déjà vu, cœur", "cp1252"),
        ("Straße über Größe", "cp1252"),
        ("mañana ¿qué?", "cp1252"),
        ("coração São João", "cp1252"),
        ("blåbærgrød på øen", "cp1252"),
        ("Hej då, räksmörgås", "cp1252"),
        ("It’s “fine” – really", "cp1252"),
    ],
)
def test_western_words_are_plausible(words: str, encoding: str) -> None:
    assert _western([words.encode(encoding)]) == ""


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("Привет мир", "cp1251"),
        ("Привет мир", "koi8-r"),
        ("안녕하세요 비빔밥 a", "cp949"),
        ("가 나 다", "cp949"),
        ("日本語の文字", "shift_jis"),
        ("东京 上海", "gb18030"),
        ("繁體中文", "big5"),
        ("Ελληνικά", "cp1253"),
        ("שלום", "cp1255"),
        ("مرحبا", "cp1256"),
        ("zażółć gęślą jaźń", "cp1250"),
        ("příliš žluťoučký kůň", "cp1250"),
        ("İstanbul ığdır", "cp1254"),
        ("świnię coś", "cp1250"),
        ("Ždár čeština", "cp1250"),
        ("koń łoś", "cp1250"),
        ("ryškus šaltas", "cp1257"),
        ("père à", "cp1252"),
        ("สวัสดี", "cp874"),
        ("a \x81 b", "latin-1"),
        ("a £ b", "latin-1"),
        ("caf\xe9 \x01", "latin-1"),
        ("café Ærø señor", "latin-1"),
    ],
)
def test_other_code_pages_are_left(words: str, encoding: str) -> None:
    assert _western([words.encode(encoding)])


def test_utf8_beside_other_bytes_is_left(tmp_path: Path) -> None:
    mixed: dict[str, str | bytes] = {
        "res_img_1.txt": "0,0,100,0,100,50,0,50,Café\n".encode(),
        "res_img_2.txt": "0,0,100,0,100,50,0,50,Café\n".encode("latin-1"),
    }
    message = refused(zipped(tmp_path / "a.zip", mixed), "encoding")
    assert "E_ENCODING" in message
    assert message.endswith("; --fix left this: some files are UTF-8 and some are not")


def test_a_mark_of_utf16_before_something_else_is_left(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"res_img_1.txt": b"\xff\xfeabc"})
    assert "has the mark of UTF-16 and is not UTF-16" in refused(path, "encoding")


# Orientation


def test_counter_clockwise_rings_keep_their_first_vertex(tmp_path: Path) -> None:
    rows = {"img_1": "0,0,0,50,100,50,100,0\n0,0,100,0,100,50,0,50\n"}
    path = zipped(tmp_path / "a.zip", plain(rows))
    table = fixed(path, "orientation", text=None)
    assert table.points(0).ravel().tolist() == [0, 0, 100, 0, 100, 50, 0, 50]
    assert said(table) == [
        "--fix orientation: ring turned clockwise | res_img_1.txt:1: "
        "'0,0,0,50,100,50,100,0' → '0,0,100,0,100,50,0,50'"
    ]
    assert [n.code for n in table.notices] == ["W_FIXED"]
    assert digest(table) != digest(read(path, samples=IDS))
    assert same(table, path, {"img_1": "0,0,100,0,100,50,0,50\n0,0,100,0,100,50,0,50\n"}, text=None)


def test_invalid_rings_are_not_turned(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"res_img_1.txt": "0,0,100,50,100,0,0,50"})
    assert refused(path, "orientation", text=None) == refused(path, text=None)
    table = fixed(path, "orientation", text=None, invalid_polygons="false-positive")
    assert said(table) == []


# All of it


def test_nothing_is_touched_that_reads_well(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", plain())
    table = fixed(path, "orientation", "layout", "encoding")
    assert said(table) == []
    assert same(table, path)


def test_the_ground_truth_is_never_repaired(tmp_path: Path) -> None:
    gt = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": "0;0;100;0;100;50;0;50;a\n"})
    sub = zipped(tmp_path / "sub.zip", {"res_img_1.txt": "0;0;100;0;100;50;0;50\n"})
    done = run("score", gt, sub, "-p", "rrc-iou", "--fix", "layout")
    assert (done.status, done.out) == (5, "")


def test_a_score_says_every_repair(tmp_path: Path) -> None:
    gt = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": ROWS["img_1"], "gt_img_2.txt": ROWS["img_2"]})
    lines = "0,0,0,50,100,50,100,0\n" * 5
    sub = zipped(
        tmp_path / "sub.zip", {"res_img_1.txt": lines, "IMG_2.TXT.txt": "0\t0\t100\t0\t100\t50\t0\t50\n" * 0}
    )
    words = ("-p", "rrc-iou", "--fix", "encoding,orientation,layout")
    done = run("score", gt, sub, *words, "--format", "json")
    assert done.status == 0, done.err
    body = json.loads(done.out)
    validate(body, "score")
    (result,) = body["results"]
    assert len(result["repairs"]) == 6
    turned = [one for one in result["repairs"] if one["repair"] == "--fix orientation: ring turned clockwise"]
    assert turned[4]["change"] == "res_img_1.txt:5: '0,0,0,50,100,50,100,0' → '0,0,100,0,100,50,0,50'"
    (warning,) = [w for w in result["warnings"] if "ring turned" in w["message"]]
    assert (warning["code"], warning["count"]) == ("W_FIXED", 5)
    assert warning["message"].count("res_img_1.txt:") == 3
    assert warning["message"].endswith(", …)")
    text = run("score", gt, sub, *words)
    assert "warning[W_FIXED]: 5 × --fix orientation: ring turned clockwise (res_img_1.txt:1: " in text.out
    clean = zipped(
        tmp_path / "clean.zip", {"res_img_1.txt": "0,0,100,0,100,50,0,50\n" * 5, "res_img_2.txt": ""}
    )
    again = json.loads(run("score", gt, clean, "-p", "rrc-iou", "--format", "json").out)["results"][0]
    assert again["signature"] == result["signature"]
    assert "repairs" not in again


def test_validate_says_every_repair_and_what_is_left(tmp_path: Path) -> None:
    gt = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": ROWS["img_1"]})
    sub = zipped(tmp_path / "sub.zip", {"IMG_1.TXT.txt": "0,0,100,0,100,50,0,50\n0,0,9,9,9,0,0,9\n"})
    words = ("validate", sub, "--gt", gt, "-p", "rrc-iou", "--fix", "layout", "--format", "json")
    done = run(*words)
    assert done.status == 3
    body = json.loads(done.out)
    validate(body, "validate")
    assert [(p["code"], p["line"]) for p in body["problems"]] == [("E_POLYGON", 2)]
    assert body["repairs"] == [
        {
            "repair": "--fix layout: entry of another name",
            "change": "IMG_1.TXT.txt: 'IMG_1.TXT.txt' → 'img_1.txt'",
        }
    ]


def test_another_process_repairs_as_this_one_does(tmp_path: Path) -> None:
    gt = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": ROWS["img_1"]})
    sub = zipped(tmp_path / "sub.zip", {"IMG_1.TXT.txt": "0;0;0;50;100;50;100;0\n" * 5})
    words = ("score", gt, sub, "-p", "rrc-iou", "--fix", "layout,orientation", "--format", "json")
    done, apart = run(*words), run(*words, "--isolate")
    assert (done.status, apart.status) == (0, 0), apart.err
    assert json.loads(apart.out) == json.loads(done.out)
    assert len(json.loads(done.out)["results"][0]["repairs"]) == 11


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--fix", "layuot"), "--fix 'layuot' is no kind of repair; did you mean layout?"),
        (("--fix", "layout,"), "--fix '' is no kind of repair"),
        (
            ("--fix", "layout", "--strict-official"),
            "--strict-official judges the file as it is, --fix another one",
        ),
    ],
)
def test_flags_that_cannot_be_meant(flags: tuple[str, ...], message: str, tmp_path: Path) -> None:
    gt = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": ROWS["img_1"]})
    sub = zipped(tmp_path / "sub.zip", {"res_img_1.txt": BARE["img_1"]})
    for words in (("score", gt, sub), ("validate", sub, "--gt", gt)):
        done = run(*words, "-p", "rrc-iou", *flags)
        assert (done.status, done.out) == (2, "")
        assert message in done.err
