"""A score next to nothing is explained when one tested change of reading explains it, and only then."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ocr_eval.assets import dataset_path
from ocr_eval.cli.inputs import parse_protocols
from ocr_eval.cli.options import Settings
from ocr_eval.cli.scoring import Scorer
from ocr_eval.engine.why_zero import explanation
from ocr_eval.formats import read
from ocr_eval.limits import Limits
from ocr_eval.tables.instances import Instances, offsets
from tests.command import Ran, run, validate

GT = dataset_path("sample") / "gt"
Line = tuple[list[float], str]  # eight coordinates, text
Table = dict[str, list[Line]]


@pytest.fixture(scope="module")
def truth() -> Table:
    """The care instances of the shipped sample, by sample."""
    gt = read(str(GT), role="gt")
    return {
        sample: [
            (gt.points(k).ravel().tolist(), gt.texts[k])
            for k in gt.span(s)
            if gt.care[k] and len(gt.points(k)) == 4
        ]
        for s, sample in enumerate(gt.sample_ids)
    }


def written(path: Path, table: Table, *, text: bool = False) -> Path:
    """The table as a zip of quads; as a JSON document when a coordinate is no whole number."""
    if any(v != int(v) for lines in table.values() for ring, _ in lines for v in ring):
        rows = [{"image": s, "box": ring, "text": word} for s, lines in table.items() for ring, word in lines]
        path = path.with_suffix(".json")
        path.write_text(json.dumps(rows), encoding="utf-8")
        return path
    with zipfile.ZipFile(path, "w") as file:
        for sample, lines in table.items():
            rows = [",".join(f"{v:.0f}" for v in ring) + (f",{word}" if text else "") for ring, word in lines]
            file.writestr(f"res_{sample}.txt", "".join(f"{row}\n" for row in rows))
    return path


def changed(table: Table, change: Callable[[float, float], tuple[float, float]]) -> Table:
    """Every point changed."""
    return {
        sample: [
            ([v for k in range(0, 8, 2) for v in change(ring[k], ring[k + 1])], text) for ring, text in lines
        ]
        for sample, lines in table.items()
    }


def boxed(one: Line) -> tuple[float, float, float, float]:
    ring = one[0]
    return min(ring[0::2]), min(ring[1::2]), max(ring[0::2]), max(ring[1::2])


def told(done: Ran) -> str:
    """The explanation on stderr, or an empty string."""
    assert done.status == 0, done.err
    lines = [line for line in done.err.split("\n") if "W_NO_MATCH" in line]
    assert len(lines) <= 1
    return lines[0] if lines else ""


def explained(path: Path, protocol: str, *, gt: Path = GT, form: str | None = None) -> str:
    """What ``score`` says in this process; ``validate`` must find the same."""
    flags = {"gt_format": None, "pred_format": form, "invalid_polygons": "refuse", "confidence_above": None}
    rules = parse_protocols([protocol])
    scorer = Scorer(rules, str(gt), "local", Settings(), flags, limits=Limits(), lexicon=None)
    (record,) = scorer.score(str(path), "a")
    said = [notice.message for notice in record.notices if notice.code == "W_NO_MATCH"]
    found = explanation(scorer.gt, scorer.read(str(path)), text=rules[0].reads.pred_text)
    assert said == ([] if found is None else [found.message])
    return "".join(said)


@pytest.mark.parametrize("swapped", [True, False], ids=["swapped", "right"])
def test_score_and_validate_say_it_on_stderr_and_in_json(swapped: bool, truth: Table, tmp_path: Path) -> None:
    path = written(tmp_path / "a.zip", changed(truth, lambda x, y: (y, x)) if swapped else truth)
    for words, schema in ((("score", GT, path), "score"), (("validate", path, "--gt", GT), "validate")):
        text = told(run(*words, "-p", "rrc-iou"))
        done = run(*words, "-p", "rrc-iou", "--format", "json")
        assert bool(text) == bool(told(done)) == swapped
        body = json.loads(done.out)
        validate(body, schema)
        (result,) = body.get("results", [body])
        found = [w["message"] for w in result["warnings"] if w["code"] == "W_NO_MATCH"]
        assert len(found) == swapped
        assert text == "".join(f"{path}: warning[W_NO_MATCH]: {message}" for message in found)
        assert told(run(*words, "-p", "rrc-iou", "-q")) == ""


RINGS: list[tuple[str, Callable[[float, float], tuple[float, float]], str]] = [
    ("swapped", lambda x, y: (y, x), "would with x and y swapped: use --pred-format 'icdar-quad(order=yx)'"),
    ("half", lambda x, y: (x / 2, y / 2), "coordinates multiplied by 2: predictions look 0.5 times as large"),
    (
        "stretched",
        lambda x, y: (x * 2, y / 4),
        "x multiplied by 0.5 and y by 4: predictions look 2 times as wide and 0.25",
    ),
    (
        "normalised",
        lambda x, y: (x / 800, y / 600),
        "x multiplied by 800 and y by 600: predictions look normalised to 0–1",
    ),
    (
        "padded",
        lambda x, y: (x + 300, y + 100),
        "with -300 added to x and -100 to y: predictions look cut out or padded",
    ),
    ("both", lambda x, y: (y / 3, x / 3), "with x and y swapped and coordinates multiplied by 3"),
]


@pytest.mark.parametrize(("words", "change"), [pytest.param(w, c, id=name) for name, c, w in RINGS])
def test_coordinates_of_another_kind(
    words: str, change: Callable[[float, float], tuple[float, float]], truth: Table, tmp_path: Path
) -> None:
    said = explained(written(tmp_path / "a.zip", changed(truth, change)), "rrc-iou")
    assert words in said, said


def test_the_cure_for_swapped_coordinates_works(truth: Table, tmp_path: Path) -> None:
    words = ("-p", "rrc-iou", "--format", "json")
    swapped = written(tmp_path / "a.zip", changed(truth, lambda x, y: (y, x)))
    done = run("score", GT, swapped, *words, "--pred-format", "icdar-quad(order=yx)")
    assert told(done) == ""
    right = json.loads(run("score", GT, written(tmp_path / "b.zip", truth), *words).out)
    assert json.loads(done.out)["results"][0]["counts"] == right["results"][0]["counts"]


def test_every_image_normalised_by_its_own_size(truth: Table, tmp_path: Path) -> None:
    rng = random.Random(7)
    table = {}
    for sample, lines in truth.items():
        size = rng.uniform(600, 2000), rng.uniform(600, 2000)
        table |= changed({sample: lines}, lambda x, y, size=size: (x / size[0], y / size[1]))  # type: ignore[misc]
    said = explained(written(tmp_path / "a.zip", table), "rrc-iou")
    assert "would with every sample scaled by itself" in said
    assert "predictions look normalised to 0–1, write pixels of the original images" in said


def test_y_counted_from_the_bottom(truth: Table, tmp_path: Path) -> None:
    rng = random.Random(3)
    table = {}
    for sample, lines in truth.items():
        high = rng.randint(700, 1500)
        table |= changed({sample: lines}, lambda x, y, high=high: (x, high - y))  # type: ignore[misc]
    said = explained(written(tmp_path / "a.zip", table), "rrc-iou")
    assert "would with y counted from the bottom" in said


@pytest.mark.parametrize(
    ("box", "words"),
    [
        (
            lambda l, t, r, b: [l, t, r, b],
            "would with corners, read as x, y, width, height: write x, y, width, height",
        ),
        (
            lambda l, t, r, b: [(l + r) / 2, (t + b) / 2, r - l, b - t],
            "would with centre, width, height, read as x, y, width, height: write x, y, width, height",
        ),
    ],
    ids=["corners", "centres"],
)
def test_boxes_of_a_coco_document_that_are_no_x_y_width_height(
    box: Callable[..., list[float]], words: str, truth: Table, tmp_path: Path
) -> None:
    numbers = {sample: int(sample.rpartition("_")[2]) for sample in truth}
    rows = [
        {"image_id": numbers[sample], "category_id": 1, "bbox": box(*boxed(one)), "score": 0.9}
        for sample, lines in truth.items()
        for one in lines
    ]
    path = tmp_path / "results.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    assert words in explained(path, "rrc-iou")


def test_quads_read_as_rectangles(truth: Table, tmp_path: Path) -> None:
    def tilted(x: float, y: float) -> tuple[float, float]:
        return x, y + x // 16  # so that x1,y1,x2,y2 is a rectangle with an area

    gt = tmp_path / "gt"
    gt.mkdir()
    table = changed(truth, tilted)
    for sample, lines in table.items():
        rows = [",".join(f"{v:.0f}" for v in ring) + f",{text}\n" for ring, text in lines]
        (gt / f"gt_{sample}.txt").write_text("".join(rows), encoding="utf-8")
    wide = {
        s: [one for one in lines if one[0][2] > one[0][0] and one[0][3] > one[0][1]]
        for s, lines in table.items()
    }
    path = written(tmp_path / "a.zip", wide)
    said = explained(path, "rrc-iou", gt=gt, form="icdar-ltrb")
    assert "with lines of four corners, read as rectangles: use --pred-format icdar-quad" in said


@pytest.mark.parametrize(
    ("step", "words"), [(1, "sample N read as N-1"), (-1, "sample N read as N+1")], ids=["high", "low"]
)
def test_files_numbered_one_off(step: int, words: str, truth: Table, tmp_path: Path) -> None:
    ids = set(truth)
    moved = {f"img_{int(s.rpartition('_')[2]) + step}": lines for s, lines in truth.items()}
    said = explained(written(tmp_path / "a.zip", {s: v for s, v in moved.items() if s in ids}), "rrc-iou")
    assert words in said
    assert "rename the files" in said


def test_files_numbered_in_the_order_of_text(truth: Table, tmp_path: Path) -> None:
    by_number = sorted(truth, key=lambda s: int(s.rpartition("_")[2]))
    moved = {by_number[k]: truth[sample] for k, sample in enumerate(sorted(truth))}
    said = explained(written(tmp_path / "a.zip", moved), "rrc-iou")
    assert "samples taken in the order of their names as text" in said


def quad(left: float, top: float, right: float, bottom: float) -> Line:
    return [left, top, right, top, right, bottom, left, bottom], "w"


def test_predictions_of_another_unit(tmp_path: Path) -> None:
    """Four lines of five words in each of five images."""
    samples = [f"img_{k}" for k in range(1, 6)]
    rows = [50 * k for k in range(4)]
    words = {s: [quad(100 * w, y, 100 * w + 90, y + 40) for y in rows for w in range(5)] for s in samples}
    lines = {s: [quad(0, y, 490, y + 40) for y in rows] for s in samples}
    pages = {s: [quad(0, 0, 500, 200)] for s in samples}
    gt = written(tmp_path / "words.zip", words, text=True)
    said = explained(written(tmp_path / "lines.zip", lines), "rrc-iou", gt=gt)
    held = "hold two or more ground truth boxes each, 5.0 on average (100 of 100 ground truth boxes)"
    assert f"0 of 20 match, 20 of 20 predictions {held}: predictions are coarser than the" in said
    said = explained(written(tmp_path / "pages.zip", pages), "rrc-iou", gt=gt)
    assert (
        "0 of 5 match, 5 of 5 predictions hold two or more ground truth boxes each, 20.0 on average" in said
    )
    assert "predictions look like whole images or blocks: score against" in said
    gt = written(tmp_path / "gt.zip", lines, text=True)
    said = explained(written(tmp_path / "fine.zip", words), "rrc-iou", gt=gt)
    assert "20 of 20 ground truth boxes hold two or more predictions each, 5.0 on average" in said
    assert "predictions are finer than the ground truth" in said


def test_boxes_piled_on_everything_are_no_unit(tmp_path: Path) -> None:
    words = {"img_1": [quad(100 * w, 50 * y, 100 * w + 90, 50 * y + 40) for y in range(4) for w in range(5)]}
    piled = {"img_1": [quad(0, 0, 500 + k, 200 + k) for k in range(30)]}
    gt = written(tmp_path / "words.zip", words, text=True)
    assert explained(written(tmp_path / "piled.zip", piled), "rrc-iou", gt=gt) == ""


TEXTS: list[tuple[str, Callable[[str], str], str]] = [
    (
        "quotes",
        lambda t: f"“{t}”",
        "would with quotes around the text removed: write the text without quotes",
    ),
    ("trailing", lambda t: f"{t},0.98", "would with a number at the end of the text removed"),
    ("leading", lambda t: f"0.98,{t}", "would with a number at the start of the text removed"),
    ("script", lambda t: f"en, {t}", "would with the first field of the text removed"),
    ("spaces", lambda t: f" {t}", "would with spaces around the text removed"),
    ("marks", lambda t: f"\ufeff{t}\u200b", "would with invisible characters removed"),
    ("entities", lambda t: "".join(f"&#{ord(c)};" for c in t), "would with HTML entities resolved"),
    ("empty", lambda _: "", "texts are empty: name the layout, or write the field"),
    ("constant", lambda _: "text", "texts are 'text': name the layout, or write the field"),
    ("confidence", lambda t: f"0.{len(t) + 10}", "are numbers from 0 to 1, as confidences are"),
]


@pytest.mark.parametrize(("words", "change"), [pytest.param(w, c, id=name) for name, c, w in TEXTS])
def test_only_the_texts_differ(
    words: str, change: Callable[[str], str], truth: Table, tmp_path: Path
) -> None:
    table = {sample: [(ring, change(text)) for ring, text in lines] for sample, lines in truth.items()}
    path = written(tmp_path / "a.zip", table, text=True)
    said = explained(path, "cascade")
    assert words in said, said
    assert explained(path, "rrc-iou") == ""  # boxes match, and texts are not compared


def test_only_the_case_differs(truth: Table, tmp_path: Path) -> None:
    table = {sample: [(ring, text.swapcase()) for ring, text in lines] for sample, lines in truth.items()}
    words = {s: [one for one in lines if one[1].swapcase() != one[1]] for s, lines in table.items()}
    said = explained(written(tmp_path / "a.zip", words, text=True), "cascade(case=sensitive)")
    assert "would with case ignored" in said


def test_texts_and_boxes_out_of_step(truth: Table, tmp_path: Path) -> None:
    table = {}
    for sample, lines in truth.items():
        texts = [text for _, text in lines]
        table[sample] = [(ring, text) for (ring, _), text in zip(lines, texts[1:] + texts[:1], strict=True)]
    said = explained(written(tmp_path / "a.zip", table, text=True), "cascade")
    assert "would with the text of the previous line: texts and boxes are out of step by one line" in said


def bad(kind: str, table: Table) -> Table:
    """Submissions that are only bad."""
    rng = random.Random(11)
    samples = list(table)
    if kind == "of other images":
        rng.shuffle(samples)
        return dict(zip(table, (table[s] for s in samples), strict=True))
    result: Table = {}
    for sample, lines in table.items():
        rows = []
        for ring, _ in lines:
            dx, dy = rng.uniform(-400, 400), rng.uniform(-400, 400)
            if kind == "too small":
                x, y = sum(ring[0::2]) / 4, sum(ring[1::2]) / 4
                ring = [(v - (x, y)[k % 2]) * 0.6 + (x, y)[k % 2] for k, v in enumerate(ring)]
            elif kind == "anywhere":
                ring = [v + (dx, dy)[k % 2] for k, v in enumerate(ring)]
            elif kind == "junk":
                ring = [v + (dx, dy)[k % 2] for k, v in enumerate([0.0, 0, 90, 0, 90, 30, 0, 30])]
            text = "".join(rng.choice("abcdefgh") for _ in range(5))
            rows.append((ring, text))
        result[sample] = rows[:1] if kind == "nearly nothing" else rows
    return result


@pytest.mark.parametrize(
    "kind", ["of other images", "too small", "anywhere", "junk", "nearly nothing", "wrong texts"]
)
def test_a_bad_submission_gets_no_explanation(kind: str, truth: Table, tmp_path: Path) -> None:
    path = written(tmp_path / "a.zip", bad(kind, truth), text=True)
    for protocol in ("rrc-iou", "cascade"):
        assert explained(path, protocol) == ""


def test_one_box_is_no_evidence(tmp_path: Path) -> None:
    gt, sub = tmp_path / "gt.zip", tmp_path / "sub.zip"
    for path, name, line in (
        (gt, "gt_img_1.txt", "10,10,60,10,60,30,10,30,word"),
        (sub, "res_img_1.txt", "10,10,30,10,30,60,10,60"),
    ):
        with zipfile.ZipFile(path, "w") as file:
            file.writestr(name, line)
    assert explained(sub, "rrc-iou", gt=gt) == ""


def test_one_holder_is_no_evidence(tmp_path: Path) -> None:
    words = {"img_1": [quad(100 * w, 0, 100 * w + 90, 40) for w in range(5)]}
    gt = written(tmp_path / "words.zip", words, text=True)
    assert explained(written(tmp_path / "line.zip", {"img_1": [quad(0, 0, 490, 40)]}), "rrc-iou", gt=gt) == ""


def strange(rng: np.random.Generator, form: str) -> Instances:
    """A few samples of rings without area, of one point or none, far away, and texts that look like numbers."""
    samples = int(rng.integers(0, 8))
    sizes = rng.integers(0, 6, samples)
    count = int(sizes.sum())
    vertices = rng.integers(0, 6, count)
    kinds = (rng.integers(-(10**6), 10**6, (int(vertices.sum()), 2)), np.zeros((int(vertices.sum()), 2)))
    texts = [("", "a", "1,2,3,4", "0.5", '"q"', "12,13,40,50")[k] for k in rng.integers(0, 6, count)]
    return Instances(
        sample_ids=tuple(f"img_{k}" for k in rng.permutation(10)[:samples]),
        start=offsets(sizes),
        xy=kinds[int(rng.integers(2))].astype(np.float64),
        ring=offsets(vertices),
        care=rng.random(count) < 0.8,
        shape=np.zeros(count, np.uint8),
        line=np.arange(1, count + 1),
        codepoints=np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32),
        text_offset=offsets([len(text) for text in texts]),
        format=form,
    )


def test_strange_tables_are_looked_at_without_a_complaint() -> None:
    rng = np.random.default_rng(5)
    for k in range(400):
        form = ("icdar-quad", "icdar-ltrb", "coco", "polygon")[k % 4]
        found = explanation(strange(rng, "icdar-quad"), strange(rng, form), text=bool(k & 4))
        assert found is None or (found.code, found.count) == ("W_NO_MATCH", 1)


def test_words_of_other_samples_in_a_recognition_list(tmp_path: Path) -> None:
    words = [f"word{k * 7919 % 1000}" for k in range(40)]
    gt, sub = tmp_path / "gt.txt", tmp_path / "sub.txt"
    gt.write_text("".join(f"w_{k}.png\t{word}\n" for k, word in enumerate(words, 1)), encoding="utf-8")
    sub.write_text(
        "".join(f"w_{k + 1}.png\t{word}\n" for k, word in enumerate(words[:-1], 1)), encoding="utf-8"
    )
    said = explained(sub, "recognition", gt=gt)
    assert "0 of 39 samples have equal texts, 39 would with sample N read as N-1" in said


@pytest.mark.parametrize("name", ["pixellink", "east_resnet50", "synthetic"])
def test_real_submissions_are_left_in_peace(name: str, shared: Path) -> None:
    data = shared / "data" / "ic15"
    gt = read(str(data / "gt.zip"), role="gt")
    pred = read(str(data / "detection" / f"{name}.zip"), samples=gt, invalid_polygons="official")
    assert explanation(gt, pred, text=False) is None


def test_the_numbers_of_a_swapped_submission_are_counted(shared: Path) -> None:
    from dataclasses import replace

    data = shared / "data" / "ic15"
    gt = read(str(data / "gt.zip"), role="gt")
    pred: Instances = read(str(data / "detection" / "pixellink.zip"), samples=gt)
    notice = explanation(gt, replace(pred, xy=pred.xy[:, ::-1]), text=False)
    assert notice is not None
    assert notice.message.startswith("7 of 2077 match as read, 1663 would with x and y swapped: ")


def test_a_good_score_pays_for_no_explanation(truth: Table, tmp_path: Path) -> None:
    script = (
        "import sys; from ocr_eval.cli import main\n"
        f"sys.argv = ['ocr-eval', 'score', {str(GT)!r}, {str(written(tmp_path / 'a.zip', truth))!r}, '-p', 'rrc-iou']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([name for name in sys.modules if 'misread' in name or 'why_zero' in name])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_explaining_imports_nothing_heavy(truth: Table, tmp_path: Path) -> None:
    path = written(tmp_path / "a.zip", changed(truth, lambda x, y: (y, x)))
    script = (
        "import sys; from ocr_eval.cli import main\n"
        f"sys.argv = ['ocr-eval', 'validate', {str(path)!r}, '--gt', {str(GT)!r}]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted(set(sys.modules) & {'numba', 'pandas', 'matplotlib', 'shapely', 'scipy', 'jinja2'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
    assert "W_NO_MATCH" in done.stderr
