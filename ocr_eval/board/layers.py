"""A submission's verdicts on one sample -> what an overlay prints: rows, rings, match lines, characters, sentences.

The page shows the first layer with Jinja, scripts show the others from a shard; both read what is made here, so they
cannot differ. Hidden characters are visible already and long texts cut; only escaping is left to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ocr_eval.board.model import InstanceView, LayerView, SampleView
from ocr_eval.protocols.reasons import FORMATS, GO_ON
from ocr_eval.report.escape import LIMIT, plain

Reasons = list[list[Any]]  # [key, {name: text}, what joins it to the one before]
Pieces = str | list[list[str]]  # a text, or [element, text, mark] of its pieces


def layer_rows(view: SampleView, layer: LayerView) -> dict[str, Any]:
    """JSON-ready. ``gt`` rows are [text, kind, state, partners, reasons], ``pred`` rows have a ring at the end."""
    gt, pred = gt_of(view, layer), layer.pred
    return {
        "key": layer.key,
        "name": plain(layer.name),
        "tab": layer.tab,
        "value": layer.value,
        "gt": [[_gt_text(one, layer), *_verdict(one)] for one in gt],
        "pred": [[_pred_text(one, layer), *_verdict(one), points(one.ring)] for one in pred],
        "lines": [line for g, p, _ in layer.pairs if (line := _line(view.gt, pred, g, p))],
        "steps": [_step(removal, gt, pred) for removal in layer.removals],
    }


def gt_of(view: SampleView, layer: LayerView | None) -> list[InstanceView]:
    """The sample's gts with the layer's verdicts; those of the sample where the layer has none."""
    from dataclasses import replace

    told = {one.index: one for one in layer.gt} if layer else {}
    merged = []
    for one in view.gt:
        other = told.get(one.index)
        merged.append(one if other is None else replace(other, ring=one.ring, text=one.text))
    return merged


def points(ring: Sequence[float]) -> str:
    """``x,y x,y``: every vertex, shortest decimals."""
    return " ".join(f"{number(x)},{number(y)}" for x, y in zip(ring[::2], ring[1::2], strict=True))


def number(value: float) -> str:
    """A coordinate as it was written."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def words(reasons: Reasons, texts: Mapping[str, str]) -> str:
    """The sentence in one language; what the script says from the same list."""
    import re

    sentence = ""
    for key, given, joint in reasons:
        template = texts.get(f"reason.{key}", f"reason.{key}")
        parts = re.split(r"\{(\w+)\}", template)
        filled = [given.get(part, f"{{{part}}}") if k % 2 else part for k, part in enumerate(parts)]
        sentence += joint + "".join(filled)
    return sentence


def _verdict(one: InstanceView) -> list[Any]:
    return [one.kind, one.status, list(one.partners), _reasons(one.reasons)]


def _reasons(clauses: Sequence[tuple[str, Mapping[str, Any]]]) -> Reasons:
    found: Reasons = []
    for key, given in clauses:
        joint = "" if not found else ", " if key in GO_ON else "; "
        filled = {name: plain(format(value, FORMATS.get(name, ""))) for name, value in given.items()}
        found.append([key, filled, joint])
    return found


def _gt_text(one: InstanceView, layer: LayerView) -> Pieces:
    orders = {
        place: removal["order"]
        for removal in layer.removals
        if removal["gt"] == one.index
        for place in removal["positions_gt"]
    }
    return _struck(one, orders, layer)


def _pred_text(one: InstanceView, layer: LayerView) -> Pieces:
    edits = [edit for edit in layer.edits if edit["pred"] == one.index]
    if len(edits) == 1 and any(kind != "equal" for kind, _, _ in edits[0]["ops"]):
        pieces = []
        for kind, old, new in edits[0]["ops"]:
            if kind == "equal":
                pieces.append(["span", plain(new), ""])
                continue
            pieces += [["del", plain(old), ""]] if old else []
            pieces += [["ins", plain(new), ""]] if new else []
        return pieces
    orders = {
        place: removal["order"]
        for removal in layer.removals
        if removal["pred"] == one.index
        for place in removal["positions_pred"]
    }
    return _struck(one, orders, layer)


def _struck(one: InstanceView, orders: Mapping[int, int], layer: LayerView) -> Pieces:
    """Removed characters struck through with the number of their removal; what is left is the error."""
    text = one.text or ""
    if not layer.removals or one.status == "ignored":
        return plain(text[:LIMIT]) + ("…" if len(text) > LIMIT else "")
    pieces: list[list[str]] = []
    for place, character in enumerate(text[:LIMIT]):
        order = orders.get(place)
        element, mark = ("mark", "") if order is None else ("del", str(order))
        if pieces and pieces[-1][0] == element and pieces[-1][2] == mark:
            pieces[-1][1] += plain(character)
        else:
            pieces.append([element, plain(character), mark])
    return pieces


def _line(gt: Sequence[InstanceView], pred: Sequence[InstanceView], g: int, p: int) -> list[str] | None:
    """From the middle of a gt to the middle of its prediction."""
    if g >= len(gt) or p >= len(pred) or not gt[g].ring or not pred[p].ring:
        return None
    return [number(round(value, 2)) for one in (gt[g], pred[p]) for value in _middle(one.ring)]


def _middle(ring: Sequence[float]) -> tuple[float, float]:
    size = len(ring) // 2
    return sum(ring[::2]) / size, sum(ring[1::2]) / size


def _step(removal: Mapping[str, Any], gt: Sequence[InstanceView], pred: Sequence[InstanceView]) -> Reasons:
    """One entry of the removal list."""
    key = "removal_only"
    given = {"gt": removal["gt"], "pred": removal["pred"], "letters": " ".join(removal["chars"])[:LIMIT]}
    for side, instances in (("gt", gt), ("pred", pred)):
        index = removal[side]
        given[f"{side}_text"] = ((instances[index].text or "") if index < len(instances) else "")[:LIMIT]
    if removal["rule"] == "largest":
        key, given["share"] = "removal_largest", removal["share"]
        if removal["tied"] > 1:
            key, given["tied"] = "removal_tied", removal["tied"]
    return _reasons([(key, given)])
