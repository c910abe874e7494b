"""Named bytes -> a new folder, zip or file under a temporary name beside its target, then in its place.

Nothing is overwritten, unless ``put`` is told to.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ocr_eval.cli.temporaries import Temporary
from ocr_eval.errors import InputError, escape, quote, usage_error


def free_target(out: str) -> tuple[Path, Path]:
    """The new gt's path and its provenance's. Raises InputError (E_USAGE) when something is there already."""
    from ocr_eval.cli.output import check_folder

    target = Path(out)
    beside = target.with_name(target.name + ".provenance.json")
    for path in (target, beside):
        if taken(path) if path == target else path.is_symlink() or path.exists():
            raise usage_error(
                f"{quote(str(path))} is there already", "choose a new name, nothing is overwritten"
            )
    check_folder(target.parent)
    return target, beside


def taken(path: Path) -> bool:
    """True when something is there that is not an empty folder."""
    return path.is_symlink() or (path.exists() and not (path.is_dir() and not any(path.iterdir())))


def put(new: Path, target: Path, *, force: bool) -> None:
    """Moves what ``staged`` made into place. ``force`` replaces a file, or a folder of files such as these.

    Raises InputError (E_USAGE) when the target has come into being meanwhile, or holds other things.
    """
    try:
        if taken(target):
            if not force:
                raise usage_error(f"{quote(str(target))} is there already", "choose a new name")
            _check_replaceable(new, target)
            if target.is_dir():
                _exchange(new, target)
                shutil.rmtree(new, ignore_errors=True)  # the old one, by now
                return
        elif target.is_dir() and not new.is_dir():
            target.rmdir()
        new.replace(target)
    except OSError as error:
        raise _refused(target, error) from None


def _exchange(new: Path, target: Path) -> None:
    """Two folders change places, in one step where the system can: a kill leaves the old one or the new one there."""
    import ctypes

    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE of Linux
    with contextlib.suppress(AttributeError, OSError):
        library = ctypes.CDLL(None, use_errno=True)
        if library.renameat2(here, os.fsencode(new), here, os.fsencode(target), exchange) == 0:
            return
    old = Temporary(target, is_folder=True)  # its name is kept by us, and swept by a later run
    try:
        target.rename(old.path / "old")
        try:
            new.rename(target)
        except OSError:
            (old.path / "old").rename(target)
            raise
    finally:
        old.discard()


def _check_replaceable(new: Path, target: Path) -> None:
    """A link, a file in the place of a folder, or a folder with anything but files of the same kind stays."""
    if target.is_symlink() or target.is_dir() != new.is_dir():
        kind = "a link" if target.is_symlink() else "a folder" if target.is_dir() else "a file"
        raise usage_error(f"{quote(str(target))} is {kind}", "--force does not replace it: remove it first")
    if not target.is_dir():
        return
    ends = {path.suffix for path in new.iterdir()}
    for path in sorted(target.iterdir()):
        if path.is_symlink() or not path.is_file() or path.suffix not in ends:
            reason = f"folder {quote(str(target))} holds {quote(path.name)}, which is no file of the layout"
            raise usage_error(reason, "--force does not remove it: choose another folder")


@contextlib.contextmanager
def staged(files: dict[str, bytes], target: Path, *, whole: bool, is_folder: bool) -> Iterator[Path]:
    """The new files under a temporary name beside their target, same bytes for the same content, synced.

    Whoever wants them renames the path; if nobody does, they are gone when the ``with`` block is left.
    """
    try:
        new = Temporary(target, is_folder=is_folder, suffix="" if is_folder else target.suffix)
    except OSError as error:
        raise _refused(target, error) from None
    try:
        try:
            if is_folder:
                for name, data in files.items():
                    path = new.path / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with path.open("xb") as stream:
                        _write(stream, data)
            else:
                with os.fdopen(new.handle, "r+b", closefd=False) as stream:
                    _write(stream, next(iter(files.values())) if whole else _zipped(files))
        except OSError as error:
            raise _refused(target, error) from None
        yield new.path
    finally:
        new.discard()


def _refused(target: Path, error: OSError) -> InputError:
    reason = f"{escape(str(target))} cannot be written: {error.strerror or error}"
    return usage_error(reason, "choose a folder you may write to")


def _write(stream: BinaryIO, data: bytes) -> None:
    stream.write(data)
    stream.flush()
    os.fsync(stream.fileno())


def _zipped(files: dict[str, bytes]) -> bytes:
    import io
    import zipfile

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return made.getvalue()
