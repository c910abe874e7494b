"""Contents of files -> UTF-8 with LF and commas, where encoding, line ends and separators can be told for sure.

What is told from all files together is changed in all of them or in none.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

from ocr_eval.formats.numbers import BLANK
from ocr_eval.formats.repairs import Held, Repair, Repairs

MARKS = "‘’“”–—…•·°©®™€£¥§«»¿¡´×÷½¼¾²±µ"
TELLING = "‘’“”–—…•"  # marks that every Western code page has in the same place
ALPHABETS = {  # letters beyond ASCII, lower case
    "French": "àâæçéèêëîïôœùûüÿ",
    "German": "äöüßéà",
    "Spanish": "áéíóúüñ",
    "Portuguese": "àáâãçéêíóôõúü",
    "Italian": "àèéìíîòóùú",
    "Dutch": "áéèëïóöü",
    "Catalan": "àçéèíïóòúü",
    "Danish or Norwegian": "æøåéôäö",
    "Swedish or Finnish": "åäöéüšž",
}  # no Icelandic: ð, ý and þ stand where Turkish has its own letters in cp1254
OTHERS = {  # code pages that could be meant instead, and what their languages are written with
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
}
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BEYOND = re.compile(r"[^\x00-\x7f]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LONE = re.compile(rb"\r(?!\n)")
COORDINATES = {"icdar-quad": 8, "icdar-ltrb": 4, "td500": 5, "polygon": None}
SEPARATORS = {"\t": "TAB", ";": "semicolon", " ": "space"}
_DECIMAL = r"-?[0-9]{1,9}(?:\.[0-9]{1,22})?"
_RUNS = {  # the longest run of numbers, each before a mark or the end of the line
    mark: re.compile(rf"{lead}(?:{_DECIMAL}{blank}(?:{mark}{lead}|\Z))++")
    for mark, lead, blank in (("\t", " *+", " *+"), (";", "[ \t]*+", "[ \t]*+"), (" ", " *+", ""))
}
LEAST = 4  # numbers at the start of a line of coordinates


def decoded(held: Mapping[int, Held], repairs: Repairs) -> None:
    """UTF-16 with a byte order mark, and Western text in cp1252 or Latin-1, as UTF-8."""
    single: list[Held] = []
    several = False
    for one in held.values():
        if one.data.startswith(UTF16):
            _from_utf16(one, repairs)
            continue
        try:
            several |= not one.data.decode("utf-8").isascii()
        except UnicodeDecodeError:
            single.append(one)
    if not single:
        return
    if several:
        repairs.doubts.append("some files are UTF-8 and some are not")
        return
    doubt = _western([one.data for one in single])
    if doubt:
        repairs.doubts.append(doubt)
        return
    name = "cp1252" if any(0x80 <= byte < 0xA0 for one in single for byte in one.data) else "Latin-1"
    for one in single:
        text = one.data.decode("cp1252")
        first = _BEYOND.search(text)
        begin = text.rfind("\n", 0, first.start() if first else 0) + 1
        line, shown = text.count("\n", 0, begin) + 1, text[begin:].partition("\n")[0]
        one.change(text.encode())
        was = shown.encode("cp1252").decode("ascii", "backslashreplace")
        repairs.add(Repair("encoding", f"{name} read as such", one.file.name, line, was, shown))


def _from_utf16(one: Held, repairs: Repairs) -> None:
    try:
        text = one.data.decode("utf-16")
        data = text.encode()
    except UnicodeError:
        repairs.doubts.append(f"{one.file.name} has the mark of UTF-16 and is not UTF-16")
        return
    if "\0" in text:
        repairs.doubts.append(f"{one.file.name} holds NUL characters")
        return
    one.change(data)
    first = text.partition("\n")[0]
    repairs.add(Repair("encoding", "UTF-16 read as such", one.file.name, 1, "UTF-16 with BOM", first))


def _western(contents: list[bytes]) -> str:
    """Why these bytes cannot be taken for cp1252, or an empty string.

    Letters must stand inside words of ASCII letters, never three non-ASCII characters in a row, and must all belong to
    one language: other code pages and the East Asian ones look different.
    """
    letters: set[str] = set()
    evidence = False
    for data in contents:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            return f"byte 0x{data[error.start]:02x} is neither UTF-8 nor cp1252"
        if _CONTROL.search(text):
            return "control characters stand beside bytes that are not UTF-8"
        for found in _BEYOND.finditer(text):
            run = found.group()
            before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
            inside = _is_letter(before) or _is_letter(after)
            marks = [c for c in run if not c.isalpha()]
            if len(run) > 2 or any(c not in MARKS for c in marks):
                return "bytes that are not UTF-8 do not look like a Western language in cp1252"
            if "".join(marks) not in ("", *TELLING) and _is_letter(before) and _is_letter(after):
                return "bytes that are not UTF-8 do not look like words in cp1252"
            letters |= {c.lower() for c in run if c.isalpha()}
            evidence = evidence or (inside and len(marks) < len(run)) or any(c in TELLING for c in marks)
    if not evidence:
        return "too few bytes are not UTF-8 to tell their encoding"
    if not any(letters <= set(alphabet) for alphabet in ALPHABETS.values()):
        return f"letters {''.join(sorted(letters))} in cp1252 are of no single language"
    return next(
        (f"text could be cp1252 or {other}" for other in OTHERS if _could_be(other, contents, letters)), ""
    )


def _could_be(encoding: str, contents: list[bytes], western: set[str]) -> bool:
    """True when the letters are others in this code page, and those of one of its languages."""
    try:
        texts = [data.decode(encoding) for data in contents]
    except UnicodeDecodeError:
        return False
    letters = {c.lower() for text in texts for run in _BEYOND.findall(text) for c in run if c.isalpha()}
    return letters != western and any(letters <= set(alphabet) for alphabet in OTHERS[encoding])


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def line_ends(held: Mapping[int, Held], repairs: Repairs) -> None:
    """CR as the only line end of a file becomes LF; a file that has both keeps its error."""
    for one in held.values():
        if not _LONE.search(one.data) or one.data.startswith(UTF16):
            continue
        if b"\n" in one.data:
            repairs.doubts.append(f"{one.file.name} has CR among lines that end with LF")
            continue
        one.change(one.data.replace(b"\r", b"\n"))
        repairs.add(Repair("layout", "lines that end with CR alone", one.file.name, None, "CR", "LF"))


def separators(held: Mapping[int, Held], name: str | None, confidence: bool, repairs: Repairs) -> None:
    """Commas in the place of tabs, semicolons or spaces, when all lines of all files agree.

    How many fields are numbers comes from the layout if one is named, else from the lines; ``confidence`` adds one.
    """
    if name is not None and name not in COORDINATES:
        return
    lines = _lines(held)
    if not lines:
        return
    fitting = [mark for mark in SEPARATORS if _run(lines[0][2], mark) >= LEAST]
    if len(fitting) != 1:
        return
    (mark,) = fitting
    runs = []
    for _, _, line in lines:
        runs.append(_run(line, mark))
        if runs[-1] < LEAST:
            return
    fixed = COORDINATES.get(name) if name is not None else None
    if fixed is not None:
        fixed += confidence
    elif min(runs) == max(runs):
        fixed = runs[0]
    tails = [_tail(line, mark, run) for (_, _, line), run in zip(lines, runs, strict=True)]
    texts, inside = any(tail is not None for tail in tails), any(tail and mark in tail for tail in tails)
    if name is None and mark == " ":
        unsure = fixed not in (4 + confidence, 8 + confidence)  # a text may begin with numbers
    else:
        unsure = inside and (name is None or fixed is None)  # more columns, or marks in a text
    if texts and (unsure or (mark == " " and fixed is None)):
        repairs.doubts.append(
            f"lines are separated by {SEPARATORS[mark]}s, which fields are coordinates and text needs --pred-format"
        )
        return
    if fixed is not None and min(runs) < fixed:
        return
    rows: dict[int, list[str]] = {}
    for (k, number, line), run in zip(lines, runs, strict=True):
        changed = _with_commas(line, mark, fixed or run)
        rows.setdefault(k, held[k].data.decode().split("\n"))[number - 1] = changed
        what = f"{SEPARATORS[mark]}s in the place of commas"
        repairs.add(Repair("layout", what, held[k].file.name, number, line, changed))
    for k, texts_of in rows.items():
        held[k].change("\n".join(texts_of).encode())


def _lines(held: Mapping[int, Held]) -> list[tuple[int, int, str]]:
    """(file, number, line without its end) of every line that is not blank; nothing when one is no text."""
    found = []
    for k, one in held.items():
        try:
            text = one.data.decode()
        except UnicodeDecodeError:
            return []
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip(BLANK + "\r\ufeff"):
                found.append((k, number, line))
    return found


def _fields(line: str, mark: str, most: int = -1) -> list[str]:
    """The fields; several spaces are one separator."""
    line = line.removesuffix("\r").removeprefix("\ufeff")
    if mark != " ":
        return line.split(mark, most)
    return re.split(" +", line.strip(" ") if most < 0 else line.lstrip(" "), maxsplit=max(0, most))


def _run(line: str, mark: str) -> int:
    """Numbers at the start of a line, when it is separated by this mark."""
    line = line.removesuffix("\r").removeprefix("\ufeff")
    found = _RUNS[mark].match(line)
    if found is None:
        return 0
    head = found.group()
    return len(head.split()) if mark == " " else head.count(mark) + (not head.endswith(mark))


def _tail(line: str, mark: str, run: int) -> str | None:
    """What follows the first ``run`` fields; None when nothing does."""
    fields = _fields(line, mark, run)
    return fields[run] if len(fields) > run else None


def _with_commas(line: str, mark: str, count: int) -> str:
    end = "\r" if line.endswith("\r") else ""
    return (
        ",".join(
            field if k >= count else field.strip(BLANK) for k, field in enumerate(_fields(line, mark, count))
        )
        + end
    )
