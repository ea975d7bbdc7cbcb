"""What every kernel of `hebo.kernels` and `mcbo.kernels` must satisfy, and spaces to build them on."""

from __future__ import annotations

from typing import Any

import torch
from gpytorch import settings
from gpytorch.kernels import Kernel
from torch import Tensor
from torch.func import functional_call

from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator


def categories(*counts: int) -> DesignSpace:
    """A space of nominal columns with so many categories."""
    return DesignSpace().parse(
        [{"name": f"c{i}", "type": "cat", "categories": list(range(c))} for i, c in enumerate(counts)]
    )


# Nominal, ordered, continuous and permutation columns, some on scales where codes are not level numbers.
MIXED = DesignSpace().parse(
    [
        {"name": "letter", "type": "cat", "categories": list("abcd")},
        {"name": "depth", "type": "int", "lb": 3, "ub": 9},
        {"name": "rate", "type": "pow", "lb": 1e-4, "ub": 1.0},
        {"name": "flag", "type": "bool"},
        {"name": "width", "type": "pow_int", "lb": 1, "ub": 8, "base": 2},
        {"name": "pair", "type": "int", "lb": 3, "ub": 4},
        {"name": "grade", "type": "ordinal", "levels": ["low", "mid", "high"]},
        {"name": "order", "type": "permutation", "length": 3},
        {"name": "alone", "type": "cat", "categories": ["only"]},
    ]
)
NOMINAL, ORDERED, CONTINUOUS = [0, 3, 5, 10], [1, 4, 6], [2]


def points(space: DesignSpace, *shape: int, seed: int = 0) -> Tensor:
    """Random points of a space, `shape x d`."""
    n = int(torch.tensor(shape).prod())
    return space.sample(n, generator=make_generator("kernels", seed)).reshape(*shape, space.n_dims)


def scattered(kernel: Kernel, seed: int = 0) -> Kernel:
    """The kernel with every raw hyperparameter moved at random, so that no two are alike."""
    generator = make_generator("hyperparameters", seed)
    for parameter in kernel.parameters():
        parameter.data += 0.5 * torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
    return kernel


def gram(kernel: Kernel, x1: Tensor, x2: Tensor | None = None) -> Tensor:
    """The correlations as a dense tensor without a graph."""
    with torch.no_grad():
        k: Tensor = kernel(x1, x2).to_dense()
    return k


def assert_correlation(kernel: Kernel, space: DesignSpace) -> None:
    """Check shapes, symmetry, definiteness, a diagonal of 1 and the `diag` mode, with and without batches."""
    x1, x2 = points(space, 3, 2, 12, seed=1), points(space, 3, 2, 7, seed=2)
    k, across = gram(kernel, x1), gram(kernel, x1, x2)
    assert k.dtype == across.dtype == kernel.dtype == torch.float64
    assert k.shape == (3, 2, 12, 12)
    assert across.shape == (3, 2, 12, 7)
    torch.testing.assert_close(across[1, 1], gram(kernel, x1[1, 1], x2[1, 1]))
    torch.testing.assert_close(k, k.mT)
    torch.testing.assert_close(k.diagonal(dim1=-2, dim2=-1), torch.ones(3, 2, 12, dtype=torch.float64))
    assert torch.linalg.eigvalsh(k).min() > -1e-10
    assert k.min() > -1e-12
    with torch.no_grad():
        assert torch.equal(kernel(x1, diag=True), torch.ones(3, 2, 12, dtype=torch.float64))
        pairs = kernel(x1[..., :7, :], x2, diag=True)
    torch.testing.assert_close(pairs, across[..., :7, :].diagonal(dim1=-2, dim2=-1))


def assert_gradients(kernel: Kernel, x1: Tensor, x2: Tensor, *, by_x: bool = False) -> None:
    """Compare derivatives by the raw hyperparameters, and by `x1` if asked, with finite differences."""
    names = [name for name, _ in kernel.named_parameters()]
    values = [value.detach().clone().requires_grad_() for _, value in kernel.named_parameters()]
    assert names

    def correlations(x: Tensor, *raw: Tensor) -> Any:
        with settings.lazily_evaluate_kernels(False):
            return functional_call(kernel, dict(zip(names, raw, strict=True)), (x, x2)).to_dense()

    assert torch.autograd.gradcheck(correlations, (x1.clone().requires_grad_(by_x), *values))


def log_prior(kernel: Kernel) -> float:
    """The log density of the hyperparameters under the registered priors."""
    with torch.no_grad():
        return sum(float(prior.log_prob(get(of)).sum()) for _, of, prior, get, _ in kernel.named_priors())
