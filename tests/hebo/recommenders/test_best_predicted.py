"""Tests of `hebo.recommenders.best_predicted`: whatever the search, no measured point is better."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
import pytest
import torch
from torch import Generator, Tensor

from hebo.abilities import Ability
from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.improvement import LogEI
from hebo.base import AcqFunction, AcqOptimizer, Candidates, Domain
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.recommenders.best_predicted import best_predicted
from hebo.request import Request
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize
from mcbo.presets import RDUCB

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "xz"])
LOOP = BayesOptRecipe(
    surrogate=WarpedGP(), acquisition=LogEI(), acq_optimizer=NSGA2(), output_transform=Standardize()
)
NONE_SUCH = Ability("a crystal ball", int, "buy one")


class Worst(AcqOptimizer):
    """Returns a corner, and keeps what it started from."""

    seen: ClassVar[list[Tensor]] = []

    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        assert start is not None
        self.seen.append(start)
        return Candidates(domain.project(torch.ones(1, 2, dtype=torch.float64)), torch.zeros(1))


class Needy(Worst):
    """Needs what a mean does not offer."""

    needs: ClassVar[frozenset[Ability]] = frozenset({NONE_SUCH})


def told(n: int = 20) -> Data:
    x = SPACE.sample(n, generator=make_generator(0))
    return Data(x, -((x - 0.3) ** 2).sum(1, keepdim=True))


def predicted(search: AcqOptimizer, data: Data, **fixed: Any) -> Any:
    domain = SPACE.fix(fixed) if fixed else SPACE
    request = Request(1, data, SPACE, domain, iteration=0, n_asked=0, seed=0)
    stack = LOOP._fit(data, request)
    transform = Standardize().fit(data.successes().y)
    return best_predicted(search, stack.models, stack.data, transform, request), stack


def test_a_search_that_finds_nothing_leaves_the_best_evaluated_point() -> None:
    data = told()
    found, stack = predicted(Worst(), data)
    means = stack.models.objective.posterior(data.x.unsqueeze(1)).mean.reshape(-1)
    assert torch.equal(found.x, data.x[int(means.argmax())])


def test_the_search_starts_from_the_best_evaluated_points_in_the_domain() -> None:
    data = told()
    Worst.seen.clear()
    found, _ = predicted(Worst(), data, z=0.9)
    (start,) = Worst.seen
    assert len(start) == 10
    assert (start[:, 1] == 0.9).all()
    assert float(found.x[1]) == 0.9


def test_what_is_found_is_no_worse_than_the_points_measured() -> None:
    data = told()
    found, stack = predicted(NSGA2(population=40, n_generations=4), data)
    means = stack.models.objective.posterior(torch.cat([data.x, found.x[None]]).unsqueeze(1)).mean
    assert int(means.reshape(-1).argmax()) == len(data.x)
    torch.testing.assert_close(found.x, torch.full((2,), 0.3, dtype=torch.float64), atol=0.05, rtol=0)


def test_a_search_that_needs_more_than_a_mean_offers_is_replaced() -> None:
    found, _ = predicted(Needy(), told())
    torch.testing.assert_close(found.x, torch.full((2,), 0.3, dtype=torch.float64), atol=0.05, rtol=0)


def test_failed_points_are_no_candidates() -> None:
    data = told()
    y = data.y.clone()
    y[(data.x[:, 0] < 0.5)] = torch.nan
    found, _ = predicted(Worst(), Data(data.x, y))
    assert float(found.x[0]) >= 0.5


@pytest.mark.parametrize("seed", [0, 1])
def test_message_passing_maximizes_the_mean_of_an_additive_model(seed: int) -> None:
    space = DesignSpace().parse([{"name": name, "type": "int", "lb": 0, "ub": 4} for name in "abcd"])
    optimizer = RDUCB(n_initial=4).build(space, seed=seed)
    points = space.decode(space.sample(40, generator=make_generator(seed)))
    optimizer.tell(points, ((points - 2) ** 2).sum(axis=1))
    found = optimizer.recommend()
    assert isinstance(found, pd.DataFrame)
    assert ((found - 2) ** 2).sum(axis=1).item() <= 1
