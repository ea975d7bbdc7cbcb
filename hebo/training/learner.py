"""`Learner`: what is pretrained, a network and its loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from torch import Generator, Tensor, nn

from hebo.recipe import Recipe
from hebo.training.contexts import Shapes
from hebo.training.tasks import TaskBatch


class Learner(Recipe, ABC):
    """A recipe of a network and of what it is trained for.

    Attributes:
        kind: What its weights are, on their card: who reads them asks for it.
        needs_space: Whether its tasks have to have a space of their own, which its weights belong to.
    """

    kind: ClassVar[str]
    needs_space: ClassVar[bool] = False

    def check(self, shapes: Shapes) -> None:
        """Refuse tasks that the network cannot be trained on.

        Raises:
            ValueError: With the setting of the shapes, and what would work.
        """

    @abstractmethod
    def architecture(self) -> dict[str, Any]:
        """Return what the network is made from, plain data on the card of the weights."""

    @abstractmethod
    def network(self) -> nn.Module:
        """Return the network with random weights, drawn from the global torch stream, which is seeded."""

    @abstractmethod
    def loss(self, network: nn.Module, batch: TaskBatch, *, generator: Generator) -> Tensor:
        """Return the mean loss of tasks, a scalar with gradients.

        Args:
            network: From `network`, perhaps on another device, where the tasks are too.
            batch: The tasks.
            generator: Source of every random decision, on the device of the tasks.
        """
