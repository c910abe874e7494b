"""Columns of several annotators -> those of the one that is asked for, or of each of them.

A document may hold what several people drew on the same images. Its reader names the annotator of every sample
(``Columns.close``), so that a sample may recur; one table has one annotator per sample.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TypeVar

from ocr_eval.errors import Findings, quote, usage_error
from ocr_eval.formats.reader import Columns, Options

_SHOWN = 5  # annotators that a message names
T = TypeVar("T")


def annotators_of(columns: Columns) -> list[str]:
    """The annotators in the order of the document; nobody is an empty name."""
    return list(dict.fromkeys(columns.annotators))


def chosen_one(columns: Columns, options: Options, findings: Findings) -> Columns:
    """The columns of ``annotator=NAME``, or all where no sample has several annotators.

    Raises InputError (E_USAGE) where a sample has several and none is named, and for a name that is none of them.
    """
    named, known = options.choices.get("annotator"), annotators_of(columns)
    flag = f"{'--gt-format' if options.role == 'gt' else '--pred-format'} '{columns.format}(annotator=NAME)'"
    if named is not None:
        if named in known:
            return part_of(columns, named) if len(known) > 1 else columns
        has = f"annotators are {_listed(known)}" if any(known) else "the document names none"
        raise usage_error(f"no annotator is called {quote(named)}", has, source=findings.source)
    by_sample: dict[str, set[str]] = {}
    for sample, who in zip(columns.samples, columns.annotators, strict=bool(columns.annotators)):
        by_sample.setdefault(sample, set()).add(who)
    shared = [sample for sample, some in by_sample.items() if len(some) > 1]
    if shared:
        count = f"{len(shared)} images have" if len(shared) > 1 else "1 image has"
        reason = f"{count} several annotators, first {quote(shared[0])}: {_listed(known)}"
        hint = f"name one with {flag}; ocr-eval agree FILE compares them"
        raise usage_error(reason, hint, source=findings.source)
    if len(known) > 1:
        findings.warn("W_LAYOUT", "annotators, each of other images", count=len(known))
    return columns


def part_of(columns: Columns, annotator: str) -> Columns:
    """The samples of one annotator, in their order, as columns of their own.

    Raises InputError (E_USAGE) where words stand in lines: these cannot be taken apart.
    """
    if columns.levels is not None:
        raise usage_error("words in lines of several annotators are not read", "give a file per annotator")
    mine = [who == annotator for who in columns.annotators]
    one = [keep for keep, size in zip(mine, columns.sizes, strict=True) for _ in range(size)]
    per_instance = (columns.counts, columns.texts, columns.care, columns.confidence, columns.lines)
    counts, texts, care, confidence, lines = (_kept(values, one) for values in per_instance)
    return Columns(
        columns.format,
        geometry=columns.geometry,
        pointer=columns.pointer,
        samples=_kept(columns.samples, mine),
        entries=_kept(columns.entries, mine),
        sizes=_kept(columns.sizes, mine),
        positions=_kept(columns.positions, mine),
        counts=counts,
        texts=texts,
        care=care,
        confidence=confidence,
        lines=lines,
        flat=_kept(
            columns.flat, [keep for keep, n in zip(one, columns.counts, strict=True) for _ in range(2 * n)]
        ),
        numbers={name: _kept(values, one) for name, values in columns.numbers.items()},
        aliases=_kept(columns.aliases, mine),
        angle=_kept(columns.angle, one),
        has_confidence=columns.has_confidence,
        has_angle=columns.has_angle,
    )


def parts_of(columns: Columns) -> Iterator[tuple[str, Columns]]:
    """(annotator, columns) of each."""
    for who in annotators_of(columns):
        yield who, part_of(columns, who)


def _kept(values: list[T], keep: Sequence[bool]) -> list[T]:
    return list(itertools.compress(values, keep)) if values else []


def _listed(names: Sequence[str]) -> str:
    more = f", … ({len(names)} in all)" if len(names) > _SHOWN else ""
    return ", ".join(map(quote, names[:_SHOWN])) + more
