from __future__ import annotations

import pandas as pd

from hebo.experiment.analysis.ranks import compare
from hebo.experiment.report.rank_figure import rank_figure
from hebo.experiment.report.style import PALETTE


def values(rows, names):
    index = pd.MultiIndex.from_tuples([("t", i) for i in range(len(rows))], names=["task", "seed"])
    return pd.DataFrame(rows, columns=names, index=index, dtype=float)


def test_optimisers_are_listed_best_first_in_the_colours_of_their_fixed_order():
    comparison = compare(values([[3, 1, 2]] * 6, ["a", "b", "c"]))
    axes = rank_figure(comparison, ["a", "b", "c"]).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["b", "c", "a"]
    assert [line.get_color() for line in axes.lines] == [PALETTE[1], PALETTE[2], PALETTE[0]]


def test_the_critical_difference_is_shaded_only_where_there_is_one():
    many = rank_figure(compare(values([[3, 1, 2]] * 6, ["a", "b", "c"])), ["a", "b", "c"])
    few = rank_figure(compare(values([[3, 1, 2]] * 1, ["a", "b", "c"])), ["a", "b", "c"])
    assert (len(many.axes[0].patches), len(few.axes[0].patches)) == (1, 0)
