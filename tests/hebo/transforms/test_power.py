"""Tests of `hebo.transforms.power`: HEBO's rule, and values that break power transforms."""

from __future__ import annotations

import pytest
import torch
from botorch.models import SingleTaskGP

from hebo.base import OutputTransform
from hebo.errors import DataError
from hebo.fallbacks import counting_fallbacks
from hebo.transforms.copula import GaussianCopula
from hebo.transforms.families import BoxCox, Identity, YeoJohnson
from hebo.transforms.power import FittedPowerTransform, PowerTransform, Standardize


def column(*costs: float) -> torch.Tensor:
    """Costs as values to be maximized, `n x 1`."""
    return -torch.tensor(costs, dtype=torch.float64).unsqueeze(-1)


def family(y: torch.Tensor) -> object:
    return FittedPowerTransform(y).columns[0].family


def test_positive_costs_go_through_box_cox() -> None:
    assert isinstance(family(column(0.1, 0.5, 2.0, 9.0, 40.0)), BoxCox)


def test_costs_of_both_signs_go_through_yeo_johnson() -> None:
    assert isinstance(family(column(-1.0, 0.5, 2.0, 9.0)), YeoJohnson)


@pytest.mark.parametrize("offset", [1e3, -1e3])
def test_costs_far_from_nought_are_bent_as_those_around_it(offset: float) -> None:
    costs = torch.rand(40, generator=torch.Generator().manual_seed(0)).mul(3).exp()
    far = column(*(costs + offset * costs.std()).tolist())
    assert isinstance(family(far), YeoJohnson)
    scores, centered = FittedPowerTransform(far)(far)[0], column(*(costs - costs.median()).tolist())
    torch.testing.assert_close(scores, FittedPowerTransform(centered)(centered)[0], atol=1e-3, rtol=0)
    assert (scores - (far - far.mean()) / far.std()).abs().max() > 0.5


def test_untransform_finds_costs_far_from_nought_again() -> None:
    y = column(1000.0, 1000.2, 1003.0, 1009.0)
    transform = PowerTransform().fit(y)
    torch.testing.assert_close(transform.untransform(transform(y)[0])[0], y)


def test_equal_costs_are_left_alone() -> None:
    transform = FittedPowerTransform(column(2.0, 2.0, 2.0))
    assert isinstance(transform.columns[0].family, Identity)
    assert transform(column(2.0, 2.0))[0].abs().max().item() == 0.0


def test_standardize_uses_no_power() -> None:
    transform = Standardize().fit(column(1.0, 2.0, 6.0))
    scores = transform(column(1.0, 2.0, 6.0))[0]
    expected = column(1.0, 2.0, 6.0)
    torch.testing.assert_close(scores, (expected - expected.mean()) / expected.std())


@pytest.mark.parametrize(
    "y",
    [
        column(0.1, 0.5, 2.0, 9.0, 40.0),
        column(-7.0, 0.0, 1e-3, 4.0),
        column(1e-300, 3e-300, 2e-299),
        column(-1e300, 0.0, 1e300),
        column(1.0, 2.0, 3.0, 1e300),
        column(1e-300, 2.0, 1e300),
        column(5.0),
        column(3.0, 3.0 + 1e-15),
    ],
)
def test_scores_are_finite_and_keep_the_ranking(y: torch.Tensor) -> None:
    scores = PowerTransform().fit(y)(y)[0]
    assert torch.isfinite(scores).all()
    order = y.squeeze(-1).argsort()
    assert (scores.squeeze(-1)[order].diff() >= 0).all()


def test_one_absurd_cost_leaves_resolution_for_the_others() -> None:
    y = column(1.0, 2.0, 3.0, 4.0, 1e300)
    scores = PowerTransform().fit(y)(y)[0].squeeze(-1)
    assert (scores[:4].diff().abs() > 0.01).all()


def test_scores_have_mean_zero_and_unit_spread() -> None:
    y = column(*torch.rand(40, generator=torch.Generator().manual_seed(0)).exp().tolist())
    scores = PowerTransform().fit(y)(y)[0]
    assert scores.mean().item() == pytest.approx(0.0, abs=1e-12)
    assert scores.std().item() == pytest.approx(1.0)


