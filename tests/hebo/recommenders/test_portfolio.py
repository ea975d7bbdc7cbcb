"""Tests of `hebo.recommenders.portfolio`: gains of members, who is drawn, and runs that go on from a history."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import torch
from examples import SPACES
from torch import Generator

from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.confidence_bound import UCB
from hebo.acquisitions.config import CONFIG
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.joint_entropy import JointEntropy
from hebo.acquisitions.marginals import marginals
from hebo.acquisitions.per_cost import PerCost
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import bayes_opt
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.recommenders.interleaved import Interleaved
from hebo.recommenders.portfolio import Portfolio
from hebo.request import Request
from hebo.surrogates.perturbed import Perturbed
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize

PLANE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])


class OfMean(Acquisition):
    """A multiple of the mean: of a negative one, where values are bad."""

    factor: float = 1.0

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """See `Acquisition`."""
        return lambda x: self.factor * marginals(models.objective, x).mean.unsqueeze(-1)


def loop(acquisition: Acquisition, **parts: Any) -> BayesOptRecipe:
    parts = {"surrogate": WarpedGP(n_starts=1), "n_initial": 4, **parts}
    return BayesOptRecipe(
        acquisition=acquisition,
        acq_optimizer=RandomSubset(n_points=64),
        output_transform=Standardize(),
        **parts,
    )


def portfolio(*acquisitions: Acquisition, **settings: Any) -> Portfolio:
    return Portfolio(of=loop(acquisitions[0]), acquisitions=acquisitions[1:], **settings)


def bowl(x: pd.DataFrame) -> list[float]:
    values: list[float] = ((x["a"] - 0.3) ** 2 + (x["b"] - 0.6) ** 2).tolist()
    return values


def told(recipe: Portfolio, n: int = 10) -> Optimizer:
    optimizer = recipe.build(PLANE, seed=0)
    x = PLANE.decode(PLANE.sample(n, generator=torch.Generator().manual_seed(0)))
    optimizer.tell(x, bowl(x))
    return optimizer


def request_of(optimizer: Optimizer, n: int = 1) -> Request:
    data = optimizer.data
    oriented = Data(data.x, -data.y)
    return Request(n=n, data=oriented, space=PLANE, domain=PLANE, iteration=1, n_asked=10, seed=0)


def probabilities(recipe: Portfolio, n_told: int = 10) -> list[float]:
    proposal = recipe.propose(request_of(told(recipe, n_told)))
    assert proposal is not None
    found: list[float] = proposal.probabilities.tolist()
    return found


def test_the_member_with_the_better_proposals_is_likelier() -> None:
    bad, good = probabilities(portfolio(OfMean(factor=-1.0), OfMean()))
    assert good > 0.95
    assert bad + good == pytest.approx(1.0)


def test_all_are_as_likely_where_gains_do_not_count_or_are_equal() -> None:
    assert probabilities(portfolio(OfMean(factor=-1.0), OfMean(), LogEI(), eta=0.0)) == pytest.approx(
        [1 / 3] * 3
    )
    assert probabilities(portfolio(OfMean(), OfMean(factor=2.0)))[0] == pytest.approx(0.5, abs=0.2)
    assert probabilities(portfolio(OfMean(factor=-1.0), OfMean()), n_told=4) == [0.5, 0.5]  # no earlier model


def gains_of(window: int, memory: float) -> torch.Tensor:
    recipe = portfolio(LogEI(), OfMean(factor=-1.0), UCB(kappa=5.0), window=window, memory=memory)
    request = request_of(told(recipe))
    now = recipe.members[0].propose(request)
    assert now is not None
    return recipe._gains(now, request)


def test_older_proposals_count_less_by_the_memory() -> None:
    latest, two, two_faded = gains_of(1, 1.0), gains_of(2, 1.0), gains_of(2, 0.25)
    torch.testing.assert_close(two_faded - latest, 0.25 * (two - latest))
    assert latest.max() == 0
    assert latest.min() >= -1
    assert latest.min() < -0.1


def test_a_past_proposal_is_the_same_in_every_later_ask() -> None:
    recipe = portfolio(LogEI(), UCB())
    early, late = (recipe._would_have_proposed(7, request_of(told(recipe, n))) for n in (8, 10))
    assert early is not None
    assert late is not None
    assert torch.equal(early, late)
    other = recipe._would_have_proposed(8, request_of(told(recipe)))
    assert other is not None
    assert not torch.equal(early, other)


def run(optimizer: Optimizer, sizes: tuple[int, ...]) -> pd.DataFrame:
    for n in sizes:
        x = optimizer.ask(n)
        optimizer.tell(x, bowl(x))
    return PLANE.decode(optimizer.data.x)


def test_a_run_goes_on_from_its_history_as_if_it_had_not_been_interrupted() -> None:
    recipe = portfolio(LogEI(), UCB(), window=2)
    whole = run(recipe.build(PLANE, seed=3), (4, 1, 1, 3, 1, 1))
    first = recipe.build(PLANE, seed=3)
    run(first, (4, 1, 1))
    second = recipe.build(PLANE, seed=8)
    second.load_state_dict(first.state_dict())
    pd.testing.assert_frame_equal(run(second, (3, 1, 1)), whole)


def test_batches_are_new_and_different_and_come_from_several_members() -> None:
    recipe = portfolio(OfMean(factor=-1.0), OfMean(), eta=0.0)
    optimizer = told(recipe)
    x = PLANE.encode(optimizer.ask(12))
    assert len(torch.unique(torch.cat([x, optimizer.data.x]), dim=0)) == 22
    means = optimizer.fit_model().posterior(x.unsqueeze(-2)).mean.flatten()
    assert means.max() - means.min() > 1.0


@pytest.mark.parametrize("sort", ["mixed", "categorical"])
def test_points_in_other_spaces_are_the_same_with_the_same_seed(sort: str) -> None:
    space, runs = SPACES[sort], []
    for _ in range(2):
        optimizer = portfolio(LogEI(), JointEntropy(n_samples=4, n_points=16), window=1).build(space, seed=1)
        for n in (4, 2, 1):
            x = optimizer.ask(n)
            optimizer.tell(x, space.encode(x).sum(1).tolist())
        runs.append(optimizer.data.x)
    assert torch.equal(runs[0], runs[1])


def test_constraints_and_costs_reach_the_members_that_ask_for_them() -> None:
    optimizer = portfolio(LogEI(), PerCost(of=LogEI()), window=1).build(PLANE, seed=0)
    for n in (8, 1, 1, 1):
        x = optimizer.ask(n)
        limits = (x["a"] + x["b"] - 1.2).to_numpy().reshape(-1, 1)
        optimizer.tell(x, bowl(x), constraints=limits, cost=(1 + x["a"]).tolist())
    assert len(optimizer.data.x) == 11


def test_it_stands_inside_interleaved() -> None:
    optimizer = Interleaved(of=portfolio(LogEI(), UCB(), window=1), share=0.5).build(PLANE, seed=0)
    assert len(run(optimizer, (4, 4, 1))) == 9


def test_what_is_no_loop_and_members_of_two_kinds_are_refused() -> None:
    preset = bayes_opt(
        surrogate=WarpedGP(),
        acquisition=LogEI(),
        acq_optimizer=RandomSubset(),
        output_transform=Standardize(),
    )
    with pytest.raises(ValueError, match=r"Interleaved is no loop.*bayes_opt_loop"):
        Portfolio(of=preset, acquisitions=(UCB(),))
    with pytest.raises(IncompatibleError, match="LogEI, CONFIG some look at constraints"):
        portfolio(LogEI(), CONFIG())


def test_a_member_that_the_surrogate_cannot_serve_is_refused_by_name() -> None:
    of_risk = Perturbed(of=WarpedGP(), input_sd={"a": 0.1}, n_perturbations=4)
    with pytest.raises(IncompatibleError, match=r"JointEntropy needs .*Perturbed does not"):
        Portfolio(of=loop(LogEI(), surrogate=of_risk), acquisitions=(JointEntropy(),))
