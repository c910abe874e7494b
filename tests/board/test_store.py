"""A board's folder read back: cards with every fault named, count tables to the letter, results, history, samples."""

from __future__ import annotations

import datetime
import json
import re
import time
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval import assets
from ocr_eval.board import card_keys
from ocr_eval.board.card_parser import parse_config, parse_dataset, parse_submission
from ocr_eval.board.cards import SubmissionCard, check_method_id, dataset_to_toml, is_slug, slug_of
from ocr_eval.board.slices import standard_slices, text_height
from ocr_eval.board.store import Store
from ocr_eval.board.tables import read_counts, write_counts
from ocr_eval.board.toml import read_toml, write_toml
from ocr_eval.errors import InputError
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.counts import Counts

SIGNATURE = "ocr-eval:1.0.0|ds:x@00|n:1"
TODAY = datetime.date(2026, 11, 21)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = TEXTS | st.integers(0, 2**53) | st.booleans() | st.dates() | FLOATS | st.lists(TEXTS, max_size=3)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
BAD_IDS = "../../index CON con con.x index.html a/b . .. -rf a. A é com1 lpt9.txt".split()
CARD = 'schema = 1\nid = "acme-net"\nname = "Acme"\ndate = 2026-11-21\n'
CONFIG = """schema = 1
title = "T"
[[board]]
id = "b"
title = "B"
dataset = "d@0123abcd"
protocol = "rrc-iou"
"""


def schema(name: str) -> dict[str, Any]:
    text = resources.files("ocr_eval.report").joinpath(f"schemas/{name}-1.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def plain(values: Any) -> Any:
    """TOML values as JSON has them."""
    return json.loads(json.dumps(values, default=str))


@pytest.fixture(scope="module")
def ours() -> Store:
    return Store.open(assets.leaderboard_path())


def refused(data: str, source: str = "card.toml") -> list[tuple[str, int | None, str]]:
    with pytest.raises(InputError) as caught:
        parse_submission(data.encode(), source)
    return [(p.code, p.line, p.reason) for p in caught.value.problems]


# Cards


def test_a_card_is_written_and_read_back_equal() -> None:
    card = SubmissionCard(
        "acme-net",
        'Acme "9"\t\\ \x1b \u202e 한',
        TODAY,
        authors=("A", "B\n"),
        seed=0,
        uses_test_lexicon=False,
        anonymous=True,
        embargo_until=datetime.date(2027, 1, 1),
        url="javascript:alert(1)",
    )
    text = card.to_toml()
    assert parse_submission(text.encode()) == card
    assert parse_submission(text.encode()).to_toml() == text
    jsonschema.validate(
        plain(read_toml(text.encode(), "card.toml", "E_FORMAT")[0]), schema("submission-card")
    )


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(TEXTS, VALUES))
def test_any_values_survive_toml(values: dict[str, Any]) -> None:
    found, _ = read_toml(write_toml(values).encode(), "x.toml", "E_FORMAT")
    assert found == values


def test_every_fault_of_a_card_is_named_with_its_line_and_a_close_name() -> None:
    text = (
        CARD
        + 'licens = "MIT"\ndoi = "https://doi.org/10.1/x"\nseed = "1"\nauthors = "A"\nverification = "yes"\n'
    )
    found = refused(text)
    assert [(code, line) for code, line, _ in found] == [
        ("E_FORMAT", 5),
        ("E_FORMAT", 7),
        ("E_FORMAT", 8),
        ("E_FORMAT", 9),
        ("E_FORMAT", 6),
    ]
    with pytest.raises(InputError, match="did you mean licence"):
        parse_submission(text.encode())


def test_a_card_may_be_json_but_not_yaml() -> None:
    body = {"id": "acme-net", "name": "Acme", "date": "2026-11-21", "model_params": 12.5}
    card = parse_submission(json.dumps(body).encode(), "card.json")
    assert (card.date, card.model_params) == (TODAY, "12.5")
    assert refused("id: no\n", "card.yaml")[0][0] == "E_FORMAT"
    assert refused("id: no\n", "card.YML")[0][0] == "E_FORMAT"
    assert refused("id: no\n")[0][:2] == ("E_FORMAT", 1)
    assert refused('{"id": "a", "id": "b"}', "card.json")[0][0] == "E_JSON_DUPKEY"
    assert refused('{"date": "21.11.2026"}', "card.json")[0][0] == "E_FORMAT"
    assert refused("[]", "card.json")[0][0] == "E_FORMAT"
    assert refused("[" * 100_000, "card.json")[0][0] == "E_FORMAT"
    assert refused(CARD + "date = 2026-11-21T00:00:00\n")[0][0] == "E_FORMAT"


