"""CVAT documents: boxes, polygons, turned boxes, text attributes, subsets, tracks, annotators; faults with lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.by_annotator import read_by_annotator
from ocr_eval.formats.check import examine
from ocr_eval.limits import Limits
from tests.unit.formats_support import problems_of

BOX = '<box label="w" xtl="1" ytl="2.5" xbr="9" ybr="6"{}>{}</box>'
LABELS = """<labels><label><name>w</name><attributes>
<attribute><name>kind</name><input_type>radio</input_type></attribute>
<attribute><name>reading</name><input_type>text</input_type></attribute></attributes></label></labels>"""


def words(text: str, name: str = "reading") -> str:
    return f'<attribute name="{name}">{text}</attribute>'


def box(inside: str = "", more: str = "") -> str:
    return BOX.format(more, inside)


def image(*shapes: str, name: str = "img_1.jpg", more: str = "") -> str:
    return f'<image id="0" name="{name}" width="100" height="50"{more}>{"".join(shapes)}</image>\n'


def document(*images: str, meta: str = f"<task>{LABELS}</task>") -> str:
    return f"<annotations><version>1.1</version><meta>{meta}</meta>\n{''.join(images)}</annotations>"


def stored(tmp_path: Path, *images: str, **more: str) -> Path:
    path = tmp_path / "a.xml"
    path.write_text(document(*images, **more), encoding="utf-8")
    return path


def notes(path: Path, **arguments: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for notice in examine(path, role="gt", **arguments).notices:  # type: ignore[arg-type]
        found[notice.message] = found.get(notice.message, 0) + notice.count
    return found


def test_boxes_and_polygons_with_the_only_text_attribute(tmp_path: Path) -> None:
    polygon = f'<polygon label="" points="1,2;3,4;6,5.25">{words("###")}</polygon>'
    path = stored(
        tmp_path, image(box(words("A, é &amp; b") + words("x", "kind")), polygon), image(name="b/2.png")
    )
    table = read(path, role="gt")
    assert (table.format, table.sample_ids, table.start.tolist()) == ("cvat", ("img_1", "2"), [0, 2, 2])
    assert table.texts == ("A, é & b", "###")
    assert table.care.tolist() == [True, False]
    assert table.points(0).tolist() == [[1, 2.5], [9, 2.5], [9, 6], [1, 6]]
    assert table.points(1).tolist() == [[1, 2], [3, 4], [6, 5.25]]
    assert table.line.tolist() == [4, 4]


def test_a_box_turns_about_its_centre(tmp_path: Path) -> None:
    table = read(stored(tmp_path, image(box(more=' rotation="90"'))), role="gt")
    # Centre (5, 4.25), half sides 4 and 1.75: a quarter turn takes (-4, -1.75) to (1.75, -4).
    assert table.points(0).tolist() == [[6.75, 0.25], [6.75, 8.25], [3.25, 8.25], [3.25, 0.25]]


def test_which_attribute_holds_the_text(tmp_path: Path) -> None:
    two = LABELS.replace("radio", "text")
    shape = box(words("K", "kind") + words("R") + words("T", "transcription"))
    path = stored(tmp_path, image(shape))
    assert read(path, role="gt").texts == ("R",)
    assert read(path, role="gt", format="cvat(text_attribute=kind)").texts == ("K",)
    path = stored(tmp_path, image(shape), meta=f"<task>{two}</task>")
    assert read(path, role="gt").texts == ("T",)
    message = "several attributes of type text, none called text or transcription: no transcriptions"
    assert notes(path) == {message: 2}
    assert read(stored(tmp_path, image(shape), meta=""), role="gt").texts == ("T",)
    bare = stored(tmp_path, image(box()))
    assert read(bare, role="gt").codepoints is None
    (problem,) = problems_of(bare, text=True)
    assert (problem.code, problem.line) == ("E_FORMAT", 4)
    assert "text_attribute=NAME" in problem.hint


def test_other_shapes_are_counted(tmp_path: Path) -> None:
    others = '<polyline points="1,2;3,4"/><points points="1,2"/><ellipse cx="1"/><tag label="x"/>'
    path = stored(tmp_path, image(box(), others))
    assert len(read(path, role="gt")) == 1
    assert notes(path) == {"shapes that are no box or polygon left out": 4}


def test_names_that_recur_get_their_subset_in_front(tmp_path: Path) -> None:
    path = stored(
        tmp_path,
        image(box(), more=' subset="Train"'),
        image(more=' subset="Test"'),
        image(name="b.jpg", more=' subset="Test"'),
    )
    assert read(path, role="gt").sample_ids == ("Train_img_1", "Test_img_1", "b")
    assert read(path, role="gt", format="cvat(subset=Test)").sample_ids == ("img_1", "b")
    (problem,) = problems_of(stored(tmp_path, image(), image()))
    assert (problem.code, problem.line) == ("E_ENTRY_DUPLICATE", 5)


PROJECT = """<project><owner><username>boss</username></owner><assignee></assignee><tasks>
<task><id>1</id><assignee><username>ann</username><email>a@b</email></assignee></task>
<task><id>2</id><owner><username>bob</username></owner><assignee></assignee></task></tasks></project>"""


def test_tasks_of_several_people_on_the_same_images(tmp_path: Path) -> None:
    images = [image(box(), more=' task_id="1"'), image(box(), box(), more=' task_id="2"')]
    path = stored(tmp_path, *images, meta=PROJECT)
    with pytest.raises(InputError, match="1 image has several annotators, first 'img_1': 'ann', 'bob'"):
        read(path, role="gt")
    assert len(read(path, role="gt", format="cvat(annotator=bob)")) == 2
    tables = read_by_annotator(path)
    assert {who: (table.sample_ids, len(table)) for who, table in tables.items()} == {
        "ann": (("img_1",), 1),
        "bob": (("img_1",), 2),
    }
    shared_out = [images[0], image(name="b.jpg", more=' task_id="3"')]
    path = stored(tmp_path, *shared_out, meta=PROJECT)
    assert list(read_by_annotator(path)) == ["ann", "boss"]
    assert read(path, role="gt").sample_ids == ("img_1", "b")


def test_frames_of_a_video_are_samples_and_nothing_is_interpolated(tmp_path: Path) -> None:
    track = "".join(
        box(words(text), f' frame="{frame}" outside="{outside}" keyframe="1"')
        for frame, outside, text in ((3, 0, "a"), (4, 0, "b"), (9, 1, "c"))
    )
    path = stored(tmp_path, f'<track id="0" label="w">{track}</track>')
    table = read(path, role="gt")
    assert table.sample_ids == ("frame_000003", "frame_000004", "frame_000009")
    assert (table.start.tolist(), table.texts) == ([0, 1, 2, 2], ("a", "b"))
    assert read(path, samples=("frame_3", "frame_4", "frame_9")).sample_ids == (
        "frame_3",
        "frame_4",
        "frame_9",
    )
    (problem,) = problems_of(stored(tmp_path, "<track>" + box(more=' frame="x"') + "</track>"))
    assert (problem.code, problem.line) == ("E_FORMAT", 4)


@pytest.mark.parametrize(
    ("shape", "code", "says"),
    [
        ('<box xtl="1" ytl="2" xbr="9"/>', "E_FORMAT", "box has no attribute ybr"),
        ('<box xtl="1" ytl="nan" xbr="9" ybr="3"/>', "E_COORD", "ytl of box is 'nan', expected a number"),
        ('<box xtl="1" ytl="" xbr="9" ybr="3"/>', "E_FORMAT", "ytl of box is nothing"),
        ('<box xtl="1" ytl="1e3" xbr="9" ybr="3"/>', "E_COORD", "'1e3'"),
        ('<box xtl="1" ytl="x" xbr="9" ybr="3"/>', "E_FORMAT", "ytl of box is 'x'"),
        ('<box xtl="1" ytl="2000000" xbr="9" ybr="3"/>', "E_COORD", "ytl of box is outside"),
        ('<box xtl="10" ytl="1" xbr="9" ybr="3"/>', "E_COORD", "box has xbr < xtl"),
        ('<polygon points="1,2;3,4"/>', "E_FORMAT", "points of polygon has 4 numbers"),
        ('<polygon points="1,2;3;4,5"/>', "E_FORMAT", "points of polygon are not x,y;x,y"),
        ("<polygon/>", "E_FORMAT", "polygon has no attribute points"),
        ('<polygon points="0,0;9,9;9,0;0,9"/>', "E_POLYGON", "self-intersecting"),
        (box(words("x" * 5000)), "E_LIMIT", "text of box has 5000 characters"),
    ],
)
def test_faults_have_their_line(tmp_path: Path, shape: str, code: str, says: str) -> None:
    (problem,) = problems_of(stored(tmp_path, image(), image(box(), shape, name="b.jpg")))
    assert (problem.code, problem.line) == (code, 5)
    assert says in problem.reason


def test_hostile_documents(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    for text, code in (
        ("<!DOCTYPE annotations [<!ENTITY x 'y'>]>" + document(image()), "E_XML_DTD"),
        (document(image()).replace("</annotations>", ""), "E_FORMAT"),
        ("<annotations>" + "<a>" * 200 + "</a>" * 200 + "</annotations>", "E_LIMIT"),
        ("<tagset/>", "E_FORMAT"),
        (document(), "E_NO_SAMPLES"),
        (document(image(name="")), "E_FORMAT"),
    ):
        path.write_text(text)
        assert [p.code for p in problems_of(path, format="cvat")] == [code]
    few = problems_of(stored(tmp_path, image(box(), box())), limits=Limits(instances=1))
    assert [p.code for p in few] == ["E_LIMIT"]
    many = f'<polygon points="{";".join(["1,2"] * 9)}"/>'
    assert [p.code for p in problems_of(stored(tmp_path, image(many)), limits=Limits(vertices=8))] == [
        "E_LIMIT"
    ]
    (problem,) = problems_of(stored(tmp_path, image(box())), confidence=True)
    assert problem.code == "E_FORMAT"


def test_the_sample_files_of_the_reference(shared: Path) -> None:
    folder = shared / "formats/cvat"
    table = read(folder / "for_images_project.xml", role="gt")
    assert table.sample_ids == tuple(f"{s}_img{k}" for s in ("Test", "Train", "Validation") for k in (0, 1))
    assert (len(table), table.texts[::2]) == (6, ("0003",) * 3)
    table = read(folder / "for_images_train.xml", role="gt")
    assert (table.sample_ids, table.texts) == (("img0", "img1"), ("0003", ""))
    assert notes(folder / "for_images_train.xml")["shapes that are no box or polygon left out"] == 2
