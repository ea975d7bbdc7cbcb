"""Tests of `mcbo.surrogates.mixed_gp`, its covariance and the ensemble."""

from __future__ import annotations

import pytest
import torch
from examples import SPACES, observations

from hebo.abilities import ADDITIVE_MODEL
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.numeric_matern import NumericMatern
from hebo.kernels.overlap import Overlap
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.random import make_generator
from hebo.surrogates.gaussian_process import GaussianProcess
from mcbo.kernels.string_subsequence import StringSubsequence
from mcbo.kernels.tree_additive import TreeAdditive
from mcbo.surrogates.ensemble import Ensemble
from mcbo.surrogates.mixed_gp import MixedGP

LETTERS = DesignSpace().parse(
    [{"name": f"c{i}", "type": "cat", "categories": list("uvwx")} for i in range(8)]
)


def matches(n: int, seed: int = 0) -> Data:
    """Values are the number of columns that match a hidden string, which a nominal kernel can learn."""
    x = LETTERS.sample(n, generator=make_generator(seed), method="random")
    y = (x == torch.tensor([0, 1, 2, 3, 0, 1, 2, 3])).sum(1).double()
    return Data(x, ((y - 2.0) / 1.2).unsqueeze(1))


def fit(recipe: MixedGP, data: Data, space: DesignSpace = LETTERS) -> GaussianProcess | Ensemble:
    model = recipe.fit(data, space, generator=make_generator(7))
    assert isinstance(model, GaussianProcess | Ensemble)
    return model


@pytest.mark.parametrize("kernel", [TransformedOverlap(), Overlap(), TreeAdditive()])
def test_sums_of_matches_are_learnt(kernel: TransformedOverlap) -> None:
    model = fit(MixedGP(kernels=[kernel]), matches(120))
    fresh = matches(200, seed=1)
    error = (model.means(fresh.x) - fresh.y[:, 0]).square().mean()
    assert error < 0.25 * fresh.y.var()


@pytest.mark.parametrize("name", sorted(SPACES))
def test_the_default_serves_every_space(name: str) -> None:
    data = observations(SPACES[name])
    model = fit(MixedGP(), data, SPACES[name])
    mean, variance = model.marginals(data.x)
    assert (variance > 0).all()
    assert torch.corrcoef(torch.stack([mean, data.y[:, 0]]))[0, 1] > 0.7


def test_the_amplitude_is_free() -> None:
    data = matches(60)
    large = Data(data.x, 20 * data.y)
    signals = [fit(MixedGP(), one).covariance.signal for one in (data, large)]
    assert signals[1] > 20 * signals[0]


def test_gradients_by_continuous_columns_are_those_of_differences() -> None:
    space = SPACES["mixed"]
    model = fit(MixedGP(), observations(space, 30), space)
    x = space.sample(5, generator=make_generator(3)).requires_grad_()
    mean, variance = model.marginals(x)
    (slope,) = torch.autograd.grad((mean + variance).sum(), x)
    step = torch.zeros_like(x)
    step[:, 0] = 1e-5
    with torch.no_grad():
        above, below = (sum(model.marginals(x + sign * step)) for sign in (1, -1))
    torch.testing.assert_close(slope[:, 0], (above - below) / 2e-5, rtol=1e-3, atol=1e-5)


def test_a_column_without_a_kernel_is_refused_by_name() -> None:
    with pytest.raises(IncompatibleError, match=r"continuous column 0.*numeric_matern"):
        MixedGP(kernels=[TransformedOverlap()]).check(SPACES["mixed"])
    with pytest.raises(IncompatibleError, match="same"):
        MixedGP(kernels=[StringSubsequence(), NumericMatern()]).check(SPACES["mixed"])


def test_only_a_tree_alone_offers_components() -> None:
    alone, beside = MixedGP(kernels=[TreeAdditive()]), MixedGP(kernels=[TransformedOverlap(), TreeAdditive()])
    assert ADDITIVE_MODEL in alone.offers()
    assert ADDITIVE_MODEL not in beside.offers()


