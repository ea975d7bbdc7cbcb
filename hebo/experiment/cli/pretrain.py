"""`hebo pretrain`: networks trained on generated tasks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hebo.training.pretraining import Pretraining
    from hebo.training.processes import Processes
    from hebo.training.trainer import Progress

_STOPPED = 130


@click.command()
@click.argument("config", metavar="CONFIG")
@click.argument("overrides", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--device", help="Where to train: cpu, cuda, ...; by default a GPU where there is one.")
def pretrain(config: str, overrides: tuple[str, ...], device: str | None) -> None:
    """Train what CONFIG (a YAML file) describes, or go on where an earlier training of it stopped.

    KEY=VALUE replaces a value of the file: n_steps=5000 learner.width=64. Ctrl-C ends the training with the
    weights so far. A larger n_steps goes on with a finished training.
    """
    from hebo.experiment.config.overrides import override
    from hebo.experiment.config.pretraining import build_pretraining
    from hebo.experiment.executors.stopping import stop_on_signals
    from hebo.experiment.yaml.document import read_yaml
    from hebo.training.processes import joined_processes

    document = read_yaml(config)
    override(document, overrides)
    plan = build_pretraining(document)
    with stop_on_signals(lambda: None), joined_processes(device) as processes:
        is_complete = train_plan(plan, processes)
    if not is_complete:
        click.echo("Stopped; the same command goes on.", err=True)
        sys.exit(_STOPPED)


def train_plan(plan: Pretraining, processes: Processes) -> bool:
    """Train, and say how it goes; return whether the plan is done."""
    from hebo.experiment.config.pretraining import describe_pretraining
    from hebo.experiment.executors.stopping import STOP
    from hebo.training.folder import Folder
    from hebo.training.state import TrainingState
    from hebo.training.trainer import train

    state = TrainingState(plan, processes.device)
    folder = Folder(plan, describe_pretraining(plan))
    if folder.resume(state, is_writer=processes.rank == 0) and processes.rank == 0:
        click.echo(f"Goes on after step {state.step} in {plan.folder}")
    processes.wait()
    for progress in train(plan, state, processes, STOP.is_set):
        if processes.rank == 0:
            folder.save(state, progress)
            click.echo(_line(progress))
    if processes.rank == 0:
        click.echo(f"Weights: {folder.weights}")
    return state.step >= plan.n_steps


def _line(progress: Progress) -> str:
    return (
        f"step {progress.step}, {progress.tasks} tasks, {progress.cpu_seconds:.0f} CPU s: "
        f"loss {progress.loss:.4f}, validation {progress.validation:.4f}"
    )
