"""Recognition presets: what each tool says of pairs of tricky strings; jiwer and dinglehopper of whole pages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scripts.golds import Origin, Row, Source, read


class Tool(NamedTuple):
    """Who gave the numbers, and under which names they stand in the expected files."""

    origin: Origin
    pairs: tuple[str, ...]
    pages: tuple[str, ...] = ()
    packages: tuple[str, ...] = ("rapidfuzz",)


FORMULA = "the published formula applied to each pair"
TOOLS = {
    "mmocr": Tool(
        Origin("open-mmlab/mmocr mmocr/evaluation/metrics/recog_metric.py @966296f", "the metric classes"),
        ("mmocr",),
    ),
    "paddleocr": Tool(
        Origin("PaddlePaddle/PaddleOCR ppocr/metrics/rec_metric.py @0002349d", "RecMetric"),
        (
            "PaddleOCR.RecMetric(default)",
            "PaddleOCR.RecMetric(is_filter)",
            "PaddleOCR.RecMetric(ignore_space=False)",
        ),
    ),
    "dtrb": Tool(
        Origin("clovaai/deep-text-recognition-benchmark test.py @e2117f2", FORMULA),
        ("DTRB.norm_ED(raw)", "DTRB(sensitive+filtering_off)"),
        packages=("nltk",),
    ),
    "parseq": Tool(
        Origin("baudm/parseq strhub/data/utils.py, strhub/models/base.py @1902db0", FORMULA),
        ("PARSeq(36char)",),
        packages=("nltk",),
    ),
    "jiwer": Tool(
        Origin("jitsi/jiwer 4.0 @c1b0d5e", "process_characters, process_words"),
        ("jiwer.cer", "jiwer.wer", "jiwer.mer"),
        ("jiwer_chars(default transform: strips)", "jiwer_words(default transform)"),
        ("jiwer", "rapidfuzz"),
    ),
    "ocrd": Tool(
        Origin("qurator-spk/dinglehopper 0.11 @1efb382", "character_error_rate_n, word_error_rate_n; cli"),
        (
            "dinglehopper.cer(str,NFC)",
            "dinglehopper.wer(str,NFC)",
            "dinglehopper.distance",
            "dinglehopper.cli(NFC_SBB)",
        ),
        ("dinglehopper(str: NFC, grapheme)", "dinglehopper_cli(XML, NFC_SBB)"),
        ("dinglehopper", "uniseg", "rapidfuzz"),
    ),
    "doctr": Tool(
        Origin("mindee/doctr doctr/utils/metrics.py @8a88fea", FORMULA),
        ("docTR.string_match",),
        packages=("anyascii",),
    ),
    "rrc_word": Tool(
        Origin(
            "RRC E2E_iou_1_1.py v1.1 (2019-12-29), in whai362/pan_pp.pytorch",
            "transcription_match, guarded against an empty gt",
        ),
        ("ICDAR15_e2e.transcription_match",),
        packages=(),
    ),
}


def sources() -> Iterator[Source]:
    """None: the pairs carry their texts with them."""
    return iter(())


def documents(shared: Path) -> dict[str, Row]:
    """One file of pairs per preset, and one of pages where the tool was run on pages."""
    data, pages = read(shared, "recognition/tricky"), read(shared, "recognition/pages")
    made: dict[str, Row] = {}
    for stem, tool in TOOLS.items():
        used = {name: data["versions"][name] for name in tool.packages}
        origin = tool.origin._replace(environment=f"{used}, unicodedata {data['unidata']}")._asdict()
        made[f"{stem}/tricky.json"] = {
            "official": origin,
            "cases": [
                {"id": case["id"], "gt": case["gt"], "pred": case["pred"]}
                | {column: case["peers"][column] for column in tool.pairs}
                for case in data["cases"]
            ],
        }
        if tool.pages:
            made[f"{stem}/pages.json"] = {
                "official": origin,
                "cases": [
                    {"id": page["id"], "inputs": inputs(shared, page["id"])}
                    | {column: page[column] for column in tool.pages if column in page}
                    for page in pages
                ],
            }
    return made


def inputs(shared: Path, page: str) -> dict[str, str]:
    """SHA-256 of both texts of a page."""
    folder = shared / "data/pages"
    return {
        side: hashlib.sha256((folder / f"{page}.{side}.txt").read_bytes()).hexdigest()
        for side in ("gt", "pred")
    }
