"""A scored submission -> a new folder of the store, after the checks of a board: duplicates, limits, names."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocr_eval.board.cards import ProtocolCard, SubmissionCard, slug_of
from ocr_eval.board.records import Scored, card_of, result_files
from ocr_eval.board.store import Store
from ocr_eval.board.stored import Event, Submission
from ocr_eval.board.writing import append, put_folder
from ocr_eval.errors import Notice, close_matches, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.counts import Counts

NEAR = 0.95  # share of samples with equal counts
LINKS = ("url", "paper", "code", "weights")
# Letters that look like another one in common fonts, after case folding; digits too.
_LOOK = str.maketrans(
    "аеорсухіјѕһԁԛԝвнкмтгαεορντυικχηγωßıłøđ0135|ſ",
    "aeopcyxijshdqwbhkmtraeopvtuikxhywsilodolesls",
)


@dataclass(frozen=True, eq=False)
class Entry:
    """What is to be added: the card, digests of the predictions, results, and what is kept of the predictions."""

    card: SubmissionCard
    dataset: str  # id
    digests: Mapping[str, str]  # canonical/<dataset>, sorted/<dataset>, archive -> 64 hex digits
    results: Sequence[Scored]
    kept: Mapping[str, bytes]  # path below the submission's folder -> content

    @property
    def slug(self) -> str:
        return slug_of(self.card.date, self.card.id, self.digests[f"canonical/{self.dataset}"])


def add(store: Store, entry: Entry) -> str:
    """Writes the submission and its line of the history; the slug. To be called under the lock, after ``check``."""
    put_folder(store.path / "submissions" / entry.slug, files_of(entry))
    dataset = f"{entry.dataset}@{store.dataset(entry.dataset).gt8}"
    date = entry.card.date.isoformat()
    append(store, [Event(0, "add", date, submission=entry.slug, dataset=dataset)])
    return entry.slug


def files_of(entry: Entry) -> dict[str, bytes]:
    """Path below the submission's folder -> content: card, digests, what is kept, every result."""
    lines = [f"{entry.digests[name]}  {name}\n" for name in sorted(entry.digests)]
    files = {"card.toml": entry.card.to_toml().encode(), "predictions.sha256": "".join(lines).encode()}
    files |= entry.kept
    for scored in entry.results:
        files |= result_files(scored, entry.slug)
    return files


def check_board(store: Store, dataset: str, gt_digest: str, protocols: Sequence[EvaluationProtocol]) -> None:
    """Raises InputError (E_DATASET, E_SIGNATURE; exit 6) when gt or protocols are not those of the board."""
    if dataset not in store.dataset_ids():
        known = ", ".join(store.dataset_ids()) or "none"
        raise usage_error(f"the board has no data set {quote(dataset)}", f"it has {known}", "E_DATASET")
    card = store.dataset(dataset)
    if card.gt_digest != gt_digest:
        reason = f"the board's ground truth is {dataset}@{card.gt8}, this one is @{gt_digest[:8]}"
        raise usage_error(reason, "leave --gt out, or give the board's own file", "E_DATASET")
    for rule in protocols:
        check_protocol(store, dataset, card_of(rule))


def check_protocol(store: Store, dataset: str, own: ProtocolCard) -> None:
    """Raises InputError (E_SIGNATURE) unless the board ranks or shows this protocol, as this version counts it."""
    shown = {name for board in store.config.boards if board.dataset_id == dataset for name in board.protocols}
    if own.protocol not in shown:
        hint = f"it has {', '.join(sorted(shown)) or 'none'}"
        raise usage_error(f"no board on {dataset} has protocol {quote(own.protocol)}", hint, "E_SIGNATURE")
    known = store.protocol_card(own.protocol)
    if known is None or known.digest != own.digest:
        stored = known.key if known else "nothing"
        reason = f"{own.protocol} is {own.key} in this version of ocr_eval, the board has {stored}"
        raise usage_error(reason, f"run `ocr-eval board rescore DIR -p {own.id}` first", "E_SIGNATURE")


def check_duplicate(store: Store, digests: Mapping[str, str]) -> None:
    """Raises InputError (E_DUPLICATE) naming the earlier submission with these predictions, in any order."""
    for earlier in store.submissions():
        for name in digests:
            if name.startswith("sorted/") and earlier.digests.get(name) == digests[name]:
                reason = f"the board holds these predictions already, as {earlier.slug}"
                raise usage_error(reason, "nothing to do, see the earlier submission", "E_DUPLICATE")


