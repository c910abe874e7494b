"""The reference folder's official outputs -> tests/gold/PROTOCOL/*.json: per-sample counts with their provenance.

    python scripts/gold.py            writes the files (needs the reference folder beside the checkout, or --shared DIR)
    python scripts/gold.py --check    exit 1 when a file differs from what would be written

A gold file says which script at which commit gave the numbers, under which parameters, and the SHA-256 of both inputs.
It holds no input: with the inputs at hand a test scores them again, without them the rows still add up to the official
totals and ``derive`` must turn those into the official ratios. Two files are complete cases made by hand (quirks, edge
cases), one holds pairs of strings; those carry their few lines of input with them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT / "tests/gold"
Row = dict[str, Any]


class Origin(NamedTuple):
    """Who published the numbers: script at a commit, how it is called, and the environment that its results need."""

    script: str
    command: str
    environment: str = ""


RRC = Origin("MhLiao/DB @65ca77a assets/ic15_eval/script.py", "python script.py -g=GT -s=PRED")
RRC_CONFIDENCE = Origin(
    RRC.script, RRC.command + ' -p={"CONFIDENCES":true}', "numpy 1.26.4, AVX-512 (order of ties)"
)
RRC_LTRB = Origin(RRC.script, RRC.command + ' -p={"LTRB":true}')
RRC_LTRB_CONFIDENCE = Origin(
    RRC.script, RRC.command + ' -p={"LTRB":true,"CONFIDENCES":true}', RRC_CONFIDENCE.environment
)
E2E_SCRIPT = (
    "RRC E2E_iou_1_1.py v1.1 (2019-12-29), kept in whai362/pan_pp.pytorch eval/ic15_word_spotting/script.py"
)
E2E = Origin(E2E_SCRIPT, 'python script.py -g=GT -s=PRED -p={"WORD_SPOTTING":false}')
E2E_LTRB = Origin(E2E_SCRIPT, 'python script.py -g=GT -s=PRED -p={"WORD_SPOTTING":false,"LTRB":true}')
POPEVAL = Origin(
    "naver/popeval popEval.py",
    "python popEval.py (GT and PRED as folders)",
    "Python 3.8.18, numpy 1.19.1, Shapely 1.7.0",
)
CASCADE = Origin(
    "none: our own definition, counted by a reference implementation in another geometry library", ""
)


class Source(NamedTuple):
    """One expected file and the two inputs it belongs to (paths inside the reference folder)."""

    protocol: str  # as `-p` takes it
    expected: str
    gt: str
    pred: str
    origin: Origin
    invalid_polygons: str = "refuse"
    note: str = ""

    @property
    def target(self) -> str:
        """Path below tests/gold."""
        folder = self.protocol.partition("(")[0].replace("-", "_")
        return f"{folder}/{self.expected.replace('/', '__')}.json"


def sources() -> Iterator[Source]:
    """Every official output that a protocol of the registry must reproduce."""
    for name in ("pixellink", "textpms", "drrg", "east_resnet50", "giou_east", "craft_reimpl", "synthetic"):
        policy = "official" if name == "synthetic" else "refuse"
        yield Source(
            "rrc-iou", f"rrc_iou/ic15__{name}", "ic15/gt.zip", f"ic15/detection/{name}.zip", RRC, policy
        )
    for name in ("pixellink", "textpms", "east_resnet50", "synthetic"):
        file = "synthetic_conf" if name == "synthetic" else f"{name}_synthconf"
        yield Source(
            "rrc-iou(confidence=true)",
            f"rrc_iou_conf/ic15__{name}",
            "ic15/gt.zip",
            f"ic15/detection/{file}.zip",
            RRC_CONFIDENCE,
            "official" if name == "synthetic" else "refuse",
            "the script's AP depends on its unstable sort; ours is the interval that holds it",
        )
    for protocol, kind, file, origin in (
        ("rrc-iou", "rrc_iou_ltrb", "synthetic", RRC_LTRB),
        ("rrc-iou(confidence=true)", "rrc_iou_ltrb_conf", "synthetic_conf", RRC_LTRB_CONFIDENCE),
    ):
        yield Source(
            protocol,
            f"{kind}/ic13__synthetic",
            "ic13/gt_rrc.zip",
            f"ic13/detection/{file}.zip",
            origin,
            "official",
        )
    units = "ic15/end_to_end/units_shared.zip"
    yield Source("rrc-e2e", "rrc-e2e/ic15__units_shared", "ic15/gt.zip", units, E2E)
    for policy in ("drop", "keep"):
        protocol, kind = f"rrc-e2e(lexicon={policy})", f"rrc-e2e-weaklex-{policy}"
        note = "lexicon: lexicons/ic15_weak_voc.txt, applied to the prediction before the script ran"
        yield Source(protocol, f"{kind}/ic15__units_shared", "ic15/gt.zip", units, E2E, note=note)
    ltrb = "ic13/end_to_end/synthetic_ltrb.zip"
    yield Source("rrc-e2e", "rrc-e2e/ic13__synthetic_ltrb", "ic13/gt_e2e_ltrb.zip", ltrb, E2E_LTRB)
    for kind, gt15, gt13 in (
        ("popeval-word", "ic15/gt.zip", "ic13/gt_e2e_ltrb.zip"),
        ("popeval-char", "ic15/gt_characters.zip", "ic13/gt_characters.zip"),
    ):
        yield Source("popeval", f"{kind}/ic15__units_shared", gt15, units, POPEVAL)
        yield Source("popeval", f"{kind}/ic13__synthetic_ltrb", gt13, ltrb, POPEVAL)
    yield Source(
        "popeval",
        "popeval-word/rects_tda__example_pred",
        "rects_tda/val_gt.zip",
        "rects_tda/end_to_end/example_pred.json",
        POPEVAL,
        "official",
        "predictions with score > .6; the script divides by zero on some zero-area gts, none of them here",
    )
    curved = {
        "totaltext": "totaltext/end_to_end/units_shared.zip",
        "ctw1500": "ctw1500/end_to_end/units_finetune.zip",
    }
    for data, pred in curved.items():
        own, gt = f"{data}__{Path(pred).stem}", f"{data}/gt_e2e.zip"
        policy = "official" if data == "ctw1500" else "refuse"
        skipped = "the script skips sample 97, which has no prediction file: with it chars_gt is 12097"
        note = skipped if data == "totaltext" else ""
        yield Source(
            "popeval(vertices=first4)", f"popeval-first4vertices/{own}", gt, pred, POPEVAL, policy, note
        )
        repaired = "the two invalid rings were repaired with buffer(0)" if data == "ctw1500" else ""
        yield Source("cascade", f"cascade-ref/{own}", gt, pred, CASCADE, policy, repaired)
    yield Source("cascade", "cascade-ref/ic15__units_shared", "ic15/gt.zip", units, CASCADE)


def rrc_row(image: Row) -> Row:
    """One image of the detection script in our columns."""
    dc_gt, dc_det = len(image["gtDontCare"]), len(image["detDontCare"])
    return {
        "tp": len(image["pairs"]),
        "n_gt": image["numGt"] - dc_gt,
        "n_det": image["numDet"] - dc_det,
        "dc_gt": dc_gt,
        "dc_det": dc_det,
    }


def e2e_row(image: Row) -> Row:
    """One image of the end-to-end script; it does not print how many instances there were."""
    return {
        "tp": sum(correct for _, _, correct in image["pairs"]),
        "paired": len(image["pairs"]),
        "dc_gt": len(image["gtDontCare"]),
        "dc_det": len(image["detDontCare"]),
    }


def popeval_row(image: Row) -> Row:
    """One image of popEval.py."""
    return {"removed": image["removed"], "chars_gt": image["gt_chars"], "chars_det": image["pred_chars"]}


def cascade_row(image: Row) -> Row:
    """One image of the reference implementation."""
    names = {"n_gt": "gt", "n_det": "det", "match": "match", "wem": "wem", "split": "split", "merge": "merge"}
    return {column: image[name] for column, name in names.items()} | {"sum:similarity": image["ned"]}


ROWS: dict[str, Callable[[Row], Row]] = {
    "rrc-iou": rrc_row,
    "rrc-e2e": e2e_row,
    "popeval": popeval_row,
    "cascade": cascade_row,
}
METRICS = {
    "rrc-iou": {"precision": "precision", "recall": "recall", "hmean": "hmean"},
    "rrc-e2e": {"precision": "precision", "recall": "recall", "hmean": "hmean"},
    "popeval": {"precision": "precision", "recall": "recall", "hmean": "hmean"},
    "cascade": {
        "precision": "wem_precision",
        "recall": "wem_recall",
        "hmean": "wem_hmean",
        "wem": "wem_recall",
    }
    | {name: name for name in ("one_minus_ned_gt", "one_minus_ned_union", "one_minus_ned_matched")}
    | {name: name for name in ("split_rate", "merge_rate")},
}


def gold(source: Source, shared: Path) -> Row:
    """One gold file: provenance, official metrics, one list per column in the order of ``samples``."""
    kind = "detection" if source.expected.startswith("rrc_iou") else "end_to_end"
    data = json.loads((shared / "expected" / kind / f"{source.expected}.json").read_text(encoding="utf-8"))
    name = source.protocol.partition("(")[0]
    images = sorted(
        (int(re.sub(r"\D", "", key)), ROWS[name](image)) for key, image in data["per_image"].items()
    )
    overall = data["overall"]
    result: Row = {
        "protocol": source.protocol,
        "invalid_polygons": source.invalid_polygons,
        "official": source.origin._asdict(),
        "note": source.note,
        "expected": f"expected/{kind}/{source.expected}.json",
        "inputs": {side: _input(shared, path) for side, path in (("gt", source.gt), ("pred", source.pred))},
        "metrics": {ours: overall[theirs] for ours, theirs in METRICS[name].items()},
    }
    if "confidence=true" in source.protocol:
        result["official_ap"] = overall["AP"]
    columns = {column: [row[column] for _, row in images] for column in images[0][1]}
    result["totals"] = {
        column: sum(values) for column, values in columns.items() if not column.startswith("sum:")
    }
    if name == "rrc-e2e":
        for column, metric in (("n_gt", "recall"), ("n_det", "precision")):
            result["totals"][column] = _denominator(result["totals"]["tp"], overall[metric])
    return result | {"samples": [number for number, _ in images], "columns": columns}


def _denominator(numerator: int, quotient: float) -> int:
    """The integer that the script divided by. Raises ValueError when none gives this very float."""
    found = round(numerator / quotient)
    if numerator / found != quotient:
        raise ValueError(f"{numerator} / {found} is not {quotient}")
    return found


def _input(shared: Path, path: str) -> Row:
    return {"file": path, "sha256": hashlib.sha256((shared / "data" / path).read_bytes()).hexdigest()}


def quirks(shared: Path) -> Row:
    """The hand-made cases of the detection script, input and answer, without the IoU matrices."""
    cases = json.loads((shared / "expected/detection/quirks__rrc_iou.json").read_text(encoding="utf-8"))
    for case in cases.values():
        for image in case.get("per_sample", {}).values():
            image.pop("iouMat", None)
    return {"official": RRC._asdict(), "cases": cases}


def edge_cases(shared: Path) -> Row:
    """The hand-made cases of popEval.py; result = [precision, recall, removed, chars_det, chars_gt]."""
    path = shared / "expected/end_to_end/popeval-edgecases__synthetic__official.json"
    return {"official": POPEVAL._asdict(), "cases": json.loads(path.read_text(encoding="utf-8"))}


def strings(shared: Path) -> Row:
    """Pairs of strings with what rapidfuzz and jiwer say, and our own named normal forms."""
    columns = (
        "rapidfuzz.Levenshtein.distance",
        "rapidfuzz.1-NED(max len)",
        "jiwer.cer",
        "jiwer.wer",
        "jiwer.mer",
    )
    columns += ("NFC+1-NED", "NFKC+1-NED", "NFKC+casefold equal", "jamo/NFD")
    data = json.loads((shared / "expected/recognition/tricky.json").read_text(encoding="utf-8"))
    cases = [
        {"id": case["id"], "gt": case["gt"], "pred": case["pred"]}
        | {column: case["peers"][column] for column in columns if column in case["peers"]}
        for case in data["cases"]
    ]
    versions = {name: data["versions"][name] for name in ("rapidfuzz", "jiwer")}
    origin = Origin("rapidfuzz and jiwer, called directly", "", f"{versions}, unicodedata {data['unidata']}")
    return {"official": origin._asdict(), "cases": cases}


def files(shared: Path) -> dict[str, str]:
    """Path below tests/gold -> content."""
    made = {source.target: gold(source, shared) for source in sources()}
    made |= {"rrc_iou/quirks.json": quirks(shared), "popeval/edge_cases.json": edge_cases(shared)}
    made["recognition/tricky.json"] = strings(shared)
    return {path: render(content) for path, content in made.items()}


def render(content: Row) -> str:
    """JSON with one line per field and one per column or case, so that a change is one line of a diff."""
    lines = []
    for key, value in content.items():
        if key in ("columns", "cases"):
            many = value.items() if isinstance(value, dict) else ((None, each) for each in value)
            inner = [
                (f"{_compact(name)}:" if name is not None else "") + _compact(each) for name, each in many
            ]
            opening, closing = "{}" if isinstance(value, dict) else "[]"
            lines.append(f"{_compact(key)}:{opening}\n" + ",\n".join(inner) + f"\n{closing}")
        else:
            lines.append(f"{_compact(key)}:{_compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def main(words: list[str] | None = None) -> int:
    """Exit status: 0 written or equal, 1 different."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the reference folder")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    options = parser.parse_args(words)
    made = files(options.shared)
    different = [path for path, text in made.items() if _read(GOLD / path) != text]
    foreign = [
        str(p.relative_to(GOLD)) for p in sorted(GOLD.rglob("*.json")) if str(p.relative_to(GOLD)) not in made
    ]
    if options.check:
        for path in different + foreign:
            print(
                f"{path}: differs from the reference folder" if path in made else f"{path}: nothing makes it"
            )
        return 1 if different or foreign else 0
    for path in different:
        (GOLD / path).parent.mkdir(parents=True, exist_ok=True)
        (GOLD / path).write_text(made[path], encoding="utf-8")
    print(
        f"{len(made)} gold files, {len(different)} written, {sum(map(len, made.values())) // 1000} kB",
        file=sys.stderr,
    )
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main())
