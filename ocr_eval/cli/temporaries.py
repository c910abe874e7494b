"""A target -> a temporary file or folder beside it, locked as long as its maker lives.

The name says whose it is (``.out.json.ocr-eval-0``), the lock whether anybody still works on it: the kernel releases it
when a process dies, however it dies. So nothing is ever removed because it is old.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # a system without such locks: nothing is taken for left by the dead
    fcntl = None

MOST = 100  # writers of one target at a time


class Temporary:
    """``path`` beside ``target``, new and empty; ``close`` lets go of it. Raises OSError where there can be none."""

    def __init__(self, target: Path, *, is_folder: bool = False, suffix: str = "") -> None:
        # 60 bytes of the name, so that the whole is short enough for any file system.
        stem = os.fsdecode(os.fsencode(target.name)[:60])
        names = iter([target.with_name(f".{stem}.ocr-eval-{k}{suffix}") for k in range(MOST)])
        for path in names:
            if (handle := _made(path, is_folder)) is not None:
                break
        else:
            raise FileExistsError(17, f"{MOST} temporary files of others", str(target))
        self.path, self.handle = path, handle
        self._is_open = True
        for other in names:
            if not os.path.lexists(other) or not _swept(other):
                break

    def close(self) -> None:
        """Releases the lock. What is still under the temporary name stays there."""
        if self._is_open:
            self._is_open = False
            os.close(self.handle)

    def discard(self) -> None:
        """Removes what is still under the temporary name."""
        if self._is_open:
            if _is_at(self.handle, self.path):  # renamed, its name may be another run's by now
                _remove(self.path)
            self.close()


def _made(path: Path, is_folder: bool) -> int | None:
    """A handle of the new, locked file or folder; None when the name is somebody else's."""
    for _ in range(MOST):
        try:
            if is_folder:
                path.mkdir()
                handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
            else:
                handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            if _lock(handle) is not False and _is_at(handle, path):
                return handle
            os.close(handle)  # another run took it for one of the dead, between the two calls
        except FileExistsError:
            if not _swept(path):
                return None
        except KeyboardInterrupt:
            with contextlib.suppress(UnboundLocalError, OSError):
                os.close(handle)  # and the lock with it
            _swept(path)
            raise
    return None


def _swept(path: Path) -> bool:
    """Removes what a dead process left under this name; False when it is alive, or when it may not be ours."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        status = os.fstat(handle)
        own = status.st_uid == os.geteuid() and (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode))
        if not own or _lock(handle) is not True or not _is_at(handle, path):
            return False
        _remove(path)
        return not os.path.lexists(path)
    finally:
        os.close(handle)


def _lock(handle: int) -> bool | None:
    """True: locked; False: somebody else has it; None: there are no locks here."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_at(handle: int, path: Path) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(handle), path.lstat())
    return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        import shutil  # which loads three compressors

        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
