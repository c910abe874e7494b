"""The Python example of README, run as it stands on files of the names it uses."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from ocr_eval.assets import dataset_path, submission_path

README = Path(__file__).parents[2] / "README.md"


def test_the_python_example_runs_and_prints_scores_and_reasons(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    with zipfile.ZipFile(tmp_path / "gt.zip", "w") as archive:
        for path in sorted((dataset_path("sample") / "gt").glob("*.txt")):
            archive.write(path, path.name)
    shutil.copy(submission_path("tesseract-psm11"), tmp_path / "submission.zip")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    lines = done.stdout.decode("utf-8").splitlines()
    assert lines[0].startswith("{'precision': 0.")
    assert any(line.startswith("gt 0 ") for line in lines)
    assert any(" miss " in line for line in lines)
