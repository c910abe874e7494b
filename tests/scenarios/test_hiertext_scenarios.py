"""HierText by hand: an exact half, mutual best pairs, pixels of lines, regions without words, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval.cli.app import run
from ocr_eval.engine.local import count, explain, explain_all
from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.protocols import protocol
from ocr_eval.tables.instances import Instances
from tests.tables import Word, box, gt, pred

BOW_TIE = [0, 0, 100, 100, 100, 0, 0, 100]


def scored(truth: Instances, found: Instances, name: str = "hiertext", **options: str) -> dict[str, float]:
    made = count(truth, found, protocol=name, **options)
    row = dict(zip(made.columns, made.rows[0].tolist(), strict=True))
    return row | dict(zip(made.sum_columns, made.sums[0].tolist(), strict=True))


def ring(*corners: float) -> list[list[float]]:
    flat = box(*corners) if len(corners) == 4 else list(corners)
    return [list(point) for point in zip(flat[::2], flat[1::2], strict=True)]


def word(*corners: float, text: str = "word", legible: bool = True) -> dict[str, Any]:
    return {"vertices": ring(*corners), "text": text, "legible": legible}


def line(
    *words: dict[str, Any], own: tuple[float, ...] = (0, 0, 1, 1), legible: bool = True
) -> dict[str, Any]:
    return {"vertices": ring(*own), "text": "", "legible": legible, "words": list(words)}


def paragraph(
    *lines: dict[str, Any], own: tuple[float, ...] = (0, 0, 1, 1), legible: bool = True
) -> dict[str, Any]:
    return {"vertices": ring(*own), "legible": legible, "lines": list(lines)}


@pytest.fixture
def page(tmp_path: Path) -> Any:
    """Paragraphs of both sides -> tables, read from HierText JSON of an image of 100 x 60 pixels."""

    def made(gts: list[dict[str, Any]], preds: list[dict[str, Any]]) -> tuple[Instances, Instances]:
        size = {"image_width": 100, "image_height": 60}
        for name, paragraphs, more in (("gt", gts, size), ("pred", preds, {})):
            body = {"annotations": [{"image_id": "a", **more, "paragraphs": paragraphs}]}
            (tmp_path / f"{name}.json").write_text(json.dumps(body), encoding="utf-8")
        truth = read(tmp_path / "gt.json", role="gt", text=False)
        return truth, read(tmp_path / "pred.json", samples=truth, text=False)

    return made


def test_an_exact_half_of_two_words_is_no_match() -> None:
    """500 / (1000 + 1e-5) is below one half."""
    made = scored(gt(Word((0, 0, 100, 10))), pred(Word((0, 0, 50, 10))))
    assert (made["tp"], made["tightness"]) == (0, 0)
    made = scored(gt(Word((0, 0, 100, 10))), pred(Word((0, 0, 51, 10))))
    assert (made["tp"], made["tightness"]) == (1, 510 / (1000 + 1e-5))


def test_an_exact_half_in_a_don_t_care_word_is_kept() -> None:
    care, dont_care = Word((50, 0, 100, 10)), Word((0, 0, 50, 10), "###")
    assert scored(gt(care, dont_care), pred(Word((0, 0, 100, 10))))["dc_det"] == 0
    assert scored(gt(care, dont_care), pred(Word((0, 0, 99, 10))))["dc_det"] == 1


def test_a_pair_must_be_best_for_both() -> None:
    """The prediction is nearer to the second gt, which has a better prediction of its own."""
    words = gt(Word((0, 0, 100, 10)), Word((0, 2, 100, 12)))
    made = scored(words, pred(Word((0, 2, 100, 12)), Word((0, 1.5, 100, 11.5))))
    assert made["tp"] == 1


def test_the_first_of_equals_is_best() -> None:
    told = explain(gt(Word((0, 0, 10, 10))), pred(*[Word((0, 0, 10, 10))] * 2), "img_1", protocol="hiertext")
    assert told.of("gt")[0].partners == (0,)
    assert told.of("pred")[1].reason == "best IoU is 1.0000 with gt 0, which has a better partner"


def test_a_bow_tie_has_the_area_of_its_two_triangles() -> None:
    truth, found = gt(Word(BOW_TIE)), pred(Word((0, 0, 100, 100)))
    made = scored(truth, found, "hiertext(iou=0.49)", invalid_polygons="official")
    assert (made["tp"], made["tightness"]) == (1, 5000 / (10000 + 1e-5))


def test_texts_must_be_equal_to_the_letter() -> None:
    words = gt(Word((0, 0, 10, 10), "Word"), Word((20, 0, 30, 10), "two"))
    made = scored(words, pred(Word((0, 0, 10, 10), "word"), Word((20, 0, 30, 10), "two")), "hiertext-e2e")
    one = 100 / (100 + 1e-5)
    assert (made["tp"], made["tp_text"], made["tightness"], made["tightness_text"]) == (2, 1, one + one, one)


def test_empty_sides() -> None:
    rule = protocol("hiertext")
    nothing = rule.derive(count(gt(Word((0, 0, 9, 9))), pred(), protocol=rule).total())
    assert nothing == {"precision": 1, "recall": 0, "hmean": 0, "tightness": 1, "pq": 0}
    careless = rule.derive(count(gt(Word((0, 0, 9, 9), "###")), pred(), protocol=rule).total())
    assert set(careless.values()) == {None}


def test_a_line_is_the_pixels_of_its_words(page: Any) -> None:
    """Outlines count: 11 x 6 and 11 x 6 pixels against 31 x 6 that hold both."""
    tables = page(
        [paragraph(line(word(0, 0, 10, 5), word(20, 0, 30, 5)))], [paragraph(line(word(0, 0, 30, 5)))]
    )
    made = scored(*tables, "hiertext(level=line)")
    assert (made["tp"], made["tightness"]) == (1, float(np.float32(2 * 66) / np.float32(31 * 6)))
    assert scored(*tables)["tp"] == 0


def test_lines_whose_boxes_only_touch_share_nothing(page: Any) -> None:
    """Their pixels share a column of 6, which a box of no width does not let count."""
    tables = page([paragraph(line(word(0, 0, 10, 5)))], [paragraph(line(word(10, 0, 11, 5)))])
    assert scored(*tables, "hiertext(level=line,iou=0.01)")["tp"] == 0
    tables = page([paragraph(line(word(0, 0, 10, 5)))], [paragraph(line(word(9, 0, 11, 5)))])
    assert scored(*tables, "hiertext(level=line,iou=0.01)")["tp"] == 1


def test_an_exact_half_of_many_pixels_is_dropped(page: Any) -> None:
    """20 x 10 of 40 x 10 pixels: in float32, 400 + 1e-5 is 400."""
    dont_care = paragraph(
        line(word(0, 0, 19, 9, legible=False), legible=False), legible=False, own=(0, 0, 19, 9)
    )
    found = paragraph(line(word(0, 0, 39, 9)))
    tables = page([dont_care, paragraph(line(word(0, 40, 9, 49)))], [found])
    for level in ("line", "paragraph"):
        assert scored(*tables, f"hiertext(level={level})")["dc_det"] == 1
    assert scored(*tables)["dc_det"] == 0  # 171 of 351 pixels² is less than half


def test_a_line_without_words_has_the_pixels_of_its_own_ring(page: Any) -> None:
    empty = paragraph(line(own=(0, 0, 39, 9), legible=False))
    tables = page([empty, paragraph(line(word(0, 40, 9, 49)))], [paragraph(line(word(0, 0, 39, 9)))])
    made = scored(*tables, "hiertext(level=line)")
    assert (made["n_gt"], made["dc_gt"], made["dc_det"]) == (1, 1, 1)


def test_a_paragraph_that_is_not_legible_is_its_own_ring_not_its_words(page: Any) -> None:
    hidden = paragraph(line(word(0, 0, 9, 9)), own=(50, 0, 59, 9), legible=False)
    tables = page([hidden, paragraph(line(word(0, 40, 9, 49)))], [paragraph(line(word(50, 0, 59, 9)))])
    assert scored(*tables, "hiertext(level=paragraph)")["dc_det"] == 1
    assert scored(*tables, "hiertext(level=line)")["dc_det"] == 0


def test_what_lies_outside_the_image_does_not_count(page: Any) -> None:
    tables = page([paragraph(line(word(90, 50, 99, 59)))], [paragraph(line(word(90, 50, 130, 90)))])
    assert scored(*tables, "hiertext(level=line)")["tightness"] == 1


def test_words_of_a_line_are_explained_by_their_line(page: Any) -> None:
    tables = page(
        [paragraph(line(word(0, 0, 10, 5), word(20, 0, 30, 5))), paragraph(line(word(0, 40, 9, 49)))],
        [paragraph(line(word(0, 0, 30, 5)))],
    )
    told = explain(*tables, "a", protocol="hiertext(level=line)")
    assert [(v.side, v.status, v.partners) for v in told.verdicts] == [
        ("gt", "match", (0,)),
        ("gt", "match", (0,)),
        ("gt", "miss", ()),
        ("pred", "match", (0, 1)),
    ]
    assert told.of("gt")[1].reason == (
        "its region 0: IoU 0.7097 >= 0.5 with region 0 of the other side, each is the other's best"
    )
    assert list(explain_all(*tables, protocol="hiertext(level=line)")) == [told]


def test_corners_between_pixels_have_no_mask(page: Any) -> None:
    tables = page([paragraph(line(word(0, 0, 10, 5)))], [paragraph(line(word(0.5, 0, 10, 5)))])
    with pytest.raises(InputError, match="whole pixels") as caught:
        scored(*tables, "hiertext(level=line)")
    assert caught.value.exit_code == 3
    assert scored(*tables)["tp"] == 1


def test_a_predicted_line_without_words_is_refused(page: Any) -> None:
    tables = page([paragraph(line(word(0, 0, 10, 5)))], [paragraph(line(word(0, 0, 10, 5)), line())])
    with pytest.raises(InputError, match="no words") as caught:
        scored(*tables, "hiertext(level=line)")
    assert caught.value.exit_code == 3


def test_masks_need_the_size_of_the_image(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("gt/gt_img_1.txt", "pred/res_img_1.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("0,0,10,0,10,5,0,5" + (",word\n" if "gt" in name else "\n"))
    call = ["score", str(tmp_path / "gt"), str(tmp_path / "pred"), "-p"]
    assert run([*call, "hiertext(level=line)"]) == 2
    assert "does not tell the size of its images" in capfd.readouterr().err
    assert run([*call, "hiertext"]) == 0
