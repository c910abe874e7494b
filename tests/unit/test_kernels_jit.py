"""How kernels are compiled: one form each, no fused multiply-add, and without a cache where none can be written."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FUSED = r"\b(?:vfn?m(?:add|sub)\w*|fn?m(?:add|sub)\b|fml[as]\b)"


def run(code: str, **environment: str) -> str:
    """The output of a fresh interpreter."""
    import os

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def machine_code(kernel: Any) -> list[str]:
    """The assembly of each form of a kernel, also of one that came from the cache.

    ``inspect_asm`` refuses those, but a cache keeps their optimised modules, and this machine's code generator writes
    the same code from a module again.
    """
    libraries = [form.library for form in kernel.overloads.values()]
    return [str(one.codegen._tm.emit_assembly(one._get_module_for_linking())) for one in libraries]


def test_no_kernel_fuses_multiplication_with_addition() -> None:
    from ocr_eval.kernels import jit

    jit.warm_up()
    rows = [(name, code) for name, kernel in jit.kernels() for code in machine_code(kernel)]
    # A kernel called only by others may have no form of its own: its code stands in theirs.
    assert {name for name, _ in rows} >= {
        "clip.clip_areas",
        "edges.edge_areas",
        "edges.sort_edges",
        "polygon.side",
        "pairs.brute",
        "edit.myers",
    }
    assert [name for name, code in rows if len(code) < 1000 or re.search(FUSED, code)] == []


def test_contraction_would_be_seen() -> None:
    import numba

    from ocr_eval.kernels import edges
    from ocr_eval.kernels.jit import read_only

    fused = numba.njit(fastmath={"contract"})(edges.edge_areas.py_func)
    column, ring, one = read_only([0, 1], np.float64), read_only([0, 2], np.int64), read_only([0], np.int64)
    fused(*(column,) * 6, ring, *(column,) * 6, ring, one, one, read_only([2], np.int8), np.zeros(1))
    (code,) = machine_code(fused)
    assert re.findall(FUSED, code) == re.findall(FUSED, "".join(fused.inspect_asm().values()))
    if not re.search(FUSED, code):
        pytest.skip("this processor has no fused multiply-add")
    assert len(re.findall(FUSED, code)) > 1


def test_every_kernel_keeps_one_form_of_arguments() -> None:
    """Arrays of every kind go through pairing and edit distances; a second form would be a second compilation."""
    from ocr_eval.kernels import jit
    from ocr_eval.kernels.edit import distances
    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.joined import join
    from tests.tables import Word, box, table

    jit.warm_up()
    few = [Word(box(0, 0, 9, 9)), Word([0, 0, 9, 1, 8, 9, 1, 8]), Word([0, 0, 9, 9, 9, 0, 0, 9])]
    many = [Word(box(9 * x, 9 * y, 9 * x + 12, 9 * y + 12)) for x in range(12) for y in range(12)]
    odd = [Word([0.5, 0.25, 9.1, 0.3, 4, 8.7, 3.3, 3.2, 0, 7]), Word([1, 1, 1, 1, 1, 1, 1, 1])]
    samples = {"a": few, "b": many, "c": odd, "d": [], "e": few * 20}
    joined = join(table(samples, role="gt"), table(samples))
    pairing = Pairing(joined, policy="official", kernels="numba")
    for pairs in (pairing.rings, pairing.hulls(), pairing.hulls("first4")):
        candidates = np.flatnonzero(pairing.overlaps(pairs, 0.5))
        pairing.first_fit(pairs, candidates)
        pairing.best_first(pairs, candidates, pairing.iou(pairs)[candidates])
    text = np.frombuffer(b"a\0\0\0b\0\0\0", np.uint32)
    distances(text, [0, 1, 2], text.copy(), np.array([0, 1, 2], np.int32))
    forms = {name: len(kernel.signatures) for name, kernel in jit.kernels()}
    # A kernel called only by others has no form of its own when those came from the cache.
    assert {name for name, count in forms.items() if count > 1} == set()
    assert sum(forms.values()) > 12


def test_without_a_writable_folder_kernels_compile_without_a_cache() -> None:
    out = run(
        """
        import numba.core.caching as caching

        # What Numba finds on a read-only package without a home: no place at all.
        caching.FunctionCache._impl_class._locator_classes = []
        from ocr_eval.kernels import jit, matching

        matching.warm()
        print(jit.cache_folder(), len(matching.first_fit.signatures))
        """
    )
    assert out.split() == ["None", "1"]


def test_a_cache_that_others_can_write_to_is_not_used(tmp_path: Path) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    shared.mkdir()
    shared.chmod(0o1777)
    own.mkdir(mode=0o700)
    code = "from ocr_eval.kernels import jit, matching; matching.warm(); print(jit.cache_folder())"
    assert run(code, NUMBA_CACHE_DIR=str(shared)).split() == ["None"]
    assert run(code, NUMBA_CACHE_DIR=str(own)).strip().startswith(str(own))
    assert list(shared.iterdir()) == []
    assert list(own.rglob("*.nbi"))


def test_the_cache_folder_is_named() -> None:
    from ocr_eval.kernels import jit

    folder = jit.cache_folder()
    assert folder is None or "__pycache__" in folder or "numba" in folder.lower()


def test_other_faults_of_decoration_are_not_hidden() -> None:
    from ocr_eval.kernels import jit

    with pytest.raises(TypeError):
        jit.kernel(3)
