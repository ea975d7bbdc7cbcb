"""Ranks of optimisers over (task, seed) blocks, and whether their differences mean anything.

Three or more optimisers: Friedman's test, then Nemenyi's critical difference. Two: Wilcoxon's
signed-rank test. Too few blocks: no p-value, and a sentence that says so (Demsar, "Statistical
comparisons of classifiers over multiple data sets", JMLR 2006).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from hebo.experiment.report.statistics import Floats, bootstrap_interval, normalise, run_curve

if TYPE_CHECKING:
    from hebo.experiment.results import Results

LEVEL = 0.05
MIN_FRIEDMAN_BLOCKS = 5
"""Below this the chi-square approximation of Friedman's statistic is not worth printing."""


@dataclass(frozen=True)
class Blocks:
    """Best values to be ranked: one row per (task, seed), one column per optimiser.

    Attributes:
        values: Best value within the trials that all optimisers of the block have done; `+inf` where an
            optimiser had no success.
        n_incomplete: Blocks left out because an optimiser has no ended trial in them.
        n_hopeless: Blocks left out because no optimiser succeeded in them.
    """

    values: pd.DataFrame
    n_incomplete: int
    n_hopeless: int


def blocks(results: Results, table: pd.DataFrame) -> Blocks:
    """Collect the blocks of an experiment.

    Args:
        results: The experiment.
        table: Its `observations`.
    """
    optimizers = list(dict.fromkeys(results.runs["optimizer"]))
    rows, n_incomplete, n_hopeless = {}, 0, 0
    curves = {
        key: run_curve(trials) for key, trials in table.groupby(["task", "seed", "optimizer"], sort=False)
    }
    for task, seed in dict.fromkeys(zip(results.runs["task"], results.runs["seed"], strict=True)):
        found = [curves.get((task, seed, optimizer), np.empty(0)) for optimizer in optimizers]
        n_shared = min(map(len, found))
        best = np.array([curve[n_shared - 1] for curve in found]) if n_shared else np.empty(0)
        if not n_shared:
            n_incomplete += 1
        elif np.isnan(best).all():
            n_hopeless += 1
        else:
            rows[task, seed] = np.where(np.isnan(best), np.inf, best)
    index = pd.MultiIndex.from_tuples(list(rows), names=["task", "seed"])
    values = pd.DataFrame(list(rows.values()), index=index, columns=optimizers, dtype=float)
    return Blocks(values=values, n_incomplete=n_incomplete, n_hopeless=n_hopeless)


Record = dict[str, dict[str, tuple[int, int, int]]]
"""optimiser -> other optimiser -> (wins, ties, losses)."""


@dataclass(frozen=True)
class Comparison:
    """What the ranks say.

    Attributes:
        ranks: One row per optimiser, best first: `mean_rank` and its bootstrap `lower`, `upper` end.
        record: Wins, ties and losses of each pair.
        n_blocks: Number of blocks ranked.
        test: Name of the test, or "" where none makes sense.
        p_value: Its p-value, or None.
        critical_difference: Nemenyi's, in mean ranks at the 5 % level, or None.
        verdict: The whole in a sentence or two.
        different: Pairs (better, worse) that differ significantly.
    """

    ranks: pd.DataFrame
    record: Record
    n_blocks: int
    verdict: str
    test: str = ""
    p_value: float | None = None
    critical_difference: float | None = None
    different: list[tuple[str, str]] = field(default_factory=list)


def compare(values: pd.DataFrame) -> Comparison:
    """Rank the columns of `values` (blocks x optimisers, smaller is better) and test their differences."""
    ranks = np.asarray(stats.rankdata(values.to_numpy(), axis=1)) if len(values) else np.empty(values.shape)
    table = rank_table(ranks, [str(name) for name in values.columns])
    record = win_tie_loss(values)
    n_blocks, n_optimizers = values.shape
    if n_optimizers < 2:
        return Comparison(table, record, n_blocks, "One optimiser only: nothing to compare it with.")
    if not n_blocks:
        return Comparison(table, record, n_blocks, "No (task, seed) pair has results of every optimiser yet.")
    if n_optimizers == 2:
        return _compare_two(values, table, record)
    return _compare_many(values, ranks, table, record)


def rank_table(ranks: Floats, optimizers: list[str]) -> pd.DataFrame:
    """Return mean rank and its 95 % bootstrap interval over blocks per optimiser, best first."""
    mean = ranks.mean(axis=0) if len(ranks) else np.full(len(optimizers), np.nan)
    lower, upper = bootstrap_interval(ranks)
    table = pd.DataFrame({"mean_rank": mean, "lower": lower, "upper": upper}, index=optimizers)
    return table.sort_values("mean_rank", kind="stable")


