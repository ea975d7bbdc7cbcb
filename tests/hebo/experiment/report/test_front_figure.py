from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hebo.experiment.analysis.fronts import Front, task_fronts
from hebo.experiment.analysis.observations import measured, observations
from hebo.experiment.report.front_figure import front_figure
from hebo.experiment.report.style import PALETTE

OPTIMIZERS = ["hebo", "sobol"]


def front_of(make_results: Any, n_objectives: int) -> Front:
    rng = np.random.default_rng(0)
    names = [f"f{place}" for place in range(n_objectives)]
    outcomes = {
        (optimizer, "t", 0): [
            dict(zip(names, rng.random(n_objectives).tolist(), strict=True)) for _ in range(12)
        ]
        for optimizer in OPTIMIZERS
    }
    results = make_results(outcomes)
    return task_fronts(observations(results), measured(results))[0]


@pytest.mark.parametrize(("n_objectives", "n_panels"), [(2, 1), (3, 3)])
def test_each_pair_of_objectives_has_a_scatter(make_results: Any, n_objectives: int, n_panels: int) -> None:
    front = front_of(make_results, n_objectives)
    figure = front_figure(front, OPTIMIZERS)
    assert len(figure.axes) == n_panels
    labels = {(axes.get_xlabel(), axes.get_ylabel()) for axes in figure.axes}
    assert len(labels) == n_panels
    assert all(x != y for x, y in labels)
    n_drawn = sum(len(line.get_xdata()) for line in figure.axes[0].lines)
    assert n_drawn == len(front.points) + len(front.others) == 24


def test_more_objectives_are_drawn_as_lines_over_all_of_them(make_results: Any) -> None:
    front = front_of(make_results, 5)
    (axes,) = front_figure(front, OPTIMIZERS).axes
    assert len(axes.collections) == 2
    segments = [segment for one in axes.collections for segment in one.get_segments()]
    assert len(segments) == len(front.points)
    assert all(len(segment) == 5 for segment in segments)
    texts = {one.get_text() for one in axes.texts}
    assert {f"f{place}" for place in range(5)} <= texts


def test_optimizers_keep_their_colors_where_one_of_them_has_no_point(make_results: Any) -> None:
    results = make_results({("sobol", "t", 0): [{"a": 1.0, "b": 2.0}]})
    (front,) = task_fronts(observations(results), measured(results))
    (axes,) = front_figure(front, OPTIMIZERS).axes
    colors = {line.get_color() for line in axes.lines if len(line.get_xdata())}
    assert colors == {PALETTE[1]}
