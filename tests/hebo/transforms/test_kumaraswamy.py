"""Tests of `hebo.transforms.kumaraswamy`."""

from __future__ import annotations

import torch
from gpytorch.priors import LogNormalPrior

from hebo.transforms.kumaraswamy import KumaraswamyWarp

BOUNDS = torch.tensor([[0.0, -2.0, 0.0], [1.0, 2.0, 4.0]], dtype=torch.float64)


def make(batch: torch.Size | None = None) -> KumaraswamyWarp:
    prior = LogNormalPrior(0.0, 1.0)
    return KumaraswamyWarp([0, 1], BOUNDS, prior=prior, batch_shape=batch or torch.Size()).double()


def test_exponents_of_one_only_scale() -> None:
    x = torch.tensor([[0.25, 1.0, 3.0]], dtype=torch.float64)
    torch.testing.assert_close(make().transform(x), torch.tensor([[0.25, 0.75, 3.0]], dtype=torch.float64))


def test_values_are_the_kumaraswamy_cdf() -> None:
    warp = make()
    warp.initialize(raw_a=torch.tensor([[2.0, 0.5]]).log(), raw_b=torch.tensor([[3.0, 0.7]]).log())
    x = torch.tensor([[0.3, 1.0, 9.0]], dtype=torch.float64)
    first, second = 1 - (1 - 0.3**2) ** 3, 1 - (1 - 0.75**0.5) ** 0.7
    torch.testing.assert_close(warp.transform(x), torch.tensor([[first, second, 9.0]], dtype=torch.float64))


def test_points_beyond_the_bounds_are_clipped() -> None:
    x = torch.tensor([[-1.0, 5.0, 0.0]], dtype=torch.float64)
    torch.testing.assert_close(
        make().transform(x), torch.tensor([[0.0, 1.0, 0.0]], dtype=torch.float64), atol=1e-5, rtol=0
    )


def test_each_member_of_a_batch_has_its_own_exponents() -> None:
    warp = make(torch.Size([2]))
    with torch.no_grad():
        warp.raw_a[1] = torch.log(torch.tensor(3.0))
    result = warp.transform(torch.full((5, 3), 0.5, dtype=torch.float64))
    assert result.shape == (2, 5, 3)
    torch.testing.assert_close(result[:, 0, 0], torch.tensor([0.5, 0.125], dtype=torch.float64))


def test_the_input_is_not_modified() -> None:
    x = torch.tensor([[0.25, 1.0, 3.0]], dtype=torch.float64)
    make().transform(x)
    assert x.tolist() == [[0.25, 1.0, 3.0]]
