"""Results -> stdout or a file replaced atomically; everything else -> stderr. UTF-8 whatever the locale."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from ocr_eval.cli.temporaries import Temporary
from ocr_eval.errors import InputError, Problem, escape, quote, usage_error


def emit(text: str) -> None:
    """Writes a result to stdout. A closed stdout takes nothing, quietly."""
    if sys.stdout is None or sys.stdout.closed:
        return
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        sys.stdout.flush()
        buffer.write(text.encode("utf-8", "surrogatepass"))
        buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise usage_error(
            f"stdout cannot be written: {error.strerror}", "free space, or write to a file with -o"
        ) from None


def tell(text: str) -> None:
    """Writes one or more lines to stderr; a closed stderr takes nothing."""
    if sys.stderr is None or sys.stderr.closed:
        return
    line = text + "\n"
    with contextlib.suppress(OSError):
        buffer = getattr(sys.stderr, "buffer", None)
        if buffer is None:
            sys.stderr.write(line)
        else:
            sys.stderr.flush()
            buffer.write(line.encode("utf-8", "backslashreplace"))
        sys.stderr.flush()


def wants_colour(choice: str, environment: dict[str, str] | None = None) -> bool:
    """``--color``, then NO_COLOR, then FORCE_COLOR, then whether stderr is a terminal."""
    values = dict(os.environ) if environment is None else environment
    if choice != "auto":
        return choice == "always"
    if values.get("NO_COLOR"):
        return False
    return bool(values.get("FORCE_COLOR")) or (sys.stderr is not None and sys.stderr.isatty())


def tell_problems(error: InputError, *, max_errors: int = 100, colour: bool = False) -> None:
    """One line per problem, then what was left out and a closing count."""
    for problem in error.problems[:max_errors]:
        tell(paint(problem, colour))
    hidden = error.total - min(len(error.problems), max_errors)
    if hidden > 0:
        tell(f"… and {hidden} more")
    if error.scope or error.total > 1:
        tell(f"{error.total} error{'s' if error.total != 1 else ''}{error.scope}")


def paint(problem: Problem, colour: bool) -> str:
    """The problem's line, its code in red when colours are wanted (the code alone says it too)."""
    line = str(problem)
    mark = f"error[{problem.code}]"
    return line.replace(mark, f"\x1b[31m{mark}\x1b[0m", 1) if colour else line


class OutputFile:
    """A file that is opened before work starts and replaces its target only when ``commit`` is called.

    The temporary file stands beside the target; leaving the ``with`` block without ``commit`` removes it.
    """

    def __init__(self, target: str | Path) -> None:
        self.target = Path(target)
        try:
            if self.target.is_dir():
                raise IsADirectoryError(21, "is a directory")
            if self.target.exists() and not self.target.is_file():
                raise OSError(22, "a device or pipe, which a file would replace")
            self._new = Temporary(self.target)
        except OSError as error:
            reason = f"{escape(str(target))} cannot be written: {error.strerror or error}"
            raise usage_error(reason, "choose a folder you may write to") from None

    def commit(self, text: str) -> None:
        """Writes, syncs and renames. Raises InputError (E_USAGE) when the disk does not take it."""
        self.fill(text)
        self.replace()

    def fill(self, text: str) -> None:
        """The first half of ``commit``: the new file is on disk, under its temporary name."""
        with self._failing(), os.fdopen(self._new.handle, "wb", closefd=False) as stream:
            stream.write(text.encode("utf-8", "surrogatepass"))
            stream.flush()
            os.fsync(self._new.handle)

    def replace(self) -> None:
        """The second half: the new file takes the place of the old one. Only then the lock goes."""
        with self._failing():
            self._new.path.replace(self.target)
            self._new.close()

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.discard()
            reason = f"{escape(str(self.target))} cannot be written: {error.strerror or error}"
            raise usage_error(
                reason, "free space or choose another place, the old file is untouched"
            ) from None

    def discard(self) -> None:
        """Removes the temporary file, if it is still there."""
        self._new.discard()

    def __enter__(self) -> OutputFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()


def check_folder(folder: str | Path) -> None:
    """Raises InputError (E_USAGE) when nothing can be written there, or no such folder be made; makes nothing yet."""
    place = Path(folder)
    while not os.path.lexists(place) and place != place.parent:
        place = place.parent
    if not place.is_dir():
        why = "is no folder"
    elif not os.access(place, os.W_OK | os.X_OK):
        why = "takes no files"
    else:
        return
    reason = f"{quote(str(folder))} cannot be written: {quote(str(place))} {why}"
    raise usage_error(reason, "choose another folder")


def check_outputs(outputs: Iterable[str | None], inputs: Iterable[str]) -> None:
    """Raises InputError (E_USAGE) when an output would replace an input or another output."""
    taken = {_real(path): "an input" for path in inputs if path != "-"}
    for path in outputs:
        if path is None:
            continue
        real = _real(path)
        if real in taken:
            raise usage_error(f"output {quote(path)} is {taken[real]} as well", "choose another name")
        taken[real] = "another output"


def _real(path: str) -> str:
    try:
        return os.path.realpath(path)
    except OSError:  # the working directory is gone
        return path


def write_all(pairs: Iterable[tuple[OutputFile, str]]) -> None:
    """Commits several outputs, in order; none is replaced before all are on disk."""
    opened = list(pairs)
    for output, text in opened:
        output.fill(text)
    for output, _ in opened:
        output.replace()
