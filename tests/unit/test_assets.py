"""Which folder a data set's id leads to, and that a stranger's folder is never taken for ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_eval import assets
from ocr_eval.errors import InputError

CHECKOUT = Path(assets.__file__).parents[1]


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(assets.VARIABLE, raising=False)


def make(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "card.toml").write_text("schema = 1\n", encoding="utf-8")
    return folder


def installed(monkeypatch: pytest.MonkeyPatch, site: Path) -> Path:
    """Makes assets believe that it lies in ``site / "ocr_eval"``."""
    package = site / "ocr_eval"
    package.mkdir(parents=True)
    monkeypatch.setattr(assets, "_PACKAGE", package)
    return package


def test_the_sample_is_found_without_any_setting() -> None:
    assert "sample" in assets.dataset_ids()
    assert (assets.dataset_path("sample") / "gt").is_dir()


def test_the_flag_wins_over_the_variable_and_the_variable_over_the_shipped_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = make(tmp_path / "given", "sample", "a")
    variable = make(tmp_path / "variable", "sample", "a", "b")
    shipped = assets.dataset_path("sample")
    monkeypatch.setenv(assets.VARIABLE, str(variable))
    assert assets.dataset_path("sample", given) == given / "sample"
    assert assets.dataset_path("a", str(given)) == given / "a"
    assert assets.dataset_path("b", given) == variable / "b"
    assert assets.dataset_path("sample") == variable / "sample"
    assert assets.dataset_ids(given) == ["a", "b", "sample"]
    monkeypatch.setenv(assets.VARIABLE, "")
    assert assets.dataset_path("sample") == shipped


def test_the_copy_in_the_wheel_wins_over_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = installed(monkeypatch, tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "ocr_eval"\n', encoding="utf-8")
    make(tmp_path / "datasets", "sample")
    assert assets.dataset_path("sample") == tmp_path / "datasets" / "sample"
    make(package / "_datasets", "sample")
    assert assets.dataset_path("sample") == package / "_datasets" / "sample"


@pytest.mark.parametrize("project", [None, '[project]\nname = "something_else"\n', "\udcff"])
def test_a_strangers_datasets_folder_beside_the_package_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: str | None
) -> None:
    installed(monkeypatch, tmp_path)
    make(tmp_path / "datasets", "sample")
    if project is not None:
        (tmp_path / "pyproject.toml").write_bytes(project.encode("utf-8", "surrogateescape"))
    assert assets.dataset_ids() == []
    with pytest.raises(InputError, match="there are: none"):
        assets.dataset_path("sample")
    with pytest.raises(InputError, match="holds no leaderboard"):
        assets.leaderboard_path()


def test_a_folder_without_a_card_is_no_data_set(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    assert "notes" not in assets.dataset_ids(tmp_path)


@pytest.mark.parametrize("name", ["smaple", "Sample", "../datasets/sample", "", "sample/", "sample\n"])
def test_an_unknown_name_is_a_usage_error(name: str) -> None:
    with pytest.raises(InputError) as caught:
        assets.dataset_path(name)
    assert caught.value.exit_code == 2
    assert [problem.code for problem in caught.value.problems] == ["E_USAGE"]


def test_a_slip_of_the_pen_is_answered_with_close_names(tmp_path: Path) -> None:
    make(tmp_path, "ic15", "totaltext")
    with pytest.raises(InputError, match=r"'ic51'; did you mean ic15\?"):
        assets.dataset_path("ic51", tmp_path)
    with pytest.raises(InputError, match=r"did you mean tesseract-psm"):
        assets.submission_path("tesseract")


@pytest.mark.parametrize("by", ["flag", "variable"])
def test_a_folder_of_data_sets_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    missing = str(tmp_path / "missing")
    if by == "variable":
        monkeypatch.setenv(assets.VARIABLE, missing)
    with pytest.raises(InputError, match="is no folder") as caught:
        assets.dataset_ids(missing if by == "flag" else None)
    assert caught.value.exit_code == 2


def test_submissions_are_found_by_id() -> None:
    found = assets.submissions()
    assert list(found) == sorted(found)
    assert len(found) >= 3
    for name, path in found.items():
        assert path.name == "predictions.zip"
        assert assets.submission_path(name) == path
