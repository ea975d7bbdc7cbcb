"""Covariances from responses, on a stand-in whose predictions are those of a Gaussian process."""

from __future__ import annotations

import torch
from torch.testing import assert_close

from hebo.random import make_generator
from hebo.surrogates.neural_process.responses import _shrunk, covariances

NOISE = 0.03


def kernel(a, b):
    return torch.exp(-0.5 * (a.unsqueeze(-2) - b.unsqueeze(-3)).square().sum(-1) / 0.09)


class Encoded:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def means(self, at):
        noisy = kernel(self.x, self.x) + NOISE * torch.eye(self.x.shape[1], dtype=torch.float64)
        return (kernel(at, self.x) @ torch.linalg.solve(noisy, self.y.unsqueeze(-1))).squeeze(-1)


class Process:
    """A Gaussian process with a known kernel, as the model of a network is asked."""

    def __init__(self, x, y):
        self.x, self.y, self.predictor = x, y, self
        self.noise_variance = torch.tensor(NOISE, dtype=torch.float64)

    def encoded(self, x, y):
        return Encoded(x, y)


def test_of_a_gaussian_process_they_are_its_own():
    generator = make_generator("responses")
    x, y = torch.rand(6, 2, generator=generator).double(), torch.randn(6, generator=generator).double()
    at = torch.rand(3, 4, 2, generator=generator).double()
    noisy = kernel(x, x) + NOISE * torch.eye(6, dtype=torch.float64)
    expected = kernel(at, at) - kernel(at, x) @ torch.linalg.solve(noisy, kernel(x, at))
    variance = expected.diagonal(dim1=-2, dim2=-1)
    model = Process(x, y)
    mean = Encoded(x.expand(3, 6, 2), y.expand(3, 6)).means(at)
    assert_close(covariances(model, at, mean, variance), expected)


def test_correlations_that_cannot_be_together_are_shrunk_alike():
    impossible = torch.tensor([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]], dtype=torch.float64)
    found = _shrunk(impossible)
    assert float(torch.linalg.eigvalsh(found)[0]) > 0
    off = ~torch.eye(3, dtype=torch.bool)
    ratios = found[off] / impossible[off]
    assert_close(ratios, ratios[:1].expand(6))
    possible = torch.tensor([[1.0, 0.5], [0.5, 1.0]], dtype=torch.float64)
    assert_close(_shrunk(possible), possible)


def test_many_points_are_answered_a_part_at_a_time(monkeypatch):
    generator = make_generator("parts")
    x, y = torch.rand(6, 2, generator=generator).double(), torch.randn(6, generator=generator).double()
    at = torch.rand(5, 3, 2, generator=generator).double()
    model, mean = Process(x, y), Encoded(x.expand(5, 6, 2), y.expand(5, 6)).means(at)
    whole = covariances(model, at, mean, torch.full_like(mean, 0.2))
    monkeypatch.setattr("hebo.surrogates.neural_process.responses._MAX_TOKENS", 20)
    assert_close(covariances(model, at, mean, torch.full_like(mean, 0.2)), whole)
