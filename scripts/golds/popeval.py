"""popeval and cascade: outputs of popEval.py and of our own reference implementation, on the same inputs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scripts.golds import Origin, Row, Source, read

POPEVAL = Origin(
    "naver/popeval popEval.py",
    "python popEval.py (GT and PRED as folders)",
    "Python 3.8.18, numpy 1.19.1, Shapely 1.7.0",
)
CASCADE = Origin(
    "none: our own definition, counted by a reference implementation in another geometry library", ""
)
CASCADE_METRICS = (
    {"precision": "wem_precision", "recall": "wem_recall", "hmean": "wem_hmean", "wem": "wem_recall"}
    | {name: name for name in ("one_minus_ned_gt", "one_minus_ned_union", "one_minus_ned_matched")}
    | {name: name for name in ("split_rate", "merge_rate")}
)


def popeval_row(image: Row) -> Row:
    """One image of popEval.py."""
    return {"removed": image["removed"], "chars_gt": image["gt_chars"], "chars_det": image["pred_chars"]}


def cascade_row(image: Row) -> Row:
    """One image of the reference implementation."""
    names = {"n_gt": "gt", "n_det": "det", "match": "match", "wem": "wem", "split": "split", "merge": "merge"}
    return {column: image[name] for column, name in names.items()} | {"sum:similarity": image["ned"]}


def sources() -> Iterator[Source]:
    """Word-level and character-level ground truth, curved text by first four vertices, ReCTS."""
    units, ltrb = "ic15/end_to_end/units_shared.zip", "ic13/end_to_end/synthetic_ltrb.zip"
    for kind, gt15, gt13 in (
        ("popeval-word", "ic15/gt.zip", "ic13/gt_e2e_ltrb.zip"),
        ("popeval-char", "ic15/gt_characters.zip", "ic13/gt_characters.zip"),
    ):
        yield Source("popeval", f"end_to_end/{kind}/ic15__units_shared", gt15, units, POPEVAL, popeval_row)
        yield Source("popeval", f"end_to_end/{kind}/ic13__synthetic_ltrb", gt13, ltrb, POPEVAL, popeval_row)
    yield Source(
        "popeval",
        "end_to_end/popeval-word/rects_tda__example_pred",
        "rects_tda/val_gt.zip",
        "rects_tda/end_to_end/example_pred.json",
        POPEVAL,
        popeval_row,
        invalid_polygons="official",
        note="predictions with score > .6; the script divides by zero on some zero-area gts, none of them here",
    )
    curved = {
        "totaltext": "totaltext/end_to_end/units_shared.zip",
        "ctw1500": "ctw1500/end_to_end/units_finetune.zip",
    }
    for data, pred in curved.items():
        own, gt = f"{data}__{Path(pred).stem}", f"{data}/gt_e2e.zip"
        policy = "official" if data == "ctw1500" else "refuse"
        skipped = "the script skips sample 97, which has no prediction file: with it chars_gt is 12097"
        yield Source(
            "popeval(vertices=first4)",
            f"end_to_end/popeval-first4vertices/{own}",
            gt,
            pred,
            POPEVAL,
            popeval_row,
            invalid_polygons=policy,
            note=skipped if data == "totaltext" else "",
        )
        repaired = "the two invalid rings were repaired with buffer(0)" if data == "ctw1500" else ""
        yield _cascade(own, gt, pred, policy, repaired)
    yield _cascade("ic15__units_shared", "ic15/gt.zip", units)


def _cascade(own: str, gt: str, pred: str, policy: str = "refuse", note: str = "") -> Source:
    expected = f"end_to_end/cascade-ref/{own}"
    return Source("cascade", expected, gt, pred, CASCADE, cascade_row, CASCADE_METRICS, policy, note)


def documents(shared: Path) -> dict[str, Row]:
    """The hand-made cases of popEval.py; result = [precision, recall, removed, chars_det, chars_gt]."""
    cases = read(shared, "end_to_end/popeval-edgecases__synthetic__official")
    return {"popeval/edge_cases.json": {"official": POPEVAL._asdict(), "cases": cases}}
