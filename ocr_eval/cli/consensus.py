"""``ocr-eval consensus``: several annotations of the same images -> merged labels and what stays unresolved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.options import FORMATS_HELP, Example, Settings, common, option
from ocr_eval.errors import usage_error

if TYPE_CHECKING:
    from pathlib import Path

    from ocr_eval.agreement.consensus_output import Written
    from ocr_eval.agreement.inputs import Annotations


@click.command(
    cls=Example,
    example="ocr-eval consensus A=sample B=sample:tesseract-psm3 C=sample:tesseract-psm11 --out merged",
    short_help="merged labels plus the unresolved list",
)
@click.argument("inputs", nargs=-1, required=True, metavar="A=PATH B=PATH C=PATH … | FILE")
@click.option(
    "--out", required=True, metavar="DIR", help="New folder: gt/, gt.jsonl, unresolved.csv, provenance.csv."
)
@option(
    "--text",
    type=click.Choice(["medoid", "majority", "rover"]),
    default="medoid",
    help="Text nearest to all, given most often, or voted per character. A tie is unresolved.",
)
@option(
    "--rings",
    type=click.Choice(["median", "medoid"]),
    default="median",
    help="Median of aligned vertices, or the ring nearest to all.",
)
@option(
    "--quorum",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.5,
    metavar="Q",
    help="Share of annotators that must have a unit (0.5); of two annotators both.",
)
@option("--gt-format", metavar="F", help=FORMATS_HELP)
@option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable.")
@option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of the summary.")
@common
@click.pass_obj
def command(settings: Settings, /, inputs: tuple[str, ...], **flags: Any) -> int:
    """Merges annotations of the same images: what enough annotators have, with the median of their rings.

    A tie between texts, flags or ways to cut a line is unresolved and stands in unresolved.csv with everything that
    annotators drew and wrote; it is never decided by alphabet, length or name. FILE is one document with several
    annotators, as in ocr-eval agree.
    """
    from ocr_eval.agreement.consensus import consensus
    from ocr_eval.agreement.consensus_output import to_text, written
    from ocr_eval.cli.new_files import staged
    from ocr_eval.cli.output import emit

    if flags["quorum"] != flags["quorum"]:  # click lets nan through every range
        raise usage_error("--quorum is not a number", "give a share of the annotators such as 0.5")
    target = new_folder(flags["out"])
    annotations = read_annotations(inputs, flags, settings)
    rules = {name: flags[name] for name in ("text", "rings", "quorum")}
    tables = [one.table for one in annotations.annotators]
    made = written(consensus(tables, **rules), annotations, rules)
    with staged(made.files, target, whole=False, is_folder=True) as path:
        check_result(path, made, annotations, flags)
        path.rename(target)
    if flags["format"] == "json":
        emit(made.files["consensus.json"].decode())
    else:
        names = {one.id: one.name for one in annotations.annotators}
        emit(to_text(json.loads(made.files["consensus.json"]), flags["out"], names))
    tell_notices(annotations, settings)
    return 0


def new_folder(out: str) -> Path:
    """Raises InputError (E_USAGE) when something is there already that is not an empty folder."""
    from pathlib import Path

    from ocr_eval.cli.output import check_folder
    from ocr_eval.errors import quote

    target = Path(out)
    if target.is_symlink() or (target.exists() and not (target.is_dir() and not any(target.iterdir()))):
        raise usage_error(f"{quote(out)} is there already", "choose a new folder, nothing is overwritten")
    check_folder(target)
    return target


def read_annotations(inputs: tuple[str, ...], flags: dict[str, Any], settings: Settings) -> Annotations:
    """Every annotator's table on the images that all share."""
    from ocr_eval.agreement.inputs import gather
    from ocr_eval.cli.annotators import is_one_file, named_annotators, read_annotators, read_one_file

    if is_one_file(inputs):
        return gather(read_one_file(inputs[0], flags, settings))
    return gather(read_annotators(named_annotators(inputs, settings), flags, settings, text=True))


def check_result(staged: Path, made: Written, annotations: Annotations, flags: dict[str, Any]) -> None:
    """Raises InputError (E_FORMAT) unless the labels are read back as they were decided."""
    import numpy as np

    from ocr_eval.agreement.consensus import KEPT
    from ocr_eval.agreement.consensus_layout import LABELS
    from ocr_eval.cli.inputs import parse_limits
    from ocr_eval.formats import read

    limits = parse_limits(flags["limit"])
    kept = sorted(made.found.with_status(KEPT), key=lambda one: one.sample)
    new = read(
        staged / LABELS,
        format=made.layout,
        role="gt",
        samples=annotations.images,
        text=made.has_text,
        invalid_polygons="official",
        limits=limits._replace(instances=10**9, total_instances=10**9, entries=10**9),
    )
    place = {sample: k for k, sample in enumerate(new.sample_ids)}
    new = new.take([place.get(image) for image in annotations.images], annotations.images)
    rings = [one.drawn.ring for one in kept if one.drawn is not None]
    same = (
        len(place) == len(annotations.images)
        and len(new) == len(kept) == len(rings)
        and np.array_equal(new.sample_of, [one.sample for one in kept])
        and np.array_equal(new.care, [bool(one.care) for one in kept])
        and np.array_equal(new.xy, np.concatenate(rings) if rings else np.zeros((0, 2)))
        and all(not one.care or text == (one.text or "") for text, one in zip(new.texts, kept, strict=False))
    )
    if not same:
        hint = "name texts and images so that plain label files can hold them"
        raise usage_error("the merged labels would be read as others", hint, "E_FORMAT")


def tell_notices(annotations: Annotations, settings: Settings) -> None:
    """Warnings about the inputs, on stderr."""
    from ocr_eval.cli.output import tell

    if not settings.quiet:
        for notice in annotations.notices:
            tell(f"warning[{notice.code}]: {notice.count} × {notice}")
