"""recognition: pairs of strings with what rapidfuzz and jiwer say, and our own named normal forms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scripts.golds import Origin, Row, Source, read


def sources() -> Iterator[Source]:
    """None: the pairs carry their texts with them."""
    return iter(())


def documents(shared: Path) -> dict[str, Row]:
    """The pairs of tricky strings."""
    columns = (
        "rapidfuzz.Levenshtein.distance",
        "rapidfuzz.1-NED(max len)",
        "jiwer.cer",
        "jiwer.wer",
        "jiwer.mer",
    )
    columns += ("NFC+1-NED", "NFKC+1-NED", "NFKC+casefold equal", "jamo/NFD")
    data = read(shared, "recognition/tricky")
    cases = [
        {"id": case["id"], "gt": case["gt"], "pred": case["pred"]}
        | {column: case["peers"][column] for column in columns if column in case["peers"]}
        for case in data["cases"]
    ]
    versions = {name: data["versions"][name] for name in ("rapidfuzz", "jiwer")}
    origin = Origin("rapidfuzz and jiwer, called directly", "", f"{versions}, unicodedata {data['unidata']}")
    return {"recognition/tricky.json": {"official": origin._asdict(), "cases": cases}}
