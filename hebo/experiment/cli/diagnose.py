"""`hebo diagnose`: how noisy the values of a campaign or of an experiment are, and what to repeat."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hebo.errors import ConfigError, DataError

if TYPE_CHECKING:
    from hebo.diagnostics.noise import Diagnosis
    from hebo.experiment.analysis.fit_quality import History

_LOG = ".log.json"


@click.command()
@click.argument("source", metavar="CAMPAIGN|RUN_DIR|CONFIG")
@click.option("--task", "tasks", multiple=True, metavar="LABEL", help="Only runs on this one.")
@click.option("--optimizer", "optimizers", multiple=True, metavar="LABEL", help="Only runs of this one.")
def diagnose(source: str, tasks: tuple[str, ...], optimizers: tuple[str, ...]) -> None:
    """Say how large the noise of the values is, whether it varies, and which points to repeat.

    The source is the YAML or the log of a campaign, or an experiment: its YAML, its run folder or its store.
    Of an experiment the runs on a task are taken together, and its leading objective counts. The options are
    for experiments, and may be given several times.
    """
    campaign = _campaign_file(source)
    if campaign is not None and (tasks or optimizers):
        raise ConfigError(
            f"'{source}' is a campaign, with one task and one optimizer; leave the options out."
        )
    found = _of_experiment(source, tasks, optimizers) if campaign is None else _of_campaign(campaign)
    click.echo("\n\n".join(map(str, found)))


def _campaign_file(source: str) -> Path | None:
    """Return the YAML of a campaign, given it or its log of an earlier version; None if else is meant.

    Raises:
        ConfigError: If a log has no campaign beside it, or the YAML cannot be read.
    """
    from hebo.experiment.config.locate import is_of_campaign
    from hebo.experiment.yaml.document import read_yaml

    path = Path(source)
    if path.name.endswith(_LOG):
        path = _beside(path)
    if path.suffix not in {".yaml", ".yml"} or not path.is_file():
        return None
    return path if is_of_campaign(read_yaml(path).data) else None


def _beside(log: Path) -> Path:
    """Return the campaign whose log a file is."""
    stem = log.name.removesuffix(_LOG)
    for file in (log.with_name(f"{stem}{suffix}") for suffix in (".yaml", ".yml")):
        if file.is_file():
            return file
    raise ConfigError(
        f"'{log}' is the log of a campaign, and {stem}.yaml is not beside it; put it there, for a log alone "
        "does not say what the parameters are."
    )


def _of_campaign(path: Path) -> list[Diagnosis]:
    from hebo.diagnostics.noise import diagnose as diagnosed
    from hebo.experiment.cli.opening import opened

    with opened(path) as log:
        n = max(1, log.optimizer.data.y.shape[1])
        names = log.campaign.objective_names[:n]
        return [diagnosed(log.optimizer, objective=j, name=name) for j, name in enumerate(names)]


def _of_experiment(source: str, tasks: Iterable[str], optimizers: Iterable[str]) -> list[Diagnosis]:
    from hebo.experiment.analysis.fit_quality import histories
    from hebo.experiment.store.results import load_results

    results = load_results(source)
    found = histories(results, optimizers=list(optimizers), tasks=list(tasks))
    if not found:
        raise DataError(f"no run of '{results.name}' has a successful trial; run it first: hebo run CONFIG.")
    together = groupby(sorted(found, key=lambda one: one.task), key=lambda one: one.task)
    return [_of_task(task, list(runs), results.objectives[task][0]) for task, runs in together]


def _of_task(task: str, runs: list[History], objective: str) -> Diagnosis:
    import torch

    from hebo.data import Data
    from hebo.diagnostics.noise import diagnose_data

    data = Data(torch.cat([one.x for one in runs]), torch.cat([one.y for one in runs]))
    return diagnose_data(data, runs[0].space, name=f"{objective} of {task} ({len(runs)} runs)")
