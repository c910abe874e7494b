"""One content in many wrappings is one table: line ends, BOM, order of entries, zip or folder, spelling of names."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ocr_eval.formats import read
from ocr_eval.tables.digest import digest
from tests.unit.formats_support import Content, same, shuffled, unpacked, zipped

SIX = {
    "res_img_1.txt": "0,0,10,0,10,10,0,10,HELLO\n20,0,30,0,30,10,20,10,a,b\n",
    "res_img_2.txt": "",
    "res_img_3.txt": '5,5,9,5,9,9,5,9,"café"\n',
    "res_img_10.txt": "-5,5,9,5,9,9,-5,9, 12\n0,0,0,9,9,9,9,0,\n",
    "res_img_11.txt": "1,1,9,1,9,9,1,9,\u2028x\n",
    "res_img_12.txt": "1,1,9,1,9,9,1,9,###\n",
}
SAMPLES = [f"img_{k}" for k in (1, 2, 3, 10, 11, 12)]


def crlf(content: Content) -> Content:
    return {name: str(text).replace("\n", "\r\n") for name, text in content.items()}


def marked(content: Content) -> Content:
    return {name: "\ufeff" + str(text) for name, text in content.items()}


def unfinished(content: Content) -> Content:
    return {name: str(text).removesuffix("\n") for name, text in content.items()}


def in_a_folder(content: Content) -> Content:
    return {f"my results/{name}": text for name, text in content.items()}


def bare(content: Content) -> Content:
    return {name.removeprefix("res_"): text for name, text in content.items()}


def padded(content: Content) -> Content:
    return {name.replace("img_", "img_00"): text for name, text in content.items()}


WRAPPINGS = [dict, crlf, marked, unfinished, in_a_folder, bare, padded, lambda content: shuffled(content, 7)]


@pytest.mark.parametrize("wrap", WRAPPINGS)
@pytest.mark.parametrize("is_folder", [False, True])
def test_wrappings_do_not_matter(wrap: object, is_folder: bool, tmp_path: Path) -> None:
    plain = read(zipped(tmp_path / "plain.zip", SIX), samples=SAMPLES, text=True)
    content = wrap(SIX)  # type: ignore[operator]
    source = unpacked(tmp_path / "folder", content) if is_folder else zipped(tmp_path / "b.zip", content)
    other = read(source, samples=SAMPLES, text=True)
    assert same(plain, other)
    assert digest(plain) == digest(other)
    assert other.is_folder == is_folder
    assert plain.texts[:3] == ("HELLO", "a,b", "café")


def test_stored_and_deflated_entries_are_one_table(tmp_path: Path) -> None:
    stored = read(zipped(tmp_path / "a.zip", SIX, zipfile.ZIP_STORED))
    assert same(stored, read(zipped(tmp_path / "b.zip", SIX, zipfile.ZIP_DEFLATED)))


def test_samples_of_a_zip_come_in_its_order_and_of_a_folder_by_name(tmp_path: Path) -> None:
    names = list(shuffled(SIX, 3))
    found = read(zipped(tmp_path / "a.zip", {name: SIX[name] for name in names}))
    assert [f"res_{sample}.txt" for sample in found.sample_ids] == names
    assert list(read(unpacked(tmp_path / "a", SIX)).entries) == sorted(names)


def test_every_instance_knows_where_it_came_from(tmp_path: Path) -> None:
    found = read(zipped(tmp_path / "a.zip", {"res_img_1.txt": "\n0,0,1,0,1,1,0,1\n\n0,0,2,0,2,2,0,2"}))
    assert [found.place(k) for k in range(2)] == [f"{tmp_path}/a.zip!res_img_1.txt:{line}" for line in (2, 4)]
    single = read(unpacked(tmp_path / "b", {"img_1.txt": "0,0,1,0,1,1,0,1"}) / "img_1.txt")
    assert (single.sample_ids, single.place(0)) == (("img_1",), f"{tmp_path}/b/img_1.txt:1")


@pytest.mark.parametrize("path", ["ic15/gt.zip", "kr_documents/gt.zip", "totaltext/gt_total-text.zip"])
def test_a_real_archive_unpacked_is_the_same_table(shared: Path, path: str, tmp_path: Path) -> None:
    archive = shared / "data" / path
    with zipfile.ZipFile(archive) as source:
        content = {name: source.read(name) for name in source.namelist()}
    table = read(archive, role="gt")
    assert same(table, read(unpacked(tmp_path / "gt", content), role="gt"))
    assert same(table, read(zipped(tmp_path / "gt.zip", shuffled(content, 5)), role="gt"))