def test_an_ensemble_has_the_moments_of_its_mixture() -> None:
    data = matches(30)
    members = [fit(MixedGP(kernels=[one]), data) for one in (TransformedOverlap(), Overlap())]
    ensemble, x = Ensemble(members), matches(10, seed=5).x  # type: ignore[arg-type]
    moments = [one.marginals(x) for one in members]
    mean = (moments[0][0] + moments[1][0]) / 2
    apart = (moments[0][0] - moments[1][0]).square() / 4
    torch.testing.assert_close(ensemble.marginals(x)[0], mean)
    torch.testing.assert_close(ensemble.marginals(x)[1], (moments[0][1] + moments[1][1]) / 2 + apart)
    joint_mean, joint = ensemble.joint(x)
    torch.testing.assert_close(joint_mean, mean)
    torch.testing.assert_close(joint.diagonal(), ensemble.marginals(x)[1], rtol=1e-6, atol=1e-9)


def test_sampled_hyperparameters_make_an_ensemble_of_so_many_members() -> None:
    model = fit(MixedGP(n_samples=3, burn_in=2), matches(20))
    assert isinstance(model, Ensemble)
    assert len(model.members) == 3
    settings = {float(one.covariance.signal) for one in model.members}
    assert len(settings) == 3


def test_the_same_generator_gives_the_same_model() -> None:
    data, x = matches(30), matches(6, seed=8).x
    first, second = (fit(MixedGP(kernels=[TreeAdditive()]), data).means(x) for _ in range(2))
    torch.testing.assert_close(first, second, rtol=0, atol=0)


def test_repeats_of_one_value_leave_the_hyperparameters_alone_if_so_wished() -> None:
    data = matches(40)
    data = Data(data.x, data.y + 1e-3 * torch.arange(40.0, dtype=torch.float64).unsqueeze(1))
    best = data.x[data.y[:, 0].argmax()]
    plateau = best.repeat(60, 1)
    plateau[:, :3] = LETTERS.sample(60, generator=make_generator(3), method="random")[:, :3]
    y = torch.cat([data.y, data.y.max().expand(60, 1)])
    x = torch.cat([data.x, plateau])
    often, alone = fit(MixedGP(deduplicate=True), Data(x, y)), fit(MixedGP(), data)
    plain = fit(MixedGP(), Data(x, y))
    signals = [float(one.covariance.signal) for one in (alone, often, plain)]
    assert abs(signals[1] / signals[0] - 1.0) < abs(signals[2] / signals[0] - 1.0)
    torch.testing.assert_close(often.means(plateau), y[40:, 0], atol=0.3, rtol=0.0)


BESIDE = DesignSpace().parse(
    [{"name": "r", "type": "num", "lb": 0, "ub": 1}] + [{"name": f"b{i}", "type": "bool"} for i in range(12)]
)


def waves(n: int, seed: int) -> Data:
    """A wave of the number; the booleans beside it do not matter."""
    x = BESIDE.sample(n, generator=make_generator(seed), method="random")
    return Data(x, torch.sin(7 * x[:, :1]))


def test_nothing_is_learnt_of_what_is_ignored() -> None:
    told, fresh = waves(20, 0), waves(100, 1)
    blind = fit(MixedGP(ignore_kinds=("nominal",)), told, BESIDE)
    assert (blind.means(fresh.x) - fresh.y[:, 0]).square().mean() < 0.01
    flipped = torch.cat([fresh.x[:, :1], 1 - fresh.x[:, 1:]], 1)
    assert torch.equal(blind.means(flipped), blind.means(fresh.x))


@pytest.mark.parametrize(
    "space", [LETTERS, DesignSpace().parse([{"name": "r", "type": "num", "lb": 0, "ub": 1}])]
)
def test_nothing_or_everything_ignored_is_refused(space: DesignSpace) -> None:
    with pytest.raises(
        IncompatibleError, match=r"ignore_kinds \['nominal'\]: the columns .*leaves out all or none"
    ):
        MixedGP(ignore_kinds=("nominal",)).check(space)


def test_predictions_rest_on_a_stated_number_of_observations() -> None:
    data = matches(40)
    model = fit(MixedGP(max_train=12), data)
    assert len(model.x) == 12
    assert bool((model.x == data.best).all(1).any())


def test_covariances_under_an_ensemble_of_two_sets_of_points_are_those_of_all_together() -> None:
    model = fit(MixedGP(n_samples=3, burn_in=2), matches(20))
    assert isinstance(model, Ensemble)
    x = matches(8, seed=7).x
    torch.testing.assert_close(model.cross(x[:3], x[3:]), model.joint(x)[1][:3, 3:])
