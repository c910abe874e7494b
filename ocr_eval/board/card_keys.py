"""What each card of the store may hold: key -> kind, as tables; the JSON Schemas say the same (a test compares)."""

from __future__ import annotations

from dataclasses import fields

from ocr_eval.board.cards import SubmissionCard
from ocr_eval.board.toml import Key

AUDIENCES = ("public", "participant", "internal")
PER_TEAM = ("best", "latest", "selected", "all")
VERIFICATIONS = ("self-reported", "rescored", "reproduced")

BOARD_KEYS = {
    "id": Key("text", True),
    "title": Key("text", True),
    "dataset": Key("text", True),
    "protocol": Key("text", True),
    "headline": Key("text"),
    "also": Key("texts"),
    "version": Key("int"),
    "frozen": Key("date"),
    "seed": Key("int"),
}
POLICY_KEYS = {
    "per_team": Key("text", choices=PER_TEAM),
    "per": Key("text", choices=("team",)),
    "max_per_day": Key("int"),
    "max_total": Key("int"),
    "blind_until": Key("date"),
    "ladder": Key("bool"),
    "decimals": Key("int"),
}
CONFIG_KEYS = {
    "schema": Key("int", True),
    "title": Key("text", True),
    "languages": Key("texts", choices=("en", "ko")),
    "audience": Key("text", choices=AUDIENCES),
    "secret_file": Key("text"),
    "url": Key("url"),
    "board": Key("tables"),
    "policy": Key("table"),
}
DATASET_KEYS = {
    "schema": Key("int", True),
    "id": Key("text", True),
    "gt_digest": Key("text", True),
    **{
        name: Key("text")
        for name in (
            "version",
            "split",
            "title",
            "licence",
            "homepage",
            "citation",
            "groups",
            "image_url",
            "notes",
        )
    },
    "task": Key("texts"),
    "languages": Key("texts"),
    "slices": Key("texts"),
    "visibility": Key("text", choices=("public", "hidden")),
    "images": Key("text", choices=("link", "copy", "none")),
    "frozen": Key("date"),
}
PROTOCOL_KEYS = {
    "schema": Key("int", True),
    "id": Key("text", True),
    "version": Key("int", True),
    "protocol": Key("text", True),
    "digest": Key("text", True),
    "task": Key("text", True),
    "columns": Key("texts", True),
    "source": Key("text", True),
    "parameters": Key("table", True),
}
KINDS = {"bool": "bool", "bool | None": "bool", "int | None": "int", "tuple[str, ...]": "texts"}
SCALARS = ("model_params", "extra_data", "speed", "hardware")  # people write numbers here
SUBMISSION_KEYS: dict[str, Key] = {"schema": Key("int")} | {
    each.name: Key(
        "scalar"
        if each.name in SCALARS
        else "date"
        if "date" in str(each.type)
        else KINDS.get(str(each.type), "text"),
        required=each.name in ("id", "name", "date"),
        choices=VERIFICATIONS if each.name == "verification" else (),
    )
    for each in fields(SubmissionCard)
}
