from __future__ import annotations

import pandas as pd

from hebo.experiment.analysis.timing import PHASES
from hebo.experiment.report.timing_figure import timing_figure


def test_bars_are_stacked_in_the_order_of_the_phases():
    means = pd.DataFrame([[1.0, 2.0, 3.0, 4.0]], index=["a"], columns=list(PHASES))
    bars = timing_figure(means).axes[0].patches
    assert [(bar.get_x(), bar.get_width()) for bar in bars] == [(0, 1), (1, 2), (3, 3), (6, 4)]
