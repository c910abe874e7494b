"""Shards: what is one, which belong together; cutting, order, loss and who counts change no bit of a record."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval import __version__
from ocr_eval.assets import dataset_path, submission_path
from ocr_eval.engine.chunks import Plan, answering, count_shard
from ocr_eval.engine.distinct import Distinct, sample_keys
from ocr_eval.engine.local import Job
from ocr_eval.engine.merging import Merger
from ocr_eval.engine.ordered_lines import OrderedLines, sample_of
from ocr_eval.engine.parts import Part
from ocr_eval.engine.pool import Reply
from ocr_eval.engine.revealing import reveal
from ocr_eval.engine.sharded import ShardedJob, here
from ocr_eval.engine.stored_parts import StoredParts
from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.names import folded
from ocr_eval.formats.shards import is_sharded, matched, shards_of
from ocr_eval.protocols import protocol
from ocr_eval.record import Record
from ocr_eval.tables.exact_sums import exact_sum, rounded, whole_sums
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.jsonl import lines

GEOMETRY = {"rrc-iou": True, "popeval": True, "cascade": True, "recognition": False, "page": False}
Rows = dict[str, list[dict[str, Any]]]  # sample -> its lines


@pytest.fixture(scope="module")
def scored() -> tuple[Rows, Rows]:
    """Ground truth and predictions of the shipped sample, the predictions without two of its samples."""
    gt = read(dataset_path("sample") / "gt", role="gt")
    pred = read(submission_path("tesseract-psm11"), samples=gt)
    return rows_of(gt), dict(list(rows_of(pred).items())[2:])


def rows_of(table: Instances) -> Rows:
    """Our JSON lines, by sample; samples without an instance have none."""
    rows: Rows = {}
    for s, sample in enumerate(table.sample_ids):
        for i in table.span(s):
            row = {"image": sample, "box": table.points(i).ravel().tolist(), "text": table.texts[i]}
            rows.setdefault(sample, []).append(row | {"care": bool(table.care[i])})
    return rows


def texts_of(rows: Rows) -> Rows:
    """The same as a recognition list of the first instances."""
    return {s: [{"filename": s, "text": own[0]["text"]}] for s, own in rows.items()}


def stored(folder: Path, rows: Rows, shards: Sequence[Sequence[str]]) -> Path:
    folder.mkdir(parents=True)
    for k, samples in enumerate(shards):
        every = [row for sample in samples for row in rows.get(sample, ())]
        text = "".join(json.dumps(row) + "\n" for row in every)
        (folder / f"part-{k:03}.jsonl").write_text(text, encoding="utf-8")
    return folder


def cut(samples: Sequence[str], count: int) -> list[list[str]]:
    edges = [len(samples) * k // count for k in range(count + 1)]
    return [list(samples[a:b]) for a, b in itertools.pairwise(edges)]


def asked(name: str) -> dict[str, Any]:
    return {"geometry": GEOMETRY[name], "text": True}


def job_of(folder: Path, name: str, ask: Any = here, *, rows: bool = False) -> ShardedJob:
    plan = Plan((name,), asked(name), asked(name), rows=rows, version=__version__)
    return ShardedJob(shards_of(str(folder), "gt"), [protocol(name)], plan, ask)


def sides(
    tmp_path: Path, scored: tuple[Rows, Rows], name: str, shards: Sequence[Sequence[str]]
) -> tuple[Path, Path]:
    gt, pred = scored if GEOMETRY[name] else tuple(map(texts_of, scored))
    return stored(tmp_path / "gt", gt, shards), stored(tmp_path / "pred", pred, shards)


def score(tmp_path: Path, job: ShardedJob) -> Record:
    pred = shards_of(str(tmp_path / "pred"), "prediction")
    (record,) = job.run(matched(job.gt, pred, "gt", "pred"), "x")
    return record


def score_whole(tmp_path: Path, scored: tuple[Rows, Rows], name: str, order: Sequence[str]) -> Record:
    """The record of both sides in one file each."""
    paths = sides(tmp_path / "whole", scored, name, [order])
    gt = read(paths[0] / "part-000.jsonl", role="gt", **asked(name))
    pred = read(paths[1] / "part-000.jsonl", samples=gt, **asked(name))
    (record,) = reveal(Job(gt, [protocol(name)]).run(pred, "x"), gt, pred)
    return record


def assert_same(one: Record, other: Record, *, places: bool = True) -> None:
    assert (one.signature, one.metrics, one.revealing) == (other.signature, other.metrics, other.revealing)
    ours, theirs = one.counts.total(), other.counts.total()
    assert (ours.samples, ours.counts, ours.sums) == (theirs.samples, theirs.counts, theirs.sums)
    assert [(n.code, n.message, n.count) for n in one.notices] == [
        (n.code, n.message, n.count) for n in other.notices
    ]


@pytest.mark.parametrize("name", GEOMETRY)
@pytest.mark.parametrize("shards", [1, 2, 7])
@pytest.mark.parametrize("rows", [True, False], ids=["rows", "totals"])
def test_shards_in_any_order_score_as_one_file(
    tmp_path: Path, scored: tuple[Rows, Rows], name: str, shards: int, rows: bool
) -> None:
    samples = list(scored[0])
    random.Random(shards).shuffle(samples)
    sides(tmp_path, scored, name, cut(samples, shards))
    found = score(tmp_path, job_of(tmp_path / "gt", name, rows=rows))
    whole = score_whole(tmp_path, scored, name, samples)
    assert_same(found, whole)
    if rows:
        assert found.counts.sample_ids == whole.counts.sample_ids
        assert (found.counts.rows == whole.counts.rows).all()


def test_parts_that_come_backwards_and_twice_are_added_once(
    tmp_path: Path, scored: tuple[Rows, Rows]
) -> None:
    sides(tmp_path, scored, "recognition", cut(list(scored[0]), 5))

    def backwards(setup: bytes, requests: Sequence[dict[str, Any]]) -> Iterator[Reply]:
        replies = list(here(setup, requests))
        yield from reversed(replies + replies[:2])

    plain = score(tmp_path, job_of(tmp_path / "gt", "recognition"))
    assert_same(score(tmp_path, job_of(tmp_path / "gt", "recognition", backwards)), plain)


def test_a_shard_whose_worker_died_is_asked_for_again_and_three_deaths_name_it(
    tmp_path: Path, scored: tuple[Rows, Rows]
) -> None:
    sides(tmp_path, scored, "recognition", cut(list(scored[0]), 3))
    deaths = [1, 1]

    def dying(setup: bytes, requests: Sequence[dict[str, Any]]) -> Iterator[Reply]:
        for reply in here(setup, requests):
            if requests[reply.number]["gt"].endswith("part-001.jsonl") and deaths:
                deaths.pop()
                yield Reply(reply.number, None, status=-9)
            else:
                yield reply

    plain = score(tmp_path, job_of(tmp_path / "gt", "recognition"))
    assert_same(score(tmp_path, job_of(tmp_path / "gt", "recognition", dying)), plain)
    deaths += [1, 1, 1]
    with pytest.raises(InputError, match=r"part-001\.jsonl: error\[E_LIMIT\]: 3 processes .* signal 9"):
        score(tmp_path, job_of(tmp_path / "gt", "recognition", dying))


def test_a_file_that_changes_between_two_deliveries_is_told(
    tmp_path: Path, scored: tuple[Rows, Rows]
) -> None:
    gt, pred = sides(tmp_path, scored, "recognition", cut(list(scored[0]), 2))
    plan = Plan(("recognition",), asked("recognition"), asked("recognition"), version=__version__)
    pair = (str(gt / "part-000.jsonl"), str(pred / "part-000.jsonl"))
    merger = Merger([pair])
    merger.add(0, part(plan, *pair))
    with (pred / "part-000.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(InputError, match="changed while it was counted"):
        merger.add(0, part(plan, *pair))
    merger.close()


def part(plan: Plan, gt: str, pred: str) -> Part:
    found = count_shard(plan, gt, pred)
    assert found is not None
    return found


@pytest.mark.parametrize("rows", [True, False])
@pytest.mark.parametrize("name", ["recognition", "coco-ap"])
def test_a_part_comes_back_from_its_bytes(
    tmp_path: Path, scored: tuple[Rows, Rows], name: str, rows: bool
) -> None:
    gt, pred = scored if name == "coco-ap" else tuple(map(texts_of, scored))
    pred = {s: [row | {"score": 0.5} for row in own] for s, own in pred.items()}
    paths = [
        stored(tmp_path / side, own, [list(gt)]) / "part-000.jsonl"
        for side, own in (("gt", gt), ("pred", pred))
    ]
    reading = {"geometry": name == "coco-ap", "text": name != "coco-ap"}
    plan = Plan((name,), reading, reading | {"confidence": True}, rows=rows, version=__version__)
    found = part(plan, str(paths[0]), str(paths[1]))
    again = Part.from_bytes(found.to_bytes())
    assert (again.gt, again.pred, again.shown, again.notices) == (
        found.gt,
        found.pred,
        found.shown,
        found.notices,
    )
    assert (again.keys == found.keys).all()
    for one, other in zip(again.tables, found.tables, strict=True):
        assert protocol(name).derive(one.total()) == protocol(name).derive(other.total())
        assert one.sample_ids == other.sample_ids and (one.rows == other.rows).all()


def test_bytes_of_anything_else_are_no_part(tmp_path: Path) -> None:
    good = Part(("a", "b")).to_bytes()
    bent = good.replace(b'"digests"', b'"digestz"')
    for wrong in (b"", b"x" * 100, good[:-40], bent):
        with pytest.raises(ValueError, match="not the counts of a shard"):
            Part.from_bytes(wrong)


def test_a_resumed_run_counts_only_what_changed_or_is_damaged(
    tmp_path: Path, scored: tuple[Rows, Rows]
) -> None:
    _, pred = sides(tmp_path, scored, "recognition", cut(list(scored[0]), 4))
    counted: list[str] = []

    def watched(setup: bytes, requests: Sequence[dict[str, Any]]) -> Iterator[Reply]:
        for reply in here(setup, requests):
            assert reply.header is not None
            if not reply.header["same"]:
                counted.append(Path(requests[reply.number]["pred"]).stem)
            yield reply

    def run() -> Record:
        job = job_of(tmp_path / "gt", "recognition", watched)
        job.stored = StoredParts(tmp_path / "kept")
        counted.clear()
        return score(tmp_path, job)

    first = run()
    assert counted == ["part-000", "part-001", "part-002", "part-003"]
    assert_same(run(), first)
    assert counted == []
    first_line = (pred / "part-002.jsonl").read_text(encoding="utf-8").split("\n")[0]
    changed = json.dumps(json.loads(first_line) | {"text": "another"})
    content = (pred / "part-002.jsonl").read_text(encoding="utf-8").replace(first_line, changed, 1)
    (pred / "part-002.jsonl").write_text(content, encoding="utf-8")
    assert run().signature != first.signature
    assert counted == ["part-002"]
    for kept in (tmp_path / "kept").iterdir():
        kept.write_bytes(kept.read_bytes()[:-30])
    run()
    assert len(counted) == 4


def test_every_problem_of_every_shard_is_told_and_faults_of_the_gt_come_alone(
    tmp_path: Path, scored: tuple[Rows, Rows]
) -> None:
    gt, pred = sides(tmp_path, scored, "recognition", cut(list(scored[0]), 3))
    for number in (0, 2):
        with (pred / f"part-00{number}.jsonl").open("a", encoding="utf-8") as file:
            file.write('{"filename": 3, "text": "a"}\n')
    with pytest.raises(InputError) as refused:
        score(tmp_path, job_of(tmp_path / "gt", "recognition"))
    assert [Path(p.source).name for p in refused.value.problems] == ["part-000.jsonl", "part-002.jsonl"]
    assert (refused.value.exit_code, refused.value.scope) == (3, " in 2 of 3 shards")
    assert all(
        p.line and "/filename must be the name of an image" in p.reason for p in refused.value.problems
    )
    with (gt / "part-001.jsonl").open("a", encoding="utf-8") as file:
        file.write("{\n")
    with pytest.raises(InputError) as refused:
        score(tmp_path, job_of(tmp_path / "gt", "recognition"))
    assert (refused.value.exit_code, {p.code for p in refused.value.problems}) == (5, {"E_GT"})


def test_a_sample_in_two_shards_of_the_gt_is_named_with_both(tmp_path: Path) -> None:
    rows: Rows = {s: [{"filename": s, "text": "a"}] for s in ("word_1", "word_2", "Word_01")}
    for side in ("gt", "pred"):
        stored(tmp_path / side, rows, [["word_1"], ["word_2"], ["Word_01"]])
    with pytest.raises(InputError) as refused:
        score(tmp_path, job_of(tmp_path / "gt", "recognition"))
    (problem,) = refused.value.problems
    assert Path(problem.source).name == "part-002.jsonl"
    assert problem.reason == "E_ENTRY_DUPLICATE 'Word_01' is the sample 'word_1' of 'part-000.jsonl'"


def test_a_shard_without_predictions_counts_as_empty_and_is_named(
    tmp_path: Path, scored: tuple[Rows, Rows]
) -> None:
    samples = list(scored[0])
    parts = cut(samples, 4)
    _, pred = sides(tmp_path, scored, "recognition", parts)
    (pred / "part-003.jsonl").unlink()
    found = score(tmp_path, job_of(tmp_path / "gt", "recognition"))
    kept = {s: own for s, own in scored[1].items() if s not in parts[3]}
    whole = score_whole(tmp_path, (scored[0], kept), "recognition", samples)
    assert (found.signature, found.metrics) == (whole.signature, whole.metrics)
    told = [n for n in found.notices if n.message.startswith("shards without predictions")]
    assert [(n.code, n.count, n.examples) for n in told] == [("W_MISSING_SAMPLES", 1, ("part-003.jsonl",))]


def test_sides_that_are_cut_at_other_samples_are_refused_with_the_cure(tmp_path: Path) -> None:
    rows: Rows = {s: [{"filename": s, "text": "a"}] for s in "abc"}
    stored(tmp_path / "gt", rows, ["a", "bc"])
    stored(tmp_path / "pred", rows, ["ab", "c"])
    with pytest.raises(
        InputError, match=r"part-000\.jsonl: error\[E_ENTRY_UNKNOWN\]: 'b' is .* at the same samples"
    ):
        score(tmp_path, job_of(tmp_path / "gt", "recognition"))


def test_shards_behind_a_url_are_those_in_the_folder(tmp_path: Path, scored: tuple[Rows, Rows]) -> None:
    pytest.importorskip("fsspec", reason="pip install 'ocr_eval[dask]'")
    gt, pred = sides(tmp_path, scored, "recognition", cut(list(scored[0]), 3))
    plain = score(tmp_path, job_of(tmp_path / "gt", "recognition"))
    job = job_of(tmp_path / "gt", "recognition")
    job.gt = shards_of(gt.as_uri(), "gt")
    (found,) = job.run(
        matched(job.gt, shards_of(f"{pred.as_uri()}/*.jsonl", "prediction"), "gt", "pred"), "x"
    )
    assert all(path.startswith("file://") for path in job.gt)
    assert_same(found, plain)
    for wrong, said in (
        ("nosuch://x/", "cannot be opened"),
        (f"{gt.as_uri()}/none*", "no shard of the ground truth is there"),
    ):
        with pytest.raises(InputError, match=said):
            shards_of(wrong, "gt")


def test_a_column_that_only_one_shard_has_is_refused(tmp_path: Path) -> None:
    for side in ("gt", "pred"):
        rows: Rows = {s: [{"filename": s, "text": "a"}] for s in ("a", "b")}
        if side == "pred":
            rows["b"][0]["score"] = 0.5
        stored(tmp_path / side, rows, [["a"], ["b"]])
    with pytest.raises(
        InputError, match=r"pred.part-001\.jsonl: error\[E_FORMAT\]: this shard has confidence"
    ):
        score(tmp_path, job_of(tmp_path / "gt", "recognition"))


def test_what_is_a_set_of_shards(tmp_path: Path) -> None:
    for folder, names in {
        "two": ["a.parquet", "b.parquet", "_SUCCESS", ".a.crc"],
        "one": ["a.parquet"],
        "mixed": ["a.parquet", "b.txt"],
        "images": ["img_1.jsonl", "img_2.jsonl"],
        "lists": ["a.jsonl", "b.jsonl"],
    }.items():
        (tmp_path / folder).mkdir()
        for name in names:
            text = '{"filename": "a", "text": "b"}\n' if folder == "lists" else '{"blocks": []}\n'
            (tmp_path / folder / name).write_text(text, encoding="utf-8")
    found = {
        name: is_sharded(str(tmp_path / name)) for name in ("two", "one", "mixed", "images", "lists", "none")
    }
    assert [name for name, sharded in found.items() if sharded] == ["two", "lists"]
    assert is_sharded(str(tmp_path / "two" / "*.parquet")) and is_sharded("s3://bucket/gt/")
    assert not is_sharded(str(tmp_path / "two" / "a.parquet"))
    assert [Path(p).name for p in shards_of(str(tmp_path / "two"), "gt")] == ["a.parquet", "b.parquet"]
    assert len(shards_of(str(tmp_path / "two" / "a.parquet"), "gt")) == 1
    for wrong, said in (
        ("mixed", "1 of 2 files are no shards, first 'b.txt'"),
        ("none", "no shard of the ground"),
    ):
        with pytest.raises(InputError, match=said):
            shards_of(str(tmp_path / wrong), "gt")


def test_shards_meet_by_name_else_by_place(tmp_path: Path) -> None:
    assert matched(["g/a.parquet", "g/b.parquet"], ["p/b.jsonl"], "g", "p") == [
        ("g/a.parquet", None),
        ("g/b.parquet", "p/b.jsonl"),
    ]
    assert matched(["g1.jsonl", "g2.jsonl"], ["p1.jsonl", "p2.jsonl"], "g", "p")[1] == (
        "g2.jsonl",
        "p2.jsonl",
    )
    with pytest.raises(
        InputError, match=r"1 shards have no shard of the ground truth of their name: 'c\.jsonl'"
    ):
        matched(["g/a.jsonl"], ["p/a.jsonl", "p/c.jsonl"], "g", "p")
    with pytest.raises(InputError, match="3 shards, 2 of the ground truth 'g', and no names to match"):
        matched(["g1.jsonl", "g2.jsonl"], ["p1.jsonl", "p2.jsonl", "p3.jsonl"], "g", "p")


@pytest.mark.parametrize("shuffled", [False, True])
def test_lines_are_digested_in_order_of_names_wherever_they_stand(shuffled: bool) -> None:
    import hashlib

    names = sorted({f'{k * 7919 % 997}"\\\n,é\U0001f600{k % 3}' for k in range(200)}, key=str.encode)
    every = [
        json.dumps(
            {"sample": name, "instances": [{"text": '","instances":['}]},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for name in names
    ]
    assert [sample_of(line.encode()).decode() for line in every] == names
    order = list(range(len(every)))
    if shuffled:
        random.Random(1).shuffle(order)
    found = OrderedLines()
    blobs = [
        "".join(every[k] + "\n" for k in sorted(order[a : a + 30])).encode() for a in range(0, len(order), 30)
    ]
    for shard, blob in enumerate(blobs):
        found.add(shard, blob)
    assert bool(found.lost) == shuffled
    for shard in found.lost:
        found.put(blobs[shard])
    assert found.hexdigest() == hashlib.sha256("".join(line + "\n" for line in every).encode()).hexdigest()
    found.close()


def test_keys_that_two_shards_share_are_found_in_any_number_of_passes() -> None:
    rng = np.random.default_rng(3)
    keys = [np.sort(rng.integers(0, 2**64 - 1, 50, np.uint64, endpoint=True)) for _ in range(4)]
    keys[3] = np.sort(np.append(keys[3], keys[1][[0, 49]]))
    for at_once in (10**6, 20, 1):
        found = Distinct()
        for shard, own in enumerate(keys):
            found.add(shard, own)
        repeated = found.repeated(at_once)
        assert {shard: own.tolist() for shard, own in repeated.items()} == dict.fromkeys(
            [1, 3], keys[1][[0, 49]].tolist()
        )
        found.close()


def test_names_have_one_key_exactly_when_readers_take_them_for_one() -> None:
    words = "a A 0 00 1 01 10 é e\u0301 É ß ss a0 a00 a1 a01 a10 b1 1a 01a 0a img_1 IMG_001 img_ img_0 \u0661".split()
    words += ["", "\u06611", "img-1", "a\x001", "a1\x00", "\ud800", "x" * 5000]
    for one, other in itertools.product(words, repeat=2):
        same = sample_keys([one])[0] == sample_keys([other])[0]
        assert same == (folded(one) == folded(other)), (one, other)
    together = {int(key) for key in sample_keys(words)}
    assert together == {int(sample_keys([word])[0]) for word in words}


def test_exact_sums_of_parts_round_to_fsum_of_the_whole() -> None:
    rng = random.Random(5)
    for _ in range(300):
        values = [
            rng.choice(
                (
                    rng.random(),
                    rng.uniform(-1, 1) * 10.0 ** rng.randrange(-300, 300),
                    5e-324 * rng.randrange(9),
                )
            )
            for _ in range(rng.randrange(12))
        ]
        at = rng.randrange(len(values) + 1)
        parts = exact_sum(np.array(values[:at], np.float64)) + exact_sum(np.array(values[at:], np.float64))
        assert rounded(parts) == math.fsum(values)


def test_columns_are_summed_beyond_64_bits() -> None:
    rows = np.array([[2**62, -1, 0], [2**62, -(2**63), 1], [2**62, 5, 2]], np.int64)
    assert whole_sums(rows) == (3 * 2**62, 4 - 2**63, 3)
    assert whole_sums(rows[:0]) == (0, 0, 0)


def test_lines_of_a_part_are_those_of_the_table(tmp_path: Path, scored: tuple[Rows, Rows]) -> None:
    gt, pred = sides(tmp_path, scored, "popeval", [list(scored[0])])
    plan = Plan(("popeval",), asked("popeval"), asked("popeval"), version=__version__)
    answer: Callable[[dict[str, Any]], tuple[dict[str, Any], bytes]] = answering(
        {"plan": plan.to_json()}, b""
    )
    request = {"gt": str(gt / "part-000.jsonl"), "pred": str(pred / "part-000.jsonl"), "counting": False}
    header, body = answer(request)
    found = Part.from_bytes(body)
    assert (header, found.tables) == ({"same": False}, ())
    assert found.gt.lines == "".join(lines(read(request["gt"], role="gt", text=True))).encode()
    assert answer(request | {"digests": found.digests}) == ({"same": True}, b"")


def test_a_worker_of_another_version_does_not_count(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"the worker has ocr_eval .*, the run 0\.0\.0"):
        count_shard(Plan(("recognition",), version="0.0.0"), "gt", "pred")
