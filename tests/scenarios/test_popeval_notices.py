"""What popeval warns of: boxes that swallow the page, shuffled characters, rings cut to four vertices."""

from __future__ import annotations

import pytest

from ocr_eval.engine.local import count
from ocr_eval.tables.instances import Instances
from tests.tables import Word, box, gt, pred, table

WORDS = ["alpha", "beta", "gamma", "delta"]
PLACES = [box(0, 0, 100, 20), box(200, 0, 300, 20), box(0, 200, 100, 220), box(200, 200, 300, 220)]
TRUTH = [Word(place, text) for place, text in zip(PLACES, WORDS, strict=True)]


def codes(truth: Instances, found: Instances, rule: str = "popeval", **settings: str) -> dict[str, int]:
    return {n.code: n.count for n in count(truth, found, protocol=rule, **settings).notices}


def test_right_words_raise_no_warning() -> None:
    assert codes(gt(*TRUTH), pred(*TRUTH)) == {}


def test_one_box_over_the_page() -> None:
    page = pred(Word(box(0, 0, 300, 220), "".join(WORDS)))
    (notice,) = count(gt(*TRUTH), page, protocol="popeval").notices
    assert (notice.code, notice.count, notice.examples) == ("W_LARGE", 1, ("prediction.zip!img_1.txt:1",))


@pytest.mark.parametrize(
    ("ring", "large"),
    [
        (box(0, 0, 300, 110), False),  # two words in exactly half of the page
        (box(0, 0, 300, 111), True),  # more than half of the page
        (box(0, 0, 100, 900), True),  # two words, and larger than the page
        (box(0, 0, 900, 9), False),  # less than half of each word
        (box(-50, -50, 350, 270), True),
    ],
)
def test_large_is_more_than_half_of_the_page_with_two_words(ring: list[float], large: bool) -> None:
    assert ("W_LARGE" in codes(gt(*TRUTH), pred(Word(ring, "alphabeta")))) == large


@pytest.mark.parametrize(("size", "large"), [(2, False), (9, False), (10, True)])
def test_a_line_of_less_than_ten_words_is_not_large(size: int, large: bool) -> None:
    words = [Word(box(100 * k, 0, 100 * k + 90, 20), "word") for k in range(size)]
    line = Word(box(0, 0, 100 * size, 20), " ".join(["word"] * size))
    assert ("W_LARGE" in codes(gt(*words), pred(line))) == large


def test_a_word_over_the_characters_of_its_gt_is_not_large() -> None:
    letters = [Word(box(20 * k, 0, 20 * k + 20, 20), character) for k, character in enumerate("alpha")]
    assert codes(gt(*letters), pred(Word(box(0, 0, 100, 20), "alpha"))) == {}


def test_an_ignored_box_is_not_large() -> None:
    page = box(0, 0, 300, 220)
    assert codes(gt(*TRUTH, Word(page, "###")), pred(Word(page, "alpha"))) == {}


def test_sorted_characters() -> None:
    shuffled = [Word(word.ring, "".join(sorted(word.text))) for word in TRUTH]
    # Longest common subsequences: alp of aahlp, bet of abet, amm (or gmm) of aagmm, delt of adelt.
    found = codes(gt(*TRUTH), pred(*shuffled))
    assert found == {"W_ORDER": (5 - 3) + (4 - 3) + (5 - 3) + (5 - 4)}


def test_a_few_characters_out_of_order_pass() -> None:
    words = [Word(box(0, 40 * k, 100, 40 * k + 20), "abcdefghij") for k in range(2)]
    two_swaps = [words[0], Word(words[1].ring, "badcefghij")]
    assert codes(gt(*words), pred(*two_swaps)) == {}  # 2 of 20 is a tenth, not more
    three_swaps = [words[0], Word(words[1].ring, "badcfeghij")]
    assert codes(gt(*words), pred(*three_swaps)) == {"W_ORDER": 3}


def test_words_in_reading_order_in_one_box_are_in_order() -> None:
    page = pred(Word(box(0, 0, 300, 220), " ".join(WORDS)))
    assert "W_ORDER" not in codes(gt(*TRUTH), page)


def test_rings_longer_than_four() -> None:
    longer = [0, 0, 50, 0, 100, 0, 100, 20, 0, 20]
    truth = table({"img_1": [Word(longer, "a"), *TRUTH]}, role="gt")
    found = pred(Word(longer, "a"), Word(longer, "b"))
    (notice,) = (
        n for n in count(truth, found, protocol="popeval(vertices=first4)").notices if n.code == "W_VERTICES"
    )
    assert notice.count == 1 + 2
    assert notice.examples == (
        "gt.zip!img_1.txt:1",
        "prediction.zip!img_1.txt:1",
        "prediction.zip!img_1.txt:2",
    )
    assert "W_VERTICES" not in codes(truth, found)


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
def test_both_engines_warn_alike(kernels: str) -> None:
    page = pred(Word(box(0, 0, 300, 220), "".join(sorted("".join(WORDS)))))
    assert set(codes(gt(*TRUTH), page, kernels=kernels)) == {"W_LARGE", "W_ORDER"}
