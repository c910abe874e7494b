"""The ``meta`` element of a CVAT document -> who annotated which task, and which attribute holds transcriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ocr_eval.errors import Findings
from ocr_eval.formats.reader import Entry, Options
from ocr_eval.formats.xml_safe import Element

_USUAL = ("text", "transcription")


class Meta(NamedTuple):
    """What holds for all images."""

    people: Mapping[str | None, str]  # task id -> annotator; None: of an image that names no task
    texts: tuple[str, ...]  # names of attributes; the first that an instance has is its transcription

    def annotator(self, task: str | None) -> str | None:
        """Who annotated an image of this task; None where the document names nobody at all."""
        if not any(self.people.values()):
            return None
        return self.people.get(task, self.people.get(None, ""))

    def text(self, shape: Element, owner: Element) -> str | None:
        """The transcription of a shape, perhaps written at its track."""
        for name in self.texts:
            for element in (shape, owner):
                for one in element.all("attribute"):
                    if one.attributes.get("name") == name:
                        return one.text
        return None


def meta_of(root: Element, options: Options, entry: Entry, findings: Findings) -> Meta:
    """What the ``meta`` element says; an attribute for the texts that is named in the options comes first."""
    meta = next(iter(root.all("meta")), Element("meta", root.line))
    named = options.choices.get("text_attribute")
    typed: dict[str, None] = {}
    for label in meta.below("label"):
        for one in label.all("attribute"):
            if _child(one, "input_type") == "text":
                typed[_child(one, "name")] = None
    if named is not None:
        texts: tuple[str, ...] = (named,)
    else:
        texts = tuple(typed) if len(typed) == 1 else _USUAL
        if len(typed) > 1 and not set(_USUAL) & typed.keys():
            message = "several attributes of type text, none called text or transcription: no transcriptions"
            findings.warn("W_LAYOUT", message, place=entry.name, count=len(typed))
    return Meta(_people(meta), texts)


def _people(meta: Element) -> dict[str | None, str]:
    """task id -> assignee, else owner, of the task, else of what it belongs to."""
    people: dict[str | None, str] = {}
    above = ""
    for name in ("project", "task", "job"):
        for one in meta.all(name):
            above = _person(one) or above
    people[None] = above
    for task in meta.below("task"):
        own = _child(task, "id")
        if own:
            people[own] = _person(task) or above
    return people


def _person(element: Element) -> str:
    for role in ("assignee", "owner"):
        for one in element.all(role):
            name = _child(one, "username") or one.text.strip()
            if name:
                return name
    return ""


def _child(element: Element, name: str) -> str:
    return next((one.text.strip() for one in element.all(name)), "")
