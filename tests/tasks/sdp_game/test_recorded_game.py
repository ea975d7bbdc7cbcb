"""Tests of `configs/sdp_game/recorded_game.py`."""

from __future__ import annotations

import importlib
import math
import re
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


@pytest.mark.parametrize("dimension", [4, 5])
def test_recorded_values_are_those_of_the_game(scripts: Any, dimension: int) -> None:
    table = pd.read_csv(scripts.table_of(dimension))
    game = scripts.RecordedGame(dimension)
    gains = table[table["status"] == "certified"]
    assert len(gains) > 200
    for row in gains.iloc[::17].to_dict("records"):
        assert game.best <= game(row | WITH_G1) == pytest.approx(row["density_bound"], abs=1e-12)
    assert game.best > gains["density_bound"].min() - 1e-6


@pytest.mark.parametrize(("dimension", "edge"), [(4, 1.30653), (5, 1.2033)])
def test_there_is_nothing_beyond_the_edge(scripts: Any, dimension: int, edge: float) -> None:
    game = scripts.RecordedGame(dimension)
    assert math.isnan(game({"r": 1.3, "radius_ratio": edge + 0.001} | WITH_G1))
    assert not math.isnan(game({"r": 1.3, "radius_ratio": edge - 0.001} | WITH_G1))


@pytest.mark.parametrize(
    ("dimension", "ratio", "is_missed"),
    [(4, 1.19, False), (4, 1.21, True), (5, 1.18, False), (5, 1.19, True)],
)
def test_one_multiplier_is_needed_next_to_the_edge(
    scripts: Any, dimension: int, ratio: float, is_missed: bool
) -> None:
    game = scripts.RecordedGame(dimension)
    without = {"r": 1.3, "radius_ratio": ratio, **dict.fromkeys(WITH_G1, 0)}
    assert math.isnan(game(without)) is is_missed
    for name in scripts.NEEDED[dimension][1]:
        assert not math.isnan(game(without | {name: 1}))


@pytest.mark.client
def test_a_game_is_played_from_the_command_line_and_may_be_informed(
    scripts: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("flint")
    printed = []
    for extra in ([], ["--informed"]):
        monkeypatch.setattr("sys.argv", ["recorded_game.py", "{type: random_search}", "--seeds", "3", *extra])
        scripts.main()
        printed.append(capsys.readouterr().out)
    line = r"seed 3  \{type: random_search\}: \d+\.\d after 20, \d+\.\d after 40\n"
    assert all(re.fullmatch(line, one) for one in printed)
    assert printed[0] != printed[1]
