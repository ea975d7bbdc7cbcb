"""Hyperparameters of a kernel as one vector, for a fit by SciPy's optimizers."""

from __future__ import annotations

import numpy as np
import torch
from gpytorch.kernels import Kernel
from numpy.typing import NDArray
from torch import Tensor

RAW_BOUNDS = (-30.0, 30.0)
"""Range of a raw parameter, in which its constraint has a slope."""


class KernelParameters:
    """The raw parameters of a kernel (before GPyTorch's constraints), `p` in all, with their priors.

    Args:
        kernel: Its parameters are set by `put`.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.tensors: list[Tensor] = [one for one in kernel.parameters() if one.requires_grad]
        self._priors = [(module, prior, closure) for _, module, prior, closure, _ in kernel.named_priors()]

    @property
    def values(self) -> NDArray[np.float64]:
        """The parameters as they are now, `p`."""
        return np.concatenate([np.empty(0), *(flat(one) for one in self.tensors)])

    def put(self, values: NDArray[np.float64]) -> None:
        """Set the parameters, `p`."""
        position = 0
        with torch.no_grad():
            for one in self.tensors:
                part = torch.from_numpy(values[position : position + one.numel()])
                one.copy_(part.reshape(one.shape))
                position += one.numel()

    def log_prior(self) -> Tensor:
        """Return the log prior density of the parameters as they are now, a scalar."""
        terms = [prior.log_prob(closure(module)).sum() for module, prior, closure in self._priors]
        return torch.stack(terms).sum() if terms else torch.zeros((), dtype=torch.float64)


def flat(parameter: Tensor) -> NDArray[np.float64]:
    """Return a parameter, or its slope, as a vector."""
    return np.asarray(parameter.detach().reshape(-1).cpu().numpy(), dtype=np.float64)
