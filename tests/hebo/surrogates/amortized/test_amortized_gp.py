"""Tests of `hebo.surrogates.amortized.amortized_gp`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.fallbacks import counting_fallbacks
from hebo.random import make_generator
from hebo.surrogates.amortized.amortized_gp import AmortizedGP
from hebo.surrogates.hyperparameters import Columns
from hebo.surrogates.warped_gp import WarpedGP
from hebo.testing.spaces import SPACES, observations
from hebo.weights import read_weights, shipped

SPACE, GENERATOR = SPACES["mixed"], ("amortized", 0)


def fitted(recipe: WarpedGP, data: Data, space: DesignSpace = SPACE) -> Any:
    return recipe.fit(data, space, generator=make_generator(*GENERATOR))


def setting(model: Any) -> Tensor:
    covariance = model.covariance
    return torch.cat([covariance.lengthscale, covariance.signal[None], covariance.noise[None]]).log()


def density(model: Any, data: Data) -> float:
    """Negative log posterior density of a model's hyperparameters, as `WarpedGP` has it."""
    columns = Columns(SPACE)
    layout = WarpedGP()._layout(columns, len(data.x))
    covariance = model.covariance
    parts = [covariance.lengthscale, covariance.warp_a, covariance.warp_b]
    parts.append(1 / (covariance.overlap_weight * layout.n_categorical))
    theta = torch.cat([*parts, covariance.signal[None], covariance.noise[None]]).log()
    theta = torch.cat([theta, covariance.mean[None]])
    return WarpedGP()._density(layout, data, columns)(theta.numpy())[0]


def test_the_weights_that_come_with_the_package_are_small_and_predict() -> None:
    assert shipped("amortised_gp").stat().st_size < 500_000
    card = read_weights(shipped("amortised_gp"), "amortised_gp").card
    assert card["limits"]["n_columns"][0] == 1
    assert card["limits"]["n_columns"][1] >= 10
    data, test = observations(SPACES["numeric"], 20), observations(SPACES["numeric"], 64)
    model = fitted(AmortizedGP(), data, SPACES["numeric"])
    with torch.no_grad():
        mean = model.posterior(test.x.unsqueeze(-2)).mean.flatten()
    assert torch.corrcoef(torch.stack([mean, test.y[:, 0]]))[0, 1].item() > 0.9


def test_nothing_in_a_fit_is_random(weights: Any) -> None:
    recipe, data = AmortizedGP(weights=weights()), observations(SPACE)
    models = [recipe.fit(data, SPACE, generator=make_generator(seed)) for seed in range(2)]
    assert torch.equal(setting(models[0]), setting(models[1]))


def test_steps_of_refinement_raise_the_posterior_density(weights: Any) -> None:
    path, data = weights(), observations(SPACE, 20)
    values = [density(fitted(AmortizedGP(weights=path, refine=n), data), data) for n in (0, 1, 5, 100)]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[1]
    assert values[-1] == pytest.approx(density(fitted(WarpedGP(), data), data), abs=1.0)


def test_a_subset_serves_the_network_where_there_are_many_observations(weights: Any) -> None:
    recipe = AmortizedGP(weights=weights(), max_fit=12)
    data = observations(SPACE, 60)
    model = fitted(recipe, data)
    assert len(model.x) == 60
    assert torch.equal(setting(model), setting(fitted(recipe, data)))


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        ({"n_columns": [1, 4]}, "trained with 1 to 4 columns, and the space has 5"),
        ({"n_columns": [6, 9]}, "trained with 6 to 9 columns, and the space has 5"),
        ({"categories": 2}, "up to 2 categories of a column, and 'c' has 3"),
        ({"categories": 0}, "up to 0 categories of a column"),
        ({"levels": False}, "not trained with integers, such as 'k'"),
    ],
)
def test_a_space_beyond_the_training_is_refused_or_fitted(
    weights: Any, limits: dict[str, Any], what: str
) -> None:
    path, data = weights(**limits), observations(SPACE)
    with pytest.raises(IncompatibleError, match=f"{what}.*; set `beyond: warped_gp`"):
        AmortizedGP(weights=path).check(SPACE)
    with pytest.raises(IncompatibleError, match=what):
        fitted(AmortizedGP(weights=path), data)
    check_fitted(AmortizedGP(weights=path, beyond="warped_gp"), data, SPACE)


