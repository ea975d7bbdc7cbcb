"""`hebo fit-quality`: from the runs of a store to tables and a CSV file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]


@pytest.fixture
def folder(write_config: Write, hebo: Hebo, tmp_path: Path) -> Path:
    """Two runs of random search, twelve trials each."""
    settings = {"seeds": 2, "budget": {"n_trials": 12}, "output": str(tmp_path / "runs")}
    assert hebo("run", write_config("fits.yaml", **settings)).exit_code == 0
    return tmp_path / "runs"


def test_surrogates_are_compared_with_the_default(hebo: Hebo, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "tables" / "fits.csv"
    chosen = ["--surrogate", "{type: warped_gp, warp: false}", "--first", "6", "--first", "10"]
    answer = hebo("fit-quality", folder, *chosen, "--csv", file)
    assert answer.exit_code == 0
    table = pd.read_csv(file)
    assert list(table["model"]) == ["default", "warped_gp, warp: false"] * 2
    assert list(table["split"].unique()) == ["random_search@toy#0", "random_search@toy#1"]
    assert set(table["n"]) == {6}
    assert set(table["n_test"]) == {6}
    assert "Wrote 4 fits to" in answer.stdout
    assert (
        "Left out: random_search@toy#0 has 2 values to test on after the first 10, fewer than 5."
        in answer.stdout
    )
    first, _, second = answer.stdout.partition("Differences to HEBO's default on the same points")
    assert [line.split()[0] for line in first.splitlines() if line.strip().startswith("default")] == [
        "default"
    ]
    difference = table.pivot(index="split", columns="model", values="rmse")
    expected = (difference["warped_gp, warp: false"] - difference["default"]).mean()
    (shown,) = (line for line in second.splitlines() if "RMSE" in line and " 6 " in line)
    assert f"{expected:+.3f}" in shown
    assert " all " not in second  # one size: the mean over sizes would say it twice


def test_the_default_alone_has_nothing_to_differ_from(hebo: Hebo, folder: Path) -> None:
    answer = hebo("fit-quality", folder, "--first", "6", "--ahead", "5")
    assert answer.exit_code == 0
    assert "Differences" not in answer.stdout
    unknown = hebo("fit-quality", folder, "--optimizer", "sobol")
    assert unknown.exit_code == 2
    assert "There is no optimizer 'sobol'. Known: random_search." in unknown.stderr
    short = hebo("fit-quality", folder, "--first", "11")
    assert short.exit_code == 1
    assert "Nothing to fit: random_search@toy#0 has 1 values to test on after the first 11" in short.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{type: warped}"], "--surrogate:1: type: 'warped' is not a surrogate."),
        (["{type: warped_gp, wrap: 1}"], "--surrogate:1: wrap: unknown key. Did you mean 'warp'?"),
        (["{type: warped_gp}"] * 2, "--surrogate: 'warped_gp' is given twice; leave one out."),
    ],
)
def test_a_mistake_in_a_surrogate_is_one_line_and_code_2(
    hebo: Hebo, arguments: list[str], message: str
) -> None:
    answer = hebo("fit-quality", "nowhere", *(one for text in arguments for one in ("--surrogate", text)))
    assert answer.exit_code == 2
    assert message in answer.stderr
    assert answer.stderr.count("\n") == 1
