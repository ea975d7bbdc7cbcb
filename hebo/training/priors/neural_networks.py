"""Functions that are small neural networks with random weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.training.priors.draws import Noiseless, Numbers, log_uniform, normal, rescaled
from hebo.training.tasks import Columns, Functions, TaskPrior


class NeuralNetworks(TaskPrior):
    """Fully connected networks with hyperbolic tangents.

    The larger the weights of the first layer, the faster a function varies.

    Attributes:
        n_layers: Hidden layers.
        width: Units of each.
        gain: Smallest and largest standard deviation of the inputs of the units of the first layer.
    """

    n_layers: int = Field(default=3, ge=1)
    width: int = Field(default=32, ge=2)
    gain: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] = (1.0, 6.0)

    def draw(self, n_tasks: int, columns: Columns, *, generator: Generator) -> Functions:
        """See `TaskPrior`."""
        sizes = [columns.n, *[self.width] * self.n_layers]
        gains = [log_uniform(*self.gain, n_tasks, 1, 1, generator=generator)]
        gains += [log_uniform(1.0, 2.5, n_tasks, 1, 1, generator=generator) for _ in sizes[2:]]
        layers = [
            (
                normal(n_tasks, fan_in, fan_out, generator=generator) * gain * (2 / fan_in) ** 0.5,
                normal(n_tasks, 1, fan_out, generator=generator) * 0.5 * gain,
            )
            for fan_in, fan_out, gain in zip(sizes[:-1], sizes[1:], gains, strict=True)
        ]
        output = normal(n_tasks, self.width, 1, generator=generator)
        drawn = Networks(Numbers(n_tasks, columns, generator), tuple(layers), output)
        return rescaled(drawn, n_tasks, columns, generator=generator)


@dataclass(frozen=True)
class Networks(Noiseless):
    """Random networks.

    Attributes:
        numbers: Turns points into inputs.
        layers: Weights and biases of the hidden layers.
        output: Weights of the output, `t x width x 1`.
    """

    numbers: Numbers
    layers: tuple[tuple[Tensor, Tensor], ...]
    output: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        h = 2 * self.numbers(x) - 1
        for weight, bias in self.layers:
            h = torch.tanh(h @ weight + bias)
        return (h @ self.output).squeeze(-1)
