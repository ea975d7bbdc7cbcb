from __future__ import annotations

import json
import math
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from checkouts import broken_runs, run_experiment, stored_trials
from layers import ROOT
from scripts import module_at

from .conftest import CONFIG, SMALL

same_points = module_at(ROOT / "tests" / "tools" / "same_points.py")


@pytest.fixture
def changed(small_store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(small_store, tmp_path / "changed.db"))


def execute(store: Path, statement: str) -> None:
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute(statement)


def differences(base: Path, head: Path) -> list[str]:
    found: list[str] = same_points.differences(stored_trials(base), stored_trials(head))
    return found


def test_a_checkout_is_the_same_as_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rest = [CONFIG, *SMALL]
    assert same_points.main([str(ROOT), str(ROOT), *rest]) == 0
    assert "4 runs    16 trials" in capsys.readouterr().out


def test_the_last_digit_of_one_parameter_is_a_difference(small_store: Path, changed: Path) -> None:
    trial = stored_trials(small_store)["random_search", "branin", 0][2]
    params = json.loads(trial["params"])
    name, value = next(iter(params.items()))
    moved = json.dumps(params | {name: math.nextafter(value, math.inf)})
    execute(
        changed,
        f"UPDATE hebo_trials SET params = '{moved}' WHERE run_id = 'random_search@branin#0' AND number = 2",
    )
    [found] = differences(small_store, changed)
    assert found.startswith(f"random_search@branin#0, trial 2, params.{name}: {value!r} in base")


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "UPDATE hebo_trials SET status = 'failed' WHERE number = 3",
            'trial 3, status: "ok" in base, "failed" in head',
        ),
        ('UPDATE hebo_trials SET "values" = NULL WHERE number = 1', "in base, nothing in head"),
        ("DELETE FROM hebo_trials WHERE number = 3", "trial 3: 4 trials in base, 3 in head"),
        ("DELETE FROM hebo_runs WHERE seed = 0", "is in base only"),
        ("UPDATE hebo_runs SET task = 'other'", "is in head only"),
    ],
)
def test_every_other_difference_has_its_sentence(
    small_store: Path, changed: Path, statement: str, sentence: str
) -> None:
    execute(changed, statement)
    assert any(sentence in one for one in differences(small_store, changed))


def test_times_are_no_difference(small_store: Path, changed: Path) -> None:
    execute(changed, "UPDATE hebo_trials SET ask_cpu_seconds = 7, started_at = 0, eval_seconds = 1")
    assert differences(small_store, changed) == []


def test_a_run_that_broke_is_never_identical(small_store: Path, changed: Path) -> None:
    assert broken_runs(small_store) == []
    execute(changed, "UPDATE hebo_runs SET status = 'broken', message = 'no matrix' WHERE seed = 0")
    assert broken_runs(changed) == [
        "random_search@branin#0 is broken: no matrix",
        "random_search@pressure_vessel#0 is broken: no matrix",
    ]


def test_a_config_that_cannot_run_does_not_hide_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        same_points.main([str(ROOT), str(ROOT), CONFIG, "configs/constrained.yaml", "budget.n_trials=0"]) == 1
    )
    assert capsys.readouterr().out.count("not run: ") == 2


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="is no checkout"):
        run_experiment(tmp_path, CONFIG, tmp_path / "runs")
