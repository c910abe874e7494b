"""scripts/perturb.py: faults are put in as often as asked, nothing else changes, and the result is readable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ocr_eval import Instances, assets, count, protocol, read
from scripts.perturb import FAULTS, archive, halves, line_of, perturbed

SUBMISSION = assets.submission_path("tesseract-psm11")
GT = Path(__file__).parents[2] / "datasets/sample/gt"
Words = list[tuple[tuple[float, ...], str]]


@pytest.fixture(scope="module")
def original() -> Instances:
    return read(SUBMISSION, format="icdar-quad", text=True)


def again(instances: Instances, recipe: dict[str, float], folder: Path, seed: int = 3) -> Instances:
    path = folder / "copy.zip"
    path.write_bytes(archive(perturbed(instances, recipe, seed)))
    return read(path, format="icdar-quad", text=True)


def words(instances: Instances) -> Words:
    return [(tuple(instances.points(k).ravel().tolist()), text) for k, text in enumerate(instances.texts)]


def test_no_fault_is_a_copy(original, tmp_path):
    copy = again(original, {}, tmp_path)
    assert (copy.sample_ids, words(copy)) == (original.sample_ids, words(original))
    assert words(again(original, dict.fromkeys(FAULTS, 0), tmp_path)) == words(original)


def test_the_same_call_gives_the_same_bytes_and_another_seed_others(original):
    recipe = {"drop": 0.1, "jitter": 2, "split": 0.1, "merge": 0.1, "case": 0.1}
    first, second, third = (archive(perturbed(original, recipe, seed)) for seed in (1, 1, 2))
    assert first == second != third


def test_a_tenth_is_dropped_and_the_rest_untouched(original, tmp_path):
    kept = words(again(original, {"drop": 0.1}, tmp_path))
    assert 0.85 * len(original) < len(kept) < 0.95 * len(original)
    rest = iter(words(original))
    assert all(word in rest for word in kept)  # a subsequence
    assert words(again(original, {"drop": 1}, tmp_path)) == []


def test_jitter_moves_corners_by_whole_pixels_within_bounds(original, tmp_path):
    moved = again(original, {"jitter": 2}, tmp_path)
    difference = moved.xy - original.xy
    assert set(difference.ravel().tolist()) == {-2, -1, 0, 1, 2}
    assert moved.texts == original.texts and moved.valid.all()


def test_halves_share_the_middle_of_the_longer_side_and_the_text():
    wide = [(0.0, 0.0), (10.0, 0.0), (10.0, 4.0), (0.0, 4.0)]
    left, right = halves((wide, "abc"))
    assert left == ([(0, 0), (5, 0), (5, 4), (0, 4)], "a")
    assert right == ([(5, 0), (10, 0), (10, 4), (5, 4)], "bc")
    tall = [(y, x) for x, y in wide][::-1]
    assert {max(y for _, y in ring) - min(y for _, y in ring) for ring, _ in halves((tall, None))} == {5}
    assert halves((wide, "a")) == [(wide, "a")]
    sliver = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    assert halves((sliver, "ab")) == [(sliver, "ab")]


def test_merging_keeps_every_character(original, tmp_path):
    merged = again(original, {"merge": 1}, tmp_path)
    assert "".join(merged.texts) == "".join(original.texts)
    assert len(merged) == sum(-(-len(original.span(k)) // 2) for k in range(len(original.sample_ids)))


def test_case_changes_texts_only(original, tmp_path):
    swapped = again(original, {"case": 1}, tmp_path)
    assert swapped.texts == tuple(text.swapcase() for text in original.texts)
    assert swapped.xy.tolist() == original.xy.tolist()


def test_more_faults_score_less(original, tmp_path):
    gt = read(GT, role="gt", text=True)
    rule = protocol("popeval")  # reads case, forgives splits
    scores = [
        rule.derive(count(gt, again(original, recipe, tmp_path), protocol=rule).total())["hmean"]
        for recipe in ({}, {"drop": 0.1}, {"drop": 0.1, "case": 0.3})
    ]
    assert scores[0] > scores[1] > scores[2]


@pytest.mark.parametrize(
    "text", ['"', '""', '"a"', ' "a" ', 'a"b', "\\", '"\\"', '"a\\b"', "a,b", " a", "###", ""]
)
def test_every_text_is_read_as_it_was(text, tmp_path):
    ring = [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)]
    path = tmp_path / "copy.zip"
    path.write_bytes(archive({"res_a.txt": line_of((ring, text))}))
    back = read(path, format="icdar-quad", text=True)
    assert back.texts == (text,) and back.points(0).tolist() == [list(xy) for xy in ring]


@pytest.mark.parametrize("recipe", [{"rotate": 0.1}, {"drop": 1.5}, {"case": -0.1}, {"jitter": float("nan")}])
def test_an_unknown_recipe_is_refused(original, recipe):
    with pytest.raises(ValueError, match="known are drop"):
        perturbed(original, recipe)


def test_draws_of_one_sample_do_not_depend_on_others(original, tmp_path):
    recipe = {"drop": 0.3, "jitter": 1, "merge": 0.2}
    whole = perturbed(original, recipe, 5)
    alone = tmp_path / "alone.zip"
    alone.write_bytes(archive({"res_img_7.txt": perturbed(original, {})["res_img_7.txt"]}))
    part = perturbed(read(alone, format="icdar-quad", text=True), recipe, 5)
    assert part == {"res_img_7.txt": whole["res_img_7.txt"]}


def test_the_command_writes_what_the_function_gives(original, tmp_path):
    script = Path(__file__).parents[2] / "scripts/perturb.py"
    out = tmp_path / "worse.zip"
    command = [sys.executable, script, SUBMISSION, out, "drop=0.1", "case=0.2", "--seed", "7"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert out.read_bytes() == archive(perturbed(original, {"drop": 0.1, "case": 0.2}, 7))
    assert said == f"{out}: {len(read(out, text=True))} instances\n"
