"""Training loop: every step is a function of seed and step, so that a stopped run goes on the same."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from hebo.errors import NumericalError
from hebo.random import derive_seed
from hebo.training.pretraining import Pretraining
from hebo.training.processes import Processes, release_free_memory
from hebo.training.state import TrainingState
from hebo.training.tasks import TaskBatch


@dataclass(frozen=True)
class Progress:
    """A line of the log.

    Attributes:
        step: Steps done.
        tasks: Tasks seen, by all processes.
        loss: Mean over the steps since the last line.
        validation: Loss of the averaged weights on tasks of their own, always the same.
        rate: Present learning rate.
        cpu_seconds: Of this process, so far.
    """

    step: int
    tasks: int
    loss: float
    validation: float
    rate: float
    cpu_seconds: float


def draw_batch(plan: Pretraining, device: torch.device, *label: object) -> tuple[TaskBatch, Generator]:
    """Draw the tasks of one step, and return the generator that goes on."""
    cpu = torch.Generator().manual_seed(derive_seed("pretrain", plan.seed, *label, "shape"))
    generator = torch.Generator(device).manual_seed(derive_seed("pretrain", plan.seed, *label))
    columns, n = plan.prior.columns or plan.shapes.draw_columns(cpu), plan.shapes.draw_context(cpu)
    with torch.no_grad():
        functions = plan.prior.draw(plan.batch_size, columns, generator=generator)
        batch = plan.contexts.batch(
            functions, columns, plan.batch_size, n, plan.shapes.n_queries, generator=generator
        )
    return batch, generator


def train(
    plan: Pretraining, state: TrainingState, processes: Processes, is_stopped: Callable[[], bool]
) -> Iterator[Progress]:
    """Train up to the last step of the plan; yield at each checkpoint, and at each snapshot.

    Args:
        plan: What is trained.
        state: Goes from step to step.
        processes: This one and those beside it.
        is_stopped: Asked after each step whether to end there, after a last line.

    Raises:
        NumericalError: If a gradient or the validation loss is not finite.
    """
    losses: list[Tensor] = []
    began = time.process_time() - state.cpu_seconds
    stops = {*range(0, plan.n_steps, plan.checkpoint_every), *plan.snapshots, plan.n_steps}
    while state.step < plan.n_steps:
        losses.append(_step(plan, state, processes))
        state.cpu_seconds = time.process_time() - began
        is_last = processes.any(is_stopped())
        if is_last or state.step in stops:
            loss = processes.mean(torch.stack(losses).mean())
            yield _progress(plan, state, processes, float(loss))
            losses = []
            release_free_memory()
        if is_last:
            return


def _step(plan: Pretraining, state: TrainingState, processes: Processes) -> Tensor:
    """Take one step; return the loss."""
    for group in state.optimizer.param_groups:
        group["lr"] = plan.rate(state.step)
    batch, generator = draw_batch(plan, processes.device, state.step, processes.rank)
    loss = plan.learner.loss(state.network, batch, generator=generator)
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    processes.share_gradients(state.network.parameters())
    norm = torch.nn.utils.clip_grad_norm_(state.network.parameters(), plan.max_norm)
    if not bool(torch.isfinite(norm)):
        raise NumericalError(
            f"step {state.step} has a loss of {float(loss.detach()):g} whose gradient is not finite; lower "
            "`learning_rate`, or look for values in the prior that are not finite"
        )
    state.advance()
    return loss.detach()


def _progress(plan: Pretraining, state: TrainingState, processes: Processes, loss: float) -> Progress:
    tasks = state.step * plan.batch_size * processes.n
    validation = validate(plan, state, processes.device)
    if not math.isfinite(validation):
        raise NumericalError(
            f"after step {state.step} the validation loss is {validation:g}; nothing of this step is "
            "written. Lower `learning_rate`"
        )
    return Progress(state.step, tasks, loss, validation, plan.rate(state.step), state.cpu_seconds)


def validate(plan: Pretraining, state: TrainingState, device: torch.device) -> float:
    """Return the loss of the averaged weights on tasks that no step has seen."""
    found = []
    for number in range(plan.n_validation):
        batch, generator = draw_batch(plan, device, "validation", number)
        with torch.no_grad():
            found.append(float(plan.learner.loss(state.averaged, batch, generator=generator)))
    return sum(found) / len(found)
