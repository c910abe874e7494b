"""Lists of recognised words: pairs in their variants, and LMDB files, of which every page is checked."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.check import examine
from ocr_eval.formats.mdb import DamagedError, values
from ocr_eval.formats.writers import written
from ocr_eval.limits import Limits
from ocr_eval.tables.instances import Instances
from tests.unit.formats_support import problems_of

SIZE = 256  # of a page


def stored(tmp_path: Path, content: str | bytes, name: str = "list.txt") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def words(
    tmp_path: Path, content: str | bytes, layout: str | None = None, **arguments: object
) -> dict[str, str]:
    table = read(stored(tmp_path, content), format=layout, geometry=False, **arguments)  # type: ignore[arg-type]
    return dict(zip(table.sample_ids, table.texts, strict=True))


# pairs


def test_a_pair_is_split_once(tmp_path: Path) -> None:
    assert words(tmp_path, "a/1.png\tx y\tz\n2.png\t\n") == {"1": "x y\tz", "2": ""}
    spaced = "13_15_0_par.jpg WYNDHAM HOTEL\n13_15_1_par.jpg  two\n"
    assert words(tmp_path, spaced, "pairs(separator=space)") == {
        "13_15_0_par": "WYNDHAM HOTEL",
        "13_15_1_par": " two",
    }


def test_pairs_of_cute80_hold_the_text_twice(tmp_path: Path) -> None:
    lines = "timage/001.jpg RONALDO 1 RONALDO\ntimage/002.jpg 7 1 7\ntimage/003.jpg A 1 B 1 A 1 B\n"
    found = words(tmp_path, lines, "pairs(variant=cute80)")
    assert found == {"001": "RONALDO", "002": "7", "003": "A 1 B"}


def test_pairs_of_mjsynth_have_the_text_in_the_name(tmp_path: Path) -> None:
    lines = "./3000/7/182_slinking_71711.jpg 71711\n./3000/7/183_A_b_5.jpg 5\n"
    found = words(tmp_path, lines, "pairs(variant=mjsynth)")
    assert found == {"182_slinking_71711": "slinking", "183_A_b_5": "A_b"}


@pytest.mark.parametrize(
    ("line", "layout", "reason"),
    [
        ("a.png x", "pairs", "no TAB after the name"),
        ("a.png\tx", "pairs(separator=space)", "no space after the name"),
        ("a.jpg RONALDO 1 RONALDA", "pairs(variant=cute80)", "'RONALDO 1 RONALDA' after the name"),
        ("a.jpg A", "pairs(variant=cute80)", "'A' after the name"),
        ("./1/a_1.jpg 1", "pairs(variant=mjsynth)", "'./1/a_1.jpg' is not called number_text_1"),
        ("./1/9_b_1.jpg 2", "pairs(variant=mjsynth)", "'./1/9_b_1.jpg' is not called number_text_2"),
    ],
)
def test_a_line_of_another_variant_is_refused(tmp_path: Path, line: str, layout: str, reason: str) -> None:
    (problem,) = examine(stored(tmp_path, f"\n{line}\n"), format=layout, geometry=False).problems
    assert (problem.code, problem.line, problem.reason[: len(reason)]) == ("E_FORMAT", 2, reason)


def test_a_variant_that_is_not_known_is_a_fault_of_the_call(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"variant=plain\|cute80\|mjsynth") as caught:
        read(stored(tmp_path, "a.png\tx\n"), format="pairs(variant=svtp)", geometry=False)
    assert caught.value.exit_code == 2


# an LMDB, page by page


def page(number: int, flags: int, nodes: list[tuple[int, int, int, int, bytes]]) -> bytes:
    """A page of the tree; a node is low and high half, flags, size of the key, and what follows."""
    body, table = b"", []
    for low, high, marks, length, rest in nodes:
        node = struct.pack("<HHHH", low, high, marks, length) + rest
        body = node + body
        table.append(SIZE - len(body))
    head = struct.pack("<QHHHH", number, 0, flags, 16 + 2 * len(table), SIZE - len(body))
    packed = head + struct.pack(f"<{len(table)}H", *table)
    return packed + bytes(SIZE - len(packed) - len(body)) + body


def leaf(number: int, content: Mapping[bytes, bytes]) -> bytes:
    return page(number, 2, [(len(v), 0, 0, len(k), k + v) for k, v in sorted(content.items())])


def meta(number: int, root: int, transaction: int, *, size: int = SIZE, flags: int = 0) -> bytes:
    free = struct.pack("<LHH5Q", size, 0, 0, 0, 0, 0, 0, 2**64 - 1)
    main = struct.pack("<LHH5Q", 0, flags, 1, 0, 1, 0, 1, root)
    head = struct.pack("<QHHHH", number, 0, 8, 0, 0) + struct.pack("<LLQQ", 0xBEEFC0DE, 1, 0, 1 << 20)
    return (head + free + main + struct.pack("<QQ", 9, transaction)).ljust(SIZE, b"\0")


def lmdb(*pages: bytes, root: int = 2, **more: int) -> bytes:
    return b"".join([meta(0, 2**64 - 1, 1, **more), meta(1, root, 2, **more), *pages])


def labels(*texts: str | bytes, **more: bytes) -> bytes:
    content = {
        b"label-%09d" % (k + 1): t if isinstance(t, bytes) else t.encode() for k, t in enumerate(texts)
    }
    content[b"num-samples"] = str(len(texts)).encode()
    content |= {key.replace("_", "-").encode(): value for key, value in more.items()}
    return lmdb(leaf(2, content))


def test_labels_of_an_lmdb_are_named_by_their_numbers(tmp_path: Path) -> None:
    content = labels("GRAND", "호텔", "")
    assert words(tmp_path, content) == {"1": "GRAND", "2": "호텔", "3": ""}
    folder = tmp_path / "set.lmdb"
    folder.mkdir()
    stored(folder, content, "data.mdb")
    stored(folder, bytes(99), "lock.mdb")
    truth = read(folder, role="gt", geometry=False)
    assert (truth.format, truth.sample_ids, truth.entries) == ("lmdb", ("1", "2", "3"), ("", "", ""))
    for names in (
        ("1", "2", "3"),
        ("000000001", "02", "3"),
        ("image-000000001", "image-2", "x/image-03.png"),
    ):
        lines = "".join(f"{name}\tw\n" for name in names)
        assert words(tmp_path, lines, samples=truth) == {"1": "w", "2": "w", "3": "w"}


def test_labels_that_are_objects_name_their_files(tmp_path: Path) -> None:
    rows = [json.dumps({"filename": f"a/{name}.jpg", "text": name.upper()}) for name in ("x", "y")]
    truth = read(stored(tmp_path, labels(*rows), "data.mdb"), role="gt", geometry=False)
    assert (truth.sample_ids, truth.aliases, truth.texts) == (("x", "y"), ("1", "2"), ("X", "Y"))
    assert words(tmp_path, "x.jpg\ta\n000000002\tb\n", samples=truth) == {"x": "a", "y": "b"}
    (problem,) = problems_of(stored(tmp_path, "x.jpg\ta\n1\tb\n"), samples=truth, geometry=False)
    assert (problem.code, problem.line, problem.reason) == (
        "E_ENTRY_DUPLICATE",
        2,
        "'1' is the sample of line 1",
    )


def test_one_label_that_is_no_object_makes_all_of_them_texts(tmp_path: Path) -> None:
    row = json.dumps({"filename": "x.jpg", "text": "X"})
    assert words(tmp_path, labels(row, "{")) == {"1": row, "2": "{"}


def test_large_values_and_branches_are_followed() -> None:
    content = {b"label-000000001": b"a", b"num-samples": b"1"}
    big = page(4, 4, [])[:12] + struct.pack("<L", 2) + b"v" * 300
    first = page(3, 2, [(300, 0, 1, 3, b"big" + struct.pack("<Q", 4))])
    branch = page(2, 1, [(3, 0, 0, 0, b""), (6, 0, 0, 1, b"l")])
    data = lmdb(branch, first, big.ljust(2 * SIZE, b"\0"), leaf(6, content))
    found = {key: data[v.start : v.start + v.size] for key, v in values(data).items()}
    assert found == content | {b"big": b"v" * 300}
    assert values(lmdb(root=2**64 - 1)) == {}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file ends inside a page"),
        (labels("a")[:SIZE], "the file ends inside a page"),
        (labels("a")[: 3 * SIZE - 200], "the file ends inside a page|broken node|goes beyond"),
        (lmdb(root=7), "page 7 is no page of the tree"),
        (lmdb(root=0), "page 0 is no page of the tree"),
        (lmdb(leaf(3, {})), "page 2 is no page of the tree"),
        (lmdb(page(2, 1, [(2, 0, 0, 0, b"")])), "page 2 is reached twice"),
        (lmdb(page(2, 2, [(1, 0, 6, 1, b"ab")])), "page 2 has a broken node"),
        (lmdb(page(2, 2, [(1, 0, 0, 250, b"ab")])), "page 2 has a broken node"),
        (lmdb(page(2, 2, [(9, 9, 0, 1, b"ab")])), "a value goes beyond the end of its page"),
        (
            lmdb(page(2, 2, [(9, 0, 1, 1, b"a" + struct.pack("<Q", 1 << 60))])),
            "page 1152921504606846976 is no",
        ),
        (lmdb(page(2, 2, [(1, 0, 0, 1, b"ab"), (1, 0, 0, 1, b"ab")])), "a key stands twice"),
        (lmdb(leaf(2, {}), flags=4), "keys with several values"),
        (lmdb(leaf(2, {}), size=300), "pages of 300 bytes"),
    ],
)
def test_a_damaged_file_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DamagedError, match=reason):
        values(data)


@pytest.mark.parametrize(
    ("content", "code", "reason"),
    [
        (labels("a", num_samples=b"2"), "E_FORMAT", "key label-000000002 is missing"),
        (labels("a", num_samples=b"-1"), "E_FORMAT", "key num-samples must be a whole number, got '-1'"),
        (
            lmdb(leaf(2, {b"label-000000001": b"a"})),
            "E_FORMAT",
            "key num-samples must be a whole number, got nothing",
        ),
        (labels("a", b"\xff"), "E_ENCODING", "label-000000002 is not UTF-8"),
        (lmdb(root=9), "E_FORMAT", "no LMDB: page 9 is no page of the tree"),
        (labels("a" * 30), "E_LIMIT", "label-000000001 has 30 characters, at most 20"),
        (labels(*"abcd"), "E_LIMIT", "4 instances in all, at most 3"),
    ],
)
def test_an_lmdb_without_what_is_needed(tmp_path: Path, content: bytes, code: str, reason: str) -> None:
    limits = Limits(characters=20, total_instances=3)
    (problem,) = examine(stored(tmp_path, content), format="lmdb", geometry=False, limits=limits).problems
    assert (problem.code, problem.reason) == (code, reason)


def test_labels_beyond_the_count_are_told(tmp_path: Path) -> None:
    table: Instances = read(stored(tmp_path, labels("a", "b", num_samples=b"1")), geometry=False)
    assert (table.texts, [(n.code, n.count) for n in table.notices]) == (("a",), [("W_LAYOUT", 1)])


def test_an_lmdb_holds_no_rings_and_no_confidences(tmp_path: Path) -> None:
    path = stored(tmp_path, labels("a"))
    with pytest.raises(InputError, match="content looks like lmdb: a list of texts without rings"):
        read(path)
    with pytest.raises(InputError, match="layout lmdb has no confidences"):
        read(path, geometry=False, confidence=True)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_lmdb_with_changed_bytes_is_read_or_refused(draw: st.DataObject) -> None:
    data = bytearray(labels("GRAND", "HOTEL"))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    try:
        found = values(bytes(data))
    except DamagedError:
        return
    assert all(0 <= v.start <= v.start + v.size <= len(data) for v in found.values())


# other names of the samples of a list


def test_other_names_of_a_list_survive_as_json_lines(tmp_path: Path) -> None:
    truth = read(stored(tmp_path, labels("GRAND", ""), "data.mdb"), role="gt", geometry=False)
    made = written(truth, "jsonl", role="gt")
    content = made.files["labels.jsonl"]
    assert (made.losses, content.split(b"\n")[1]) == (
        (),
        b'{"image": "2", "alias": "image-000000002", "text": ""}',
    )
    back = read(stored(tmp_path, content, "labels.jsonl"), role="gt", geometry=False)
    assert (back.sample_ids, back.aliases, back.texts) == (truth.sample_ids, truth.aliases, truth.texts)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ({}, "every image needs an alias of its own where one has it"),
        ({"alias": "x"}, "every image needs an alias of its own where one has it"),
        ({"alias": ""}, "/alias must be the name of an image, got nothing"),
    ],
)
def test_other_names_are_given_to_all_or_to_none(tmp_path: Path, second: dict[str, str], reason: str) -> None:
    rows = [{"image": "a", "text": "A", "alias": "x"}, {"image": "b", "text": "B"} | second]
    content = "\n".join(map(json.dumps, rows))
    (problem, *_) = examine(stored(tmp_path, content), format="jsonl", geometry=False).problems
    assert (problem.code, problem.reason) == ("E_FORMAT", reason)
