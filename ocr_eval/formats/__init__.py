"""Files as people have them -> ``Instances``: the table of formats (long because it is data), and ``read``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.errors import close_matches, quote, usage_error
from ocr_eval.limits import Limits

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances


class Row(NamedTuple):
    """One line of the table: what is known of a format before its module is imported."""

    location: str  # "module:attribute"
    geometry: bool  # instances have rings
    document: bool  # one document holds all samples, otherwise one file per sample
    line: str
    choices: Mapping[str, tuple[str, ...]] = {}  # what "id(key=value)" may choose, the default first
    paged: bool = False  # a file may hold several samples, whatever it is called: the reader names them
    rings: bool = False  # also words or lines with rings, where they are wanted
    texts: bool = False  # also a list of one text per sample, where no rings are wanted


NUMBER = "N"  # among the values of a choice: any whole number from 1 on
ANY = "…"  # likewise: any text, commas included, such as the name of an annotator

FORMATS: dict[str, Row] = {
    "icdar-quad": Row(
        "ocr_eval.formats.icdar:QUAD",
        True,
        False,
        "x1,y1,…,x4,y4[,confidence][,text]",
        {"order": ("xy", "yx")},
    ),
    "icdar-ltrb": Row(
        "ocr_eval.formats.icdar:LTRB",
        True,
        False,
        "xmin,ymin,xmax,ymax[,confidence][,text]",
        {"order": ("xy", "yx")},
    ),
    "icdar-mlt": Row("ocr_eval.formats.mlt:MLT", True, False, "x1,y1,…,x4,y4,script,text"),
    "polygon": Row(
        "ocr_eval.formats.polygon:POLYGON",
        True,
        False,
        "x1,y1,…,xn,yn[,confidence][,text]",
        {"order": ("xy", "yx")},
    ),
    "ctw1500": Row("ocr_eval.formats.ctw1500:CTW1500", True, False, "x1,y1,…,xn,yn,####text"),
    "ctw1500-offsets": Row(
        "ocr_eval.formats.ctw1500_offsets:OFFSETS", True, False, "xmin,ymin,xmax,ymax,dx1,dy1,…,dx14,dy14"
    ),
    "td500": Row(
        "ocr_eval.formats.td500:TD500", True, False, "xmin,ymin,xmax,ymax,angle[,confidence][,text]"
    ),
    "characters": Row("ocr_eval.formats.characters:CHARACTERS", True, False, "x1 y1 … x4 y4 text"),
    "popeval": Row("ocr_eval.formats.popeval:POPEVAL", True, False, "x1 y1 … x4 y4##::text"),
    "totaltext": Row(
        "ocr_eval.formats.totaltext:TOTALTEXT",
        True,
        False,
        "x: [[…]], y: [[…]], ornt: […], transcriptions: […]",
    ),
    "totaltext-mat": Row(
        "ocr_eval.formats.totaltext_mat:TOTALTEXT_MAT", True, False, "MATLAB 5: polygt, or accuInf"
    ),
    "rects": Row(
        "ocr_eval.formats.rects:RECTS",
        True,
        False,
        "one JSON per image, lines and chars",
        {"level": ("line", "character")},
    ),
    "tda-rects": Row(
        "ocr_eval.formats.rects:TDA_RECTS", True, True, "one JSON list of predictions for all images"
    ),
    "rrc-2024": Row(
        "ocr_eval.formats.rrc2024:RRC2024", True, True, "one JSON: image -> points, text, ignore"
    ),
    "coco": Row(
        "ocr_eval.formats.coco:COCO",
        True,
        True,
        "COCO instances, or a list of COCO results",
        {"annotator": ("…",)},
    ),
    "coco-text": Row(
        "ocr_eval.formats.coco_text:COCO_TEXT",
        True,
        True,
        "COCO-Text anns and imgs, or results",
        {"annotator": ("…",)},
    ),
    "hiertext": Row(
        "ocr_eval.formats.hiertext:HIERTEXT",
        True,
        True,
        "paragraphs of lines of words, all images in one JSON",
    ),
    "units-json": Row(
        "ocr_eval.formats.units:UNITS", True, True, "one JSON list: image_id, polys, rec, score"
    ),
    "paddleocr": Row(
        "ocr_eval.formats.paddleocr:PADDLEOCR",
        True,
        True,
        "path TAB list of transcription and points, per image",
    ),
    "mmocr": Row(
        "ocr_eval.formats.mmocr:MMOCR",
        True,
        True,
        "MMOCR 1.x: data_list of images with instances, or of words",
        texts=True,
    ),
    "google-vision": Row(
        "ocr_eval.formats.google_vision:GOOGLE_VISION",
        True,
        False,
        "Google Cloud Vision: fullTextAnnotation",
        {"level": ("word", "paragraph")},
        paged=True,
        texts=True,
    ),
    "aws-textract": Row(
        "ocr_eval.formats.aws_textract:AWS_TEXTRACT",
        True,
        False,
        "AWS Textract: Blocks; the sizes of the images must be given",
        {"level": ("word", "line"), "width": ("N",), "height": ("N",), "sizes": ("…",)},
        paged=True,
        texts=True,
    ),
    "azure-read": Row(
        "ocr_eval.formats.azure_read:AZURE_READ",
        True,
        False,
        "Azure Read: analyzeResult of version 3, or since 2022",
        {"level": ("word", "line"), "resolution": ("N",)},
        paged=True,
        texts=True,
    ),
    "doctr": Row(
        "ocr_eval.formats.doctr:DOCTR",
        True,
        False,
        "docTR: pages of blocks of lines of words",
        {"level": ("word", "line")},
        paged=True,
        texts=True,
    ),
    "easyocr": Row(
        "ocr_eval.formats.easyocr:EASYOCR",
        True,
        False,
        "EasyOCR: points, text, confidence",
        paged=True,
        texts=True,
    ),
    "surya": Row(
        "ocr_eval.formats.surya:SURYA", True, False, "Surya: text_lines of pages", paged=True, texts=True
    ),
    "docling": Row(
        "ocr_eval.formats.docling:DOCLING",
        True,
        False,
        "docling: texts with their places on pages",
        {"resolution": ("N",)},
        paged=True,
        texts=True,
    ),
    "paddleocr-result": Row(
        "ocr_eval.formats.paddleocr_result:PADDLEOCR_RESULT",
        True,
        False,
        "PaddleOCR 3: rec_polys, rec_texts, rec_scores",
        paged=True,
        texts=True,
    ),
    "label-studio": Row(
        "ocr_eval.formats.label_studio:LABEL_STUDIO",
        True,
        True,
        "Label Studio's task export: annotations of regions in percent, and texts",
        {
            "annotator": ("…",),
            "ground_truth": ("any", "only"),
            "image": ("…",),
            "text": ("…",),
            "width": ("N",),
            "height": ("N",),
            "sizes": ("…",),
            "prefix": ("keep", "strip"),
        },
    ),
    "cvat": Row(
        "ocr_eval.formats.cvat:CVAT",
        True,
        True,
        "CVAT 1.1 XML: boxes and polygons of images or of video frames",
        {"text_attribute": ("…",), "annotator": ("…",), "subset": ("…",)},
    ),
    "labelme": Row(
        "ocr_eval.formats.labelme:LABELME",
        True,
        False,
        "labelme JSON, one file per image: rectangles and polygons",
        {"text": ("label", "description")},
    ),
    "wildreceipt": Row(
        "ocr_eval.formats.wildreceipt:WILDRECEIPT",
        True,
        True,
        "one JSON object per line: file_name, annotations of box, text, label",
    ),
    "funsd": Row(
        "ocr_eval.formats.funsd:FUNSD",
        True,
        False,
        "FUNSD JSON, one file per image: form, its entries with words",
        {"level": ("word", "line")},
    ),
    "sroie": Row(
        "ocr_eval.formats.icdar:SROIE",
        True,
        False,
        "x1,y1,…,x4,y4,text without any quoting",
        {"encoding": ("utf-8", "latin-1", "cp1252")},
    ),
    "naf": Row(
        "ocr_eval.formats.naf:NAF",
        True,
        False,
        "NAF JSON, one file per image: textBBs, fieldBBs, transcriptions",
    ),
    "svt": Row("ocr_eval.formats.svt:SVT", True, True, "Street View Text XML: taggedRectangle and tag"),
    "art-lsvt": Row(
        "ocr_eval.formats.art_lsvt:ART_LSVT",
        True,
        True,
        "one JSON: gt_0 or res_0 -> points, transcription, illegibility",
    ),
    "ctw1500-xml": Row(
        "ocr_eval.formats.ctw1500_xml:CTW1500_XML", True, False, "training set's XML: box with label and segs"
    ),
    "rctw": Row("ocr_eval.formats.rctw:RCTW", True, False, 'x1,y1,…,x4,y4,difficult,"text"'),
    "td500-original": Row(
        "ocr_eval.formats.td500_original:TD500_ORIGINAL",
        True,
        False,
        "index difficult x y width height angle, as MSRA-TD500 was released",
    ),
    "via": Row(
        "ocr_eval.formats.via:VIA",
        True,
        True,
        "VGG Image Annotator's CSV or JSON: rect and polygon",
        {"text_attribute": ("…",)},
    ),
    "prodigy": Row(
        "ocr_eval.formats.prodigy:PRODIGY",
        True,
        True,
        "Prodigy's JSONL: accepted images with spans",
        {"annotator": ("…",), "by": ("annotator", "session"), "text": ("…",)},
    ),
    "json": Row(
        "ocr_eval.formats.json_lines:JSON",
        True,
        True,
        "objects of image, box, text, score, care",
        {"annotator": ("…",)},
    ),
    "parquet": Row(
        "ocr_eval.formats.parquet:PARQUET",
        True,
        True,
        "Parquet: a row per instance, columns image, box, text, score, care",
        texts=True,
    ),
    "icdar-words": Row("ocr_eval.formats.words:WORDS", False, True, 'name, "text"'),
    "pairs": Row(
        "ocr_eval.formats.words:PAIRS",
        False,
        True,
        "name TAB text",
        {"separator": ("tab", "space"), "variant": ("plain", "cute80", "mjsynth")},
    ),
    "lmdb": Row("ocr_eval.formats.lmdb:LMDB", False, True, "LMDB of a recognition set: data.mdb"),
    "csv": Row("ocr_eval.formats.csv_words:CSV", False, True, "header image,text[,score]"),
    "jsonl": Row(
        "ocr_eval.formats.json_lines:JSONL",
        False,
        True,
        "one object of filename and text per line",
        {"annotator": ("…",)},
    ),
    "text": Row("ocr_eval.formats.words:TEXT", False, False, "one file per sample, all of it text"),
    "page-xml": Row(
        "ocr_eval.formats.page_xml:PAGE_XML",
        False,
        False,
        "PAGE XML, one text per page, or its lines, words or regions",
        {"level": ("line", "word", "region")},
        rings=True,
    ),
    "alto": Row(
        "ocr_eval.formats.alto:ALTO",
        False,
        False,
        "ALTO XML, one text per page, or its words or lines",
        {"hyphens": ("keep", "join"), "level": ("word", "line"), "resolution": ("N",)},
        rings=True,
    ),
    "hocr": Row(
        "ocr_eval.formats.hocr:HOCR",
        False,
        False,
        "hOCR, one text per file, or its words or lines",
        {"level": ("word", "line")},
        rings=True,
    ),
    "tesseract-tsv": Row(
        "ocr_eval.formats.tesseract_tsv:TESSERACT_TSV",
        False,
        False,
        "Tesseract's TSV, one text per file, or its words or lines",
        {"level": ("word", "line")},
        rings=True,
    ),
}


def because(layout: str, named: str | None) -> str:
    """Why an input was read in a layout: it was ``named``, or what its content looks like."""
    return (
        f"named as {named}"
        if named not in (None, "auto")
        else f"recognised by its content: {FORMATS[layout].line}"
    )


def choices_of(spelled: str) -> tuple[str, dict[str, str]]:
    """``polygon(order=yx)`` -> (id, choices by key). Raises InputError (E_USAGE) for what the table does not know."""
    name, bracket, rest = spelled.partition("(")
    if name not in FORMATS:
        near = close_matches(name, FORMATS, cutoff=0.5)
        raise usage_error(f"no layout is called {quote(name)}", f"known: {', '.join(near or FORMATS)}")
    known = FORMATS[name].choices
    chosen: dict[str, str] = {}
    if bracket and not rest.endswith(")"):
        raise usage_error(f"layout {quote(spelled)} has no closing bracket", f"write {name}(key=value)")
    for pair in _pairs(rest[:-1], known) if bracket else ():
        key, _, value = pair.partition("=")
        if key not in known or key in chosen or not _is_offered(value, known[key]):
            offers = "; ".join(f"{k}={'|'.join(values)}" for k, values in known.items())
            raise usage_error(f"layout {name} has no choice {quote(pair)}", f"known: {offers or 'none'}")
        chosen[key] = value
    return name, chosen


def _pairs(written: str, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The choices between the commas; what follows a choice of any text and is no key belongs to that text."""
    pairs: list[str] = []
    for piece in written.split(","):
        if (
            pairs
            and piece.partition("=")[0] not in known
            and ANY in known.get(pairs[-1].partition("=")[0], ())
        ):
            pairs[-1] += f",{piece}"
        else:
            pairs.append(piece)
    return pairs


