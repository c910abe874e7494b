"""The public ``build_board``: a board's folder and options -> its site, as ``ocr-eval board build`` writes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.board.options import Options
from ocr_eval.board.store import Store
from ocr_eval.errors import quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.board.writer import BuildReport, Progress

LANGUAGES = {"en": ("en",), "ko": ("ko",), "all": ("en", "ko")}


def build_board(
    store: str | Path | Store,
    out: str | Path,
    *,
    audience: str = "public",
    lang: str | None = None,
    images: str | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> BuildReport:
    """Brings the site in the folder ``out`` up to date; unchanged files are not written again.

    Parameters
    ----------
    audience: ``public``, ``participant:SLUG`` (one's own submission) or ``internal``.
    lang: ``en``, ``ko`` or ``all``; None: the languages of board.toml.
    images: ``none``, ``link`` or ``copy``; None: what the data sets' cards allow.
    options: ``drilldown``, ``shards``, ``paper_figures``, ``yes``, ``date``, ``jobs`` as on the command line.
    progress: wraps the list of files, as tqdm does.

    Raises InputError: E_LEAK when hidden text is found on a page (nothing is replaced then), E_USAGE for a folder that
    is not ours, E_CONFIG, E_SIGNATURE, E_DATASET, E_DRIFT for faults of the store.
    """
    from ocr_eval.board.site import build

    opened = store if isinstance(store, Store) else Store.open(store)
    made = options_of(opened, audience=audience, lang=lang, images=images, **options)
    return build(opened, Path(out), made, progress=progress)


def options_of(
    store: Store,
    *,
    audience: str = "public",
    lang: str | None = None,
    images: str | None = None,
    **options: Any,
) -> Options:
    """Options with what the store decides where nothing is asked for. Raises InputError (E_USAGE, E_CONFIG)."""
    import os

    who, colon, slug = audience.partition(":")
    if who not in ("public", "participant", "internal") or bool(colon) != (who == "participant"):
        hint = "write public, participant:SLUG or internal"
        raise usage_error(f"audience {quote(audience)} is none", hint)
    if who == "participant":
        store.submission(slug)
    if lang is not None and lang not in LANGUAGES:
        raise usage_error(f"lang {quote(lang)} is none", "write en, ko or all")
    if options.get("jobs") == 0:
        options["jobs"] = os.cpu_count() or 1
    return Options(
        audience=who,
        participant=slug or None,
        languages=store.config.languages if lang is None else LANGUAGES[lang],
        images=_images(store) if images is None else images,
        **options,
    )


def _images(store: Store) -> str:
    """The most that any data set's card allows; a card that allows less is still obeyed."""
    allowed = {store.dataset(name).images for name in store.dataset_ids()}
    return next((kind for kind in ("copy", "link") if kind in allowed), "none")
