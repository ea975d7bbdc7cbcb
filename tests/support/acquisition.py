"""Acquisitions in tests: under one model in a box, on noisy observations of a plane, and their gradients.

Notation is that of `hebo.base`.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

import torch
from botorch.models import SingleTaskGP
from botorch.models.model import Model
from torch import Generator, Tensor

from hebo.base import AcqFunction, Acquisition, FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator

PLANE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])


def under(
    acquisition: Acquisition,
    model: Model,
    data: Data,
    *,
    generator: Generator,
    domain: DesignSpace | None = None,
) -> AcqFunction:
    """Return the acquisition of one objective, in a domain, or a box of as many columns as the data has.

    One that looks at constraints has the same model for a constraint.
    """
    names = ascii_lowercase[: data.x.shape[1]]
    box = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in names]
    domain = DesignSpace().parse(box) if domain is None else domain
    constraints = (model,) if acquisition.handles_constraints else ()
    return acquisition.build(FittedModels((model,), constraints), data, domain, generator=generator)


def noisy_plane(n: int = 12, *, noise: float = 0.2) -> Data:
    """Return standardized observations of a smooth function at `n` points of the plane."""
    x = PLANE.sample(n, generator=make_generator("x"))
    y = torch.sin(5 * x[:, :1]) + (x[:, 1:] - 0.4).square()
    y = y + noise * torch.randn(n, 1, generator=make_generator("e"), dtype=torch.float64)
    return Data(x, (y - y.mean()) / y.std())


def on_plane(acquisition: Acquisition, model: Model, data: Data, seed: int = 0) -> Any:
    """Return the acquisition of one objective on the plane."""
    return acquisition.build(FittedModels((model,)), data, PLANE, generator=make_generator(seed))


def plain_gp(data: Data, lengthscale: float) -> SingleTaskGP:
    """Return BoTorch's own process with known hyperparameters; it is not fitted."""
    gp = SingleTaskGP(data.x, data.y, outcome_transform=None)
    gp.covar_module.lengthscale, gp.likelihood.noise = lengthscale, 0.05
    gp.eval()
    return gp


def check_gradients(
    value: AcqFunction, x: Tensor, *, step: float = 1e-6, rtol: float = 1e-3, atol: float = 1e-4
) -> None:
    """Compare gradients at `b x q x d` points with central differences, of the first and the last of `q`."""
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(value(x).sum(), x)
    for place in {0, x.shape[1] - 1}:
        for column in range(x.shape[2]):
            moved = torch.zeros(x.shape[1:], dtype=x.dtype)
            moved[place, column] = step
            with torch.no_grad():
                numeric = (value(x + moved) - value(x - moved))[:, 0] / (2 * step)
            torch.testing.assert_close(slope[:, place, column], numeric, rtol=rtol, atol=atol)
