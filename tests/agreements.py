"""Small agreements by hand: two annotators, many, few images, no texts, nothing at all, hostile texts everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ocr_eval.agreement.library import Agreement, agreement
from ocr_eval.agreement.report import report_files
from ocr_eval.agreement.user_rules import UserRule
from ocr_eval.agreement.work_log import Entry, WorkLog
from ocr_eval.tables.instances import Instances
from tests.tables import Word, table

WORDS = ("COFFEE", "sale", "100", "CAFÉ", "50% OFF", "가용", "LADY'S", "VEHICLES")


def drawn(side: int, image: int, words: Sequence[str] = WORDS) -> list[Word]:
    """One annotator's words on one image: looser, other case, split and left out here and there by ``side``."""
    result = []
    for k, text in enumerate(words):
        x, y, loose = 10.0 + 70 * (k % 4), 10.0 + 40 * (k // 4), side * 1.5
        ring = (x - loose, y - loose, x + 50 + loose, y + 20 + loose)
        turn = (image + k) % 11
        if side and turn == 0:
            continue
        if side and turn == 1 and len(text) > 1:
            result += [
                Word((x, y, x + 24, y + 20), text[:2]),
                Word((x + 26, y, x + 50, y + 20), text[2:] or "x"),
            ]
            continue
        if turn == 2:
            text = "###" if side != 1 else text
        if side == 1 and turn == 3:
            text = text.swapcase()
        if side == 2 and turn == 4:
            text = text.replace("0", "O") + "."
        result.append(Word(ring, text))
    return result


def annotators(
    names: Sequence[str], images: Sequence[str], words: Sequence[str] = WORDS
) -> dict[str, Instances]:
    """Every annotator on every image; the last image is empty for all."""
    return {
        name: table(
            {image: drawn(side, k, words) if k + 1 < len(images) else [] for k, image in enumerate(images)},
            role="gt",
        )
        for side, name in enumerate(names)
    }


def two() -> Agreement:
    """24 images, two annotators."""
    return agreement(
        annotators(("ann", "bob"), [f"img_{k}" for k in range(24)]), protocols=["rrc-iou", "rrc-e2e"]
    )


def several() -> Agreement:
    """22 images, four annotators with a work log of three, own rule, an image one of them did not see."""
    images = [f"img_{k}" for k in range(22)]
    tables = annotators(("ann", "bob", "eve", "dan"), images)
    tables["eve"] = tables["eve"].take([*range(1, 22)], tuple(images[1:]))
    log = WorkLog(
        tuple(
            Entry(who, image, 10.0 + (7 * k + len(who)) % 13, float(k), None)
            for who in ("ann", "bob", "eve")
            for k, image in enumerate(images)
        )
    )
    return agreement(tables, protocols=["rrc-iou"], log=log)


def few() -> Agreement:
    """Three images: no interval anywhere."""
    return agreement(annotators(("ann", "bob"), ["a", "b", "c"]), protocols=["rrc-iou"])


def nothing() -> Agreement:
    """Two annotators who drew nothing on two images."""
    return agreement(
        {"ann": table({"a": [], "b": []}), "bob": table({"a": [], "b": []})}, protocols=["rrc-iou"]
    )


def alike() -> Agreement:
    """The same annotation twice."""
    tables = annotators(("ann",), [f"img_{k}" for k in range(21)])
    return agreement({"ann": tables["ann"], "bob": tables["ann"]}, protocols=["rrc-iou"])


def of_texts(texts: Sequence[str], rules: Sequence[UserRule] = ()) -> Agreement:
    """Three annotators with these texts as transcriptions, image ids and names; real names are told."""
    listed = [text for text in texts if text]
    images = list(dict.fromkeys(listed))
    names = [*images[:2], "plain"]
    tables: dict[str, Mapping[str, list[Word]]] = {}
    for side, name in enumerate(names):
        tables[name] = {
            image: [
                Word((0, 0, 50, 20), listed[k % len(listed)] if side else "other"),
                Word((0, 30, 50, 50), listed[(k + side) % len(listed)]),
                Word((60, 0, 90 + 60 * (side == 1), 20), listed[(k + 7) % len(listed)]),
                *([Word((91, 0, 120, 20), listed[(k + 9) % len(listed)])] if side != 1 else []),
            ]
            for k, image in enumerate(images)
        }
    return agreement(
        {name: table(words, role="gt") for name, words in tables.items()},
        protocols=["rrc-iou"],
        rules=rules,
        names=True,
    )


def write(found: Agreement, folder: Path) -> Path:
    """The report's files in a folder."""
    for path, text in report_files(found):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder
