"""Models of several conflicting objectives, for tests of acquisitions."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.base import FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
X = SPACE.sample(12, generator=make_generator(3))


def values(x: Tensor, m: int) -> Tensor:
    """Conflicting objectives: distances to `m` places."""
    places = torch.tensor([[0.1, 0.2], [0.9, 0.7], [0.2, 0.9]], dtype=torch.float64)[:m]
    return -torch.cdist(x, places)


def models_of(m: int) -> tuple[FittedModels, Data]:
    data = Data(X, values(X, m))
    fitted = [WarpedGP().fit(one, SPACE, generator=make_generator(j)) for j, one in enumerate(data.outputs())]
    return FittedModels(tuple(fitted)), data


POINTS = SPACE.sample(20, generator=make_generator(8)).unsqueeze(-2)
