"""Named bytes -> a new folder, zip or file under a temporary name beside its target; nothing is overwritten."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from ocr_eval.errors import escape, quote, usage_error


def free_target(out: str) -> tuple[Path, Path]:
    """The new gt's path and its provenance's. Raises InputError (E_USAGE) when something is there already."""
    target = Path(out)
    beside = target.with_name(target.name + ".provenance.json")
    for path in (target, beside):
        taken = path.is_symlink() or path.exists()
        if taken and not (path == target and path.is_dir() and not any(path.iterdir())):
            raise usage_error(
                f"{quote(str(path))} is there already", "choose a new name, nothing is overwritten"
            )
    return target, beside


def stage(files: dict[str, bytes], target: Path, *, whole: bool, is_folder: bool) -> Path:
    """The new gt under a temporary name beside its target, same bytes for the same content."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name[:64]}.", dir=target.parent))
        folder.chmod(0o777 & ~_umask())
        if is_folder:
            for name, data in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            return folder
        made = folder.with_name(folder.name + target.suffix)
        folder.rmdir()
        if whole:
            made.write_bytes(next(iter(files.values())))
        else:
            _write_zip(made, files)
        return made
    except OSError as error:
        reason = f"{escape(str(target))} cannot be written: {error.strerror or error}"
        raise usage_error(reason, "choose a folder you may write to") from None


def discard(path: Path) -> None:
    """Removes what ``stage`` made."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _write_zip(path: Path, files: dict[str, bytes]) -> None:
    import zipfile

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
