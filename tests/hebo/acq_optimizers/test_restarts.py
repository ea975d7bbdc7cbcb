"""Tests of searches from several starting points: known maxima in every sort of domain."""

from __future__ import annotations

import pytest
import torch
from searches import (
    CATEGORIES,
    CONSTRAINED,
    LINE,
    MIXED,
    NUMERIC,
    beyond,
    bowl,
    corner,
    mismatches,
    mixed,
    rastrigin,
    two_bowls,
)
from torch import Tensor

from hebo.acq_optimizers.cma_es import CMAESSearch
from hebo.acq_optimizers.differential_evolution import DifferentialEvolution
from hebo.acq_optimizers.gradient import GradientSearch
from hebo.acq_optimizers.lbfgs import LBFGS
from hebo.acq_optimizers.polish import starting_rows
from hebo.acq_optimizers.ranking import evaluate
from hebo.acq_optimizers.restarts import N_KEPT, Part, RestartSearch, chosen_starts, moving_columns
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.mace import MACE
from hebo.base import AcqFunction, Acquisition, Candidates, Domain
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize

SEARCHES = {
    "gradient": GradientSearch(),
    "lbfgs": LBFGS(),
    "cma_es": CMAESSearch(),
    "differential_evolution": DifferentialEvolution(),
}


@pytest.fixture(params=SEARCHES.values(), ids=SEARCHES)
def search(request: pytest.FixtureRequest) -> RestartSearch:
    found: RestartSearch = request.param
    return found


def best(search: RestartSearch, acq: AcqFunction, domain: Domain, **others: Tensor) -> tuple[Tensor, float]:
    """Return the best point found, feasible, and its value."""
    found = search.maximize(acq, domain, generator=make_generator(0), **others)
    assert bool(domain.contains(found.x).all())
    assert len(torch.unique(found.x, dim=0)) == len(found.x)
    values = evaluate(acq, found.x)
    if values.shape[1] == 1:
        assert bool((values.diff(dim=0) <= 0).all())
    return found.x[0], values[0].max().item()


def test_the_top_of_a_bowl_is_reached(search: RestartSearch) -> None:
    _, value = best(search, bowl, NUMERIC)
    assert value > -1e-3


def test_a_maximum_in_a_corner_of_the_box_is_reached(search: RestartSearch) -> None:
    x, value = best(search, corner, NUMERIC)
    assert value > -4.05
    assert x.max().item() <= 5.0


def test_one_column_is_enough(search: RestartSearch) -> None:
    assert best(search, bowl, LINE)[1] > -1e-3


def test_the_best_of_many_local_maxima_or_one_beside_it_is_reached(search: RestartSearch) -> None:
    # Of some 10^4 local maxima; a random one is at about -30.
    assert best(search, rastrigin, NUMERIC)[1] > -6.0


def test_numbers_and_categories_are_found_together(search: RestartSearch) -> None:
    x, value = best(search, mixed, MIXED)
    assert x[3].item() == 2
    assert value > -0.05


def test_a_constraint_that_cuts_the_maximum_off_holds(search: RestartSearch) -> None:
    x, value = best(search, beyond, CONSTRAINED)
    assert value > -0.185
    torch.testing.assert_close(x, torch.tensor([0.6, 0.4], dtype=x.dtype), atol=0.06, rtol=0)


def test_pinned_columns_hold(search: RestartSearch) -> None:
    domain = MIXED.fix({"b": 0.7, "c": "x"})
    x, value = best(search, mixed, domain, start=MIXED.bounds)
    assert x[1].item() == pytest.approx(0.7)
    assert x[3].item() == 3
    assert value > -1.05


def test_without_numbers_the_moves_are_left(search: RestartSearch) -> None:
    assert best(search, mismatches, CATEGORIES)[1] == 0.0


def test_points_worth_starting_from_are_used(search: RestartSearch) -> None:
    needle = torch.tensor([[3.3, -2.2, 1.1, 0.4]], dtype=torch.float64)

    def acq(x: Tensor) -> Tensor:
        return ((x - needle).abs().amax(-1) < 1e-6).to(x) - 1e-3 * x.square().sum(-1)

    assert torch.equal(best(search, acq, NUMERIC, start=needle)[0], needle[0])


