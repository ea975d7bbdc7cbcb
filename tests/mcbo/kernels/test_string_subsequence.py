"""Tests of `mcbo.kernels.string_subsequence`."""

from __future__ import annotations

import copy
import math
import pickle

import pytest
import torch
from gpytorch.priors import NormalPrior
from kernel_checks import (
    CONTINUOUS,
    MIXED,
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

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from mcbo.kernels.string_subsequence import StringSubsequence, StringSubsequenceKernel

SPACE = categories(3, 3, 3, 3, 3, 3)
WAYS = pytest.mark.parametrize("by_features", [True, False], ids=["features", "pairs"])


def build(space: DesignSpace = SPACE, *, by_features: bool = True, order: int = 3) -> StringSubsequenceKernel:
    columns = range(space.n_dims)
    kernel = StringSubsequence(order=order).build(space, columns, generator=make_generator(0))
    assert isinstance(kernel, StringSubsequenceKernel)
    kernel.by_features = by_features
    return kernel


def strings(*rows: str) -> Tensor:
    return torch.tensor([["abcdefgh".index(letter) for letter in row] for row in rows], dtype=torch.float64)


@WAYS
def test_it_is_a_correlation(by_features: bool) -> None:
    assert_correlation(scattered(build(by_features=by_features)), SPACE)


@WAYS
def test_derivatives_are_those_of_finite_differences(by_features: bool) -> None:
    kernel = scattered(build(by_features=by_features, order=4))
    x = points(SPACE, 2, 5, seed=1)
    assert_gradients(kernel, x, x)
    assert_gradients(kernel, x, points(SPACE, 4, seed=2))


@WAYS
def test_short_strings_have_the_correlations_worked_out_by_hand(by_features: bool) -> None:
    kernel = build(categories(3, 3, 3), by_features=by_features, order=2)
    second = 0.8**2 / (1 + 0.8**2)
    k = gram(kernel, strings("aab"), strings("abb", "baa", "ccc"))[0]
    # "aab" and "abb": 2 * 1 + 1 * 2 of 5 letters; "ab" twice, once with a gap, beside "aa" or "bb".
    assert k[0] == pytest.approx((1 - second) * 4 / 5 + second * 1.5**2 / (1 + 1.5**2))
    # "baa" has the letters of "aab", and of its pairs "aa" alone.
    assert k[1] == pytest.approx(1 - second + second / (1 + 1.5**2))
    assert k[2] == 0.0


@WAYS
def test_strings_without_a_common_letter_are_uncorrelated(by_features: bool) -> None:
    kernel = scattered(build(categories(*[4] * 8), by_features=by_features))
    assert gram(kernel, strings("abaabbab", "aaaaaaaa"), strings("cdcdcddc", "dddddddd")).abs().max() < 0.05


def test_both_ways_agree_on_long_strings() -> None:
    space = categories(*[7] * 20)
    x1, x2 = points(space, 2, 9, seed=1), points(space, 6, seed=2)
    features, pairs = build(space, by_features=True), build(space, by_features=False)
    torch.testing.assert_close(gram(features, x1, x2), gram(pairs, x1, x2))
    torch.testing.assert_close(gram(features, x1), gram(pairs, x1))


@pytest.mark.parametrize(
    ("n_letters", "length", "order", "by_features"),
    [(11, 20, 3, True), (11, 20, 4, False), (20, 11, 3, False), (30, 60, 3, False), (2, 60, 5, True)],
)
def test_subsequences_are_listed_where_that_is_less_work(
    n_letters: int, length: int, order: int, by_features: bool
) -> None:
    space = categories(*[n_letters] * length)
    kernel = StringSubsequence(order=order).build(space, range(length), generator=make_generator(0))
    assert isinstance(kernel, StringSubsequenceKernel)
    assert kernel.by_features is by_features


@WAYS
def test_a_vanishing_gap_decay_compares_the_counts_of_letters_and_of_neighbors(by_features: bool) -> None:
    kernel = build(by_features=by_features, order=2)
    with torch.no_grad():
        kernel.raw_gap_decay.fill_(-40.0)
    # "ababab": a 3, b 3, ab 3, ba 2; "abbbca": a 2, b 3, c 1, ab 1, bb 2, bc 1, ca 1.
    first, second = 15 / math.sqrt(18 * 14), 3 / math.sqrt(13 * 7)
    expected = (first + 0.8**2 * second) / (1 + 0.8**2)
    assert float(gram(kernel, strings("ababab", "abbbca"))[0, 1]) == pytest.approx(expected)


def test_features_without_a_gradient_are_the_same() -> None:
    kernel, x = scattered(build()), points(SPACE, 2, 5)
    with torch.no_grad():
        plain = kernel.encode(x)
    wanted = kernel.encode(x)
    assert wanted.requires_grad
    torch.testing.assert_close(plain, wanted.detach())


def test_a_small_match_decay_leaves_single_letters() -> None:
    kernel = build()
    with torch.no_grad():
        kernel.raw_match_decay.fill_(-12.0)
    assert gram(kernel, strings("abcabc", "ccbbaa"))[0, 1] == pytest.approx(1.0, abs=1e-9)


def test_the_letters_are_read_in_the_order_of_the_columns() -> None:
    forward = StringSubsequence(order=2).build(SPACE, [0, 1, 2, 3, 4, 5], generator=make_generator(0))
    backward = StringSubsequence(order=2).build(SPACE, [5, 4, 3, 2, 1, 0], generator=make_generator(0))
    x = points(SPACE, 6)
    torch.testing.assert_close(gram(backward, x), gram(forward, x.flip(1)))


def test_no_subsequence_is_longer_than_the_string() -> None:
    space = categories(4, 4)
    x = points(space, 9)
    assert torch.equal(gram(build(space, order=5), x), gram(build(space, order=2), x))


def test_numbers_of_two_values_are_letters_too() -> None:
    space = DesignSpace().parse(
        [{"name": f"i{i}", "type": "int", "lb": 3, "ub": 4} for i in range(3)]
        + [{"name": "c", "type": "cat", "categories": [3, 4]}]
    )
    x = points(space, 16)
    codes = x - torch.tensor([3.0, 3.0, 3.0, 0.0])
    assert set(codes.flatten().tolist()) == {0.0, 1.0}
    torch.testing.assert_close(gram(build(space), x), gram(build(categories(2, 2, 2, 2)), codes))


def test_a_fit_begins_at_the_medians_of_the_priors() -> None:
    recipe = StringSubsequence(match_decay=0.6, gap_decay=0.3)
    kernel = recipe.build(SPACE, range(6), generator=make_generator(0))
    assert kernel.match_decay.item() == pytest.approx(0.6)
    assert kernel.gap_decay.item() == pytest.approx(0.3)
    normal = NormalPrior(torch.tensor(0.0).double(), torch.tensor(1.0).double())
    assert log_prior(kernel) == pytest.approx(2 * float(normal.log_prob(torch.tensor(0.0).double())))


def test_a_sample_from_the_prior_replaces_a_decay() -> None:
    kernel = build()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        kernel.sample_from_prior("gap_decay_prior")
    assert kernel.gap_decay.item() != 0.5
    assert kernel.match_decay.item() == pytest.approx(0.8)


def test_copies_have_the_same_correlations() -> None:
    kernel, x = scattered(build()), points(SPACE, 5)
    assert torch.equal(gram(copy.deepcopy(kernel), x), gram(kernel, x))
    assert torch.equal(gram(pickle.loads(pickle.dumps(kernel)), x), gram(kernel, x))


def test_different_alphabets_are_refused_by_the_names_of_two_parameters() -> None:
    for categories_of_b in (["u", "v", "x"], ["u", "w", "v"], ["u", "v"]):
        space = DesignSpace().parse(
            [
                {"name": "a", "type": "cat", "categories": ["u", "v", "w"]},
                {"name": "b", "type": "cat", "categories": categories_of_b},
            ]
        )
        with pytest.raises(IncompatibleError, match=r"'a' has the categories \['u', 'v', 'w'\], 'b' has"):
            StringSubsequence().build(space, [0, 1], generator=make_generator(0))


def test_equal_values_of_different_types_are_different_letters() -> None:
    space = DesignSpace().parse(
        [{"name": "a", "type": "bool"}, {"name": "b", "type": "int", "lb": 0, "ub": 1}]
    )
    with pytest.raises(IncompatibleError, match="'a' has the categories"):
        StringSubsequence().build(space, [0, 1], generator=make_generator(0))


def test_columns_of_another_sort_are_refused() -> None:
    with pytest.raises(IncompatibleError, match="StringSubsequence has no correlation for the continuous"):
        StringSubsequence().build(MIXED, CONTINUOUS, generator=make_generator(0))


@pytest.mark.parametrize("setting", [{"order": 0}, {"order": 6}, {"gap_decay": 0.0}, {"match_decay": 1.0}])
def test_settings_out_of_range_are_refused(setting: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(setting))):
        StringSubsequence.model_validate(setting)
