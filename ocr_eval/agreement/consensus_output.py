"""A consensus -> label files, ``gt.jsonl``, ``unresolved.csv``, ``provenance.csv``, ``consensus.json``; pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from ocr_eval.agreement.consensus import DROPPED, KEPT, OPEN, Consensus, Decision, without
from ocr_eval.agreement.consensus_layout import (
    JSON_LINES,
    LABELS,
    flat_ring,
    json_lines,
    label_files,
    labels,
    layout_of,
)
from ocr_eval.agreement.consensus_text import most_frequent
from ocr_eval.agreement.inputs import Annotations
from ocr_eval.report.escape import csv_cell, terminal
from ocr_eval.text.scripts import scripts

SCHEMA = "ocr-eval/consensus/1"
LENGTHS = ((3, "1-3"), (7, "4-7"), (15, "8-15"))


class Written(NamedTuple):
    """Files by path, the decisions as they were written, and the layout of the labels."""

    files: dict[str, bytes]
    found: Consensus
    layout: str
    has_text: bool


def written(found: Consensus, annotations: Annotations, settings: dict[str, Any]) -> Written:
    """Everything ``ocr-eval consensus`` writes. Raises InputError (E_FORMAT) for an image id that is no file name."""
    has_text = found.has_text or any(one.care is False for one in found.with_status(KEPT))
    layout, spell = layout_of(found)
    found = without(
        found,
        [
            k
            for k, one in enumerate(found.decisions)
            if one.status == KEPT and one.text is not None and spell(one.text) is None
        ],
    )
    table = labels(found, annotations.images, has_text)
    files = label_files(table, layout)
    lines = _line_numbers(found)
    files[JSON_LINES] = json_lines(table)
    files["unresolved.csv"] = _table(UNRESOLVED, _open_rows(found, annotations))
    files["provenance.csv"] = _table(PROVENANCE, _rows(found, annotations, lines))
    body = summary(found, annotations, settings, layout)
    files["consensus.json"] = (
        json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    ).encode()
    return Written(files, found, layout, has_text)


def _line_numbers(found: Consensus) -> list[int | None]:
    """The line of every decision in its label file."""
    count: Counter[int] = Counter()
    result: list[int | None] = []
    for one in found.decisions:
        count[one.sample] += one.status == KEPT
        result.append(count[one.sample] if one.status == KEPT else None)
    return result


UNRESOLVED = "unit image kind annotators of suggestion annotator line care text ring".split()
PROVENANCE = "unit image status kind line annotators of care text agreeing ring ring_from members".split()


def _open_rows(found: Consensus, annotations: Annotations) -> Iterable[list[str]]:
    """One row per instance of a unit without decision, in order of units."""
    for number, one in enumerate(found.decisions, 1):
        if one.status != OPEN:
            continue
        head = [str(number), csv_cell(annotations.images[one.sample]), one.kind, *_support(one, annotations)]
        suggestion = one.read.suggestion if one.read is not None else one.text
        for annotator, instance in one.members:
            table = found.tables[annotator]
            text = table.texts[instance] if table.texts else ""
            yield [
                *head,
                csv_cell(suggestion or ""),
                annotations.annotators[annotator].id,
                str(table.line[instance]),
                "yes" if table.care[instance] else "no",
                csv_cell(text),
                csv_cell(",".join(f"{value:.17g}" for value in table.points(instance).ravel().tolist())),
            ]


def _rows(found: Consensus, annotations: Annotations, lines: list[int | None]) -> Iterable[list[str]]:
    """One row per unit; ``members`` is annotator:line of every instance."""
    for number, (one, line) in enumerate(zip(found.decisions, lines, strict=True), 1):
        members = (f"{annotations.annotators[i].id}:{found.tables[i].line[a]}" for i, a in one.members)
        kept = one.status == KEPT
        yield [
            str(number),
            csv_cell(annotations.images[one.sample]),
            one.status,
            one.kind,
            "" if line is None else str(line),
            *_support(one, annotations),
            "" if one.care is None else "yes" if one.care else "no",
            csv_cell(one.text or ""),
            str(one.read.agreeing) if one.read is not None and kept else "",
            csv_cell(",".join(map(str, flat_ring(one)))) if kept else "",
            one.drawn.method if one.drawn is not None and kept else "",
            " ".join(members),
        ]


def _support(one: Decision, annotations: Annotations) -> list[str]:
    return [str(one.annotators), str(len(annotations))]


def _table(head: list[str], rows: Iterable[list[str]]) -> bytes:
    lines = [",".join(head), *(",".join(row) for row in rows)]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def summary(
    found: Consensus, annotations: Annotations, settings: dict[str, Any], layout: str
) -> dict[str, Any]:
    """The ``ocr-eval/consensus/1`` document."""
    kept = found.with_status(KEPT)
    unanimous = [one.read.agreeing == one.annotators for one in kept if one.read is not None]
    return {
        "schema": SCHEMA,
        "settings": settings,
        "annotators": [
            {"id": one.id, "digest": one.digest, "images": one.images, "instances": one.instances}
            for one in annotations.annotators
        ],
        "images": len(annotations.images),
        "unshared_images": [
            {"image": one.image, "present": list(one.present)} for one in annotations.unshared
        ],
        "layout": layout,
        "needed": found.needed,
        "kept": len(kept),
        "dropped": _kinds(found.with_status(DROPPED)),
        "unresolved": _kinds(found.with_status(OPEN)),
        "annotators_per_unit": _numbered(one.annotators for one in kept),
        "texts": {"unanimous": sum(unanimous), "voted": len(unanimous) - sum(unanimous)},
        "rings": _numbered_text(one.drawn.method for one in kept if one.drawn is not None),
        "rounded_rings": found.rounded,
        "slices": _slices(found),
    }


def _kinds(decisions: list[Decision]) -> dict[str, int]:
    return _numbered_text(one.kind for one in decisions)


def _numbered(values: Iterable[int]) -> dict[str, int]:
    return {str(value): n for value, n in sorted(Counter(values).items())}


def _numbered_text(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _slices(found: Consensus) -> list[dict[str, Any]]:
    """What was kept and what not, by script, length and flag: agreed units are the easy ones."""
    count: dict[tuple[str, str], Counter[str]] = {}
    for one in found.decisions:
        flags = [bool(found.tables[i].care[a]) for i, a in one.members]
        cells = [("flag", "care" if all(flags) else "don't care" if not any(flags) else "both")]
        texts = [
            found.tables[i].texts[a]
            for (i, a), flag in zip(one.members, flags, strict=True)
            if flag and found.tables[i].texts
        ]
        if texts:
            text = most_frequent(texts)[0]
            length = next((name for most, name in LENGTHS if len(text) <= most), "16 or more")
            cells += [("length", length if text else "empty"), ("script", "+".join(sorted(scripts([text]))))]
        for cell in cells:
            count.setdefault(cell, Counter())[one.status] += 1
    return [
        {"slice": name, "value": value} | {status: own[status] for status in (KEPT, DROPPED, OPEN)}
        for (name, value), own in sorted(count.items())
    ]


def to_text(body: dict[str, Any], out: str, names: dict[str, str]) -> str:
    """The summary for people; ``names`` of the annotators by id."""
    total = body["kept"] + sum(body["dropped"].values()) + sum(body["unresolved"].values())
    lines = [
        f"consensus · {body['images']} images · {len(names)} annotators · {total} units",
        f"  kept        {body['kept']}, written to {terminal(out)}/{LABELS} as {body['layout']}, and to {JSON_LINES}",
    ]
    for status in (DROPPED, OPEN):
        kinds = ", ".join(f"{kind} {n}" for kind, n in body[status].items())
        lines.append(f"  {status:<11} {sum(body[status].values())}" + (f" ({kinds})" if kinds else ""))
    if body["rounded_rings"]:
        lines.append(f"  {body['rounded_rings']} rings were moved to whole pixels")
    if body["unshared_images"]:
        lines.append(f"  {len(body['unshared_images'])} images that not all annotators have were left out")
    lines += [f"  {key} = {terminal(name)}" for key, name in names.items()]
    lines.append(
        "what was dropped or is open stands in unresolved.csv and provenance.csv; agreed units are the easy ones"
    )
    return "\n".join(lines) + "\n"
