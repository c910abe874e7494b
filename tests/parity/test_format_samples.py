"""Every sample file of the reference on formats: read into what stands in it, or refused with the code given there.

The table was made from the files themselves (their lines, ``json``, ``xml.etree``, ``scipy.io``), not with our readers.
Files whose licence allows no quotation are told by the first digits of the SHA-256 of their first ring and text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.writers import written
from ocr_eval.limits import Limits
from ocr_eval.tables.digest import digest

NO_SAMPLES = {
    "SOURCES.md",
    "lock.mdb",
}  # names of files that are no samples: where they are from, locks of LMDB
_FENCE = re.compile(r"^```[a-z]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Sample(NamedTuple):
    """What a file holds. ``ring`` is flat, or the digest of the whole ring."""

    path: str  # behind # the number of a block of lines in a page of documentation, from 1
    layout: str  # that is named or found
    samples: int
    instances: int
    dont_care: int
    ring: tuple[float, ...] | str | None  # of the first instance; None: no rings
    text: str | None  # of the first instance; None: no texts
    named: str | None = None  # the layout as it must be named; None: recognised
    role: str = "gt"
    digested: bool = False  # text is a digest
    vertices: int | None = None  # of the first ring, where only its beginning is written here


class Refused(NamedTuple):
    """A file that must be refused: the code and what stands in the reason."""

    path: str
    code: str
    reason: str
    named: str | None = None
    geometry: bool = True


def box(left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
    return left, top, right, top, right, bottom, left, bottom


QUAD, LTRB, ZOO = "icdar2015_quad/gt_img_", "icdar2013_ltrb/", "mmocr_dataset_zoo/"
TEXTRACT = "aws-textract(width=1000,height=2000)"
GIB, PAGES = "aws_textract/gib_10_degrees.json", "page_xml/table-order/table-"
FIVE = (318, 434, 318, 409, 337, 409, 337, 434)
TESSERACT = "SAFEWAY (9,\nTORE MGR TQM MILAZZO (03-777 5833\nTHANK YOU f OR\nSHOPPING WITH US!\nGROCERY"
SAFEWAY = box(552, 107, 552 + 382, 107 + 82)
MARNE = box(230, 223, 230 + 50, 223 + 24)
NATURAL, READ_ORDER = "\n".join("567891234"), "\n".join("123456789")
SUGGESTION = (
    335,
    177,
    382,
    177,
    429,
    178,
    464,
    181,
    496,
    183,
    491,
    240,
    444,
    237,
    414,
    234,
    388,
    230,
    329,
    236,
)
KELUAR = (697, 196, 890, 202, 892, 261, 694, 259)
PETROSAINS = (
    206,
    633,
    251,
    811,
    386,
    931,
    542,
    946,
    620,
    926,
    646,
    976,
    550,
    1009,
    358,
    989,
    189,
    845,
    140,
    629,
)
MAT = (699, 201, 751, 203, 802, 202, 855, 205, 905, 205, 906, 264, 854, 265, 801, 264, 748, 262, 695, 259)
PAUL = (259, 542, 313, 462, 389, 417, 427, 459, 354, 507, 302, 582)

RINGS = [
    Sample(QUAD + "21.txt", "icdar-quad", 1, 90, 82, (878, 490, 893, 492, 902, 555, 891, 554), "###"),
    Sample(QUAD + "223.txt", "icdar-quad", 1, 4, 2, (220, 35, 296, 54, 299, 100, 222, 80), "any"),
    Sample(QUAD + "343.txt", "icdar-quad", 1, 8, 5, (212, 360, 286, 357, 286, 378, 213, 381), "MAKE"),
    Sample(QUAD + "35.txt", "icdar-quad", 1, 8, 7, (329, 35, 443, 36, 447, 66, 333, 66), "SAMSUNG"),
    Sample(QUAD + "425.txt", "icdar-quad", 1, 18, 13, (192, 232, 251, 233, 251, 245, 192, 244), "Louisiana"),
    Sample(QUAD + "431.txt", "icdar-quad", 1, 8, 5, (95, 153, 421, 155, 418, 195, 92, 192), "orchardgateway"),
    Sample(LTRB + "datumaro_gt_img_1.txt", "icdar-quad", 1, 1, 0, (0, 0, 3, 1, 4, 6, 1, 7), "FOOD"),
    Sample(LTRB + "datumaro_gt_img_2.txt", "icdar-ltrb", 1, 2, 0, box(0, 0, 2, 3), "RED"),
    Sample(LTRB + "gt_img_2.txt", "icdar-ltrb", 1, 4, 0, box(203, 250, 254, 288), "8"),
    Sample(LTRB + "gt_img_3.txt", "icdar-ltrb", 1, 2, 0, box(220, 138, 598, 286), "Royal"),
    Sample(LTRB + "gt_img_5.txt", "icdar-ltrb", 1, 5, 0, box(146, 169, 614, 372), "hungry"),
    Sample(LTRB + "gt_img_6.txt", "icdar-ltrb", 1, 2, 0, box(41, 124, 616, 256), "Campus"),
    Sample(
        "cleval_kr_doc/gt_kr_doc_KR03088.txt",
        "icdar-quad",
        1,
        184,
        0,
        (999, 600, 1532, 595, 1533, 649, 1002, 659),
        "교환/환불/결제변경은",
    ),
    Sample(
        "cleval_kr_doc/kr_doc_KR03088.txt",
        "icdar-quad",
        1,
        168,
        0,
        (964, 365, 1320, 365, 1320, 432, 964, 432),
        "Home plus",
        role="prediction",
    ),
    Sample("rrc_submission_zip/res_img_1.txt", "icdar-quad", 1, 0, 0, None, None, role="prediction"),
    *(
        Sample(
            f"rrc_submission_zip/res_img_{k}.txt", "icdar-quad", 1, count, 0, ring, None, role="prediction"
        )
        for k, count, ring in (
            (2, 12, (656, 101, 656, 83, 699, 83, 699, 101)),
            (4, 4, (1189, 350, 1185, 327, 1246, 317, 1249, 340)),
            (5, 6, (659, 93, 616, 93, 616, 72, 659, 72)),
        )
    ),
    Sample("totaltext/gt_img1.txt", "polygon", 1, 1, 0, PETROSAINS, "PETROSAINS"),
    Sample("totaltext/gt_img3.txt", "polygon", 1, 4, 0, KELUAR, "KELUAR"),
    Sample(
        "totaltext/gt_img4.txt",
        "polygon",
        1,
        12,
        1,
        (62, 79, 112, 50, 156, 43, 159, 61, 112, 72, 69, 97),
        "CUCINA",
    ),
    Sample(
        "totaltext/gt_img6.txt",
        "polygon",
        1,
        12,
        1,
        (223, 256, 256, 208, 300, 187, 328, 243, 298, 259, 271, 294),
        "BUY",
    ),
    Sample(
        "totaltext/Annotation_tools_T3_Example_suggestion_img3.txt",
        "polygon",
        1,
        2,
        0,
        SUGGESTION,
        None,
        role="prediction",
    ),
    Sample("totaltext/Annotation_tools_T3_Example_out_gt_img3.mat", "totaltext-mat", 1, 2, 0, MAT, "kel"),
    Sample(
        "totaltext/Evaluation_Protocol_Examples_Prediction_img1.mat",
        "totaltext-mat",
        1,
        2,
        0,
        "b1cefe463e18",
        None,
        role="prediction",
    ),
    Sample("ctw1500/det_1001.txt", "polygon", 1, 6, 0, "fd257b8033e7", None, role="prediction"),
    Sample("ctw1500/det_1002.txt", "polygon", 1, 3, 0, "739b9822231d", None, role="prediction"),
    Sample(
        "coco_text/our_results.json",
        "coco-text",
        3,
        8,
        0,
        "fcb82b3dcca0",
        "1eb7c8d6fa4b",
        role="prediction",
        digested=True,
    ),
    Sample("mmocr/textdet_test.json", "mmocr", 10, 82, 61, (261, 138, 284, 140, 279, 158, 260, 158), None),
    Sample(
        "paddleocr/Label_icdar15_line.txt",
        "paddleocr",
        1,
        5,
        3,
        "eea9f69aeb1a",
        "cf2b1c22ef3f",
        digested=True,
    ),
    Sample(
        "label_studio/test_export_coco_data.json",
        "label-studio",
        1,
        2,
        0,
        # percent of 500 x 320: 31.941923774954628, 4.113475177304964, 6.352087114337568 wide, 9.929078014184398 high
        box(
            159.70961887477314,
            13.163120567375885,
            (31.941923774954628 + 6.352087114337568) * 5,
            (4.113475177304964 + 9.929078014184398) * 3.2,
        ),
        None,
    ),
    Sample(
        "label_studio/test_export_yolo_data_polygons.json",
        "label-studio",
        1,
        1,
        0,
        # two of 37 points, percent of 640 x 426
        (384.0, 83.32231404958677, 391.04587155963304, 64.54545454545455),
        None,
        vertices=37,
    ),
    Sample("labelme/primitives.json", "labelme", 1, 3, 0, "e93a335b72be", "c871a1162412", digested=True),
    Sample("cvat/for_images_train.xml", "cvat", 2, 2, 0, box(0, 2, 4, 4), "0003"),
    Sample("cvat/for_images_project.xml", "cvat", 6, 6, 0, box(0, 2, 4, 4), "0003"),
    Sample(
        "wildreceipt/data.txt", "wildreceipt", 2, 86, 4, (550, 190, 937, 190, 937, 104, 550, 104), "SAFEWAY"
    ),
    Sample("sroie/000.csv", "sroie", 1, 44, 0, (72, 25, 326, 25, 326, 64, 72, 64), "TAN WOON YANN", "sroie"),
    Sample(
        GIB, "aws-textract", 1, 135, 0, (904.0424823760986, 232.644185423851), "Date:", TEXTRACT, vertices=4
    ),
    Sample(
        GIB,
        "aws-textract",
        1,
        67,
        0,
        (904.0814638137817, 232.33358561992645),
        "Date: 2020-0",
        TEXTRACT.replace(")", ",level=line)"),
        vertices=4,
    ),
    *(
        Sample(
            "aws_textract/analyzeid_with_OCR.json",
            "aws-textract",
            1,
            count,
            0,
            ring,
            "MASSACHUSETTS",
            named,
            vertices=4,
        )
        for count, ring, named in (
            (53, (52.577994763851166, 578.0428647994995), TEXTRACT),
            (31, (52.577994763851166, 578.0428647994995), TEXTRACT.replace(")", ",level=line)")),
        )
    ),
    Sample(
        "azure_read/read_v3_1_docs.json",
        "azure-read",
        1,
        1,
        0,
        (143, 650, 435, 661, 436, 823, 144, 824),
        "The",
    ),
    Sample(
        "azure_read/read_v3_1_docs.json",
        "azure-read",
        1,
        1,
        0,
        (67, 646, 2582, 713, 2580, 876, 67, 821),
        "The quick brown fox jumps",
        "azure-read(level=line)",
    ),
    Sample(
        "google_vision/excerpt_real_response.json",
        "google-vision",
        1,
        1,
        0,
        "683c815e2ab3",
        "f9dfd61493ca",
        digested=True,
    ),
    Sample("tesseract/out.xml", "alto", 1, 16, 0, SAFEWAY, "SAFEWAY"),
    Sample("tesseract/out.hocr", "hocr", 1, 16, 0, SAFEWAY, "SAFEWAY"),
    Sample("tesseract/out.tsv", "tesseract-tsv", 1, 16, 0, SAFEWAY, "SAFEWAY"),
    # 3960, 981, 36, 81 of 1/1200 inch, a quarter of it in pixels
    Sample(
        "alto/test.alto1.xml", "alto", 1, 4430, 0, box(990, 245.25, 999, 265.5), "J", "alto(resolution=300)"
    ),
    Sample("alto/test.alto2.xml", "alto", 1, 244, 0, box(942, 180, 942 + 60, 180 + 31), "142"),
    Sample("alto/v4_Glyph_Sample01_General.xml", "alto", 1, 2, 0, MARNE, "Marne"),
    Sample("alto/v4_Glyph_Sample04_Chinese.xml", "alto", 1, 4, 0, MARNE, "義"),
    *(
        Sample(
            "page_xml/levels-are-different.page.xml",
            "page-xml",
            1,
            count,
            0,
            ring,
            text,
            f"page-xml(level={name})",
        )
        for name, count, ring, text in (
            ("line", 2, "e442a7e6aadd", "Hand, Mylord? fragte der Graf von Ro\uf502e\ueadaer."),
            ("word", 16, "ccb4b998a101", "Hand,"),
            ("region", 1, "f573a0ae6d4a", "Inconsistent dummy region text"),
        )
    ),
    Sample(
        "page_xml/mixed-regions.page.xml",
        "page-xml",
        1,
        35,
        0,
        (217, 204, 1324, 204, 1324, 264, 217, 264),
        "phariſei hypocritæ, qui comeditis domos uiduarã ſub",
    ),
    *(
        Sample(f"{PAGES}{name}.xml", "page-xml", 1, 9, 0, FIVE, "5")
        for name in ("no-reading-order", "order-0001", "region", "unordered")
    ),
    Sample(ZOO + "icdar2013.md#1", "icdar-ltrb", 1, 3, 0, box(158, 128, 411, 181), "Footpath"),
    Sample(ZOO + "icdar2013.md#2", "icdar-ltrb", 1, 3, 0, box(38, 43, 920, 215), "Tiredness"),
    Sample(
        ZOO + "icdar2015.md#1",
        "icdar-quad",
        1,
        3,
        1,
        (377, 117, 463, 117, 465, 130, 378, 130),
        "Genaxis Theatre",
    ),
    Sample(ZOO + "totaltext.md#1", "totaltext", 1, 2, 1, PAUL, "PAUL"),
    Sample(
        ZOO + "naf.md#1",
        "naf",
        1,
        5,
        0,
        (1183, 1337, 2028, 1345, 2032, 1395, 1186, 1398),
        "APPLICATION FOR HEADSTONE OR MARKER",
    ),
    Sample(ZOO + "svt.md#1", "svt", 1, 3, 0, box(375, 253, 375 + 236, 253 + 75), "LIVING"),
]
TEXTS = [
    Sample("icdar_word_recognition/datumaro_gt.txt", "icdar-words", 2, 2, 0, None, "PROPER"),
    Sample("mmocr/old_label.jsonl", "jsonl", 10, 10, 0, None, "GRAND"),
    Sample("mmocr/labels.json", "mmocr", 10, 10, 0, None, "GRAND"),
    Sample("lmdb_str/imgs.lmdb/data.mdb", "lmdb", 10, 10, 0, None, "GRAND"),
    Sample("lmdb_str/label.lmdb/data.mdb", "lmdb", 10, 10, 0, None, "GRAND"),
    Sample("lmdb_str/broken.lmdb/data.mdb", "lmdb", 1, 1, 0, None, "broken"),
    Sample("tesseract/out.xml", "alto", 1, 1, 0, None, TESSERACT),
    Sample("tesseract/out.hocr", "hocr", 1, 1, 0, None, TESSERACT),
    Sample("tesseract/out.tsv", "tesseract-tsv", 1, 1, 0, None, TESSERACT),
    Sample("alto/test.alto1.xml", "alto", 1, 1, 0, None, "7b7adb6f4ac3", digested=True),
    Sample("alto/test.alto2.xml", "alto", 1, 1, 0, None, "9a4284bb6f60", digested=True),
    Sample("alto/v4_Glyph_Sample01_General.xml", "alto", 1, 1, 0, None, "Marne Home"),
    Sample("alto/v4_Glyph_Sample04_Chinese.xml", "alto", 1, 1, 0, None, "義 禮 說 選"),
    Sample(
        "page_xml/levels-are-different.page.xml", "page-xml", 1, 1, 0, None, "Inconsistent dummy region text"
    ),
    Sample("page_xml/mixed-regions.page.xml", "page-xml", 1, 1, 0, None, "b9732b51cd17", digested=True),
    Sample(PAGES + "no-reading-order.xml", "page-xml", 1, 1, 0, None, NATURAL),
    *(
        Sample(f"{PAGES}{name}.xml", "page-xml", 1, 1, 0, None, READ_ORDER)
        for name in ("order-0001", "region", "unordered")
    ),
    Sample(ZOO + "icdar2013.md#3", "icdar-words", 3, 3, 0, None, "PROPER"),
    Sample(ZOO + "icdar2015.md#2", "icdar-words", 3, 3, 0, None, "Genaxis Theatre"),
    Sample(ZOO + "cute80.md#1", "pairs", 4, 4, 0, None, "RONALDO", "pairs(variant=cute80)"),
    Sample(ZOO + "svtp.md#1", "pairs", 3, 3, 0, None, "WYNDHAM", "pairs(separator=space)"),
    Sample(ZOO + "mjsynth.md#1", "pairs", 2, 2, 0, None, "slinking", "pairs(variant=mjsynth)"),
]
REFUSED = [
    Refused("label_studio/test_export_doclang_data.json", "E_FORMAT", "original_width"),
    Refused("alto/test.alto1.xml", "E_FORMAT", "lengths are measured in inch1200"),
    Refused(GIB, "E_FORMAT", "a page whose size is not told"),
    Refused("aws_textract/analyzeid_with_OCR.json", "E_FORMAT", "a page whose size is not told"),
    Refused("wildreceipt/class_list.txt", "E_FORMAT", "no known layout"),
    Refused("sroie/000.key.json", "E_FORMAT", "no known layout"),
    # what stands in the documentation is an outline with comments and placeholders, no JSON and no numbers
    Refused(ZOO + "cocotextv2.md#1", "E_FORMAT", "not JSON", "coco-text"),
    Refused(ZOO + "textocr.md#1", "E_FORMAT", "stands in another list already", "coco-text"),
]


def source_of(path: str, shared: Path, folder: Path) -> Path:
    """The file, or a block of a page of documentation as a file, without its comments."""
    name, _, number = path.partition("#")
    whole = shared / "formats" / name
    if not number:
        return whole
    blocks: list[str] = []
    for fenced in _FENCE.findall(whole.read_text(encoding="utf-8")):
        parts = re.split(r"^# .*\n", fenced, flags=re.MULTILINE)  # the comment lines
        blocks += [part.strip("\n") + "\n" for part in parts if part.strip()]
    found = folder / "gt_img_1.txt"
    found.write_text(blocks[int(number) - 1], encoding="utf-8")
    return found


def shortened(value: Any) -> str:
    """The first digits of the SHA-256 of a value as JSON."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:12]


