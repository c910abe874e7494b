"""Bytes of a card -> the checked card (board, data set, protocol, submission); every fault with its line."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ocr_eval.board.card_keys import (
    BOARD_KEYS,
    CONFIG_KEYS,
    DATASET_KEYS,
    POLICY_KEYS,
    PROTOCOL_KEYS,
    SCALARS,
    SUBMISSION_KEYS,
)
from ocr_eval.board.cards import (
    BoardConfig,
    Config,
    DatasetCard,
    Policy,
    ProtocolCard,
    SubmissionCard,
    is_slug,
    method_id_problem,
)
from ocr_eval.board.toml import check_keys, decode, line_of, read_toml
from ocr_eval.errors import InputError, Problem, quote

_DATASET = re.compile(r"([a-z0-9][a-z0-9._-]{0,63})@([0-9a-f]{8})\Z")
_DOI = re.compile(r"10\.[0-9]{4,9}/[!-~]+\Z")
_SHA = re.compile(r"[0-9a-f]{64}\Z")


def parse_config(data: bytes, source: str = "board.toml") -> Config:
    """board.toml. Raises InputError (E_CONFIG) naming every fault with its line."""
    values, text = read_toml(data, source, "E_CONFIG")
    problems = check_keys(values, CONFIG_KEYS, source=source, code="E_CONFIG", text=text)
    problems += _schema(values, source, text, "E_CONFIG")
    boards: list[BoardConfig] = []
    tables = values.get("board", []) if isinstance(values.get("board", []), list) else []
    for number, table in enumerate(tables, 1):
        if not isinstance(table, dict):
            continue
        at = f"[[board]] {number}: "
        faults = check_keys(table, BOARD_KEYS, source=source, code="E_CONFIG", text=text, at=at)
        if not faults:
            faults = _board_faults(table, boards, source, text)
        problems += faults
        if not faults:
            name, gt8 = table["dataset"].split("@")
            rest = {k: table[k] for k in ("headline", "version", "frozen", "seed") if k in table}
            also = tuple(table.get("also", ()))
            boards.append(
                BoardConfig(table["id"], table["title"], name, gt8, table["protocol"], also=also, **rest)
            )
    policy = values.get("policy", {})
    if isinstance(policy, dict):
        problems += check_keys(policy, POLICY_KEYS, source=source, code="E_CONFIG", text=text, at="[policy] ")
        if isinstance(policy.get("decimals"), int) and not 0 <= policy["decimals"] <= 6:
            hint = "write a number from 0 to 6"
            line = line_of("decimals", text)
            problems.append(Problem("E_CONFIG", "[policy] decimals is out of range", hint, source, line=line))
    if problems:
        raise InputError(problems)
    plain = {k: values[k] for k in ("title", "audience", "secret_file", "url") if k in values}
    return Config(
        **plain,
        languages=tuple(dict.fromkeys(values.get("languages", ("en",)))) or ("en",),
        boards=_with_versions(boards),
        policy=Policy(**{k: v for k, v in policy.items() if k != "per"}),
    )


def _board_faults(
    table: Mapping[str, Any], before: list[BoardConfig], source: str, text: str
) -> list[Problem]:
    faults = []
    known = {(board.id, board.version) for board in before}
    if method_id_problem(table["id"]) or (table["id"], table.get("version", 1)) in known:
        why = "stands there twice" if not method_id_problem(table["id"]) else "is no id"
        hint = "use a-z, 0-9, dot, dash and underscore, every id once, or with another version"
        line = line_of("id", text)
        faults.append(Problem("E_CONFIG", f"board id {quote(table['id'])} {why}", hint, source, line=line))
    if not _DATASET.match(table["dataset"]):
        reason = f"dataset {quote(table['dataset'])} is no data set with digest"
        hint = "write id@8 hex digits of the gt digest, for example ic15-test@9f2c1a7e"
        faults.append(Problem("E_CONFIG", reason, hint, source, line=line_of("dataset", text)))
    if not 0 <= table.get("seed", 0) < 2**32:
        hint = "write a number from 0 to 4294967295"
        faults.append(Problem("E_CONFIG", "seed is out of range", hint, source, line=line_of("seed", text)))
    return faults


def _with_versions(boards: list[BoardConfig]) -> tuple[BoardConfig, ...]:
    """The newest version of a board keeps its id; an older one, whose page is kept, is called ``id@v1``."""
    newest = {board.id: max(b.version for b in boards if b.id == board.id) for board in boards}
    return tuple(
        board if board.version == newest[board.id] else replace(board, id=f"{board.id}@v{board.version}")
        for board in boards
    )


def parse_dataset(data: bytes, source: str = "card.toml") -> DatasetCard:
    """A data set's card in a store. Raises InputError (E_CONFIG) naming every fault with its line."""
    values, text = read_toml(data, source, "E_CONFIG")
    problems = check_keys(values, DATASET_KEYS, source=source, code="E_CONFIG", text=text)
    problems += _schema(values, source, text, "E_CONFIG")
    if not problems and not (_SHA.match(values["gt_digest"]) and not method_id_problem(values["id"])):
        reason = "gt_digest is no SHA-256 or id no id"
        hint = "64 hex digits, `ocr-eval board init` writes them"
        problems.append(Problem("E_CONFIG", reason, hint, source, line=line_of("gt_digest", text)))
    if problems:
        raise InputError(problems)
    return DatasetCard(**_plain(values))


