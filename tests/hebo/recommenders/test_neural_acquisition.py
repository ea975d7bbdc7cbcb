import json
from pathlib import Path

import pandas as pd
import policy_weights
import pytest
import torch
from torch.testing import assert_close

from hebo.acquisitions.improvement import LogEI
from hebo.base import FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import DataError, IncompatibleError
from hebo.experiment.config.parts import build
from hebo.fallbacks import counting_fallbacks
from hebo.random import make_generator
from hebo.recommenders.neural_acquisition import NeuralAcquisition
from hebo.surrogates.neural_process.arrangement import Arrangement
from hebo.surrogates.neural_process.policy import MOST_LEVELS, standardized
from hebo.surrogates.warped_gp import WarpedGP
from hebo.weights import card_of

DEFINITIONS = [
    {"name": "kind", "type": "cat", "categories": ["a", "b"]},
    {"name": "x", "type": "num", "lb": 1e-3, "ub": 1.0, "log": True},
    {"name": "n", "type": "int", "lb": 1, "ub": 5},
]


@pytest.fixture
def space():
    return DesignSpace().parse(DEFINITIONS)


@pytest.fixture
def weights(tmp_path, space):
    return str(policy_weights.write(tmp_path / "policy.safetensors", space, horizon=10))


def change_card(path, **changes):
    place = card_of(Path(path))
    place.write_text(json.dumps({**json.loads(place.read_text()), **changes}))


def observed(space, n):
    x = space.sample(n, generator=make_generator("points"))
    return Data(x, torch.randn(n, 1, generator=make_generator("values"), dtype=torch.float64))


def models(data, space, pending=None):
    fitted = WarpedGP().fit(data, space, generator=make_generator(0))
    return FittedModels((fitted,), pending=data.x[:0] if pending is None else pending)


def test_values_are_those_of_the_policy(space, weights):
    data, arrangement = observed(space, 4), Arrangement(space, MOST_LEVELS)

    def points(x):
        return arrangement.points(x.unsqueeze(0), torch.float32)

    acquisition = NeuralAcquisition(weights=weights)
    value = acquisition.build(models(data, space), data, space, generator=make_generator(0))
    x = space.sample(7, generator=make_generator("asked"))
    network = acquisition._network
    y = standardized(data.y[:, 0].float().unsqueeze(0))
    context = network.encode(points(data.x), y)
    expected = network(context, y.amax(1), torch.tensor([0.4]), points(x))
    assert_close(value(x.unsqueeze(1)), expected.reshape(7, 1).double())
    order = torch.tensor([2, 0, 3, 1])
    turned = Data(data.x[order], data.y[order])
    same = acquisition.build(models(data, space), turned, space, generator=make_generator(0))
    assert_close(same(x.unsqueeze(1)), value(x.unsqueeze(1)), rtol=1e-3, atol=1e-3)


