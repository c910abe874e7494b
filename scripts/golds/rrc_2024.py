"""rrc-2024: the script's seven outputs on one baseline. It prints ratios per image; the counts follow from the gt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.golds import Origin, Row, Source, gold, per_image, read

GT, PRED = "rrc2024/icdar13_test.json", "rrc2024/icdar13_baseline.json"
DETECTION = {"recall": "recall", "precision": "precision", "hmean": "fscore"} | {
    "tightness": "tightness",
    "pq": "quality",
}
END_TO_END = DETECTION | {
    "char_accuracy": "char_accuracy",
    "char_pq": "char_quality",
    "one_minus_ned": "cned",
}
SCORED = "task_detrec_external-module_icdar15_score-fun"
OUTPUTS = {
    "task_det": "task=det",
    "task_det_score-fun_iou": "task=det,score=iou",
    "task_detrec": "task=e2e",
    "task_detrec_external-module_icdar15": "task=e2e,text=icdar15",
    f"{SCORED}_cned_no-string-match": "task=e2e,score=cned,string_match=false,text=icdar15",
    f"{SCORED}_iouxcned_no-string-match": "task=e2e,score=iou-cned,string_match=false,text=icdar15",
    "task_detrec_no-use-case_score-fun_iouxcned_no-string-match": (
        "task=e2e,score=iou-cned,string_match=false,case=upper"
    ),
}


def sources() -> Iterator[Source]:
    """None by rows alone: ``documents`` needs the gt too."""
    return iter(())


def documents(shared: Path) -> dict[str, Row]:
    """The seven outputs with tp and sums per image; ``precision`` beside them, for the script never tells n_det."""
    with (shared / "data" / GT).open(encoding="utf-8") as file:
        words = json.load(file)
    care = {int(name): sum(not word["ignore"] for word in image) for name, image in words.items()}
    made = {}
    for name, parameters in OUTPUTS.items():
        data = read(shared, f"rrc2024/{name}")
        source = Source(
            f"rrc-2024({parameters},tie=scipy)",
            f"rrc2024/{name}",
            GT,
            PRED,
            Origin(
                "weinman/rrc-evaluation @26c5110 eval.py",
                f"python eval.py --gt GT --pred PRED {data['options']}",
                "SciPy decides ties",
            ),
            lambda _: {},
            END_TO_END if "e2e" in parameters else DETECTION,
            "official",
        )
        rows = [(sample, _row(image, care[sample])) for sample, image in per_image(data)]
        overall = data["overall"]
        totals = {"tp": overall["tp"], "n_gt": overall["total_gt"], "n_det": overall["total_pred"]}
        made[source.target] = gold(source, shared) | {
            "totals": totals,
            "samples": [sample for sample, _ in rows],
            "precision": [image["precision"] for _, image in per_image(data)],
            "columns": {column: [row[column] for _, row in rows] for column in rows[0][1]},
        }
    return made


def _row(image: Row, care: int) -> dict[str, Any]:
    """Integers that give the very ratios of the script, and sums that give its means but for rounding."""
    tp = round(image["recall"] * care)
    if care and tp / care != image["recall"]:
        raise ValueError(f"no integer over {care} is {image['recall']}")
    row = {"tp": tp, "n_gt": care, "sum:tightness": image["tightness"] * tp}
    return row | ({"sum:similarity": image["char_accuracy"] * tp} if "char_accuracy" in image else {})
