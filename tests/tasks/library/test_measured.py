"""Tests of `tasks.library.measured`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError
from hebo.optimizers.hebo import HEBORecipe
from hebo.outcomes import outcomes_of
from tasks.library.measured import MeasuredLibrary

YIELDS = """id,base,heat,yield,cost
E1,KOH,20,0.25,3
E2,KOH,60,0.75,5
E3,NaH,20,failed,4
E4,NaH,60,0.5,9
"""


def task(folder: Path, text: str = YIELDS, **settings: Any) -> MeasuredLibrary:
    path = folder / "yields.csv"
    path.write_text(text)
    return MeasuredLibrary(
        **{"candidates": str(path), "columns": ("base", "heat"), "measured": ("yield",)} | settings
    )


def test_each_row_has_the_value_that_was_measured(tmp_path: Path) -> None:
    library = task(tmp_path, measured=("yield", "cost"))
    frame = pd.DataFrame({"heat": [60, 20, 20], "base": ["NaH", "NaH", "KOH"]}, index=[7, 8, 9])
    values = library.evaluate(frame)
    expected = pd.DataFrame({"yield": [0.5, np.nan, 0.25], "cost": [9.0, 4.0, 3.0]}, index=[7, 8, 9])
    pd.testing.assert_frame_equal(values, expected)


def test_other_points_have_no_value(tmp_path: Path) -> None:
    wide = task(tmp_path, columns=("base", {"name": "heat", "type": "num", "lb": 0, "ub": 100}))
    values = wide.evaluate(pd.DataFrame({"base": ["KOH", "KOH"], "heat": [20, 40]}))
    assert values["yield"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("stated", "optimum", "heat"),
    [
        ("yield", 0.25, 20),
        ({"name": "yield", "goal": "maximize"}, 0.75, 60),
        ({"name": "yield", "target": 0.3}, 0.25, 20),
    ],
)
def test_the_optimum_is_the_best_row_by_the_goal(
    tmp_path: Path, stated: Any, optimum: float, heat: int
) -> None:
    library = task(tmp_path, measured=(stated, "cost"))
    assert library.outcomes == outcomes_of([stated, "cost"])
    best = library.minimizers
    assert library.optimum == optimum
    assert best is not None
    assert best.to_dict("records") == [{"base": "KOH", "heat": heat}]
    assert library.evaluate(best)["yield"].tolist() == [optimum]


def test_rows_that_break_a_rule_are_no_candidates_and_no_optimum(tmp_path: Path) -> None:
    library = task(tmp_path, rules=({"type": "linear", "coefficients": {"heat": 1}, "lb": 50},))
    assert (library.space.cardinality, library.optimum) == (2, 0.5)
    again = DesignSpace().parse(library.parameters(), constraints=library.input_constraints())
    assert again == library.space.parameter_space


def test_a_library_of_failures_has_no_optimum(tmp_path: Path) -> None:
    library = task(tmp_path, "base,heat,yield\nKOH,20,failed\nNaH,30,nan\n")
    assert library.optimum is None
    assert library.minimizers is None


def test_an_optimizer_finds_the_best_row_and_ends_with_the_last(tmp_path: Path) -> None:
    library = task(tmp_path, measured=({"name": "yield", "goal": "maximize"},))
    optimizer = HEBORecipe(n_initial=2).build(library.space, seed=0)
    optimizer.set_outcomes(library.outcomes)
    for _ in range(4):
        frame = optimizer.ask()
        optimizer.tell(frame, library.evaluate(frame))
    assert optimizer.history["yield"].max() == library.optimum
    with pytest.raises(DataError, match="0 of 4 candidates are left"):
        optimizer.ask()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("0.5,9", "much,9"), r"yields\.csv, line 5, column 'yield': 'much' is not a number"),
        (("0.5,9", ",9"), r"yields\.csv, line 5, column 'yield': empty, .* write 'failed'"),
        (("yield", "yeild"), r"yields\.csv: the column 'yield' is missing; add it. Did you mean 'yeild'"),
    ],
)
def test_a_file_with_a_mistake_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        _ = task(tmp_path, YIELDS.replace(*change)).space


@pytest.mark.parametrize("measured", [("base",), ("yield", "yield")])
def test_a_column_is_either_a_parameter_or_measured_once(tmp_path: Path, measured: tuple[str, ...]) -> None:
    with pytest.raises((ConfigError, ValidationError), match="cannot be measured twice, or be a parameter"):
        task(tmp_path, measured=measured)
