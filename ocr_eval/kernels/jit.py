"""Python function -> compiled kernel: the one place with Numba flags, and where an unwritable cache is survived.

Flags: ``nogil`` (threads work on chunks of samples), cached on disk where that is possible, C rules for division by
zero (kernels never raise). No fastmath and no parallel loops: results must not depend on the machine or on threads, and
the compiler must not fuse multiplications with additions (a test reads the machine code).

Every kernel is compiled for one form of arguments: read-only C-contiguous inputs, writable outputs, 64-bit scalars.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np

MODULES = (
    *(
        "assignment",
        "augmenting",
        "clip",
        "components",
        "edges",
        "edit",
        "flexible",
        "flow_loops",
        "line_heads",
        "matching",
    ),
    *("outlier_loops", "overlay_loops"),
    *("pairs", "polygon", "removal", "steady_loops", "text_rows", "words"),
)


def kernel(function: Callable[..., Any]) -> Any:
    """Decorator of every kernel. Compiles at the first call; without a cache when no folder for it can be written.

    Cached kernels are pickles, so a NUMBA_CACHE_DIR that others can write to is not used either.
    """
    try:
        trusted = is_private(os.environ.get("NUMBA_CACHE_DIR"))
        return numba.njit(nogil=True, error_model="numpy", cache=trusted)(function)
    except RuntimeError as error:
        # Numba looks for a writable folder here: NUMBA_CACHE_DIR, beside the module, the user's cache folder.
        if "cannot cache function" not in str(error):
            raise
        return numba.njit(nogil=True, error_model="numpy")(function)


def is_private(folder: str | None) -> bool:
    """False for a folder of somebody else, and for one that everybody may write to; it need not be there yet."""
    if not folder:
        return True
    try:
        status = Path(folder).stat()
    except OSError:
        return True
    own = not hasattr(os, "geteuid") or status.st_uid in (0, os.geteuid())
    return own and not status.st_mode & stat.S_IWOTH


def read_only(array: Any, dtype: Any) -> Any:
    """The array as kernels take inputs: C-contiguous, read-only, of this type; a view where possible."""
    view = np.ascontiguousarray(array, dtype).view()
    view.flags.writeable = False
    return view


def kernels() -> Iterator[tuple[str, Any]]:
    """(name, kernel) of all kernels there are; imports their modules."""
    for name in MODULES:
        full = f"ocr_eval.kernels.{name}"
        if importlib.util.find_spec(full) is None:
            continue
        module = importlib.import_module(full)
        for key, value in sorted(vars(module).items()):
            if isinstance(value, numba.core.dispatcher.Dispatcher) and value.py_func.__module__ == full:
                yield f"{name}.{key}", value


def warm_up() -> list[str]:
    """Compiles every kernel (or loads it from the cache) by calling its module's ``warm``; returns their names."""
    return [name for module in modules() for name in warm_module(module)]


def modules() -> list[str]:
    """The modules that hold kernels."""
    return sorted({name.partition(".")[0] for name, _ in kernels()})


def warm_module(module: str) -> list[str]:
    """Compiles the kernels of one module, or loads them from the cache; returns their names."""
    importlib.import_module(f"ocr_eval.kernels.{module}").warm()
    return [name for name, _ in kernels() if name.partition(".")[0] == module]


def cache_folder() -> str | None:
    """Where compiled kernels are kept; None when nothing can be written."""
    for _, compiled in kernels():
        folder = getattr(compiled._cache, "cache_path", None)
        return str(folder) if folder else None
    return None
