"""`get_model`: surrogates behind `fit` and `predict`, as the original package offers its models."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.optimizers.by_name import surrogate_named
from hebo.random import make_generator

model_names = ["gp", "gpy", "rf", "multi_task"]
"""The names that `get_model` knows."""


def get_model(
    model_name: str, num_cont: int, num_enum: int, num_out: int, *, num_uniqs: Any = None, **conf: Any
) -> SurrogateModel:
    """Return a model that has not been fitted yet.

    Args:
        model_name: One of `model_names`.
        num_cont: Number of continuous inputs.
        num_enum: Number of categorical inputs.
        num_out: Number of outputs, each with a model of its own.
        num_uniqs: Number of categories of each categorical input.
        **conf: Settings, see `hebo.optimizers.by_name`; inputs are not warped unless `warp` says so.

    Raises:
        ConfigError: If the name or a setting has no counterpart here.
    """
    return SurrogateModel(model_name, num_cont, num_enum, num_out, num_uniqs=num_uniqs, **conf)


class SurrogateModel:
    """A surrogate for each output, on values scaled to zero mean and unit spread; see `get_model`."""

    def __init__(
        self,
        model_name: str,
        num_cont: int,
        num_enum: int,
        num_out: int,
        *,
        num_uniqs: Any = None,
        **conf: Any,
    ) -> None:
        self.num_cont, self.num_enum, self.num_out = num_cont, num_enum, num_out
        self._categories = list(num_uniqs or [])
        if len(self._categories) != num_enum:
            raise DataError(f"num_uniqs={num_uniqs!r}: give the number of categories of {num_enum} inputs")
        unit = torch.tensor([[0.0] * num_cont, [1.0] * num_cont])
        self._surrogate = surrogate_named(model_name, conf, self._space(unit), warp=False)
        self._models: list[Any] = []

    def fit(self, Xc: Tensor | None, Xe: Tensor | None, y: Tensor) -> None:
        """Fit to `n x num_cont` and `n x num_enum` inputs and `n x num_out` values."""
        x, values = self._inputs(Xc, Xe), y.detach().double()
        if values.shape != (len(x), self.num_out):
            raise DataError(f"y has shape {tuple(values.shape)}; expected {(len(x), self.num_out)}")
        self._centre, self._spread = values.mean(0), values.std(0, correction=0)
        self._spread[self._spread == 0] = 1.0
        space = self._space(x[:, : self.num_cont])
        scaled = (values - self._centre) / self._spread
        self._models = [
            self._surrogate.fit(
                Data(x, scaled[:, [place]]), space, generator=make_generator(0, "model", place)
            )
            for place in range(self.num_out)
        ]

    def predict(self, Xc: Tensor | None, Xe: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return means and variances of the function, `n x num_out` each.

        Raises:
            DataError: If the model has not been fitted.
        """
        if not self._models:
            raise DataError("the model has not been fitted; call fit(Xc, Xe, y) first")
        x = self._inputs(Xc, Xe).unsqueeze(1)
        found = [model.posterior(x) for model in self._models]
        mean = torch.cat([one.mean.reshape(-1, 1) for one in found], dim=1)
        variance = torch.cat([one.variance.reshape(-1, 1) for one in found], dim=1)
        return mean * self._spread + self._centre, variance * self._spread**2

    def sample_y(self, Xc: Tensor | None, Xe: Tensor | None, n_samples: int = 1) -> Tensor:
        """Return independent normal draws, `n_samples x n x num_out`, from torch's global stream."""
        mean, variance = self.predict(Xc, Xe)
        return mean + variance.sqrt() * torch.randn(n_samples, *mean.shape, dtype=mean.dtype)

    @property
    def noise(self) -> Tensor:
        """Variance of the observation noise of each output, `num_out`."""
        return torch.stack([one.noise_variance.reshape(()) for one in self._models]) * self._spread**2

    def _inputs(self, Xc: Tensor | None, Xe: Tensor | None) -> Tensor:
        """Return encoded points, continuous columns first."""
        parts = [one.detach().double() for one in (Xc, Xe) if one is not None and one.shape[1]]
        widths = [0 if one is None else one.shape[1] for one in (Xc, Xe)]
        if widths != [self.num_cont, self.num_enum]:
            raise DataError(f"inputs have {widths} columns; expected {[self.num_cont, self.num_enum]}")
        return torch.cat(parts, dim=1)

    def _space(self, continuous: Tensor) -> DesignSpace:
        """Return the space that the inputs fill; a column with a single value gets a width."""
        lower, upper = continuous.amin(0).tolist(), continuous.amax(0).tolist()
        numbers = [
            {"name": f"x{place}", "type": "num", "lb": low, "ub": high if high > low else low + 1.0}
            for place, (low, high) in enumerate(zip(lower, upper, strict=True))
        ]
        categories = [
            {"name": f"c{place}", "type": "cat", "categories": list(range(count))}
            for place, count in enumerate(self._categories)
        ]
        return DesignSpace().parse([*numbers, *categories])
