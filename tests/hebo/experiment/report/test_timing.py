from __future__ import annotations

import pandas as pd
import pytest

from hebo.experiment.report.statistics import observations
from hebo.experiment.report.timing import PHASES, timing_figure, timing_table


def test_timing_is_the_mean_per_ended_trial(make_results):
    results = make_results({("a", "t", 0): [1.0, "pending"], ("b", "t", 0): []})
    table = timing_table(observations(results), ["a", "b"])
    assert table.loc["a"].to_dict() == pytest.approx(
        {"ask": 0.1, "tell": 0.01, "evaluate": 0.5, "other": 0.002, "total": 0.612}
    )
    assert table.loc["b"].isna().all()


def test_bars_are_stacked_in_the_order_of_the_phases():
    means = pd.DataFrame([[1.0, 2.0, 3.0, 4.0]], index=["a"], columns=list(PHASES))
    bars = timing_figure(means).axes[0].patches
    assert [(bar.get_x(), bar.get_width()) for bar in bars] == [(0, 1), (1, 2), (3, 3), (6, 4)]
