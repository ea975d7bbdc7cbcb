"""Tests of `mcbo.kernels.tree_additive`."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import torch
from kernel_checks import (
    CONTINUOUS,
    MIXED,
    NOMINAL,
    ORDERED,
    assert_correlation,
    assert_gradients,
    gram,
    log_prior,
    points,
    scattered,
)
from pydantic import ValidationError

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.correlation import log_normal
from hebo.kernels.numeric_matern import unit_cube_prior
from hebo.random import make_generator
from mcbo.kernels.tree_additive import TreeAdditive, TreeAdditiveKernel, draw_forest

COLUMNS = sorted(NOMINAL + ORDERED + CONTINUOUS)


def build(edge_share: float = 0.5, *, seed: int = 0) -> TreeAdditiveKernel:
    kernel = TreeAdditive(edge_share=edge_share).build(MIXED, COLUMNS, generator=make_generator(seed))
    assert isinstance(kernel, TreeAdditiveKernel)
    scattered(kernel)
    return kernel


def n_trees(n_vertices: int, edges: list[tuple[int, int]]) -> int:
    """The number of connected parts of a graph: a colour spreads along the edges until nothing changes."""
    colour = list(range(n_vertices))
    for _ in range(n_vertices):
        for a, b in edges:
            colour[a] = colour[b] = min(colour[a], colour[b])
    return len(set(colour))


@pytest.mark.parametrize(("n_vertices", "n_edges"), [(1, 0), (2, 1), (9, 4), (9, 8), (60, 59), (200, 40)])
def test_a_forest_has_the_wanted_number_of_edges_and_no_cycle(n_vertices: int, n_edges: int) -> None:
    edges = draw_forest(n_vertices, n_edges, make_generator(n_vertices))
    assert len(edges) == len(set(edges)) == n_edges
    assert all(0 <= a < b < n_vertices for a, b in edges)
    assert n_trees(n_vertices, edges) == n_vertices - n_edges  # one more for each cycle


def test_every_edge_is_drawn_equally_often() -> None:
    generator = make_generator("edges")
    counts = Counter(edge for _ in range(3000) for edge in draw_forest(5, 2, generator))
    assert len(counts) == 10
    deviation = math.sqrt(3000 * 0.2 * 0.8)
    assert all(abs(count - 600) < 4 * deviation for count in counts.values())


@pytest.mark.parametrize(
    ("edge_share", "d", "n_edges"),
    [(0.2, 20, 4), (0.2, 19, 3), (0.2, 3, 1), (0.2, 1, 0), (0.0, 20, 0), (1.0, 20, 19), (0.29, 100, 29)],
)
def test_the_number_of_edges_is_a_share_of_the_number_of_columns(
    edge_share: float, d: int, n_edges: int
) -> None:
    assert TreeAdditive(edge_share=edge_share).n_edges(d) == n_edges


@pytest.mark.parametrize("edge_share", [0.0, 0.2, 0.5, 1.0])
def test_every_column_is_in_a_clique_and_those_of_one_column_stand_alone(edge_share: float) -> None:
    kernel = build(edge_share)
    edges = [clique for clique in kernel.cliques if len(clique) == 2]
    alone = [clique[0] for clique in kernel.cliques if len(clique) == 1]
    paired = {column for edge in edges for column in edge}
    assert len(edges) == TreeAdditive(edge_share=edge_share).n_edges(len(COLUMNS))
    assert sorted(paired | set(alone)) == COLUMNS
    assert paired.isdisjoint(alone)


def test_a_forest_is_repeatable_and_new_at_each_build() -> None:
    assert build(seed=3).cliques == build(seed=3).cliques
    generator = make_generator(0)
    built = [TreeAdditive().build(MIXED, COLUMNS, generator=generator) for _ in range(8)]
    assert len({tuple(kernel.cliques) for kernel in built}) > 1


@pytest.mark.parametrize("edge_share", [0.0, 1.0])
def test_it_is_a_correlation(edge_share: float) -> None:
    assert_correlation(build(edge_share), MIXED)


def test_derivatives_are_those_of_finite_differences() -> None:
    space = DesignSpace().parse(
        [{"name": f"x{i}", "type": "num", "lb": -1, "ub": 2} for i in range(4)]
        + [{"name": "c", "type": "cat", "categories": ["u", "v", "w"]}]
    )
    kernel = scattered(TreeAdditive(edge_share=0.4).build(space, range(5), generator=make_generator(0)))
    x1, x2 = points(space, 2, 4, seed=1), points(space, 3, seed=2)
    assert_gradients(kernel, x1, x2)
    assert_gradients(kernel, x1, x1)
    assert_gradients(TreeAdditive().build(space, range(4), generator=make_generator(0)), x1, x2, by_x=True)


def test_it_is_the_weighted_sum_of_products_over_the_cliques() -> None:
    kernel = build(0.6)
    x1, x2 = points(MIXED, 5, seed=1), points(MIXED, 4, seed=2)
    low, high = MIXED.bounds
    lengths: dict[int, float] = dict(zip(COLUMNS, kernel.lengthscale[0].tolist(), strict=True))
    weights = kernel.weight[0].tolist()

    def factor(column: int, a: float, b: float) -> float:
        if column in NOMINAL:
            return 1.0 if a == b else math.exp(-1 / lengths[column])
        r = math.sqrt(5) * abs(a - b) / float(high[column] - low[column]) / lengths[column]
        return (1 + r + r * r / 3) * math.exp(-r)

    expected = [
        [
            sum(
                weight * math.prod(factor(column, float(a[column]), float(b[column])) for column in clique)
                for weight, clique in zip(weights, kernel.cliques, strict=True)
            )
            / sum(weights)
            for b in x2
        ]
        for a in x1
    ]
    torch.testing.assert_close(gram(kernel, x1, x2), torch.tensor(expected, dtype=torch.float64))


def test_components_add_up_to_the_kernel_with_their_shares_on_the_diagonal() -> None:
    kernel = build()
    x1, x2 = points(MIXED, 3, 5, seed=1), points(MIXED, 4, seed=2)
    with torch.no_grad():
        parts = [
            kernel.component(i, x1[..., list(clique)], x2[..., list(clique)])
            for i, clique in enumerate(kernel.cliques)
        ]
        same = [kernel.component(i, x2[:, list(c)], x2[:, list(c)]) for i, c in enumerate(kernel.cliques)]
    torch.testing.assert_close(torch.stack(parts).sum(0), gram(kernel, x1, x2))
    diagonals = torch.stack([part.diagonal() for part in same], -1)
    torch.testing.assert_close(diagonals, kernel.shares.detach().expand_as(diagonals))
    assert kernel.shares.sum().item() == pytest.approx(1.0)


def test_posterior_means_of_components_add_up_to_that_of_the_sum() -> None:
    kernel, x, query = build(), points(MIXED, 15, seed=1), points(MIXED, 6, seed=2)
    y = torch.randn(15, generator=make_generator(0), dtype=torch.float64)
    solved = torch.linalg.solve(gram(kernel, x) + 0.1 * torch.eye(15, dtype=torch.float64), y)
    with torch.no_grad():
        means = [
            kernel.component(i, query[:, list(c)], x[:, list(c)]) @ solved
            for i, c in enumerate(kernel.cliques)
        ]
    torch.testing.assert_close(torch.stack(means).sum(0), gram(kernel, query, x) @ solved)


def test_a_component_refuses_points_of_other_columns() -> None:
    kernel = build()
    index = next(i for i, clique in enumerate(kernel.cliques) if len(clique) == 2)
    x = points(MIXED, 3)
    with pytest.raises(IncompatibleError, match=f"component {index} is a function of the columns"):
        kernel.component(index, x, x)


def test_a_fit_begins_at_equal_shares_and_at_the_modes_of_the_priors() -> None:
    kernel = TreeAdditive().build(MIXED, COLUMNS, generator=make_generator(0))
    assert isinstance(kernel, TreeAdditiveKernel)
    n = len(kernel.cliques)
    torch.testing.assert_close(kernel.shares.detach(), torch.full((1, n), 1 / n, dtype=torch.float64))
    expected = n * log_normal(mode=1.0, spread=1.0).log_prob(torch.tensor(1.0, dtype=torch.float64))
    prior = unit_cube_prior(2)
    expected += len(COLUMNS) * prior.log_prob(prior.mode)
    assert log_prior(kernel) == pytest.approx(float(expected))


def test_permutations_are_refused() -> None:
    with pytest.raises(IncompatibleError, match="no correlation for the permutation parameter 'order'"):
        TreeAdditive().build(MIXED, [0, 7], generator=make_generator(0))


def test_a_share_above_one_is_refused() -> None:
    with pytest.raises(ValidationError, match="edge_share"):
        TreeAdditive(edge_share=1.5)
