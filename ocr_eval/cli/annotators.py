"""``NAME=PATH`` arguments of agree and consensus -> the annotators' names and paths -> their tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.errors import InputError, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.cli.options import Settings
    from ocr_eval.tables.instances import Instances


def named_annotators(arguments: Sequence[str], settings: Settings) -> list[tuple[str, str]]:
    """(name, path) of two or more: files or folders, ids of prepared data sets, stored outputs (``sample:ID``).

    Raises InputError (E_USAGE) for equal names, missing paths, unknown ids and a single annotator.
    """
    from ocr_eval.cli.inputs import named_predictions, resolve_gt, split_label

    found = []
    for argument in arguments:
        name, path = split_label(argument)
        found.append((name, path if path.startswith("sample:") else resolve_gt(path, settings)[0]))
    checked = named_predictions([f"{name}={path}" if name != path else path for name, path in found])
    if len(checked) < 2:
        raise usage_error("one annotation is given, this takes two or more", "add a second NAME=PATH")
    return [(name, path) for (name, _), (_, path) in zip(found, checked, strict=True)]


def is_one_file(arguments: Sequence[str]) -> bool:
    """Whether the arguments are one file, which then must hold several annotators."""
    return len(arguments) == 1 and Path(arguments[0]).is_file()


def read_one_file(path: str, flags: dict[str, Any], settings: Settings) -> dict[str, Instances]:
    """annotator -> table of a document that names who drew what.

    ``flags`` as in ``read_annotators``. Raises InputError: what reading raises, E_USAGE for a single annotator.
    """
    from ocr_eval.cli.inputs import parse_limits
    from ocr_eval.formats.by_annotator import read_by_annotator

    tables = read_by_annotator(
        path,
        format=flags["gt_format"],
        limits=parse_limits(flags["limit"]),
        max_errors=settings.max_errors,
    )
    if len(tables) < 2:
        hint = "give every annotator's file: NAME=PATH NAME=PATH"
        raise usage_error(f"{quote(path)} holds one annotator, this takes two or more", hint)
    return tables


def read_annotators(
    named: Sequence[tuple[str, str]], flags: dict[str, Any], settings: Settings, *, text: bool | None = None
) -> dict[str, Instances]:
    """name -> table; all broken files are told, not only the first. Rings without area are kept: they match nothing.

    ``flags`` are those of the command: ``gt_format`` and ``limit`` count. ``text`` as in ``formats.read``.
    Raises InputError: what reading raises, E_USAGE for an annotator without rings.
    """
    from ocr_eval.cli.inputs import parse_limits, read_side
    from ocr_eval.cli.score import join_errors

    limits = parse_limits(flags["limit"])
    tables, failures = {}, []
    for name, path in named:
        try:
            tables[name] = read_side(
                path,
                format=flags["gt_format"],
                role="gt",
                text=text,
                limits=limits,
                invalid_polygons="official",
                max_errors=settings.max_errors,
            )
        except InputError as error:
            failures.append(error)
    if failures:
        raise join_errors(failures)
    for name, table in tables.items():
        if not table.geometry:
            raise usage_error(f"{name} has no rings", "give annotations with rings", source=table.source)
    return tables
