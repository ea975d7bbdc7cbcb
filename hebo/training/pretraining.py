"""`Pretraining`: what is trained on which tasks, and how."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from hebo.recipe import Recipe
from hebo.training.contexts import Contexts, Shapes
from hebo.training.learner import Learner
from hebo.training.tasks import TaskPrior

Count = Annotated[int, Field(strict=True, ge=1)]


class Pretraining(Recipe):
    """The content of a YAML for `hebo pretrain`.

    The optimizer is AdamW with a warm-up and without a planned end: after the warm-up the rate is constant,
    or falls as the inverse root of the steps. What is written is the exponential moving average of the
    weights, so that any moment is good to stop at.

    Attributes:
        name: Of the folder of the run, and of the weights.
        learner: What is trained.
        prior: Draws the functions.
        shapes: How large tasks are.
        contexts: Which points are observed.
        batch_size: Tasks of a step, in each process.
        n_steps: Where the training ends. A larger number goes on with a finished run.
        learning_rate: After the warm-up.
        warmup: Steps until then.
        decay_from: Step from which the rate falls as `sqrt(decay_from / step)`; null: it stays.
        weight_decay: Of AdamW.
        max_norm: Longer gradients are shortened to it.
        average: Of the moving average, the share of it that stays in each step.
        seed: Of weights and tasks.
        start_from: Weights of the same learner to begin with; null: random ones.
        checkpoint_every: Steps between two checkpoints, each with a line of the log.
        n_validation: Batches that the averaged weights are checked with then.
        snapshots: Steps whose weights are kept beside the final ones.
        output: Folder of the run; null: `runs/pretrain/NAME`.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    learner: Learner
    prior: TaskPrior
    shapes: Shapes = Shapes()
    contexts: Contexts = Contexts()
    batch_size: Count = 64
    n_steps: Count = 1000
    learning_rate: float = Field(default=1e-3, gt=0)
    warmup: int = Field(default=100, ge=0)
    decay_from: Count | None = None
    weight_decay: float = Field(default=1e-4, ge=0)
    max_norm: float = Field(default=1.0, gt=0)
    average: float = Field(default=0.999, ge=0, lt=1)
    seed: int = Field(default=0, ge=0)
    start_from: str | None = None
    checkpoint_every: Count = 100
    n_validation: Count = 4
    snapshots: tuple[Count, ...] = ()
    output: str | None = None

    @model_validator(mode="after")
    def _check_steps(self) -> Self:
        for step in self.snapshots:
            if step > self.n_steps:
                raise ValueError(f"snapshots: step {step} is beyond n_steps={self.n_steps}; leave it out")
        self.learner.check(self.shapes)
        if self.learner.needs_space and self.prior.design_space is None:
            raise ValueError(
                f"prior: {type(self.prior).__name__} has tasks of no particular space, and a "
                f"{type(self.learner).__name__} is trained for one; use `earlier_tasks`, alone or in `noisy`"
            )
        return self

    @property
    def folder(self) -> Path:
        """Where the run is kept."""
        return Path(self.output or f"runs/pretrain/{self.name}")

    def rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        rate = self.learning_rate * min(1.0, (step + 1) / max(1, self.warmup))
        if self.decay_from is not None and step > self.decay_from:
            rate *= (self.decay_from / step) ** 0.5
        return rate

    def limits(self) -> dict[str, Any]:
        """Return what a trained network was made for, as its card says it.

        `n_columns` and `n_context` are the smallest and the largest number, `levels` whether there were
        integer columns, `categories` the most categories of a column, 0 where there were none.
        """
        n_context, columns = list(self.shapes.n_context), self.prior.columns
        if columns is not None:
            levels, categories = any(columns.levels), max(columns.categories, default=0)
            n_columns = [columns.n, columns.n]
        else:
            levels = self.shapes.mixed > 0
            categories = self.shapes.max_categories if levels else 0
            n_columns = list(self.shapes.n_columns)
        return {"n_columns": n_columns, "n_context": n_context, "levels": levels, "categories": categories}

    def space(self) -> dict[str, Any] | None:
        """Return the space of all tasks as JSON; None where there is no particular one."""
        space = self.prior.design_space
        return None if space is None else space.to_json()
