"""The test boards themselves: written stores are read back whole, draws are pinned, canaries differ."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ocr_eval.board.store import Store
from ocr_eval.tables.digest import digest
from tests.board import boards
from tests.board.hostile_texts import OWN, all_texts, corpus
from tests.board.writing import canonical, store


@pytest.mark.parametrize("size", [0, 1, 2, 27])
def test_a_synthetic_store_is_read_back(tmp_path, size):
    made = boards.synthetic(size, 40, ("rrc-iou", "cascade", "popeval"))
    opened = Store.open(store(made, tmp_path / "board"))
    assert len(opened.submissions()) == size and opened.samples("synthetic").ids == made.samples
    for entry, submission in zip(made.entries, opened.submissions(), strict=True):
        for text, record in zip(made.protocols, entry.records, strict=True):
            result = opened.result(submission.slug, "synthetic", made.gt_digest[:8], text)
            assert result is not None
            assert result.counts.rows.tolist() == record.counts.rows.tolist()
            assert result.record["metrics"] == record.metrics


def test_draws_are_pinned():
    draws = boards.uniforms(4, seed="1/luck").tolist()
    assert draws == [0.7523540330705103, 0.9844611350718673, 0.6665046317084885, 0.19579872839091672]
    rows = boards.synthetic(2, 50).entries[1].records[0].counts.rows
    assert hashlib.sha256(rows.astype("<i8").tobytes()).hexdigest()[:16] == "86870a423270ff87"


def test_synthetic_counts_are_possible():
    made = boards.synthetic(9, 200, ("rrc-iou", "cascade", "popeval"), twins=2)
    for entry in made.entries:
        iou, cascade, popeval = (record.counts for record in entry.records)
        assert (iou["tp"] <= iou["n_gt"]).all() and (iou["tp"] <= iou["n_det"]).all()
        assert (cascade["wem"] <= cascade["match"]).all()
        assert (popeval["removed"] <= popeval["chars_gt"]).all()
        assert (popeval["removed"] <= popeval["chars_det"]).all()
    first, second, third, fourth = (e.records[0].counts.rows.tolist() for e in made.entries[:4])
    assert first == second == third != fourth


def test_no_metric_is_defined_without_words():
    made = boards.synthetic(2, 30, ("rrc-iou", "popeval"), undefined=True)
    assert {record.metrics["hmean"] for entry in made.entries for record in entry.records} == {None}


def test_every_hostile_text_is_a_name_an_author_a_transcription_and_a_sample(tmp_path):
    made = boards.hostile()
    opened = Store.open(store(made, tmp_path / "board"))
    cards = [submission.card for submission in opened.submissions()]
    texts = set(OWN)
    assert {author for card in cards for author in card.authors} == texts
    assert {card.name for card in cards} >= {text for text in texts if text.strip()}
    assert {card.affiliation for card in cards} == {card.notes for card in cards} == texts
    assert set(opened.samples("hostile").ids) == set(opened.samples("hostile").aliases) == texts
    assert made.gt is not None and texts <= set(made.gt.texts)
    why = opened.why(opened.submissions()[0].slug, "hostile", "cascade")
    assert why is not None and set(why) == texts


def test_the_corpus_adds_texts(shared):
    texts = all_texts(shared / "hostile")
    assert len(texts) > 250 and len(set(texts)) == len(texts)
    wanted = {"<script>alert(1)</script><img src=x onerror=alert(1)>", "two\nlines", "\u202eOLLEH\u202c"}
    wanted |= {
        "javascript:alert(document.domain)",
        "res_<img src=x onerror=alert(1)>.txt",
        "н".upper() + "ЕLLО",
    }
    assert wanted <= set(corpus(shared / "hostile"))


def test_the_corpus_may_be_absent(tmp_path):
    assert all_texts(tmp_path / "none") == all_texts(None) == OWN


def test_another_gt_with_the_same_counts_has_other_canaries_in_the_same_order():
    one, two = boards.hidden(0), boards.hidden(1)
    assert not set(one.canaries) & set(two.canaries)
    assert (
        [name[:5] for name in one.samples]
        == [name[:5] for name in two.samples]
        == sorted(n[:5] for n in two.samples)
    )
    assert one.gt_digest != two.gt_digest
    for first, second in zip(one.entries, two.entries, strict=True):
        assert first.card == second.card
        for a, b in zip(first.records, second.records, strict=True):
            assert a.counts.rows.tolist() == b.counts.rows.tolist()
            assert a.signature.rpartition("|pred:")[2] == b.signature.rpartition("|pred:")[2]


def test_a_hidden_store_holds_its_canaries(tmp_path):
    made = boards.hidden(submissions=2, samples=25)
    folder = store(made, tmp_path / "board")
    text = "".join(path.read_text() for path in sorted(folder.rglob("*")) if path.is_file())
    assert all(canary in text for canary in made.canaries) and len(made.canaries) > 200
    assert Store.open(folder).dataset("hidden").hidden


def test_the_stored_gt_is_the_one_in_signatures():
    made = boards.hostile(OWN[:5])
    assert made.gt is not None and digest(made.gt) == made.gt_digest
    assert hashlib.sha256(canonical(made.gt)).hexdigest() == made.gt_digest


def test_the_seven_of_ic15(shared):
    made = boards.ic15(shared, ("rrc-iou",))
    totals = [entry.records[0].counts.total().counts for entry in made.entries]
    assert [(t["tp"], t["n_det"]) for t in totals] == [
        (1763, 1963),
        (1709, 2047),
        (1696, 2046),
        (1593, 1805),
        (1639, 1936),
        (1682, 2150),
        (1297, 1534),
    ]
    assert {t["n_gt"] for t in totals} == {2077}


def test_copies_of_an_end_to_end_system_are_worse(shared, tmp_path: Path):
    made = boards.end_to_end(shared, tmp_path)
    scores = {e.card["id"]: [r.metrics["hmean"] for r in e.records] for e in made.entries}
    assert (
        scores["units-original"] > scores["units-drop-5"] > scores["units-drop-20"] > scores["units-all-20"]
    )
    assert scores["units-case-20"][0] == scores["units-original"][0]  # cascade folds case
    assert scores["units-case-20"][1] < scores["units-original"][1]
