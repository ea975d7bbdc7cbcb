"""Gaussian process with BoTorch's default hyperparameters."""

from __future__ import annotations

from botorch.models import SingleTaskGP
from botorch.models.transforms import Normalize
from torch import Generator

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace


class UnfittedGP(Surrogate):
    """BoTorch's `SingleTaskGP` at the modes of its priors: nothing is learnt but the values."""

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> SingleTaskGP:
        """Return a model of the observations; see `hebo.base.Surrogate`."""
        unit_cube = Normalize(space.bounds.shape[1], bounds=space.bounds)
        return SingleTaskGP(data.x, data.y, outcome_transform=None, input_transform=unit_cube).eval()
