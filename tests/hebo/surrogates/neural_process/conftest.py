"""Small trained weights, and a network with random ones."""

from __future__ import annotations

import pytest
import torch
from examples import INSTANCES

from hebo.random import make_generator, seeded
from hebo.surrogates.neural_process.embedding import Points, Signs
from hebo.surrogates.neural_process.neural_process import NeuralProcess
from hebo.surrogates.neural_process.transformer import Architecture, Transformer

WEIGHTS = str(INSTANCES / "neural_process.safetensors")


@pytest.fixture(scope="session")
def exact() -> NeuralProcess:
    """Gradients and double precision, so that rounding hides nothing."""
    return NeuralProcess(weights=WEIGHTS, gradients=True, precision="double")


@pytest.fixture(scope="session")
def network() -> Transformer:
    """Random weights that make use of everything, in double precision."""
    sizes = Architecture(width=16, n_layers=2, n_heads=2, mlp=16, column_hidden=8, n_signs=4, n_bars=12)
    with seeded(make_generator("network")), torch.no_grad():
        made = Transformer(sizes).double()
        for one in (made.head.out.weight, made.relevance.out.weight):
            one.normal_(std=0.5)
    return made.requires_grad_(False)


class Tasks:
    """Two tasks with two continuous columns, one of four levels, and categories of 3 and 2."""

    levels, categories = (0, 0, 4), (3, 2)

    def __init__(self) -> None:
        generator = make_generator("tasks")
        self.context, self.queries = (self._points(n, generator) for n in (7, 5))
        self.y = torch.randn(2, 7, generator=generator, dtype=torch.float64)
        signs = Signs.draw(2, 3, self.categories, 4, generator)
        self.signs = signs.to(self.y)

    def _points(self, n: int, generator: torch.Generator) -> Points:
        u = torch.rand(2, n, 5, generator=generator, dtype=torch.float64)
        u[..., 2] = (3 * u[..., 2]).round() / 3
        codes = (u[..., 3:] * torch.tensor(self.categories)).floor()
        return Points(u[..., :3], codes, self.levels, self.categories)


@pytest.fixture(scope="session")
def tasks() -> Tasks:
    return Tasks()