def win_tie_loss(values: pd.DataFrame) -> Record:
    """Count for each pair of columns the blocks where the first wins, ties, loses."""
    names = list(values.columns)
    return {str(mine): {str(other): _count(values[mine], values[other]) for other in names} for mine in names}


def _count(mine: pd.Series[float], other: pd.Series[float]) -> tuple[int, int, int]:
    return int((mine < other).sum()), int((mine == other).sum()), int((mine > other).sum())


def paired_differences(values: pd.DataFrame) -> Floats:
    """Return first minus second column after scaling each task to 0..1 over all its blocks.

    Wilcoxon's test compares sizes of differences across blocks, which makes sense only on a common
    scale. Where one of the two failed the difference is that of the whole scale.
    """
    differences = []
    for _, block in values.groupby(level="task", sort=False):
        numbers = block.to_numpy()
        scaled = normalise(np.where(np.isfinite(numbers), numbers, np.nan))
        scaled = np.where(np.isinf(numbers), 2.0, scaled)
        differences.append(scaled[:, 0] - scaled[:, 1])
    return np.concatenate(differences)


def _compare_two(values: pd.DataFrame, table: pd.DataFrame, record: Record) -> Comparison:
    first, second = map(str, values.columns)
    differences = paired_differences(values)
    n_different = int(np.count_nonzero(differences))
    count = f"{first} is better than {second} in {record[first][second][0]} of {len(values)} blocks"
    smallest = 2.0 ** (1 - n_different)
    if smallest >= LEVEL:
        verdict = (
            f"{count}. Too few for a significance test: {n_different} untied, where 6 are needed for a "
            f"p-value below {LEVEL:g} to be possible at all."
        )
        return Comparison(table, record, len(values), verdict)
    p_value = float(stats.wilcoxon(differences, method="exact" if n_different <= 50 else "asymptotic").pvalue)
    verdict = f"{count}; the difference is {'' if p_value < LEVEL else 'not '}significant at the 5 % level."
    pairs = [(first, second)] if p_value < LEVEL else []
    return Comparison(
        table, record, len(values), verdict, "Wilcoxon signed-rank test", p_value, different=pairs
    )


def _compare_many(values: pd.DataFrame, ranks: Floats, table: pd.DataFrame, record: Record) -> Comparison:
    n_blocks, n_optimizers = values.shape
    if n_blocks < MIN_FRIEDMAN_BLOCKS:
        verdict = (
            f"Too few blocks for a significance test: {n_blocks}, and Friedman's test wants at least "
            f"{MIN_FRIEDMAN_BLOCKS}; add tasks or seeds."
        )
        return Comparison(table, record, n_blocks, verdict)
    if (ranks == ranks[:, :1]).all():
        return Comparison(table, record, n_blocks, "All optimisers tie in every block.")
    p_value = float(stats.friedmanchisquare(*ranks.T).pvalue)
    critical = critical_difference(n_optimizers, n_blocks)
    pairs = _different_pairs(table, critical) if p_value < LEVEL else []
    verdict = _verdict(p_value, critical, pairs)
    return Comparison(table, record, n_blocks, verdict, "Friedman test", p_value, critical, pairs)


def critical_difference(n_optimizers: int, n_blocks: int) -> float:
    """Return Nemenyi's critical difference of mean ranks at the 5 % level.

    `CD = q sqrt(k (k + 1) / (6 n))`, `q` being the 95 % quantile of the studentised range of `k`
    means with infinitely many degrees of freedom, over `sqrt(2)`.
    """
    q = float(stats.studentized_range.ppf(1 - LEVEL, n_optimizers, np.inf)) / np.sqrt(2)
    return float(q * np.sqrt(n_optimizers * (n_optimizers + 1) / (6 * n_blocks)))


def _different_pairs(table: pd.DataFrame, critical: float) -> list[tuple[str, str]]:
    ranked = list(zip(map(str, table.index), table["mean_rank"], strict=True))
    return [
        (better, worse)
        for position, (better, rank) in enumerate(ranked)
        for worse, other in ranked[position + 1 :]
        if other - rank > critical
    ]


def _verdict(p_value: float, critical: float, pairs: list[tuple[str, str]]) -> str:
    if p_value >= LEVEL:
        return "The optimisers do not differ significantly at the 5 % level."
    if not pairs:
        return f"They differ as a group, but no two mean ranks are more than {critical:.2f} apart."
    return "Significant at the 5 % level: " + "; ".join(f"{a} before {b}" for a, b in pairs) + "."
