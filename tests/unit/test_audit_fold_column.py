"""A checker's table with a fold column: what each fold's model may judge, and every fault with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_eval.audit.checkers import canonical_gt, checker_of
from ocr_eval.audit.fold_column import has_fold_column, read_fold_column
from ocr_eval.errors import InputError
from ocr_eval.tables.instances import Instances
from tests.tables import Word, table

FOLDS = {"img_1": "a", "img_2": "b"}
RING = '"0,0,50,0,50,20,0,20"'


@pytest.fixture
def gt() -> Instances:
    return canonical_gt(table({name: [Word((0, 0, 50, 20), "SALE")] for name in FOLDS}, role="gt"))


def write(folder: Path, *rows: str, header: str = "image,fold,text,ring,confidence") -> Path:
    path = folder / "checker.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_model_judges_only_the_images_it_was_not_trained_on(gt: Instances, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f"img_1,a,SALE,{RING},0.9",
        f"img_2,a,SALT,{RING},0.8",  # trained on img_2: left out
        f"gt_img_2.txt,b,SELL,{RING},0.7",
    )
    assert has_fold_column(path)
    parts = read_fold_column(path, gt)
    assert [fold for fold, _ in parts] == ["a", "b"]
    checker = checker_of(gt, "own", parts, FOLDS)
    assert checker.texts == ("SALE", "SELL") and checker.dropped == 1
    assert checker.instances.confidence is not None and checker.instances.confidence.tolist() == [0.9, 0.7]
    assert checker.asked.tolist() == [True, True]


def test_nothing_found_is_an_answer_and_no_row_is_none(gt: Instances, tmp_path: Path) -> None:
    parts = read_fold_column(write(tmp_path, "img_1,a,,,0.5"), gt)
    checker = checker_of(gt, "own", parts, FOLDS)
    assert len(checker.instances) == 0 and checker.asked.tolist() == [True, False]


def test_lists_of_words_need_no_ring(tmp_path: Path) -> None:
    words = canonical_gt(table({"img_1": [], "img_2": []}))
    object.__setattr__(words, "geometry", False)
    path = write(tmp_path, "img_1,a,SALE", "img_2,b,'=1", header="image,fold,text")
    parts = dict(read_fold_column(path, words))
    assert [part.texts for part in parts.values()] == [("SALE",), ("=1",)]


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ("img_9,a,x,,0.5", "E_ENTRY_UNKNOWN", "'img_9' is not a sample"),
        (f"img_1,,x,{RING},0.5", "E_FORMAT", "fold is empty"),
        ("img_1,a,x,,0.5", "E_FORMAT", "without ring"),
        ('img_1,a,x,"0,0,9",0.5', "E_FORMAT", "ring of 3 numbers"),
        ('img_1,a,x,"0,0,9,0,nan,9",0.5', "E_COORD", "no number"),
        ('img_1,a,x,"0,0,9,0,1e9,9",0.5', "E_COORD", "no number"),
        (f"img_1,a,x,{RING},1.5", "E_CONFIDENCE", "'1.5'"),
        (f"img_1,a,x,{RING},", "E_CONFIDENCE", "''"),
        (f"img_1,a,{'x' * 5000},{RING},1", "E_LIMIT", "5000 characters"),
    ],
)
def test_a_fault_is_told_with_its_line(gt: Instances, tmp_path: Path, row: str, code: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_fold_column(write(tmp_path, f"img_1,a,SALE,{RING},0.9", row), gt)
    (problem,) = caught.value.problems
    assert (problem.code, problem.line) == (code, 3)
    assert said in problem.reason


def test_other_files_have_no_fold_column(tmp_path: Path) -> None:
    assert not has_fold_column(tmp_path / "none.csv")
    assert not has_fold_column(write(tmp_path, header="image,text"))
    (tmp_path / "fold.txt").write_text("image,fold,text\n")
    assert not has_fold_column(tmp_path / "fold.txt")
