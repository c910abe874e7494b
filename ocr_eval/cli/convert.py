"""``ocr-eval convert``: annotations in one layout -> the same in another, and what of them was lost on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.layouts import print_layouts
from ocr_eval.cli.options import FORMATS_HELP, Example, Settings, common, option
from ocr_eval.errors import InputError, escape, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.formats.writers import Written
    from ocr_eval.limits import Limits
    from ocr_eval.tables.instances import Instances

BY_EXTENSION = {".jsonl": "jsonl", ".parquet": "parquet", ".csv": "csv"}  # where it leaves no doubt
_LEVELS = ("word", "line", "paragraph", "region", "character")


@click.command(
    cls=Example,
    example="ocr-eval convert sample labels.jsonl",
    short_help="read one annotation format, write another",
)
@click.argument("source", metavar="IN")
@click.argument("out", metavar="OUT")
@click.option(
    "--layouts",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_layouts,
    help="List all layouts.",
)
@click.option("--from", "layout", metavar="F", help=FORMATS_HELP)
@click.option(
    "--to", metavar="F", help="Layout to write; an OUT that ends in .jsonl, .parquet or .csv says it."
)
@option("--level", type=click.Choice(_LEVELS), help="Take the lines or paragraphs above the words instead.")
@option(
    "--role",
    type=click.Choice(["gt", "prediction"]),
    default="gt",
    help="What IN is: in a gt ### is don't care, a prediction may have confidences.",
)
@option("--confidence", is_flag=True, help="Lines of IN carry a confidence (predictions).")
@click.option("--lossy", is_flag=True, help="Change rings and texts that the layout cannot hold; counted.")
@click.option("--force", is_flag=True, help="Replace OUT if it is there.")
@option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of the summary.")
@option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable.")
@common
@click.pass_obj
def command(settings: Settings, /, source: str, out: str, **flags: Any) -> int:
    """Writes IN in another layout: OUT is a zip if its name ends so, else a folder or, for one document, a file.

    Rings and texts are never changed unless --lossy says so; what else the layout has no room for is left out and
    counted. OUT is read back and compared before it is moved into place.
    """
    from ocr_eval.cli.inputs import parse_limits
    from ocr_eval.cli.new_files import put, staged
    from ocr_eval.cli.output import emit, tell
    from ocr_eval.formats import FORMATS, because
    from ocr_eval.formats.writers import WRITERS, writer_of, written

    to = flags["to"] or BY_EXTENSION.get(Path(out).suffix.lower())
    if to is None:
        raise usage_error("the layout to write is not named", f"--to F, one of {', '.join(WRITERS)}")
    writer_of(to)
    limits = parse_limits(flags["limit"])
    path = input_path(source, settings)
    target = free_out(out, path, force=flags["force"])
    table = read_labels(path, to, flags, limits, settings)
    if settings.verbose:
        tell(f"{escape(source)}: layout {table.format}, {escape(because(table.format, flags['layout']))}")
    made = written(table, to, role=flags["role"], level=own_level(table, flags), lossy=flags["lossy"])
    document, zipped = FORMATS[made.layout].document, target.suffix.lower() == ".zip"
    files = named(made.files, target) if document else dict(sorted(made.files.items()))
    shape = {"whole": document and not zipped, "is_folder": not document and not zipped}
    with staged(files, target, **shape) as new:
        digest = checked(new, made, flags["role"], limits, settings)
        put(new, target, force=flags["force"])
    kind = "zip" if zipped else "file" if document else "folder"
    body = report(source, out, table, made, flags, to, kind, len(files), digest)
    emit(_as_json(body) if flags["format"] == "json" else to_text(body))
    if not settings.quiet and flags["format"] == "text":
        for notice in table.notices:
            if settings.verbose or notice.code not in ("W_LAYOUT", "W_ORIENTATION"):
                tell(f"{escape(source)}: warning[{notice.code}]: {notice.count} × {notice}")
    return 0


def input_path(source: str, settings: Settings) -> str:
    """An existing path, a stored output of the sample data set (``sample:ID``), or a prepared data set."""
    from ocr_eval.cli.inputs import named_predictions, resolve_gt

    if source == "-":
        raise usage_error("standard input is not converted", "save it to a file first")
    if source.startswith("sample:"):
        return named_predictions([source])[0][1]
    return resolve_gt(source, settings)[0]


def free_out(out: str, path: str, *, force: bool) -> Path:
    """The path to write. Raises InputError (E_USAGE) when it is taken, is the input, or lies in it."""
    from ocr_eval.cli.new_files import taken

    if out == "-" or not out:
        raise usage_error("convert writes files, not to standard output", "give a path as OUT")
    target, given = Path(out), Path(path)
    real = target.resolve()
    if real == given.resolve() or (given.is_dir() and given.resolve() in real.parents):
        raise usage_error(f"OUT {quote(out)} is the input or lies in it", "choose another name")
    if taken(target) and not force:
        raise usage_error(f"{quote(out)} is there already", "choose a new name, or replace it with --force")
    return target


def read_labels(path: str, to: str, flags: dict[str, Any], limits: Limits, settings: Settings) -> Instances:
    """The table of IN with all its rings, invalid ones too; as texts where it has none, or OUT holds none."""
    from ocr_eval.formats import FORMATS, read
    from ocr_eval.formats.writers import WRITERS

    name = (flags["layout"] or "").partition("(")[0]
    rings = WRITERS[to].rings != "none"
    if name in FORMATS:
        row = FORMATS[name]
        rings = (row.geometry or row.rings) and (rings or not (row.texts or not row.geometry))
    arguments: dict[str, Any] = {
        "format": flags["layout"],
        "role": flags["role"],
        "confidence": flags["confidence"],
        "limits": limits,
        "max_errors": settings.max_errors,
        "invalid_polygons": "official",
        "geometry": rings,
    }
    try:
        table = read(path, **arguments)
    except InputError as error:
        other = "texts without rings" if rings else "rings, which recognition does not read"
        if name or not any(other in problem.reason for problem in error.problems):
            raise
        arguments["geometry"] = not rings
        table = read(path, **arguments)
    if flags["level"] and table.format in LEVELLED:
        table = read(path, **arguments | {"level": flags["level"], "format": flags["layout"] or table.format})
    return table


LEVELLED = ("rects", "page-xml", "alto", "hocr", "tesseract-tsv")  # readers that take a level


def own_level(table: Instances, flags: dict[str, Any]) -> str | None:
    """The level to raise the table to; None where its reader has done so."""
    level: str | None = flags["level"]
    if table.format in LEVELLED:
        return None
    if level in ("region", "character"):
        raise usage_error(f"layout {table.format} has no level {level}", "levels are word, line, paragraph")
    return level


def named(files: dict[str, bytes], target: Path) -> dict[str, bytes]:
    """The one document under the name of OUT, with its own ending in a zip."""
    ((own, data),) = files.items()
    return {target.stem + Path(own).suffix: data}


def checked(staged: Path, made: Written, role: str, limits: Limits, settings: Settings) -> str:
    """The digest of what was written. Raises InputError (E_FORMAT) when it is read as something else."""
    from ocr_eval.formats import read
    from ocr_eval.formats.writers.compare import difference
    from ocr_eval.tables.digest import digest

    try:
        found = read(
            staged,
            format=made.layout,
            role=role,
            samples=made.table if made.joined else None,
            confidence=made.table.confidence is not None,
            geometry=made.table.geometry or made.regions,
            regions=made.regions,
            limits=limits,
            max_errors=settings.max_errors,
            invalid_polygons="official",
        )
    except InputError as error:
        reason = f"what was written could not be read: {error.problems[0].reason}"
        hint = error.problems[0].hint or "name texts and images so that the layout can hold them"
        raise usage_error(reason, hint, "E_FORMAT") from None
    if wrong := difference(made.table, found):
        hint = "choose another layout with --to; json and jsonl hold everything"
        raise usage_error(f"what was written would be read as something else: {wrong}", hint, "E_FORMAT")
    return digest(found)


def report(
    source: str,
    out: str,
    table: Instances,
    made: Written,
    flags: dict[str, Any],
    to: str,
    kind: str,
    files: int,
    digest: str,
) -> dict[str, Any]:
    """``ocr-eval/convert/1``."""
    from ocr_eval.formats import because

    return {
        "schema": "ocr-eval/convert/1",
        "input": source,
        "output": out,
        "role": flags["role"],
        "from": {"layout": table.format, "because": because(table.format, flags["layout"])},
        "to": to,
        "container": kind,
        "files": files,
        "samples": len(made.table.sample_ids),
        "instances": len(made.table),
        "digest": digest,
        "lost": [{"kind": one.kind, "count": one.count, "first": one.first} for one in made.losses],
        "warnings": [{"code": n.code, "message": str(n), "count": n.count} for n in table.notices],
    }


def to_text(body: dict[str, Any]) -> str:
    """The summary for people."""
    size = f"{body['instances']} instances in {body['samples']} samples"
    lines = [
        f"{escape(body['output'])}: {size}, {body['from']['layout']} -> {body['to']} ({body['container']})"
    ]
    for one in body["lost"]:
        first = f", first {escape(one['first'])}" if one["first"] else ""
        lines.append(f"  lost: {one['count']} {one['kind']}{first}")
    if not body["lost"]:
        lines.append("  nothing was lost")
    return "\n".join(lines) + "\n"


def _as_json(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
