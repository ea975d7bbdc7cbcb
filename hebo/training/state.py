"""State of a training: network, AdamW and averaged weights, to and from tensors by name."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from hebo.errors import DataError
from hebo.random import make_generator, seeded
from hebo.training.pretraining import Pretraining
from hebo.weights import read_weights

_MOMENTS = ("exp_avg", "exp_avg_sq")


class TrainingState:
    """All that changes from step to step.

    Args:
        plan: What is trained.
        device: Where.

    Attributes:
        network: Under training.
        averaged: The same with the moving average of its weights.
        optimizer: AdamW.
        step: How many steps are done.
        cpu_seconds: What they took.
    """

    def __init__(self, plan: Pretraining, device: torch.device) -> None:
        with seeded(make_generator("pretrain", plan.seed, "network")):
            self.network: nn.Module = plan.learner.network().to(device)
        if plan.start_from is not None:
            _load(self.network, read_weights(plan.start_from, plan.learner.kind).tensors, plan.start_from)
        self.averaged = deepcopy(self.network).requires_grad_(False)
        self.optimizer = AdamW(
            self.network.parameters(),
            lr=plan.learning_rate,
            weight_decay=plan.weight_decay,
            betas=(0.9, 0.98),
        )
        self._average = plan.average
        self.step, self.cpu_seconds = 0, 0.0

    def advance(self) -> None:
        """Take the step that the gradients say, and average the weights."""
        self.optimizer.step()
        self.step += 1
        kept = min(self._average, self.step / (10.0 + self.step))
        with torch.no_grad():
            for mean, one in zip(self.averaged.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(one, 1 - kept)

    def tensors(self) -> dict[str, Tensor]:
        """Return the state as tensors by name."""
        found = {f"network.{name}": one for name, one in self.network.state_dict().items()}
        found |= {f"averaged.{name}": one for name, one in self.averaged.state_dict().items()}
        found |= self._moments()
        found["step"] = torch.tensor(self.step)
        found["cpu_seconds"] = torch.tensor(self.cpu_seconds, dtype=torch.float64)
        return found

    def load(self, tensors: Mapping[str, Tensor], source: str) -> None:
        """Go on from a state.

        Raises:
            DataError: If it belongs to another network.
        """
        _load(self.network, _part(tensors, "network."), source)
        _load(self.averaged, _part(tensors, "averaged."), source)
        self.step, self.cpu_seconds = int(tensors["step"]), float(tensors["cpu_seconds"])
        moments = _part(tensors, "adam.")
        for name, one in self.network.named_parameters():
            if f"{_MOMENTS[0]}.{name}" in moments:
                kept = {key: moments[f"{key}.{name}"].to(one.device).clone() for key in _MOMENTS}
                # Checkpoints of earlier versions have no steps of single parameters.
                steps = moments.get(f"step.{name}", torch.tensor(float(self.step)))
                self.optimizer.state[one] = {"step": steps.clone(), **kept}

    def _moments(self) -> dict[str, Tensor]:
        """Return moments and steps of AdamW; none of a parameter that has had no gradient.

        A parameter that only some tasks have a gradient for, such as those of categories, has taken fewer
        steps than others.
        """
        named = self.network.named_parameters()
        with_state = [(name, self.optimizer.state[one]) for name, one in named if self.optimizer.state[one]]
        return {f"adam.{key}.{name}": state[key] for name, state in with_state for key in state}


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): one for name, one in tensors.items() if name.startswith(prefix)}


def _load(network: nn.Module, tensors: Mapping[str, Tensor], source: str) -> None:
    try:
        network.load_state_dict(dict(tensors))
    except RuntimeError as error:
        raise DataError(
            f"{source}: weights of another network ({str(error).splitlines()[-1].strip()}); give the learner "
            "the settings that they were trained with, or another output folder"
        ) from error
