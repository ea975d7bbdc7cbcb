from __future__ import annotations

import numpy as np
import pytest

from hebo.experiment.analysis.observations import observations
from hebo.experiment.analysis.timing import phase_table, timing_table


def test_timing_is_the_mean_per_ended_trial(make_results):
    results = make_results({("a", "t", 0): [1.0, "pending"], ("b", "t", 0): []})
    table = timing_table(observations(results), ["a", "b"])
    assert table.loc["a"].to_dict() == pytest.approx(
        {"ask": 0.1, "tell": 0.01, "evaluate": 0.5, "other": 0.002, "total": 0.612}
    )
    assert table.loc["b"].isna().all()


def test_phases_of_an_ask_add_up(make_results) -> None:
    found = make_results({("hebo", "t", 0): [1.0, 2.0, 3.0, 4.0], ("idle", "t", 0): []}, batch_size=2)
    found.trials["fallbacks"] = [{"no fit": 2}, None, {}, None]
    table = phase_table(observations(found), ["hebo", "idle"])
    hebo = table.loc["hebo"]
    assert (hebo["fit"], hebo["search"]) == (0.06, 0.0)
    assert hebo["fit"] + hebo["search"] + hebo["rest"] == pytest.approx(2 * 0.08)
    assert (hebo["tell"], hebo["mean"]) == (pytest.approx(0.016), pytest.approx(0.176))
    assert (hebo["n_asks"], hebo["fallbacks"], hebo["reasons"]) == (2, 0.5, {"no fit": 2})
    assert table.loc["idle", "n_asks"] == 0
    assert np.isnan(table.loc["idle", "fit"])
