"""The script of the gallery that counts how often comparisons find the top of a utility."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripts import module_at

from hebo.errors import ConfigError

script = module_at(Path(__file__).parents[2] / "configs" / "gallery" / "preferences.py")


def test_no_function_and_no_seed_is_both_tuned_and_reported() -> None:
    tuning, reporting = script.PARTS["tuning"], script.PARTS["reporting"]
    assert not {one["type"] for one in tuning.values()} & {one["type"] for one in reporting.values()}
    assert script.FIRST_SEED["tuning"] - script.FIRST_SEED["reporting"] >= 100


def test_a_run_of_points_without_a_model_is_that_of_the_point_that_won_most(
    capsys: pytest.CaptureFixture[str],
) -> None:
    small = ["--optimizer", "sobol", "--n-comparisons", "4", "--n-seeds", "3"]
    script.main([*small, "--tasks", "branin", "--error-rates", "0"])
    assert capsys.readouterr().out.startswith("branin, 0% wrong answers: ")


def test_better_points_are_fewer_than_random_ones_where_a_model_chooses() -> None:
    share = script.found_share(script.Run("tuning", "rosenbrock2", 0.0, 7, n_comparisons=8))
    assert share < 0.5


def test_an_unknown_function_is_named() -> None:
    with pytest.raises(ConfigError, match=r"no function \['branins'\]; choose among"):
        script.main(["--tasks", "branins"])
