"""Whether compiled kernels are on disk, told without loading Numba, which takes half a second."""

from __future__ import annotations

import os
from pathlib import Path

_ASKED = ("pairs", "polygon", "edges")  # what every pairing needs


def is_stored() -> bool:
    """True when the cache beside the modules or in NUMBA_CACHE_DIR holds kernels as new as their source.

    A guess for deciding what pays, not a promise: Numba looks at more, and in the user's cache folder as well.
    """
    here = Path(__file__).parent
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    folder, inside = (Path(chosen), "*/") if chosen else (here, "__pycache__/")
    try:
        return all(_is_newer(folder, f"{inside}{name}.*.nbi", here / f"{name}.py") for name in _ASKED)
    except OSError:
        return False


def _is_newer(folder: Path, pattern: str, source: Path) -> bool:
    since = source.stat().st_mtime
    return any(index.stat().st_mtime >= since for index in folder.glob(pattern))