def test_untransform_inverts_the_transform() -> None:
    y = torch.cat([column(0.1, 2.0, 9.0), column(-1.0, 4.0, 5.0)], dim=-1)
    transform = PowerTransform().fit(y)
    torch.testing.assert_close(transform.untransform(transform(y)[0])[0], y)


def test_a_botorch_model_takes_it_as_outcome_transform() -> None:
    x = torch.linspace(0, 1, 8, dtype=torch.float64).unsqueeze(-1)
    y = -torch.exp(3 * x)
    model = SingleTaskGP(x, y, outcome_transform=PowerTransform().fit(y))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        samples = model.posterior(x[:2]).rsample(torch.Size([64]))
    torch.testing.assert_close(samples.median(0).values, y[:2], rtol=0.8, atol=0.5)


def test_values_that_are_not_finite_are_refused() -> None:
    with pytest.raises(DataError, match="finite"):
        PowerTransform().fit(column(1.0, float("nan")))


@pytest.mark.parametrize("transform", [PowerTransform(), Standardize(), GaussianCopula()])
def test_known_variances_pass_by_the_slope_at_the_value(transform: OutputTransform) -> None:
    y = -torch.exp(torch.randn(20, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))
    variances = torch.full_like(y, 0.01)
    fitted = transform.fit(y)
    scores, passed = fitted(y, variances)
    step = 1e-7
    slope = (fitted(y)[0] - fitted(y - step)[0]) / step  # from below, where a copula has its knots
    inner = y > y.min()  # beyond its last knots a copula goes on with another slope
    torch.testing.assert_close(passed[inner], 0.01 * slope[inner].square(), rtol=1e-4, atol=0)
    back, known = fitted.untransform(scores, passed)
    torch.testing.assert_close(back, y)
    torch.testing.assert_close(known, variances)


def test_beyond_the_limit_on_bad_values_a_variance_is_unknown() -> None:
    y = column(1.0, 2.0, 3.0, 1e12)
    _, passed = PowerTransform().fit(y)(y, torch.ones_like(y))
    assert passed.isnan().tolist() == [[False], [False], [False], [True]]


def test_equal_values_are_pooled_column_by_column() -> None:
    y = torch.tensor([[0.0, 5.0], [0.0, 6.0], [0.0, 8.0], [-1.0, 8.0]], dtype=torch.float64)
    both = PowerTransform(deduplicate=True).fit(y)(y)[0]
    alone = [PowerTransform(deduplicate=True).fit(one)(one)[0] for one in y.split(1, dim=1)]
    torch.testing.assert_close(both, torch.cat(alone, dim=1))


class Collapsing(YeoJohnson):
    """A power that leaves no difference between any two values."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(z)


def test_values_that_every_power_collapses_are_counted_and_only_standardized() -> None:
    with counting_fallbacks() as counter:
        transform = FittedPowerTransform(column(1.0, 2.0, 6.0), families=(Collapsing,))
    assert isinstance(transform.columns[0].family, Identity)
    assert counter == {"no power transform": 1}


def test_equal_costs_need_no_power_transform() -> None:
    with counting_fallbacks() as counter:
        PowerTransform().fit(column(2.0, 2.0, 2.0))
        Standardize().fit(column(1.0, 2.0))
    assert not counter


def test_a_value_that_is_told_often_counts_once_if_so_wished() -> None:
    once = column(0.1, 0.5, 2.0, 9.0, 40.0)
    often = torch.cat([once, column(0.1).expand(30, 1)])
    expected = PowerTransform().fit(once)(once)[0]
    torch.testing.assert_close(PowerTransform(deduplicate=True).fit(often)(once)[0], expected)
    assert float(PowerTransform().fit(often)(once)[0].std()) > 1.3 * float(expected.std())


def test_two_distinct_values_are_enough() -> None:
    y = column(1.0, 1.0, 1.0, 3.0)
    scores = PowerTransform(deduplicate=True).fit(y)(y)[0]
    assert torch.isfinite(scores).all()
    assert scores[0] > scores[3]