def check_limits(store: Store, card: SubmissionCard) -> None:
    """Raises InputError (E_LIMIT) when the team has used up max_per_day (by the cards' dates) or max_total."""
    policy = store.config.policy
    own = [each.card for each in store.submissions() if each.card.team_key == card.team_key]
    today = [each for each in own if each.date == card.date]
    for name, limit, used in (
        ("max_per_day", policy.max_per_day, len(today)),
        ("max_total", policy.max_total, len(own)),
    ):
        if limit is not None and used >= limit:
            when = f" on {card.date.isoformat()}" if name == "max_per_day" else ""
            reason = f"{used} submissions of this team{when}, the board's {name} is {limit}"
            raise usage_error(reason, "wait, or ask the board's organisers", "E_LIMIT")


def check_supersedes(store: Store, card: SubmissionCard, source: str) -> None:
    """Raises InputError (E_FORMAT) when the card supersedes a submission that the board does not have."""
    known = [each.slug for each in store.submissions()]
    if card.supersedes and card.supersedes not in known:
        near = close_matches(card.supersedes, known, n=2, cutoff=0.4)
        hint = (
            f"did you mean {' or '.join(near)}?" if near else "write the slug of a submission of this board"
        )
        raise usage_error(f"supersedes: no submission {quote(card.supersedes)}", hint, "E_FORMAT", source)


def notices(store: Store, entry: Entry) -> list[Notice]:
    """Look-alike names, addresses that are no links, near duplicates; sorted by code."""
    card = entry.card
    found = [
        Notice("W_LINK", f"{name} {quote(getattr(card, name))} is no http address, it is shown as text")
        for name in LINKS
        if getattr(card, name) and not getattr(card, name).lower().startswith(("https://", "http://"))
    ]
    hidden = [c for c in card.name if unicodedata.category(c) in ("Cf", "Cc", "Co", "Cn", "Zl", "Zp")]
    if hidden:
        points = ", ".join(f"U+{ord(c):04X}" for c in dict.fromkeys(hidden))
        found.append(Notice("W_NAME", f"name holds invisible characters: {points}"))
    for earlier in store.submissions():
        for what in ("id", "name"):
            old, new = getattr(earlier.card, what), getattr(card, what)
            if earlier.card.id != card.id and skeleton(old) == skeleton(new):
                found.append(
                    Notice("W_NAME", f"{what} {quote(new)} looks like {quote(old)} of {earlier.slug}")
                )
    for earlier in store.submissions():
        share = _nearness(store, earlier, entry)
        if share is not None and share >= NEAR:
            message = f"{100 * share:.0f} % of the samples have the counts of {earlier.slug}"
            found.append(Notice("W_NEAR_DUPLICATE", message))
    return sorted(found, key=lambda notice: (notice.code, notice.message))


def skeleton(name: str) -> str:
    """What a name looks like: compatibility forms, case, marks, spaces and look-alike letters folded away."""
    text = unicodedata.normalize("NFKD", name).casefold()
    kept = (c for c in text if unicodedata.category(c)[0] in "LNSP" and unicodedata.category(c) != "Pd")
    return "".join(kept).translate(_LOOK).replace("rn", "m")


def _nearness(store: Store, earlier: Submission, entry: Entry) -> float | None:
    """The largest share of equal rows under any protocol; None when there is no common result."""
    shares = []
    gt8 = store.dataset(entry.dataset).gt8
    for scored in entry.results:
        result = store.result(earlier.slug, entry.dataset, gt8, repr(scored.protocol))
        if result is not None:
            share = equal_rows(scored.record.counts, result.counts)
            shares += [] if share is None else [share]
    return max(shares, default=None)


def equal_rows(a: Counts, b: Counts) -> float | None:
    """Share of samples with equal (tp, n_det), else with equal rows; None for tables of other samples or columns."""
    import numpy as np

    if set(a.sample_ids) != set(b.sample_ids) or a.columns != b.columns or not a.sample_ids:
        return None
    position = {sample: k for k, sample in enumerate(b.sample_ids)}
    rows = b.rows[[position[sample] for sample in a.sample_ids]]
    names = [n for n in ("tp", "n_det") if n in a.columns]
    keep = [a.columns.index(n) for n in names] if len(names) == 2 else list(range(len(a.columns)))
    return float(np.mean((a.rows[:, keep] == rows[:, keep]).all(axis=1)))
