"""Preferential optimization: the contract, pairs and rankings, spaces of every sort, and that it learns."""

from __future__ import annotations

import pandas as pd
import pytest
import torch
from examples import claimed, example

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acq_optimizers.random import RandomSubset
from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import IncompatibleError
from hebo.experiment.config.parts import build
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import HEBORecipe, bayes_opt
from hebo.recommenders.by_objectives import ByObjectives
from hebo.recommenders.committee import Committee
from hebo.recommenders.preferential import Preferential
from hebo.recommenders.sobol import Sobol
from hebo.surrogates.pairwise_gp import PairwiseGP
from hebo.surrogates.warped_gp import WarpedGP
from hebo.testing.recommenders import check_recommender
from hebo.testing.spaces import SPACES
from tasks.synthetic.sphere import Sphere
from tasks.wrappers.hidden_utility import HiddenUtility

QUICK = Preferential(n_initial=4, acq_optimizer=RandomSubset(n_points=64))
SQUARE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])


def played(space: DesignSpace, n_rounds: int = 4, recipe: Recommender = QUICK, n: int = 2) -> Optimizer:
    """An optimizer told rankings by the sum of the encoded columns."""
    optimizer = recipe.build(space, seed=0)
    for _ in range(n_rounds):
        asked = optimizer.ask(n)
        order = space.encode(asked).sum(1).argsort(descending=True).tolist()
        ranked = asked.iloc[order]
        optimizer.prefer(ranked[:-1], ranked[1:])
    return optimizer


@pytest.mark.parametrize("sort", claimed("preferential"))
def test_it_keeps_the_contract_of_recommenders(sort: str) -> None:
    recipe = example("optimizer", "preferential")
    assert isinstance(recipe, Recommender)
    check_recommender(recipe, SPACES[sort])


def test_a_permutation_is_refused_with_the_kernel_that_takes_it_and_then_taken() -> None:
    with pytest.raises(IncompatibleError, match="such as mallows"):
        QUICK.build(SPACES["permutation"], seed=0)
    surrogate = build("surrogate", {"type": "pairwise_gp", "kernels": [{"type": "mallows"}]})
    recipe = Preferential(surrogate=surrogate, n_initial=4, acq_optimizer=RandomSubset(n_points=64))
    assert len(played(SPACES["permutation"], recipe=recipe).ask(2)) == 2


@pytest.mark.parametrize("n", [1, 2, 3, 8])
def test_any_number_of_new_and_distinct_points_is_asked_for(n: int) -> None:
    optimizer = played(SPACES["mixed"])
    known = optimizer.data.compared
    asked = SPACES["mixed"].encode(optimizer.ask(n))
    assert len(asked) == n
    assert len(torch.unique(torch.cat([known, asked]), dim=0)) == len(known) + n


def test_points_under_comparison_are_not_asked_for_again() -> None:
    optimizer = played(SQUARE)
    asked = pd.concat([optimizer.ask(2) for _ in range(3)])
    codes = SQUARE.encode(asked.reset_index(drop=True))
    apart = (codes.unsqueeze(1) - codes).abs().amax(-1) + torch.eye(6)
    assert apart.min() > 1e-3


def test_the_first_points_are_space_filling_and_the_first_pair_is_compared_before_a_model() -> None:
    first = Preferential(n_initial=6).build(SQUARE, seed=3)
    expected = build("optimizer", {"type": "sobol"}).build(SQUARE, seed=3)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(first.ask(6), expected.ask(6))
    assert "Sobol" not in repr(first)
    assert len(first.ask(2)) == 2  # nothing was compared yet: there is no model


def test_pins_and_contexts_hold_and_the_incumbent_is_moved_there() -> None:
    optimizer = played(SPACES["mixed"])
    for n in (1, 3):
        asked = optimizer.ask(n, fixed={"k": 3, "c": "a"})
        assert set(asked["k"]) == {3}
        assert set(asked["c"]) == {"a"}


