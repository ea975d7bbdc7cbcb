"""What all priors share, and what each of them is about."""

import pytest
import torch
from examples import example, names
from pydantic import ValidationError
from torch.testing import assert_close

from hebo.random import make_generator
from hebo.training.priors.gaussian_processes import GaussianProcesses
from hebo.training.priors.mixture import Mixture
from hebo.training.priors.neural_networks import NeuralNetworks
from hebo.training.priors.trees import Trees
from hebo.training.priors.wrappers import Additive, Clipped, Irrelevant, Noisy, Skewed
from hebo.training.tasks import Columns

COLUMNS = [
    Columns((0,)),
    Columns((0, 0, 5)),
    Columns((0, 7), (3, 2)),
    Columns((), (4, 4, 2)),
]


def drawn(prior, columns, n_tasks=16, stream=0):
    return prior.draw(n_tasks, columns, generator=make_generator("draw", stream))


@pytest.mark.parametrize("columns", COLUMNS, ids=["one", "numeric", "mixed", "categories"])
@pytest.mark.parametrize("name", [one for one in names("task_prior") if one != "earlier_tasks"])
def test_functions_are_repeatable_and_of_order_one(name, columns):
    prior = example("task_prior", name)
    x = columns.uniform(64, 100, generator=make_generator("points"))
    functions = drawn(prior, columns, 64)
    f = functions(x)
    assert f.shape == functions.noise_sd(x).shape == (64, 100)
    assert torch.isfinite(f).all()
    assert (functions.noise_sd(x) >= 0).all()
    assert torch.equal(f, drawn(prior, columns, 64)(x)), "one generator, the same functions"
    assert not torch.equal(f, drawn(prior, columns, 64, stream=1)(x))
    assert_close(functions(x[:, :7]), f[:, :7], rtol=1e-3, atol=1e-4)
    assert f.mean().abs() < 0.5
    assert 0.4 < f.square().mean().sqrt() < 2.5
    assert prior.is_noisy or not functions.noise_sd(x).any()


def test_gaussian_processes_have_the_covariance_of_their_hyperparameters():
    prior = GaussianProcesses(
        smoothness=(1.5,), lengthscale=0.4, spread=0, shared=0, warped=0, decay=0.6, decay_spread=0
    )
    functions = drawn(prior, Columns((0,), (3,)), 4000)
    x = torch.tensor([[0.2, 0.0], [0.5, 0.0], [0.2, 1.0], [0.5, 1.0]]).expand(4000, -1, -1)
    f = functions(x)
    found = f.mT @ f / len(f)
    r = 3**0.5 * torch.tensor(0.3 / 0.4)
    near, other = (1 + r) * (-r).exp(), torch.tensor(-0.6).exp()
    assert_close(found[0, 0], torch.tensor(1.0), rtol=0, atol=0.1)
    assert_close(found[0, 1], near, rtol=0, atol=0.1)
    assert_close(found[0, 2], other, rtol=0, atol=0.1)
    assert_close(found[0, 3], near * other, rtol=0, atol=0.1)


def test_smooth_processes_are_squared_exponentials():
    prior = GaussianProcesses(smoothness=(10.0,), lengthscale=0.4, spread=0, shared=0, warped=0)
    f = drawn(prior, Columns((0,)), 4000)(torch.tensor([[0.2], [0.6]]).expand(4000, -1, -1))
    assert_close((f[:, 0] * f[:, 1]).mean(), torch.tensor(-0.5).exp(), rtol=0, atol=0.1)


def test_trees_are_steps():
    f = drawn(Trees(n_trees=2, depth=(1, 1)), Columns((0,)))(
        torch.linspace(0, 1, 200).reshape(1, -1, 1).expand(16, -1, -1)
    )
    assert max(len(one.unique()) for one in f) <= 4
    assert min(len(one.unique()) for one in f) >= 1


def test_ignored_columns_change_nothing():
    functions = drawn(Irrelevant(of=NeuralNetworks(), share=1.0), Columns((0, 0, 0)))
    x = torch.rand(16, 50, 3, generator=make_generator(1))
    changes = []
    for column in range(3):
        moved = x.clone()
        moved[..., column] = torch.rand(16, 50, generator=make_generator(2))
        changes.append((functions(moved) - functions(x)).abs().amax(-1) > 1e-6)
    assert torch.stack(changes).sum(0).eq(1).all(), "all columns but one are ignored"


def test_a_sum_of_functions_of_one_column_has_no_interaction():
    functions = drawn(Additive(of=NeuralNetworks(), n_parts=2, share=0.0), Columns((0, 0)))
    corners = torch.tensor([[0.1, 0.2], [0.1, 0.9], [0.8, 0.2], [0.8, 0.9]]).expand(16, -1, -1)
    f = functions(corners)
    assert_close(f[:, 0] + f[:, 3], f[:, 1] + f[:, 2], rtol=0, atol=1e-4)


def test_clipped_functions_have_plateaus_and_skewed_ones_keep_the_order():
    x = Columns((0, 0)).uniform(64, 200, generator=make_generator(1))
    clipped = drawn(Clipped(share=1.0), Columns((0, 0)), 64)(x)
    assert (clipped == clipped.amin(-1, keepdim=True)).float().mean() > 0.1
    skewed = drawn(Skewed(share=1.0), Columns((0, 0)), 64)
    inner = skewed.of.of(x)
    assert torch.equal(skewed(x).argsort(-1), inner.argsort(-1))


def test_noise_varies_where_it_should():
    x = Columns((0, 0)).uniform(200, 50, generator=make_generator(1))
    same = drawn(Noisy(sd=(0.1, 0.2), noise_free=0.0, varying=0.0), Columns((0, 0)), 200).noise_sd(x)
    assert_close(same, same[:, :1].expand_as(same))
    assert 0.1 <= same.min() <= same.max() <= 0.2 + 1e-6
    varying = drawn(Noisy(noise_free=0.5, varying=1.0), Columns((0, 0)), 200).noise_sd(x)
    is_exact = (varying == 0).all(-1)
    assert 0.3 < is_exact.float().mean() < 0.7
    assert (varying[~is_exact].std(-1) > 0).all()


def test_a_mixture_draws_members_by_their_weights():
    prior = Mixture(members=(Trees(n_trees=1, depth=(1, 1)), GaussianProcesses()), weights=(1.0, 0.0))
    f = drawn(prior, Columns((0,)), 50)(torch.rand(50, 100, 1, generator=make_generator(1)))
    assert max(len(one.unique()) for one in f) <= 2, "the member of weight 0 is never drawn"
    both = drawn(Mixture(members=prior.members), Columns((0,)), 200)
    assert 50 < sum(both.counts[:1]) < 150


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Mixture(members=()), "at least 1 item"),
        (lambda: Mixture(members=(Trees(),), weights=(0.0,)), "all are 0, so that no task can be drawn"),
        (lambda: Mixture(members=(Trees(),), weights=(1.0, 2.0)), "2 of them for 1 members"),
        (lambda: Clipped(of=Noisy()), "Noisy has noise, which would be lost; put `noisy` around"),
        (lambda: Additive(of=Mixture(members=(Noisy(), Trees()))), "put `noisy` around this prior"),
        (lambda: GaussianProcesses(smoothness=(1.0,)), "1 is no half-integer"),
        (lambda: Noisy(sd=(0.3, 0.1)), r"sd: \[0.3, 0.1\] is empty"),
        (lambda: Trees(depth=(4, 2)), r"depth: \[4, 2\] is empty"),
    ],
)
def test_priors_that_make_no_sense_are_refused(make, message):
    with pytest.raises(ValidationError, match=message):
        make()
