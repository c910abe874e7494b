"""Arguments and flags of ``agree`` -> tables by annotator, and the options of the public function."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.errors import quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.cli.options import Settings
    from ocr_eval.tables.instances import Instances


def annotators_in(folder: str) -> list[tuple[str, str]]:
    """(name, path) of every sub-folder and file of a round; hidden ones are left out."""
    try:
        listed = sorted(path for path in Path(folder).iterdir() if not path.name.startswith("."))
    except OSError as error:
        reason = f"{quote(folder)} cannot be read: {error.strerror or error}"
        raise usage_error(reason, "give a folder with one sub-folder per annotator") from None
    named = [(path.name if path.is_dir() else path.stem, str(path)) for path in listed]
    names = [name for name, _ in named]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise usage_error(f"{quote(folder)} holds annotator {quote(twice[0])} twice", "keep one of them")
    if len(named) < 2:
        reason = f"{quote(folder)} holds {len(named)} annotators, agreement takes two or more"
        raise usage_error(reason, "give a folder with one sub-folder per annotator")
    return named


def read_round(path: str, flags: dict[str, Any], settings: Settings) -> dict[str, Instances]:
    """name -> table of a round: a folder with something per annotator, or one document of several."""
    from ocr_eval.cli.annotators import is_one_file, read_one_file

    if is_one_file([path]):
        return with_words(read_one_file(path, flags, settings), flags)
    return read_annotations(annotators_in(path), flags, settings)


def read_annotations(
    named: Sequence[tuple[str, str]], flags: dict[str, Any], settings: Settings
) -> dict[str, Instances]:
    """name -> table; with ``--words-of`` characters are put together to words."""
    from ocr_eval.cli.annotators import read_annotators

    return with_words(read_annotators(named, flags, settings), flags)


def with_words(tables: dict[str, Instances], flags: dict[str, Any]) -> dict[str, Instances]:
    """The tables, characters put together to the words of ``--words-of`` where that is given."""
    if flags["words_of"]:
        from ocr_eval.agreement.assembly import with_words_of

        tables = with_words_of(tables, flags["words_of"])
    return tables


def options(
    tables: dict[str, Instances], flags: dict[str, Any], names: Sequence[str] | None = None
) -> dict[str, Any]:
    """Arguments of ``agreement`` from the flags. ``names``: annotators as a work log may call them."""
    from ocr_eval.agreement.inputs import DONT_CARE
    from ocr_eval.agreement.user_rules import given_rules
    from ocr_eval.agreement.work_log import read_work_log
    from ocr_eval.cli.inputs import parse_protocols

    spelled = {image: image for table in tables.values() for image in table.sample_ids}
    return {
        "iou": flags["iou"],
        "images": read_ids(flags["image_ids"]) if flags["image_ids"] else None,
        "markers": tuple(dict.fromkeys((*DONT_CARE, *flags["dont_care"]))),
        "rules": given_rules(flags["rules"], flags["rule"]),
        "protocols": parse_protocols(flags["protocol"]) if flags["protocol"] else None,
        "log": read_work_log(flags["meta"], list(names or tables), spelled) if flags["meta"] else None,
        "seed": flags["seed"],
        "names": flags["names"],
    }


def read_ids(path: str) -> list[str]:
    """Image ids of ``--images``: one a line, named as files may be (gt_img_1.txt is img_1); no blank lines."""
    from ocr_eval.formats.names import key_of

    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = f"{quote(path)} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}"
        raise usage_error(reason, "give a UTF-8 file with one image id a line") from None
    ids = [key_of(line.strip()) for line in text.splitlines() if line.strip()]
    if not ids:
        raise usage_error(f"{quote(path)} names no image", "write one image id a line")
    return list(dict.fromkeys(ids))
