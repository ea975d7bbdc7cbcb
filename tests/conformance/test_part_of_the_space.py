"""Every acquisition, region and surrogate where an ask may choose a part of the space alone."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import torch
from examples import SPACES, example, names
from torch import Tensor

from hebo.abilities import ADDITIVE_MODEL
from hebo.base import Acquisition, Domain, Focus, Recommender, Region, RegionState, Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.random import make_generator
from mcbo.kernels.tree_additive import TreeAdditive
from mcbo.presets import CombinatorialRecipe
from mcbo.surrogates.mixed_gp import MixedGP

NUMBERS = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"]
CHOICE = {"name": "c", "type": "cat", "categories": ["u", "v", "w"]}
PARTS: dict[str, tuple[DesignSpace, dict[str, Any]]] = {
    "context": (DesignSpace().parse([*NUMBERS, {**CHOICE, "role": "context"}]), {"c": "v"}),
    "pinned category": (DesignSpace().parse([*NUMBERS, CHOICE]), {"c": "v"}),
    "pinned number": (DesignSpace().parse([*NUMBERS, CHOICE]), {"a": 0.25}),
    "fidelity": (
        DesignSpace().parse([*NUMBERS, {"name": "c", "type": "int", "lb": 0, "ub": 2, "role": "fidelity"}]),
        {},
    ),
}
_LIBRARY = PARTS["pinned category"][0].sample(60, generator=make_generator("library"))
PARTS["table"] = (
    TableSpace(PARTS["pinned category"][0], PARTS["pinned category"][0].decode(_LIBRARY)),
    {"c": "v"},
)


def told(recipe: Recommender, sort: str, *, n_constraints: int = 0) -> Optimizer:
    """An optimizer that knows 24 points, of which those outside the part that is asked about are far better.

    Some of them break its constraints, if it has any.
    """
    space, fixed = PARTS[sort]
    optimizer = recipe.build(space, seed=0)
    x = space.sample(24, generator=make_generator("told"), method="random")
    inside = (space.parameter_space.fix({**space.targets, **fixed})).contains(x)
    distance = (x[:, 0] - 0.3) ** 2 + (x[:, 1] - 0.6) ** 2
    limits = (x[:, :1] - 0.7).expand(-1, n_constraints).numpy() if n_constraints else None
    optimizer.tell(space.decode(x), (distance - 10.0 * (~inside).double()).numpy(), constraints=limits)
    return optimizer


def domain_of(sort: str) -> Domain:
    space, fixed = PARTS[sort]
    return space.fix({**space.targets, **fixed}) if {**space.targets, **fixed} else space


def composition(search: str = "random", **parts: Any) -> Recommender:
    return CombinatorialRecipe(n_initial=3, acq_optimizer=example("acq_optimizer", search), **parts)


# A policy was trained for a space of its own.
@pytest.mark.parametrize("sort", PARTS)
@pytest.mark.parametrize("name", [name for name in names("acquisition") if name != "neural_acquisition"])
def test_improvements_are_measured_against_points_that_can_be_chosen(
    name: str, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = example("acquisition", name)
    assert isinstance(recipe, Acquisition)
    seen: list[Tensor] = []
    build = type(recipe).build

    def spy(self: Any, models: Any, data: Data, domain: Domain, **others: Any) -> Any:
        seen.append(data.x)
        return build(self, models, data, domain, **others)

    monkeypatch.setattr(type(recipe), "build", spy)
    additive = ADDITIVE_MODEL in recipe.needs
    parts = {"surrogate": MixedGP(kernels=[TreeAdditive()])} if additive else {}
    optimizer = told(
        composition("exhaustive" if sort == "table" else "random", acquisition=recipe, **parts),
        sort,
        n_constraints=int(recipe.handles_constraints),
    )
    asked = optimizer.ask(2, fixed=PARTS[sort][1])
    assert len(seen) >= 2
    assert all(bool(domain_of(sort).contains(x).all()) for x in seen)
    assert bool(domain_of(sort).contains(optimizer.space.encode(asked)).all())


# On a table there is no region.
@pytest.mark.parametrize("sort", [sort for sort in PARTS if sort != "table"])
@pytest.mark.parametrize("name", names("region"))
def test_a_region_has_center_and_starts_in_the_domain_of_the_ask(
    name: str, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    region = example("region", name)
    assert isinstance(region, Region)
    seen: list[tuple[RegionState, Focus]] = []
    narrow = type(region).narrow

    def spy(self: Any, domain: Domain, state: RegionState, **others: Any) -> Focus:
        focus = narrow(self, domain, state, **others)
        seen.append((state, focus))
        return focus

    monkeypatch.setattr(type(region), "narrow", spy)
    optimizer = told(composition(region=region), sort)
    for _ in range(4):  # a trust region is local in every fourth ask
        optimizer.ask(fixed=PARTS[sort][1])
    domain = domain_of(sort)
    for state, focus in seen:
        assert bool(domain.contains(state.data.x).all())
        assert bool(domain.contains(focus.start).all())
        center = getattr(focus.domain, "center", focus.start[0])
        assert bool(domain.contains(center.unsqueeze(0)).all())
        is_inside = domain.contains(optimizer.data.x)
        if bool(is_inside.any()):
            assert state.data.inside.tolist() == is_inside.tolist()
            assert state.data.merit.max() == state.data.y[is_inside].max()
    assert len(seen) == 4


def takes(name: str, space: DesignSpace) -> bool:
    recipe = example("surrogate", name)
    assert isinstance(recipe, Surrogate)
    try:
        recipe.check(space)
    except IncompatibleError:
        return False
    return True


@pytest.mark.parametrize("name", [name for name in names("surrogate") if name != "pairwise_gp"])
def test_points_under_evaluation_are_not_asked_for_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sort = next(sort for sort in ("numeric", "categorical") if takes(name, SPACES[sort]))
    space, recipe = SPACES[sort], example("surrogate", name)
    fits: list[Data] = []
    fit = type(recipe).fit  # type: ignore[attr-defined]

    def spy(self: Any, data: Data, space: Any, *, generator: Any) -> Any:
        fits.append(data)
        return fit(self, data, space, generator=generator)

    monkeypatch.setattr(type(recipe), "fit", spy)
    optimizer = composition(surrogate=recipe).build(space, seed=1)
    x = space.sample(8, generator=make_generator("pending"))
    lower, upper = space.bounds
    y = ((x - lower) / (upper - lower) - 0.4).square().sum(-1).numpy()
    y[2] = float("nan")
    optimizer.tell(space.decode(x), y)
    pending = pd.concat([optimizer.ask() for _ in range(5)])
    codes = space.encode(pending.reset_index(drop=True))
    apart = (codes.unsqueeze(1) - codes).abs() / (upper - lower)
    nearest = apart.amax(-1) + torch.eye(5)
    assert nearest.min() > 1e-3
    assert fits
    for data in fits:  # the loop knows of pending points and failures, the models do not
        assert not len(data.pending)
        assert not bool(data.failed.any())