@pytest.mark.parametrize("name", [*BAD_IDS, "", "a" * 65, "a\n"])
def test_a_method_id_never_becomes_a_path_or_a_device(name: str) -> None:
    with pytest.raises(InputError) as caught:
        check_method_id(name)
    assert (caught.value.problems[0].code, caught.value.exit_code) == ("E_METHOD_ID", 3)
    assert not is_slug(f"2026-11-21-{name}-0123abcd")


@pytest.mark.parametrize("name", ["a", "0", "acme-net", "a.b_c-d", "com10", "console", "a" * 64])
def test_ordinary_method_ids_are_allowed(name: str) -> None:
    check_method_id(name)
    assert is_slug(slug_of(TODAY, name, "0123abcd" * 8))


@pytest.mark.shared
def test_the_hostile_cards_and_ids_get_their_answer(shared: Path) -> None:
    for case in ("151-yaml-alias-bomb", "152-yaml-norway", "158-method-metadata-xss"):
        folder = shared / "hostile" / case
        expected = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        for name in expected["files"]:
            with pytest.raises(InputError) as caught:
                parse_submission((folder / name).read_bytes(), name)
            assert caught.value.exit_code == expected["exit"]
            assert expected["code"] in {p.code for p in caught.value.problems}
    for line in (shared / "hostile/159-method-id-path/methods.txt").read_text(encoding="utf-8").splitlines():
        with pytest.raises(InputError, match="E_METHOD_ID"):
            check_method_id(line)


def test_with_a_legal_id_hostile_fields_are_only_text() -> None:
    body = {
        "id": "x",
        "name": "<img src=x onerror=alert(1)>",
        "date": "2026-11-21",
        "url": "javascript:alert(document.domain)",
        "team": '"><svg onload=alert(1)>',
        "paper": "data:text/html,<script>1</script>",
        "description": "[x](javascript:alert(1))",
    }
    assert parse_submission(json.dumps(body).encode(), "method.json").url == body["url"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('id = "b"', 'id = "../b"'), "is no id"),
        (("d@0123abcd", "d"), "no data set with digest"),
        (('title = "T"', "title = 3"), "no text"),
        (("headline", "headlin"), "did you mean headline"),
        (('title = "T"', ""), "title is missing"),
        (("schema = 1", "schema = 2"), "expected 1"),
        (('title = "T"', 'title = "T"\nlanguages = ["fr"]'), "expected some of en | ko"),
        (('title = "T"', 'title = "T"\n[policy]\nper_team = "bset"'), "did you mean best"),
        (('title = "T"', 'title = "T"\n[policy]\ndecimals = 9'), "out of range"),
        (('title = "T"', "title = "), "not TOML"),
    ],
)
def test_a_fault_of_board_toml_is_a_configuration_error(change: tuple[str, str], said: str) -> None:
    text = CONFIG + 'headline = "hmean"\n'
    assert change[0] in text
    with pytest.raises(InputError, match=re.escape(said)) as caught:
        parse_config(text.replace(*change, 1).encode())
    assert caught.value.exit_code == 2
    assert parse_config(text.encode()).boards[0].gt8 == "0123abcd"


def test_schemas_and_parsers_know_the_same_keys() -> None:
    tables = {
        "board-config": card_keys.CONFIG_KEYS,
        "dataset-card": card_keys.DATASET_KEYS,
        "protocol-card": card_keys.PROTOCOL_KEYS,
        "submission-card": card_keys.SUBMISSION_KEYS,
    }
    for name, keys in tables.items():
        body = schema(name)
        jsonschema.Draft202012Validator.check_schema(body)
        assert set(body["properties"]) == set(keys)
        assert set(body["required"]) == {key for key, kind in keys.items() if kind.required}
    inner = schema("board-config")["properties"]
    assert set(inner["board"]["items"]["properties"]) == set(card_keys.BOARD_KEYS)
    assert set(inner["policy"]["properties"]) == set(card_keys.POLICY_KEYS)


def test_a_data_set_without_visibility_is_hidden() -> None:
    text = f'schema = 1\nid = "d"\ngt_digest = "{"0" * 64}"\n'
    card = parse_dataset(text.encode())
    assert card.hidden and card.images == "none"
    assert parse_dataset(dataset_to_toml(card).encode()) == card


# Count tables


def table(ids: tuple[str, ...], rows: list[list[int]], sums: list[list[float]] | None = None) -> Counts:
    names = ("tp", "n_gt", "n_det")
    made = np.array(rows, np.int64).reshape(len(ids), 3)
    return Counts(ids, names, made, ("s",) if sums else (), np.array(sums) if sums else None)


