"""Ray Tune's own `HEBOSearch`, used directly, runs on this package instead of the original one."""

# ruff: noqa: NPY002  (HEBOSearch seeds and saves the legacy global stream)

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hebo.design_space.design_space import DesignSpace

tune = pytest.importorskip("ray.tune")
hebo_search = pytest.importorskip("ray.tune.search.hebo")

pytestmark = pytest.mark.client

Params = dict[str, Any]


@pytest.fixture(autouse=True)
def _global_streams() -> Iterator[None]:
    """Put the global streams back: `HEBOSearch(random_state_seed=...)` seeds them."""
    numpy_state, torch_state = np.random.get_state(), torch.get_rng_state()
    yield
    np.random.set_state(numpy_state)
    torch.set_rng_state(torch_state)


def tune_space() -> Params:
    return {
        "shift": tune.uniform(-3.0, 3.0),
        "rate": tune.loguniform(1e-4, 1.0),
        "depth": tune.randint(1, 9),
        "width": tune.lograndint(1, 65),
        "kind": tune.choice(["plain", "robust"]),
        "share": tune.quniform(0.0, 1.0, 0.25),
    }


def loss(params: Params) -> float:
    penalty = 0.0 if params["kind"] == "robust" else 1.0
    return float(
        (params["shift"] - 0.5) ** 2 + (np.log10(params["rate"]) + 2) ** 2 + params["depth"] / 8 + penalty
    )


def make(space: Any = None, **settings: Any) -> Any:
    chosen = {"metric": "loss", "mode": "min", "random_state_seed": 0, "max_concurrent": 3, **settings}
    return hebo_search.HEBOSearch(space=tune_space() if space is None else space, **chosen)


def run(
    search: Any, rounds: int, objective: Callable[[Params], float] = loss, *, prefix: str = "t"
) -> list[Params]:
    """Fill and complete `rounds` batches; return the suggested parameters in order."""
    seen: list[Params] = []
    for number in range(rounds):
        batch = {f"{prefix}{number}-{slot}": search.suggest(f"{prefix}{number}-{slot}") for slot in range(3)}
        for trial, params in batch.items():
            search.on_trial_complete(trial, result={"loss": objective(params)})
        seen += batch.values()
    return seen


def test_suggestions_lie_in_the_tune_space() -> None:
    for params in run(make(), 5):
        assert set(params) == set(tune_space())
        assert -3 <= params["shift"] <= 3
        assert 1e-4 <= params["rate"] <= 1
        assert params["depth"] in range(1, 9)
        assert params["width"] in range(1, 65)
        assert params["kind"] in ("plain", "robust")
        assert 0 <= params["share"] <= 1


def test_every_completed_trial_is_observed() -> None:
    search = make()
    values = [loss(params) for params in run(search, 4)]
    assert search._opt.y[:, 0].tolist() == pytest.approx(values)
    assert search._opt.best_y == pytest.approx(min(values))
    assert len(search._opt.pending) == 0


def test_maximizing_observes_the_negative() -> None:
    search = make(mode="max")
    values = [-loss(params) for params in run(search, 3, lambda params: -loss(params))]
    assert search._opt.best_y == pytest.approx(-max(values))


def test_a_full_batch_waits_for_results() -> None:
    search = make()
    assert all(search.suggest(f"t{slot}") is not None for slot in range(3))
    assert search.suggest("t3") is None


def test_a_failed_trial_is_not_observed_and_the_search_goes_on() -> None:
    search = make()
    run(search, 2)
    batch = [search.suggest(trial) for trial in ("a", "b", "c")]
    search.on_trial_complete("a", error=True)
    search.on_trial_complete("b", result={"loss": float("nan")})
    search.on_trial_complete("c", result={"loss": loss(batch[2])})
    assert len(search._opt.y) == 7
    run(search, 1, prefix="later")
    assert len(search._opt.y) == 10


def test_the_seed_repeats_the_suggestions() -> None:
    assert run(make(random_state_seed=7), 4) == run(make(random_state_seed=7), 4)
    assert run(make(random_state_seed=7), 1) != run(make(random_state_seed=8), 1)


def test_points_to_evaluate_come_first() -> None:
    first = [
        {"shift": 0.5, "rate": 0.01, "depth": 1, "width": 8, "kind": "robust", "share": 0.5},
        {"shift": -1.0, "rate": 0.1, "depth": 8, "width": 64, "kind": "plain", "share": 0.0},
    ]
    search = make(points_to_evaluate=list(first))
    assert run(search, 2)[:2] == first
    assert search._opt.best_y == pytest.approx(1 / 8)


def test_points_with_rewards_are_observed_at_once() -> None:
    point = {"shift": 0.5, "rate": 0.01, "depth": 1, "width": 8, "kind": "robust", "share": 0.5}
    search = make(mode="max", points_to_evaluate=[point], evaluated_rewards=[3.0])
    assert search._opt.y.tolist() == [[-3.0]]
    assert search.suggest("t0") != point


def test_an_evaluated_point_can_be_added_later() -> None:
    point = {"shift": 0.5, "rate": 0.01, "depth": 1, "width": 8, "kind": "robust", "share": 0.5}
    search = make()
    search.add_evaluated_point(point, 0.25)
    assert search._opt.best_y == 0.25


@pytest.mark.parametrize("rounds", [1, 4], ids=["in the initial design", "with a model"])
def test_a_restored_search_suggests_the_same_points(rounds: int, tmp_path: Path) -> None:
    search, fresh = make(), make(random_state_seed=99)
    run(search, rounds)
    open_trial = search.suggest("open")
    search.save(str(tmp_path / "checkpoint"))
    fresh.restore(str(tmp_path / "checkpoint"))
    for one in (search, fresh):
        one.on_trial_complete("open", result={"loss": loss(open_trial)})
    assert run(fresh, 2, prefix="x") == run(search, 2, prefix="x")
    assert fresh._opt.y.tolist() == search._opt.y.tolist()


def test_our_design_space_can_be_passed_directly() -> None:
    space = DesignSpace().parse(
        [{"name": "x", "type": "num", "lb": 0, "ub": 20}, {"name": "y", "type": "num", "lb": -100, "ub": 100}]
    )
    search = make(space)
    seen = run(search, 3, lambda params: float((params["x"] - 14) ** 2 + (params["y"] + 3) ** 2))
    assert all(set(params) == {"x", "y"} for params in seen)
    assert len(search._opt.X) == 9


def test_nested_tune_spaces_come_back_nested() -> None:
    search = make(
        {"model": {"depth": tune.randint(1, 5), "kind": tune.choice(["a", "b"])}, "rate": tune.uniform(0, 1)}
    )
    seen = run(search, 2, lambda params: params["model"]["depth"] + params["rate"])
    assert all(
        set(params) == {"model", "rate"} and set(params["model"]) == {"depth", "kind"} for params in seen
    )


def test_the_space_may_come_with_the_search_properties() -> None:
    search = hebo_search.HEBOSearch(random_state_seed=0, max_concurrent=3)
    assert search.set_search_properties("loss", "min", tune_space())
    assert len(run(search, 1)) == 3
