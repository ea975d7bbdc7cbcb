"""First-order search: optimizers of torch on many restarts at once."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Generator, Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR

from hebo.acq_optimizers.restarts import Part, RestartSearch
from hebo.descent.cadam import AdamOnSchedules
from hebo.errors import ConfigError

Name = Literal[
    "Adam",
    "AdamW",
    "NAdam",
    "RAdam",
    "Adamax",
    "Adagrad",
    "Adadelta",
    "RMSprop",
    "Rprop",
    "SGD",
    "AdamOnSchedules",
]

_N_TRIED = 3
"""Steps in which settings are tried out."""


class GradientSearch(RestartSearch):
    """Steps of an optimizer of torch from many starting points, batched in one tensor, projected.

    The variable is in shares of the ranges of columns, and values are in units of the range of the better
    half of the pool, so that step sizes mean the same in every space. It takes noisy gradients, as of an
    acquisition that draws samples at each call. Starting points and turns with discrete moves: see
    `RestartSearch`.

    Attributes:
        optimizer: A class of `torch.optim`, or `AdamOnSchedules` (Adam with the schedules of C-ADAM).
        lr: Its step size.
        settings: Its other settings, by name; all but `maximize`, as the sign of gradients is turned here.
        schedule: `cosine` lets the step size fall to 0 over the steps.
        n_steps: Steps of each restart in a turn.
    """

    uses_gradients: ClassVar[bool] = True

    optimizer: Name = "Adam"
    lr: float = Field(default=0.05, gt=0)
    settings: dict[str, float | bool | tuple[float, ...]] = Field(default_factory=dict)
    schedule: Literal["cosine", "constant"] = "cosine"
    n_steps: int = Field(default=150, ge=1)

    @model_validator(mode="after")
    def _settings_are_known(self) -> Self:
        try:
            self._try_out()
        except (TypeError, ValueError, LookupError, ArithmeticError, RuntimeError, AssertionError) as error:
            given = {"lr": self.lr, **self.settings}
            raise ConfigError(
                f"GradientSearch: {self.optimizer} does not take {given} ({error}); `settings` are the "
                "arguments of that class"
            ) from error
        return self

    def _try_out(self) -> None:
        """Take steps with a constant gradient: torch leaves part of the checks to them, and some undone.

        Raises:
            ArithmeticError: If a step leaves the real numbers.
            ValueError: If steps would minimize the acquisition.
        """
        if self.settings.get("maximize"):
            raise ValueError("the search turns the sign of gradients itself; leave `maximize` out")
        z = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
        optimizer = self._optimizer(z)
        for _ in range(_N_TRIED):
            z.grad = torch.ones_like(z)
            optimizer.step()
        if not bool(torch.isfinite(z).all()):
            raise ArithmeticError(f"{_N_TRIED} steps lead to {z.item()}")

    def _optimizer(self, z: Tensor) -> Optimizer:
        settings: dict[str, Any] = dict(self.settings)
        if self.optimizer == "AdamOnSchedules":
            return AdamOnSchedules([z], lr=self.lr, **settings)
        made: Optimizer = getattr(torch.optim, self.optimizer)([z], lr=self.lr, **settings)
        return made

    def _improve(self, part: Part, *, generator: Generator) -> Tensor:
        """Return where the last step leads; where there is no gradient, the points are as they were."""
        z = part.shares(part.x).requires_grad_()
        optimizer = self._optimizer(z)
        schedule = CosineAnnealingLR(optimizer, self.n_steps) if self.schedule == "cosine" else None
        for _ in range(self.n_steps):
            found = part.slopes(z)
            if found is None:
                return part.x
            z.grad = -found[1]
            optimizer.step()
            with torch.no_grad():
                z.copy_(part.settled(z))
            if schedule is not None:
                schedule.step()
        return part.feasible(z.detach())
