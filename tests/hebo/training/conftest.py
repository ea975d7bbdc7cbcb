"""A learner small enough to be trained in a test."""

import pytest
import torch
from torch import nn

from hebo.training.contexts import Shapes
from hebo.training.learner import Learner
from hebo.training.pretraining import Pretraining
from hebo.training.priors.gaussian_processes import GaussianProcesses


class Linear(Learner):
    """Predicts the values at the queries from the mean of the context's points and the query."""

    kind = "linear"
    width: int = 8

    def architecture(self):
        return {"width": self.width}

    def network(self):
        return nn.Sequential(nn.Linear(2, self.width), nn.Tanh(), nn.Linear(self.width, 1))

    def loss(self, network, batch, *, generator):
        weights = (-(batch.query_x.unsqueeze(2) - batch.x.unsqueeze(1)).square().sum(-1) / 0.02).softmax(-1)
        nearest = (weights @ batch.y.unsqueeze(-1)).squeeze(-1)
        inputs = torch.stack([nearest, batch.query_x[..., 0]], -1)
        jitter = 0.01 * torch.randn(inputs.shape, generator=generator)
        return (network(inputs + jitter).squeeze(-1) - batch.query_f).square().mean()


@pytest.fixture
def plan(tmp_path):
    return Pretraining(
        name="toy",
        learner=Linear(),
        prior=GaussianProcesses(n_features=16),
        shapes=Shapes(n_columns=(1, 2), n_context=(5, 10), n_queries=4, mixed=0.0),
        batch_size=8,
        n_steps=60,
        checkpoint_every=20,
        warmup=5,
        learning_rate=0.02,
        n_validation=2,
        output=str(tmp_path / "toy"),
    )
