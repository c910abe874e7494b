"""Word spotting, MLT 2019, TDA-ReCTS and the curved end-to-end protocols: outputs of six scripts.

Scripts that print ratios of an image, not its counts, give ``ratios`` beside the columns. What they divided by in all
is written here, and holds only when dividing gives the very float that they print.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from scripts.golds import Origin, Row, Source, denominator
from scripts.golds.rrc_e2e import E2E_SCRIPT, e2e_row, instances

SPOTTING = Origin(E2E_SCRIPT, 'python script.py -g=GT -s=PRED -p={"WORD_SPOTTING":true}')
SPOTTING_LTRB = Origin(E2E_SCRIPT, 'python script.py -g=GT -s=PRED -p={"WORD_SPOTTING":true,"LTRB":true}')
MLT = Origin(
    "RRC MLT 2019 task 4 script 1.1 (2019-03-28), kept in facebookresearch/MultiplexedOCR @1b4d931 "
    "multiplexer/evaluation/mlt19/task4/script.py",
    "python script.py -g=GT -s=PRED (every line given script Latin and confidence 1.0)",
)
TDA = Origin("whai362/TDA-ReCTS @d680eb0 eval_script/eval.py", "python eval.py --gt GT --pred PRED")
ADET = Origin("aim-uofa/AdelaiDet @3672122 adet/evaluation/text_eval_script.py", "evaluate_method(GT, PRED)")
UNITS = Origin("clovaai/units @1397e73 evaluation/text_eval_script.py", ADET.command)
MTSV3 = Origin(
    "MhLiao/MaskTextSpotterV3 @a7ca940 evaluation/totaltext/e2e/script.py", "python script.py -g=GT -s=PRED"
)
LATIN_PREDICTION = "ic15/end_to_end/units_shared.zip"
MLT_METRICS = {
    f"{name}{tail}": f"{name}{tail.replace('_upper', 'Upper')}"
    for tail in ("", "_upper")
    for name in ("precision", "recall", "hmean")
}


def dont_care_row(image: Row) -> Row:
    """One image of AdelaiDet's script: which instances are don't care."""
    return {"dc_gt": len(image["gtDontCare"]), "dc_det": len(image["detDontCare"])}


def rects_row(image: Row) -> Row:
    """One image of TDA-ReCTS, predictions with a score above .6."""
    counts = {"tp": image["tp"], "fp": image["fp"], "n_gt": image["num_gt"]}
    return counts | {"sum:similarity": image["ned_sum"]}


def ratios(data: Row, names: tuple[str, ...]) -> Row:
    """The ratios of every image, in the order of the official output's sorted names."""
    images = [image for _, image in sorted(data["per_image"].items(), key=lambda item: _digits(item[0]))]
    return {"ratios": {name: [image[name] for image in images] for name in names}}


def _digits(key: str) -> tuple[int, str]:
    digits = "".join(filter(str.isdigit, key))
    return int(digits), key


def divided(tp: int, n_gt: int, n_det: int, made: Row) -> Row:
    """The three counts behind precision and recall. Raises ValueError when they do not give the official floats."""
    metrics = made["metrics"]
    if denominator(tp, metrics["recall"]) != n_gt or denominator(tp, metrics["precision"]) != n_det:
        raise ValueError(f"{tp}, {n_gt}, {n_det} are not what {metrics} was made of")
    return {"tp": tp, "n_gt": n_gt, "n_det": n_det}


def curved(tp: int, n_gt: int, n_det: int, paired: int | None, data: Row, made: Row) -> Row:
    """Totals and ratios of a curved run; ``paired`` is the detection-only score's count, for runs with its care gts."""
    totals = divided(tp, n_gt, n_det, made)
    if paired is not None:
        if data["overall"]["det_only_method"]["recall"] != paired / n_gt:
            raise ValueError(f"{paired} / {n_gt} is not the detection-only recall")
        totals["paired"] = paired
    return {"totals": totals} | ratios(data, ("precision", "recall"))


def mtsv3(tp: int, n_gt: int, n_det: int, spotting: bool, data: Row, made: Row) -> Row:
    """Totals; images of the end-to-end run only."""
    totals = {"totals": divided(tp, n_gt, n_det, made)}
    if spotting:
        return totals
    images = [data["per_image"][name] for name in sorted(data["per_image"])]
    return totals | {"ratios": {name: [image[name] for image in images] for name in ("precision", "recall")}}


