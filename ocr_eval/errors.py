"""What went wrong, for the person who sent the file: codes, problems, findings (long because the code table is data).

The table ``CODES`` is the contract: documentation and ``ocr-eval explain --error`` are made from it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

EXIT_PRECEDENCE = (70, 130, 2, 5, 4, 3, 6, 1)
QUOTE_LIMIT = 80
SHOWN = 3  # places of a warning
NAME_LIMIT = 255  # of an entry; a longer one is refused, and would fill the screen


class Code(NamedTuple):
    """One code of the contract: exit status, meaning, an example of a reason, and the usual cure."""

    exit: int
    meaning: str
    example: str
    cure: str


CODES: dict[str, Code] = {
    "E_USAGE": Code(
        2,
        "flags, arguments, a missing or unreadable file, an output that cannot be written",
        "sub.zip: no such file",
        "check the path and the flags; `ocr-eval COMMAND --help` shows an example",
    ),
    "E_CONFIG": Code(
        2,
        "a configuration value or protocol parameter of the wrong type, range or name",
        "rrc-iou: iou=-1 is outside 0 < iou <= 1",
        "`ocr-eval protocols ID` lists parameters with types and ranges",
    ),
    "E_PROTOCOL": Code(
        2,
        "unknown protocol id",
        "no protocol is called 'rrc-iuo'",
        "`ocr-eval protocols` lists them all",
    ),
    "E_METHOD_ID": Code(
        3,
        "submission id not allowed",
        "'../x' is no id",
        "use a-z, 0-9, dot, dash and underscore, up to 64 characters",
    ),
    "E_NO_SAMPLES": Code(
        3,
        "no usable entry in the submission",
        "the archive holds no sample file",
        "put one file per image into the archive, named like the ground truth's (res_img_1.txt for gt_img_1.txt)",
    ),
    "E_ENTRY_UNKNOWN": Code(
        3,
        "an entry or sample that is not in the ground truth, or a nested archive",
        "res_img_501 is not a sample of the ground truth",
        "remove the entry, or rename it after the image it belongs to",
    ),
    "E_ENTRY_DUPLICATE": Code(
        3,
        "two entries for one sample, also after case and NFC folding",
        "res_img_1.txt and gt_img_1.txt are both sample img_1",
        "keep one of the two; neither is chosen for you",
    ),
    "E_ENTRY_NAME": Code(
        3,
        "NUL or control character in an entry name",
        r"name holds U+0000: 'a\x00.txt'",
        "zip the files again with plain names",
    ),
    "E_ENTRY_PATH": Code(
        3,
        "an entry path that leaves the archive",
        "'../../x.txt' has a '..' part",
        "zip the files again from inside their folder",
    ),
    "E_ENTRY_TYPE": Code(
        3,
        "a link, device or directory in the place of a sample file",
        "entry is a symbolic link",
        "replace the link by the file itself",
    ),
    "E_ZIP_FORMAT": Code(
        3,
        "not a zip file, truncated, or its directory contradicts its content",
        "no end record: the archive is cut off or is no zip",
        "make the archive again (zip -r sub.zip .); tar, gzip and 7z are not read",
    ),
    "E_ZIP_METHOD": Code(
        3,
        "compression method other than stored or deflate",
        "method 14 (LZMA)",
        "zip again with the default method (deflate)",
    ),
    "E_ZIP_ENCRYPTED": Code(3, "encrypted entry", "entry is encrypted", "zip again without a password"),
    "E_ZIP_CRC": Code(
        3,
        "an entry's content does not have its checksum",
        "checksum 1a2b3c4d, directory says 5e6f7081",
        "copy or make the archive again",
    ),
    "E_ZIP_TOO_BIG": Code(
        4,
        "too many entries, or the archive unpacks to more than allowed",
        "entry unpacks to 4294967295 bytes, at most 16777216",
        "send only the result files; --limit entry-bytes=N raises the limit",
    ),
    "E_ZIP_OVERLAP": Code(
        4,
        "entries share bytes of the archive",
        "entry 2 begins inside entry 1",
        "make the archive again with an ordinary zip tool",
    ),
    "E_ZIP_SIZE_MISMATCH": Code(
        4,
        "an entry unpacks to another size than declared",
        "entry unpacks to more than the declared 120 bytes",
        "make the archive again with an ordinary zip tool",
    ),
    "E_LIMIT": Code(
        4,
        "a safety limit: instances, vertices, text length, line length, depth, time or memory",
        "12000 instances in one sample, at most 10000",
        "--limit NAME=VALUE raises a limit when the file is honest",
    ),
    "E_ENCODING": Code(
        3,
        "not strict UTF-8, or a NUL byte",
        "byte 0xe9 at offset 17 is not UTF-8",
        "save the file as UTF-8 (iconv -f YOUR-ENCODING -t utf-8, for example latin1, cp949, shift_jis)",
    ),
    "E_FORMAT": Code(
        3,
        "a line or document that does not have the expected form",
        "7 coordinates, expected 8 (x1,y1,…,x4,y4)",
        "compare the line with the layout in the message, or name the layout with --pred-format",
    ),
    "E_COORD": Code(
        3,
        "a coordinate outside the number grammar or the range",
        "'nan' is not a coordinate",
        "write plain integers, or decimals where the format has them, between -1000000 and 1000000",
    ),
    "E_CONFIDENCE": Code(
        3,
        "a confidence that is not a number from 0 to 1",
        "confidence '1.5', expected 0 to 1",
        "divide percentages by 100; keep scores in [0, 1]",
    ),
    "E_POLYGON": Code(
        3,
        "a ring that crosses itself, has no area, or has too few distinct points",
        "self-intersecting ring, signed area 0, even-odd area 1500",
        "order the corners around the ring, or keep it as a false positive with --invalid-polygons false-positive",
    ),
    "E_JSON_DUPKEY": Code(
        3, "the same key twice in one JSON object", "key 'image' occurs twice", "remove one of the two"
    ),
    "E_XML_DTD": Code(3, "a DOCTYPE or entity declaration", "document declares a DTD", "remove the DOCTYPE"),
    "E_DUPLICATE": Code(
        3,
        "the board already holds these predictions",
        "equal to submission 'mine'",
        "nothing to do; see the earlier submission",
    ),
    "E_GT": Code(
        5,
        "a fault in the ground truth; the reason begins with the code the fault has in a submission",
        "E_COORD 'x' is not a coordinate",
        "repair the ground truth, or get the original file again",
    ),
    "E_SIGNATURE": Code(
        6,
        "results that do not belong together",
        "signatures differ in iou",
        "score both with the same protocol and parameters",
    ),
    "E_DATASET": Code(
        6,
        "results of different ground truths",
        "ds differs: a@1 and b@2",
        "score both against the same ground truth",
    ),
    "E_DRIFT": Code(
        1,
        "a stored result is not reproduced",
        "hmean .80 stored, .81 now",
        "rescore the submission and look at the change log",
    ),
    "E_LEAK": Code(
        1, "hidden ground truth on a public page", "a canary text was found", "build for another audience"
    ),
    "E_INTERNAL": Code(
        70, "a bug of ocr_eval", "unexpected error", "report it with the output of --traceback"
    ),
    "W_MISSING_SAMPLES": Code(
        0,
        "samples without prediction, counted as empty",
        "12 of 500 samples have no prediction",
        "add the missing files if that was not meant",
    ),
    "W_OUTSIDE": Code(
        0, "an instance outside the image", "ring lies left of x = 0", "check the coordinate origin and scale"
    ),
    "W_AMBIGUOUS": Code(
        0,
        "a transcription that looks like one more number",
        "transcription '5,HELLO' begins with an integer",
        "if the ninth number was a confidence, name it in the protocol (confidence=true)",
    ),
    "W_IGNORED": Code(
        0,
        "predictions ignored because a don't care region holds them",
        "31 predictions ignored",
        "nothing to do; they count on neither side",
    ),
    "W_POLYGON": Code(
        0,
        "an invalid ring kept under --invalid-polygons false-positive or official",
        "2 invalid rings kept",
        "repair the rings if the number is to be compared with others",
    ),
    "W_ORIENTATION": Code(
        0,
        "counter-clockwise rings",
        "3 rings run counter-clockwise",
        "nothing to do here; the official scripts refuse such files",
    ),
    "W_LAYOUT": Code(
        0,
        "a tolerated layout: common folder, system files, blank lines, BOM",
        "common folder 'sub/' stripped",
        "nothing to do here",
    ),
    "W_FIXED": Code(
        0,
        "repairs made because --fix asked for them; the score is that of the repaired predictions",
        "res_img_1.txt:3: '0;0;9;0;9;9;0;9' → '0,0,9,0,9,9,0,9'",
        "send the repaired file next time, so that others score the same",
    ),
    "W_GT": Code(
        0,
        "a peculiarity of the ground truth: duplicates, don't care without area",
        "2 identical instances",
        "check the ground truth",
    ),
    "W_UNDEFINED": Code(
        0,
        "a metric is 0/0 and has no official value",
        "recall is undefined: no care ground truth",
        "nothing to do",
    ),
    "W_DUPLICATE": Code(
        0,
        "predictions over one another (IoU > .9)",
        "14 predictions repeat another one",
        "remove duplicates before submitting",
    ),
    "W_LARGE": Code(
        0,
        "a prediction as large as half the page",
        "1 prediction covers more than half of the page",
        "check that no box swallows the page",
    ),
    "W_NO_MATCH": Code(
        0,
        "hardly anything matches, and one tested change of reading would make most of it match",
        "0 of 2077 match as read, 1903 would with x and y swapped",
        "change the submission or the reading as the message says, then score again",
    ),
    "W_ORDER": Code(
        0,
        "characters were found in another order than in the ground truth",
        "38 % of the removed characters are out of order",
        "PopEval does not look at order; read it beside a word-level score",
    ),
    "W_VERTICES": Code(
        0,
        "rings longer than a protocol reads",
        "1906 rings have more than 4 vertices, vertices=first4 uses the first four",
        "use vertices=all, unless you want the unmodified script's number",
    ),
    "W_FILTERED": Code(
        0,
        "a normal form emptied ground truth texts",
        "14 % of the ground truth is empty after symbols-remove",
        "choose a normal form that keeps the script",
    ),
    "W_SPACES": Code(
        0,
        "a protocol deletes spaces before it compares",
        "12 samples lose spaces",
        "use ignore_space=false where spaces matter",
    ),
    "W_INVENTED": Code(
        0,
        "pages whose prediction is more than five times as long as the ground truth",
        "9 pages are over five times as long as their ground truth",
        "look at the rows of these pages: a few of them decide every mean",
    ),
    "W_PAGE": Code(
        0,
        "a page too long for free order of lines",
        "2 pages have no flexible character accuracy",
        "cut such pages, or leave it out with fca=false",
    ),
    "W_NEAR_DUPLICATE": Code(
        0,
        "a submission counts like an earlier one on nearly all samples",
        "98 % of the samples have the counts of 2026-11-21-mine-3c0d19aa",
        "look at both; a small change of an earlier submission is worth a note on the card",
    ),
    "W_LINK": Code(
        0,
        "an address on a card that is shown as text, not as a link",
        "paper 'ftp://x' is no http address",
        "write it with https:// or http://",
    ),
    "W_NAME": Code(0, "look-alike names on a board", "'a' and 'а' look alike", "rename one"),
    "W_FEW_SAMPLES": Code(0, "too few samples for an interval", "12 samples, at least 20", "add samples"),
    "W_DEGENERATE_INTERVAL": Code(
        0, "an interval without width", "all replicates are equal", "do not read it as certainty"
    ),
}

_ESCAPED_CATEGORIES = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Co", "Cn"}


def escape(text: str) -> str:
    """Foreign text for a terminal: control, bidi, invisible and unassigned characters and odd spaces become escapes."""
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(map(_escape_character, text))


def _escape_character(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character == " " or unicodedata.category(character) not in _ESCAPED_CATEGORIES:
        return character
    point = ord(character)
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def quote(text: str) -> str:
    """Foreign text in single quotes, escaped and cut at 80 code points; semicolons cannot end a reason."""
    cut = text[:QUOTE_LIMIT] + "…" if len(text) > QUOTE_LIMIT else text
    return "'" + escape(cut).replace("; ", ";\\x20") + "'"


def close_matches(word: str, known: Iterable[str], n: int = 3, cutoff: float = 0.6) -> list[str]:
    """The known names most like ``word``, best first."""
    import difflib

    return difflib.get_close_matches(word, list(known), n=n, cutoff=cutoff)


class Problem(NamedTuple):
    """One error with its place. ``line`` and ``col`` count from 1, ``col`` in code points after a BOM."""

    code: str
    reason: str
    hint: str = ""
    source: str = ""
    entry: str = ""
    line: int | None = None
    col: int | None = None
    is_folder: bool = False

    @property
    def place(self) -> str:
        name = escape(self.source)
        if self.entry:
            entry = self.entry if len(self.entry) <= NAME_LIMIT else self.entry[:QUOTE_LIMIT] + "…"
            name += ("/" if self.is_folder else "!") + escape(entry) if name else escape(entry)
        if self.line is not None:
            name += f":{self.line}"
            if self.col is not None:
                name += f":{self.col}"
        return name or "ocr-eval"

    def __str__(self) -> str:
        kind = "warning" if self.code.startswith("W_") else "error"
        hint = self.hint or CODES[self.code].cure
        return f"{self.place}: {kind}[{self.code}]: {self.reason.replace('; ', ', ')}" + (
            f"; {hint}" if hint else ""
        )


@dataclass(frozen=True)
class Notice:
    """A warning: what happened, how often, where. Equal (code, message) pairs add up.

    Up to three places are kept, of repairs (W_FIXED) all of them; three are shown.
    """

    code: str
    message: str
    count: int = 1
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        places = (
            f" ({', '.join(self.examples[:SHOWN])}{', …' if self.count > len(self.examples[:SHOWN]) else ''})"
            if self.examples
            else ""
        )
        return f"{self.message}{places}"


def merge_notices(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Notices with equal code and message added up, sorted by code then message."""
    merged: dict[tuple[str, str], Notice] = {}
    for notice in notices:
        key = (notice.code, notice.message)
        old = merged.get(key)
        merged[key] = (
            notice
            if old is None
            else replace(old, count=old.count + notice.count, examples=(old.examples + notice.examples)[:3])
        )
    return tuple(merged[key] for key in sorted(merged))


