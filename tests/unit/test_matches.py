"""One sample's matches as a line of ``.why.jsonl``, and back; anything that we would not have written is refused."""

from __future__ import annotations

import pytest

from ocr_eval.protocols.reasons import clause, verdict
from ocr_eval.tables.matches import Edit, Matches, Pair, Removal, Verdict

MATCHES = Matches(
    "한 \u2028\x01",
    (
        verdict(
            "gt",
            0,
            "match",
            (1,),
            clause("match_first", iou=1.0, threshold=0.5, partner=1),
            numbers={"iou": 1.0},
        ),
        verdict("gt", 1, "don't care", (), clause("dont_care_region")),
        verdict("pred", 0, "false positive", (), clause("no_gt_overlaps")),
        verdict("pred", 1, "match", (0,), clause("match_gt", iou=1.0, threshold=0.5, partner=0)),
    ),
    ("a step",),
    (Pair(0, 1, 1.0),),
    (Removal(1, 0, 1, 'a"', (0, 2), (3, 1), "largest", 0.1, 2),),
    (Edit(0, 1, (("equal", "a", "a"), ("inserted", "", "\\"))),),
)
LINE = (
    '{"sample":"한 \u2028\\u0001",'
    '"gt":[{"status":"matched","kind":"match","partners":[1],'
    '"reasons":[["match_first",{"iou":1,"threshold":0.5,"partner":1}]]},'
    '{"status":"ignored","kind":"don\'t care","partners":[],"reasons":[["dont_care_region",{}]]}],'
    '"pred":[{"status":"unmatched","kind":"false positive","partners":[],"reasons":[["no_gt_overlaps",{}]]},'
    '{"status":"matched","kind":"match","partners":[0],"reasons":[["match_gt",{"iou":1,"threshold":0.5,"partner":0}]]}],'
    '"pairs":[[0,1,1]],'
    '"removals":[{"order":1,"gt":0,"pred":1,"chars":"a\\"","positions_gt":[0,2],"positions_pred":[3,1],'
    '"rule":"largest","share":0.1,"tied":2}],'
    '"edits":[{"gt":0,"pred":1,"ops":[["equal","a","a"],["inserted","","\\\\"]]}]}'
)


def test_a_line_is_written_to_the_byte_and_reads_back() -> None:
    assert MATCHES.to_json() == LINE
    back = Matches.from_json(LINE)
    assert back.to_json() == LINE
    assert (back.pairs, back.removals, back.edits) == (MATCHES.pairs, MATCHES.removals, MATCHES.edits)
    assert [v.why for v in back.verdicts] == [v.why for v in MATCHES.verdicts]
    assert [(v.side, v.index, v.status, v.partners) for v in back.verdicts] == [
        (v.side, v.index, v.status, v.partners) for v in MATCHES.verdicts
    ]
    assert (back.steps, {v.reason for v in back.verdicts}) == ((), {""})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_line_holds_a_number_that_is_none(value: float) -> None:
    with pytest.raises(ValueError):
        Matches("a", (Verdict("gt", 0, "miss", why=(clause("x", iou=value),)),)).to_json()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"sample"', '"simple"'),
        ('{"sample":', '{ "sample":'),
        ('"status":"matched"', '"status":"ignored"'),
        ('"kind":"match"', '"kind":"won"'),
        ('"kind":"match"', '"kind":["match"]'),
        ('"partners":[1]', '"partners":[2]'),
        ('"partners":[1]', '"partners":[-1]'),
        ('"partners":[1]', '"partners":[true]'),
        ('"partners":[1]', '"partners":["1"]'),
        ('"partners":[1]', '"partners":1'),
        ('"iou":1,', '"iou":1.0,'),
        ('"iou":1,', '"iou":1,"iou":1,'),
        ('"iou":1,', '"iou":NaN,'),
        ('"iou":1,', '"iou":1e999,'),
        ('"iou":1,', '"iou":null,'),
        ('"iou":1,', '"iou":[1],'),
        ('"dont_care_region",{}', '"dont_care_region",{},1'),
        ('"dont_care_region",{}', '"dont_care_region",[]'),
        ('"dont_care_region",{}', '7,{}'),
        ('"pairs":[[0,1,1]]', '"pairs":[[0,2,1]]'),
        ('"pairs":[[0,1,1]]', '"pairs":[[0,1]]'),
        ('"rule":"largest"', '"rule":"other"'),
        ('"positions_gt":[0,2]', '"positions_gt":[0.5]'),
        ('"chars":"a\\""', '"chars":1'),
        ('["equal","a","a"]', '["same","a","a"]'),
        ('"edits":[{', '"edits":[{"x":1,'),
        ('"edits"', '"edit"'),
        ("}]}", "}]}]"),
        (LINE, "[" * 100_000),
        (LINE, "[]"),
        (LINE, ""),
    ],
)  # fmt: skip
def test_a_line_that_we_would_not_have_written_is_refused(old: str, new: str) -> None:
    assert old in LINE
    with pytest.raises(ValueError):
        Matches.from_json(LINE.replace(old, new, 1))
