"""The sentences of verdicts: one table, two catalogues that say the same, numbers written in one place."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

import pytest

import ocr_eval.report as report
from ocr_eval.board.sample_views import UNKNOWN
from ocr_eval.protocols import REGISTRY
from ocr_eval.protocols.reasons import FORMATS, GO_ON, TEMPLATES, clause, extended, phrase, sentence, verdict
from ocr_eval.tables.matches import OUTCOMES, STATUSES

FOLDER = Path(report.__file__).parent / "i18n"
PACKAGE = FOLDER.parents[1]


def catalogue(lang: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((FOLDER / f"{lang}.json").read_text(encoding="utf-8"))
    return found


def own(lang: str, room: str) -> dict[str, str]:
    return {k.removeprefix(f"{room}."): v for k, v in catalogue(lang).items() if k.startswith(f"{room}.")}


def names(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


def test_the_english_catalogue_holds_the_table() -> None:
    assert own("en", "reason") == TEMPLATES
    assert own("en", "kind") == {word: word for word in STATUSES} | {UNKNOWN: "not recorded"}
    assert own("en", "status") == {word: word for word in OUTCOMES.values()}
    lines = {name: entry.line for name, entry in REGISTRY.items()}
    assert own("en", "protocol").items() >= lines.items()  # the room also holds words of the protocol's page


@pytest.mark.parametrize("room", ["reason", "kind", "status", "protocol"])
def test_korean_has_the_same_keys_and_places(room: str) -> None:
    english, korean = own("en", room), own("ko", room)
    assert korean.keys() == english.keys()
    assert {key: names(text) for key, text in korean.items()} == {
        key: names(text) for key, text in english.items()
    }
    numbers_only = {"error_rate", "error_rates"}
    assert [key for key, text in korean.items() if not re.search("[가-힣]", text)] == sorted(numbers_only)[
        : 2 * (room == "reason")
    ]


def test_placeholders_are_plain_names() -> None:
    for lang in ("en", "ko"):
        for text in own(lang, "reason").values():
            assert re.sub(r"\{[a-z_]+\}", "", text).count("{") == 0, text


def test_no_korean_particle_depends_on_a_number() -> None:
    after = re.compile(r"\{(\w+)\}(?:이|가|은|는|을|를|과|와|으로|로)(?![가-힣])")
    assert [text for text in own("ko", "reason").values() if after.search(text)] == []


def test_every_sentence_is_used_and_every_used_one_exists() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (PACKAGE / "protocols").rglob("*.py")]
    source = "\n".join(text for text in sources if "TEMPLATES: dict" not in text)
    used = set(re.findall(r'"([a-z_]+)"', source))
    assert set(TEMPLATES) - used == set()
    asked = set(re.findall(r'clause\(\s*"([a-z_]+)"', source))
    assert asked <= set(TEMPLATES)
    assert len(asked) > 30
    assert set(TEMPLATES) >= GO_ON


def test_clauses_go_on_with_a_comma_or_begin_after_a_semicolon() -> None:
    why = [
        clause("nearest_prediction", iou=1 / 3, partner=3),
        clause("iou_needed", threshold=0.5),
        clause("part_of_prediction"),
    ]
    assert sentence(why) == (
        "best IoU is 0.3333 with prediction 3, IoU > 0.5 is needed; merged: part of a longer prediction"
    )
    assert sentence(why, catalogue("ko")) == (
        "가장 높은 IoU는 예측 3번과의 0.3333, IoU > 0.5 조건에 못 미침; 병합: 더 긴 예측의 일부"
    )
    assert sentence([]) == ""


def test_a_whole_number_reads_the_same_as_its_float() -> None:
    for name in FORMATS:
        key = next(key for key, text in TEMPLATES.items() if f"{{{name}}}" in text)
        others = dict.fromkeys(names(TEMPLATES[key]), 0.25)
        assert phrase(key, others | {name: 1}) == phrase(key, others | {name: 1.0})


def test_strings_of_files_are_not_templates() -> None:
    given = clause("texts_disagree", gt_text="{iou} {0} {", pred_text="{pred_text.__class__}")
    assert sentence([given]) == "texts differ ('{iou} {0} {', '{pred_text.__class__}'), pair used up"


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("no_such_key", {}),
        ("match_gt", {"iou": 0.5}),
        ("match_gt", {"iou": "a", "threshold": 0.5, "partner": 1}),
    ],
)
def test_a_reason_that_does_not_fit_its_sentence_is_a_value_error(
    key: str, given: dict[str, str | float]
) -> None:
    for texts in (None, catalogue("ko")):
        with pytest.raises(ValueError):
            phrase(key, given, texts)


def test_a_verdict_grows() -> None:
    first = verdict(
        "gt", 2, "match", (1,), clause("match_gt", iou=0.75, threshold=0.5, partner=1), numbers={"iou": 0.75}
    )
    grown = extended(first, clause("texts_agree"))
    assert (grown.status, grown.reason) == ("match", "IoU 0.7500 > 0.5 with gt 1, texts agree")
    assert grown.numbers == first.numbers
    assert extended(first, status="wrong text").outcome == "matched"
