"""Whole loops with small weights: batches, pending points, failures, constraints, repeatability."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from examples import SPACES, example

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acq_optimizers.lbfgs import LBFGS
from hebo.acquisitions.improvement import LogEI
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.fallbacks import counting_fallbacks
from hebo.presets import HEBORecipe, bayes_opt
from hebo.surrogates.neural_process.neural_process import NeuralProcess
from hebo.transforms.power import Standardize

PROCESS = NeuralProcess(weights=example("surrogate", "neural_process").weights)
LETTERS = DesignSpace().parse([{"name": "c", "type": "cat", "categories": list("ACDEFGHIKLMNPQRSTVWY")}])
PARTS = {"acquisition": LogEI(), "output_transform": Standardize(), "n_initial": 3}
SEARCH = NSGA2(population=20, n_generations=4)


def run(surrogate=PROCESS, seed=1, sizes=(4, 8, 8), sort="mixed"):
    """Points of some asks; a failure and violated constraints are among what is told, and a point is pending."""
    space = SPACES[sort]
    recipe = HEBORecipe(surrogate=surrogate, acq_optimizer=SEARCH, n_initial=4)
    optimizer = recipe.build(space, seed=seed)
    lower, upper = space.bounds
    asked = []
    for number, size in enumerate(sizes):
        frame = optimizer.ask(size)
        x = space.encode(frame)
        assert space.contains(x).all()
        asked.append(x)
        y = ((x - lower) / (upper - lower) - 0.4).square().sum(1).numpy().copy()
        y[0] = np.nan if number == 1 else y[0]
        told = slice(0, size - 1 if number == 1 else size)  # one stays pending
        optimizer.tell(frame.iloc[told], y[told], constraints=(y - 1.0)[told, None])
    return torch.cat(asked)


def test_batches_pending_points_failures_and_constraints_are_dealt_with():
    with counting_fallbacks() as counter:
        x = run()
    assert len(torch.unique(x, dim=0)) == len(x)
    assert not counter


def test_the_same_seed_asks_for_the_same_points_and_another_one_for_others():
    one, two = run(sizes=(4, 3)), run(sizes=(4, 3))
    assert torch.equal(one, two)
    assert not torch.equal(one, run(sizes=(4, 3), seed=2))


def test_searches_that_need_gradients_are_refused_unless_there_are_some():
    search = LBFGS(n_raw=16, n_restarts=2)
    with pytest.raises(IncompatibleError, match="LBFGS needs gradients"):
        bayes_opt(surrogate=PROCESS, acq_optimizer=search, **PARTS)
    smooth = PROCESS.model_copy(update={"gradients": True})
    loop = bayes_opt(surrogate=smooth, acq_optimizer=search, **PARTS)
    space = SPACES["numeric"]
    optimizer = loop.build(space, seed=0)
    for _ in range(2):
        frame = optimizer.ask(3)
        optimizer.tell(frame, space.encode(frame).sum(1).tolist())
    assert space.contains(space.encode(optimizer.ask(1))).all()


def test_an_optimizer_refuses_a_space_beyond_the_weights_before_the_first_ask():
    with pytest.raises(IncompatibleError, match="which has 20 categories"):
        HEBORecipe(surrogate=PROCESS).build(LETTERS, seed=0)
