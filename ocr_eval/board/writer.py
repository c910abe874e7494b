"""Outputs -> the files of a site: what changed is replaced file by file, the rest is not touched, the manifest is last.

A build has two halves. First every changed output is rendered into ``<name>.tmp-<pid>`` beside its target and synced;
whatever goes wrong there (a leak, a full disk, a bug in a page) leaves the old site as it was. Then the files are
renamed one by one. A journal lists what is about to appear, so that a build that was killed is recognised as ours and
repaired by the next one. Never deletes a folder that holds anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ocr_eval.board.folder import (
    LOCK,
    TEMPORARY,
    content,
    failing,
    locked,
    put,
    remove_empty,
    sweep,
    sync_files,
    sync_folder,
    temporary,
    write_new,
)
from ocr_eval.board.manifest import JOURNAL, MANIFEST, PENDING, Entry, Manifest, content_digest
from ocr_eval.board.model import Output
from ocr_eval.errors import quote, usage_error

EXTENSIONS = frozenset("html js css svg atom xml json csv txt tex md bib cff".split())
FIGURES = frozenset("pdf svg".split())  # only under figures/, drawn for papers
IMAGES = frozenset("png jpg jpeg webp gif".split())  # only under images/, copied from a data set's folder
PLAIN_NAMES = frozenset({"_headers"})
HOSTED = ("CNAME", ".nojekyll", "_headers", ".git")  # marks of a folder that somebody publishes
_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@-]*\Z")

Gate = Callable[[str, bytes], None]  # told every file's path and content, also of those that are kept
Progress = Callable[..., Iterable[Output]]  # wraps the list of files, as tqdm does


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did: paths in order. ``left``: stale files that somebody else has changed, not removed."""

    out: Path
    files: int
    size: int  # bytes of all files, without the manifest
    written: tuple[str, ...]
    skipped: tuple[str, ...]
    removed: tuple[str, ...]
    left: tuple[str, ...] = ()


