"""A data set's id -> its folder; the shipped leaderboard -> its stored predictions. Finds files, reads none of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ocr_eval.errors import InputError, quote, usage_error

VARIABLE = "OCR_EVAL_DATASETS"
_PACKAGE = Path(__file__).parent
_SLUG = re.compile(r"\A\d{4}-\d{2}-\d{2}-(.+)-[0-9a-f]{8}\Z")  # date, method id, digits of the digest


def dataset_path(name: str, directory: str | os.PathLike[str] | None = None) -> Path:
    """The folder of the data set ``name``: card.toml and whatever else the card names.

    Looked for in ``directory``, in ``$OCR_EVAL_DATASETS``, in the shipped copy, in a checkout's ``datasets/``; the
    first that has it wins. Raises InputError (E_USAGE) with close names when none has.
    """
    found = _datasets(directory)
    if name in found:
        return found[name]
    raise _unknown("data set", name, list(found))


def dataset_ids(directory: str | os.PathLike[str] | None = None) -> list[str]:
    """Ids of all data sets that ``dataset_path`` finds, sorted."""
    return sorted(_datasets(directory))


def leaderboard_path() -> Path:
    """The folder of our own leaderboard: the shipped copy, else the checkout's. Raises InputError (E_USAGE)."""
    for folder in _shipped("leaderboard"):
        if (folder / "board.toml").is_file():
            return folder
    raise usage_error("this installation of ocr_eval holds no leaderboard", "install the wheel again")


def submissions() -> dict[str, Path]:
    """Submissions of our leaderboard: method id -> predictions.zip (the latest), sorted; outputs of real engines."""
    found = sorted((leaderboard_path() / "submissions").glob("*/predictions.zip"))
    latest = {_SLUG.sub(r"\1", path.parent.name): path for path in found}
    return dict(sorted(latest.items()))


def submission_path(name: str) -> Path:
    """predictions.zip of one of our leaderboard's submissions. Raises InputError (E_USAGE) with close names."""
    found = submissions()
    if name in found:
        return found[name]
    raise _unknown("stored submission", name, list(found))


def twin(name: str) -> Any:
    """The slow twin ``name`` as a new module: the file that the tests check our counts with, shipped for ``bench``.

    Raises InputError (E_USAGE) when this installation has none.
    """
    from importlib.util import module_from_spec, spec_from_file_location

    for folder in _shipped("twins", "tests/oracles"):
        spec = spec_from_file_location(f"ocr_eval_twin_{name}", folder / f"{name}.py")
        if (folder / f"{name}.py").is_file() and spec is not None and spec.loader is not None:
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    raise usage_error(f"this installation of ocr_eval holds no twin {quote(name)}", "install the wheel again")


def _datasets(directory: str | os.PathLike[str] | None) -> dict[str, Path]:
    """Id -> folder. A data set is a folder with a card.toml; its id is the folder's name, so no id leads elsewhere."""
    found: dict[str, Path] = {}
    for folder in _folders(directory):
        for card in sorted(folder.glob("*/card.toml")):
            found.setdefault(card.parent.name, card.parent)
    return found


def _folders(directory: str | os.PathLike[str] | None) -> Iterator[Path]:
    variable = os.environ.get(VARIABLE)
    for given, origin in ((directory, "the folder of data sets"), (variable, f"${VARIABLE}")):
        if given:
            if not Path(given).is_dir():
                raise usage_error(f"{origin} {quote(os.fspath(given))} is no folder", "check the path")
            yield Path(given)
    yield from _shipped("datasets")


def _shipped(name: str, source: str | None = None) -> Iterator[Path]:
    """The copy inside an installed wheel, then the folder of a checkout (``source``), each if it is there."""
    wheel, checkout = _PACKAGE / f"_{name}", _PACKAGE.parent
    if wheel.is_dir():
        yield wheel
    # A stranger's "datasets" may lie beside an installed package (Hugging Face's does): only our checkout counts.
    if (checkout / (source or name)).is_dir() and _is_ours(checkout / "pyproject.toml"):
        yield checkout / (source or name)


def _is_ours(project: Path) -> bool:
    try:
        return 'name = "ocr_eval"' in project.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False


def _unknown(kind: str, name: str, known: list[str]) -> InputError:
    import difflib

    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    listed = (
        f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(sorted(known)) or 'none'}"
    )
    return usage_error(f"no {kind} is called {quote(name)}", listed)
