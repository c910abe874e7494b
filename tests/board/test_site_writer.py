"""The writer: old or new per file whatever happens, nothing rewritten for nothing, nothing of others touched."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ocr_eval.board import folder, writer
from ocr_eval.board.manifest import JOURNAL, MANIFEST, Manifest, content_digest
from ocr_eval.board.model import Output
from ocr_eval.errors import InputError

ROOT = Path(__file__).resolve().parents[2]


def outputs(**texts: str) -> list[Output]:
    """Keyword ``b__index_html`` -> file b/index.html with that text, the key made of it."""
    made = []
    for name, text in texts.items():
        path = name.replace("__", "/")
        path = ".".join(path.rsplit("_", 1))
        key = hashlib.sha256(text.encode()).hexdigest()
        made.append(Output(path, key, lambda text=text: text.encode()))  # type: ignore[misc]
    return made


def write(out: Path, files: list[Output], **options: object) -> writer.BuildReport:
    return writer.write(out, files, **{"audience": "public", "version": "1", **options})  # type: ignore[arg-type]


def tree(out: Path) -> dict[str, bytes]:
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith(("ocr-eval: error[E_USAGE]: ", "/")), str(caught.value)
    return str(caught.value)


def test_first_build_then_nothing_then_one_change(tmp_path: Path) -> None:
    first = write(tmp_path / "site", outputs(index_html="a", b__x__index_html="b"))
    assert (first.written, first.removed, first.files, first.size) == (
        ("index.html", "b/x/index.html"),
        (),
        2,
        2,
    )
    before = {path: (tmp_path / "site" / path).stat() for path in tree(tmp_path / "site")}
    again = write(tmp_path / "site", outputs(index_html="a", b__x__index_html="b"))
    assert (again.written, again.skipped) == ((), ("b/x/index.html", "index.html"))
    third = write(tmp_path / "site", outputs(index_html="a", b__x__index_html="c"))
    assert third.written == ("b/x/index.html",)
    after = {path: (tmp_path / "site" / path).stat() for path in tree(tmp_path / "site")}
    assert before["index.html"].st_mtime_ns == after["index.html"].st_mtime_ns
    assert before["index.html"].st_ino == after["index.html"].st_ino
    assert set(after) == {"index.html", "b/x/index.html", MANIFEST}  # no lock, no journal, no temporary file


def test_same_key_and_same_file_is_not_rendered(tmp_path: Path) -> None:
    rendered = []
    files = [Output("a.html", "k", lambda: rendered.append(1) or b"a")]  # type: ignore[func-returns-value]
    write(tmp_path, files)
    write(tmp_path, files)
    assert len(rendered) == 1
    (tmp_path / "a.html").write_bytes(b"edited by hand")
    assert write(tmp_path, files).written == ("a.html",)
    assert (tmp_path / "a.html").read_bytes() == b"a"


def test_new_key_but_same_bytes_leaves_the_file_alone(tmp_path: Path) -> None:
    write(tmp_path, [Output("a.html", "k1", lambda: b"a")])
    inode = (tmp_path / "a.html").stat().st_ino
    assert write(tmp_path, [Output("a.html", "k2", lambda: b"a")]).written == ()
    assert (tmp_path / "a.html").stat().st_ino == inode
    manifest = Manifest.read(tmp_path / MANIFEST)
    assert manifest is not None and manifest.files["a.html"].key == "k2"


def test_manifest_lists_path_digest_and_key(tmp_path: Path) -> None:
    write(tmp_path, outputs(b_html="b", a_html="a"))
    body = json.loads((tmp_path / MANIFEST).read_text())
    assert body["files"] == [
        {
            "path": f"{n}.html",
            "sha256": hashlib.sha256(n.encode()).hexdigest(),
            "key": hashlib.sha256(n.encode()).hexdigest(),
        }
        for n in "ab"
    ]
    assert list(body) == ["schema", "version", "audience", "date", "files"]


def test_stale_files_go_unless_somebody_changed_them(tmp_path: Path) -> None:
    write(tmp_path, outputs(a_html="a", old__deep__b_html="b", kept__c_html="c"))
    (tmp_path / "kept" / "c.html").write_text("mine now")
    (tmp_path / "notes.md").write_text("never ours")
    report = write(tmp_path, outputs(a_html="a"))
    assert (report.removed, report.left) == (("old/deep/b.html",), ("kept/c.html",))
    assert set(tree(tmp_path)) == {"a.html", "kept/c.html", "notes.md", MANIFEST}
    assert not (tmp_path / "old").exists()


def test_folders_of_others_are_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("do not touch")
    said = refused(lambda: write(tmp_path, outputs(index_html="a")))
    assert "is not empty and holds no site of ours: 'thesis.doc'" in said
    assert tree(tmp_path) == {"thesis.doc": b"do not touch"}


def test_files_of_others_in_our_folder_are_not_overwritten(tmp_path: Path) -> None:
    write(tmp_path, outputs(a_html="a"))
    (tmp_path / "about.html").write_text("mine")
    assert "was not written by a build" in refused(
        lambda: write(tmp_path, outputs(a_html="b", about_html="c"))
    )
    assert (tmp_path / "a.html").read_text() == "a"
    (tmp_path / "about.html").unlink()
    (tmp_path / "about.html").mkdir()
    assert "is in the way" in refused(lambda: write(tmp_path, outputs(a_html="b", about_html="c")))


def test_links_inside_the_site_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    site = tmp_path / "site"
    write(site, outputs(b__x_html="x"))
    (site / "b" / "x.html").unlink()
    (site / "b").rmdir()
    (site / "b").symlink_to(outside)
    assert "is in the way, a folder belongs there" in refused(lambda: write(site, outputs(b__x_html="y")))
    assert tree(outside) == {}


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"schema":"ocr-eval/site/1","version":"1","audience":"public","date":"","files":[{"path":"../../etc/x","sha256":"'
        + "0" * 64
        + '","key":""}]}',
        '{"schema":"ocr-eval/site/1","version":"1","audience":"public","date":"","files":[{"path":"a.html","sha256":"0","key":""}]}',
        '{"schema":"other","files":[]}',
        "[" * 100_000,
    ],
)
def test_manifests_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    assert "is not a list of files that a build wrote" in refused(
        lambda: write(tmp_path, outputs(a_html="a"))
    )
    assert (tmp_path / MANIFEST).read_text() == text


@pytest.mark.parametrize(
    "paths",
    [
        ("a.html", "A.html"),
        ("a.html", "a.html"),
        ("manifest.json",),
        ("../a.html",),
        ("/a.html",),
        ("a//b.html",),
        ("a.php",),
        ("a",),
        (".htaccess",),
        ("a.html.tmp-12",),
        ("a.png",),
        ("b/_headers",),
        ("a\n.html",),
        ("figures/a.exe",),
    ],
)
def test_names_that_no_build_may_write(tmp_path: Path, paths: tuple[str, ...]) -> None:
    with pytest.raises(ValueError):
        write(tmp_path, [Output(path, "k", lambda: b"") for path in paths])
    assert tree(tmp_path) == {}


def test_names_that_a_build_may_write() -> None:
    names = (
        "index.html b/x@v2/index.html static/a.js images/d/1.JPG _headers data/x.tex figures/x.pdf feed.atom"
    )
    writer.check_paths(names.split())


@pytest.mark.parametrize("mark", writer.HOSTED)
def test_what_is_not_public_is_kept_out_of_published_folders(tmp_path: Path, mark: str) -> None:
    write(tmp_path, outputs(a_html="a"), audience="internal")
    (tmp_path / mark).mkdir() if mark == ".git" else (tmp_path / mark).write_text("")
    for audience in ("internal", "participant"):
        said = refused(lambda audience=audience: write(tmp_path, outputs(a_html="b"), audience=audience))  # type: ignore[misc]
        assert f"holds {mark}" in said and "--yes" in said
    assert (tmp_path / "a.html").read_text() == "a"
    write(tmp_path, outputs(a_html="b"), audience="internal", yes=True)
    write(tmp_path, outputs(a_html="c"))


def test_internal_over_a_public_site_is_refused(tmp_path: Path) -> None:
    write(tmp_path, outputs(a_html="a"))
    assert "holds a public site" in refused(lambda: write(tmp_path, outputs(a_html="b"), audience="internal"))


def test_second_builder_is_told_who_and_how_long(tmp_path: Path) -> None:
    write(tmp_path, outputs(a_html="a"))
    with folder.locked(tmp_path):
        os.utime(tmp_path / ".lock", (time.time() - 3600, time.time() - 3600))
        said = refused(lambda: write(tmp_path, outputs(a_html="b")))
    assert f"process {os.getpid()} on {os.uname().nodename}, for 360" in said
    assert write(tmp_path, outputs(a_html="b")).written == ("a.html",)


def test_lock_of_the_dead_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_text("999999\n")
    assert write(tmp_path, outputs(a_html="a")).written == ("a.html",)
    assert not (tmp_path / ".lock").exists()


def test_a_bug_in_one_page_leaves_the_old_site(tmp_path: Path) -> None:
    write(tmp_path, outputs(a_html="a", z_html="z"))
    before = tree(tmp_path)

    def broken() -> bytes:
        raise RuntimeError("template")

    with pytest.raises(RuntimeError):
        write(tmp_path, [*outputs(a_html="b", new__c_html="c"), Output("z.html", "k", broken)])
    assert tree(tmp_path) == before
    assert not (tmp_path / "new").exists()


def test_a_failed_first_build_leaves_an_empty_folder(tmp_path: Path) -> None:
    def broken() -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, [*outputs(b__a_html="b"), Output("z.html", "k", broken)])
    assert list(tmp_path.iterdir()) == []


def test_a_verdict_against_the_build_leaves_the_old_site(tmp_path: Path) -> None:
    write(tmp_path, outputs(a_html="a", z_html="z"))
    before = tree(tmp_path)
    seen = []

    def verdict() -> None:
        raise InputError([])

    with pytest.raises(InputError):
        write(
            tmp_path,
            outputs(a_html="b", z_html="z"),
            gate=lambda path, data: seen.append((path, data)),
            verdict=verdict,
        )
    assert tree(tmp_path) == before
    assert seen == [("a.html", b"b"), ("z.html", b"z")]  # kept files are looked at as well


@pytest.mark.parametrize("failing_call", range(1, 9))
def test_a_full_disk_leaves_old_or_new(
    tmp_path: Path, failing_call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = outputs(a_html="a", b_html="b", c_html="c")
    new = outputs(a_html="A", b_html="B", d_html="D")
    write(tmp_path, old)
    calls = 0
    genuine = folder.write_new

    def full(path: Path, data: bytes) -> None:
        nonlocal calls
        calls += 1
        if calls == failing_call:
            path.write_bytes(data[:1])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        genuine(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(folder, "write_new", full)
        patch.setattr(writer, "write_new", full)
        if failing_call <= 6:  # the journal, three pages, the journal again, the manifest
            assert "cannot be written: No space left on device" in refused(lambda: write(tmp_path, new))
        else:
            write(tmp_path, new)
    found = tree(tmp_path)
    assert not [name for name in found if ".tmp-" in name]
    for name, texts in {"a.html": b"aA", "b.html": b"bB"}.items():
        assert found[name] in (texts[:1], texts[1:])
    write(tmp_path, new)
    assert set(tree(tmp_path)) == {"a.html", "b.html", "d.html", MANIFEST}


def test_a_folder_that_takes_nothing(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        target = tmp_path / "file"
        target.write_text("")
        assert "cannot be written: " in refused(lambda: write(target / "site", outputs(a_html="a")))
        return
    tmp_path.chmod(0o500)
    try:
        assert "cannot be written: Permission denied" in refused(lambda: write(tmp_path, outputs(a_html="a")))
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_permissions_are_what_the_umask_leaves(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write(tmp_path / "site", outputs(b__a_html="a"))
    finally:
        os.umask(before)
    for name in ("b/a.html", MANIFEST):
        assert (tmp_path / "site" / name).stat().st_mode & 0o777 == 0o666 & ~mask
    assert (tmp_path / "site" / "b").stat().st_mode & 0o777 == 0o777 & ~mask


def test_shards_are_compared_by_what_they_hold(tmp_path: Path) -> None:
    import base64
    import gzip

    def pack(level: int) -> bytes:
        body = base64.b64encode(gzip.compress(b"counts " * 500, level, mtime=0)).decode()
        return f'OE.put("x.s000","{body}");\n'.encode()

    assert pack(1) != pack(9)
    assert content_digest(pack(1)) == content_digest(pack(9)) == hashlib.sha256(b"counts " * 500).hexdigest()
    write(tmp_path, [Output("d/x/s000.js", "k", lambda: pack(1))])
    assert write(tmp_path, [Output("d/x/s000.js", "k2", lambda: pack(9))]).written == ()
    broken = pack(9)[:-30] + pack(9)[-6:]
    assert content_digest(broken) == hashlib.sha256(broken).hexdigest()


BUILDER = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from ocr_eval.board.model import Output
from ocr_eval.board.writer import write
letter = sys.argv[2]
def page(n):
    return (f"{{letter}}{{n}}" * 2000).encode()
names = [f"p{{n % 7}}/{{n}}{{letter if n % 5 == 0 else ''}}.html" for n in range(60)]
print("ready", flush=True)
for round in range(1000 if len(sys.argv) > 3 else 1):
    write(Path(sys.argv[1]), [Output(name, letter, lambda n=n: page(n)) for n, name in enumerate(names)],
          audience="public", version="1")
    letter = "b" if letter == "a" else "a"
    names = [f"p{{n % 7}}/{{n}}{{letter if n % 5 == 0 else ''}}.html" for n in range(60)]
"""


