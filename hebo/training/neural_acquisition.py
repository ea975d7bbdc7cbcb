"""Pretraining of an acquisition: whole optimization runs, and likelihood beside (NAP, 2305.15930).

Notation: `e` episodes, `b` candidates, `T` evaluations of an episode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import torch
from pydantic import Field, model_validator
from torch import Generator, Tensor

from hebo.surrogates.neural_process.embedding import Points
from hebo.surrogates.neural_process.policy import Policy, PolicyArchitecture, policy_of, standardized
from hebo.surrogates.neural_process.transformer import MAX_VALUE
from hebo.training.contexts import Shapes
from hebo.training.learner import Learner
from hebo.training.neural_process import points_of
from hebo.training.tasks import TaskBatch

_LEAST_REGRET = 1e-3


class NeuralAcquisition(Learner):
    """A policy that chooses the next evaluation, trained for the regret of whole runs.

    The queries of a task are the candidates of an episode. It begins at a random one; then the policy draws
    from the softmax of its values, never a candidate twice. The reward of a step is minus the decimal
    logarithm of the regret so far, in units of the range of the candidates' values. The gradient is that of
    the policy (REINFORCE) with the mean return of the episodes of the same task as baseline.

    That reward is sparse. So the network learns the likelihood of the values of queries beside, from contexts
    that the policy has not chosen.

    Attributes:
        sizes: Of the network; its horizon is `T`.
        n_rollouts: Episodes of each task.
        n_updated: Steps of an episode whose choices are reinforced.
        policy: Weight of the policy loss; 0 learns the likelihood alone, which is a good start.
        auxiliary: Weight of the likelihood.
    """

    kind: ClassVar[str] = "neural_acquisition"
    needs_space: ClassVar[bool] = True
    example_around: ClassVar[dict[str, Any]] = {
        "prior": {
            "type": "earlier_tasks",
            "space": [{"name": "x", "type": "num", "lb": 0, "ub": 1}],
            "files": ["earlier/*.csv"],
            "value": "loss",
        },
    }

    sizes: PolicyArchitecture = PolicyArchitecture()
    n_rollouts: int = Field(default=4, ge=2)
    n_updated: int = Field(default=4, ge=1)
    policy: float = Field(default=1.0, ge=0)
    auxiliary: float = Field(default=1.0, ge=0)

    @model_validator(mode="after")
    def _learns(self) -> Self:
        if not self.policy and not self.auxiliary:
            raise ValueError(
                "policy and auxiliary are both 0, so that nothing is learned; give one of them a weight"
            )
        return self

    def check(self, shapes: Shapes) -> None:
        """Refuse fewer candidates than an episode chooses."""
        if self.policy and shapes.n_queries < self.sizes.horizon:
            raise ValueError(
                f"shapes.n_queries={shapes.n_queries} candidates are too few for a horizon of "
                f"{self.sizes.horizon} evaluations, none of which repeats; give more queries, or a shorter "
                "`learner.sizes.horizon`"
            )

    def architecture(self) -> dict[str, Any]:
        """See `Learner`."""
        return self.sizes.model_dump()

    def network(self) -> Policy:
        """See `Learner`."""
        return policy_of(self.sizes.model_dump())

    def loss(self, network: Any, batch: TaskBatch, *, generator: Generator) -> Tensor:
        """See `Learner`."""
        total = batch.y.new_zeros(())
        if self.auxiliary:
            total = total + self.auxiliary * _likelihood_loss(network, batch)
        if self.policy:
            episodes = self._play(network, batch, generator)
            total = total + self.policy * self._policy_loss(network, episodes, generator)
        return total

    def _play(self, network: Policy, batch: TaskBatch, generator: Generator) -> Episodes:
        """Play the episodes of a batch."""
        candidates = batch.query_x.repeat_interleave(self.n_rollouts, 0)
        values = batch.query_f.repeat_interleave(self.n_rollouts, 0)
        first = torch.rand(values.shape, generator=generator, device=values.device).argmax(1, keepdim=True)
        chosen = first
        with torch.no_grad():
            for _ in range(self.sizes.horizon - 1):
                logits = self._logits(network, batch, candidates, values, chosen)
                pick = torch.multinomial(logits.softmax(-1), 1, generator=generator)
                chosen = torch.cat([chosen, pick], 1)
        return Episodes(batch, candidates, values, chosen)

    def _logits(
        self, network: Policy, batch: TaskBatch, candidates: Tensor, values: Tensor, chosen: Tensor
    ) -> Tensor:
        """Return the logits of the choice after `chosen`, `e x n`, minus infinity of those chosen already."""
        x = candidates.gather(1, chosen.unsqueeze(-1).expand(-1, -1, candidates.shape[-1]))
        y = standardized(values.gather(1, chosen)).clamp(-MAX_VALUE, MAX_VALUE)
        context = network.encode(self._points(x, batch), y)
        progress = y.new_full((len(y),), chosen.shape[1] / self.sizes.horizon)
        logits: Tensor = network(context, y.amax(1), progress, self._points(candidates, batch))
        return logits.scatter(1, chosen, -torch.inf)

    def _points(self, x: Tensor, batch: TaskBatch) -> Points:
        return points_of(x, batch.columns)

    def _policy_loss(self, network: Policy, episodes: Episodes, generator: Generator) -> Tensor:
        advantage = episodes.advantages(self.n_rollouts)
        steps = torch.randperm(self.sizes.horizon - 1, generator=generator, device=generator.device)
        found = []
        for step in steps[: self.n_updated].tolist():
            before, pick = episodes.chosen[:, : step + 1], episodes.chosen[:, step + 1 : step + 2]
            logits = self._logits(network, episodes.batch, episodes.candidates, episodes.values, before)
            log_p = logits.log_softmax(-1).gather(1, pick).squeeze(1)
            found.append(-(advantage[:, step] * log_p).mean())
        return torch.stack(found).mean()


@dataclass(frozen=True)
class Episodes:
    """What was played.

    Attributes:
        batch: The tasks.
        candidates: `e x b x d`.
        values: `e x b`, larger is better.
        chosen: `e x T` candidates.
    """

    batch: TaskBatch
    candidates: Tensor
    values: Tensor
    chosen: Tensor

    def regrets(self) -> Tensor:
        """Return the regret after each evaluation, `e x T`, in units of the range of values."""
        low, high = self.values.amin(1, keepdim=True), self.values.amax(1, keepdim=True)
        best = self.values.gather(1, self.chosen).cummax(1).values
        regrets: Tensor = (high - best) / (high - low).clamp_min(1e-9)
        return regrets

    def advantages(self, n_rollouts: int) -> Tensor:
        """Return what each choice after the first was worth, `e x (T - 1)`, in units of their spread.

        It is the mean reward from then on, less that of the other episodes of the task.
        """
        rewards = -self.regrets().clamp_min(_LEAST_REGRET).log10()[:, 1:]
        returns = rewards.flip(1).cumsum(1).flip(1) / rewards.shape[1]
        by_task = returns.reshape(-1, n_rollouts, returns.shape[1])
        apart = (by_task - by_task.mean(1, keepdim=True)).flatten(0, 1)
        return apart / apart.std().clamp_min(1e-6)


def _likelihood_loss(network: Policy, batch: TaskBatch) -> Tensor:
    context, queries = points_of(batch.x, batch.columns), points_of(batch.query_x, batch.columns)
    found = network.predict(context, batch.y.clamp(-MAX_VALUE, MAX_VALUE), queries)
    values = batch.query_y.clamp(-MAX_VALUE, MAX_VALUE)
    loss: Tensor = -network.transformer.bars.log_density(found.log_p, values).mean()
    return loss
