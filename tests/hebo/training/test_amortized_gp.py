"""Tests of `hebo.training.amortized_gp`."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from hebo.random import make_generator
from hebo.surrogates.amortized.amortized_gp import AmortizedGP
from hebo.surrogates.amortized.network import Frame
from hebo.surrogates.amortized.predictive import predict
from hebo.surrogates.warped_gp import warped_layout
from hebo.testing.spaces import SPACES, observations
from hebo.training.amortized_gp import AmortizedGPLearner, log_prior, nll, problems_of
from hebo.training.contexts import Contexts, Shapes
from hebo.training.folder import Folder
from hebo.training.pretraining import Pretraining
from hebo.training.priors.gaussian_processes import GaussianProcesses
from hebo.training.priors.wrappers import Noisy
from hebo.training.processes import Processes
from hebo.training.state import TrainingState
from hebo.training.tasks import Columns, TaskBatch
from hebo.training.trainer import train, validate

LEARNER = AmortizedGPLearner(width=16, n_corrections=1)
MIXED = Columns((0, 0), (3,))
ALONE = Processes(0, 1, torch.device("cpu"))


def tasks(columns: Columns = MIXED, n: int = 10) -> TaskBatch:
    generator = make_generator("tasks")
    functions = Noisy(of=GaussianProcesses(n_features=32)).draw(6, columns, generator=generator)
    return Contexts().batch(functions, columns, 6, n, 8, generator=generator)


def plan(folder: Path) -> Pretraining:
    return Pretraining(
        name="small",
        learner=LEARNER,
        prior=Noisy(of=GaussianProcesses(n_features=32, lengthscale=0.6)),
        shapes=Shapes(n_columns=(1, 5), n_context=(4, 14), n_queries=16, mixed=0.2),
        batch_size=16,
        n_steps=120,
        checkpoint_every=120,
        warmup=10,
        learning_rate=5e-3,
        average=0.9,
        output=str(folder),
    )


@pytest.mark.parametrize("columns", [Columns((0, 4)), Columns((), (3, 2)), Columns((0,), (5,))])
@pytest.mark.parametrize("n", [2, 10])
def test_the_loss_of_any_columns_has_gradients(columns: Columns, n: int) -> None:
    network = LEARNER.network()
    loss = LEARNER.loss(network, tasks(columns, n), generator=make_generator(0))
    loss.backward()  # type: ignore[no-untyped-call]
    assert bool(torch.isfinite(loss))
    heads = [one for one in network.modules() if isinstance(one, nn.Linear) and one.out_features == 6]
    assert len(heads) == 2
    assert all(one.bias.grad is not None and bool((one.bias.grad != 0).any()) for one in heads)


def test_the_loss_is_the_mean_over_passes_of_what_the_posterior_says() -> None:
    learner = LEARNER.model_copy(update={"likelihood": 0.0})
    network, batch = learner.network(), tasks()
    loss = learner.loss(network, batch, generator=make_generator(0))
    spread = ((batch.y.shape[1] - 1) / batch.y.shape[1]) ** 0.5  # values in units of the sample's spread
    problems = problems_of(batch, 1.5)
    problems.y = problems.y * spread
    frame, expected = Frame(problems), []
    for theta in network(problems):
        found = predict(problems, frame.inside(theta), batch.query_x[..., :2], batch.query_x[..., 2:])
        expected.append(nll(found, batch.query_y * spread).clamp_max(10).mean())
    assert_close(loss, (expected[0] + 2 * expected[1]) / 3, rtol=1e-5, atol=1e-5)


def test_training_lowers_the_loss_on_other_tasks_and_the_weights_serve_the_surrogate(tmp_path: Path) -> None:
    longer = plan(tmp_path)
    state = TrainingState(longer, ALONE.device)
    before = validate(longer, state, ALONE.device)
    folder = Folder(longer, {})
    for progress in train(longer, state, ALONE, lambda: False):
        folder.save(state, progress)
    assert validate(longer, state, ALONE.device) < before - 0.02
    data = observations(SPACES["numeric"])
    recipe = AmortizedGP(weights=str(folder.weights))
    model = recipe.fit(data, SPACES["numeric"], generator=make_generator(0))
    assert bool(torch.isfinite(model.posterior(data.x).mean).all())


def test_values_without_noise_are_judged_by_the_function_alone() -> None:
    batch, network = tasks(), LEARNER.network()
    of_values, of_function = (
        LEARNER.model_copy(update={"noiseless": share}).loss(network, batch, generator=make_generator(0))
        for share in (0.0, 1.0)
    )
    assert of_values != of_function


def test_the_architecture_says_what_the_surrogate_asks_for() -> None:
    expected = {"width": 16, "n_corrections": 1, "smoothness": 1.5, "warp": True}
    assert LEARNER.architecture() == expected


@pytest.mark.parametrize(("k", "c"), [(3, 0), (2, 2), (0, 3)])
def test_the_log_prior_is_that_of_fits(k: int, c: int) -> None:
    layout = warped_layout(k, c, 9)
    theta = torch.randn(4, layout.size, generator=make_generator("prior"), dtype=torch.float64)
    expected = [layout.log_prior(one.numpy())[0] for one in theta]
    assert_close(log_prior(layout, theta), torch.tensor(expected, dtype=torch.float64))
