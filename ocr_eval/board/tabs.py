"""One protocol of a board and the submissions on it -> its table, for one audience; numbers are computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ocr_eval.board.audience import Sight
from ocr_eval.board.cards import BoardConfig, DatasetCard
from ocr_eval.board.entries import Entry, comparable
from ocr_eval.board.model import TabData, TabView, page_name
from ocr_eval.board.rounding import Rounder, rounding_step
from ocr_eval.board.stored import SampleTable
from ocr_eval.errors import usage_error

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.board.numbers import Numbers
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.stats.bootstrap import Floats
    from ocr_eval.stats.ratios import Stack

RESCORE = "rescore the submission with `ocr-eval board rescore`"
_LAST = ("baseline", "ceiling", "undefined", "not-rescored", "withdrawn")


@dataclass(frozen=True, eq=False)
class Tab:
    """``entries`` are those that the board shows, by slug. Everything costly is computed when first asked for."""

    board: BoardConfig
    rule: EvaluationProtocol
    headline: str
    dataset: DatasetCard
    sight: Sight
    samples: SampleTable
    digest: str  # of the gt, as printed: 64 hex digits
    entries: tuple[Entry, ...]
    decimals: int
    team_sizes: Mapping[str, int]  # slug -> submissions of its team
    pages: tuple[str | None, ...]  # page of each sample
    # slug -> metrics of a cascade on the same board, shown beside PopEval
    cascade: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)

    @property
    def protocol(self) -> str:
        return repr(self.rule)

    @property
    def slug(self) -> str:
        return page_name(self.protocol)

    @property
    def data_key(self) -> str:
        return page_name(f"{self.board.id} {self.protocol}")

    @property
    def higher(self) -> bool:
        return self.rule.METRICS[self.headline] is not False

    @property
    def seed(self) -> int:
        """Of the bootstrap: constant for the data set, so that no submission moves another's interval."""
        return int(self.digest[:8], 16) if self.board.seed is None else self.board.seed

    @cached_property
    def scored(self) -> tuple[Entry, ...]:
        """Entries with rows: the systems of ``stack``, in its order; position is the number of the shard."""
        return tuple(e for e in self.entries if e.result is not None and e.state != "withdrawn")

    @cached_property
    def position(self) -> dict[str, int]:
        """Slug -> number among the scored entries."""
        return {entry.slug: k for k, entry in enumerate(self.scored)}

    def shard(self, entry: Entry) -> int | None:
        """Number of a row's shard; None where per-sample data are not published."""
        return self.position.get(entry.slug) if self.sight.per_sample else None

    @cached_property
    def stack(self) -> Stack:
        """The rows of all scored entries. Raises InputError (exit 6) when they do not belong together."""
        from ocr_eval.stats.ratios import Stack

        tables: dict[str, Any] = {}
        first: dict[str, str] | None = None
        for entry in self.scored:
            assert entry.result is not None
            fields = comparable(entry.result.signature)
            first = first or fields
            if fields != first:
                names = [n for n in {**first, **fields} if first.get(n) != fields.get(n)]
                reason = f"signatures of one table differ in {', '.join(names)}"
                raise usage_error(reason, RESCORE, "E_SIGNATURE", str(entry.result.path))
            tables[entry.slug] = entry.result.counts
            if tables[entry.slug].sample_ids != self.samples.ids:
                reason = "rows are not the samples of samples.tsv"
                raise usage_error(reason, RESCORE, "E_DATASET", str(entry.result.path))
        if not tables:
            return Stack.from_columns((), self.samples.ids, {}, groups=self.samples.groups)
        try:
            return Stack.of(tables, groups=self.samples.groups)
        except ValueError as error:
            raise usage_error(str(error), RESCORE, "E_SIGNATURE") from None

    @cached_property
    def ranked(self) -> tuple[Entry, ...]:
        """Ranked entries, best first; equal shown values by key."""
        sign = -1.0 if self.higher else 1.0
        chosen = [e for e in self.entries if e.state == "ranked"]
        return tuple(sorted(chosen, key=lambda e: (sign * (self.rounder.number(e.value) or 0.0), e.key)))

    @cached_property
    def numbers(self) -> Numbers | None:
        """Everything computed; None when the headline is no function of sums, so that nothing can be claimed."""
        from ocr_eval.board.numbers import compute

        formulas = self.rule.formulas
        if self.headline not in formulas or self.rule.METRICS[self.headline] is None:
            return None
        return compute(
            self.stack,
            formulas,
            self.headline,
            [self.position[entry.slug] for entry in self.ranked],
            [entry.value for entry in self.scored],
            higher=self.higher,
            seed=self.seed,
        )

    @cached_property
    def each(self) -> Floats | None:
        """(n, S) the headline on every sample alone, nan where it has no value; None when it is no function of sums."""
        if self.headline not in self.rule.formulas or not self.scored:
            return None
        return self.stack.each(self.rule.formulas[self.headline])

    @cached_property
    def care(self) -> NDArray[np.bool_]:
        """(n,) samples that hold something to find."""
        from ocr_eval.stats.items import care_samples

        return care_samples(self.stack, self.rule.formulas, self.headline)

    @cached_property
    def mean(self) -> Floats:
        """(n,) mean of the systems' headline on every sample; 0 where none has a value."""
        import numpy as np

        if self.each is None:
            return np.zeros(len(self.samples.ids))
        known = ~np.isnan(self.each)
        total = np.where(known, self.each, 0.0).sum(axis=1)
        return np.asarray(total / np.maximum(known.sum(axis=1), 1))

    @cached_property
    def rounder(self) -> Rounder:
        """Exact, or by the step of a hidden data set."""
        if self.sight.exact:
            return Rounder.of(None, self.decimals)
        return Rounder.of(self._step(), self.decimals)

    def _step(self) -> Fraction:
        """From the medians over the ranked systems of standard error and of what one match moves."""
        from statistics import median

        from ocr_eval.board.numbers import effect_of_one_match, standard_errors

        chosen = [k for k, e in enumerate(self.scored) if e.state == "ranked"]
        if not chosen or self.headline not in self.rule.formulas:
            return rounding_step(None, 0)
        formula = self.rule.formulas[self.headline]
        errors = standard_errors(self.stack, formula)
        effects = effect_of_one_match(self.stack, formula)
        error = 100 * median(errors[k] for k in chosen)
        few = self.stack.units < 2
        return rounding_step(None if few else error, 100 * median(effects[k] for k in chosen))

    @cached_property
    def view(self) -> TabView:
        """The table as pages may see it."""
        from ocr_eval.board.tab_views import tab_view

        return tab_view(self)

    @cached_property
    def data(self) -> TabData | None:
        """Per-sample rows, where this audience may see them."""
        import numpy as np

        if not self.sight.per_sample:
            return None
        columns = (*self.rule.COLUMNS, *(f"sum:{name}" for name in self.rule.SUMS))
        tables = {}
        for entry in self.scored:
            assert entry.result is not None
            counts = entry.result.counts
            assert counts.sums is not None
            tables[entry.key] = np.hstack([counts.rows.astype(np.float64), counts.sums])
        return TabData(
            self.data_key,
            self.samples.ids,
            self.pages,
            self.samples.slices,
            self.samples.groups,
            columns,
            tables,
        )


def headline_of(rule: EvaluationProtocol, wanted: str, *, own: bool) -> str:
    """The metric that ranks a tab: the board's, or on a further tab without it the protocol's first that can rank.

    Raises InputError (E_CONFIG) when the board's own protocol lacks the board's headline.
    """
    if wanted in rule.METRICS:
        return wanted
    if own:
        hint = f"{rule.ID} has {', '.join(rule.METRICS)}"
        raise usage_error(f"headline {wanted!r} is no metric of {rule!r}", hint, "E_CONFIG", "board.toml")
    able = [name for name in rule.formulas if rule.METRICS[name]] or list(rule.METRICS)
    return able[0]


def last_rows(entries: tuple[Entry, ...]) -> list[Entry]:
    """The rows below the ranked ones, in the order of the contract."""
    return sorted((e for e in entries if e.state != "ranked"), key=lambda e: (_LAST.index(e.state), e.key))