def test_rows_of_a_table_are_compared_until_none_is_left() -> None:
    table = TableSpace(SQUARE, SQUARE.decode(SQUARE.sample(11, generator=torch.Generator().manual_seed(0))))
    optimizer = played(table, n_rounds=5, recipe=Preferential(n_initial=4))
    assert len(optimizer.data.compared) == 10
    assert len(optimizer.ask(1)) == 1
    with pytest.raises(IncompatibleError, match="NSGA2 as acq_optimizer is for spaces too large to list"):
        Preferential(acq_optimizer=NSGA2()).build(table, seed=0)


def test_it_learns_a_direction() -> None:
    """By the sum of two numbers: asked for near the corner that is preferred."""
    recipe = Preferential(acq_optimizer=RandomSubset(n_points=256))
    optimizer = played(SQUARE, n_rounds=8, recipe=recipe)
    assert optimizer.best_x.sum(axis=1).item() > 1.6
    assert optimizer.ask(2).sum(axis=1).max() > 1.5


def test_a_challenger_is_compared_with_the_best_point() -> None:
    optimizer = played(SQUARE)
    best = optimizer.best_x
    challenger = optimizer.ask()
    better, worse = sorted((best, challenger), key=lambda one: -one.sum(axis=1).item())
    optimizer.prefer(better, worse)
    assert len(optimizer.pending) == 0
    assert len(optimizer.comparisons) == 5


def test_contradictions_are_borne() -> None:
    optimizer = QUICK.build(SQUARE, seed=0)
    pair = optimizer.ask(2)
    for better, worse in ((0, 1), (1, 0), (0, 1)):
        optimizer.prefer(pair.iloc[[better]], pair.iloc[[worse]])
    three = optimizer.ask(3)
    optimizer.prefer(three, three.iloc[[1, 2, 0]])  # a cycle
    assert len(optimizer.ask(2)) == 2
    assert optimizer.fallbacks == {}


def test_surrogates_of_values_are_refused_here_and_that_of_comparisons_in_the_loop() -> None:
    with pytest.raises(IncompatibleError, match=r"WarpedGP learns from values.*use pairwise_gp"):
        Preferential(surrogate=WarpedGP())
    with pytest.raises(IncompatibleError, match="use the recommender `preferential` with this surrogate"):
        bayes_opt(
            surrogate=PairwiseGP(),
            acquisition=build("acquisition", {"type": "eubo"}),
            acq_optimizer=RandomSubset(),
            output_transform=build("output_transform", {"type": "standardize"}),
        )


def test_a_group_of_which_some_learn_from_values_and_others_from_comparisons_is_refused() -> None:
    for group in (
        Committee(members=(QUICK, HEBORecipe()), shares=(0.5,)),
        ByObjectives(one=QUICK, several=HEBORecipe()),
    ):
        with pytest.raises(IncompatibleError, match="use recommenders of one kind"):
            group.build(SQUARE, seed=0)
    both = Committee(members=(QUICK, Sobol()), shares=(0.5,))
    assert len(played(SQUARE, recipe=both).ask(4)) == 4


def test_errors_while_points_are_computed_do_not_end_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Optimizer, "always_strict", False)
    optimizer = played(SQUARE)

    def fails(*_: object, **__: object) -> None:
        raise ArithmeticError("no root")

    monkeypatch.setattr(PairwiseGP, "_fit", fails)
    assert len(optimizer.ask(2)) == 2
    assert sum(optimizer.fallbacks.values()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("error_rate", [0.0, 0.1])
def test_of_a_hidden_utility_the_top_is_found_in_25_comparisons(error_rate: float) -> None:
    task = HiddenUtility(task=Sphere(dim=3), error_rate=error_rate)
    random = task.space.sample(5000, generator=torch.Generator().manual_seed(1), method="random")
    limit = task.evaluate(task.space.decode(random))["y"].quantile(0.05)
    hits = 0
    for seed in range(4):
        optimizer = Preferential().build(task.space, seed=seed)
        for number in range(25):
            optimizer.prefer(*task.compare(optimizer.ask(2), seed=100 * seed + number))
        hits += task.evaluate(optimizer.best_x)["y"].item() < limit
    assert hits >= 3
