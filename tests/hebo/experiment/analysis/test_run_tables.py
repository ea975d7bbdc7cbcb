"""What is kept of a run, and how run tables are written, read and put together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hebo.errors import DataError
from hebo.experiment.analysis.run_files import merge_run_tables, read_run_tables, write_run_table
from hebo.experiment.analysis.run_tables import checkpoint, checkpoints, fibonacci, run_table
from hebo.experiment.store.entries import Facts

from .runs import make_runs
from .test_measures import PAIRS, SPACE, in_turn, with_extras


def test_a_row_holds_what_a_run_found_and_cost(make_results) -> None:
    values = [4.0, None, 3.0, 5.0, 1.0, 2.0]
    found = make_results({("hebo", "wine", 7): values}, batch_size=2, optima={"wine": 0.5})
    found = replace(found, suite="hpo", part="tuning", versions={"hebo": "1.2"})
    (row,) = run_table(found).to_dict("records")
    assert (row["suite"], row["part"], row["task"], row["optimizer"], row["seed"]) == (
        "hpo", "tuning", "wine", "hebo", 7,
    )  # fmt: skip
    assert (row["n_trials"], row["batch_size"], row["final"], row["optimum"]) == (6, 2, 1.0, 0.5)
    assert [row[f"best_{k}"] for k in (1, 2, 3, 5)] == [4.0, 4.0, 3.0, 1.0]
    assert (row["n_failed"], row["n_asks"], row["n_fallback_asks"]) == (1, 3, 0)
    assert row["cpu_median"] == row["cpu_mean"] == pytest.approx(2 * 0.088)
    assert row["ask_cpu"] == pytest.approx(6 * 0.08)
    assert (row["fit_cpu"], row["search_cpu"]) == (pytest.approx(0.18), 0.0)
    assert row["versions"] == '{"hebo": "1.2"}'


def test_the_value_without_noise_is_scored_where_there_is_one(make_results) -> None:
    found = make_results({("hebo", "wine", 0): [None, 1.0, 3.0, 0.0, 0.5]})
    clean = [None, 2.0, 1.0, 5.0, 4.0]
    found.trials["extras"] = [{} if one is None else {"noiseless": one} for one in clean]
    (row,) = run_table(found).to_dict("records")
    assert np.isnan(row["best_1"])
    # Chosen by what was measured: the point that is best without noise, the third, goes unnoticed.
    assert [row[f"best_{k}"] for k in (2, 3, 5)] == [2.0, 2.0, 5.0]
    assert row["final"] == 5.0


def test_runs_that_are_not_finished_and_points_told_first_are_left_out(make_results) -> None:
    found = make_results({("a", "t", 0): [3.0, 2.0], ("b", "t", 0): [1.0]}, n_trials=2)
    told = found.trials.iloc[:1].assign(number=-1, round=-1)
    told["values"] = [{"y": -9.0}]
    found = replace(found, trials=pd.concat([told, found.trials]))
    assert list(run_table(found)["final"]) == [2.0]
    assert run_table(replace(found, runs=found.runs.assign(status="running"))).empty


def test_asks_that_fell_back_are_counted_once(make_results) -> None:
    found = make_results({("a", "t", 0): [3.0, 2.0, 1.0]})
    found.trials["fallbacks"] = [{}, {"no fit": 2, "no search": 1}, {"no fit": 1}]
    assert list(run_table(found)["n_fallback_asks"]) == [2]


def test_checkpoints_grow_like_fibonacci_numbers() -> None:
    assert fibonacci(10) == [1, 2, 3, 5, 8]
    assert fibonacci(13)[-1] == 13
    assert fibonacci(1) == [1]
    assert fibonacci(0) == []
    assert (checkpoint("best_21"), checkpoint("best_known"), checkpoint("final")) == (21, 0, 0)
    assert checkpoints(make_runs({("t", "a"): [1.0]})) == {1: "best_1", 2: "best_2", 3: "best_3"}


def test_a_file_holds_the_table(tmp_path: Path) -> None:
    first = make_runs({("t", "hebo"): [1 / 3, np.nan], ("u", "hebo"): [2.0]})
    second = make_runs({("t", "smac"): [4.0]}, part="", versions='{"hebo": "2"}')
    whole = merge_run_tables([first, second])
    write_run_table(whole, tmp_path / "new" / "runs.csv")
    again = read_run_tables([tmp_path / "new" / "runs.csv"])
    key = ["task", "optimizer", "seed"]
    left, right = (one.sort_values(key, ignore_index=True) for one in (whole, again))
    pd.testing.assert_frame_equal(left, right[left.columns], check_dtype=False, rtol=1e-5)
    text = (tmp_path / "new" / "runs.csv").read_text()
    assert text.count('"hebo": "1"') == 1


def test_optimizers_keep_their_order_and_runs_are_sorted(tmp_path: Path) -> None:
    table = make_runs({("t", "smac"): [1.0, 2.0, 3.0], ("t", "hebo"): [2.0]})
    write_run_table(table, tmp_path / "a.csv")
    write_run_table(table.iloc[[2, 3, 0, 1]], tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert list(read_run_tables([tmp_path / "a.csv"])["optimizer"]) == ["smac"] * 3 + ["hebo"]


def test_tables_of_several_machines_are_put_together(tmp_path: Path) -> None:
    write_run_table(make_runs({("t", "hebo"): [1.0]}), tmp_path / "a.csv")
    longer = make_runs({("u", "hebo"): [1.0]}).assign(best_5=0.5)
    write_run_table(longer, tmp_path / "b.csv")
    whole = read_run_tables([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert list(checkpoints(whole)) == [1, 2, 3, 5]
    with pytest.raises(DataError, match=r"1 runs are in two tables, first \(s, reporting, t, hebo, 0\)"):
        read_run_tables([tmp_path / "a.csv", tmp_path / "a.csv"])


def test_what_is_no_run_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="no table of runs, it has no column 'suite'"):
        read_run_tables([tmp_path / "x.csv"])
    with pytest.raises(DataError, match="cannot be read as a table of runs"):
        read_run_tables([tmp_path / "missing.csv"])


def test_several_objectives_are_kept_as_minus_the_hypervolume_with_its_reference(make_results) -> None:
    facts = Facts(reference_point=(3.0, 3.0), front_hypervolume=8.0)
    (row,) = run_table(make_results({("o", "t", 0): PAIRS}, facts=facts)).to_dict("records")
    assert row["final"] == pytest.approx(-6.0)
    assert [row[f"best_{k}"] for k in (1, 2, 3)] == pytest.approx([-3.0, -5.0, -6.0])
    assert (row["optimum"], row["best_known"]) == (-8.0, -8.0)
    assert row["measure"] == "hypervolume at [3.0, 3.0]"


def test_a_task_with_contexts_is_kept_as_the_mean_over_them(make_results) -> None:
    results = make_results({("o", "t", 0): [1.0, 7.0, 0.5]}, space=SPACE, params=in_turn)
    (row,) = run_table(results).to_dict("records")
    assert (row["final"], row["measure"]) == (3.75, "mean over contexts")
    (row,) = run_table(with_extras(results, "context_optimum", [0.0, 5.0, 0.0])).to_dict("records")
    assert (row["final"], row["optimum"], row["measure"]) == (1.25, 0.0, "regret over contexts")


def test_a_run_that_its_costs_ended_keeps_its_last_value_and_what_is_beyond_does_not_count(
    make_results,
) -> None:
    key, other = ("a", "t", 0), ("b", "t", 0)
    found = make_results(
        {key: [3.0, 2.0, 0.0], other: [9.0, 8.0, 7.0, 6.0, 5.0]},
        costs={key: [1.0, 1.0, 5.0], other: [0.5] * 5},
        max_cost=2.5,
        n_trials=100,
    )
    table = run_table(replace(found, runs=found.runs.assign(status="finished"))).set_index("optimizer")
    assert table.loc["a", ["best_1", "best_2", "best_3", "best_5", "final"]].tolist() == [
        3.0,
        2.0,
        2.0,
        2.0,
        2.0,
    ]
    assert table.loc["b", ["best_1", "best_2", "best_3", "best_5", "final"]].tolist() == [
        9.0,
        8.0,
        7.0,
        5.0,
        5.0,
    ]
    assert table["n_done"].tolist() == [3, 5]
    assert table["spent"].tolist() == [7.0, 2.5]


def test_a_table_from_before_there_were_measures_is_one_of_values(tmp_path: Path) -> None:
    table = make_runs({("t", "a"): [1.0, 2.0]}).drop(columns=["measure", "max_cost", "n_done", "spent"])
    write_run_table(table, tmp_path / "old.csv")
    found = read_run_tables([tmp_path / "old.csv"])
    assert found["measure"].tolist() == ["", ""]
    assert found["n_done"].tolist() == [3, 3]
    assert found["max_cost"].isna().all()


def test_a_measure_is_written_and_read(tmp_path: Path) -> None:
    table = make_runs({("t", "a"): [-1.0]}, measure="hypervolume at [1.0, 2.0]")
    write_run_table(table, tmp_path / "runs.csv")
    assert read_run_tables([tmp_path / "runs.csv"])["measure"].tolist() == ["hypervolume at [1.0, 2.0]"]
