from dataclasses import dataclass

import pytest
import torch
from pydantic import ValidationError
from torch.testing import assert_close

from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator, seeded
from hebo.surrogates.neural_process.policy import PolicyArchitecture
from hebo.surrogates.neural_process.transformer import Architecture
from hebo.training.contexts import Contexts, Shapes
from hebo.training.neural_acquisition import Episodes, NeuralAcquisition
from hebo.training.pretraining import Pretraining
from hebo.training.priors.draws import Noiseless
from hebo.training.priors.trees import Trees
from hebo.training.processes import Processes
from hebo.training.state import TrainingState
from hebo.training.tasks import Columns, TaskPrior
from hebo.training.trainer import draw_batch, train

ENCODER = Architecture(width=16, n_layers=1, n_heads=2, mlp=16, column_hidden=16, n_bars=16, n_signs=4)
SIZES = PolicyArchitecture(encoder=ENCODER, hidden=16, horizon=5)


class Family(TaskPrior):
    """Narrow peaks at 0.8 of the first column, of different heights: the same place is best in all tasks."""

    @property
    def design_space(self):
        return DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])

    @property
    def columns(self):
        return Columns((0, 0))

    def draw(self, n_tasks, columns, *, generator):
        return Peaks(1 + torch.rand(n_tasks, 1, generator=generator))


@dataclass(frozen=True)
class Peaks(Noiseless):
    height: torch.Tensor

    def __call__(self, x):
        return self.height * torch.exp(-((x[..., 0] - 0.8) ** 2) / 0.005)


def plan(**learner):
    return Pretraining(
        name="toy",
        learner=NeuralAcquisition(**{"sizes": SIZES, "n_rollouts": 4, "n_updated": 2, **learner}),
        prior=Family(),
        shapes=Shapes(n_context=(2, 5), n_queries=24),
        contexts=Contexts(bo_like=0.0),
        batch_size=8,
        n_steps=40,
        learning_rate=0.01,
        warmup=5,
        checkpoint_every=40,
        n_validation=1,
    )


def mean_regret(network, one, seed="judge"):
    """The mean regret over the steps after the first of episodes that no training has seen."""
    batch, generator = draw_batch(one.model_copy(update={"batch_size": 64}), torch.device("cpu"), seed)
    return float(one.learner._play(network, batch, generator).regrets()[:, 1:].mean())


def test_regrets_and_advantages_are_those_of_the_definition():
    values = torch.tensor([[0.0, 5.0, 10.0, 1.0]]).expand(2, -1)
    chosen = torch.tensor([[0, 1, 2], [0, 3, 1]])
    episodes = Episodes(None, None, values, chosen)
    assert_close(episodes.regrets(), torch.tensor([[1.0, 0.5, 0.0], [1.0, 0.9, 0.5]]))
    rewards = -torch.tensor([[0.5, 1e-3], [0.9, 0.5]]).log10()
    returns = torch.stack([rewards.mean(1), rewards[:, 1] / 2], 1)
    apart = returns - returns.mean(0)
    assert_close(episodes.advantages(2), apart / apart.std())


def test_no_candidate_is_chosen_twice():
    one = plan()
    with seeded(make_generator(0)):
        network = one.learner.network()
    batch, generator = draw_batch(one, torch.device("cpu"), 0)
    chosen = one.learner._play(network, batch, generator).chosen
    assert chosen.shape == (32, 5)
    assert all(len(set(row)) == 5 for row in chosen.tolist())


def test_the_network_begins_as_expected_improvement():
    with seeded(make_generator(0)):
        mlp = plan().learner.network()
    ei = plan(sizes=SIZES.model_copy(update={"head": "ei"})).learner.network()
    ei.load_state_dict({name: one for name, one in mlp.state_dict().items() if "learned" not in name})
    batch, _ = draw_batch(plan(), torch.device("cpu"), 0)
    learner, chosen = plan().learner, torch.zeros(8, 1, dtype=torch.long)
    both = [learner._logits(one, batch, batch.query_x, batch.query_f, chosen) for one in (mlp, ei)]
    assert_close(both[0], both[1])


@pytest.mark.parametrize(
    "learner", [{}, {"auxiliary": 0.0}, {"policy": 0.0}], ids=["both", "policy", "likelihood"]
)
def test_training_lowers_the_regret_of_whole_runs(learner):
    one = plan(**learner)
    state = TrainingState(one, torch.device("cpu"))
    before = mean_regret(state.network, one)
    list(train(one, state, Processes(0, 1, torch.device("cpu")), lambda: False))
    assert mean_regret(state.averaged, one) < 0.8 * before


def test_an_episode_longer_than_its_candidates_is_refused():
    with pytest.raises(ValidationError, match="n_queries=4 candidates are too few for a horizon of 5"):
        Pretraining(
            name="toy",
            learner=NeuralAcquisition(sizes=SIZES),
            prior=Family(),
            shapes=Shapes(n_context=(2, 4), n_queries=4),
        )


def test_a_learner_of_nothing_is_refused():
    with pytest.raises(ValidationError, match="are both 0, so that nothing is learned"):
        NeuralAcquisition(policy=0.0, auxiliary=0.0)


def test_a_prior_of_no_particular_space_is_refused():
    with pytest.raises(ValidationError, match=r"Trees has tasks of no particular space.*use `earlier_tasks`"):
        Pretraining(name="toy", learner=NeuralAcquisition(), prior=Trees())
