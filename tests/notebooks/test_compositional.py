"""The notebook of nested expectations runs in small, and its tables are those of the file."""

from __future__ import annotations

import pytest

from notebooks import run_small


def test_every_cell_runs_and_shows_each_method_on_five_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    names, images = run_small("compositional", monkeypatch)
    assert len(images) == 2
    assert (names["last"].groupby(level=["problem", "method"]).size() == 5).all()
    assert set(names["table"].index.get_level_values("problem")) == {"portfolio", "log_partition"}
    for problem, methods in names["SHOWN"].items():
        assert set(methods) <= set(names["table"].loc[problem].index.get_level_values("method"))
    assert names["tracked"].amax() <= 0.45
    assert set(names["searches"].index) == set(names["found"]["search"])
    assert (names["ratios"].groupby("q").size() == 60).all(), "six problems, ten seeds"
    assert names["searches"].loc[names["REFERENCE"], "q = 16"] == 1.0
    assert (names["loop"].groupby(["optimizer", "task"]).size() == 5).all()