def check_fitted(recipe: AmortizedGP, data: Data, space: DesignSpace) -> None:
    """The model is that of a `WarpedGP` of the same settings, and that is counted."""
    recipe.check(space)
    with counting_fallbacks() as counted:
        model = fitted(recipe, data, space)
    assert counted == {"amortised_gp beyond its training": 1}
    expected = fitted(WarpedGP(max_fit=recipe.max_fit), data, space)
    assert_close(model.posterior(data.x).mean, expected.posterior(data.x).mean)


@pytest.mark.parametrize("role", ["context", "fidelity"])
def test_contexts_and_fidelities_are_refused(weights: Any, role: str) -> None:
    space = DesignSpace().parse(
        [
            {"name": "x", "type": "num", "lb": 0, "ub": 1},
            {"name": "r", "type": "num", "lb": 0, "ub": 1, "role": role},
        ]
    )
    path = weights()
    with pytest.raises(IncompatibleError, match=r"not trained with (contexts|fidelities)"):
        AmortizedGP(weights=path).check(space)
    recipe = AmortizedGP(weights=path, beyond="warped_gp")
    assert len(recipe.doubts(space)) == 1
    check_fitted(recipe, observations(space), space)


def test_permutations_are_refused(weights: Any) -> None:
    with pytest.raises(IncompatibleError, match="permutations, such as 'p'"):
        AmortizedGP(weights=weights(categories=50)).check(SPACES["permutation"])


@pytest.mark.parametrize("n", [1, 41])
def test_too_few_and_too_many_observations_are_refused_or_fitted(weights: Any, n: int) -> None:
    path, data = weights(), observations(SPACE, 60).rows(torch.arange(n))
    with pytest.raises(IncompatibleError, match=rf"2 to 40 observations, and there are {n} \(max_fit: 50\)"):
        fitted(AmortizedGP(weights=path, max_fit=50), data)
    check_fitted(AmortizedGP(weights=path, max_fit=50, beyond="warped_gp"), data, SPACE)


def test_known_variances_are_refused_or_a_fit_uses_them(weights: Any) -> None:
    path, data = weights(), observations(SPACE)
    known = replace(data, y_var=torch.full_like(data.y, 0.1))
    with pytest.raises(IncompatibleError, match="would ignore the known ones"):
        fitted(AmortizedGP(weights=path), known)
    check_fitted(AmortizedGP(weights=path, beyond="warped_gp"), known, SPACE)


@pytest.mark.parametrize("field", [{"smoothness": 2.5}, {"warp": False}])
def test_settings_that_the_network_was_not_trained_for_are_refused(
    weights: Any, field: dict[str, Any]
) -> None:
    (name,) = field
    with pytest.raises(IncompatibleError, match=f"trained with {name}: .*, not {field[name]}"):
        AmortizedGP(weights=weights(), **field).check(SPACE)


def test_weights_that_do_not_fit_their_card_are_refused(weights: Any) -> None:
    path = weights({"width": 16})
    with pytest.raises(DataError, match=r"not those of the network on the card .*; train them anew"):
        fitted(AmortizedGP(weights=path), observations(SPACE))


def test_altered_and_missing_weights_are_refused(weights: Any) -> None:
    path = weights()
    content = bytearray(Path(path).read_bytes())
    content[-1] ^= 1
    Path(path).write_bytes(content)
    with pytest.raises(DataError, match="altered"):
        AmortizedGP(weights=path).check(SPACE)
    with pytest.raises(DataError, match="no weights"):
        AmortizedGP(weights="nowhere.safetensors").check(SPACE)
