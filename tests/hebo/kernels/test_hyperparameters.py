"""Parameters of a kernel as one vector."""

from __future__ import annotations

import torch

from hebo.kernels.hyperparameters import KernelParameters
from hebo.kernels.mixture import mix
from hebo.kernels.numeric_matern import NumericMatern
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.random import make_generator
from hebo.testing.spaces import SPACES


def test_what_is_put_is_what_is_there_and_the_prior_counts_all_of_it() -> None:
    space, generator = SPACES["mixed"], make_generator(0)
    kernel = mix(
        [
            TransformedOverlap().build(space, [2, 4], generator=generator),
            NumericMatern().build(space, [0, 1, 3], generator=generator),
        ]
    )
    parameters = KernelParameters(kernel)
    values = parameters.values
    assert len(values) == 2 + 3 + 2  # lengthscales, and the two shares of the mixture
    parameters.put(values + 0.5)
    assert (parameters.values == values + 0.5).all()
    moved = parameters.log_prior()
    parameters.put(values)
    assert parameters.log_prior() > moved


def test_a_kernel_without_parameters_has_an_empty_vector() -> None:
    kernel = NumericMatern().build(SPACES["numeric"], [0, 1], generator=make_generator(0))
    kernel.requires_grad_(False)
    parameters = KernelParameters(kernel)
    parameters.put(parameters.values)
    assert parameters.values.shape == (0,)
    assert torch.isfinite(parameters.log_prior())
