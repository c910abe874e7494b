"""Character error rates by packages that keep to environments of their own: OCR-D's dinglehopper, torchmetrics."""

from __future__ import annotations

from pathlib import Path

from ocr_eval.text.distance import distances
from tests.bench.conftest import Race
from tests.bench.inputs import Texts
from tests.bench.test_texts import corpus


def some(shared: Path, count: int) -> Texts:
    texts = corpus(shared, "60 % equal")
    kept = [pair for pair in zip(texts.gt, texts.pred, strict=True) if "".join(pair).isascii()][:count]
    return Texts([gt for gt, _ in kept], [pred for _, pred in kept])


def test_rates_of_single_words(race: Race, shared: Path) -> None:
    texts = some(shared, 1_000)

    def rates() -> list[float]:
        return [d / len(gt) for d, gt in zip(distances(texts.gt, texts.pred), texts.gt, strict=True)]

    race(
        "character error rate of each of 1000 words from Python strings",
        "cer: dinglehopper",
        texts,
        rates,
        reach=1900,
        inside="both: Python strings to a number each; the peer cuts graphemes, ours has ASCII, where they are letters",
        engine="rapidfuzz",
        rounds=5,
    )


def test_corpus_rate(race: Race, shared: Path) -> None:
    texts = some(shared, 4_000)
    race(
        "corpus CER of 4000 words from Python strings",
        "cer: torchmetrics",
        texts,
        lambda: sum(distances(texts.gt, texts.pred)) / sum(map(len, texts.gt)),
        reach=130,
        inside="both: Python strings to one number; the peer adds in float32",
        engine="rapidfuzz",
        rounds=5,
    )
