from dataclasses import replace

import pytest
import torch
from torch.testing import assert_close

from hebo.random import make_generator, seeded
from hebo.surrogates.neural_process.embedding import Points
from hebo.surrogates.neural_process.transformer import Architecture
from hebo.training.contexts import Contexts, Shapes
from hebo.training.neural_process import NeuralProcess, _noise_loss, _roughness, points_of
from hebo.training.pretraining import Pretraining
from hebo.training.priors.gaussian_processes import GaussianProcesses
from hebo.training.processes import Processes
from hebo.training.state import TrainingState
from hebo.training.tasks import Columns
from hebo.training.trainer import train, validate

SIZES = Architecture(width=16, n_layers=1, n_heads=2, mlp=16, column_hidden=8, n_signs=4, n_bars=24)
LEARNER = NeuralProcess(sizes=SIZES)
ALONE = Processes(0, 1, torch.device("cpu"))


COLUMNS = Columns((0, 5), (3,))


def tasks(columns=COLUMNS, n=8):
    generator = make_generator("batch")
    functions = GaussianProcesses(n_features=16).draw(4, columns, generator=generator)
    return Contexts().batch(functions, columns, 4, n, 6, generator=generator)


def network():
    with seeded(make_generator("network")):
        return LEARNER.network()


def loss(batch, learner=LEARNER, seed=0, net=None):
    return learner.loss(net or network(), batch, generator=make_generator(seed))


def test_a_few_steps_lower_the_loss_on_other_tasks(tmp_path):
    plan = Pretraining(
        name="np",
        learner=LEARNER,
        prior=GaussianProcesses(n_features=16),
        shapes=Shapes(n_columns=(1, 2), n_context=(4, 12), n_queries=8, mixed=0.5),
        batch_size=16,
        n_steps=60,
        warmup=5,
        learning_rate=0.005,
        average=0.9,
        n_validation=2,
        output=str(tmp_path),
    )
    state = TrainingState(plan, ALONE.device)
    before = validate(plan, state, ALONE.device)
    list(train(plan, state, ALONE, lambda: False))
    assert validate(plan, state, ALONE.device) < before - 0.3


def test_the_loss_is_a_function_of_the_tasks_and_the_generator():
    batch = tasks()
    assert torch.equal(loss(batch), loss(batch))
    assert not torch.equal(loss(batch), loss(batch, seed=1))  # other signs


def test_every_weight_has_a_gradient():
    net = network()
    with torch.no_grad():
        net.relevance.out.weight.normal_()
    loss(tasks(), net=net).backward()
    assert all(one.grad is not None and bool(one.grad.abs().sum() > 0) for one in net.parameters())


def test_values_far_from_those_of_the_context_are_no_ruin():
    batch = tasks(n=2)
    far = replace(batch, query_f=1e6 * batch.query_f, query_noise=1e6 + batch.query_noise)
    assert float(loss(far).detach()) < 1e4
    assert torch.isfinite(loss(far))


def test_the_noise_that_is_predicted_best_is_the_one_that_there_is():
    noise = torch.full((1, 50), 0.2)
    candidates = torch.linspace(-5, 1, 601)
    losses = torch.stack([_noise_loss(one.expand(1, 50), noise) for one in candidates])
    assert float(candidates[losses.argmin()].exp()) == pytest.approx(0.2, rel=0.01)


def test_the_regularizer_is_the_divergence_of_neighbors_by_their_distance():
    at = torch.tensor([[[0.5], [0.54], [0.9]]])
    points = Points(at, at[..., :0], (0,), ())
    log_p = torch.randn(1, 3, 8, generator=make_generator("p")).log_softmax(-1)

    def divergence(p, q):
        return (p.exp() * (p - q)).sum()

    weight = (0.1 - 0.04) / 0.1
    first, second = log_p[0, 0], log_p[0, 1]
    expected = weight * (divergence(second, first) + divergence(first, second)) / 2 / 3
    assert_close(_roughness(points, log_p), expected)


def test_the_regularizer_is_a_switch():
    batch = tasks(n=20)
    close = replace(batch, query_x=batch.query_x[:, :1] + 0.001 * batch.query_x)
    net = network()
    with torch.no_grad():
        net.head.out.weight.normal_()
    plain, smooth = (
        loss(close, LEARNER.model_copy(update={"regularizer": one}), net=net) for one in (0.0, 1.0)
    )
    assert float((smooth - plain).detach()) > 0


def test_points_are_split_into_numbers_and_codes():
    points = points_of(torch.arange(24.0).reshape(2, 4, 3), Columns((0, 5), (3,)))
    assert points.numeric.shape == (2, 4, 2)
    assert points.codes[0, :, 0].tolist() == [2.0, 5.0, 8.0, 11.0]
    assert (points.levels, points.categories, points.n_columns) == ((0, 5), (3,), 3)