def test_rows_are_written_in_byte_order_and_read_back() -> None:
    counts = table(("b", "a\t\\", "é", "Z"), [[1, 2, 3], [0, -5, 6], [7, 8, 9], [0, 0, 0]])
    data = write_counts(counts, SIGNATURE)
    assert data == (
        b"#schema ocr-eval/counts/1\n#signature ocr-eval:1.0.0|ds:x@00|n:1\nsample\ttp\tn_gt\tn_det\n"
        b"Z\t0\t0\t0\na\\t\\\\\t0\t-5\t6\nb\t1\t2\t3\n\xc3\xa9\t7\t8\t9\n"
    )
    found = read_counts(data)
    assert found.signature == SIGNATURE
    assert found.counts.sample_ids == ("Z", "a\t\\", "b", "é")
    assert found.counts.rows.tolist() == [[0, 0, 0], [0, -5, 6], [1, 2, 3], [7, 8, 9]]


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(KEYS, st.tuples(st.integers(-(10**17), 10**17), FLOATS), min_size=1, max_size=6))
def test_any_table_survives(rows: dict[str, tuple[int, float]]) -> None:
    ids = tuple(rows)
    counts = table(ids, [[n, 0, 1] for n, _ in rows.values()], [[x] for _, x in rows.values()])
    data = write_counts(counts, SIGNATURE)
    found = read_counts(data).counts
    assert write_counts(found, SIGNATURE) == data
    assert found.sums is not None
    cells = zip(found.rows[:, 0].tolist(), found.sums[:, 0].tolist(), strict=True)
    assert dict(zip(found.sample_ids, cells, strict=True)) == rows


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ((b"#schema ocr-eval/counts/1", b"#schema ocr-eval/counts/2"), 1),
        ((b"#signature ocr", b"#sig ocr"), 2),
        ((b"sample\ttp", b"sample\ttp\ttp"), 3),
        ((b"b\t1\t2", b"b\t01\t2"), 5),
        ((b"b\t1\t2", b"b\t+1\t2"), 5),
        ((b"b\t1\t2", b"b\t-0\t2"), 5),
        ((b"b\t1\t2", b"b\t1.0\t2"), 5),
        ((b"b\t1\t2", b"b\t1 \t2"), 5),
        ((b"b\t1\t2", b"b\t2"), 5),
        ((b"b\t1\t2", b"b\t\xd9\xa1\t2"), 5),  # an Arabic digit
        ((b"b\t1\t2", b"b\t9999999999999999999\t2"), 5),
        ((b"b\t", b"a\t"), 5),
        ((b"b\t", b"A\t"), 5),
        ((b"b\t", b"\\x\t"), 5),
        ((b"b\t", b"\xff\t"), 5),
        ((b"3\n", b"3"), 5),
        ((b"3\n", b"3\r\n"), 5),
        ((b"3\n", b"3\n\n"), 6),
    ],
)
def test_a_table_that_is_not_canonical_is_refused_with_its_line(
    change: tuple[bytes, bytes], line: int
) -> None:
    data = write_counts(table(("a", "b"), [[0, 0, 0], [1, 2, 3]]), SIGNATURE)
    assert data.count(change[0]) == 1
    with pytest.raises(InputError) as caught:
        read_counts(data.replace(*change), "x.tsv")
    (problem,) = caught.value.problems
    assert (problem.code, problem.source, problem.line) == ("E_FORMAT", "x.tsv", line)


def test_a_sum_in_another_spelling_is_refused() -> None:
    data = write_counts(table(("a",), [[1, 2, 3]], [[0.1]]), SIGNATURE)
    assert b"\t0.1\n" in data
    for spelled in (b"0.10", b"1e-1", b"0.1000000000000000055", b"nan", b"inf"):
        with pytest.raises(InputError):
            read_counts(data.replace(b"0.1", spelled))
    with pytest.raises(ValueError, match="nan"):
        write_counts(table(("a",), [[1, 2, 3]], [[float("nan")]]), SIGNATURE)


def test_a_hundred_tables_of_two_thousand_rows_are_read_in_a_second() -> None:
    ids = tuple(f"img_{k}" for k in range(2000))
    counts = Counts(ids, tuple("abcdefgh"), np.random.default_rng(1).integers(0, 60, (2000, 8)))
    data = write_counts(counts, SIGNATURE)
    best = min(_seconds(lambda: [read_counts(data) for _ in range(100)]) for _ in range(3))
    # .28 s when written; the bound is the budget.
    assert best < 1.0


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


# Slices


def gt_of(*instances: tuple[list[float], str, bool]) -> Any:
    builder = InstancesBuilder()
    builder.begin("a")
    for ring, text, care in instances:
        builder.add(ring, text, care)
    builder.begin("empty")
    return builder.build()


def box(x: float, y: float, width: float, height: float) -> list[float]:
    return [x, y, x + width, y, x + width, y + height, x, y + height]


