"""Tests of `hebo.kernels.correlation`."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from gpytorch.kernels import Kernel
from kernel_checks import MIXED, NOMINAL, gram, points, scattered
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.correlation import Correlation, fixed_features, log_normal
from hebo.kernels.mixture import Mixture
from hebo.kernels.overlap import Overlap
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.random import make_generator
from mcbo.kernels.composition import Composition
from mcbo.kernels.hamming_embedding import HammingEmbedding
from mcbo.kernels.string_subsequence import StringSubsequence

X = points(MIXED, 9)
LETTERS = DesignSpace().parse(
    [{"name": f"x{i}", "type": "cat", "categories": list("abcd")} for i in range(3)]
)
WORDS = points(LETTERS, 9)


def transformed_overlap() -> Kernel:
    return TransformedOverlap().build(MIXED, NOMINAL, generator=make_generator(0))


def test_a_correlation_without_a_formula_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="correlation"):
        Correlation()


def test_only_the_given_columns_are_seen() -> None:
    seen: list[Tensor] = []

    class Spy(Correlation):
        def correlation(self, x1: Tensor, x2: Tensor) -> Tensor:
            seen.extend([x1, x2])
            return torch.ones(*x1.shape[:-1], x2.shape[-2], dtype=x1.dtype)

    gram(Spy([2, 0]), X, X[:3])
    assert torch.equal(seen[0], X[:, [2, 0]])
    assert torch.equal(seen[1], X[:3, [2, 0]])


def test_a_split_into_columns_is_refused() -> None:
    with pytest.raises(IncompatibleError, match="TransformedOverlapKernel is not a sum over columns"):
        transformed_overlap().forward(X[:, NOMINAL], X[:, NOMINAL], last_dim_is_batch=True)


def test_fixed_features_give_the_correlations_and_the_slopes_of_the_kernel_at_any_lengthscale() -> None:
    mixture = Mixture(kernels=[TransformedOverlap(), Composition()])
    for recipe in (TransformedOverlap(), mixture):
        kernel = recipe.build(LETTERS, [0, 1, 2], generator=make_generator(0))
        fixed = fixed_features(kernel, WORDS)
        assert fixed is not None
        for one in kernel.parameters():
            one.data += 0.3
        parameters = list(kernel.parameters())
        both = [fixed.correlations(), kernel(WORDS, WORDS).to_dense()]
        slopes = [torch.autograd.grad(one.square().sum(), parameters) for one in both]
        torch.testing.assert_close(*both, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(*slopes, rtol=1e-10, atol=1e-12)


def test_features_that_hyperparameters_change_are_not_fixed() -> None:
    changing = HammingEmbedding(), StringSubsequence(), Mixture(kernels=[Overlap(), StringSubsequence()])
    for recipe in changing:
        assert fixed_features(recipe.build(LETTERS, [0, 1, 2], generator=make_generator(0)), WORDS) is None
    assert fixed_features(Kernel(), WORDS) is None


def test_the_log_normal_prior_peaks_at_its_mode() -> None:
    prior = log_normal(mode=7.0, spread=0.8)
    around = torch.tensor([6.99, 7.0, 7.01], dtype=torch.float64)
    assert prior.log_prob(around).argmax() == 1
    assert float(prior.mode) == pytest.approx(7.0)
    assert prior.variance.log1p().dtype == torch.float64
    quantiles = prior.icdf(torch.tensor([0.5, 0.8413447460685429], dtype=torch.float64))
    assert float((quantiles[1] / quantiles[0]).log()) == pytest.approx(0.8)


def test_a_fit_begins_at_the_mode_of_the_prior() -> None:
    kernel = transformed_overlap()
    assert torch.allclose(kernel.lengthscale, kernel.lengthscale_prior.mode)


def test_lengthscales_can_be_set_all_alike_or_one_by_one() -> None:
    kernel = transformed_overlap()
    kernel.lengthscale = 3.0
    torch.testing.assert_close(kernel.lengthscale, torch.full((1, 4), 3.0, dtype=torch.float64))
    each = torch.tensor([[1.0, 2.0, 3.0, 4.0]], dtype=torch.float64)
    kernel.initialize(lengthscale=each)
    torch.testing.assert_close(kernel.raw_lengthscale, each.log())


def test_a_sample_from_the_prior_replaces_the_lengthscales() -> None:
    kernel = transformed_overlap()
    before = kernel.lengthscale.detach().clone()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        kernel.sample_from_prior("lengthscale_prior")
    assert bool((kernel.lengthscale != before).all())
    assert bool((kernel.lengthscale > 0).all())


@pytest.mark.parametrize("pickled", [False, True])
def test_a_copy_has_the_same_correlations_and_its_own_hyperparameters(pickled: bool) -> None:
    kernel = scattered(transformed_overlap())
    twin = pickle.loads(pickle.dumps(kernel)) if pickled else copy.deepcopy(kernel)
    assert torch.equal(gram(twin, X), gram(kernel, X))
    twin.lengthscale = 0.01
    assert not torch.equal(gram(twin, X), gram(kernel, X))
    [(_, owner, prior, get, _)] = twin.named_priors()
    torch.testing.assert_close(get(owner), torch.full((1, 4), 0.01, dtype=torch.float64))
    assert bool(torch.isfinite(prior.log_prob(get(owner))).all())


def test_a_saved_state_restores_the_correlations() -> None:
    kernel, twin = scattered(transformed_overlap()), transformed_overlap()
    twin.load_state_dict(kernel.state_dict())
    assert torch.equal(gram(twin, X), gram(kernel, X))


def test_a_kernel_without_hyperparameters_is_of_double_precision_too() -> None:
    kernel = Overlap(ard=False).build(MIXED, NOMINAL, generator=make_generator(0))
    assert list(kernel.parameters()) == []
    assert kernel.dtype == torch.float64


def test_batches_of_hyperparameters_give_batches_of_correlations() -> None:
    kernel = transformed_overlap()
    each = torch.tensor([1.0, 5.0], dtype=torch.float64).reshape(2, 1, 1).expand(2, 1, 4)
    kernel.raw_lengthscale = torch.nn.Parameter(each.log())
    kernel.batch_shape = torch.Size([2])
    stacked = gram(kernel, X)
    assert stacked.shape == (2, 9, 9)
    for i in range(2):
        single = transformed_overlap()
        single.lengthscale = float(each[i, 0, 0])
        torch.testing.assert_close(stacked[i], gram(single, X))
    assert kernel(X, diag=True).shape == (2, 9)
