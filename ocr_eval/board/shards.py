"""Per-sample rows and what scripts must know about them -> data shards, small files of one statement.

``OE.put("key","base64");`` and a line feed. A shard holds gzip of UTF-8 JSON or of columns: little-endian, one after
the other, without a header; their names and types stand in the metadata. Names are already free of hidden characters,
so that scripts only have to show them.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ocr_eval.board.model import BoardView, RowView, TabData, TabView, page_name
from ocr_eval.report.escape import plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EXCHANGES = 9_999  # of the permutation test
LISTED = ("ranked", "baseline", "ceiling", "undefined")  # rows that may be compared
_GZIP_HEAD = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x02\xff"  # no name, time 0, best compression, unknown system


def meta_path(board: BoardView, tab: TabView) -> str:
    """Every tab has metadata, also where per-sample data are not published."""
    return f"d/{data_key(board, tab)}/meta.js"


def shared_path(board: BoardView, tab: TabView) -> str:
    """Columns of the ground truth; exists where per-sample data are published."""
    return f"d/{data_key(board, tab)}/g.js"


def row_path(board: BoardView, tab: TabView, number: int) -> str:
    """One submission; ``number`` is ``RowView.shard``."""
    return f"d/{data_key(board, tab)}/s{number:03d}.js"


def text_path(lang: str) -> str:
    """Sentences of the overlay."""
    return f"d/text/{lang}.js"


def data_key(board: BoardView, tab: TabView) -> str:
    """The folder below ``d/``; says no more than the page that names board and protocol."""
    return tab.data or page_name(f"{board.id} {tab.protocol}")


def sample_folder(dataset: str) -> str:
    """The data set's part of the paths ``i/<dataset>/<page>.html`` and ``d/i/<dataset>/<page>.js``."""
    from ocr_eval.board.pages import page_path

    return page_path("sample", f"{dataset}/x").split("/")[-2]


def meta_shard(board: BoardView, tab: TabView, data: TabData | None, *, zipped: bool = True) -> bytes:
    """What scripts know of one board under one protocol; without ``data`` the stored comparisons instead of samples."""
    formulas = {metric.name: metric.formula for metric in tab.metrics}
    live = data is not None and formulas.get(tab.headline) is not None
    rows = [_row(tab, row, data if live else None) for row in tab.rows if row.state in LISTED]
    content: dict[str, Any] = {
        "board": board.id,
        "dataset": sample_folder(board.dataset),
        "protocol": tab.protocol,
        "tab": tab.slug,
        "headline": tab.headline,
        "signature": plain(tab.signature),
        "seed": tab.seed,
        "B": tab.replicates,
        "R": EXCHANGES,
        "decimals": tab.decimals,
        "gzip": zipped,
        "metrics": [
            {"name": m.name, "higher_is_better": m.higher_is_better, "formula": m.formula}
            for m in tab.metrics
        ],
        "samples": [],
        "pages": [],
        "tags": {},
        "groups": None,
        "shared": [],
        "items": {},
        "rows": rows,
        "pairs": [],
    }
    if data is not None and live:
        content["samples"] = [_shown(sample) for sample in data.samples]
        content["pages"] = list(data.pages)
        content["tags"] = {plain(name): [plain(tag) for tag in tags] for name, tags in data.tags.items()}
        content["groups"] = _groups(data)
        content["shared"] = [[name, kind] for name, _, kind in _columns(data, None)]
        content["items"] = sample_items(tab, data)
    if any(row["shard"] is None for row in rows):
        names = ("a", "b", "difference", "lo", "hi", "p", "p_holm", "wins", "losses", "ties")
        content["pairs"] = [{name: getattr(pair, name) for name in names} for pair in tab.pairs]
    return json_shard(f"{data_key(board, tab)}.meta", content, zipped=zipped)


def shared_shard(data: TabData, *, zipped: bool = True) -> bytes:
    """The columns of the ground truth, which all submissions share."""
    return _shard(f"{data.data}.g", b"".join(part for _, part, _ in _columns(data, None)), zipped)


def row_shard(data: TabData, row: RowView, *, zipped: bool = True) -> bytes:
    """The other columns of one submission. Depends on no other submission while all have the same ground truth."""
    return _shard(
        f"{data.data}.s{row.shard:03d}", b"".join(part for _, part, _ in _columns(data, row.key)), zipped
    )


def json_shard(key: str, content: Mapping[str, Any], *, zipped: bool = True) -> bytes:
    """Any JSON object as a shard. Raises ValueError for NaN and infinity."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _shard(key, text.encode("utf-8"), zipped)


def text_shard(lang: str, *, zipped: bool = True) -> bytes:
    """``d/text/<lang>.js``: the sentences that the overlay's script fills in."""
    from ocr_eval.report.i18n import catalogue

    texts = {
        key: text for key, text in sorted(catalogue(lang).items()) if key.startswith(("kind.", "reason."))
    }
    return json_shard(f"text.{lang}", texts, zipped=zipped)


