"""Two annotators by hand: images, structure, tightness, reading order, don't care, ceiling, work log, rounds."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from ocr_eval.agreement import dont_care
from ocr_eval.agreement import pair as pair_module
from ocr_eval.agreement.annotators import annotator_rows
from ocr_eval.agreement.ceiling import NO_RANKING, ceilings
from ocr_eval.agreement.frames import centroid, rectangles
from ocr_eval.agreement.inputs import gather
from ocr_eval.agreement.library import agreement
from ocr_eval.agreement.order import NO_ORDER, compare
from ocr_eval.agreement.order import to_json as order_json
from ocr_eval.agreement.rounds import rounds
from ocr_eval.agreement.structure import Structure
from ocr_eval.agreement.text_distances import text_agreement
from ocr_eval.agreement.tightness import Tightness
from ocr_eval.agreement.units import KINDS, units
from ocr_eval.agreement.work_log import Entry, drift, pace, read_work_log
from ocr_eval.errors import InputError
from ocr_eval.protocols import protocol
from tests.tables import Word, box, table

IMAGES = 25


def one(*words: Word, role: str = "gt"):
    return table({"s": words}, role=role)


# Images


def test_ids_that_differ_by_leading_zeros_are_one_image() -> None:
    found = gather({"A": table({"img_2": [], "img_10": []}), "B": table({"img_002": [], "img_010": []})})
    assert found.images == ("img_10", "img_2")
    assert [notice.count for notice in found.notices] == [2]


def test_zeros_stay_where_an_annotator_has_both_spellings() -> None:
    found = gather({"A": table({"1": [], "01": [], "x": []}), "B": table({"001": [], "x": []})})
    assert found.images == ("x",)
    assert [row.image for row in found.unshared] == ["001", "01", "1"]


def test_two_extensions_are_two_images() -> None:
    found = gather({"A": table({"a.png": [], "b": []}), "B": table({"a.jpg": [], "b": []})})
    assert found.images == ("b",)
    assert {row.image for row in found.unshared} == {"a.png", "a.jpg"}


def test_an_image_without_file_is_listed_and_an_empty_file_counts() -> None:
    word = Word((0, 0, 50, 10))
    found = agreement({"A": table({"1": [word], "2": [word]}), "B": table({"2": []})}, protocols=())
    [unshared] = found.annotations.unshared
    names = {who.id: who.name for who in found.annotations.annotators}
    assert (unshared.image, [names[who] for who in unshared.present]) == ("1", ["A"])
    assert found.to_json()["images"]["compared"] == 1
    assert found.metric("f1").value == 0.0
    assert found.figures.figure(0, "f1").n == 1


def test_no_shared_image_is_refused() -> None:
    with pytest.raises(InputError, match="E_DATASET") as caught:
        gather({"A": table({"1": []}), "B": table({"2": []})})
    assert caught.value.exit_code == 6


def test_markers_make_dont_cares() -> None:
    words = [Word((0, 0, 9, 9), text) for text in ("###", "*", "", "x")]
    drawn = table({"s": words}, role="gt")
    for markers, care in ((("###",), 3), (("###", "*"), 2), (("###", "*", ""), 1)):
        found = gather({"A": drawn, "B": drawn}, markers=markers)
        assert found.annotators[0].table.care.sum() == care


# Units


def kinds(gt, pred) -> list[str]:
    return [KINDS[k] for k in units(gt, pred).kind.tolist()]


def test_half_of_the_smaller_ring_is_not_enough() -> None:
    a = one(Word((0, 0, 100, 10)))
    assert kinds(a, one(Word((50, 0, 150, 10)))) == ["missing", "extra"]
    assert kinds(a, one(Word((49, 0, 149, 10)))) == ["match"]


def test_a_match_below_the_threshold_is_loose() -> None:
    found = units(one(Word((0, 0, 100, 10))), one(Word((0, 0, 30, 10))))
    assert kinds(found.a, found.b) == ["match"]
    assert Structure(found).sub_kind == ["loose"]
    assert not len(found.paired[0])


def test_a_ring_without_area_is_missing_and_says_why() -> None:
    flat = Word([0, 0, 50, 0, 100, 0, 50, 0])
    found = units(one(flat), one(flat))
    assert Structure(found).sub_kind == ["zero area", "zero area"]
    assert sorted(kinds(found.a, found.b)) == ["extra", "missing"]


def test_texts_of_parts_are_read_along_the_unit() -> None:
    parts = [Word((60, 0, 100, 10), "plus"), Word((0, 0, 50, 10), "home")]
    for whole, sub in (("home plus", "granularity only"), ("Home plus", "granularity + text")):
        structure = Structure(units(one(*parts), one(Word((0, 0, 100, 10), whole))))
        assert structure.units.kind.tolist() == [KINDS.index("merge")]
        assert structure.sub_kind == [sub]
        assert structure.texts(0) == ("home plus", whole)


def test_upright_parts_are_read_downwards() -> None:
    parts = [Word((0, 60, 10, 100), "b"), Word((0, 0, 10, 50), "a")]
    assert Structure(units(one(*parts), one(Word((0, 0, 10, 100), "ab")))).texts(0) == ("a b", "ab")


def test_one_ring_over_a_page_is_one_large_unit() -> None:
    words = [Word((20 * k, 0, 20 * k + 10, 10)) for k in range(60)]
    structure = Structure(units(one(*words), one(Word((0, 0, 1200, 10)))))
    assert (structure.largest, structure.oversized) == (61, 1)
    found = agreement({"A": one(*words), "B": one(Word((0, 0, 1200, 10)))}, protocols=())
    assert "W_LARGE" in {notice.code for notice in found.notices}


# Tightness


def test_offsets_by_hand() -> None:
    found = Tightness(units(one(Word((0, 0, 100, 20))), one(Word((-2, -1, 104, 23)))))
    assert found.height.tolist() == [22]
    assert found.offsets[0].tolist() == pytest.approx([2 / 22, 4 / 22, 1 / 22, 3 / 22])
    assert found.log_area_ratio[0] == pytest.approx(math.log(2544 / 2000))
    back = Tightness(units(one(Word((-2, -1, 104, 23))), one(Word((0, 0, 100, 20)))))
    assert np.array_equal(back.offsets, -found.offsets)


def test_sides_follow_the_text_of_a_tall_word() -> None:
    # Both first edges run to the right: left and right are those of the letter, though the word is taller than wide.
    found = Tightness(units(one(Word((0, 0, 10, 40))), one(Word((-5, 0, 10, 40)))))
    assert found.offsets[0].tolist() == [5 / 40, 0, 0, 0]
    # Without an agreed first edge the longer side counts, downwards: what stuck out at the left is the bottom.
    other = one(Word([-5, 40, -5, 0, 10, 0, 10, 40]))
    found = Tightness(units(one(Word((0, 0, 10, 40))), other))
    assert found.offsets[0].tolist() == pytest.approx([0, 0, 0, 5 / 12.5])


def test_conventions_of_rings() -> None:
    ring = box(0, 0, 100, 20)
    for other, differing in (
        (ring, []),
        (ring[2:] + ring[:2], ["start"]),
        ([0, 0, 0, 20, 100, 20, 100, 0], ["orientation"]),
        ([0, 0, 50, 0, 100, 0, 100, 20, 0, 20], ["vertices"]),
    ):
        found = Tightness(units(one(Word(ring)), one(Word(other)))).conventions
        assert [name for name, flags in found.items() if flags[0]] == differing


def test_the_smallest_rectangle_lies_along_a_slanted_ring() -> None:
    ring = np.array([[0, 0], [30, 40], [22, 46], [-8, 6]], float)  # 50 long along (3, 4), 10 high
    assert rectangles(ring, np.array([0, 4]))[0] == pytest.approx([0.6, 0.8])
    assert rectangles(np.zeros((0, 2)), np.array([0, 0]))[0].tolist() == [1, 0]
    assert centroid(ring).tolist() == pytest.approx([11, 23])
    assert centroid(np.array([[0, 0], [4, 0], [2, 0]], float)).tolist() == [2, 0]


# Reading order


def test_kendall_by_hand() -> None:
    assert compare([0, 2, 1, 3, 4]).tau == 0.8
    assert compare([0, 2, 1, 3, 4]).adjacent == 1
    assert compare([3, 2, 1, 0]).tau == -1
    assert compare([5]).tau is None
    assert compare([2, 0, 1])[:2] == (1, 2)


def test_formats_without_reading_order_have_no_tau() -> None:
    found = units(one(Word((0, 0, 9, 9))), one(Word((0, 0, 9, 9))))
    assert order_json(found, seed=0)["tau"]["reason"] == NO_ORDER


# Don't care


def flags_pair():
    """Four matches: care / care, care / don't care, don't care / care, don't care / don't care; two without partner."""
    texts = [("a", "a"), ("b", "###"), ("###", "c"), ("###", "###")]
    a = [Word((100 * k, 0, 100 * k + 50, 10), text) for k, (text, _) in enumerate(texts)]
    b = [Word((100 * k, 0, 100 * k + 50, 10), text) for k, (_, text) in enumerate(texts)]
    return units(one(*a, Word((900, 0, 950, 10), "###")), one(*b, Word((0, 90, 50, 99), "###")))


def test_flags_are_compared_on_matches_only() -> None:
    found = dont_care.to_json(flags_pair(), seed=0)
    assert found["table"] == [[1, 1], [1, 1]]
    assert found["kappa"]["value"] == 0.0
    assert found["specific"]["both_care"]["value"] == found["specific"]["both_dont_care"]["value"] == 2 / 4
    assert found["unmatched"] == {"only_a": 1, "only_b": 1, "in_other_units": 0}


def test_flags_of_the_other_annotator_take_a_miss_away() -> None:
    effect = dont_care.effect(flags_pair(), of="b")
    # b submits a and c; of a's words b is missed, c lies in a don't care: tp 1, gt 2, pred 1.
    assert effect["own_flags"] == 2 * 1 / (2 + 1)
    # With b's flags a's gt is a and c: both are found.
    assert effect["transferred_flags"] == 1.0
    assert effect["points"] == pytest.approx(100 / 3)


def test_one_flag_everywhere_has_no_kappa() -> None:
    word = Word((0, 0, 50, 10))
    found = dont_care.to_json(units(one(word), one(word)), seed=0)
    assert found["kappa"]["reason"] == "no variation"


# Ceiling


def test_a_protocol_with_ranks_has_no_ap_and_lists_say_why() -> None:
    drawn = {f"p{k}": [Word((0, 0, 50, 10)), Word((0, 50, 50, 60), "###")] for k in range(IMAGES)}
    gathered = gather({"A": table(drawn, role="gt"), "B": table(drawn, role="gt")})
    rules = [protocol(text) for text in ("rrc-iou(confidence=true)", "recognition")]
    ranked, texts = ceilings(gathered.annotators, rules, seed=0)
    assert ranked.directions[0].metrics["ap"].reason == NO_RANKING
    assert ranked.mean["hmean"].value == 1.0
    assert ranked.mean["hmean"].n == 2 * (IMAGES + IMAGES)  # the don't cares are not submitted
    assert texts.directions[0].reason is not None
    assert texts.mean == {}


def test_few_images_have_no_interval() -> None:
    word = Word((0, 0, 50, 10))
    found = agreement({"A": one(word), "B": one(word)}).to_json()
    assert found["agreement"]["f1"]["interval"] is None
    assert "too few" in found["agreement"]["f1"]["reason"]
    assert "W_FEW_SAMPLES" in {row["code"] for row in found["warnings"]}


# Annotators


def three(*, loose: float = 0.0):
    """R is right on 25 images, S draws looser, T errs in every text."""
    pages = {name: {} for name in "RST"}
    for k in range(IMAGES):
        for name in "RST":
            out = loose if name == "S" else 0.0
            text = f"word{k}" if name != "T" else f"w0rd{k}"
            pages[name][f"p{k:02d}"] = [Word((-out, -out, 100 + out, 20 + out), text)]
    return {name: table(page, role="gt") for name, page in pages.items()}


def test_bias_and_leave_one_out_name_the_odd_one() -> None:
    found = agreement(three(loose=1.0), protocols=(), names=True)
    rows = {row["annotator"]: row for row in found.annotators}
    assert rows["S"]["bias"]["left"]["value"] > 0 > rows["R"]["bias"]["left"]["value"]
    # Pairs: R-S agree on all texts, R-T and S-T on none. Without T the mean is 1, with T 1/3.
    assert rows["T"]["leave_one_out"]["end_to_end_f1"]["value"] == pytest.approx(1 - 1 / 3)
    assert rows["R"]["leave_one_out"]["end_to_end_f1"]["value"] == pytest.approx(0 - 1 / 3)
    assert rows["T"]["agreement"]["end_to_end_f1"]["value"] == 0.0


def test_pseudonyms_hide_every_name() -> None:
    tables = {f"Secret{name}": own for name, own in three().items()}
    found = agreement(tables, protocols=("rrc-iou",))
    assert "Secret" not in str(found.to_json())
    assert "Secret" in str(agreement(tables, protocols=(), names=True).to_json())


# Work log


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "work.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_work_log_gives_pace_drift_and_documents(tmp_path: Path) -> None:
    lines = ["annotator,image,seconds,timestamp,document"]
    lines += [f"R,p{k:02d},{10 + k},2026-11-21T09:{k:02d}:00,d{k // 2}" for k in range(IMAGES)]
    lines += ["R,elsewhere,5,2026-11-21T10:00:00,x"]
    images = {f"p{k:02d}": f"p{k:02d}" for k in range(IMAGES)}
    log = read_work_log(written(tmp_path, "\n".join(lines) + "\n"), ["R", "S", "T"], images)
    assert len(log.entries) == IMAGES
    found = agreement(three(), protocols=(), log=log, names=True)
    rows = {row["annotator"]: row for row in found.annotators}
    assert rows["R"]["pace"]["seconds_per_instance"]["median"] == 10 + IMAGES // 2
    assert rows["S"]["pace"]["seconds_per_instance"] is None
    assert found.figures.stack.unit == "group"
    assert found.figures.stack.units == 13
    assert found.to_json()["pilot"]["seconds_per_image"] == 10 + (IMAGES - 1) / 2


def test_drift_by_hand() -> None:
    entries = {f"p{k}": Entry("R", f"p{k}", None, float(k), None) for k in range(4)}
    found = drift(entries, {"p0": 0.0, "p1": 0.0, "p2": 1.0, "p3": 1.0})
    # mean 1/2, sd sqrt(1/3); sums -1/2, -1, -1/2, 0
    assert found["cusum"] == pytest.approx(1 / (math.sqrt(1 / 3) * 2))
    assert found["spearman"] == pytest.approx(2 / math.sqrt(5))
    assert found["rolling"] == [0.0, 0.0, 1 / 3, 0.5]
    assert drift(dict(list(entries.items())[:2]), {"p0": 0.0, "p1": 1.0})["reason"]
    assert drift(entries, dict.fromkeys(entries, 0.5))["reason"] == "no variation"
    assert pace(entries, {"p0": 3}, {})["seconds_per_instance"] is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("annotator,image,seconds\n", "no column timestamp"),
        ("annotator,image,seconds,timestamp\nX,a,1,2\n", r"work\.csv:2: error\[E_CONFIG\]: no annotator"),
        ("annotator,image,seconds,timestamp\nR,a,-1,2\n", "'-1' is no number of seconds"),
        ("annotator,image,seconds,timestamp\nR,a,nan,2\n", "'nan' is no number of seconds"),
        ("annotator,image,seconds,timestamp\nR,a,1,noon\n", "'noon' is no time"),
        ("annotator,image,seconds,timestamp\nR,a,1,2\nR,a,1,3\n", "in line 2 already"),
        ("annotator,image,seconds,timestamp,document\nR,a,1,2,x\nS,a,1,3,y\n", "'a' belongs to 'x'"),
        ("annotator,image,seconds,timestamp\nR,a,1\n", "3 cells, expected 4"),
        ("", "no header"),
    ],
)
def test_faults_of_a_work_log_have_their_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read_work_log(written(tmp_path, text), ["R", "S"], {"a": "a"})
    assert caught.value.exit_code == 2


# Rounds


def test_a_settled_case_is_resolved_and_an_open_one_is_not() -> None:
    def page(case: str, punct: str):
        return table(
            {
                f"p{k:02d}": [
                    Word((0, 0, 90, 20), "Word" if case == "upper" and k % 2 else "word"),
                    Word((0, 50, 90, 70), "end." if punct == "dot" and k % 3 else "end"),
                ]
                for k in range(40)
            },
            role="gt",
        )

    before = {"A": page("lower", "none"), "B": page("upper", "dot")}
    after = {"A": page("lower", "none"), "B": page("lower", "dot")}
    found = rounds(before, after, protocols=(), names=True)
    rows = {row["case"]: row for row in found.cases()}
    assert rows["case"]["resolved"] is True
    assert rows["case"]["after"]["units"] == 0
    assert rows["punct"]["resolved"] is False
    assert rows["punct"]["difference"]["value"] == pytest.approx(0, abs=1e-12)
    change = found.scores()["end_to_end_f1"]
    assert change["difference"].value == pytest.approx(20 / 80)  # 20 of 80 pairs agree again
    assert change["difference"].interval[0] > 0


def test_two_rounds_measure_every_pair_once(monkeypatch: pytest.MonkeyPatch) -> None:
    word = table({"a": [Word((0, 0, 50, 20), "sale")], "b": [Word((0, 0, 50, 20), "now")]}, role="gt")
    measured: list[int] = []
    monkeypatch.setattr(
        pair_module, "text_agreement", lambda *a, **k: (measured.append(1), text_agreement(*a, **k))[1]
    )
    found = rounds({"A": word, "B": word, "C": word}, {"A": word, "B": word, "C": word}, protocols=())
    assert found.to_json() == found.to_json()
    assert len(measured) == 2 * 3


def test_rounds_of_other_annotators_are_refused() -> None:
    word = one(Word((0, 0, 9, 9)))
    with pytest.raises(InputError, match="'C' is an annotator of one round only"):
        rounds({"A": word, "B": word}, {"A": word, "B": word, "C": word})


def test_rows_of_annotators_need_no_log() -> None:
    found = agreement(three(), protocols=())
    rows = annotator_rows(found.annotations, found.pairs, found.figures, seed=1, groups=None)
    assert all("pace" not in row for row in rows)


def test_frames_do_not_depend_on_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from ocr_eval.agreement import frames

    rng = np.random.default_rng(5)
    sets = [rng.integers(0, 12, (int(n), 2)).astype(float) for n in rng.integers(1, 12, 300)]
    ring = np.concatenate([[0], np.cumsum([len(points) for points in sets])])
    xy = np.concatenate(sets)
    monkeypatch.setattr(frames, "MANY", 0)
    compiled = frames.rectangles(xy, ring)
    monkeypatch.setattr(frames, "MANY", 10**9)
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    assert np.array_equal(frames.rectangles(xy, ring), compiled)
