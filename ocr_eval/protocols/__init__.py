"""The registry: protocol id -> where it lives, "id(key=value)" -> the protocol; long because it is a literal table."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from ocr_eval.errors import close_matches, quote, usage_error
from ocr_eval.protocols.parameters import build, split

if TYPE_CHECKING:
    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


class Entry(NamedTuple):
    """One line of the registry: what the list of protocols shows without importing anything."""

    location: str  # "module:Class"
    task: str  # detection, end-to-end, recognition
    line: str


REGISTRY: dict[str, Entry] = {
    "rrc-iou": Entry(
        "ocr_eval.protocols.detection.rrc_iou:RrcIou",
        "detection",
        "RRC IoU > .5, first fit, don't care by area precision (ICDAR 2015, MLT, RCTW)",
    ),
    "tiou": Entry(
        "ocr_eval.protocols.detection.tiou:Tiou",
        "detection",
        "the pairs of rrc-iou, each worth its IoU less what it cuts off or takes in of other words",
    ),
    "tiou-curved": Entry(
        "ocr_eval.protocols.detection.tiou:TiouCurved",
        "detection",
        "tiou for rings of any number of corners, in single precision (CTW1500, Total-Text)",
    ),
    "tiou-wordline": Entry(
        "ocr_eval.protocols.detection.tiou_wordline:TiouWordline",
        "detection",
        "tiou where a prediction may match a text line instead of a word; needs --gt-lines",
    ),
    "ctw1500": Entry(
        "ocr_eval.protocols.detection.ctw1500:Ctw1500",
        "detection",
        "curved lines, best gt of every prediction, IoU > .5, no don't care, invalid rings skipped (CTW1500)",
    ),
    "psenet-ctw": Entry(
        "ocr_eval.protocols.detection.psenet_ctw:PsenetCtw",
        "detection",
        "CTW1500 by PSENet: right when IoU >= .5 with a line that no earlier prediction covered",
    ),
    "td500": Entry(
        "ocr_eval.protocols.detection.td500:Td500",
        "detection",
        "rrc-iou on unrotated boxes, and angles less than pi/8 apart (MSRA-TD500)",
    ),
    "ic13-v1": Entry(
        "ocr_eval.protocols.detection.ic13:Ic13V1",
        "detection",
        "ICDAR 2013 boxes of whole pixels, area recall .8, precision .4, splits and merges, as first published",
    ),
    "ic13-v2": Entry(
        "ocr_eval.protocols.detection.ic13:Ic13V2",
        "detection",
        "ic13-v1 with rounded sums; splits and merges of one partner are pairs",
    ),
    "ic13-deteval": Entry(
        "ocr_eval.protocols.detection.ic13:Ic13Deteval",
        "detection",
        "ic13-v2 where a pair may meet nobody else (ICDAR 2013, option DetEval)",
    ),
    "totaltext-deteval": Entry(
        "ocr_eval.protocols.detection.totaltext_deteval:TotalTextDeteval",
        "detection",
        "curved words with splits and merges, shares rounded to two decimals (Total-Text, .7 and .6)",
    ),
    "psenet-deteval": Entry(
        "ocr_eval.protocols.detection.psenet_deteval:PsenetDeteval",
        "detection",
        "Total-Text DetEval as PSENet has it: not rounded, one-to-one checked from one side",
    ),
    "totaltext-pascal": Entry(
        "ocr_eval.protocols.detection.totaltext_pascal:TotalTextPascal",
        "detection",
        "curved words, every prediction to its best gt, IoU >= .5, of polygons or pixels (Total-Text)",
    ),
    "coco-ap": Entry(
        "ocr_eval.protocols.detection.coco_ap:CocoAp",
        "detection",
        "COCO's twelve numbers for boxes: AP and AR over ten IoU thresholds, three sizes; don't care as crowd",
    ),
    "rrc-2024": Entry(
        "ocr_eval.protocols.end_to_end.rrc_2024:Rrc2024",
        "detection",
        "the best assignment instead of the first fit, with tightness and PQ; task=e2e also compares texts (PCQ)",
    ),
    "hiertext": Entry(
        "ocr_eval.protocols.detection.hiertext:HierText",
        "detection",
        "words, lines or paragraphs by mutual best IoU >= .5, panoptic quality (HierText)",
    ),
    "cascade": Entry(
        "ocr_eval.protocols.end_to_end.cascade:Cascade",
        "end-to-end",
        "IoU > .5, best first; then exact words (WEM) and 1-NED with three named denominators",
    ),
    "rrc-e2e": Entry(
        "ocr_eval.protocols.end_to_end.rrc_e2e:RrcE2e",
        "end-to-end",
        "RRC IoU matching, then equal words but for one outer punctuation mark per gt side; lexicon policies named",
    ),
    "rrc-word-spotting": Entry(
        "ocr_eval.protocols.end_to_end.rrc_word_spotting:RrcWordSpotting",
        "end-to-end",
        "RRC end-to-end where only dictionary words are looked for, cleaned, and the rest is don't care",
    ),
    "mlt19": Entry(
        "ocr_eval.protocols.end_to_end.mlt19:Mlt19",
        "end-to-end",
        "RRC IoU matching, then equal words as written and upper-cased, and 1-NED over the union (MLT 2019)",
    ),
    "tda-rects": Entry(
        "ocr_eval.protocols.end_to_end.tda_rects:TdaRects",
        "end-to-end",
        "by falling score, best gt of every prediction, IoU > .5; 1-NED over gts and false positives (TDA-ReCTS)",
    ),
    "totaltext-e2e": Entry(
        "ocr_eval.protocols.end_to_end.curved_e2e:TotaltextE2e",
        "end-to-end",
        "rrc-e2e on rings of any number of corners, as AdelaiDet reads Total-Text; MaskTextSpotterV3 as a variant",
    ),
    "totaltext-word-spotting": Entry(
        "ocr_eval.protocols.end_to_end.curved_word_spotting:TotaltextWordSpotting",
        "end-to-end",
        "rrc-word-spotting on rings of any number of corners, as AdelaiDet reads Total-Text",
    ),
    "ctw1500-e2e": Entry(
        "ocr_eval.protocols.end_to_end.curved_e2e:Ctw1500E2e",
        "end-to-end",
        "rrc-e2e on curved lines of text, as AdelaiDet and UNITS read CTW1500",
    ),
    "ctw1500-word-spotting": Entry(
        "ocr_eval.protocols.end_to_end.curved_word_spotting:Ctw1500WordSpotting",
        "end-to-end",
        "rrc-word-spotting on curved lines of text: lines of several words are don't care",
    ),
    "hiertext-e2e": Entry(
        "ocr_eval.protocols.end_to_end.hiertext_e2e:HierTextE2e",
        "end-to-end",
        "words of hiertext whose texts are equal, panoptic quality (HierText)",
    ),
    "popeval": Entry(
        "ocr_eval.protocols.end_to_end.popeval:PopEval",
        "end-to-end",
        "characters removed one by one from overlapping instances; splits and merges cost nothing",
    ),
    "recognition": Entry(
        "ocr_eval.protocols.recognition.recognition:Recognition",
        "recognition",
        "exact words, 1-NED, CER with three named denominators, WER, under a named normal form",
    ),
    "mmocr": Entry(
        "ocr_eval.protocols.recognition.mmocr:Mmocr",
        "recognition",
        "MMOCR: words exact, in any case, without symbols; difflib characters, 1-N.E.D (deletes most scripts)",
    ),
    "paddleocr": Entry(
        "ocr_eval.protocols.recognition.paddleocr:Paddleocr",
        "recognition",
        "PaddleOCR RecMetric: exact words and 1-NED, spaces deleted first",
    ),
    "dtrb": Entry(
        "ocr_eval.protocols.recognition.dtrb:Dtrb",
        "recognition",
        "deep-text-recognition-benchmark: accuracy and norm_ED under named flags",
    ),
    "parseq": Entry(
        "ocr_eval.protocols.recognition.parseq:Parseq",
        "recognition",
        "PARSeq: accuracy and 1-NED over 36, 62, 68 or 94 characters, the gt folded to ASCII",
    ),
    "jiwer": Entry(
        "ocr_eval.protocols.recognition.jiwer:Jiwer",
        "recognition",
        "jiwer 4.0: CER of stripped texts; WER, MER, WIL, WIP over words between spaces",
    ),
    "ocrd": Entry(
        "ocr_eval.protocols.recognition.ocrd:Ocrd",
        "recognition",
        "dinglehopper 0.11 and OCR-D: CER in grapheme clusters, WER in UAX #29 words",
    ),
    "doctr": Entry(
        "ocr_eval.protocols.recognition.doctr:Doctr",
        "recognition",
        "docTR TextMatch: equal words raw, lower-cased, transliterated, and both",
    ),
    "rrc-word": Entry(
        "ocr_eval.protocols.recognition.rrc_word:RrcWord",
        "recognition",
        "the word comparison of the RRC end-to-end script, for recognition lists",
    ),
    "page": Entry(
        "ocr_eval.protocols.recognition.page:Page",
        "recognition",
        "whole pages: CER, WER and bags of words, text in any order (FCA), reading order, invented text",
    ),
    "tedeval": Entry(
        "ocr_eval.protocols.detection.tedeval:TedEval",
        "detection",
        "characters that one prediction holds; splits and merges along one line of text count (TedEval)",
    ),
    "cleval-det": Entry(
        "ocr_eval.protocols.detection.cleval_det:ClevalDet",
        "detection",
        "characters found, less one for each superfluous cut or join of words (CLEval, detection)",
    ),
    "cleval": Entry(
        "ocr_eval.protocols.end_to_end.cleval:Cleval",
        "end-to-end",
        "characters found and read by longest common subsequence, less one for each cut or join (CLEval)",
    ),
    "cocotext": Entry(
        "ocr_eval.protocols.end_to_end.cocotext:CocoText",
        "end-to-end",
        "share of matched boxes that were read, exactly or within one edit; nothing else counts (COCO-Text)",
    ),
}


class Reads(NamedTuple):
    """What a protocol needs in the input; narrows how lines are read."""

    geometry: bool = True
    gt_text: bool = False
    pred_text: bool = False
    pred_confidence: bool = False
    angle: bool = False  # both sides keep the angle of a rotated box
    verbatim: bool = False  # transcriptions as written, quotes included; if no other protocol reads them
    gt_text_not_empty: bool = False  # a care gt with an empty transcription is E_GT
    lexicon: bool = False  # a word list must be given
    image_size: bool = False  # the ground truth must tell the size of every image
    gt_lines: bool = False  # a second ground truth, with text lines, must be given
    boxes: bool = False  # rings count as boxes of whole pixels, borders included: none is without area
    level: str | None = None  # at which pages are read: region, line or word
    regions: bool = False  # pages as regions with rings, where the format has them; else as one text


class EvaluationProtocol(Protocol):
    """The shape every protocol has: a frozen dataclass of its parameters with these attributes. No base class."""

    ID: ClassVar[str]
    VERSION: ClassVar[int]
    TASK: ClassVar[str]  # word of the signature: det, e2e, rec
    COLUMNS: ClassVar[tuple[str, ...]]
    SUMS: ClassVar[tuple[str, ...]]
    METRICS: ClassVar[dict[str, bool | None]]  # name -> higher is better; None: neither
    SOURCE: ClassVar[str]

    @property
    def reads(self) -> Reads:
        """What the input must hold under these parameters."""

    @property
    def formulas(self) -> dict[str, Formula]:
        """METRICS that are functions of column sums, as data; the others (AP) have no interval and no rank."""

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """One row per gt sample."""

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """Metrics from column sums; None where a metric is 0/0 without an official value."""

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """What happened to every instance of one sample (index on the joined axis)."""


_GROUP = "ocr_eval.protocols"


def protocols() -> dict[str, Entry]:
    """All protocols by id: ours, then those of installed packages (entry points of group ``ocr_eval.protocols``)."""
    from importlib.metadata import entry_points

    found = dict(REGISTRY)
    for point in entry_points(group=_GROUP):
        found.setdefault(
            point.name, Entry(point.value, "other", f"from {point.dist.name if point.dist else 'a package'}")
        )
    return found


def protocol_class(name: str) -> Any:
    """The class behind an id. Raises InputError (E_PROTOCOL) with close names."""
    entry = REGISTRY.get(name) or protocols().get(name)
    if entry is None:
        known = list(protocols())
        near = close_matches(name, known, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(near)}?" if near else "`ocr-eval protocols` lists them all"
        raise usage_error(f"no protocol is called {quote(name)}", hint, "E_PROTOCOL")
    module, _, attribute = entry.location.partition(":")
    return getattr(importlib.import_module(module), attribute)


def protocol(text: str) -> EvaluationProtocol:
    """``"rrc-iou(iou=0.7)"`` -> the protocol. Raises InputError (E_PROTOCOL, E_CONFIG) with the nearest names."""
    name, raw = split(text)
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise usage_error(
            f"no protocol is called {quote(name)}", "ids are lower case, with dashes", "E_PROTOCOL"
        )
    made: EvaluationProtocol = build(protocol_class(name), raw)
    return made
