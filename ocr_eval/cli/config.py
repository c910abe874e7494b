"""``ocr-eval.toml`` -> defaults of flags, every key checked; and ``--show-config``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.cli.config_keys import COMMAND_KEYS, GLOBAL_KEYS
from ocr_eval.errors import InputError, Problem, close_matches, quote, usage_error

if TYPE_CHECKING:
    import click

    from ocr_eval.cli.options import Settings


def load(path: str | None) -> dict[str, Any]:
    """The click ``default_map``: global keys at the top, one table per command.

    Without ``path``: ``ocr-eval.toml`` in the working directory or a parent, else ``[tool.ocr-eval]`` of the nearest
    ``pyproject.toml``. Raises InputError (E_CONFIG) with file and line for an unknown key or a raised limit.
    """
    found = Path(path) if path is not None else _find()
    if found is None:
        return {}
    try:
        text = found.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8"
        reason = f"configuration {quote(str(found))} cannot be read: {why}"
        raise usage_error(reason, "check the path, save the file as UTF-8", "E_CONFIG") from None
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise usage_error(str(error), "write TOML", "E_CONFIG", source=str(found)) from None
    if found.name == "pyproject.toml":
        data = data.get("tool", {}).get("ocr-eval", {})
    return _defaults(data, found, text)


def _find() -> Path | None:
    try:
        here = Path.cwd()
    except OSError:  # a deleted working directory
        return None
    for name in ("ocr-eval.toml", "pyproject.toml"):
        for folder in (here, *here.parents):
            candidate = folder / name
            if candidate.is_file() and (name == "ocr-eval.toml" or "[tool.ocr-eval" in _peek(candidate)):
                return candidate
    return None


def _peek(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _defaults(data: dict[str, Any], path: Path, text: str) -> dict[str, Any]:
    data = {key: _as_list(key, value) for key, value in data.items()}
    every = [*GLOBAL_KEYS, *dict.fromkeys(key for keys in COMMAND_KEYS.values() for key in keys)]
    result: dict[str, Any] = {command: {} for command in COMMAND_KEYS}
    for key, value in data.items():
        if key == "limits":
            _check_limits(value, path, text)
            for command in ("score", "validate", "explain", "compare", "agree", "audit", "inspect"):
                result[command]["limit"] = [f"{name.replace('_', '-')}={n}" for name, n in value.items()]
        elif isinstance(value, dict) and key in COMMAND_KEYS:
            for inner, own in value.items():
                if inner not in COMMAND_KEYS[key] and inner not in GLOBAL_KEYS:
                    raise _unknown(inner, [*COMMAND_KEYS[key], *GLOBAL_KEYS], path, text)
                result[key][inner] = _as_list(inner, own)
        elif key in every:
            for command, keys in COMMAND_KEYS.items():
                if (key in keys and _fits(command, key, value)) or key in GLOBAL_KEYS:
                    result[command].setdefault(key, value)
            if key in GLOBAL_KEYS:
                result[key] = value
        else:
            raise _unknown(key, [*every, *COMMAND_KEYS, "limits"], path, text)
    return result


def _as_list(key: str, value: Any) -> Any:
    """One word where a list is allowed means a list of one."""
    return (
        [value]
        if key in ("protocol", "fail_under", "fail_on_warning", "dont_care") and isinstance(value, str)
        else value
    )


def _fits(command: str, key: str, value: Any) -> bool:
    """Whether a key at the top means this command too: not every command has every form of output."""
    return key != "format" or command == "score" or value in ("text", "json")


def _check_limits(table: Any, path: Path, text: str) -> None:
    from ocr_eval.limits import Limits

    def wrong(reason: str, hint: str, key: str) -> InputError:
        return InputError([Problem("E_CONFIG", reason, hint, str(path), line=_line(key, text))])

    default = Limits()
    if not isinstance(table, dict):
        raise wrong("limits must be a table", "write [limits] and a line of NAME = NUMBER for each", "limits")
    for name, value in table.items():
        own = getattr(default, name.replace("-", "_"), None)
        if own is None:
            raise _unknown(name, list(Limits._fields), path, text)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise wrong(f"limit {name} must be a whole number", f"from 1 to {own}", name)
        if value > own:
            hint = f"give --limit {name.replace('_', '-')}={value} on the command line"
            raise wrong(f"limit {name} may not be raised by a file", hint, name)


def _unknown(key: str, known: list[str], path: Path, text: str) -> InputError:
    near = close_matches(key, known, n=1, cutoff=0.3)
    hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"
    return InputError(
        [Problem("E_CONFIG", f"unknown key {quote(key)}", hint, str(path), line=_line(key, text))]
    )


def _line(key: str, text: str) -> int | None:
    for number, line in enumerate(text.splitlines(), 1):
        if line.split("=")[0].strip().strip("[]\"'").rsplit(".", 1)[-1] == key:
            return number
    return None


def describe(ctx: click.Context, settings: Settings) -> str:
    """Every value of a command with where it came from, one a line."""
    origins = {
        "COMMANDLINE": "command line",
        "ENVIRONMENT": "environment",
        "DEFAULT_MAP": "file",
        "DEFAULT": "default",
    }
    lines = []
    for parameter in ctx.command.params:
        name = parameter.name or ""
        if parameter.expose_value and name in ctx.params:
            source = ctx.get_parameter_source(name)
            lines.append((name, ctx.params[name], origins.get(source.name if source else "", "default")))
    for name in GLOBAL_KEYS:
        lines.append(
            (
                name,
                getattr(settings, name),
                settings.origins.get(name, "default").replace("default map", "file"),
            )
        )
    return "".join(f"{name} = {value!r}  ({origin})\n" for name, value, origin in lines)
