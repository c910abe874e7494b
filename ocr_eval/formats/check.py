"""One input -> everything that is wrong with it or was tolerated, without raising: what ``validate`` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ocr_eval.errors import Findings, Notice, Problem, quote, usage_error
from ocr_eval.formats import FORMATS, choices_of, files, sniff, sources
from ocr_eval.formats.annotators import chosen_one
from ocr_eval.formats.built import columns_of, finished
from ocr_eval.formats.judge import POLICIES
from ocr_eval.formats.names import Samples, key_of
from ocr_eval.formats.official import official_refusals as official_refusals
from ocr_eval.formats.reader import Entry, Options
from ocr_eval.limits import Limits
from ocr_eval.tables.instances import Instances

Mend = Callable[[sources.Source], sources.Source]
AUTO = "auto"  # in the place of a layout: recognise it
_FEW = 48  # files that may be without any text before one tells that an input is one of pages


class Examination(NamedTuple):
    """What ``examine`` found. ``instances`` is None when a problem was found."""

    problems: list[Problem]  # in file and line order, capped
    total: int  # all of them
    notices: tuple[Notice, ...]
    entries: int  # sample files that were opened
    instances: Instances | None


def examine(
    source: str | Path,
    *,
    format: str | None = None,  # noqa: A002
    role: str = "prediction",
    samples: Sequence[str] | Instances | None = None,
    text: bool | None = None,
    confidence: bool = False,
    geometry: bool = True,
    level: str | None = None,
    limits: Limits | None = None,
    invalid_polygons: str = "refuse",
    max_errors: int = 100,
    stdin: bytes | None = None,
    verbatim: bool = False,
    boxes: bool = False,
    angle: bool = False,
    regions: bool = False,
    fix: Sequence[str] = (),
) -> Examination:
    """All problems and notices of one input; the arguments are those of ``ocr_eval.formats.read``.

    Raises InputError only for the call itself: a missing path, an unknown format, a layout that cannot be told apart.
    """
    findings, entries, instances = reading(
        source,
        format=format,
        role=role,
        samples=samples,
        text=text,
        confidence=confidence,
        geometry=geometry,
        level=level,
        limits=limits or Limits(),
        invalid_polygons=invalid_polygons,
        max_errors=max_errors,
        stdin=stdin,
        verbatim=verbatim,
        boxes=boxes,
        angle=angle,
        regions=regions,
        fix=fix,
    )
    return Examination(findings.problems, findings.total, findings.notices, entries, instances)


def reading(
    source: str | Path,
    *,
    format: str | None,  # noqa: A002
    role: str,
    samples: Sequence[str] | Instances | None,
    text: bool | None,
    confidence: bool,
    geometry: bool,
    level: str | None,
    limits: Limits,
    invalid_polygons: str,
    max_errors: int,
    stdin: bytes | None,
    verbatim: bool = False,
    boxes: bool = False,
    angle: bool = False,
    regions: bool = False,
    fix: Sequence[str] = (),
) -> tuple[Findings, int, Instances | None]:
    """(findings, entries opened, the table or None when something is wrong)."""
    name, choices = (None, {}) if format in (None, AUTO) else choices_of(str(format))
    _check_arguments(name, role, geometry, invalid_polygons, stdin, str(source))
    known = _samples(samples)
    options = Options(
        role, bool(text), confidence, geometry, level, limits, known, verbatim, choices, angle, regions
    )
    policy = None if boxes or regions else invalid_polygons

    def once(findings: Findings, mend: Mend | None) -> tuple[int, Instances | None]:
        return _once(name, options, findings, stdin, policy, mend)

    if fix:
        from ocr_eval.formats.repair import read_repaired

        return read_repaired(once, lambda: Findings(str(source), role, max_errors), fix, name, options)
    findings = Findings(str(source), role, max_errors)
    return findings, *once(findings, None)


def _once(
    name: str | None,
    options: Options,
    findings: Findings,
    stdin: bytes | None,
    policy: str | None,
    mend: Mend | None,
) -> tuple[int, Instances | None]:
    """(entries opened, the table or None) of one way through the input, whose files ``mend`` may change."""
    chosen, entries, options = opened(name, options, findings, stdin, mend)
    if chosen is None:
        return 0, None
    columns = columns_of(chosen, entries, options, findings)
    if columns is not None:
        columns = chosen_one(columns, options, findings)
    if columns is None:
        return len(entries), None
    return len(entries), finished(columns, entries, options, findings, policy)


def opened(
    name: str | None,
    options: Options,
    findings: Findings,
    stdin: bytes | None = None,
    mend: Mend | None = None,
) -> tuple[str | None, list[Entry], Options]:
    """(format, entries, options for it) of the source that ``findings`` names; without a format: why is recorded."""
    known = options.samples
    expected = None if known is None else len(known.ids)
    found = sources.open_source(findings.source, stdin, findings, options.limits, expected)
    if found is not None:
        found = mend(found) if mend else found
        chosen, entries = _entries(found, name, options, findings)
        if chosen is not None and entries is not None:
            return chosen, entries, _for_role(chosen, options)
    return None, [], options


def _samples(samples: Sequence[str] | Instances | None) -> Samples | None:
    if isinstance(samples, Instances):
        return Samples(samples.sample_ids, samples.aliases)
    return None if samples is None else Samples(samples)


def _check_arguments(
    name: str | None, role: str, geometry: bool, policy: str, stdin: bytes | None, source: str
) -> None:
    if name is not None and geometry and not (FORMATS[name].geometry or FORMATS[name].rings):
        raise usage_error(f"layout {name} holds no rings", "this protocol compares rings", source=source)
    if role not in ("prediction", "gt"):
        raise usage_error(f"role {quote(role)} is neither prediction nor gt")
    if policy not in POLICIES:
        raise usage_error(f"--invalid-polygons {quote(policy)} is not known", f"one of {', '.join(POLICIES)}")
    if source == "-" and stdin is not None and name is None:
        raise usage_error("the layout of standard input must be named", "add --gt-format or --pred-format")


def _entries(
    found: sources.Source, name: str | None, options: Options, findings: Findings
) -> tuple[str | None, list[Entry] | None]:
    """The format, named or recognised, and the entries it reads (A6 to A13)."""
    if found.whole:
        (file,) = found.files
        data = file.load(findings) or b""
        if name is None:
            name = sniff.recognise([Entry("", "", data)], options, findings, (True, False))
        if name is None or FORMATS[name].document:
            return name, [Entry("", "", data)]
        if not file.name:
            findings.error("E_ZIP_FORMAT", f"standard input is no zip, {name} has one file per sample")
            return name, None
        alone = _only_page(file.name, options, findings)
        if alone is not None:
            return name, [Entry(alone, "", data)]
        if FORMATS[name].paged:
            return name, [Entry(key_of(file.name), "", data)]
        entries = files.entries_of([file], findings, options.samples)
        return name, None if entries is None else [Entry(entries[0].sample, "", data)]
    listed = files.sample_files(found.files, findings, options.samples)
    if listed is None:
        return name, None
    document = name is not None and FORMATS[name].document
    if len(listed) == 1 and (document or name is None):
        single = files.load([("", listed[0])], findings)
        if single is None:
            return name, None
        if name is None:
            name = sniff.recognise(single, options, findings, (False, True))
        if name is None or FORMATS[name].document:
            return name, single
    if document:
        findings.error("E_FORMAT", f"{len(listed)} files, expected the one document that {name} is")
        return name, None
    name = name or _of_pages(listed, options)
    paged = name is not None and FORMATS[name].paged
    entries = files.entries_of(listed, findings, options.samples, paged=paged)
    if entries is not None and name is None:
        name = sniff.recognise(entries, options, findings, (False,))
    return name, entries


def _of_pages(listed: Sequence[files.File], options: Options) -> str | None:
    """The only layout of pages that the first JSON file with some text looks like, before names are joined."""
    for file in [file for file in listed if file.name.lower().endswith(".json")][:_FEW]:
        loaded = files.load([("", file)], Findings("", options.role, 1))
        found = sniff.candidates(loaded, options, (False,)) if loaded else []
        if found:
            return found[0] if len(found) == 1 and FORMATS[found[0]].paged else None
    return None


def _only_page(name: str, options: Options, findings: Findings) -> str | None:
    """The gt's sample for a page given as a plain file, where the gt has one sample, whatever the names are."""
    samples = options.samples
    if options.geometry or samples is None or len(samples.ids) != 1 or samples.find(key_of(name)):
        return None
    message = "the only page given is taken for the only sample"
    findings.warn("W_LAYOUT", message, place=f"{key_of(name)} is {samples.ids[0]}")
    return samples.ids[0]


def _for_role(name: str, options: Options) -> Options:
    """A gt has no confidences, and in the ICDAR family always transcriptions."""
    needed = options.text or (options.role == "gt" and name in ("icdar-quad", "icdar-ltrb"))
    return options._replace(text=needed, confidence=options.confidence and options.role != "gt")
