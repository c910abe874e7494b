"""Id of a format -> what stands in everything that looks like it, so that most readers need not even be imported.

Without one of its signs in the first bytes (or in the first line) of an input a format's ``looks`` is False; with one
it decides. Formats that are known by their numbers have signs in their lines, or none. A test holds both together.
"""

from __future__ import annotations

from ocr_eval.formats.glimpse import Glimpse

SIGNS: dict[str, tuple[bytes, ...]] = {
    "totaltext": (b"x:",),
    "totaltext-mat": (b"MATLAB", b"\x89HDF"),
    "rects": (b'"points"',),
    "tda-rects": (b'"img_name"',),
    "rrc-2024": (b'"points"',),
    "coco": (b'"image_id"', b'"images"'),
    "coco-text": (b'"image_id"', b'"anns"', b'"imgs"', b'"imgToAnns"'),
    "hiertext": (b'"paragraphs"',),
    "units-json": (b'"polys"',),
    "paddleocr": (b"\t",),
    "mmocr": (b'"data_list"',),
    "google-vision": (b'"fullTextAnnotation"', b'"textAnnotations"'),
    "aws-textract": (b'"Blocks"', b'"IdentityDocuments"', b'"ExpenseDocuments"'),
    "azure-read": (b'"analyzeResult"', b'"readResults"'),
    "doctr": (b'"blocks"',),
    "easyocr": (b"[",),
    "surya": (b'"text_lines"',),
    "docling": (b'"DoclingDocument"', b'"coord_origin"'),
    "paddleocr-result": (b'"dt_polys"', b'"rec_polys"', b'"rec_texts"'),
    "label-studio": (b'"result"', b'"annotation_id"'),
    "cvat": (b"annotations",),
    "labelme": (b'"shapes"', b'"imagePath"'),
    "wildreceipt": (b'"file_name"',),
    "funsd": (b'"form"',),
    "naf": (b'"textBBs"', b'"fieldBBs"'),
    "svt": (b"<imageName",),
    "art-lsvt": (b'"transcription"', b'"illegibility"', b'"confidence"'),
    "ctw1500-xml": (b"<segs",),
    "via": (b"shape_attributes",),
    "prodigy": (b'"spans"',),
    "json": (b'"image"',),
    "parquet": (b"PAR1",),
    "csv": (b"image",),
    "lmdb": (b"\xde\xc0\xef\xbe",),
    "jsonl": (b'"filename"', b'"image"'),
    "page-xml": (b"PcGts",),
    "alto": (b"alto",),
    "hocr": (b"ocr_page",),
    "tesseract-tsv": (b"page_num",),
}
NEVER = frozenset({"sroie", "rctw"})  # of another layout by their looks: only read when they are named


# What every line of these holds, and how often at least; and what some line of those does.
EVERY_LINE = {"icdar-mlt": (",", 9), "ctw1500-offsets": (",", 31)}
SOME_LINE = {"ctw1500": ",####", "popeval": "##::", "characters": " "}


def may_look(name: str, glimpse: Glimpse) -> bool:
    """False when the format with this id cannot look like that."""
    if name in NEVER:
        return False
    if name in SIGNS:
        return any(sign in glimpse.front for sign in SIGNS[name])
    first = glimpse.lines[0] if glimpse.lines else ""
    if name in EVERY_LINE:
        mark, least = EVERY_LINE[name]
        return first.count(mark) >= least
    if name == "td500-original":
        return len(first.split()) == 7
    if name == "td500" and not glimpse.options.angle:
        return "." in first  # in every line: the angle
    return name not in SOME_LINE or any(SOME_LINE[name] in line for line in glimpse.lines)
