"""Tests of `hebo.experiment.cli.notices`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from hebo.errors import SuitabilityWarning
from hebo.experiment.cli.notices import one_line_warnings


@pytest.mark.filterwarnings("default::hebo.errors.SuitabilityWarning")
def test_a_warning_is_a_line_and_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    with one_line_warnings():
        for text in ("a\n  doubt", "a\n  doubt", "another"):
            warnings.warn(text, SuitabilityWarning, stacklevel=1)
    assert capsys.readouterr().err == "warning: a doubt\nwarning: another\n"


@pytest.mark.filterwarnings("default:mine:UserWarning")
def test_other_warnings_go_where_they_went() -> None:
    with warnings.catch_warnings(record=True) as caught, one_line_warnings():
        warnings.warn("mine", UserWarning, stacklevel=1)
    assert [str(one.message) for one in caught] == ["mine"]


@pytest.mark.filterwarnings("default::hebo.errors.SuitabilityWarning")
def test_an_experiment_with_a_string_kernel_over_booleans_warns_in_one_line(
    write_config: Callable[..., Path], hebo: Callable[..., Result]
) -> None:
    config = write_config(
        optimizers=[{"type": "boss", "n_initial": 2}, {"type": "random_search"}],
        tasks=[{"type": "contamination", "n_stages": 5, "n_samples": 5}],
        seeds=2,
        budget={"n_trials": 3},
    )
    done = hebo("run", config)
    assert done.exit_code == 0
    lines = [line for line in done.output.splitlines() if "in no order" in line]
    assert len(lines) == 1
    assert lines[0].startswith("warning: StringSubsequence reads 'x1' to 'x5' as the letters of a string")