def test_each_of_several_values_is_maximized(search: RestartSearch) -> None:
    found = search.maximize(two_bowls, NUMERIC, generator=make_generator(0))
    best_of_each = evaluate(two_bowls, found.x[found.rank == 0]).amax(0)
    assert best_of_each.min().item() > -1e-2


def test_the_same_generator_finds_the_same_points(search: RestartSearch) -> None:
    torch.manual_seed(0)
    first = search.maximize(mixed, MIXED, generator=make_generator(3)).x
    torch.manual_seed(1)
    assert torch.equal(search.maximize(mixed, MIXED, generator=make_generator(3)).x, first)


def test_a_domain_smaller_than_the_pool_is_enumerated(search: RestartSearch) -> None:
    space = DesignSpace().parse([{"name": name, "type": "int", "lb": 0, "ub": 9} for name in "ab"])
    found = search.maximize(lambda x: bowl(x * 0.25), space, generator=make_generator(0))
    assert found.x[0].tolist() == [4.0, 4.0]
    assert len(found.x) == N_KEPT


def test_infinitely_bad_points_do_no_harm(search: RestartSearch) -> None:
    def acq(x: Tensor) -> Tensor:
        return torch.where(x[..., 0] > 3.0, -torch.inf, bowl(x))

    assert best(search, acq, NUMERIC)[1] > -1e-2


class Still(RestartSearch):
    """Steps that lead nowhere: to the lower ends of all numbers."""

    def _improve(self, part: Part, *, generator: object) -> Tensor:
        return part.feasible(torch.zeros(len(part.x), len(part.columns), dtype=torch.float64))


def test_the_result_is_never_worse_than_the_best_point_of_the_pool() -> None:
    found: Candidates = Still(n_raw=64, n_restarts=4).maximize(bowl, NUMERIC, generator=make_generator(0))
    pool = NUMERIC.sample(64, generator=make_generator(0))
    assert evaluate(bowl, found.x[:1]).item() == evaluate(bowl, pool).max().item()
    assert (found.x == NUMERIC.bounds[0]).all(1).any()  # where steps led is ranked too


def test_a_quarter_of_the_starts_may_be_any_point_and_the_others_are_spread() -> None:
    pool = torch.linspace(0.0, 10.0, 40, dtype=torch.float64).flip(0).unsqueeze(1)
    scores = pool.expand(-1, 8)  # the largest come first, the last 30 are said to be spread
    rows = chosen_starts(LINE, pool, scores, 30)
    assert rows[:2].max().item() < 10
    assert rows[2:].min().item() == 10
    assert chosen_starts(LINE, pool, scores, 40).equal(starting_rows(LINE, pool, scores))


def test_a_function_without_a_gradient_leaves_the_pool_and_the_moves() -> None:
    def flat(x: Tensor) -> Tensor:
        return mixed(x.detach())

    for one in (GradientSearch(n_raw=64), LBFGS(n_raw=64)):
        assert best(one, flat, MIXED)[0][3].item() == 2


def test_numbers_that_are_pinned_and_discrete_columns_do_not_move() -> None:
    domain = MIXED.fix({"a": 1.0})
    assert moving_columns(domain, with_discrete=False) == [1]
    assert moving_columns(domain, with_discrete=True) == [1, 2, 3]


@pytest.mark.parametrize("acquisition", [LogEI(), MACE()], ids=["log_ei", "mace"])
def test_a_loop_asks_for_batches_of_different_points(search: RestartSearch, acquisition: Acquisition) -> None:
    small = {"n_raw": 64, "n_restarts": 3}
    steps = {name: 20 for name in ("n_steps", "n_generations") if name in type(search).model_fields}
    recipe = BayesOptRecipe(
        surrogate=WarpedGP(n_starts=1),
        acquisition=acquisition,
        acq_optimizer=search.model_copy(update=small | steps),
        output_transform=Standardize(),
    )
    optimizer = recipe.build(MIXED, seed=0)
    told = MIXED.sample(12, generator=make_generator("told"))
    optimizer.tell(MIXED.decode(told), -mixed(told.unsqueeze(1))[:, 0].numpy())
    asked = MIXED.encode(optimizer.ask(2))
    assert bool(MIXED.contains(asked).all())
    assert len(torch.unique(torch.cat([told, asked]), dim=0)) == 14
