"""The files of a source -> one entry per sample: names checked, system files left out, keys joined with the gt.

Rules A6 to A13 of the reference on reliability, section 2.1, one after the other over all files.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.names import (
    ARCHIVES,
    DOCUMENTS,
    IMAGES,
    Doubles,
    Samples,
    Unknown,
    parts_of,
    unknown_names,
)
from ocr_eval.formats.reader import Entry

_SYSTEM = {".ds_store", "thumbs.db", "desktop.ini"}
_DRIVE = re.compile(r"[A-Za-z]:")
_FORBIDDEN = {"Cc", "Cf", "Cs"}
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class File(NamedTuple):
    """One file of a source, or a directory when the name ends with ``/``."""

    name: str  # as stored, with ``/``; undecodable bytes are lone surrogates
    size: int  # bytes, declared
    mode: int  # Unix mode, 0 when unknown
    load: Callable[[Findings], bytes | None]  # None after recording why not


def sample_files(files: Sequence[File], findings: Findings, samples: Samples | None) -> list[File] | None:
    """The files that may be samples, names checked, system files left out (A6 to A9); None after recording faults."""
    odd = [file for file in files if not _is_plain(file)]
    for check in (_name_fault, _path_fault, lambda file: _type_fault(file, samples)):
        before = findings.total
        for file in odd:
            fault = check(file)
            if fault:
                findings.error(fault[0], fault[1], entry=file.name)
        if findings.total > before:
            return None
    if not odd:
        return list(files)
    kept = []
    for file in files:
        if file.name.endswith("/"):
            continue
        if is_system(file.name):
            findings.warn("W_LAYOUT", "system files skipped", place=file.name)
        else:
            kept.append(file)
    folders = {file.name.rpartition("/")[0] for file in kept}
    if folders - {""}:
        common = folders.pop() if len(folders) == 1 else ""
        several = "files in several folders, named without them"
        findings.warn("W_LAYOUT", f"common folder {quote(common)} stripped" if common else several)
    return kept


def entries_of(
    files: Sequence[File], findings: Findings, samples: Samples | None, *, paged: bool = False
) -> list[Entry] | None:
    """One entry per sample, inflated (A10 to A13); None after recording faults.

    ``paged``: the reader names the samples and joins them, so that two files may have one name.
    """
    parts = [parts_of(file.name) for file in files]
    doubles = Doubles()
    samples = None if paged else samples
    for file, (key, _) in zip(() if paged else files, () if paged else parts, strict=True):
        earlier = doubles.add(key, file.name)
        if earlier is not None:
            reason = f"{quote(file.name)} and {quote(earlier)} are both sample {quote(key)}"
            findings.error("E_ENTRY_DUPLICATE", reason, entry=file.name)
    if findings.total:
        return None
    named: list[tuple[str, File]] = []
    unknown: list[Unknown] = []
    for file, (key, end) in zip(files, parts, strict=True):
        sample = samples.find(key) if samples is not None else key
        if not sample or end in ARCHIVES or end in IMAGES:
            unknown.append(Unknown(key, file.name, file.name))
            continue
        if sample != key:
            message = "names joined by the value of their last number"
            findings.warn("W_LAYOUT", message, place=f"{key} is {sample}")
        named.append((sample, file))
    unknown_names(unknown, samples, findings)
    if not files:
        where = "folder" if findings.is_folder else "archive"
        findings.error("E_NO_SAMPLES", f"no sample file in the {where}")
    if findings.total:
        return None
    return load([(sample, file) for sample, file in named], findings)


def load(named: Sequence[tuple[str, File]], findings: Findings) -> list[Entry] | None:
    """The entries with their content; every damaged one is recorded before None is returned (A13)."""
    loaded = [(sample, file.name, file.load(findings)) for sample, file in named]
    entries = [Entry(sample, name, data) for sample, name, data in loaded if data is not None]
    return entries if len(entries) == len(loaded) else None


def _is_plain(file: File) -> bool:
    """True for names that plainly break no rule and belong to no system: nearly all, and cheap to tell."""
    name = file.name
    return (
        name.isascii()
        and name.isprintable()
        and 1 < len(name) <= 255
        and "/" not in name
        and "\\" not in name
        and name[0] != "."
        and name[1] != ":"
        and name.lower() not in _SYSTEM
        and file.mode & 0o170000 in (0, 0o100000)
    )


def _name_fault(file: File) -> tuple[str, str] | None:
    """A6: UTF-8, 1 to 255 bytes, no control or format character."""
    name = file.name
    if name.isascii() and name.isprintable() and 0 < len(name) <= 255:
        return None
    bad = next((c for c in name if unicodedata.category(c) in _FORBIDDEN), "")
    if "\udc80" <= bad <= "\udcff":
        return "E_ENTRY_NAME", f"name is not UTF-8 (byte 0x{ord(bad) - 0xDC00:02x}): {quote(name)}"
    if bad:
        return "E_ENTRY_NAME", f"name holds U+{ord(bad):04X}: {quote(name)}"
    size = len(name.encode())
    return None if 0 < size <= 255 else ("E_ENTRY_NAME", f"name of {size} bytes, expected 1 to 255")


def _path_fault(file: File) -> tuple[str, str] | None:
    """A7: stays below the folder it would be unpacked into, on every system."""
    name = file.name
    shown = quote(name)
    if "\\" in name:
        return "E_ENTRY_PATH", f"{shown} has a backslash"
    if name.startswith("/") or _DRIVE.match(name):
        return "E_ENTRY_PATH", f"{shown} is an absolute path"
    parts = name.removesuffix("/").split("/")
    bad = next((part for part in parts if part in ("", ".", "..")), None)
    return None if bad is None else ("E_ENTRY_PATH", f"{shown} has a part {quote(bad)}")


def _type_fault(file: File, samples: Samples | None) -> tuple[str, str] | None:
    """A8: a file or an empty directory that does not stand in the place of a sample."""
    if stat.S_IFMT(file.mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "E_ENTRY_TYPE", f"entry is {_KINDS.get(stat.S_IFMT(file.mode), 'of an unknown kind')}"
    if not file.name.endswith("/"):
        return (
            ("E_ENTRY_TYPE", "entry is a directory without / at the end") if stat.S_ISDIR(file.mode) else None
        )
    if file.size:
        return "E_ENTRY_TYPE", "directory with data"
    name = file.name[:-1]
    key, end = parts_of(name)
    if end in DOCUMENTS or (samples is not None and samples.find(key) is not None):
        return "E_ENTRY_TYPE", f"directory {quote(file.name)} stands in the place of a sample file"
    return None


def is_system(name: str) -> bool:
    """True for what operating systems leave in folders and archives."""
    base = name.removesuffix("/").rpartition("/")[2]
    return name.startswith("__MACOSX/") or base.startswith("._") or base.lower() in _SYSTEM
