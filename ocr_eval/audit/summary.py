"""An audit -> ``ocr-eval/audit/1``: its numbers, its suspects, its estimates, as a report reads them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ocr_eval.audit import geometry
from ocr_eval.audit.checkers import IOU
from ocr_eval.audit.decisions import WORDS
from ocr_eval.audit.reliability import classes
from ocr_eval.audit.result import Audit, Suspect
from ocr_eval.audit.selection import Chosen
from ocr_eval.tables.digest import digest

SCHEMA = "ocr-eval/audit/1"
_DECIMALS = 9


def to_json(
    audit: Audit,
    suspects: Sequence[Suspect],
    dont_cares: Sequence[Suspect],
    chosen: Sequence[Chosen] | None,
    *,
    top: int,
    estimate: bool,
) -> str:
    """One JSON document, the same bytes for the same input."""
    body = {
        "schema": SCHEMA,
        "settings": {"iou": IOU, "top": top, "estimate": estimate},
        **summary(audit),
        "warnings": [{"code": n.code, "message": n.message, "count": n.count} for n in audit.notices],
        "suspects": [asdict(row) for row in suspects],
        "dont_cares": [asdict(row) for row in dont_cares],
        "selected": None if chosen is None else [asdict(row) for row in chosen],
    }
    return json.dumps(_rounded(body), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _rounded(value: Any) -> Any:
    """Floats with ``_DECIMALS``: the last bits of logarithms are the machine's."""
    if isinstance(value, float):
        return round(value, _DECIMALS) + 0.0
    if isinstance(value, dict):
        return {key: _rounded(own) for key, own in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(own) for own in value]
    return value


def summary(audit: Audit) -> dict[str, Any]:
    """The numbers of an audit as JSON: what the report shows besides the lists."""
    ranking, decisions = audit.ranking, audit.decisions
    memorised = ranking.memorised()
    checkers = [
        {
            "id": f"C{k}",
            "name": each.checker.name,
            "digest": each.checker.key[0],
            "confidence": each.checker.has_confidence,
            "read": int(audit.items.answers.present[k - 1].sum()),
            "agrees": int(ranking.candidates.agrees[k - 1].sum()),
            "samples": int(each.checker.asked.sum()),
            "left_out": each.checker.dropped,
            "contradicted": {"agrees": agrees, "n": n},
            "reliability": classes(audit.items.answers, ranking.candidates.agrees, k - 1)
            if each.checker.has_confidence
            else None,
        }
        for k, (each, (agrees, n)) in enumerate(zip(audit.views, memorised, strict=True), 1)
    ]
    calibration = audit.calibration
    kinds = [*geometry.KINDS, "dont-care"]
    counts = {kind: sum(s.kind == kind for s in (*audit.rings, *audit.dont_cares)) for kind in kinds}
    words = dict.fromkeys(WORDS, 0)
    for row in decisions.rows if decisions else ():
        words[row.word] += 1
    return {
        "gt": {
            "digest": digest(audit.gt),
            "samples": len(audit.gt.sample_ids),
            "care": int(audit.gt.care.sum()),
            "items": len(audit.items),
        },
        "seed": audit.seed,
        "checkers": checkers,
        "model_estimate": {
            "rate": ranking.picosig.eps if len(audit.items) else None,
            "tempering": ranking.picosig.tempering,
            "note": "estimate of the model, not reviewed",
        },
        "reviewed_estimate": _estimate_json(audit),
        "calibration": None
        if calibration is None
        else {
            "score": calibration.score.tolist(),
            "probability": calibration.value.tolist(),
            "decided": calibration.decided.tolist(),
            "wrong": calibration.wrong.tolist(),
        },
        "contradicted": int(ranking.candidates.differs.any(axis=0).sum()),
        "rings": counts,
        "decisions": None
        if decisions is None
        else {
            **words,
            "open": decisions.open,
            "misfits": [{"item": m.item_id, "line": m.line, "reason": m.reason} for m in decisions.misfits],
        },
    }


def _estimate_json(audit: Audit) -> dict[str, Any] | None:
    found = audit.estimate
    if found is None:
        return None
    return {
        "rate": found.rate,
        "interval": None if found.lo is None else [found.lo, found.hi],
        "reviewed": found.reviewed,
        "strata": [
            {"name": s.name, "size": s.size, "reviewed": s.reviewed, "bad": s.bad, "unsure": s.unsure}
            for s in found.strata
        ],
        "reason": found.reason or None,
    }