def mlt(data: Row, made: Row) -> Row:
    """Totals and ratios of MLT 2019; 1-NED and AP of the whole set, which need more than counts."""
    totals = divided(1502, 2077, 1906, made) | {"tp_upper": 1531, "paired": 1803}
    if data["overall"]["recallUpper"] != 1531 / 2077:
        raise ValueError("1531 / 2077 is not the upper-cased recall")
    whole = {ours: data["overall"][theirs] for ours, theirs in (("", "ned"), ("_upper", "nedUpper"))}
    return (
        {"totals": totals, "official_ap": data["overall"]["AP"]}
        | {"official_ned": {f"one_minus_ned_union{tail}": value for tail, value in whole.items()}}
        | ratios(data, ("precision", "recall", "ned", "nedUpper"))
    )


def by_place(data: Row) -> list[tuple[int, Row]]:
    """Images by their place in the sorted names: 0 is the first."""
    return [(k, data["per_image"][name]) for k, name in enumerate(sorted(data["per_image"]))]


def part(name: str) -> Callable[[Row], Row]:
    """The official numbers of one of several runs in a file."""

    def overall(data: Row) -> Row:
        found: Row = data[name] if name in data else data["overall"][name]
        return found

    return overall


def best_rows(data: Row, _made: Row) -> Row:
    """The two rows that the script prints."""
    return {"official_lines": data["overall_lines"]}


def sources() -> Iterator[Source]:
    """Flat words first, then signboards, then curved text."""
    for data, gt, pred, origin in (
        ("ic15__units_shared", "ic15/gt.zip", LATIN_PREDICTION, SPOTTING),
        ("ic13__synthetic_ltrb", "ic13/gt_e2e_ltrb.zip", "ic13/end_to_end/synthetic_ltrb.zip", SPOTTING_LTRB),
    ):
        expected = f"end_to_end/rrc-wordspotting/{data}"
        yield Source("rrc-word-spotting", expected, gt, pred, origin, e2e_row, more=instances)
    yield Source(
        "mlt19(confidence=false)",
        "end_to_end/mlt19-task4/ic15__units_shared",
        "ic15/gt.zip",
        LATIN_PREDICTION,
        MLT,
        lambda _: {},
        MLT_METRICS,
        note="the files hold no confidences; with 1.0 everywhere any AP in the interval of ties may come out",
        more=mlt,
    )
    yield Source(
        "tda-rects(score=0.6)",
        "end_to_end/tda-rects-1ned/rects_tda__example_pred",
        "rects_tda/val_gt.zip",
        "rects_tda/end_to_end/example_pred.json",
        TDA,
        rects_row,
        {name: name for name in ("precision", "recall", "one_minus_ned")},
        "official",
        "images at score > .6; the two rows that the script prints are of all predictions",
        overall=part("fixed_threshold_0_6"),
        more=best_rows,
    )
    yield from _curved()


def _curved() -> Iterator[Source]:
    total, ctw = "totaltext__units_shared", "ctw1500__units_finetune"
    runs: tuple[tuple[str, str, Origin, str, tuple[int, int, int, int | None]], ...] = (
        ("adet-wsfalse-e2e", total, ADET, "e2e", (1646, 2214, 2066, 1871)),
        ("adet-wstrue-e2e", total, ADET, "word-spotting", (1443, 1822, 1765, None)),
        ("units-wsfalse-e2e", total, UNITS, "e2e", (1646, 2214, 2066, 1871)),
        ("units-wstrue-e2e", total, UNITS, "word-spotting", (1443, 1822, 1765, None)),
        ("units-wsfalse-e2e", ctw, UNITS, "e2e", (1728, 2688, 2621, 2333)),
        ("units-wstrue-e2e", ctw, UNITS, "word-spotting", (881, 1253, 1227, None)),
    )
    for folder, files, origin, kind, counts in runs:
        data, _, pred = files.partition("__")
        yield Source(
            f"{data}-{kind}",
            f"end_to_end/{folder}/{files}",
            f"{data}/gt_e2e.zip",
            f"{data}/end_to_end/{pred}.zip",
            origin,
            dont_care_row,
            invalid_polygons="official" if data == "ctw1500" else "refuse",
            stem=f"curved_{kind.replace('-', '_')}",
            overall=part("e2e_method"),
            more=partial(curved, *counts),
        )
    for kind, name, counts3 in (
        ("e2e", "overall", (1647, 2215, 2178)),
        ("word-spotting", "overall_wordspotting", (1444, 1823, 1877)),
    ):
        spotting = kind == "word-spotting"
        yield Source(
            f"totaltext-{kind}(gt=mtsv3)",
            f"end_to_end/mtsv3-e2e/{total}",
            "totaltext/gt_tedeval.zip",
            "totaltext/end_to_end/units_shared.zip",
            MTSV3,
            lambda _: {},
            invalid_polygons="official",
            note="the gt without its ### lines; image k of the sorted names is sample k",
            stem=f"curved_{kind.replace('-', '_')}",
            images=(lambda _: []) if spotting else by_place,
            overall=part(name),
            more=partial(mtsv3, *counts3, spotting),
        )
