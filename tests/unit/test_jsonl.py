"""Canonical lines: written to the byte, hashed as the digest, read back strictly, and read without numpy."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.limits import Limits
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.digest import digest
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.jsonl import lines, plain, plain_lines, read_lines
from tests.tables import Word, box, table

LINE = '{"sample":"a","instances":[{"ring":[0,0,1.5,0,1,-2],"text":"x","care":true,"confidence":0.5}]}'


def written(instances: Instances) -> bytes:
    return "".join(lines(instances)).encode()


def test_lines_stand_by_bytes_of_the_id_with_the_shortest_numbers() -> None:
    found = table(
        {
            "\U0001f600": [],
            "\uff5e": [Word(box(0, -0.0, 1.5, 2), '"\n\u2028한', 1.0)],
            "a": [Word([1e5, 0, 1, 1], "###")],
        },
        confidence=True,
        role="gt",
    )  # fmt: skip
    assert list(lines(found)) == [
        '{"sample":"a","instances":[{"ring":[100000,0,1,0,1,1,100000,1],"text":"###","care":false,"confidence":1}]}\n',
        '{"sample":"\uff5e","instances":[{"ring":[0,0,1.5,0,1.5,2,0,2],"text":"\\"\\n\u2028한","care":true,"confidence":1}]}\n',
        '{"sample":"\U0001f600","instances":[]}\n',
    ]  # fmt: skip
    assert hashlib.sha256(written(found)).hexdigest() == digest(found)


@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("confidence", [True, False])
@pytest.mark.parametrize("geometry", [True, False])
@pytest.mark.parametrize("angle", [True, False])
def test_a_file_reads_back_as_the_table_it_was_written_from(
    text: bool, confidence: bool, geometry: bool, angle: bool
) -> None:
    builder = InstancesBuilder(geometry=geometry, has_text=text, has_confidence=confidence, has_angle=angle)
    for sample in ("b", "a", "empty"):
        builder.begin(sample)
        for k in range(3 * (sample != "empty")):
            builder.add(
                box(k, 0, k + 9, 9) if geometry else (), f"{sample} {k}", k != 1, k / 8, k + 1, k / 7 - 1
            )
    data = written(builder.build())
    back = read_lines(data, "gt.jsonl")
    assert written(back) == data
    assert back.sample_ids == ("a", "b", "empty")
    fields = (back.codepoints is not None, back.confidence is not None, back.angle is not None, back.geometry)
    assert fields == (text, confidence, angle, geometry)
    assert [back.place(k) for k in (0, 4)] == ["gt.jsonl!a:1", "gt.jsonl!b:2"]
    assert [sample["sample"] for sample in plain_lines(data)] == ["a", "b", "empty"]


def test_rings_are_classified_when_read() -> None:
    bow_tie = table({"a": [Word([0, 0, 9, 9, 9, 0, 0, 9]), Word(box(0, 0, 9, 9))]})
    assert read_lines(written(bow_tie)).valid.tolist() == [False, True]


@pytest.mark.parametrize("data", [b"", b'{"sample":"a","instances":[]}\n'])
def test_a_file_without_instances_lacks_nothing(data: bytes) -> None:
    found = read_lines(data)
    assert (len(found), found.texts, found.geometry) == (0, (), True)
    assert found.codepoints is not None
    assert found.confidence is not None
    assert written(found) == data


@pytest.mark.parametrize("name", ["gt.zip", "end_to_end/units_shared.zip"])
def test_real_files_go_and_come_back(shared: Path, name: str) -> None:
    found = read(shared / "data/ic15" / name, role="gt", text=True)
    data = written(found)
    assert hashlib.sha256(data).hexdigest() == digest(found)
    back = read_lines(data)
    assert digest(back) == digest(found)
    assert digest(back, sort=True) == digest(found, sort=True) != digest(found)


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("1.5", "1.50", "E_FORMAT", "canonical"),
        ("[0,", "[0.0,", "E_FORMAT", "canonical"),
        ("[0,", "[-0,", "E_FORMAT", "canonical"),
        ("-2", "-2e0", "E_FORMAT", "canonical"),
        ('"x"', '"\\u0078"', "E_FORMAT", "canonical"),
        ('"x"', '"\\ud800"', "E_FORMAT", "canonical"),
        (":true", ": true", "E_FORMAT", "canonical"),
        ('"text":"x"', '"text":"x","text":"x"', "E_FORMAT", "canonical"),
        ('"sample":"a"', '"sample":"a","sample":"a"', "E_FORMAT", "canonical"),
        ('"text":"x","care":true', '"care":true,"text":"x"', "E_FORMAT", "order"),
        ('"care":true,', "", "E_FORMAT", "care true or false"),
        ('"care":true', '"care":1', "E_FORMAT", "care true or false"),
        ('"text"', '"word"', "E_FORMAT", "expected ring, text"),
        ('"x"', "7", "E_FORMAT", "expected a text"),
        ("[0,0,1.5,0,1,-2]", "[0,0,1]", "E_FORMAT", "x1,y1"),
        ("[0,0,1.5,0,1,-2]", '"0,0"', "E_FORMAT", "x1,y1"),
        ("1.5", "true", "E_COORD", "no finite number"),
        ("1.5", '"1.5"', "E_COORD", "no finite number"),
        ("1.5", "NaN", "E_COORD", "no finite number"),
        ("1.5", "1e999", "E_COORD", "no finite number"),
        ("1.5", "1" + 400 * "0", "E_COORD", "outside"),
        ("1.5", "1" + 5000 * "0", "E_FORMAT", "not JSON"),
        ("1.5", "1000001", "E_COORD", "outside"),
        (":0.5", ":1.5", "E_CONFIDENCE", "outside 0 to 1"),
        (":0.5", ":null", "E_COORD", "no finite number"),
        ('"sample":"a"', '"sample":1', "E_FORMAT", "text as sample"),
        ('"instances"', '"instance"', "E_FORMAT", "expected"),
        ("}]}", "}]}x", "E_FORMAT", "not JSON"),
        (LINE, "[" * 100_000, "E_FORMAT", "not JSON"),
        (LINE, "", "E_FORMAT", "not JSON"),
        (LINE, LINE.replace("}]}", "}]}\r"), "E_FORMAT", "canonical"),
    ],
)  # fmt: skip
def test_a_line_that_we_would_not_have_written_is_refused(old: str, new: str, code: str, said: str) -> None:
    assert old in LINE
    data = f'{{"sample":"0","instances":[]}}\n{LINE.replace(old, new, 1)}\n'.encode()
    with pytest.raises(InputError) as caught:
        read_lines(data, "gt.jsonl")
    (problem,) = caught.value.problems
    assert (problem.code, problem.place) == (code, "gt.jsonl:2")
    assert said in problem.reason
    with pytest.raises(ValueError, match=r"\w"):
        plain(LINE.replace(old, new, 1))


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (LINE.encode(), "E_FORMAT", 1),
        (f"{LINE}\n\n".encode(), "E_FORMAT", 2),
        (b"\xef\xbb\xbf" + f"{LINE}\n".encode(), "E_FORMAT", 1),
        (f"{LINE}\n".encode().replace(b"x", b"\xff"), "E_ENCODING", 1),
        (f"{LINE}\n{LINE}\n".encode(), "E_FORMAT", 2),
        (f'{{"sample":"b","instances":[]}}\n{LINE}\n'.encode(), "E_FORMAT", 2),
        (LINE.encode() + b'\n{"sample":"b","instances":[{"care":true}]}\n', "E_FORMAT", 2),
    ],
)
def test_what_only_the_file_shows_is_refused_at_its_line(data: bytes, code: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        list(plain_lines(data, "gt.jsonl"))
    assert [(p.code, p.line) for p in caught.value.problems] == [(code, line)]


@pytest.mark.parametrize("limit", ["instances=1", "total-instances=1", "vertices=3", "page-characters=3"])
def test_limits_hold_here_too(limit: str) -> None:
    data = written(table({"a": [Word(box(0, 0, 9, 9), "word"), Word(box(0, 0, 9, 9), "")]}))
    assert len(read_lines(data)) == 2
    with pytest.raises(InputError) as caught:
        read_lines(data, limits=Limits().with_value(limit))
    assert caught.value.exit_code == 4


def test_pages_can_read_lines_without_loading_what_counts() -> None:
    code = (
        "import sys; from ocr_eval.tables.jsonl import plain\n"
        "import ocr_eval.tables.matches, ocr_eval.protocols.reasons\n"
        f"plain({LINE!r}); heavy = [m for m in sys.modules if m in ('numpy', 'numba', 'shapely')]\n"
        "heavy += [m for m in sys.modules if m.startswith('ocr_eval.kernels')]\nsys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_list_of_words_has_the_lines_that_json_would_write() -> None:
    words = {
        "b": 'say "a\\b"\n\x00\x1f',
        "a": "",
        "é": "\u2028\U0001f600",
        "\ue000": "x",
        "\U00010000": "y",
        "B": "\x7f",
    }
    builder = InstancesBuilder(geometry=False, has_text=True)
    for name, word in words.items():
        builder.begin(name, name)
        builder.add((), word, True, 1.0, 1)
    expected = [
        json.dumps(
            {"sample": s, "instances": [{"text": words[s], "care": True}]},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for s in sorted(words, key=str.encode)
    ]
    assert list(lines(builder.build())) == [line + "\n" for line in expected]
