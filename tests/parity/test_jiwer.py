"""``jiwer`` against jiwer 4.0: stored outputs on pairs and pages, and the installed tool on random lists."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from ocr_eval import protocol
from tests.parity.pairs import PAGES, PAIRS, Values, cases, different, named, six, texts
from tests.texts import joined, score

COLUMNS = {
    "jiwer.cer": ("jiwer", lambda values: six(values["cer"])),
    "jiwer.wer": ("jiwer", lambda values: six(values["wer"])),
    "jiwer.mer": ("jiwer", lambda values: six(values["mer"])),
}


@pytest.mark.parametrize("column", COLUMNS)
def test_every_pair_has_the_tools_values(column: str, tell_parity: Callable[[int, int], None]) -> None:
    found = different("jiwer", {column: COLUMNS[column]})[column]
    tell_parity(PAIRS - len(found), PAIRS)
    assert found == []


def test_no_column_is_left_out() -> None:
    assert named("jiwer") == set(COLUMNS)


def told(values: Values, prefix: str, rates: tuple[str, ...]) -> Values:
    """Our values under the names of the stored outputs."""
    edits = {"hits": "hits", "S": "substitutions", "D": "deletions", "I": "insertions"}
    return {name: values[name] for name in rates} | {
        short: values[prefix + name] for short, name in edits.items()
    }


@pytest.mark.parametrize(
    ("column", "prefix", "rates"),
    [
        ("jiwer_chars(default transform: strips)", "", ("cer",)),
        ("jiwer_words(default transform)", "word_", ("wer", "mer", "wip", "wil")),
    ],
)
def test_fifty_pages_have_the_tools_values(
    column: str,
    prefix: str,
    rates: tuple[str, ...],
    shared: Path,
    tell_parity: Callable[[int, int], None],
) -> None:
    """Bit for bit, rates included."""
    found = []
    for case in cases("jiwer", "pages"):
        ours = told(score("jiwer", *texts(shared, case)), prefix, rates)
        if ours != case[column]:
            found.append((case["id"], ours, case[column]))
    tell_parity(PAGES - len(found), PAGES)
    assert found == []


def random_texts(rng: random.Random) -> dict[str, str]:
    alphabet = "ab é\u0301한\t\n\u00a0.,𠮷"
    return {f"s{k}": "".join(rng.choices(alphabet, k=rng.randint(0, 30))) for k in range(8)}


def test_lists_of_texts_give_what_the_tool_itself_gives() -> None:
    jiwer = pytest.importorskip("jiwer", reason="jiwer is not installed")
    rng, rule = random.Random(5), protocol("jiwer")
    for _ in range(200):
        gt, pred = random_texts(rng), random_texts(rng)
        totals = rule.count(joined(gt, pred), None).total()  # type: ignore[arg-type]
        found = rule.derive(totals)
        words = jiwer.process_words([*gt.values()], [*pred.values()])
        characters = jiwer.process_characters([*gt.values()], [*pred.values()])
        expected = {name: getattr(words, name) for name in ("wer", "mer", "wil", "wip")}
        assert found == expected | {"cer": characters.cer}
        for side, prefix in ((words, "word_"), (characters, "")):
            for name in ("hits", "substitutions", "deletions", "insertions"):
                assert totals[prefix + name] == getattr(side, name)


@pytest.mark.parametrize("pred", ["", "two words"])
def test_lists_without_any_gt_word_too(pred: str) -> None:
    jiwer = pytest.importorskip("jiwer", reason="jiwer is not installed")
    words, characters = jiwer.process_words([""], [pred]), jiwer.process_characters([""], [pred])
    found = score("jiwer", "", pred)
    assert (found["wer"], found["mer"], found["wip"], found["wil"], found["cer"]) == (
        *(words.wer, words.mer, words.wip, words.wil),
        characters.cer,
    )
