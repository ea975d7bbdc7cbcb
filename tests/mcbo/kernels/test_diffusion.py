"""Tests of `mcbo.kernels.diffusion`."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from kernel_checks import (
    CONTINUOUS,
    MIXED,
    NOMINAL,
    ORDERED,
    assert_correlation,
    assert_gradients,
    categories,
    gram,
    log_prior,
    points,
    scattered,
)
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.transformed_overlap import TransformedOverlap, mismatch_prior
from hebo.random import make_generator
from mcbo.kernels.diffusion import MAX_LEVELS, Diffusion, DiffusionKernel, Path


def build(space: DesignSpace = MIXED, columns: list[int] | None = None) -> DiffusionKernel:
    kernel = Diffusion().build(space, columns or sorted(NOMINAL + ORDERED), generator=make_generator(0))
    assert isinstance(kernel, DiffusionKernel)
    return kernel


def complete_graph(c: int) -> Tensor:
    return c * torch.eye(c, dtype=torch.float64) - torch.ones(c, c, dtype=torch.float64)


def path_graph(n: int) -> Tensor:
    edges = torch.diag(torch.ones(n - 1, dtype=torch.float64), 1)
    adjacency = edges + edges.T
    return torch.diag(adjacency.sum(0)) - adjacency


def product_graph(laplacians: list[Tensor], beta: list[float]) -> Tensor:
    """The weighted Laplacian of the Cartesian product: the sum of L_i with identities elsewhere."""
    total = torch.zeros(1, 1, dtype=torch.float64)
    for laplacian, time in zip(laplacians, beta, strict=True):
        here = torch.eye(len(laplacian), dtype=torch.float64)
        before = torch.eye(len(total), dtype=torch.float64)
        total = torch.kron(total, here) + torch.kron(before, time * laplacian)
    return total


def heat_correlation(laplacian: Tensor) -> Tensor:
    k = torch.matrix_exp(-laplacian)
    scale = k.diagonal().rsqrt()
    return scale.unsqueeze(1) * k * scale


def test_it_is_a_correlation() -> None:
    assert_correlation(scattered(build()), MIXED)


@pytest.mark.parametrize("columns", [NOMINAL, ORDERED])
def test_it_is_a_correlation_of_columns_of_one_sort(columns: list[int]) -> None:
    assert_correlation(scattered(build(columns=columns)), MIXED)


def test_it_is_the_heat_kernel_of_the_product_of_complete_graphs() -> None:
    kernel = build(categories(3, 2, 4), [0, 1, 2])
    beta = [0.2, 0.7, 0.1]
    kernel.beta = torch.tensor([beta], dtype=torch.float64)
    vertices = torch.tensor(list(itertools.product(range(3), range(2), range(4))), dtype=torch.float64)
    laplacian = product_graph([complete_graph(3), complete_graph(2), complete_graph(4)], beta)
    torch.testing.assert_close(gram(kernel, vertices), heat_correlation(laplacian))


def test_it_is_the_heat_kernel_of_the_product_of_complete_and_path_graphs() -> None:
    space = DesignSpace().parse(
        [
            {"name": "level", "type": "int", "lb": 1, "ub": 6},
            {"name": "letter", "type": "cat", "categories": list("abc")},
            {"name": "power", "type": "int_exponent", "lb": 2, "ub": 16, "base": 2},
            {"name": "grade", "type": "ordinal", "levels": ["i", "ii", "iii", "iv"]},
        ]
    )
    kernel = build(space, [0, 1, 2, 3])
    beta = [1.3, 0.3, 0.6, 0.2]
    kernel.beta = torch.tensor([beta], dtype=torch.float64)
    vertices = torch.tensor(
        list(itertools.product(range(1, 7), range(3), range(1, 5), range(4))), dtype=torch.float64
    )
    laplacian = product_graph([path_graph(6), complete_graph(3), path_graph(4), path_graph(4)], beta)
    torch.testing.assert_close(gram(kernel, vertices), heat_correlation(laplacian))


@pytest.mark.parametrize("n", [1, 3, 40])
def test_features_of_a_path_span_the_eigenvectors_of_its_laplacian(n: int) -> None:
    path = Path(n)
    laplacian = path_graph(n) if n > 1 else torch.zeros(1, 1, dtype=torch.float64)
    torch.testing.assert_close(laplacian @ path.vectors, path.vectors * path.frequencies)
    torch.testing.assert_close(path.vectors.T @ path.vectors, torch.eye(n, dtype=torch.float64))


def test_times_and_lengthscales_are_two_names_of_one_thing() -> None:
    kernel = scattered(build())
    lengthscale = kernel.lengthscale.detach().clone()
    beta = kernel.beta.detach().clone()
    kernel.lengthscale = 1.0
    kernel.beta = beta
    torch.testing.assert_close(kernel.lengthscale, lengthscale)
    torch.testing.assert_close(kernel.beta, beta)


def test_the_lengthscale_says_how_far_a_change_of_category_lowers_the_correlation() -> None:
    kernel = build(categories(3, 5), [0, 1])
    kernel.lengthscale = torch.tensor([[0.5, 2.0]], dtype=torch.float64)
    x = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 4.0]], dtype=torch.float64)
    expected = torch.tensor([1.0, math.exp(-2.0), math.exp(-0.5)], dtype=torch.float64)
    torch.testing.assert_close(gram(kernel, x)[0], expected)


def test_the_lengthscale_says_how_far_the_correlation_of_levels_drops_on_average() -> None:
    space = DesignSpace().parse([{"name": "level", "type": "int", "lb": 0, "ub": 99}])
    kernel = build(space, [0])
    kernel.lengthscale = 0.1
    x = torch.tensor([[47.0], [53.0]], dtype=torch.float64)  # far from the ends, as on an endless path
    # At r steps the log-correlation is -r^2 / (4 beta) = -r^2 / (l (n^2 - 1) / 6).
    expected = -(6.0**2) / (0.1 * (100**2 - 1) / 6)
    assert float(gram(kernel, x)[0, 1].log()) == pytest.approx(expected, rel=0.01)


def test_with_nominal_columns_alone_it_is_the_transformed_overlap() -> None:
    kernel = scattered(build(columns=NOMINAL))
    twin = TransformedOverlap().build(MIXED, NOMINAL, generator=make_generator(0))
    twin.lengthscale = kernel.lengthscale.detach()
    x = points(MIXED, 8)
    torch.testing.assert_close(gram(kernel, x), gram(twin, x))


def test_at_time_zero_all_points_are_uncorrelated_and_after_long_they_are_the_same() -> None:
    columns = [0, 1]
    x = torch.cartesian_prod(torch.arange(4.0), torch.arange(3.0, 10.0)).double()
    x = torch.nn.functional.pad(x, (0, MIXED.n_dims - 2))
    kernel = build(columns=columns)
    kernel.beta = 1e-9
    torch.testing.assert_close(gram(kernel, x), torch.eye(28, dtype=torch.float64), atol=1e-7, rtol=0.0)
    kernel.beta = 200.0
    torch.testing.assert_close(gram(kernel, x), torch.ones(28, 28, dtype=torch.float64))


def test_points_that_differ_everywhere_can_be_all_but_uncorrelated() -> None:
    kernel = build()
    kernel.lengthscale = 1.0
    far = MIXED.bounds
    assert gram(kernel, far)[0, 1] < 0.05


def test_derivatives_are_those_of_finite_differences() -> None:
    assert_gradients(scattered(build()), points(MIXED, 5, seed=1), points(MIXED, 4, seed=2))


def test_each_lengthscale_has_the_prior_of_mismatches() -> None:
    kernel = build()
    kernel.lengthscale = 5.0
    one = float(mismatch_prior(7).log_prob(torch.tensor(5.0, dtype=torch.float64)))
    assert log_prior(kernel) == pytest.approx(7 * one)


def test_batches_of_times_give_batches_of_correlations() -> None:
    kernel, x = build(), points(MIXED, 6)
    each = torch.tensor([1.0, 4.0], dtype=torch.float64).reshape(2, 1, 1).expand(2, 1, 7)
    kernel.raw_lengthscale = torch.nn.Parameter(each.log())
    kernel.batch_shape = torch.Size([2])
    stacked = gram(kernel, x)
    for i in range(2):
        single = build()
        single.lengthscale = float(each[i, 0, 0])
        torch.testing.assert_close(stacked[i], gram(single, x))


def test_a_single_level_is_no_trouble() -> None:
    space = DesignSpace().parse([{"name": "level", "type": "int", "lb": 2, "ub": 2}])
    kernel = build(space, [0])
    kernel.beta = kernel.beta.detach() + 1.0
    assert gram(kernel, points(space, 2)).tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_too_many_levels_are_refused_by_name() -> None:
    space = DesignSpace().parse([{"name": "count", "type": "int", "lb": 1, "ub": MAX_LEVELS + 1}])
    with pytest.raises(
        IncompatibleError, match="Parameter 'count' has 513 levels, and Diffusion takes at most"
    ):
        Diffusion().build(space, [0], generator=make_generator(0))


def test_columns_of_another_sort_are_refused() -> None:
    with pytest.raises(IncompatibleError, match="Diffusion has no correlation for the continuous parameter"):
        Diffusion().build(MIXED, NOMINAL + CONTINUOUS, generator=make_generator(0))