class InputError(Exception):
    """Input that cannot be used. ``problems`` names every place found (capped), ``total`` counts them all."""

    def __init__(self, problems: Iterable[Problem], *, total: int | None = None, scope: str = "") -> None:
        self.problems = tuple(problems)
        self.total = len(self.problems) if total is None else total
        self.scope = scope
        super().__init__("\n".join(map(str, self.problems)))

    @property
    def exit_code(self) -> int:
        """The first of 70, 130, 2, 5, 4, 3, 6, 1 among the problems' exit codes."""
        codes = {CODES[problem.code].exit for problem in self.problems}
        return next(code for code in EXIT_PRECEDENCE if code in codes)


def usage_error(reason: str, hint: str = "", code: str = "E_USAGE", source: str = "") -> InputError:
    """An ``InputError`` with one problem that concerns the call, not a file's content."""
    return InputError([Problem(code, reason, hint, source=source)])


@dataclass
class Findings:
    """Collects what reading one input finds: every error (kept up to ``max_errors``), every warning counted.

    ``role`` is ``"prediction"`` or ``"gt"``; a fault of the gt becomes ``E_GT`` and keeps its own code in the reason.
    """

    source: str
    role: str = "prediction"
    max_errors: int = 100
    is_folder: bool = False
    problems: list[Problem] = field(default_factory=list)
    total: int = 0
    _faulty: set[str] = field(default_factory=set)
    _notices: dict[tuple[str, str], Notice] = field(default_factory=dict)

    def error(
        self,
        code: str,
        reason: str,
        hint: str = "",
        *,
        entry: str = "",
        line: int | None = None,
        col: int | None = None,
    ) -> None:
        """Records one fault. Cheap after ``max_errors``: only counted (a more severe one is still kept)."""
        self.total += 1
        self._faulty.add(entry)
        keep = len(self.problems) < self.max_errors
        severe = (
            CODES[code].exit == 4 and not any(CODES[p.code].exit == 4 for p in self.problems)
            if not keep
            else False
        )
        if not (keep or severe):
            return
        hint = hint or CODES[code].cure
        if self.role == "gt" and CODES[code].exit in (3, 4):
            code, reason = "E_GT", (reason if code == "E_GT" else f"{code} {reason}")
        problem = Problem(code, reason, hint, self.source, entry, line, col, self.is_folder)
        if keep:
            self.problems.append(problem)
        else:
            self.problems[-1] = problem

    def warn(self, code: str, message: str, *, place: str = "", count: int = 1) -> None:
        """Counts a warning; the first three places are kept as examples."""
        key = (code, message)
        old = self._notices.get(key)
        if old is None:
            self._notices[key] = Notice(code, message, count, (escape(place),) if place else ())
        else:
            examples = (*old.examples, escape(place)) if place and len(old.examples) < 3 else old.examples
            self._notices[key] = replace(old, count=old.count + count, examples=examples)

    def add(self, notice: Notice) -> None:
        """Takes a warning as it is, with all its places."""
        self._notices[notice.code, notice.message] = notice

    def forget(self, code: str) -> None:
        """Drops the warnings of a code whose cause is gone."""
        self._notices = {key: notice for key, notice in self._notices.items() if key[0] != code}

    @property
    def notices(self) -> tuple[Notice, ...]:
        return merge_notices(self._notices.values())

    def check(self, entries: int = 0) -> None:
        """Raises ``InputError`` with everything found so far, if any of it is an error."""
        if self.total:
            scope = f" in {len(self._faulty)} of {entries} entries" if entries else ""
            raise InputError(self.problems, total=self.total, scope=scope)