def test_the_height_of_a_box_is_its_short_side() -> None:
    assert text_height([(0, 0), (100, 0), (100, 20), (0, 20)]) == pytest.approx(20)
    assert text_height([(0, 0), (0, 100), (20, 100), (20, 0)]) == pytest.approx(20)


def test_majority_decides_size_length_and_script_and_presence_orientation_and_curvature() -> None:
    arc = [0, 0, 50, -40, 100, 0, 100, 20, 50, -20, 0, 20]
    made = gt_of(
        (box(0, 0, 100, 20), "HELLO", True),
        (box(0, 50, 100, 20), "안녕하세요", True),
        (arc, "a", True),
        ([0, 0, 0, 90, -12, 90, -12, 0], "side", True),
        (box(0, 0, 900, 500), "###", False),
    )
    found = standard_slices(made)
    assert found == {
        "size": ("small", ""),  # two of four, a tie
        "length": ("medium", ""),
        "script": ("latin", ""),
        "orientation": ("vertical", ""),
        "curvature": ("curved", ""),
    }


@pytest.mark.parametrize(
    ("ring", "text", "tag"),
    [
        (box(0, 0, 100, 20), "ab", "horizontal"),
        ([0, 0, 100, 30, 95, 50, -5, 20], "ab", "rotated"),  # 16.7°
        ([0, 0, 100, 20, 96, 40, -4, 20], "ab", "horizontal"),  # 11.3°
        ([100, 20, 0, 20, 0, 0, 100, 0], "ab", "rotated"),  # upside down
        (box(0, 0, 20, 100), "ab", "vertical"),
        (box(0, 0, 20, 100), "I", "horizontal"),
    ],
)
def test_orientation_follows_the_upper_side(ring: list[float], text: str, tag: str) -> None:
    assert standard_slices(gt_of((ring, text, True)))["orientation"][0] == tag


def test_a_gt_without_texts_has_no_slices_of_texts() -> None:
    builder = InstancesBuilder(has_text=False)
    builder.begin("a")
    builder.add(box(0, 0, 9, 9))
    assert list(standard_slices(builder.build())) == ["size", "orientation", "curvature"]


# The whole folder


def test_our_own_board_reads(ours: Store) -> None:
    assert [board.id for board in ours.config.boards] == ["sample-detection", "sample-end-to-end"]
    samples = ours.samples("sample")
    assert len(samples.ids) == 37 == len(set(samples.ids))
    assert set(samples.slices) >= {"size", "length", "script", "orientation", "curvature", "korean"}
    assert len(ours.submissions()) >= 5
    image = ours.image("sample", "img_1")
    assert image is not None and image.read_bytes()[:2] == b"\xff\xd8"
    for submission in ours.submissions():
        assert is_slug(submission.slug) and submission.slug.endswith(submission.pred_digest[:8])
        for board in ours.config.boards:
            for name in board.protocols:
                result = ours.result(submission.slug, board.dataset_id, board.gt8, name)
                assert result is not None and result.counts.sample_ids == samples.ids
                jsonschema.validate(result.record, schema("record"))
    assert ours.result(ours.submissions()[0].slug, "sample", "d8d94ee4", "rrc-iou(iou=0.7)") is None


def test_every_file_of_our_board_fits_its_schema(ours: Store) -> None:
    kinds = {
        "board.toml": "board-config",
        "datasets/*/card.toml": "dataset-card",
        "protocols/*.toml": "protocol-card",
        "submissions/*/card.toml": "submission-card",
    }
    lines = {
        "history.jsonl": "history",
        "datasets/*/instances.jsonl": "instances",
        "submissions/*/instances/*.jsonl": "instances",
    }
    for pattern, name in kinds.items():
        files = list(ours.path.glob(pattern))
        assert files
        for file in files:
            values, _ = read_toml(file.read_bytes(), str(file), "E_FORMAT")
            jsonschema.validate(plain(values), schema(name))
    for pattern, name in lines.items():
        files = list(ours.path.glob(pattern))
        assert files
        for file in files:
            for line in file.read_text(encoding="utf-8").splitlines():
                jsonschema.validate(json.loads(line), schema(name))


def test_a_line_is_parsed_when_its_sample_is_asked_for(ours: Store, tmp_path: Path) -> None:
    lines = ours.gt_lines("sample")
    assert lines is not None
    assert list(lines) == list(ours.samples("sample").ids)
    assert {"ring", "text", "care"} == set(lines["img_1"]["instances"][0])
    with pytest.raises(KeyError):
        lines["img_99"]
    assert ours.gt_lines("other") is None


def test_a_folder_that_is_no_board_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="board init") as caught:
        Store.open(tmp_path)
    assert caught.value.exit_code == 2
