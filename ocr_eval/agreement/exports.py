"""``Agreement`` -> pairs.csv, guideline_cases.csv, annotators.csv, images.csv: RFC 4180, LF, no cell is a formula.

Numbers are written so that they read back to the same float; an empty cell is a value that does not apply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ocr_eval.agreement.annotators import HEADLINES
from ocr_eval.agreement.effort import BOXES, SHARES, TEXTS
from ocr_eval.agreement.pair import Row
from ocr_eval.agreement.result import Agreement
from ocr_eval.agreement.tightness import BIASES, EDGES
from ocr_eval.agreement.units import KINDS
from ocr_eval.report.escape import csv_cell

PAIR_COLUMNS = (
    "image",
    "annotator_a",
    "annotator_b",
    "ids_a",
    "ids_b",
    "structure",
    "sub_kind",
    "iou",
    "paired",
    "text_a",
    "text_b",
    "one_minus_ned",
    "class",
    "dont_care_a",
    "dont_care_b",
    *EDGES,
    "log_area_ratio",
    "vertices_a",
    "vertices_b",
)


def csv_files(found: Agreement) -> dict[str, str]:
    """File name -> content."""
    made = {
        "pairs.csv": (PAIR_COLUMNS, pair_rows(found)),
        "guideline_cases.csv": (CASE_COLUMNS, case_rows(found)),
        "annotators.csv": (ANNOTATOR_COLUMNS, annotator_rows(found)),
        "images.csv": (IMAGE_COLUMNS, image_rows(found)),
    }
    return {
        name: "".join(",".join(map(_cell, row)) + "\n" for row in (header, *rows))
        for name, (header, rows) in made.items()
    }


def pair_rows(found: Agreement) -> Iterator[Sequence[Any]]:
    """One row per unit and pair of annotators, by pair, image, then from top to bottom; ids are lines of the files."""
    labels = {one.id: found.label(one.id) for one in found.annotations.annotators}
    for pair in found.pairs:
        for row in pair.rows():
            yield pair_row(row, labels)


def pair_row(row: Row, labels: Mapping[str, str]) -> Sequence[Any]:
    """The cells of one unit, in the order of ``PAIR_COLUMNS``."""
    return (
        row.image,
        labels[row.a],
        labels[row.b],
        " ".join(map(str, row.ids_a)),
        " ".join(map(str, row.ids_b)),
        row.structure,
        row.sub_kind,
        row.iou,
        " ".join(f"{i}:{j}" for i, j in row.paired),
        row.text_a,
        row.text_b,
        row.one_minus_ned,
        row.text_class,
        row.dont_care_a,
        row.dont_care_b,
        *(row.offsets or (None,) * len(EDGES)),
        row.log_area_ratio,
        row.vertices_a,
        row.vertices_b,
    )


CASE_COLUMNS = (
    "rank",
    "kind",
    "case",
    "units",
    "scored",
    "images",
    "pairs",
    "leverage",
    "lo",
    "hi",
    "normalised",
    "examples",
)


def case_rows(found: Agreement) -> Iterator[Sequence[Any]]:
    """The cases by rank; examples as ``image: text / text``, one a line in the cell."""
    for rank, case in enumerate(found.cases, 1):
        examples = []
        for number in case.examples:
            row = found.example(number)
            texts = (row["text_a"], row["text_b"])
            examples.append(f"{row['image']}: " + " / ".join("—" if text is None else text for text in texts))
        yield (
            rank,
            case.kind,
            found.case_name(case),
            case.units,
            case.scored,
            case.images,
            case.pairs,
            case.leverage,
            case.lo,
            case.hi,
            case.normalised,
            "\n".join(examples),
        )


ANNOTATOR_COLUMNS = (
    "annotator",
    "images",
    "instances",
    "care",
    "dont_care",
    "empty_images",
    "invalid_rings",
    *(f"{name}{end}" for name in HEADLINES for end in ("", "_lo", "_hi")),
    *(f"without_{name}" for name in HEADLINES),
    *(f"bias_{name}{end}" for name in BIASES for end in ("", "_lo", "_hi")),
    *(f"effort_{name}" for name in (*BOXES, *TEXTS)),
    *(f"effort_{name}{end}" for name in SHARES for end in ("", "_lo", "_hi")),
    "seconds_per_instance",
    "seconds_per_character",
    "drift_spearman",
    "drift_cusum",
)


def annotator_rows(found: Agreement) -> Iterator[Sequence[Any]]:
    """One row per annotator; ``without_f1`` is how much better the others agree among themselves.

    ``effort_…`` is the work from this annotator's labels to those of all others, added up.
    """
    for row in found.annotators:
        cells: list[Any] = [row[name] for name in ANNOTATOR_COLUMNS[:7]]
        for name in HEADLINES:
            cells += _three(row["agreement"].get(name))
        cells += [row["leave_one_out"].get(name, {}).get("value") for name in HEADLINES]
        for name in BIASES:
            cells += _three(row["bias"].get(name))
        work = row["edit_effort"]
        cells += [work[name] for name in (*BOXES, *TEXTS)]
        for name in SHARES:
            cells += _three(work[name])
        pace, drift = row.get("pace", {}), row.get("drift", {})
        for name in ("seconds_per_instance", "seconds_per_character"):
            cells.append((pace.get(name) or {}).get("median"))
        yield (*cells, drift.get("spearman"), drift.get("cusum"))


IMAGE_COLUMNS = (
    "image",
    "document",
    "instances",
    "disagreement",
    "f1",
    "end_to_end_f1",
    *KINDS,
    "dont_care_differs",
)


def image_rows(found: Agreement) -> Iterator[Sequence[Any]]:
    """One row per image: means of scores over pairs, sums of units over pairs, care instances of all annotators."""
    images = found.annotations.images
    size = len(images)
    counted = np.sum([pair.columns["images"] for pair in found.pairs], axis=0)
    f1 = np.sum([pair.columns["sum:f1"] for pair in found.pairs], axis=0)
    texts = all(pair.has_texts for pair in found.pairs)
    end_to_end = (
        np.sum([pair.columns["sum:end_to_end_f1"] for pair in found.pairs], axis=0) if texts else None
    )
    kinds = {
        kind: np.sum([pair.structure.per_image()[kind] for pair in found.pairs], axis=0) for kind in KINDS
    }
    care = np.sum(
        [
            np.bincount(one.table.sample_of[one.table.care], minlength=size)
            for one in found.annotations.annotators
        ],
        axis=0,
    )
    flags = np.sum([_flags(pair) for pair in found.pairs], axis=0)
    for s, image in enumerate(images):
        n = int(counted[s])
        yield (
            image,
            None if found.groups is None else found.groups[s],
            int(care[s]),
            found.disagreement.get(image),
            float(f1[s]) / n if n else None,
            float(end_to_end[s]) / n if n and end_to_end is not None else None,
            *(int(kinds[kind][s]) for kind in KINDS),
            int(flags[s]),
        )


def _flags(pair: Any) -> Any:
    from ocr_eval.agreement.dont_care import changed

    return np.bincount(pair.units.sample[changed(pair.units)], minlength=len(pair.units.a.sample_ids))


def _three(figure: Mapping[str, Any] | None) -> list[Any]:
    if figure is None:
        return [None, None, None]
    return [figure["value"], *(figure["interval"] or (None, None))]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return csv_cell(value) if isinstance(value, str) else repr(value)
