"""Flags of ``audit`` -> gt, checkers by name and fold, decisions: everything read before anything is computed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ocr_eval.cli.inputs import named_predictions, parse_limits, read_side, resolve_gt, split_label
from ocr_eval.errors import InputError, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.audit.checkers import Checker
    from ocr_eval.audit.result import Audit
    from ocr_eval.cli.options import Settings
    from ocr_eval.limits import Limits
    from ocr_eval.tables.instances import Instances

_FOLD = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,63}):([A-Za-z0-9][A-Za-z0-9._-]{0,63})=(.+)\Z", re.DOTALL)


def read_audit(settings: Settings, flags: dict[str, Any]) -> tuple[Audit, dict[str, str | None] | None]:
    """The audit, and the slice of each sample where the data set names slices."""
    from ocr_eval.audit.decisions import read_decisions
    from ocr_eval.audit.folds import read_folds
    from ocr_eval.audit.result import Audit

    limits = parse_limits(flags["limit"])
    path, dataset = resolve_gt(flags["gt"], settings)
    asked = named_checkers(flags["checkers"])
    if path == "-" and any(own == "-" for _, _, own in asked):
        raise usage_error("standard input can be read only once", "give the checkers as files")
    gt = read_gt(path, flags["gt_format"], limits, settings)
    folds = read_folds(flags["folds"], gt.sample_ids) if flags["folds"] else {}
    checkers = read_checkers(gt, asked, folds, flags, limits, settings)
    decisions = read_decisions(flags["decisions"], gt) if flags["decisions"] else None
    return Audit.of(gt, checkers, decisions=decisions), dataset_slices(dataset, settings)


def read_gt(path: str, name: str | None, limits: Limits, settings: Settings) -> Instances:
    """The gt with its texts, samples in canonical order. Rings without area are kept: they are what is looked for."""
    from ocr_eval.audit.checkers import canonical_gt

    arguments: dict[str, Any] = {
        "format": name,
        "role": "gt",
        "text": True,
        "limits": limits,
        "invalid_polygons": "official",
        "max_errors": settings.max_errors,
    }
    try:
        gt = read_side(path, geometry=_has_rings(name), **arguments)
    except InputError as error:
        # The reader says so of a list of words whose layout was not named.
        if name is not None or not any("texts without rings" in p.reason for p in error.problems):
            raise
        gt = read_side(path, geometry=False, **arguments)
    if gt.codepoints is None:
        hint = "give a ground truth with a text per instance"
        raise usage_error("the ground truth has no transcriptions", hint, source=path)
    return canonical_gt(gt)


def _has_rings(name: str | None) -> bool:
    """What ``formats.read`` is to expect; it refuses lists of words only where their format is named."""
    from ocr_eval.formats import FORMATS

    return name is None or name not in FORMATS or FORMATS[name].geometry


def named_checkers(arguments: tuple[str, ...]) -> list[tuple[str, str | None, str]]:
    """(name, fold, path) of every argument: PATH, NAME=PATH or NAME:FOLD=PATH."""
    folded = []
    plain = []
    for argument in arguments:
        found = _FOLD.match(argument)
        if found and split_label(argument)[1] == argument and not _is_path(argument):
            folded.append((found[1], found[2], found[3]))
        else:
            plain.append(argument)
    named = [(name, None, path) for name, path in named_predictions(plain)]
    names = {name for name, _, _ in named}
    for name, fold, path in folded:
        if name in names:
            hint = f"give every file of {name} its fold: {name}:FOLD=PATH"
            raise usage_error(f"checker {quote(name)} has files with and without a fold", hint)
        [(_, checked)] = named_predictions([path])
        named.append((name, fold, checked))  # type: ignore[arg-type]
    return named  # type: ignore[return-value]


def _is_path(argument: str) -> bool:
    from pathlib import Path

    try:
        return Path(argument).exists()
    except (OSError, ValueError):
        return False


def read_checkers(
    gt: Instances,
    asked: list[tuple[str, str | None, str]],
    folds: dict[str, str],
    flags: dict[str, Any],
    limits: Limits,
    settings: Settings,
) -> list[Checker]:
    """One checker per name; all broken files are told, not only the first."""
    from ocr_eval.audit.checkers import checker_of
    from ocr_eval.audit.fold_column import has_fold_column, read_fold_column
    from ocr_eval.cli.score import join_errors

    parts: dict[str, list[tuple[str | None, Instances]]] = {}
    failures = []
    for name, fold, path in asked:
        try:
            if fold is None and has_fold_column(path):
                if not folds:
                    reason = f"{quote(name)} has a fold column, and which image is in which fold is not known"
                    raise usage_error(reason, "add --folds CSV with image,fold", source=path)
                parts.setdefault(name, []).extend(
                    read_fold_column(path, gt, limits, max_errors=settings.max_errors)
                )
                continue
            table = _read_checker(path, gt, flags, limits, settings)
        except InputError as error:
            failures.append(error)
            continue
        parts.setdefault(name, []).append((fold, table))
    if failures:
        raise join_errors(failures)
    return [checker_of(gt, name, own, folds) for name, own in parts.items()]


def _read_checker(
    path: str, gt: Instances, flags: dict[str, Any], limits: Limits, settings: Settings
) -> Instances:
    """A submission; with confidences where every line has one that cannot be part of the text."""
    arguments: dict[str, Any] = {
        "format": flags["pred_format"],
        "role": "prediction",
        "samples": gt.sample_ids,
        "text": True,
        "limits": limits,
        "invalid_polygons": "false-positive",
        "max_errors": settings.max_errors,
        "geometry": gt.geometry,
    }
    choice = flags["confidences"]
    if path == "-" and choice == "auto":
        hint = "add --confidences yes or --confidences no"
        raise usage_error("whether standard input has confidences must be said", hint)
    if choice != "no":
        try:
            table = read_side(path, confidence=True, **arguments)
        except InputError:
            if choice == "yes":
                raise
        else:
            if choice == "yes" or _plainly_confident(table):
                return table
    return read_side(path, confidence=False, **arguments)


def _plainly_confident(table: Instances) -> bool:
    """Several different numbers, some of them no whole ones: texts that begin so on every line do not occur."""
    values = table.confidence
    return values is not None and len(set(values.tolist())) > 1 and bool(((values > 0) & (values < 1)).any())


def dataset_slices(name: str, settings: Settings) -> dict[str, str | None] | None:
    """sample -> its group or its first slice, where the data set's card knows them; else None."""
    from ocr_eval.cli.inputs import dataset_groups

    return dict(dataset_groups(name, settings) or {}) or None
