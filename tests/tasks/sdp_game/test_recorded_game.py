"""Tests of `configs/sdp_game/recorded_game.py`."""

from __future__ import annotations

import importlib
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

WITH_G1 = {"g1": 1, "A2": 0, "B2": 0}
SCRIPTS = Path(__file__).parents[3] / "configs/sdp_game"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(SCRIPTS)
    return importlib.import_module("recorded_game")


def test_recorded_values_are_those_of_the_game(scripts: Any) -> None:
    table = pd.read_csv(scripts.TABLE)
    game = scripts.RecordedGame(table)
    gains = table[table["status"] == "certified"]
    assert len(gains) > 200
    for row in gains.iloc[::17].to_dict("records"):
        assert game.best <= game(row | WITH_G1) == pytest.approx(row["y"], abs=1e-12)
    assert game.best > gains["y"].min() - 1e-6


def test_there_is_nothing_beyond_the_edge(scripts: Any) -> None:
    game = scripts.RecordedGame(pd.read_csv(scripts.TABLE))
    assert math.isnan(game({"r": 1.3, "radius_ratio": 1.21} | WITH_G1))
    assert not math.isnan(game({"r": 1.3, "radius_ratio": 1.2} | WITH_G1))


@pytest.mark.parametrize(("ratio", "is_missed"), [(1.18, False), (1.19, True)])
def test_one_multiplier_is_needed_next_to_the_edge(scripts: Any, ratio: float, is_missed: bool) -> None:
    game = scripts.RecordedGame(pd.read_csv(scripts.TABLE))
    without = {"r": 1.3, "radius_ratio": ratio, **dict.fromkeys(scripts.NEEDED, 0)}
    assert math.isnan(game(without)) is is_missed
    assert not math.isnan(game(without | {"B2": 1}))
