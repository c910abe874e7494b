"""One document of several annotators -> a table for each of them: what ``agree`` and ``consensus`` compare."""

from __future__ import annotations

from pathlib import Path

from ocr_eval.errors import Findings, usage_error
from ocr_eval.formats import choices_of
from ocr_eval.formats.annotators import annotators_of, parts_of
from ocr_eval.formats.built import columns_of, finished
from ocr_eval.formats.check import AUTO, opened
from ocr_eval.formats.names import folded, key_of
from ocr_eval.formats.reader import Options
from ocr_eval.limits import Limits
from ocr_eval.tables.instances import Instances

MOST = 256  # annotators: every pair of them is compared


def read_by_annotator(
    source: str | Path,
    *,
    format: str | None = None,  # noqa: A002
    limits: Limits | None = None,
    invalid_polygons: str = "official",
    max_errors: int = 100,
) -> dict[str, Instances]:
    """annotator -> table, annotators and images as they stand in the document, read as ground truth.

    Images are named as everywhere, without folder and extension, unless that makes two of them one: beside ``a.png``
    and ``a.jpg`` all names stay whole. A table has transcriptions where its annotator gave any. The other arguments are
    those of ``ocr_eval.formats.read``.

    Raises InputError: what ``read`` raises, and E_USAGE where the document does not name who drew all of it.
    """
    name, choices = (None, {}) if format in (None, AUTO) else choices_of(str(format))
    findings = Findings(str(source), "gt", max_errors)
    options = Options("gt", limits=limits or Limits(), choices=choices, full_names=True)
    chosen, entries, options = opened(name, options, findings)
    columns = None if chosen is None else columns_of(chosen, entries, options, findings)
    findings.check(len(entries))
    assert columns is not None
    known = annotators_of(columns)
    if not known or "" in known:
        what = "some images name no annotator" if any(known) else "no annotator is named in it"
        hint = "give every annotator's file: NAME=PATH NAME=PATH"
        raise usage_error(what, hint, source=str(source))
    if len(known) > MOST:
        hint = "leave annotators out of the file"
        raise usage_error(f"{len(known)} annotators, at most {MOST} are compared", hint, source=str(source))
    columns.samples = _short(columns.samples)
    tables = {}
    for who, part in parts_of(columns):
        own = Findings(str(source), "gt", max_errors)
        table = finished(part, entries, options, own, invalid_polygons)
        own.check(len(entries))
        assert table is not None
        tables[who] = table
    return tables


def _short(samples: list[str]) -> list[str]:
    """The keys of the names, where these are as many as the names."""
    names = set(samples)
    return (
        [key_of(name) for name in samples]
        if len({folded(key_of(n)) for n in names}) == len(names)
        else samples
    )
