"""A folder, a pattern of names or a URL -> the shards of one data set, in the order of their names, and their bytes.

A shard is a Parquet or JSONL file of some samples. URLs (``s3://…``) are opened with fsspec, and with whatever it finds
installed for their scheme; local files need neither.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ocr_eval.errors import InputError, Problem, quote, usage_error
from ocr_eval.limits import Limits

SUFFIXES = (".parquet", ".jsonl")
_URL = re.compile(r"[a-z][a-z0-9+.-]+://")
_HONEST = "--limit file-bytes=N raises the limit when the file is honest"
_CUT = "cut predictions and ground truth at the same samples, and call their shards alike"


def is_url(argument: str) -> bool:
    """True for ``scheme://…``."""
    return _URL.match(argument) is not None


def is_pattern(argument: str) -> bool:
    """True for a local name with ``*``, ``?`` or ``[`` that no file has."""
    return not is_url(argument) and any(c in argument for c in "*?[") and not os.path.lexists(argument)


def names_shards(argument: str) -> bool:
    """True for a URL or a pattern, which stand for files without being one."""
    return is_url(argument) or is_pattern(argument)


def is_sharded(argument: str) -> bool:
    """True for a URL, a pattern, and a folder of two shards or more of one kind and nothing else."""
    if names_shards(argument):
        return True
    try:
        names = _named(os.listdir(argument))
    except (OSError, ValueError):  # no folder, or a NUL in the name
        return False
    kinds = {_kind(name) for name in names}
    if len(names) < 2 or len(kinds) > 1 or "" in kinds:
        return False
    return kinds == {".parquet"} or _is_document(Path(argument, min(names)))


def shards_of(argument: str, role: str) -> tuple[str, ...]:
    """The paths or URLs of the shards, by name. A single file is a data set of one shard.

    Raises InputError (E_USAGE) when nothing is found, or something among it is no shard.
    """
    found = _listed(argument)
    found = [path for path in found if _named([base_name(path)])]
    side = "ground truth" if role == "gt" else "predictions"
    if not found:
        hint = f"name a folder, or quote a pattern of names that end in {' or '.join(SUFFIXES)}"
        raise usage_error(f"{quote(argument)}: no shard of the {side} is there", hint)
    others = sorted(path for path in found if not _kind(path))
    if others:
        reason = f"{len(others)} of {len(found)} files are no shards, first {quote(base_name(others[0]))}"
        hint = f"name the shards alone: 'folder/*{SUFFIXES[0]}'"
        raise usage_error(reason, hint, source=argument)
    return tuple(sorted(found, key=lambda path: path.encode("utf-8", "surrogateescape")))


def matched(
    gt: Sequence[str], pred: Sequence[str], gt_name: str, pred_name: str
) -> list[tuple[str, str | None]]:
    """(shard of the gt, shard of the predictions or None) in the gt's order: of one name, or else of one place.

    Without a common name, or where two shards share one, they meet by their place, for which both sides must have
    as many. Whether the samples fit is seen when they are read. Raises InputError (E_ENTRY_UNKNOWN) naming the shards
    of predictions that no shard of the gt is called like, (E_USAGE) when places do not tell what belongs together.
    """
    names = [_stem(path) for path in gt]
    own = {_stem(path): path for path in pred}
    if len(own) < len(pred) or len(set(names)) < len(names) or not own.keys() & set(names):
        if len(gt) != len(pred):
            reason = (
                f"{len(pred)} shards, {len(gt)} of the ground truth {quote(gt_name)}, and no names to match"
            )
            raise usage_error(reason, _CUT, source=pred_name)
        return list(zip(gt, pred, strict=True))
    unknown = sorted(base_name(own[stem]) for stem in own.keys() - set(names))
    if unknown:
        shown = ", ".join(map(quote, unknown[:10])) + (", …" if len(unknown) > 10 else "")
        reason = f"{len(unknown)} shards have no shard of the ground truth of their name: {shown}"
        raise InputError([Problem("E_ENTRY_UNKNOWN", reason, _CUT, pred_name)])
    return [(path, own.get(name)) for path, name in zip(gt, names, strict=True)]