def parse_protocol_card(data: bytes, source: str = "protocol.toml") -> ProtocolCard:
    """A protocol's card in a store. Raises InputError (E_CONFIG) naming every fault with its line."""
    values, text = read_toml(data, source, "E_CONFIG")
    problems = check_keys(values, PROTOCOL_KEYS, source=source, code="E_CONFIG", text=text)
    problems += _schema(values, source, text, "E_CONFIG")
    if not problems and not _SHA.match(values["digest"]):
        hint = "64 hex digits, `ocr-eval board init` writes them"
        problems.append(
            Problem("E_CONFIG", "digest is no SHA-256", hint, source, line=line_of("digest", text))
        )
    if problems:
        raise InputError(problems)
    return ProtocolCard(**_plain(values))


def parse_submission(
    data: bytes, source: str = "card.toml", *, date: datetime.date | None = None
) -> SubmissionCard:
    """A submission's card, TOML or (by the extension of ``source``) JSON.

    Raises InputError (E_METHOD_ID for the id, E_FORMAT for everything else), naming every fault. YAML is not read.
    ``date`` is that of a card without one; None: the card must have it.
    """
    lowered = source.lower()
    if lowered.endswith((".yaml", ".yml")):
        hint = "write the card as TOML or JSON"
        raise InputError([Problem("E_FORMAT", "YAML is not read: it guesses types", hint, source)])
    text = ""
    if lowered.endswith(".json"):
        values = _read_json(data, source)
    else:
        values, text = read_toml(data, source, "E_FORMAT")
    if date is not None:
        values.setdefault("date", date)
    problems = check_keys(values, SUBMISSION_KEYS, source=source, code="E_FORMAT", text=text)
    problems += _schema(values, source, text, "E_FORMAT") if "schema" in values else []
    if "id" in values:
        problem = method_id_problem(values["id"], source, line_of("id", text))
        problems = [*([problem] if problem else []), *problems]
    faults = {
        "doi": ("is no DOI", "write it like 10.1109/ICDAR.2015.7333942, without https://doi.org/"),
        "supersedes": ("is no submission", "write the slug of the earlier submission, date-id-digits"),
        "name": ("is empty", "write a name"),
    }
    good: dict[str, Callable[[str], Any]] = {"doi": _DOI.match, "supersedes": is_slug, "name": str.strip}
    for name, (what, hint) in faults.items():
        value = values.get(name)
        if isinstance(value, str) and (value or name == "name") and not good[name](value):
            line = line_of(name, text)
            problems.append(Problem("E_FORMAT", f"{name} {quote(value)} {what}", hint, source, line=line))
    if problems:
        raise InputError(problems)
    plain = _plain(values)
    return SubmissionCard(**plain | {k: str(plain[k]) for k in SCALARS if k in plain})


def _read_json(data: bytes, source: str) -> dict[str, Any]:
    """A JSON object without repeated keys; ISO texts of date keys become dates."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            name = next(k for k, _ in pairs if sum(k == other for other, _ in pairs) > 1)
            raise InputError([Problem("E_JSON_DUPKEY", f"key {quote(name)} occurs twice", "", source)])
        return made

    text = decode(data, source, "E_FORMAT")
    try:
        values = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        reason = f"not JSON: {getattr(error, 'msg', 'nested too deeply')}"
        raise InputError([Problem("E_FORMAT", reason, "write one JSON object", source, line=line)]) from None
    if not isinstance(values, dict):
        raise InputError([Problem("E_FORMAT", "not a JSON object", 'write {"id": …}', source)])
    for name, value in values.items():
        if name in SUBMISSION_KEYS and SUBMISSION_KEYS[name].kind == "date" and isinstance(value, str):
            try:
                values[name] = datetime.datetime.strptime(value, "%Y-%m-%d").date()
            except ValueError:
                reason = f"{name}: {quote(value)} is no date"
                raise InputError([Problem("E_FORMAT", reason, "write it like 2026-11-21", source)]) from None
    return values


def _schema(values: Mapping[str, Any], source: str, text: str, code: str) -> list[Problem]:
    if values.get("schema", 1) == 1:
        return []
    reason = f"schema {quote(str(values['schema']))}, expected 1"
    return [
        Problem(code, reason, "this version of ocr_eval reads schema 1", source, line=line_of("schema", text))
    ]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a card from checked values: lists become tuples, ``schema`` goes."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k != "schema"}
