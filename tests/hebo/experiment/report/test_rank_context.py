"""The rank table as texts, and why there may be no diagram."""

from __future__ import annotations

import pandas as pd

from hebo.experiment.analysis.ranks import Comparison, compare
from hebo.experiment.report.rank_context import no_diagram, rank_headings, rank_rows


def compared(rows: list[list[float]], tasks: str, names: str = "abc") -> Comparison:
    index = pd.MultiIndex.from_tuples(
        [(task, seed) for seed, task in enumerate(tasks)], names=["task", "seed"]
    )
    return compare(pd.DataFrame(rows, index=index, columns=list(names), dtype=float))


def test_the_table_over_tasks_also_has_ranks_over_runs() -> None:
    comparison = compared([[1, 2, 3], [2, 1, 3], [1, 2, 3]], "ttu")
    assert rank_headings(comparison) == (
        "optimiser",
        "mean rank over tasks",
        "95 % interval",
        "tasks best on",
        "over task and seed",
    )
    rows = rank_rows(comparison)
    assert [row[0] for row in rows] == ["a", "b", "c"]
    assert rows[0][1:] == ("1.25", "1.00 … 1.50", "2 of 2", "1.33")


def test_the_table_over_seeds_has_no_second_rank() -> None:
    comparison = compared([[1, 2, 3]], "t")
    assert rank_headings(comparison)[1:] == ("mean rank over seeds", "95 % interval", "seeds best on")
    assert rank_rows(comparison)[0] == ("a", "1.00", "–", "1 of 1")


def test_a_missing_diagram_is_explained() -> None:
    assert "at least two tasks" in no_diagram(compared([[1, 2, 3]] * 9, "t" * 9))
    assert "at least three optimisers" in no_diagram(compared([[1, 2]] * 2, "tu", "ab"))
    assert "no optimiser is ahead" in no_diagram(compared([[1, 1, 1]] * 2, "tu"))
    assert no_diagram(compared([[1, 2, 3]] * 2, "tu")) == ""
