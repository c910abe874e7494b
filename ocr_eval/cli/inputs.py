"""GT and PRED arguments -> named paths -> tables: labels, data set ids, standard input, limits."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.errors import quote, usage_error
from ocr_eval.formats.shards import names_shards

if TYPE_CHECKING:
    from ocr_eval.cli.options import Settings
    from ocr_eval.formats.isolated import Isolation
    from ocr_eval.limits import Limits
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.instances import Instances
    from ocr_eval.text.lexicon import Lexicon

_LABEL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,63})=(.+)\Z", re.DOTALL)
_DATASET = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")


def split_label(argument: str) -> tuple[str, str]:
    """``NAME=PATH`` -> (name, path); a file that exists under the whole argument wins, without a label name = path."""
    found = _LABEL.match(argument)
    if found and not _exists(argument):
        return found.group(1), found.group(2)
    return argument, argument


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # too long, or a NUL
        return False


def named_predictions(arguments: Sequence[str]) -> list[tuple[str, str]]:
    """(name, path) of every prediction. Raises InputError (E_USAGE) when two names are equal or a path is missing."""
    pairs = [split_label(argument) for argument in arguments]
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise usage_error(
                f"two predictions are called {quote(name)}", "label them: A=first.zip B=second.zip"
            )
        seen.add(name)
    if sum(path == "-" for _, path in pairs) > 1:
        raise usage_error("standard input can be read only once", "give the others as files")
    return [(name, _prediction_path(path)) for name, path in pairs]


def _prediction_path(path: str) -> str:
    """An existing path, shards, ``-``, or ``sample:ID``: a stored engine output on the shipped sample data set."""
    if path == "-" or _exists(path) or names_shards(path):
        return path
    if path.startswith("sample:"):
        from ocr_eval.assets import submission_path

        return str(submission_path(path.removeprefix("sample:")))
    hint = "check the path"
    if "=" in path:
        hint += ", or the label before '=': letters, digits, dot, dash, underscore, up to 64"
    raise usage_error(f"{quote(path)}: no such file or folder", hint)


def resolve_gt(argument: str, settings: Settings) -> tuple[str, str]:
    """(path, data set name) of the ground truth: an existing path, shards, or the id of a prepared data set."""
    if argument == "-" or _exists(argument) or names_shards(argument):
        return argument, "local"
    if _DATASET.match(argument):
        from ocr_eval.assets import dataset_ids, dataset_path

        if argument in dataset_ids(settings.datasets):
            folder = dataset_path(argument, settings.datasets)
            if not (folder / "gt").exists():
                reason = f"{quote(argument)} has a card, but no ground truth is there"
                raise usage_error(
                    reason, f"`ocr-eval datasets prepare {argument} DIR` checks the files you have"
                )
            return str(folder / "gt"), argument
        known = dataset_ids(settings.datasets)
        hint = f"prepared data sets: {', '.join(known) or 'none'}"
        raise usage_error(f"{quote(argument)} is neither a file nor a prepared data set", hint)
    raise usage_error(f"{quote(argument)}: no such file or folder", "check the path")


def dataset_groups(name: str, settings: Settings) -> dict[str, str] | None:
    """sample -> group (document, scene, …) of a prepared data set whose card names a group column, else None."""
    if name == "local":
        return None
    import tomllib

    from ocr_eval.assets import dataset_path

    folder = dataset_path(name, settings.datasets)
    column = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8")).get("groups", "none")
    if column == "none":
        return None
    from ocr_eval.board.samples import read_table

    columns, rows = read_table((folder / "samples.tsv").read_bytes(), str(folder / "samples.tsv"))
    if column not in columns:
        reason = f"card.toml groups by {quote(str(column))}, samples.tsv has no such column"
        raise usage_error(reason, "name a column of samples.tsv, or none", "E_CONFIG", source=name)
    sample, group = columns.index("sample"), columns.index(column)
    return {row[sample]: row[group] for row in rows}


def parse_limits(assignments: Sequence[str]) -> Limits:
    """``--limit name=value`` flags -> limits."""
    from ocr_eval.limits import Limits

    limits = Limits()
    for assignment in assignments:
        limits = limits.with_value(assignment)
    return limits


def parse_protocols(spelled: Sequence[str]) -> list[EvaluationProtocol]:
    """``-p`` flags -> protocols; the same one twice is a mistake."""
    from ocr_eval.protocols import protocol

    rules: list[EvaluationProtocol] = []
    for text in spelled:
        rule = protocol(text)
        if any(repr(rule) == repr(other) for other in rules):
            raise usage_error(f"-p {rule!r} is given twice", "give every protocol once")
        rules.append(rule)
    return rules


def read_lexicon(path: str | None, rules: Sequence[EvaluationProtocol]) -> Lexicon | None:
    """The word list of ``--lexicon``: UTF-8, one word a line. Given, some protocol must use it."""
    if path is None:
        return None
    if not any(rule.reads.lexicon for rule in rules):
        reason = "--lexicon is given, but no protocol uses it"
        raise usage_error(reason, "add for example -p 'rrc-e2e(lexicon=keep)'")
    from ocr_eval.text.lexicon import Lexicon

    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = f"lexicon {quote(path)} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}"
        raise usage_error(reason, "give a UTF-8 file with one word a line") from None
    return Lexicon.of(text.split("\n"))


def read_lines(path: str | None, rules: Sequence[EvaluationProtocol], **arguments: Any) -> Instances | None:
    """The ground truth of ``--gt-lines``. Given, some protocol must use it."""
    if path is None:
        return None
    if not any(rule.reads.gt_lines for rule in rules):
        reason = "--gt-lines is given, but no protocol uses it"
        raise usage_error(reason, "add -p tiou-wordline")
    if not _exists(path):
        raise usage_error(f"--gt-lines {quote(path)}: no such file or folder", "check the path")
    return read_side(path, **(reading(rules, "gt") | {"text": False}), **arguments)


def reading(rules: Sequence[EvaluationProtocol], role: str) -> dict[str, Any]:
    """What ``formats.read`` must deliver so that every protocol finds what it reads."""
    needs = [rule.reads for rule in rules]
    texts = [n for n in needs if (n.gt_text if role == "gt" else n.pred_text)]
    levels = sorted({n.level for n in needs if n.level is not None})
    if len(levels) > 1:
        raise usage_error(
            f"pages are read at one level, not at {' and '.join(levels)}", "score them one by one"
        )
    return {
        "role": role,
        "text": bool(texts),
        "confidence": role == "prediction" and any(n.pred_confidence for n in needs),
        "geometry": any(n.geometry for n in needs) or not needs,
        "boxes": bool(needs) and all(n.boxes for n in needs),
        "angle": any(n.angle for n in needs),
        "level": levels[0] if levels else None,
        "regions": bool(needs) and all(n.regions for n in needs),
        "verbatim": bool(texts) and all(n.verbatim for n in texts),
    }


def read_side(
    path: str, *, isolation: Isolation | None = None, keep: bool = False, **arguments: Any
) -> Instances:
    """``formats.read`` with standard input under ``-``; with ``isolation`` another process reads.

    ``keep``: a ground truth may come from the user's cache, and goes there (``formats/prepared.py``).

    An input without any transcription comes back as it is, although texts were asked for: the protocol that misses
    them says so in one line, where the reader would say it of every line.
    """
    if keep:
        from ocr_eval import __version__
        from ocr_eval.formats.prepared import read_prepared

        return read_prepared(path, read_side, arguments, version=__version__)
    from ocr_eval.errors import InputError
    from ocr_eval.formats import read as read_here

    read = read_here if isolation is None else isolation.read
    if path == "-":
        if arguments.get("format") is None:
            flag = "--gt-format" if arguments.get("role") == "gt" else "--pred-format"
            raise usage_error("the layout of standard input must be named", f"add {flag} F")
        content = b"" if sys.stdin is None else sys.stdin.buffer.read(arguments["limits"].file_bytes + 1)
        arguments["stdin"] = content
    try:
        return read(path, **arguments)
    except InputError as error:
        if not arguments.get("text") or any("E_FORMAT" not in f"{p.code} {p.reason}" for p in error.problems):
            raise
        try:
            without = read(path, **(arguments | {"text": None}))
        except InputError:
            raise error from None
        if without.codepoints is not None or not len(without):
            raise
        return without
