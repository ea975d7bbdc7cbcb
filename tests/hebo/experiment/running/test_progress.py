from __future__ import annotations

from typing import Any

import pytest

from hebo.experiment.running.progress import cells_of, eta, seconds_text, value_text


def row(**changes: Any) -> dict[str, Any]:
    base = {"task": "t", "optimizer": "o", "n_trials": 10, "n_done": 0, "n_bad": 0, "best": None}
    costs = {"hypervolume": None, "spent": 0.0, "max_cost": None}
    return base | costs | {"busy_seconds": 0.0, "status": "running"} | changes


def test_seeds_are_added_up() -> None:
    first = row(n_done=4, n_bad=1, best=3.0, busy_seconds=8.0, status="finished")
    (cell,) = cells_of([first, row(n_done=2, best=1.5, busy_seconds=4.0)])
    assert (cell.n_trials, cell.n_done, cell.n_bad, cell.best) == (20, 6, 1, 1.5)
    assert cell.pace == 2.0
    assert cell.seconds_left == 28.0
    assert cell.states == {"finished": 1, "running": 1}


def test_where_costs_are_limited_the_rest_is_what_they_pay_for() -> None:
    (cell,) = cells_of([row(n_trials=1000, n_done=4, spent=2.0, max_cost=8.0, busy_seconds=8.0)])
    assert cell.n_left == 12.0
    assert cell.seconds_left == 24.0
    assert cell.share == 0.25
    assert cell.trials_text == "4, cost 2/8"
    (done,) = cells_of([row(n_trials=1000, n_done=9, spent=8.5, max_cost=8.0, status="finished")])
    assert (done.n_left, done.share) == (0.0, 1.0)
    (free,) = cells_of([row(max_cost=8.0), row()])
    assert free.max_cost is None


def test_the_largest_hypervolume_is_shown() -> None:
    (cell,) = cells_of([row(hypervolume=1.5), row(hypervolume=2.5), row()])
    assert cell.best_text == "hv 2.5"
    (empty,) = cells_of([row()])
    assert empty.best_text == "-"


def test_cells_are_grouped_by_task_in_the_order_of_the_runs() -> None:
    rows = [row(task=task, optimizer=one) for one in ("b", "a") for task in ("y", "x")]
    assert [(cell.task, cell.optimizer) for cell in cells_of(rows)] == [
        ("y", "b"),
        ("y", "a"),
        ("x", "b"),
        ("x", "a"),
    ]


def test_the_time_left_is_shared_by_the_slots_and_guessed_where_nothing_is_known() -> None:
    cells = cells_of([row(n_done=5, busy_seconds=10.0), row(optimizer="p", n_done=5, busy_seconds=20.0)])
    assert eta(cells, n_slots=2) == (5 * 2.0 + 5 * 4.0) / 2
    unknown = cells_of([row(n_done=5, busy_seconds=10.0), row(optimizer="p")])
    assert eta(unknown, n_slots=1) == 5 * 2.0 + 10 * 2.0
    assert eta(cells_of([row()]), n_slots=1) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7620, "2 h 07 min")],
)
def test_durations_are_written_for_people(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_values_have_six_digits() -> None:
    assert value_text(1 / 3) == "0.333333"
    assert value_text(None) == "-"
