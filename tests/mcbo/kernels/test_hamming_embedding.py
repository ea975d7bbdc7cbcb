"""Tests of `mcbo.kernels.hamming_embedding`."""

from __future__ import annotations

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
from pydantic import ValidationError
from torch import Tensor

from hebo.errors import IncompatibleError
from hebo.kernels.numeric_matern import MaternKernel
from hebo.kernels.one_hot import OneHot
from hebo.random import make_generator
from mcbo.kernels.hamming_embedding import (
    Embedding,
    HammingEmbedding,
    draw_anchors,
    embedding_prior,
    relabelled,
)


def build(*, n_anchors: int = 6, relabel: bool = False, seed: int = 0) -> MaternKernel:
    recipe = HammingEmbedding(n_anchors=n_anchors, relabel=relabel)
    kernel = recipe.build(MIXED, NOMINAL, generator=make_generator(seed))
    assert isinstance(kernel, MaternKernel)
    return kernel


def anchors_of(kernel: MaternKernel) -> Tensor:
    assert isinstance(kernel.features, Embedding)
    return kernel.features.anchors


@pytest.mark.parametrize("relabel", [False, True])
def test_it_is_a_correlation(relabel: bool) -> None:
    assert_correlation(scattered(build(relabel=relabel)), MIXED)


def test_it_is_the_matern_correlation_of_shares_of_differing_columns() -> None:
    kernel = scattered(build())
    anchors, length = anchors_of(kernel), kernel.lengthscale[0].tolist()
    x = points(MIXED, 5)[:, NOMINAL]
    codes = x - torch.tensor([0.0, 0.0, 3.0, 0.0])  # the pair of integers is 3 or 4

    def phi(row: int, k: int) -> float:
        return sum(float(codes[row, i]) != float(anchors[k, i]) for i in range(4)) / 4

    for row in range(1, 5):
        r = math.sqrt(sum(((phi(0, k) - phi(row, k)) / length[k]) ** 2 for k in range(6)))
        s = math.sqrt(5.0) * r
        expected = (1 + s + s**2 / 3) * math.exp(-s)
        assert float(kernel.correlation(x[:1], x[row : row + 1]).detach()) == pytest.approx(expected)


def test_the_embedding_is_the_share_of_columns_that_differ() -> None:
    embedding = Embedding(OneHot(categories(3, 2, 4), [0, 1, 2]), torch.tensor([[0, 1, 3], [2, 0, 0]]))
    x = torch.tensor([[0.0, 1.0, 0.0], [2.0, 0.0, 0.0]], dtype=torch.float64)
    expected = torch.tensor([[1 / 3, 2 / 3], [1.0, 0.0]], dtype=torch.float64)
    torch.testing.assert_close(embedding(x), expected)


def test_anchors_are_categories_of_their_columns() -> None:
    anchors = draw_anchors([4, 2, 1, 3], 500, generator=make_generator(0))
    assert anchors.shape == (500, 4)
    assert anchors.amin(0).tolist() == [0, 0, 0, 0]
    assert anchors.amax(0).tolist() == [3, 1, 0, 2]


def test_shares_of_a_category_are_uniform_over_anchors_of_two_categories() -> None:
    d, n = 9, 4000
    counts = draw_anchors([2] * d, n, generator=make_generator(0)).sum(1).bincount(minlength=d + 1)
    # A binomial number whose probability is uniform takes each of its d + 1 values alike.
    expected = n / (d + 1)
    statistic = float(((counts - expected).square() / expected).sum())
    assert statistic < 27.9  # the 0.999 quantile of chi-squared with 9 degrees of freedom


def test_entries_of_an_anchor_agree_more_often_than_independent_ones() -> None:
    c, n = 5, 20000
    anchors = draw_anchors([c, c], n, generator=make_generator(0))
    share = (anchors[:, 0] == anchors[:, 1]).double().mean()
    # E[sum_j p_j^2] = 2 / (c + 1) for shares that are uniform on the simplex.
    assert share == pytest.approx(2 / (c + 1), abs=4 * math.sqrt(0.25 / n))


