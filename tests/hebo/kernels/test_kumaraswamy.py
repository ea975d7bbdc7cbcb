"""Tests of `hebo.kernels.kumaraswamy`."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from hebo.kernels.kumaraswamy import EDGE, SPREAD, Kumaraswamy, KumaraswamySlopes, kumaraswamy
from hebo.random import make_generator

U = torch.rand(7, 2, generator=make_generator(0), dtype=torch.float64).clamp(EDGE, 1 - EDGE)
A, B = torch.tensor([[0.6, 2.0], [1.7, 0.8]], dtype=torch.float64)


def test_values_are_those_worked_by_hand() -> None:
    assert kumaraswamy(torch.tensor(0.5), torch.tensor(2.0), torch.tensor(3.0)).item() == pytest.approx(
        1 - 0.75**3
    )
    torch.testing.assert_close(KumaraswamySlopes(U.log(), A, B, torch).value, 1 - (1 - U**A) ** B)


def test_the_closed_form_has_the_slopes_of_the_differentiable_one() -> None:
    u, log_a, log_b = (one.clone().requires_grad_() for one in (U, A.log(), B.log()))
    by_value = torch.rand(7, 2, generator=make_generator(1), dtype=torch.float64)
    warped = kumaraswamy(u, log_a.exp(), log_b.exp())
    by_u, by_a, by_b = torch.autograd.grad((warped * by_value).sum(), (u, log_a, log_b))
    of_tensors = KumaraswamySlopes(U.log(), A, B, torch)
    torch.testing.assert_close(of_tensors.by_u(U) * by_value, by_u)
    of_arrays = KumaraswamySlopes(U.log().numpy(), A.numpy(), B.numpy())
    for found, expected in zip(of_arrays.by_log_exponents(by_value.numpy()), (by_a, by_b), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_exponents_of_one_leave_columns_as_they_are() -> None:
    torch.testing.assert_close(Kumaraswamy(2)(U), U)


def test_the_ends_stay_and_have_a_slope() -> None:
    warp = Kumaraswamy(2)
    warp.a, warp.b = A, B
    ends = torch.tensor([[0.0, 0.0], [1.0, 1.0]], dtype=torch.float64, requires_grad=True)
    warped = warp(ends)
    torch.testing.assert_close(warped.detach(), ends.detach(), atol=1e-3, rtol=0.0)
    (slope,) = torch.autograd.grad(warped.sum(), ends)
    assert (slope > 0).all()


def test_each_exponent_has_a_log_normal_prior_of_mode_one() -> None:
    warp = Kumaraswamy(3)
    warp.a = torch.tensor([2.0, 1.0, 1.0])
    assert warp.a.tolist() == [[2.0, 1.0, 1.0]]
    assert {name for name, *_ in warp.named_priors()} == {"a_prior", "b_prior"}
    prior = warp.a_prior
    two, one = (float(prior.log_prob(torch.tensor(value))) for value in (2.0, 1.0))
    # in the logarithm a normal density around 0, as that of `WarpedGP`
    assert two - one == pytest.approx(-0.5 * (math.log(2.0) / SPREAD) ** 2)
