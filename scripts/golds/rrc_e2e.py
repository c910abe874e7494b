"""rrc-e2e: the RRC end-to-end script's outputs, with and without a lexicon."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.golds import Origin, Row, Source, denominator

E2E_SCRIPT = (
    "RRC E2E_iou_1_1.py v1.1 (2019-12-29), kept in whai362/pan_pp.pytorch eval/ic15_word_spotting/script.py"
)
E2E = Origin(E2E_SCRIPT, 'python script.py -g=GT -s=PRED -p={"WORD_SPOTTING":false}')
E2E_LTRB = Origin(E2E_SCRIPT, 'python script.py -g=GT -s=PRED -p={"WORD_SPOTTING":false,"LTRB":true}')


def e2e_row(image: Row) -> Row:
    """One image of the end-to-end script; it does not print how many instances there were."""
    return {
        "tp": sum(correct for _, _, correct in image["pairs"]),
        "paired": len(image["pairs"]),
        "dc_gt": len(image["gtDontCare"]),
        "dc_det": len(image["detDontCare"]),
    }


def instances(_data: Row, made: Row) -> Row:
    """The care instances of both sides, which the script does not print: what it divided by."""
    metrics, tp = made["metrics"], made["totals"]["tp"]
    return {
        "totals": {
            column: denominator(tp, metrics[metric])
            for column, metric in (("n_gt", "recall"), ("n_det", "precision"))
        }
    }


def sources() -> Iterator[Source]:
    """ICDAR 2015 with three lexicon policies, ICDAR 2013 as rectangles."""
    gt, units = "ic15/gt.zip", "ic15/end_to_end/units_shared.zip"
    yield Source("rrc-e2e", "end_to_end/rrc-e2e/ic15__units_shared", gt, units, E2E, e2e_row, more=instances)
    for policy in ("drop", "keep"):
        yield Source(
            f"rrc-e2e(lexicon={policy})",
            f"end_to_end/rrc-e2e-weaklex-{policy}/ic15__units_shared",
            gt,
            units,
            E2E,
            e2e_row,
            note="lexicon: lexicons/ic15_weak_voc.txt, applied to the prediction before the script ran",
            more=instances,
        )
    yield Source(
        "rrc-e2e",
        "end_to_end/rrc-e2e/ic13__synthetic_ltrb",
        "ic13/gt_e2e_ltrb.zip",
        "ic13/end_to_end/synthetic_ltrb.zip",
        E2E_LTRB,
        e2e_row,
        more=instances,
    )
