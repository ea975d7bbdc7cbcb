"""Beliefs about the optimum: what they add to an acquisition, and what is no belief."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import Tensor
from torch.testing import assert_close

from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.mace import MACE
from hebo.acquisitions.prior_guided import FLOOR, Belief, PriorGuided
from hebo.base import Acquisition, FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.plain_values import object_column
from hebo.errors import ConfigError, DataError, IncompatibleError
from hebo.experiment.config.parts import build
from hebo.presets import HEBORecipe, bayes_opt
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP
from tasks.synthetic.hartmann import Hartmann3

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 10},
        {"name": "b", "type": "pow", "lb": 1e-4, "ub": 1.0},
        {"name": "k", "type": "int", "lb": 1, "ub": 4},
        {"name": "c", "type": "cat", "categories": ["x", "y", "z"]},
        {"name": "o", "type": "ordinal", "levels": ["low", "mid", "high"]},
        {"name": "f", "type": "bool"},
        {"name": "bent", "type": "num", "lb": 0, "ub": 1, "prior": [1, 3]},
        {"name": "s", "type": "sequence", "alphabet": "AC", "length": 3},
        {"name": "fixed", "type": "num", "lb": 2, "ub": 2},
        {"name": "n", "type": "int", "lb": 0, "ub": 3, "active_if": {"c": ["x"]}},
    ]
)
X = SPACE.sample(20, generator=make_generator(3))
DATA = Data(X, (0.5 * X[:, :1]).sin())
MODEL = WarpedGP().fit(DATA, SPACE, generator=make_generator(0))
POINTS = SPACE.sample(30, generator=make_generator(7))


def log_density(name: str, values: list[Any], **belief: Any) -> Tensor:
    """Log densities at natural values of one parameter."""
    parameter = SPACE.parameters[name]
    return Belief(**belief).log_density(parameter)(parameter.encode(object_column(values))[:, 0])


def added(prior: dict[str, Any], data: Data = DATA, of: Any = None, **settings: Any) -> Tensor:
    """What a prior adds to the values of an acquisition."""
    plain = of or LogEI()
    guided = PriorGuided(of=plain, prior=prior, **settings)
    guided.check(SPACE)
    models, x = FittedModels((MODEL,)), POINTS.unsqueeze(-2)
    one, other = (part.build(models, data, SPACE, generator=make_generator(1))(x) for part in (guided, plain))
    return one - other


def test_a_normal_belief_falls_with_the_squared_distance_on_the_scale_of_the_parameter() -> None:
    found = log_density("a", [3.0, 4.0, 1.0], center=3.0, spread=0.1)
    assert found.tolist() == pytest.approx([0.0, -0.5, -2.0])
    decades = log_density("b", [1e-2, 1e-1, 1e-4], center=1e-2, spread=0.25)
    assert decades.tolist() == pytest.approx([0.0, -0.5, -2.0])


def test_weights_of_values_count_as_they_are() -> None:
    logs = [math.log(one / 5.0) for one in (1.0, 5.0, 2.0)]
    for name, values in (("c", ["x", "y", "z"]), ("o", ["low", "mid", "high"])):
        assert log_density(name, values, weights=(1, 5, 2)).tolist() == pytest.approx(logs)
    assert log_density("f", [False, True], weights=(1, 5)).tolist() == pytest.approx(logs[:2])
    assert log_density("k", [1, 2, 3, 4], weights=(1, 5, 2, 1)).tolist() == pytest.approx([*logs, logs[0]])


def test_weights_of_cells_are_interpolated_between_their_middles() -> None:
    found = log_density("a", [0.0, 2.5, 5.0, 7.5, 10.0], weights=(1, 9))
    assert (9 * found.exp()).tolist() == pytest.approx([1.0, 1.0, 3.0, 9.0, 9.0])


def test_what_is_added_is_the_sum_of_log_densities_by_the_number_of_observations() -> None:
    prior = {"a": {"center": 2.0, "spread": 0.2}, "c": {"weights": [1, 1, 4]}}
    logs = -0.5 * ((POINTS[:, 0] - 2.0) / 2.0).square() - math.log(4) * (POINTS[:, 3] != 2)
    expected = (logs.exp() + FLOOR).log()
    assert_close(added(prior, beta=10.0)[:, 0], expected * 10 / 20)
    half = DATA.rows(torch.arange(20) < 10)
    assert_close(added(prior, half, beta=10.0)[:, 0], expected)


def test_a_belief_never_counts_for_more_than_its_doubts_allow() -> None:
    """However many parameters it is sure of, and however far a point is from where they are believed to be."""
    sure = {name: {"center": 1.0, "spread": 1e-3} for name in ("a", "b", "k")}
    assert added(sure, beta=20.0).min().item() == pytest.approx(math.log(FLOOR), abs=1e-9)


def test_every_value_of_an_ensemble_gets_the_same() -> None:
    found = added({"a": {"center": 2.0, "spread": 0.2}}, of=MACE())
    assert found.shape == (30, 3)
    assert_close(found, found[:, :1].expand(-1, 3))


def test_a_belief_has_slopes_where_numbers_move() -> None:
    prior = {"a": Belief(center=2.0, spread=0.2), "b": Belief(weights=(1, 4, 2))}
    acq = PriorGuided(of=LogEI(), prior=prior).build(
        FittedModels((MODEL,)), DATA, SPACE, generator=make_generator(0)
    )
    x = POINTS.unsqueeze(-2).requires_grad_()
    (slope,) = torch.autograd.grad(acq(x).sum(), x)
    assert bool(torch.isfinite(slope).all())


@pytest.mark.parametrize(
    ("name", "belief", "message"),
    [
        ("s", {"weights": [1, 2]}, "'s' has several columns; drop"),
        ("fixed", {"center": 2.0, "spread": 0.1}, "'fixed' has one value; drop"),
        ("bent", {"center": 0.5, "spread": 0.1}, "has a `prior` in the space.*drop one of the two"),
        ("n", {"center": 1, "spread": 0.1}, "'n' is not always active; drop"),
        ("c", {"center": 1.0, "spread": 0.1}, "'c' has no numbers to be near to; give `weights`"),
        ("c", {"weights": [1, 2]}, "has 3 categories and 2 weights; give one weight for each category"),
        ("aa", {"weights": [1, 2]}, "'aa' is no parameter.*Did you mean 'a'"),
    ],
)
def test_a_belief_that_makes_no_sense_is_refused_when_the_optimizer_is_built(
    name: str, belief: dict[str, Any], message: str
) -> None:
    recipe = bayes_opt(
        surrogate=WarpedGP(),
        acquisition=PriorGuided(of=LogEI(), prior={name: belief}),
        acq_optimizer=build("acq_optimizer", {"type": "random"}),
        output_transform=build("output_transform", {"type": "standardize"}),
    )
    with pytest.raises(IncompatibleError, match=message):
        recipe.build(SPACE, seed=0)


def test_a_center_out_of_bounds_is_refused() -> None:
    with pytest.raises(DataError, match="11"):
        PriorGuided(of=LogEI(), prior={"a": Belief(center=11.0, spread=0.1)}).check(SPACE)


@pytest.mark.parametrize(
    "belief",
    [
        {"center": 1.0},
        {"spread": 0.1},
        {},
        {"center": 1.0, "spread": 0.1, "weights": (1, 2)},
        {"center": 1.0, "spread": 0.0},
        {"center": float("nan"), "spread": 0.1},
        {"weights": (1,)},
        {"weights": (1, 0)},
        {"weights": (1, float("inf"))},
    ],
)
def test_half_a_belief_is_refused(belief: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, ConfigError)):
        Belief(**belief)


def test_it_goes_to_yaml_and_takes_the_place_of_any_acquisition() -> None:
    mapping = {"type": "prior_guided", "of": {"type": "mace"}, "prior": {"a": {"center": 2.0, "spread": 0.1}}}
    recipe = HEBORecipe(acquisition=build("acquisition", mapping))
    assert recipe.max_objectives == 1
    several = PriorGuided(of=build("acquisition", {"type": "log_ehvi"}), prior={"a": Belief(weights=(1, 2))})
    assert several.max_outputs > 2
    assert PriorGuided(of=MACE(), prior={"a": Belief(weights=(1, 2))}).n_values == 3


def test_no_prior_and_no_confidence_are_refused() -> None:
    for settings in ({"prior": {}}, {"prior": {"a": Belief(weights=(1, 2))}, "beta": 0.0}):
        with pytest.raises(ValidationError):
            PriorGuided(of=LogEI(), **settings)


@pytest.mark.slow
def test_a_right_belief_helps_and_a_wrong_one_is_forgotten() -> None:
    task = Hartmann3()

    def regrets(center: list[float] | None) -> list[float]:
        """Return the median simple regret after 12 and after 50 evaluations."""
        acquisition: Acquisition = MACE()
        if center is not None:
            beliefs = zip(task.space.names, center, strict=True)
            prior = {name: Belief(center=one, spread=0.1) for name, one in beliefs}
            acquisition = PriorGuided(of=acquisition, prior=prior)
        found = []
        for seed in range(3):
            optimizer = HEBORecipe(acquisition=acquisition).build(task.space, seed=seed)
            for _ in range(50):
                x = optimizer.ask()
                optimizer.tell(x, task.evaluate(x)["y"])
            best = np.minimum.accumulate(optimizer.y[:, 0]) - task.optimum
            found.append(best[[11, 49]])
        return np.median(found, axis=0).tolist()

    without, right, wrong = (regrets(one) for one in (None, [0.15, 0.5, 0.8], [0.9, 0.1, 0.1]))
    assert right[0] < without[0]
    assert wrong[1] < 0.3
