"""Label Studio's task export (JSON) -> instances: boxes and polygons in percent -> pixels, texts linked by id.

``[{"id", "data": {"image"}, "annotations": [{"completed_by", "was_cancelled", "result": [{"id", "type",
"original_width", "original_height", "value"}]}]}]``. A region and its text are two results of one ``id``; a text of
several parts is joined by LF. Boxes turn about their top left corner, in pixels. ``###`` is don't care in a gt.
Cancelled annotations, predictions and results that are no region are counted.

Choices: ``annotator`` picks one of several; ``ground_truth=only`` the annotations marked so; ``image`` the key of
``data`` that names the image; ``text`` the ``from_name`` of the transcriptions; ``width`` and ``height`` the size of
all images, where results tell none, or ``sizes`` a CSV of image,width,height; ``prefix=strip`` leaves out what an
upload put before a file's name.
Source: HumanSignal/label-studio-sdk @97fcff1, tests; the documentation of the export.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load
from ocr_eval.formats.label_studio_results import Region, regions_of
from ocr_eval.formats.reader import DONT_CARE, Columns, Entry, Options
from ocr_eval.formats.schema import Names, enough_room, field, flag
from ocr_eval.formats.schema import score as confidence_of
from ocr_eval.formats.sizes import Sizes

FORM = (
    'expected a list of tasks [{"data": {"image"}, "annotations": [{"result": […]}]}], the export called JSON'
)
MINIMAL = "JSON_MIN loses links and annotators: export again as JSON"
_TASK = re.compile(rb'"(?:annotations|completions)"\s*+:\s*+\[')
_MINIMAL_KEYS = {"annotation_id", "annotator", "lead_time"}
_LOCAL = re.compile(r"[?&]d=([^&#]+)")
_UPLOAD = re.compile(r"[0-9a-f]{8}-(?=.)")
_IMAGE_KEYS = ("image", "ocr")


class LabelStudio:
    """Format ``label-studio``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        if not head.startswith(b"["):
            return False
        task = b'"data"' in head and b'"result"' in head and _TASK.search(head) is not None
        return task or (b'"annotation_id"' in head and b'"annotator"' in head)

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every region of every annotation, tasks in their order; each annotation is a sample of its annotator."""
        columns = Columns(
            "label-studio", pointer="/{sample}/result/{index}", has_confidence=options.confidence
        )
        (entry,) = entries
        tasks = load(entry, findings, options.limits)
        if tasks is FAILED:
            return columns
        if not isinstance(tasks, list):
            reason = f"the document must be a list, got {kind(tasks)}"
            findings.error("E_FORMAT", reason, FORM, entry=entry.name)
            return columns
        names = Names(entry, options, findings)
        sizes = Sizes(options.choices["sizes"], options.limits) if "sizes" in options.choices else None
        for t, task in enumerate(tasks):
            try:
                annotations, key = _annotations(task, f"/{t}")
                image = image_name(field(task, "data", dict, f"/{t}"), f"/{t}/data", options)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                continue
            if task.get("predictions"):
                findings.warn("W_LAYOUT", "predictions are no annotations, left out", place=f"/{t}")
            kept = 0
            for a, annotation in enumerate(annotations):
                pointer = f"/{t}/{key}/{a}"
                try:
                    if not _counts(annotation, pointer, options, findings):
                        continue
                    who = annotator_of(annotation, a, pointer, findings)
                    items = field(annotation, "result", list, pointer)
                    sample = names.sample(image, f"/{t}/data", who)
                except JsonFault as fault:
                    findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                    continue
                kept += 1
                if sample is None or not enough_room(len(items), len(columns.care), entry, options, findings):
                    continue
                size = _size(image, sizes, options)
                for region in regions_of(items, f"{pointer}/result", size, entry, options, findings):
                    _add(region, entry, options, findings, columns)
                columns.close(sample, entry.name, who)
                columns.positions.append(pointer[1:])
            if not kept:
                findings.warn("W_LAYOUT", "tasks without an annotation left out", place=f"/{t}")
        names.tell_unknown()
        return columns


def _annotations(task: Any, pointer: str) -> tuple[list[Any], str]:
    """The annotations of a task and the key they stand under: older exports call them completions."""
    if isinstance(task, dict) and "annotations" not in task:
        if "completions" in task:
            return field(task, "completions", list, pointer), "completions"
        if task.keys() & _MINIMAL_KEYS:
            raise JsonFault("E_FORMAT", f"{pointer} has no annotations", MINIMAL)
    return field(task, "annotations", list, pointer), "annotations"


def _counts(annotation: Any, pointer: str, options: Options, findings: Findings) -> bool:
    """False, counted, for annotations that were cancelled or are not those asked for."""
    if not isinstance(annotation, dict):
        raise JsonFault("E_FORMAT", f"{pointer} must be an object, got {kind(annotation)}")
    if flag(annotation, "was_cancelled", pointer):
        findings.warn("W_LAYOUT", "cancelled annotations left out", place=pointer)
        return False
    if options.choices.get("ground_truth") == "only" and not flag(annotation, "ground_truth", pointer):
        findings.warn("W_LAYOUT", "annotations not marked as ground truth left out", place=pointer)
        return False
    return True


def annotator_of(annotation: dict[str, Any], position: int, pointer: str, findings: Findings) -> str:
    """``completed_by``: a number, or an object with email and id; else the annotation's position in its task, noted."""
    given = annotation.get("completed_by")
    if isinstance(given, dict):
        given = next((given[key] for key in ("email", "id") if given.get(key) not in (None, "")), None)
    if given is None:
        message = "annotations without an annotator, named by their position in the task"
        findings.warn("W_LAYOUT", message, place=pointer)
        return str(position + 1)
    if isinstance(given, bool) or not isinstance(given, int | str) or given == "":
        reason = f"{pointer}/completed_by must be a whole number, a string or an object with id or email"
        raise JsonFault("E_FORMAT", f"{reason}, got {kind(given)}")
    return str(given)