def test_columns_of_fewer_categories_take_the_first_shares_in_proportion() -> None:
    n = 20000
    anchors = draw_anchors([5, 3], n, generator=make_generator(0))
    share = (anchors[:, 1].bincount() / n).tolist()
    assert share == pytest.approx([1 / 3] * 3, abs=4 * math.sqrt(0.25 / n))


def test_relabelling_renames_each_column_by_one_permutation() -> None:
    counts = [4, 3, 5]
    anchors = draw_anchors(counts, 300, generator=make_generator(0))
    renamed = relabelled(anchors, counts, generator=make_generator(1))
    assert not torch.equal(renamed, anchors)
    for i, c in enumerate(counts):
        pairs = {(int(a), int(b)) for a, b in zip(anchors[:, i], renamed[:, i], strict=True)}
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}) == c


def test_relabelling_is_an_option_of_the_recipe() -> None:
    plain, renamed = build(seed=1), build(relabel=True, seed=1)
    assert not torch.equal(anchors_of(plain), anchors_of(renamed))
    assert torch.equal(anchors_of(renamed), anchors_of(build(relabel=True, seed=1)))
    for i in range(4):
        pairs = zip(anchors_of(plain)[:, i].tolist(), anchors_of(renamed)[:, i].tolist(), strict=True)
        assert len(dict(pairs)) == len(set(anchors_of(plain)[:, i].tolist()))


def test_the_generator_decides_the_anchors() -> None:
    assert torch.equal(anchors_of(build(seed=3)), anchors_of(build(seed=3)))
    assert not torch.equal(anchors_of(build(seed=3)), anchors_of(build(seed=4)))


def test_a_saved_state_restores_the_anchors() -> None:
    kernel, twin, x = scattered(build(seed=3)), build(seed=4), points(MIXED, 6)
    assert not torch.equal(gram(twin, x), gram(kernel, x))
    twin.load_state_dict(kernel.state_dict())
    assert torch.equal(gram(twin, x), gram(kernel, x))


def test_the_prior_follows_the_distances_of_random_points() -> None:
    space = categories(*[2, 3, 5, 11] * 5)
    one_hot = OneHot(space, list(range(20)))
    anchors = draw_anchors(one_hot.n_categories, 64, generator=make_generator(0))
    u = torch.rand(40000, 20, generator=make_generator(1), dtype=torch.float64)
    phi = Embedding(one_hot, anchors)((u * torch.tensor(one_hot.n_categories)).floor())
    mean_square = (phi[:20000] - phi[20000:]).square().sum(1).mean()
    mode = float(embedding_prior(one_hot.n_categories, 64).mode)
    assert mode == pytest.approx(0.5 * math.sqrt(mean_square), rel=0.01)


def test_each_lengthscale_has_the_prior() -> None:
    kernel = build()
    kernel.lengthscale = 0.7
    one = float(embedding_prior([4, 2, 2, 1], 6).log_prob(torch.tensor(0.7, dtype=torch.float64)))
    assert log_prior(kernel) == pytest.approx(6 * one)


def test_a_single_point_is_no_trouble() -> None:
    space = categories(1, 1)
    kernel = HammingEmbedding().build(space, [0, 1], generator=make_generator(0))
    assert gram(kernel, points(space, 2)).tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_points_that_differ_everywhere_can_be_all_but_uncorrelated() -> None:
    space = categories(*[5] * 20)
    kernel = HammingEmbedding().build(space, list(range(20)), generator=make_generator(0))
    x = torch.stack([torch.zeros(20), torch.ones(20)]).double()
    kernel.lengthscale = 0.5
    assert gram(kernel, x)[0, 1] < 0.05


def test_derivatives_are_those_of_finite_differences() -> None:
    assert_gradients(scattered(build()), points(MIXED, 5, seed=1), points(MIXED, 4, seed=2))


def test_without_anchors_there_is_no_embedding() -> None:
    with pytest.raises(ValidationError, match="n_anchors"):
        HammingEmbedding(n_anchors=0)


@pytest.mark.parametrize(("columns", "sort"), [(ORDERED, "ordered"), (CONTINUOUS, "continuous")])
def test_columns_of_another_sort_are_refused(columns: list[int], sort: str) -> None:
    with pytest.raises(IncompatibleError, match=f"HammingEmbedding has no correlation for the {sort}"):
        HammingEmbedding().build(MIXED, columns, generator=make_generator(0))