def test_killed_at_any_moment_the_tree_is_old_or_new_and_the_next_build_repairs_it(tmp_path: Path) -> None:
    script = tmp_path / "builder.py"
    script.write_text(textwrap.dedent(BUILDER.format(root=str(ROOT))))
    site, scratch = tmp_path / "site", tmp_path / "scratch"
    subprocess.run([sys.executable, str(script), str(scratch), "a"], check=True, capture_output=True)
    whole = {(name, data) for name, data in tree(scratch).items()}
    draw = random.Random(3)
    middle = 0
    for _ in range(int(os.environ.get("OCR_EVAL_KILLS", "12"))):
        process = subprocess.Popen(
            [sys.executable, str(script), str(site), draw.choice("ab"), "loop"], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(draw.random() * 0.15)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        found = tree(site)
        for name, data in found.items():
            if name.endswith(".html"):
                number = "".join(c for c in name.split("/")[1] if c.isdigit())
                assert data in [(f"{letter}{number}" * 2000).encode() for letter in "ab"], name
        middle += any(".tmp-" in name or name == JOURNAL for name in found)
    assert middle  # at least one kill hit the middle of a build
    subprocess.run([sys.executable, str(script), str(site), "a"], check=True, capture_output=True)
    assert set(tree(site).items()) == whole