def test_the_order_of_parameters_does_not_matter(space, weights):
    turned = DesignSpace().parse([DEFINITIONS[2], DEFINITIONS[0], DEFINITIONS[1]])
    data, x = observed(space, 4), space.sample(7, generator=make_generator("asked"))
    there, asked = (turned.encode(space.decode(one)[turned.names]) for one in (data.x, x))
    acquisition = NeuralAcquisition(weights=weights)
    acquisition.check(turned)
    told = Data(there, data.y)
    one = acquisition.build(models(data, space), data, space, generator=make_generator(0))
    two = acquisition.build(models(told, turned), told, turned, generator=make_generator(0))
    assert_close(one(x.unsqueeze(1)), two(asked.unsqueeze(1)), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"space": {"parameters": [{"name": "x"}]}}, "the card has no usable space"),
        ({"space": [1]}, "the card has no usable space"),
        ({"architecture": {"horizon": "none"}}, "describes another network than the file has"),
        ({"architecture": {"horizon": 10, "hidden": 16}}, "describes another network than the file has"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(space, weights, changes, message):
    change_card(weights, **changes)
    with pytest.raises(DataError, match=f"{message}.*train the weights anew"):
        NeuralAcquisition(weights=weights).check(space)


def test_pending_points_count_as_told_with_their_means(space, weights):
    data = observed(space, 4)
    pending = space.sample(2, generator=make_generator("pending"))
    x = space.sample(5, generator=make_generator("asked")).unsqueeze(1)
    acquisition = NeuralAcquisition(weights=weights)
    fitted = models(data, space, pending)
    mean = fitted.objective.posterior(pending).mean.detach()
    told = Data(torch.cat([data.x, pending]), torch.cat([data.y, mean]))
    one = acquisition.build(fitted, data, space, generator=make_generator(0))
    two = acquisition.build(models(data, space), told, space, generator=make_generator(0))
    assert_close(one(x), two(x))


def test_values_are_differentiable(space, weights):
    data = observed(space, 4)
    value = NeuralAcquisition(weights=weights).build(
        models(data, space), data, space, generator=make_generator(0)
    )
    x = space.sample(3, generator=make_generator("asked")).unsqueeze(1).requires_grad_()
    (slope,) = torch.autograd.grad(value(x).sum(), x)
    assert torch.isfinite(slope).all()
    assert slope[..., space.columns["x"].start].abs().min() > 0


def test_another_space_is_refused_and_a_table_of_the_same_one_is_not(space, weights):
    acquisition = NeuralAcquisition(weights=weights)
    acquisition.check(space)
    acquisition.check(TableSpace(space, pd.DataFrame({"kind": ["a", "b"], "x": [0.1, 0.2], "n": [1, 2]})))
    wider = [DEFINITIONS[0], {**DEFINITIONS[1], "ub": 2.0}, DEFINITIONS[2]]
    for other in (wider, DEFINITIONS[:2]):
        with pytest.raises(
            IncompatibleError, match=r"other definitions of [nx]; declare the parameters as its card"
        ):
            acquisition.check(DesignSpace().parse(other))


def test_a_run_beyond_the_horizon_is_refused_or_counted(space, weights):
    data = observed(space, 10)
    arguments = models(data, space), data, space
    with pytest.raises(
        IncompatibleError, match="runs of 10 evaluations, and 10 are told or pending; end the run"
    ):
        NeuralAcquisition(weights=weights).build(*arguments, generator=make_generator(0))
    with counting_fallbacks() as counted:
        found = NeuralAcquisition(weights=weights, beyond="log_ei").build(
            *arguments, generator=make_generator(0)
        )
    assert counted == {"beyond the horizon of the policy": 1}
    x = data.x[:3].unsqueeze(1) + 0.1
    assert_close(found(x), LogEI().build(*arguments, generator=make_generator(0))(x))


def test_weights_without_a_space_are_refused(space, weights):
    change_card(weights, space=None)
    with pytest.raises(
        IncompatibleError, match="of no particular space; train a policy with the prior `earlier_tasks`"
    ):
        NeuralAcquisition(weights=weights).check(space)


def test_missing_weights_are_refused_when_the_optimizer_is_built(space):
    recipe = build("optimizer", composed("nowhere.safetensors"))
    with pytest.raises(DataError, match=r"nowhere.safetensors: no weights"):
        recipe.build(space, seed=0)


def composed(weights):
    return {
        "type": "bayes_opt",
        "surrogate": {"type": "warped_gp"},
        "acquisition": {"type": "neural_acquisition", "weights": weights},
        "acq_optimizer": {"type": "random", "n_points": 64},
        "output_transform": {"type": "standardize"},
        "n_initial": 1,
    }


def test_it_runs_in_the_loop_with_batches_and_failures_and_the_same_seed_gives_the_same_points(
    space, weights
):
    def run():
        optimizer = build("optimizer", composed(weights)).build(space, seed=3)
        for number in range(3):
            points = optimizer.ask(3)
            values = points["x"].tolist()
            optimizer.tell(points, [float("nan") if number == 1 else values[0], *values[1:]])
        return optimizer.history

    one, two = run(), run()
    assert len(one) == 9
    pd.testing.assert_frame_equal(one, two)
