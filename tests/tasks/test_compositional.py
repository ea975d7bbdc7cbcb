"""The script that compares compositional methods with Adam: its problems, and a run in small."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from scripts import modules_of

from hebo.random import make_generator


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The modules of the script, which are in no package."""
    with modules_of("compositional", ("problems", "methods", "run"), monkeypatch) as modules:
        monkeypatch.setattr(modules["problems"], "N_SCENARIOS", 4000)
        yield modules


def test_the_log_partition_is_least_where_it_says(script: dict[str, Any]) -> None:
    problem = script["problems"].LogPartition(3)
    assert problem.gap(problem.optimum.unsqueeze(0)) == 0
    x = problem.projection(problem.optimum + 0.1 * torch.randn(1, 10, generator=make_generator(0)))
    assert problem.gap(x) > 0
    inner = problem.nested().sample(100_000, make_generator(1))(problem.start + 0.1)
    expected = problem.gap(problem.start + 0.1) - problem.gap(problem.start)
    assert float(problem.nested().outer(inner)) == pytest.approx(expected, abs=0.02)


def test_the_cvar_of_a_portfolio_is_least_over_t_at_the_mean_of_the_worst_tenth(
    script: dict[str, Any],
) -> None:
    problems = script["problems"]
    losses = torch.arange(1.0, 101.0).unsqueeze(0)
    assert problems.empirical_cvar(losses).item() == pytest.approx(95.5)
    problem = problems.Portfolio(0)
    n = 5000
    batch = problem.batch().sample(n, make_generator(2))(problem.start)
    nested = problem.nested()
    grid = [problem.start.clone() for _ in range(41)]
    for t, x in zip(torch.linspace(0, 3, 41), grid, strict=True):
        x[:, -1] = t
    values = [nested.outer(nested.sample(n, make_generator(2))(x)).item() for x in grid]
    assert min(values) == pytest.approx(batch.item(), rel=0.01)
    assert problem.gap(problem.start) > 0


def test_each_method_uses_up_its_samples_and_no_more(script: dict[str, Any]) -> None:
    methods, problems = script["methods"], script["problems"]
    for name, kind in (("portfolio", problems.Portfolio), ("log_partition", problems.LogPartition)):
        for method in methods.METHODS[name].values():
            marks = methods.run(method, kind(0), next(iter(method.settings())), 3000, 2)
            assert [drawn for drawn, _ in marks] == sorted({drawn for drawn, _ in marks})
            assert 2000 < marks[-1][0] <= 3000
            assert all(gap == gap for _, gap in marks)


def test_the_command_writes_a_row_for_each_mark(script: dict[str, Any], tmp_path: Path) -> None:
    chosen = ["--problem", "log_partition", "--method", "SCGD, K = 4", "--n-samples", "400"]
    script["run"].main([*chosen, "--csv", str(tmp_path / "out.csv")])
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5 * (script["run"].N_MARKS + 1)
    assert {row["seed"] for row in rows} == {"0", "1", "2", "3", "4"}


def test_an_unknown_method_is_named(script: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        script["run"].main(["--problem", "portfolio", "--method", "Adagrad"])
    assert "is called ['Adagrad']; choose among" in capsys.readouterr().err
