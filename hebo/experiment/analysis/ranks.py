"""Mean ranks of optimisers over tasks, and whether their differences mean anything.

Three or more optimisers: Friedman's test, then Nemenyi's critical difference. Two: Wilcoxon's signed-rank
test. Blocks are tasks, means over seeds, or the seeds of a single task; see
`hebo.experiment.analysis.blocks`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from hebo.experiment.analysis.blocks import on_one_scale, task_means
from hebo.experiment.analysis.friedman import Friedman, connected, critical_difference, friedman, n_orders
from hebo.experiment.analysis.paired import LEVEL, signed_rank_p_value
from hebo.experiment.analysis.statistics import Floats, bootstrap_interval

Unit = Literal["task", "seed"]
Record = dict[str, dict[str, tuple[int, int, int]]]
"""optimiser -> other optimiser -> (wins, ties, losses)."""


@dataclass(frozen=True)
class Comparison:
    """What the ranks say.

    Attributes:
        ranks: One row per optimiser, best first: `mean_rank` over blocks and its bootstrap `lower`, `upper`
            end; `n_best`, in how many blocks none was better; `run_rank`, the mean rank over all
            (task, seed) pairs.
        record: Wins, ties and losses of each pair over all (task, seed) pairs.
        unit: What a block is.
        n_blocks: Number of blocks ranked.
        verdict: The whole in a sentence or two.
        test: Name and statistic of the test, or "" where none makes sense.
        p_value: Its p-value, or None.
        critical_difference: Nemenyi's, in mean ranks at the 5 % level, or None.
        different: Pairs (better, worse) that differ significantly.
    """

    ranks: pd.DataFrame
    record: Record
    unit: Unit
    n_blocks: int
    verdict: str
    test: str = ""
    p_value: float | None = None
    critical_difference: float | None = None
    different: list[tuple[str, str]] = field(default_factory=list)

    @property
    def alike(self) -> list[tuple[int, int]]:
        """First and last row of each group of `ranks` that does not differ significantly."""
        mean = self.ranks["mean_rank"].tolist()
        if self.critical_difference is None or self.p_value is None:
            return []
        return connected(mean, self.critical_difference if self.p_value < LEVEL else np.inf)


def compare(values: pd.DataFrame) -> Comparison:
    """Rank optimisers and test their differences.

    Args:
        values: One row per (task, seed), one column per optimiser, smaller is better.
    """
    unit: Unit = "task" if values.index.get_level_values("task").nunique() > 1 else "seed"
    ranks, names = _ranks(task_means(values) if unit == "task" else values), list(map(str, values.columns))
    table = rank_table(ranks, names).join(_run_ranks(values, names))
    found = Comparison(table, win_tie_loss(values), unit, len(ranks), verdict="")
    if len(names) < 2:
        return replace(found, verdict="One optimiser only: nothing to compare it with.")
    if not len(values):
        return replace(found, verdict="No (task, seed) pair has results of every optimiser yet.")
    return _compare_two(found, values) if len(names) == 2 else _compare_many(found, ranks)


def _ranks(values: pd.DataFrame) -> Floats:
    if not len(values):
        return np.empty(values.shape)
    return np.asarray(stats.rankdata(values.to_numpy(), axis=1), dtype=float)


def rank_table(ranks: Floats, optimizers: list[str]) -> pd.DataFrame:
    """Return `mean_rank`, its 95 % bootstrap interval over blocks and `n_best` per optimiser, best first."""
    mean = ranks.mean(axis=0) if len(ranks) else np.full(len(optimizers), np.nan)
    lower, upper = bootstrap_interval(ranks)
    n_best = (ranks == ranks.min(axis=1, keepdims=True)).sum(axis=0) if len(ranks) else 0
    table = pd.DataFrame(
        {"mean_rank": mean, "lower": lower, "upper": upper, "n_best": n_best}, index=optimizers
    )
    return table.sort_values("mean_rank", kind="stable")


def _run_ranks(values: pd.DataFrame, optimizers: list[str]) -> pd.Series[float]:
    ranks = _ranks(values)
    mean = ranks.mean(axis=0) if len(ranks) else np.full(len(optimizers), np.nan)
    return pd.Series(mean, optimizers, name="run_rank")


def win_tie_loss(values: pd.DataFrame) -> Record:
    """Count for each pair of columns the rows where the first wins, ties, loses."""
    names = list(values.columns)
    return {str(mine): {str(other): _count(values[mine], values[other]) for other in names} for mine in names}


def _count(mine: pd.Series[float], other: pd.Series[float]) -> tuple[int, int, int]:
    return int((mine < other).sum()), int((mine == other).sum()), int((mine > other).sum())


def paired_differences(values: pd.DataFrame) -> pd.Series[float]:
    """Return first minus second column after scaling each task to 0 .. 1 over all its rows.

    Wilcoxon's test compares sizes of differences across blocks, which makes sense only on a common scale.
    """
    parts = []
    for _, block in values.groupby(level="task", sort=False):
        scaled = on_one_scale(block.to_numpy(dtype=float))
        parts.append(pd.Series(scaled[:, 0] - scaled[:, 1], block.index))
    return pd.concat(parts)


def _compare_two(found: Comparison, values: pd.DataFrame) -> Comparison:
    first, second = found.ranks.index
    differences = paired_differences(values[[first, second]])
    if found.unit == "task":
        differences = differences.groupby(level="task", sort=False).mean()
    n_better, n_different = int((differences < 0).sum()), int((differences != 0).sum())
    count = f"{first} is better than {second} on {n_better} of {_counted(found)}"
    if 2.0 ** (1 - n_different) >= LEVEL:
        verdict = (
            f"{count}. Too few for a significance test: {n_different} untied, where 6 are needed for a "
            f"p-value below {LEVEL:g} to be possible at all."
        )
        return replace(found, verdict=verdict)
    p_value = signed_rank_p_value(np.asarray(differences, dtype=float))
    is_different = p_value < LEVEL
    return replace(
        found,
        verdict=f"{count}; the difference is {'' if is_different else 'not '}significant at the 5 % level.",
        test="Wilcoxon signed-rank test",
        p_value=p_value,
        different=[(first, second)] if is_different else [],
    )


def _counted(found: Comparison) -> str:
    return f"{found.n_blocks} {found.unit}{'' if found.n_blocks == 1 else 's'}"


def _compare_many(found: Comparison, ranks: Floats) -> Comparison:
    n_blocks, n_optimizers = ranks.shape
    if n_blocks < 2:
        return replace(found, verdict=f"Too few for a significance test: 1 {found.unit}; add more.")
    if (ranks == ranks[:, :1]).all():
        return replace(found, verdict=f"All optimisers tie on every {found.unit}.")
    result, critical = friedman(ranks), critical_difference(n_optimizers, n_blocks)
    pairs = _different_pairs(found.ranks, critical) if result.p_value < LEVEL else []
    return replace(
        found,
        verdict=_verdict(found, result, critical, pairs),
        test=_test_text(result),
        p_value=result.p_value,
        critical_difference=critical,
        different=pairs,
    )


def _different_pairs(table: pd.DataFrame, critical: float) -> list[tuple[str, str]]:
    ranked = list(zip(map(str, table.index), table["mean_rank"], strict=True))
    return [
        (better, worse)
        for position, (better, rank) in enumerate(ranked)
        for worse, other in ranked[position + 1 :]
        if other - rank > critical
    ]


def _test_text(result: Friedman) -> str:
    """Return the test with its statistic, as a paper would."""
    above, below = result.degrees
    f = "infinite" if np.isinf(result.f) else f"{result.f:.2f}"
    how = ", all orders counted" if result.is_exact else ""
    return f"Friedman test, F({above}, {below}) = {f}, chi-square {result.chi_square:.2f}{how}"


def _verdict(found: Comparison, result: Friedman, critical: float, pairs: list[tuple[str, str]]) -> str:
    least = 1 / n_orders(len(found.ranks), found.n_blocks)
    if least >= LEVEL:
        return (
            f"Too few for a significance test: the same order of {len(found.ranks)} optimisers on all "
            f"{_counted(found)} has p = {least:.2g} by chance alone."
        )
    if result.p_value >= LEVEL:
        return "The optimisers do not differ significantly at the 5 % level."
    if not pairs:
        return f"They differ as a group, but no two mean ranks are more than {critical:.2f} apart."
    return "Significant at the 5 % level: " + "; ".join(f"{a} before {b}" for a, b in pairs) + "."
