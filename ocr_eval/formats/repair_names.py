"""Names of files -> names of samples of the gt, when there is one way to map them all, and one to one.

Tried in this order: case and further extensions (``IMG_1.TXT.txt``), the folder each file lies in, and one prefix and
one suffix that all unknown names share (``pred_img_1-boxes.txt``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ocr_eval.errors import Findings
from ocr_eval.formats.files import File, sample_files
from ocr_eval.formats.names import DOCUMENTS, IMAGES, PREFIXES, Samples, folded, parts_of
from ocr_eval.formats.repairs import Repair, Repairs, may_be_sample

CANDIDATES = 200  # prefixes and suffixes that are tried at most


def renamed(files: Sequence[File], samples: Samples, repairs: Repairs) -> list[File]:
    """The files, unknown names replaced by the samples they mean; unchanged, with a doubt, when that is not certain.

    Names that are not allowed, and links, are never replaced: they keep their error.
    """
    if sample_files([file for file in files if not file.name.endswith("/")], Findings(""), samples) is None:
        return list(files)
    plain = [file for file in files if may_be_sample(file)]
    known = {found for file in plain if (found := samples.find(parts_of(file.name)[0]))}
    unknown = [file for file in plain if samples.find(parts_of(file.name)[0]) is None]
    if not unknown:
        return list(files)
    table: dict[str, str | None] = {}
    for sample in samples.ids:
        table[folded(sample)] = None if folded(sample) in table else sample
    free = {fold: sample for fold, sample in table.items() if sample is not None and sample not in known}
    for keys in (list(map(bare, unknown)), list(map(_folder, unknown))):
        mapping = _one_to_one(keys, free.get)
        if mapping is not None:
            return _with_names(files, unknown, mapping, repairs)
    mapping = _by_frame(list(map(bare, unknown)), free)
    if mapping is None:
        repairs.doubts.append("names of files do not map one to one to samples of the ground truth")
        return list(files)
    return _with_names(files, unknown, mapping, repairs)


def bare(file: File) -> str:
    """The folded base name without known extensions and one leading prefix, in any case."""
    key = file.name.rpartition("/")[2]
    while "." in key and key.rpartition(".")[2].lower() in DOCUMENTS | IMAGES:
        key = key.rpartition(".")[0]
    prefix = next((p for p in PREFIXES if key.lower().startswith(p)), "")
    return folded(key[len(prefix) :])


def _folder(file: File) -> str:
    return folded(file.name.rpartition("/")[0].rpartition("/")[2])


def _one_to_one(keys: Sequence[str], find: Callable[[str], str | None]) -> list[str] | None:
    """The samples of the keys; None when a key has none, or two have the same."""
    found: dict[str, None] = {}
    for key in keys:
        sample = find(key)
        if sample is None or sample in found:
            return None
        found[sample] = None
    return list(found)


def _by_frame(keys: Sequence[str], free: dict[str, str]) -> list[str] | None:
    """The samples when exactly one prefix and suffix around them explains every key."""
    shortest = min(keys, key=len)
    frames = []
    for fold in free:
        place = shortest.find(fold)
        if fold and place >= 0:
            frames.append((shortest[:place], shortest[place + len(fold) :]))
    found = []
    for before, after in dict.fromkeys(frames[: CANDIDATES + 1]):

        def find(key: str, before: str = before, after: str = after) -> str | None:
            long_enough = len(key) > len(before) + len(after)
            if not (long_enough and key.startswith(before) and key.endswith(after)):
                return None
            return free.get(folded(key[len(before) : len(key) - len(after)]))

        mapping = _one_to_one(keys, find)
        if mapping is not None and mapping not in found:
            found.append(mapping)
    return found[0] if len(found) == 1 and len(frames) <= CANDIDATES else None


def _with_names(
    files: Sequence[File], unknown: Sequence[File], mapping: Sequence[str], repairs: Repairs
) -> list[File]:
    """The files under their new names; directories are left out, for one of them may have a sample's name."""
    new = {}
    for file, sample in zip(unknown, mapping, strict=True):
        end = parts_of(file.name)[1]
        name = f"{sample}.{end if end in DOCUMENTS else 'txt'}"
        if parts_of(name)[0] != sample:
            name = f"{PREFIXES[-1]}{name}"
        new[file.name] = name
        repairs.add(Repair("layout", "entry of another name", file.name, None, file.name, name))
    kept = [file for file in files if not file.name.endswith("/")]
    return [file._replace(name=new[file.name]) if file.name in new else file for file in kept]
