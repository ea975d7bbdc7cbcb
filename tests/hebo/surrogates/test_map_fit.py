"""Tests of `hebo.surrogates.map_fit`."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import NumericalError
from hebo.random import make_generator
from hebo.surrogates.hyperparameters import Columns
from hebo.surrogates.map_fit import most_likely
from hebo.surrogates.marginal_likelihood import LogPosterior
from hebo.surrogates.warped_gp import WarpedGP


@pytest.fixture
def density(space: DesignSpace, data: Data) -> LogPosterior:
    columns = Columns(space)
    numeric, codes = (part.numpy() for part in columns.split(data.x))
    layout = WarpedGP()._layout(columns, 20)
    return LogPosterior(layout, numeric, codes, data.y[:, 0].numpy(), 2.5)


def test_the_result_is_a_local_minimum_below_every_start(density: LogPosterior) -> None:
    starts = density.layout.starts(4, generator=make_generator(0), scatter=1.0)
    found = most_likely(density, starts, max_iterations=200)
    value, gradient = density(found)
    assert value < min(density(start)[0] for start in starts)
    inside = (found > density.layout.lower) & (found < density.layout.upper)
    assert np.abs(gradient[inside]).max() < 0.1


def test_more_starts_are_never_worse(density: LogPosterior) -> None:
    starts = density.layout.starts(5, generator=make_generator(0), scatter=1.5)
    values = [density(most_likely(density, starts[:n], max_iterations=100))[0] for n in (1, 3, 5)]
    assert values == sorted(values, reverse=True)


def test_no_finite_start_is_an_error(space: DesignSpace, data: Data, density: LogPosterior) -> None:
    broken = LogPosterior(
        density.layout, density.numeric, np.zeros((len(data.x), 1)), np.full(len(data.x), np.nan), 2.5
    )
    with pytest.raises(NumericalError, match="no start"):
        most_likely(
            broken, density.layout.starts(2, generator=make_generator(0), scatter=1.0), max_iterations=9
        )


def test_global_seeds_do_not_matter(space: DesignSpace, data: Data) -> None:
    fits = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        model = WarpedGP(n_starts=3).fit(data, space, generator=make_generator(5))
        fits.append(model.weights)
    torch.testing.assert_close(fits[0], fits[1], rtol=0, atol=0)