def _is_offered(value: str, offers: tuple[str, ...]) -> bool:
    if ANY in offers:
        return bool(value)
    number = NUMBER in offers and value.isascii() and value.isdigit() and len(value) <= 6 and int(value) > 0
    return number or (value in offers and value != NUMBER)


def read(
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
) -> Instances:
    """Reads a zip, a folder or a file (``"-"``: the bytes ``stdin``) into ``Instances``, samples in its order.

    A file whose content has been read already is not opened again: ``stdin`` holds it then, too.

    Parameters
    ----------
    format: an id of ``FORMATS``, perhaps with choices (``polygon(order=yx)``); None recognises the layout by content.
    role: ``"prediction"`` or ``"gt"``. A fault of a gt is E_GT; ``###`` is don't care only there.
    samples: the gt, or its sample ids. Names are joined with them, and the result carries the gt's ids.
    text: True when every instance needs a transcription; otherwise it is taken where the layout has one.
    confidence: every instance carries one; without it a further number is part of the transcription.
    geometry: False for recognition lists, which have no rings.
    level: ``"line"`` (default) or ``"character"`` of ReCTS; ``"region"`` (default), ``"line"`` or ``"word"`` of pages.
    verbatim: True leaves the quotes that an RRC layout takes off a transcription (``inspect`` shows what is written).
    angle: True when instances must carry the angle of a rotated box: ``td500`` and nothing else.
    regions: True when pages are wanted as regions with rings where the format has them, else as one text each.
    fix: kinds of repairs, of ``orientation``, ``layout``, ``encoding``; each one stands in a W_FIXED notice.
    boxes: True when rings count as boxes of whole pixels (``ic13-*``), of which none is invalid.
    invalid_polygons: ``refuse``, ``false-positive`` or ``official`` (reference on reliability, section 3).

    Raises InputError with every fault found, at most ``max_errors`` of them spelled out. Nothing is dropped or
    repaired; what was tolerated stands in ``notices``.
    """
    from ocr_eval.formats.check import reading

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
    findings.check(entries)
    assert instances is not None
    return instances
