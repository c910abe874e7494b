"""The wheel and the sdist: what they hold, what they ask for, and that an installed copy needs no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACES = {
    "ocr_eval/": "ocr_eval/",
    "datasets/": "ocr_eval/_datasets/",
    "leaderboard/": "ocr_eval/_leaderboard/",
    "tests/oracles/official_style_rrc.py": "ocr_eval/_twins/official_style_rrc.py",
    "tests/oracles/popeval.py": "ocr_eval/_twins/popeval.py",
}
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(kind: str, tree: Path, target: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", target, cwd=tree)
    (made,) = target.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel alone; what it depends on comes from this environment."""
    target = tmp_path_factory.mktemp("site")
    install = (sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", target, wheel)
    run(*install, cwd=target, **OFFLINE)
    return target


def content(wheel: Path) -> set[str]:
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


def metadata(wheel: Path, name: str) -> str:
    archive = zipfile.ZipFile(wheel)
    (found,) = (entry for entry in archive.namelist() if entry.endswith(f".dist-info/{name}"))
    return archive.read(found).decode("utf-8")


def test_wheel_holds_every_file_of_package_datasets_and_leaderboard(wheel: Path) -> None:
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *PLACES, cwd=ROOT)
    files = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    expected = {
        place + name.removeprefix(folder)
        for folder, place in PLACES.items()
        for name in files
        if name.startswith(folder)
    }
    assert content(wheel) == expected
    for needed in (
        "ocr_eval/py.typed",
        "ocr_eval/_datasets/sample/card.toml",
        "ocr_eval/_datasets/sample/gt",
        "ocr_eval/_datasets/sample/images",
        "ocr_eval/_leaderboard/submissions",
        "ocr_eval/report/schemas",
    ):
        assert any(name == needed or name.startswith(f"{needed}/") for name in expected), needed


def test_wheel_asks_for_the_core_and_keeps_rivals_in_extras(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = message_from_string(metadata(wheel, "METADATA"))
    core = [line for line in told.get_all("Requires-Dist", []) if "extra ==" not in line]
    names = {"numpy", "numba", "shapely", "rapidfuzz", "pandas", "matplotlib", "click", "jinja2", "tqdm"}
    assert {line.split(">")[0] for line in core} == names
    assert set(told.get_all("Provides-Extra", [])) == set(project["optional-dependencies"])
    assert told["Version"] == project["version"]
    assert "ocr-eval = ocr_eval.cli:console" in metadata(wheel, "entry_points.txt")
    assert metadata(wheel, "licenses/LICENSE").lstrip().startswith("Apache License")


def test_sdist_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build("sdist", ROOT, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "tree", filter="data")
    (tree,) = (tmp_path / "tree").iterdir()
    assert content(build("wheel", tree, tmp_path / "wheel")) == content(wheel)


def test_installed_demo_runs_from_another_folder(site: Path, tmp_path: Path) -> None:
    python = {"PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    where = run(sys.executable, "-c", "import ocr_eval; print(ocr_eval.__file__)", cwd=tmp_path, **python)
    assert Path(where.strip()).is_relative_to(site)
    table = run(site / "bin/ocr-eval", "demo", cwd=tmp_path, **python)
    assert "rrc-iou" in table
    assert "popeval" in table
    pages = tmp_path / "ocr-eval-demo" / "site"
    assert (pages / "index.html").is_file() and (pages / "ko" / "index.html").is_file()
    assert len(list(pages.rglob("*.jpg"))) == len(list((site / "ocr_eval/_datasets/sample/images").iterdir()))
    assert "<image " in next((pages / "i" / "sample").glob("img-1-*.html")).read_text(encoding="utf-8")


def test_installed_twins_of_the_bench_load(site: Path, tmp_path: Path) -> None:
    code = "from ocr_eval.assets import twin; print(twin('popeval').__file__, twin('official_style_rrc').__file__)"
    told = run(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(site), PYTHONSAFEPATH="1").split()
    assert [Path(name).is_relative_to(site / "ocr_eval/_twins") for name in told] == [True, True]


def test_version_is_told_once(site: Path, tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = run(site / "bin/ocr-eval", "--version", cwd=tmp_path, PYTHONPATH=str(site))
    assert project["version"] in told