def content_of_shard(path: str, limits: Limits) -> bytes:
    """The bytes of a shard. Raises InputError (E_USAGE) when it cannot be read, (E_LIMIT) when it is too large."""
    most = limits.file_bytes
    try:
        opened = _filesystem(path)[0].open(_filesystem(path)[1], "rb") if is_url(path) else open(path, "rb")  # noqa: SIM115
        with opened as file:
            content: bytes = file.read(most + 1)
    except (OSError, ValueError) as error:
        said = (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
        raise usage_error(f"cannot be read: {quote(said)[1:-1]}", "check the path", source=path) from None
    if len(content) > most:
        raise InputError([Problem("E_LIMIT", f"more than {most} bytes", _HONEST, path)])
    return content


def _listed(argument: str) -> list[str]:
    """What a URL, pattern, folder or file names; nothing where there is nothing."""
    if is_url(argument):
        files, path = _filesystem(argument)
        try:
            if any(c in path for c in "*?["):
                found = files.glob(path)
            elif files.isdir(path):
                found = [each["name"] for each in files.ls(path, detail=True) if each["type"] == "file"]
            else:
                found = [path] if files.exists(path) else []
        except (OSError, ValueError) as error:
            said = quote(str(error) or type(error).__name__)
            raise usage_error(f"{quote(argument)} cannot be listed: {said}", "check the address") from None
        return [files.unstrip_protocol(each) for each in found]
    if is_pattern(argument):
        import glob

        return [path for path in glob.glob(argument) if os.path.isfile(path)]
    if os.path.isdir(argument):
        return [str(Path(argument, name)) for name in os.listdir(argument)]
    return [argument] if os.path.isfile(argument) else []


def _filesystem(url: str) -> tuple[Any, str]:
    """(fsspec's file system, the path in it). Raises InputError (E_USAGE) where the scheme cannot be opened."""
    try:
        fsspec: Any = importlib.import_module("fsspec.core")
    except ImportError:
        hint = "install the extra: pip install 'ocr_eval[dask]'"
        raise usage_error(f"{quote(url)}: URLs need fsspec, which is not installed", hint) from None
    try:
        files, path = fsspec.url_to_fs(url)
    except (ImportError, ValueError, OSError) as error:
        said = quote(str(error).split("\n")[0])
        hint = "check the scheme, and install what fsspec needs for it"
        raise usage_error(f"{quote(url)} cannot be opened: {said}", hint) from None
    return files, str(path)


def _named(names: Sequence[str]) -> list[str]:
    """Without what writers of shards leave beside them: _SUCCESS, _metadata, .crc files."""
    return [name for name in names if not name.startswith(("_", "."))]


def base_name(path: str) -> str:
    """The last part of a path or URL."""
    return path.rsplit("/", 1)[-1] if is_url(path) else os.path.basename(path)


def _stem(path: str) -> str:
    """The name by which shards of both sides meet: a.parquet and a.jsonl are one shard."""
    return base_name(path).removesuffix(_kind(path))


def _kind(path: str) -> str:
    return next((end for end in SUFFIXES if path.lower().endswith(end)), "")


def _is_document(path: Path) -> bool:
    """True for lines of objects that name images: folders of one JSONL file per image are read as before."""
    from ocr_eval.formats.reader import Entry, Options
    from ocr_eval.formats.sniff import candidates

    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except OSError:
        return False
    lines = head[: head.rfind(b"\n") + 1] or head
    for geometry in (True, False):
        options = Options("gt", geometry=geometry)
        if candidates([Entry("", "", lines)], options, (True,)) in (["json"], ["jsonl"]):
            return True
    return False
