"""Tests of `hebo.optimizer.optimizer`: what an error inside an ask does."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
from torch import Tensor

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.mace import MACE
from hebo.base import BatchProblem
from hebo.batches.kriging_believer import KrigingBeliever
from hebo.errors import ConfigError, IncompatibleError, NumericalError
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.hebo import HEBO, HEBORecipe
from hebo.recommenders.strict import Strict
from hebo.regions.trust_region import TrustRegion
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import PowerTransform
from tests.hebo.optimizer.quick import SEARCH, space

REASON = "space-filling points in place of a model's"
PLACES = {
    "transform": (PowerTransform, "fit"),
    "fit": (WarpedGP, "fit"),
    "acquisition": (MACE, "build"),
    "search": (NSGA2, "maximize"),
    "region": (TrustRegion, "narrow"),
}
ERRORS = [
    RuntimeError("singular"),
    ValueError("nan"),
    np.linalg.LinAlgError("not positive definite"),
    NumericalError("left the reals"),
    MemoryError(),
    ZeroDivisionError(),
    KeyError("lost"),
    AssertionError("ours"),
]


def begun(*, strict: bool = False) -> Optimizer:
    recipe = HEBORecipe(acq_optimizer=SEARCH, n_initial=4)
    optimizer = HEBO(space(), scramble_seed=0, recipe=recipe, strict=strict)
    asked = optimizer.ask(5)
    optimizer.tell(asked, (asked["a"] - 0.3) ** 2 + asked["k"])
    return optimizer


def break_at(place: str, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    monkeypatch.setattr(*PLACES[place], fail)


@pytest.fixture(autouse=True)
def _not_always_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Optimizer, "always_strict", False)


@pytest.mark.parametrize("error", ERRORS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("place", PLACES)
def test_an_error_of_a_part_costs_a_suggestion_and_not_the_run(
    place: str, error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    optimizer = begun()
    break_at(place, error, monkeypatch)
    with caplog.at_level(logging.WARNING):
        asked = optimizer.ask(3)
    assert len(asked.drop_duplicates()) == 3
    assert bool(optimizer.space.contains(optimizer.space.encode(asked)).all())
    assert optimizer.fallbacks[REASON] == 1
    assert type(error).__name__ in caplog.text


def test_a_search_that_returns_no_numbers_counts_as_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(self: KrigingBeliever, problem: BatchProblem, n: int, **others: Any) -> Tensor:
        return problem.seen[:n] * float("nan")

    optimizer = begun()
    monkeypatch.setattr(KrigingBeliever, "choose", choose)
    assert len(optimizer.ask()) == 1
    assert optimizer.fallbacks[REASON] == 1


def test_the_points_are_the_same_ones_after_a_resume(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = begun(), begun()
    break_at("fit", RuntimeError("singular"), monkeypatch)
    second.load_state_dict(first.state_dict())
    assert first.ask(2).equals(second.ask(2))


@pytest.mark.parametrize("place", PLACES)
def test_a_strict_optimizer_raises(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    optimizer = begun(strict=True)
    break_at(place, RuntimeError("singular"), monkeypatch)
    with pytest.raises(RuntimeError, match="singular"):
        optimizer.ask()


def test_strictness_is_a_setting_of_every_composition() -> None:
    assert HEBORecipe(strict=True).of.one == Strict(of=HEBORecipe().of.one)
    assert HEBORecipe(strict=True).is_strict
    assert not HEBORecipe().is_strict


@pytest.mark.parametrize("kind", [IncompatibleError, ConfigError])
def test_a_composition_that_cannot_work_is_not_hidden(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    optimizer = begun()
    break_at("acquisition", kind("takes single points"), monkeypatch)
    with pytest.raises(kind, match="takes single points"):
        optimizer.ask()
