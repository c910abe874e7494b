"""The PopEval study on the shipped sample and on public sets -> docs/popeval-study.md.

    python scripts/study_page.py            writes it (public sets need the reference folder beside the checkout)
    python scripts/study_page.py --check    exit 1 when the part about the shipped sample is stale

The page shows commands and what they print; nobody types a number.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/popeval-study.md"
SCRIPT = "scripts/study_page.py"
ABOUT = f"""# Does PopEval see what it should?

PopEval removes matching characters one by one, so a word found in two pieces costs nothing, and neither do letters in
the wrong order. Lee, Yoon, Hoon and Choi (2019) asked four questions about that. The command below asks them again of
any submissions: how often only the order is wrong (permutation share), how often words are split or merged (their Table
II), whether a ground truth of characters gives another number than one of words (Table III), and which metric goes with
what people think (Table IV; give ratings with `--ratings`). Beside them stand the most characters that any order of
removals could take, and how ranks move between protocols.

Made by `python {SCRIPT}`; nobody typed a number. Intervals are percentiles of 10,000 resampled sets of images."""


class Case(NamedTuple):
    """A section: its heading, ground truth, named predictions, further words of the command (file flags by name)."""

    heading: str
    gt: str
    predictions: tuple[str, ...]
    about: str
    characters: str = ""
    official: bool = False


SAMPLE = Case(
    "The shipped sample, five stored outputs of real engines",
    "sample",
    (
        "sample:tesseract-psm3",
        "sample:tesseract-psm11",
        "sample:tesseract-psm11-x2",
        "sample:ocrad",
        "sample:gocr",
    ),
    "Anybody can run this after installing.",
)
PUBLIC = (
    Case(
        "ICDAR 2015, UNITS",
        "ic15/gt.zip",
        ("ic15/end_to_end/units_shared.zip",),
        "A ground truth of words and one of characters: the paper claims less than .004 between them.",
        "ic15/gt_characters.zip",
    ),
    Case(
        "Total-Text, UNITS",
        "totaltext/gt_e2e.zip",
        ("totaltext/end_to_end/units_shared.zip",),
        "Curved words.",
    ),
    Case(
        "CTW1500, UNITS",
        "ctw1500/gt_e2e.zip",
        ("ctw1500/end_to_end/units_finetune.zip",),
        "Lines of several words; two rings cross themselves, so they are taken as the official scripts take them.",
        official=True,
    ),
)


def section(case: Case, folder: Path | None) -> str:
    """The command and what it prints, files named by their last parts."""
    from ocr_eval.cli.options import Settings
    from ocr_eval.cli.study_popeval import answered
    from ocr_eval.study.brief import to_text

    def place(name: str) -> str:
        return name if folder is None else str(folder / name)

    labelled = [name if folder is None else f"{Path(name).stem}={place(name)}" for name in case.predictions]
    flags = {
        "protocol": (),
        "seed": None,
        "gt_characters": place(case.characters) if case.characters else None,
        "ratings": None,
        "gt_format": None,
        "pred_format": None,
        "lexicon": None,
        "confidence_above": None,
        "invalid_polygons": "official" if case.official else "refuse",
        "limit": (),
    }
    body = answered(Settings(), place(case.gt), labelled, flags)
    words = ["ocr-eval study popeval", case.gt, *case.predictions]
    words += [f"--gt-characters {case.characters}"] if case.characters else []
    words += ["--invalid-polygons official"] if case.official else []
    command = " ".join([*words, "--out study"])
    return f"## {case.heading}\n\n{case.about}\n\n```\n$ {command}\n{to_text(body)}```"


def sections(shared: Path | None) -> dict[str, str]:
    """Heading -> section."""
    found = {SAMPLE.heading: section(SAMPLE, None)}
    for case in PUBLIC:
        if shared is not None and (shared / "data" / case.gt).is_file():
            found[case.heading] = section(case, shared / "data")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when --check finds the page stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; compare the sample's section")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the reference folder")
    options = parser.parse_args(arguments)
    known = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    if options.check:
        (sample,) = sections(None).values()
        if sample not in known:
            print(f"{PAGE.name} is stale: run python {SCRIPT}", file=sys.stderr)
        return int(sample not in known)
    found = sections(options.shared)
    for case in PUBLIC:  # without its files a set keeps what it has
        kept = re.search(rf"(## {re.escape(case.heading)}\n.*?)\n*(?=\n## |\Z)", known, re.DOTALL)
        if case.heading not in found and kept:
            found[case.heading] = kept[1]
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n\n".join([ABOUT, *found.values()]) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
