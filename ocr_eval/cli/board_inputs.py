"""Flags of the board commands -> the card, data set, protocols and ground truth they mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.errors import quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.board.cards import SubmissionCard
    from ocr_eval.board.store import Store
    from ocr_eval.cli.board_scoring import Scoring
    from ocr_eval.cli.options import Settings
    from ocr_eval.protocols import EvaluationProtocol


def read_card(flags: dict[str, Any], date: Any) -> SubmissionCard:
    """The card of ``--card``, or a minimal one of ``--id`` and ``--name``. Raises InputError."""
    from ocr_eval.board.card_parser import parse_submission
    from ocr_eval.board.cards import SubmissionCard, check_method_id

    if flags["card"]:
        if flags["method"] or flags["name"]:
            raise usage_error("--card and --id or --name say the same", "give either the card or both texts")
        try:
            data = Path(flags["card"]).read_bytes()
        except OSError as error:
            raise usage_error(
                f"card {quote(flags['card'])} cannot be read: {error.strerror}", "check the path"
            ) from None
        return parse_submission(data, flags["card"], date=date(flags["day"]))
    if not (flags["method"] and flags["name"]):
        raise usage_error("who made this submission", "give --card card.toml, or --id ID and --name NAME")
    check_method_id(flags["method"])
    return SubmissionCard(flags["method"], flags["name"], date(flags["day"]))


def the_dataset(store: Store, name: str | None) -> str:
    """The data set asked for (with or without @digits), or the only one. Raises InputError (E_USAGE, E_DATASET)."""
    known = store.dataset_ids()
    if name is None:
        if len(known) != 1:
            raise usage_error(
                "the board has several data sets", f"give one of them: --dataset {', '.join(known)}"
            )
        return known[0]
    plain, _, gt8 = name.partition("@")
    if plain not in known or (gt8 and store.dataset(plain).gt8 != gt8):
        listed = ", ".join(f"{each}@{store.dataset(each).gt8}" for each in known) or "none"
        raise usage_error(f"the board has no data set {quote(name)}", f"it has {listed}", "E_DATASET")
    return plain


def board_protocols(store: Store, dataset: str, asked: tuple[str, ...]) -> list[EvaluationProtocol]:
    """The protocols asked for, else all of the boards on this data set. Raises InputError (E_PROTOCOL, E_USAGE)."""
    from ocr_eval.cli.inputs import parse_protocols

    shown = [name for board in store.config.boards if board.dataset_id == dataset for name in board.protocols]
    rules = parse_protocols(asked or tuple(dict.fromkeys(shown)))
    if not rules:
        raise usage_error(f"no board uses data set {quote(dataset)}", "add a [[board]] to board.toml")
    return rules


def make_scoring(
    settings: Settings, store: Store, dataset: str, rules: list[EvaluationProtocol], flags: dict[str, Any]
) -> Scoring:
    """The board's gt (or the one given, if it is the same). Raises InputError (E_DATASET, E_GT, E_USAGE)."""
    from ocr_eval.board.adding import check_board
    from ocr_eval.board.starting import gt_digest
    from ocr_eval.cli.board_scoring import Scoring, stored_gt, text_lines
    from ocr_eval.cli.inputs import parse_limits, read_lexicon, read_lines, read_side, reading, resolve_gt

    limits = parse_limits(flags.get("limit", ()))
    asked: dict[str, Any] = {
        "format": flags.get("gt_format"),
        "limits": limits,
        "invalid_polygons": flags["invalid_polygons"],
        "max_errors": settings.max_errors,
    }
    if flags.get("gt"):
        path, _ = resolve_gt(flags["gt"], settings)
        gt = read_side(path, **asked, **reading(rules, "gt"))
        check_board(store, dataset, gt_digest(gt), rules)
    else:
        gt = stored_gt(store, dataset)
    if flags["invalid_polygons"] != "official" and not (gt.valid | ~gt.care).all():
        reason = "the board's ground truth holds invalid rings, which only the official treatment admits"
        raise usage_error(reason, "add --invalid-polygons official")
    lexicon = read_lexicon(flags.get("lexicon"), rules)
    wanted = any(rule.reads.gt_lines for rule in rules)
    given = flags.get("gt_lines") if wanted or len(store.dataset_ids()) == 1 else None  # another data set's
    lines = read_lines(given, rules, **asked)
    lines = text_lines(store, dataset, lines) if wanted else None
    return Scoring(dataset, gt, store.samples(dataset), lexicon, flags["invalid_polygons"], limits, lines)
