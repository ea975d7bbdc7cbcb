"""Conformance of a surrogate: a repeatable fit, refusals with a remedy, and a model that BoTorch can use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.testing import assert_close

from hebo.abilities import LEAVE_ONE_OUT, PATH_SAMPLING, FastMarginals
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.information import Information
from hebo.random import make_generator, seeded
from hebo.testing.models import allows, check_model
from hebo.testing.spaces import SPACES, comparisons, observations, suited


def check_surrogate(recipe: Surrogate, *spaces: DesignSpace) -> None:
    """Check a surrogate on spaces; those that it cannot take it must refuse with a remedy.

    Args:
        recipe: Small enough to be fitted a few times.
        spaces: Where; none takes one of every sort (`hebo.testing.spaces.SPACES`).

    Raises:
        AssertionError: With what was expected.
    """
    taken = [space for space in spaces or SPACES.values() if _takes(recipe, space)]
    assert taken, f"{type(recipe).__name__} takes none of the spaces"
    for space in taken:
        data = observations(space)
        model = _check_fit(recipe, data, space)
        check_model(model, data, space)
        _check_abilities(recipe, model, data)
    data = suited(recipe, observations(taken[0]))
    _check_refusals(recipe, data, taken[0])
    if Information.VARIANCES in recipe.takes:
        _check_variances(recipe, data, taken[0])


def _takes(recipe: Surrogate, space: DesignSpace) -> bool:
    """Whether `check` lets a space pass; where it does not, no model may come of a fit."""
    if allows(lambda: recipe.check(space)):
        return True
    data = suited(recipe, observations(space))
    fits = allows(lambda: recipe.fit(data, space, generator=make_generator(0)))
    assert not fits, f"{type(recipe).__name__} refuses {space.names} and fits it nevertheless"
    return False


def _check_fit(recipe: Surrogate, data: Data, space: DesignSpace) -> Any:
    """A fit depends on data and generator alone, and leaves the data as they were."""
    before, train = (data.x.clone(), data.y.clone()), suited(recipe, data)
    models: list[Any] = []
    for stream in (0, 1):
        with seeded(make_generator("global", stream)):
            models.append(recipe.fit(train, space, generator=make_generator(7)))
    means = [one.posterior(data.x).mean.detach() for one in models]
    assert torch.equal(means[0], means[1]), "one generator, one model: global streams do not matter"
    assert torch.equal(data.x, before[0]), "a fit leaves the points as they were"
    assert torch.equal(data.y, before[1]), "a fit leaves the values as they were"
    return models[0]


def _check_abilities(recipe: Surrogate, model: Any, data: Data) -> None:
    """A model has the abilities that its recipe offers."""
    for ability in recipe.offers():
        name, kind = type(model).__name__, ability.protocol.__name__
        assert isinstance(model, ability.protocol), f"{ability.name} are offered, but {name} is no {kind}"
    if isinstance(model, FastMarginals):
        _check_marginals(model, data)
    if LEAVE_ONE_OUT in recipe.offers():
        values, errors, variances = model.leave_one_out()
        assert values.shape == errors.shape == variances.shape, "one prediction of each observation"
        assert bool((variances > 0).all()), "predictions of left out observations have variances"
    if PATH_SAMPLING in recipe.offers():
        path = model.sample_path(make_generator("path"))
        assert path(data.x).shape == data.x.shape[:1], "a path has a value at each point"
        assert_close(path(data.x[:2]), path(data.x)[:2], msg="a path has one value at a point")


def _check_marginals(model: Any, data: Data) -> None:
    """Fast marginals are those of the posterior."""
    with torch.no_grad():
        mean, variance = model.marginals(data.x)
        posterior = model.posterior(data.x.unsqueeze(-2))
        assert_close(mean, posterior.mean[:, 0, 0], msg="marginal means are those of the posterior")
        assert_close(variance, posterior.variance[:, 0, 0], msg="marginal variances are, too")
        assert_close(model.means(data.x), mean, msg="means are those of the marginals")


def _check_variances(recipe: Surrogate, data: Data, space: DesignSpace) -> None:
    """Known variances of the noise count; those that are all unknown are as good as none."""

    def mean_with(y_var: Tensor | None) -> Tensor:
        model: Any = recipe.fit(data.with_y(data.y, y_var), space, generator=make_generator(7))
        mean: Tensor = model.posterior(data.x).mean.detach()
        return mean

    unknown = torch.full_like(data.y, torch.nan)
    assert_close(mean_with(unknown), mean_with(None), msg="NaN is an unknown variance")
    some = torch.arange(len(data.y)).unsqueeze(-1) % 2 == 0
    exact, vague = (mean_with(torch.where(one, 1e-4, 10.0).to(data.y)) for one in (some, ~some))
    errors = [(mean - data.y)[some].square().sum() for mean in (exact, vague)]
    assert bool(errors[0] < errors[1]), (
        f"{type(recipe).__name__} says that it uses known variances, and vague values count as exact ones do"
    )


def _check_refusals(recipe: Surrogate, data: Data, space: DesignSpace) -> None:
    """What a surrogate would ignore it refuses."""
    if not (recipe.takes_values and Information.COMPARISONS in recipe.takes):
        other = comparisons(observations(space)) if recipe.takes_values else observations(space)
        assert not allows(lambda: recipe.fit(other, space, generator=make_generator(0))), (
            f"{type(recipe).__name__} does not say that it learns from values and comparisons, and takes both"
        )
    several = data.with_y(data.y.repeat(1, recipe.n_outputs + 1))
    assert not allows(lambda: recipe.fit(several, space, generator=make_generator(0))), (
        f"{recipe.n_outputs + 1} outputs are more than {type(recipe).__name__} says that it takes"
    )
    if Information.VARIANCES not in recipe.takes:
        known = data.with_y(data.y, torch.full_like(data.y, 0.1))
        assert not allows(lambda: recipe.fit(known, space, generator=make_generator(0))), (
            f"{type(recipe).__name__} does not say that it uses known variances, and takes them"
        )
    if Information.GRADIENTS not in recipe.takes:
        sloped = replace(data, gradients=torch.zeros_like(data.x))
        assert not allows(lambda: recipe.fit(sloped, space, generator=make_generator(0))), (
            f"{type(recipe).__name__} does not say that it uses derivatives, and takes them"
        )
    if Information.RELATED not in recipe.takes:
        related = replace(data, related=(data,))
        assert not allows(lambda: recipe.fit(related, space, generator=make_generator(0))), (
            f"{type(recipe).__name__} does not say that it uses related tasks, and takes them"
        )
