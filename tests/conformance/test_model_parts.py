"""Every surrogate, acquisition, acquisition optimizer and output transform."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from examples import SPACES, example, names, observations

from hebo.abilities import ADDITIVE_MODEL, CROSS_COVARIANCE, JOINT_NORMAL
from hebo.base import AcqOptimizer, Acquisition, FittedModels, OutputTransform, Region, RegionState, Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.of_variants import OfVariants
from hebo.testing.acq_optimizers import check_acq_optimizer
from hebo.testing.acquisitions import check_acquisition
from hebo.testing.spaces import suited
from mcbo.kernels.tree_additive import TreeAdditive
from mcbo.surrogates.mixed_gp import MixedGP


def surrogate(name: str) -> Surrogate:
    recipe = example("surrogate", name)
    assert isinstance(recipe, Surrogate)
    return recipe


def takes(name: str, space: DesignSpace) -> bool:
    """Whether a surrogate claims a space."""
    try:
        surrogate(name).check(space)
    except IncompatibleError:
        return False
    return True


# The others predict something else than what they are told: a risk measure of it.
OBSERVED = [one for one in names("surrogate") if not isinstance(example("surrogate", one), OfVariants)]


@pytest.mark.parametrize("name", OBSERVED)
def test_a_surrogate_learns_more_than_the_mean(name: str) -> None:
    space = next(SPACES[one] for one in ("numeric", "categorical") if takes(name, SPACES[one]))
    train = suited(surrogate(name), observations(space, 30))
    model = surrogate(name).fit(train, space, generator=make_generator(0))
    test = observations(space, 64)
    with torch.no_grad():
        mean = model.posterior(test.x.unsqueeze(-2)).mean.squeeze()
    assert torch.corrcoef(torch.stack([mean, test.y.squeeze()]))[0, 1].item() > 0.8


@pytest.mark.parametrize("name", names("acquisition"))
def test_an_acquisition_gives_finite_values_of_its_shape(name: str, fitted: tuple[Any, Data]) -> None:
    model, data = fitted
    recipe = example("acquisition", name)
    assert isinstance(recipe, Acquisition)
    if ADDITIVE_MODEL in recipe.needs:
        model = MixedGP(kernels=[TreeAdditive()]).fit(data, SPACES["mixed"], generator=make_generator(0))
    check_acquisition(recipe, model, data, SPACES["mixed"])


def of_several_points() -> list[tuple[str, str]]:
    """The acquisitions that ask how values at several points vary together, with the surrogates that know."""
    asked = frozenset({CROSS_COVARIANCE, JOINT_NORMAL})
    wanting = [one for one in names("acquisition") if asked & example("acquisition", one).needs]
    return [
        (one, other)
        for one in wanting
        for other in names("surrogate")
        if example("acquisition", one).needs <= surrogate(other).offers() and surrogate(other).takes_values
    ]


@pytest.mark.parametrize(("name", "giver"), of_several_points())
def test_an_acquisition_of_covariances_takes_every_surrogate_that_offers_them(name: str, giver: str) -> None:
    space = next(SPACES[one] for one in ("numeric", "categorical") if takes(giver, SPACES[one]))
    data = suited(surrogate(giver), observations(space))
    model = surrogate(giver).fit(data, space, generator=make_generator(0))
    recipe = example("acquisition", name)
    assert isinstance(recipe, Acquisition)
    check_acquisition(recipe, model, data, space)


@pytest.mark.parametrize("name", names("acq_optimizer"))
def test_a_search_returns_distinct_feasible_points_best_first(name: str, space: DesignSpace) -> None:
    recipe = example("acq_optimizer", name)
    assert isinstance(recipe, AcqOptimizer)
    check_acq_optimizer(recipe, space)


@pytest.mark.parametrize("name", names("region"))
def test_a_region_is_a_part_of_the_space_that_holds_its_starts(name: str, space: DesignSpace) -> None:
    recipe = example("region", name)
    assert isinstance(recipe, Region)
    data = observations(space, 12)
    model = surrogate("warped_gp").fit(data, space, generator=make_generator(0))
    for turn in range(3):
        focus = recipe.narrow(
            space, RegionState(data, FittedModels((model,)), turn), generator=make_generator(1)
        )
        again = recipe.narrow(
            space, RegionState(data, FittedModels((model,)), turn), generator=make_generator(1)
        )
        assert focus.domain.contains(focus.start).all()
        x = focus.domain.sample(20, generator=make_generator(2))
        assert focus.domain.contains(x).all()
        assert space.contains(x).all()
        torch.testing.assert_close(again.domain.bounds, focus.domain.bounds, rtol=0, atol=0)


@pytest.mark.parametrize("name", names("output_transform"))
def test_an_output_transform_is_increasing_and_standardizes(name: str) -> None:
    recipe = example("output_transform", name)
    assert isinstance(recipe, OutputTransform)
    y = torch.linspace(-3, 2, 20, dtype=torch.float64).exp().unsqueeze(-1)
    scores, _ = recipe.fit(y)(y)
    assert (scores.diff(dim=0) > 0).all()
    assert scores.mean().item() == pytest.approx(0.0, abs=1e-9)
    assert scores.std().item() == pytest.approx(1.0)