def write(
    out: Path,
    outputs: Iterable[Output],
    *,
    audience: str,
    version: str,
    date: str = "",
    gate: Gate | None = None,
    verdict: Callable[[], None] | None = None,
    yes: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Brings ``out`` up to date. ``verdict`` is called when all is rendered and nothing replaced yet; it may raise.

    Raises InputError (E_USAGE): a folder that is not ours, one that another builder holds, an audience that does not
    belong there, a file that cannot be written. ValueError: outputs that no build may make (names, duplicates).
    """
    planned = list(outputs)
    check_paths(output.path for output in planned)
    paths = {output.path for output in planned}
    with failing(out):
        out.mkdir(parents=True, exist_ok=True)
    with locked(out):
        old, journal = _ours(out)
        _guard(out, old, audience, yes)
        known = {**journal.files, **old.files}
        sweep(out, {*known, *journal.pending, *paths, MANIFEST, JOURNAL})

        def announce() -> None:
            """Before the first temporary file: the names that a killed build may leave."""
            files = {**dict.fromkeys(paths, PENDING), **journal.files}
            with failing(out):
                put(out / JOURNAL, Manifest(version, audience, date, files).to_bytes())

        try:
            fresh, size, written = _render_all(out, planned, old, known, announce, gate, progress)
            if verdict is not None:
                verdict()
            with failing(out):
                sync_files([temporary(out / path) for path in written])
        except BaseException:
            sweep(out, {*paths, JOURNAL})
            remove_empty(out, ((out / path).parent for path in paths))
            if not journal.files:
                (out / JOURNAL).unlink(missing_ok=True)
            raise
        manifest = Manifest(version, audience, date, fresh)
        stale = [path for path in sorted(known) if path not in fresh]
        removed: list[str] = []
        left: list[str] = []
        if written or stale or manifest != old or (out / JOURNAL).exists():
            try:
                removed, left = _replace(out, manifest, written, stale, (old, journal))
            finally:
                sweep(out, {*paths, MANIFEST, JOURNAL})
    skipped = tuple(sorted(paths - set(written)))
    return BuildReport(out, len(planned), size, tuple(written), skipped, tuple(removed), tuple(left))


def check_paths(paths: Iterable[str]) -> None:
    """Raises ValueError for a path outside the allow-list, and for two that are one on a case-blind disk."""
    seen = {MANIFEST, JOURNAL, LOCK}
    for path in paths:
        if not is_allowed(path):
            raise ValueError(f"no file of a site may be called {path!r}")
        if path.casefold() in seen:
            raise ValueError(f"two files of a site are called {path!r}")
        seen.add(path.casefold())


def is_allowed(path: str) -> bool:
    """Whether a site may hold a file of this name: plain relative path, extension on the list."""
    parts = path.split("/")
    if not all(_SEGMENT.match(part) for part in parts) or TEMPORARY.match(path):
        return False
    extension = parts[-1].rpartition(".")[2] if "." in parts[-1] else ""
    if extension in EXTENSIONS or path in PLAIN_NAMES:
        return True
    return (parts[0] == "images" and extension.lower() in IMAGES) or (
        parts[0] == "figures" and extension in FIGURES
    )


def _ours(out: Path) -> tuple[Manifest, Manifest]:
    """The manifest, and the journal of an interrupted build; refuses a folder with content and neither."""
    journal = Manifest.read(out / JOURNAL)
    manifest = Manifest.read(out / MANIFEST)
    if manifest is None and journal is None:
        with failing(out):
            names = {item.name for item in out.iterdir()} - {LOCK}
        # A build killed before its journal was in place leaves this and nothing else.
        names = {name for name in names if name.partition(".tmp-")[0] != JOURNAL}
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise usage_error(
                f"{quote(str(out))} is not empty and holds no site of ours: {quote(min(names))}{more}",
                "choose an empty or a new folder, nothing was touched",
            )
    return manifest or Manifest(), journal or Manifest()


def _guard(out: Path, old: Manifest, audience: str, yes: bool) -> None:
    """Keeps what is not public out of folders that are published."""
    if yes or audience == "public":
        return
    found = next((name for name in HOSTED if (out / name).exists() or (out / name).is_symlink()), None)
    if found is not None or old.audience == "public":
        why = f"it holds {found}" if found is not None else "it holds a public site"
        raise usage_error(
            f"{quote(str(out))} looks published ({why}) and the audience is {audience}",
            "choose another folder, or add --yes if that is meant",
        )


def _render_all(
    out: Path,
    planned: list[Output],
    old: Manifest,
    known: Mapping[str, Entry],
    announce: Callable[[], None],
    gate: Gate | None,
    progress: Progress | None,
) -> tuple[dict[str, Entry], int, list[str]]:
    """The first half. Returns the new entries, the size of all files, and what now waits to be renamed."""
    fresh: dict[str, Entry] = {}
    written: list[str] = []
    size = 0
    for output in planned if progress is None else progress(planned, unit="file"):
        target = out / output.path
        data = content(out, output.path)
        if data is not None and output.path not in known:
            raise usage_error(
                f"{quote(str(target))} was not written by a build and is in the way",
                "move it away or choose another folder, nothing was touched",
            )
        digest = None if data is None else content_digest(data)
        entry = old.files.get(output.path)
        if entry != Entry(digest or "", output.key):
            made = output.render()
            entry = Entry(content_digest(made), output.key)
            if entry.sha256 != digest:
                data = made
                if not written:
                    announce()
                written.append(output.path)
                with failing(target):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    write_new(temporary(target), made)
        assert entry is not None and data is not None
        fresh[output.path] = entry
        size += len(data)
        if gate is not None:
            gate(output.path, data)
    return fresh, size, written


def _replace(
    out: Path, manifest: Manifest, written: list[str], stale: list[str], before: tuple[Manifest, Manifest]
) -> tuple[list[str], list[str]]:
    """The second half: journal, renames, stale files, manifest. Returns removed and left paths."""
    removed, left = [], []
    with failing(out):
        # Everything of ours that may lie in the folder from now on: announced by a killed build, or by this one.
        announced = {**before[1].files, **{path: manifest.files[path] for path in written}}
        put(out / JOURNAL, replace(manifest, files=announced).to_bytes())
        sync_folder(out)
        for path in written:
            temporary(out / path).replace(out / path)
        for folder in sorted({(out / path).parent for path in written}):
            sync_folder(folder)
        for path in stale:
            data = content(out, path)
            if data is None:
                continue
            if content_digest(data) in {side.files[path].sha256 for side in before if path in side.files}:
                (out / path).unlink()
                removed.append(path)
            else:
                left.append(path)
        remove_empty(out, ((out / path).parent for path in removed))
        put(out / MANIFEST, manifest.to_bytes())
        sync_folder(out)
        (out / JOURNAL).unlink()
    return removed, left
