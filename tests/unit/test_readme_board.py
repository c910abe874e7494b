"""README's lines about leaderboards, run one after the other as they stand."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from ocr_eval.assets import dataset_path, submission_path

README = Path(__file__).parents[2] / "README.md"


def test_readmes_board_lines_end_with_a_site(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    (block,) = re.findall(r"## Your own leaderboard\n\n```sh\n(.*?)```", text, re.DOTALL)
    with zipfile.ZipFile(tmp_path / "gt.zip", "w") as archive:
        for path in sorted((dataset_path("sample") / "gt").glob("*.txt")):
            archive.write(path, path.name)
    for name, engine in (("a.zip", "tesseract-psm3"), ("b.zip", "tesseract-psm11")):
        shutil.copy(submission_path(engine), tmp_path / name)
    for line in block.splitlines():
        words = shlex.split(line, comments=True)
        done = subprocess.run(
            [sys.executable, "-m", "ocr_eval", *words[1:]],
            cwd=tmp_path,
            env=os.environ | {"SOURCE_DATE_EPOCH": "1795219200"},
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, (line, done.stderr.decode())
    page = (tmp_path / "my-site/index.html").read_text(encoding="utf-8")
    assert "A-Net" in page and "B-Net" in page
    assert (tmp_path / "my-site/ko/index.html").is_file()