def image_name(data: dict[str, Any], pointer: str, options: Options) -> str:
    """The name of a task's image: a URL without its query, the path of a local file, or an upload's name."""
    key = options.choices.get("image")
    if key is None:
        words = [name for name, value in data.items() if isinstance(value, str)]
        key = next((name for name in _IMAGE_KEYS if name in data), words[0] if len(words) == 1 else None)
        if key is None:
            hint = "name the key that holds the image: label-studio(image=KEY)"
            raise JsonFault("E_FORMAT", f"{pointer} has no key image", hint)
    value = data.get(key)
    if not isinstance(value, str) or not value:
        got = kind(value) if key in data and value != "" else "nothing"
        raise JsonFault("E_FORMAT", f"{pointer}/{quote(key)[1:-1]} must name an image, got {got}")
    from urllib.parse import unquote

    local = _LOCAL.search(value) if "/local-files/" in value else None
    path = unquote(local[1]) if local else value
    if not local and "://" in value:
        path = unquote(value.partition("?")[0].partition("#")[0])
    if options.choices.get("prefix") == "strip":
        folder, slash, base = path.rpartition("/")
        path = folder + slash + _UPLOAD.sub("", base, count=1)
    return path


def _size(image: str, sizes: Sizes | None, options: Options) -> dict[str, int]:
    """What the caller says of an image's width and height."""
    found = None if sizes is None else sizes.find(image)
    if found is not None:
        return {"width": found[0], "height": found[1]}
    return {side: int(options.choices[side]) for side in ("width", "height") if side in options.choices}


def _add(region: Region, entry: Entry, options: Options, findings: Findings, columns: Columns) -> None:
    try:
        if options.text and region.text is None:
            hint = "write a text for every region, or choose a protocol that reads no transcriptions"
            raise JsonFault("E_FORMAT", f"{region.pointer} has no text of the same id", hint)
        score = region.score
        confidence = confidence_of(score, f"{region.pointer}/score") if options.confidence else 1.0
    except JsonFault as fault:
        findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
        return
    care = options.role != "gt" or region.text != DONT_CARE
    columns.add(region.ring, region.text, care, confidence, region.line)


LABEL_STUDIO = LabelStudio()
