"""A folder of pictures -> sizes, equal files and pictures that look alike (dHash). Reads headers first, decodes little.

dHash: the picture in grey at 9 x 8, one bit for every pixel darker than its right neighbour. Two pictures look alike
when at most three of the 64 bits differ; all such pairs are found, since one of four quarters must then be equal.
"""

from __future__ import annotations

import hashlib
import itertools
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import escape, usage_error
from ocr_eval.formats.names import IMAGES, key_of

FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP")
PIXELS = 100_000_000  # of a picture that is decoded
BYTES = 256 << 20
FILES = 200_000
ALIKE = 3  # bits that may differ
_FLAT = 6  # set (or clear) bits below which a picture is nearly one colour and says nothing
_BUCKET = 500  # pictures that share a quarter and are all compared; beyond, each with the first and the next


class Pictures(NamedTuple):
    """What is known of the pictures of S samples."""

    sizes: dict[int, tuple[int, int]]  # sample -> width, height in pixels
    missing: tuple[int, ...]  # samples without a picture
    unread: tuple[tuple[int, str], ...]  # (sample, why)
    equal: tuple[tuple[int, ...], ...]  # samples whose files are the same bytes
    alike: tuple[tuple[int, int, int], ...]  # (sample, sample, differing bits), not among the equal ones


class Look(NamedTuple):
    """The digest and dHash of one picture; no hash where it is nearly one colour."""

    sample: int
    digest: bytes
    hashed: int | None


def look(folder: str, sample_ids: Sequence[str]) -> tuple[Pictures, list[Look]]:
    """Reads the picture of every sample. Raises InputError (E_USAGE) for a folder that is none, or too many files."""
    files = _files(folder)
    sizes: dict[int, tuple[int, int]] = {}
    missing, unread, looks = [], [], []
    for k, sample in enumerate(sample_ids):
        path = files.get(sample)
        if path is None:
            missing.append(k)
            continue
        try:
            size, own = _read(path, k)
        except Exception as error:  # what decoders raise for broken files has no common class
            unread.append(
                (k, f"{type(error).__name__}: {escape(str(error))}"[:200].replace(str(path), path.name))
            )
            continue
        sizes[k] = size
        looks.append(own)
    equal, alike = compare(looks)
    return Pictures(sizes, tuple(missing), tuple(unread), equal, alike), looks


def _files(folder: str) -> dict[str, Path]:
    """Sample id -> picture. Links are not followed; of two pictures of one sample the first by name counts."""
    root = Path(folder)
    if not root.is_dir():
        raise usage_error(
            f"{escape(folder)} is no folder of pictures", "give the folder that holds the image files"
        )
    found: dict[str, Path] = {}
    paths = sorted(p for p in root.rglob("*") if p.suffix.lower().lstrip(".") in IMAGES)
    if len(paths) > FILES:
        raise usage_error(f"{len(paths)} pictures, at most {FILES}", "inspect a part of them at a time")
    for path in paths:
        if path.is_file() and not path.is_symlink():
            found.setdefault(key_of(path.name), path)
    return found


def _read(path: Path, sample: int) -> tuple[tuple[int, int], Look]:
    from PIL import Image

    if path.stat().st_size > BYTES:
        raise ValueError(f"more than {BYTES >> 20} MiB")
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").digest()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Image.open(path, formats=FORMATS) as picture:
            size = picture.size
            if size[0] * size[1] > PIXELS:
                raise ValueError(f"{size[0]} x {size[1]} pixels, at most {PIXELS}")
            picture.draft("L", (72, 64))  # a JPEG can be decoded small
            grey = np.asarray(picture.convert("L").resize((9, 8), Image.Resampling.BOX), np.int16)
    bits = (grey[:, :-1] < grey[:, 1:]).ravel()
    hashed = int.from_bytes(np.packbits(bits).tobytes(), "big")
    flat = not _FLAT <= int(bits.sum()) <= 64 - _FLAT
    return size, Look(sample, digest, None if flat else hashed)


def compare(looks: Sequence[Look]) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, int, int], ...]]:
    """(groups of samples with equal files, pairs that look alike)."""
    same: dict[bytes, list[int]] = {}
    for one in looks:
        same.setdefault(one.digest, []).append(one.sample)
    equal = tuple(sorted(tuple(sorted(group)) for group in same.values() if len(group) > 1))
    group_of = {sample: k for k, group in enumerate(equal) for sample in group}
    known = [one for one in looks if one.hashed is not None]
    sample = np.array([one.sample for one in known], np.int64)
    hashed = np.array([one.hashed for one in known], np.uint64)
    pairs: set[tuple[int, int]] = set()
    for quarter in range(4):
        key = (hashed >> np.uint64(16 * quarter)) & np.uint64(0xFFFF)
        pairs |= _together(key)
    alike = []
    for a, b in pairs:
        bits = int(hashed[a] ^ hashed[b]).bit_count()
        low, high = sorted((int(sample[a]), int(sample[b])))
        if bits <= ALIKE and (low not in group_of or group_of[low] != group_of.get(high)):
            alike.append((low, high, bits))
    return equal, tuple(sorted(alike, key=lambda row: (row[2], row[0], row[1])))


def _together(key: NDArray[Any]) -> set[tuple[int, int]]:
    """Positions with equal keys, as pairs."""
    order = np.argsort(key, kind="stable")
    found: set[tuple[int, int]] = set()
    for run in np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(order) else []:
        own = run.tolist()
        if len(own) <= _BUCKET:
            found |= {(a, b) for k, a in enumerate(own) for b in own[k + 1 :]}
        else:
            found |= {(own[0], b) for b in own[1:]} | set(itertools.pairwise(own))
    return found
