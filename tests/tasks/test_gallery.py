"""The script beside the gallery's experiments, and that these keep tuning and reporting apart."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from scripts import module_at

from hebo.errors import ConfigError
from hebo.experiment.cli.commands import main
from hebo.experiment.store.results import load_results
from hebo.experiment.yaml.document import read_yaml
from hebo.pareto import hypervolume
from tasks.engineering.disc_brake import DiscBrake
from tasks.multi_objective.zdt import ZDT1

FOLDER = Path(__file__).parents[2] / "configs" / "gallery"
EXPERIMENT = """
name: tiny
optimizers: [{type: random_search}, {type: sobol}]
tasks: [{type: zdt1, dim: 2}, {type: disc_brake, label: brake}, {type: branin}, {type: vehicle_safety}]
seeds: 3
budget: {n_trials: 8}
report: false
executor: {type: in_process}
output: OUTPUT
"""

script = module_at(FOLDER / "multi_objective.py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("gallery") / "tiny"
    file = output.with_suffix(".yaml")
    file.write_text(EXPERIMENT.replace("OUTPUT", output.as_posix()), encoding="utf-8")
    ran = CliRunner().invoke(main, ["run", str(file)])
    assert ran.exit_code == 0, ran.output
    return output


def test_the_hypervolume_of_a_run_is_that_of_its_feasible_trials(folder: Path) -> None:
    results = load_results(folder)
    tasks = script.problems(results)
    assert list(tasks) == ["zdt1", "brake", "vehicle_safety"]
    table = script.hypervolumes(results, tasks, after=5)
    assert len(table) == 3 * 2 * 3
    for task, recipe in (("zdt1", ZDT1(dim=2)), ("brake", DiscBrake())):
        run = results.runs[(results.runs["task"] == task) & (results.runs["seed"] == 1)].iloc[0]
        trials = results.trials[results.trials["run_id"] == run["run_id"]].iloc[:5]
        values = recipe.evaluate(pd.DataFrame([*trials["params"]]))
        feasible = values[(values[list(recipe.constraints)] <= 0).all(axis=1)][list(recipe.objectives)]
        expected = hypervolume(feasible.to_numpy().reshape(-1, 2), recipe.reference_point)
        same = table[(table["task"] == task) & (table["seed"] == 1)]
        found = same.loc[same["optimizer"] == run["optimizer"], "hypervolume"]
        assert found.tolist() == [pytest.approx(expected)]


def test_shares_are_of_the_true_front_or_else_of_an_optimizers_median() -> None:
    class Unknown(ZDT1):
        @property
        def front_hypervolume(self) -> float | None:  # type: ignore[override]  # a front that nobody knows
            return None

    rows = [("zdt1", "a", 60.0), ("zdt1", "a", 121.0), ("zdt1", "a", 0.0), ("zdt1", "b", 30.0)]
    rows += [("new", "a", 4.0), ("new", "b", 1.0)]
    table = pd.DataFrame(rows, columns=["task", "optimizer", "hypervolume"])
    tasks = {"zdt1": ZDT1(), "new": Unknown()}
    best = script.shares(table, tasks)
    assert best.loc["zdt1"].tolist() == pytest.approx([60 / (120 + 2 / 3), 30 / (120 + 2 / 3)])
    assert best.loc["new*"].tolist() == [1.0, 0.25]
    assert script.shares(table, tasks, relative_to="b").loc["new*"].tolist() == [4.0, 1.0]
    with pytest.raises(ConfigError, match=r"no optimizer is called 'c'; there are \['a', 'b'\]"):
        script.shares(table, tasks, relative_to="c")


def test_the_script_prints_a_row_for_each_task(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.main([str(folder), "--after", "4"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:5]] == ["zdt1", "brake", "vehicle_safety"]
    assert lines[-1].startswith("runs per cell: 3 to 3")


def test_mistakes_end_the_script_with_a_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        ([str(folder.parent / "none")], "none"),
        ([str(folder), "--relative-to", "hebo"], "no optimizer is called 'hebo'"),
    ):
        with pytest.raises(SystemExit):
            script.main(arguments)
        assert words in capsys.readouterr().err
    with pytest.raises(ConfigError, match="no run on a task with a reference point has finished"):
        script.shares(pd.DataFrame(columns=["task", "optimizer", "seed", "hypervolume"]), {})


def test_a_store_without_recipes_is_refused(folder: Path) -> None:
    results = load_results(f"sqlite:///{(folder / 'results.db').as_posix()}")
    with pytest.raises(ConfigError, match="name the run folder"):
        script.problems(results)


def test_no_problem_and_no_seed_is_both_chosen_by_and_reported() -> None:
    reported, tuning = (
        read_yaml(FOLDER / f"{name}.yaml").data for name in ("multi_objective", "multi_objective_tuning")
    )
    settings = [
        {str({key: value for key, value in task.items() if key != "label"}) for task in one["tasks"]}
        for one in (reported, tuning)
    ]
    assert not settings[0] & settings[1]
    assert {100, 101, 102} == {*tuning["seeds"]}
    assert reported["seeds"] == 5
