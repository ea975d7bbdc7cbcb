"""Experiments that grow: what is there is kept, what is new is run, what has changed is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from pandas import DataFrame
from rich.console import Console

from hebo.experiment.analysis.run_tables import run_table
from hebo.experiment.config.experiment import Experiment, build_experiment
from hebo.experiment.running.dispatch import run
from hebo.experiment.running.monitor import Monitor
from hebo.experiment.running.prepare import prepare, record
from hebo.experiment.store.results import load_results
from hebo.experiment.store.store import Store
from hebo.experiment.yaml.document import read_yaml

from ..conftest import lasting

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]

RANDOM, SOBOL = {"type": "random_search"}, {"type": "sobol"}
TOY, LOUD = {"type": "toy", "noise": 0.5}, {"type": "toy", "noise": 1.0, "label": "loud"}
BEGUN: dict[str, Any] = {"optimizers": [RANDOM], "tasks": [TOY], "seeds": [0, 1], "budget": {"n_trials": 4}}

GROWN = {
    "a seed": {"seeds": [0, 1, 2]},
    "seeds as a count": {"seeds": 3},
    "a seed before the others": {"seeds": [5, 1, 0]},
    "a seed fewer": {"seeds": [1]},
    "an optimizer": {"optimizers": [RANDOM, SOBOL]},
    "an optimizer before the other": {"optimizers": [SOBOL, RANDOM]},
    "another optimizer of the same type": {"optimizers": [RANDOM, {"type": "nested"}, {"type": "nested"}]},
    "other optimizers only": {"optimizers": [SOBOL]},
    "a task": {"tasks": [TOY, LOUD]},
    "a task of the same type": {"tasks": [TOY, {"type": "toy", "noise": 1.0}]},
    "a longer budget": {"budget": {"n_trials": 6}},
    "everything at once": {
        "optimizers": [SOBOL, RANDOM],
        "tasks": [LOUD, TOY],
        "seeds": [2, 0],
        "budget": {"n_trials": 6},
    },
}


def when_begun(table: DataFrame) -> Mapping[Any, float]:
    """Return when each trial was begun: one that was run again has another instant."""
    return dict(
        zip(zip(table["run_id"], table["number"], strict=True), table["started_at"].tolist(), strict=True)
    )


@pytest.mark.parametrize("change", GROWN)
def test_a_grown_experiment_is_that_which_was_so_from_the_start_and_runs_nothing_twice(
    write_config: Write, hebo: Hebo, tmp_path: Path, change: str
) -> None:
    assert hebo("run", write_config(**BEGUN)).exit_code == 0
    before = when_begun(load_results(tmp_path / "out").trials)
    grown = BEGUN | GROWN[change]
    answer = hebo("run", write_config(**grown))
    assert answer.exit_code == 0, answer.stderr
    found = load_results(tmp_path / "out")
    after = when_begun(found.trials)
    assert {key: after[key] for key in after if key in before} == {
        key: before[key] for key in before if key in after
    }
    assert hebo("run", write_config("fresh.yaml", **grown, output=str(tmp_path / "fresh"))).exit_code == 0
    fresh = load_results(tmp_path / "fresh")
    assert lasting(found) == lasting(fresh)
    assert list(found.runs["run_id"]) == list(fresh.runs["run_id"])
    assert set(found.aside) == {key[0] for key in before} - set(found.runs["run_id"])


def test_a_half_finished_run_goes_on_beside_new_ones(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    broken = {"optimizers": [{"type": "breaking"}], "tasks": [TOY], "budget": {"n_trials": 4}}
    assert hebo("run", write_config(**broken)).exit_code == 1
    answer = hebo("run", write_config(**broken | {"optimizers": [SOBOL, {"type": "breaking"}]}))
    assert answer.exit_code == 1
    found = load_results(tmp_path / "out")
    assert list(found.runs["status"]) == ["finished", "broken"]
    assert len(found.trials) == 4 + 2


def test_runs_that_are_named_no_longer_are_kept_mentioned_and_not_counted(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    assert hebo("run", write_config(**BEGUN | {"optimizers": [RANDOM, SOBOL]})).exit_code == 0
    kept = load_results(tmp_path / "out").trials
    answer = hebo("run", write_config(**BEGUN, report=True))
    assert answer.exit_code == 0, answer.stderr
    mention = "2 runs are kept that small no longer names, and not counted: sobol@toy#0, sobol@toy#1"
    shown = hebo("show", tmp_path / "out")
    assert mention in shown.stdout
    assert "sobol@toy#0 " not in shown.stdout.replace(mention, "")
    assert mention in hebo("scores", tmp_path / "out").stderr
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Kept, not counted" in page
    assert "sobol" not in page
    assert set(run_table(load_results(tmp_path / "out"))["optimizer"]) == {"random_search"}
    assert hebo("show", tmp_path / "out", "sobol@toy#1").stdout.count(" ok ") == 4
    answer = hebo("run", write_config(**BEGUN | {"optimizers": [RANDOM, SOBOL]}))
    assert answer.exit_code == 0
    assert when_begun(load_results(tmp_path / "out").trials) == when_begun(kept)


CHANGED = {
    "an optimizer": (
        {"optimizers": [RANDOM | {"label": "sobol"}, SOBOL | {"label": "random_search"}]},
        "optimizer.type",
    ),
    "a task": ({"tasks": [TOY | {"noise": 0.25}]}, "task.noise: stored 0.5, given 0.25"),
    "fewer trials": ({"budget": {"n_trials": 3}}, "budget.n_trials may only grow: stored 4, given 3"),
    "the batch": ({"budget": {"n_trials": 4, "batch_size": 2}}, "budget.batch_size: stored 1, given 2"),
    "what is told": ({"initial_trials": 1}, "initial_trials: stored 0, given 1"),
}


@pytest.mark.parametrize("change", CHANGED)
def test_a_changed_setting_is_refused_by_name_before_anything_is_run(
    write_config: Write, hebo: Hebo, tmp_path: Path, change: str
) -> None:
    assert hebo("run", write_config(**BEGUN)).exit_code == 0
    before = lasting(load_results(tmp_path / "out"))
    changes, message = CHANGED[change]
    answer = hebo("run", write_config(**BEGUN | {"seeds": 4} | changes))
    assert answer.exit_code == 2
    assert "The run random_search@toy#0 is in the store" in answer.stderr
    assert message in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert lasting(load_results(tmp_path / "out")) == before


def test_two_at_once_with_different_files_each_do_what_they_name(write_config: Write, tmp_path: Path) -> None:
    slow = {"type": "toy", "seconds": 0.02}
    first = write_config("a.yaml", tasks=[slow], seeds=[0, 1, 2, 3])
    second = write_config(
        "b.yaml", tasks=[slow], seeds=[3, 4, 0], optimizers=[SOBOL, RANDOM], budget={"n_trials": 8}
    )
    experiments = [build_experiment(read_yaml(one)) for one in (first, second)]
    stores = [record(one, prepare(one)) for one in experiments]

    def work(experiment: Experiment, store: Store) -> bool:
        return run(experiment, store, monitor=Monitor(store, Console(file=StringIO()), n_slots=1))

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, experiments, stores)) == [True, True]
    for store in stores:
        store.close()
    ids = [f"random_search@toy#{seed}" for seed in range(5)] + [f"sobol@toy#{seed}" for seed in (0, 3, 4)]
    found = load_results(tmp_path / "out", runs=ids)
    n_trials = {run_id: 6 if run_id in ids[1:3] else 8 for run_id in ids}
    done = found.trials[found.trials["status"] == "ok"]["run_id"].value_counts().to_dict()
    assert {run_id: done[run_id] >= least for run_id, least in n_trials.items()} == dict.fromkeys(ids, True)
    assert not found.trials.duplicated(["run_id", "number"]).any()


def test_new_runs_have_the_versions_they_were_added_with(
    write_config: Write, hebo: Hebo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hebo("run", write_config(**BEGUN)).exit_code == 0
    monkeypatch.setattr("hebo.experiment.store.registration.installed_versions", lambda: {"hebo": "99"})
    assert hebo("run", write_config(**BEGUN | {"seeds": 3})).exit_code == 0
    table = run_table(load_results(tmp_path / "out")).set_index("seed")["versions"]
    assert table[2] == '{"hebo": "99"}'
    assert table[0] == table[1] != table[2]