def _shard(key: str, content: bytes, zipped: bool) -> bytes:
    if zipped:
        machine = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
        body = machine.compress(content) + machine.flush()
        content = _GZIP_HEAD + body + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
    return f'OE.put("{key}","{base64.b64encode(content).decode("ascii")}");\n'.encode("ascii")


def _row(tab: TabView, row: RowView, data: TabData | None) -> dict[str, Any]:
    value = row.values.get(tab.headline)
    own = data is not None and row.shard is not None and row.key in data.tables
    return {
        "key": row.key,
        "name": _shown(row.name),
        "state": row.state,
        "shard": row.shard if own else None,
        "value": value and value.value,
        "lo": value and value.lo,
        "hi": value and value.hi,
        "rank": row.rank,
        "columns": [[name, kind] for name, _, kind in _columns(data, row.key)] if data and own else [],
    }


def _shown(text: str) -> str:
    """Nothing hidden, and never blank: a link must have a name."""
    return "".join(f"[U+{ord(c):04X}]" for c in text) if text.isspace() else plain(text)


def _is_gt(name: str) -> bool:
    """May this column describe the ground truth alone? (n_gt, dc_gt, length_gt; not tp_gt.)"""
    return name.endswith("_gt") and not name.startswith(("tp", "filtered"))


def _columns(data: TabData, key: str | None) -> list[tuple[str, bytes, str]]:
    """(name, bytes, type) of a submission's own columns; of the shared ones for None."""
    import numpy as np

    shared = _shared(data)
    found = []
    for k, name in enumerate(data.columns):
        if (name in shared) == (key is None):
            values = np.asarray(next(iter(data.tables.values())) if key is None else data.tables[key])[:, k]
            found.append((name, *_packed(name, values)))
    return found


@lru_cache(maxsize=4)
def _shared(data: TabData) -> frozenset[str]:
    """Columns of the ground truth in which all submissions agree; looked for once, not once per shard."""
    tables = list(data.tables.values())
    return frozenset(
        name
        for k, name in enumerate(data.columns)
        if _is_gt(name) and tables and all((t[:, k] == tables[0][:, k]).all() for t in tables[1:])
    )


def _packed(name: str, values: NDArray[Any]) -> tuple[bytes, str]:
    """Counts in the smallest unsigned type that holds them, real-valued sums as float64."""
    if name.startswith("sum:"):
        return values.astype("<f8").tobytes(), "f8"
    largest = float(values.max(initial=0))
    if values.min(initial=0) < 0 or largest >= 2**32 or (values != values.round()).any():
        raise ValueError(f"column {name} holds what is no count below 2^32")
    size = 1 if largest < 2**8 else 2 if largest < 2**16 else 4
    return values.astype(f"<u{size}").tobytes(), f"u{size}"


def _groups(data: TabData) -> list[int] | None:
    """The number of each sample's group, as resampling numbers them."""
    if data.groups is None:
        return None
    from ocr_eval.stats.ratios import Stack

    groups = Stack.from_columns((), data.samples, {}, groups=data.groups).groups
    return None if groups is None else [int(k) for k in groups]


def sample_items(tab: TabView, data: TabData) -> dict[str, list[Any]]:
    """Per sample: mean of the ranked submissions, spread, discrimination to four decimals; saturated or unsolved."""
    import numpy as np

    from ocr_eval.board.exports import from_json
    from ocr_eval.stats.items import care_samples, items
    from ocr_eval.stats.ratios import Stack

    keys = [row.key for row in tab.rows if row.state == "ranked" and row.key in data.tables]
    none: list[Any] = [None] * len(data.samples)
    if not keys:
        return {"difficulty": none, "spread": none, "discrimination": none, "verdict": [""] * len(none)}
    tables = np.stack([np.asarray(data.tables[key], np.float64) for key in keys], axis=2)
    columns = {name: tables[:, k, :] for k, name in enumerate(data.columns)}
    stack = Stack.from_columns(keys, data.samples, columns, groups=data.groups)
    formulas = {
        metric.name: from_json(metric.formula) for metric in tab.metrics if metric.formula is not None
    }
    higher = next(m.higher_is_better for m in tab.metrics if m.name == tab.headline) is not False
    formula = formulas[tab.headline]
    found = items(stack, formula, care=care_samples(stack, formulas, tab.headline), higher_is_better=higher)
    each = stack.each(formula)
    verdicts = np.where(found.saturated, "saturated", np.where(found.unsolved, "unsolved", ""))
    return {
        "difficulty": _decimals(found.difficulty),
        "spread": _decimals(each.max(axis=1) - each.min(axis=1)),
        "discrimination": _decimals(found.discrimination),
        "verdict": verdicts.tolist(),
    }


def _decimals(values: NDArray[np.float64]) -> Sequence[float | None]:
    return [None if v != v else round(v, 4) + 0.0 for v in values.tolist()]
