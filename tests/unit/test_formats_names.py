"""The one key function, what counts as two names of one sample, and the lookup in the samples of the gt."""

from __future__ import annotations

import pytest

from ocr_eval.formats.names import Doubles, Samples, folded, key_of, parts_of
from ocr_eval.formats.plain_names import plain_keys


@pytest.mark.parametrize(
    ("name", "key", "end"),
    [
        ("res_img_1.txt", "img_1", "txt"),
        ("gt_img_1.txt", "img_1", "txt"),
        ("poly_gt_img622.mat", "img622", "mat"),
        ("a/b/gt_img_1.TXT", "img_1", "txt"),
        ("gt_gt_img_1.txt", "gt_img_1", "txt"),
        ("res_gt_a.txt", "gt_a", "txt"),
        ("gt_kr_doc_KR03088.txt", "kr_doc_KR03088", "txt"),
        ("0001001.txt", "0001001", "txt"),
        ("train_ReCTS_016736.jpg", "train_ReCTS_016736", "jpg"),
        ("res_img_1.txt.bak", "img_1.txt.bak", ""),
        ("res_img_1.zip", "img_1.zip", "zip"),
        ("v1.2_word", "v1.2_word", ""),
        ("page.1", "page.1", ""),
        ("word_1", "word_1", ""),
        (".txt", ".txt", ""),
        ("gt_.txt", "", "txt"),
        ("GT_img_1.txt", "GT_img_1", "txt"),
        ("img_1.txt/", "", ""),
    ],
)
def test_key_and_extension(name: str, key: str, end: str) -> None:
    assert parts_of(name) == (key, end)
    assert key_of(name) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("img_021", "img_21"),
        ("000", "0"),
        ("IMG_1", "img_01"),
        ("café", "cafe\u0301"),
        ("CAFÉ_07", "cafe\u0301_7"),
        ("straße", "STRASSE"),
    ],
)
def test_names_that_fold_together(one: str, other: str) -> None:
    assert folded(one) == folded(other)
    doubles = Doubles()
    assert doubles.add(one, "first") is None
    assert doubles.add(other, "second") == "first"


@pytest.mark.parametrize(
    ("one", "other"), [("img_1", "img_10"), ("img_01a", "img_1a"), ("1_img", "01_img"), ("a", "b")]
)
def test_names_that_stay_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("samples", "key", "found"),
    [
        (["img_1", "img_21"], "img_1", "img_1"),
        (["img_1", "img_21"], "img_021", "img_21"),
        (["img_007"], "img_7", "img_007"),
        (["img_007", "img_7"], "img_7", "img_7"),
        (["img_007", "img_7"], "img_07", None),  # two samples fit: neither is chosen
        (["img_7"], "IMG_7", None),
        (["café"], "cafe\u0301", None),
        (["img_7"], "img_7a", None),
        (["img"], "img_", None),
        ([], "img", None),
    ],
)
def test_lookup(samples: list[str], key: str, found: str | None) -> None:
    assert Samples(samples).find(key) == found


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        (["cafe\u0301"], "café"),
        (["IMG_20"], "img_20"),
        (["image_20"], "img_20"),
        (["zzzz"], None),
    ],
)
def test_close_names(keys: list[str], first: str | None) -> None:
    near = Samples([*(f"img_{k}" for k in range(30)), "café"]).close(keys)
    assert near[:1] == ([first] if first else []) or first in near
    assert len(near) <= 3


def test_close_names_cost_little_among_many_samples() -> None:
    samples = Samples(f"img_{k:06d}" for k in range(100_000))
    assert samples.close(["img_0000500"] * 2000)


def test_plain_names_all_at_once_are_keyed_as_one_by_one() -> None:
    cases = [
        (["a_1.png", "a_2.png", "b.png"], True),
        (["a", "b", "a10", "a2"], True),
        (["a01", "a02"], True),
        (["a.PNG", "b.PNG"], True),
        (["a01", "a1"], False),
        (["a", "A"], False),
        (["a.png", "b.jpg"], False),
        (["a.b.png", "c.png"], False),
        (["a.zip", "b.zip"], False),
        (["gt_a", "b"], False),
        (["b", "res_b"], False),
        (["x/a", "b"], False),
        (["a\nb", "c"], False),
        (["a", "\n"], False),
        (["é"], False),
        ([".png", "a.png"], False),
        (["", "a"], False),
        ([], False),
    ]
    for given, at_once in cases:
        keys = plain_keys(given)
        assert (keys is not None) == at_once, given
        if keys is not None:
            assert keys == list(map(key_of, given))
            assert len(set(map(folded, keys))) == len(given)
    assert plain_keys(["a/b.png", "gt_c"], full=True) == ["a/b.png", "gt_c"]