@pytest.fixture
def tell_format(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Called with the path of a sample that is looked at: the closing line of a run counts those that are right."""
    return lambda path: record_property("format", path)


@pytest.mark.parametrize(
    ("sample", "geometry"),
    [(sample, True) for sample in RINGS] + [(sample, False) for sample in TEXTS],
    ids=lambda value: f"{value.path} {value.named or ''}" if isinstance(value, Sample) else None,
)
def test_a_sample_is_read_and_survives_a_round_trip(
    sample: Sample, geometry: bool, shared: Path, tmp_path: Path, tell_format: Callable[[str], None]
) -> None:
    tell_format(sample.path)
    source = source_of(sample.path, shared, tmp_path)
    table = read(source, format=sample.named, role=sample.role, geometry=geometry)
    care = int((~table.care).sum())
    assert table.format == sample.layout
    assert (len(table.sample_ids), len(table), care) == (sample.samples, sample.instances, sample.dont_care)
    if geometry and len(table) and sample.ring is not None:
        first = table.points(0).ravel().tolist()
        if isinstance(sample.ring, str):
            assert shortened(first) == sample.ring
        else:  # percent and parts of a page: two roundings of a double at most
            assert len(first) == (2 * sample.vertices if sample.vertices else len(sample.ring))
            assert np.allclose(first[: len(sample.ring)], sample.ring, rtol=2**-51, atol=0)
    if sample.text is not None:
        assert (shortened(table.texts[0]) if sample.digested else table.texts[0]) == sample.text
    made = written(table, "jsonl", role=sample.role)
    ((name, content),) = made.files.items()
    (tmp_path / name).write_bytes(content)
    back = read(
        tmp_path / name,
        format=made.layout,
        role=sample.role,
        geometry=geometry,
        invalid_polygons="official",
        limits=Limits(characters=Limits().page_characters),
    )
    assert digest(back) == digest(table)
    assert (back.aliases, made.losses) == (table.aliases, ())


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: refused.path)
def test_a_sample_is_refused(
    refused: Refused, shared: Path, tmp_path: Path, tell_format: Callable[[str], None]
) -> None:
    tell_format(refused.path)
    with pytest.raises(InputError) as caught:
        read(source_of(refused.path, shared, tmp_path), format=refused.named)
    assert caught.value.problems[0].code == refused.code
    assert refused.reason in caught.value.problems[0].reason


def test_every_file_stands_in_the_table(shared: Path) -> None:
    folder = shared / "formats"
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    listed = {row.path.partition("#")[0] for row in (*RINGS, *TEXTS, *REFUSED)}
    assert {path for path in files if Path(path).name not in NO_SAMPLES} == listed
