"""Sources of earlier trials: an experiment, a campaign, a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from glob import escape, glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, HeboError, did_you_mean
from hebo.experiment.config.earlier import EVERY_TASK, Earlier
from hebo.outcomes import Outcomes, outcomes_of

if TYPE_CHECKING:
    from pandas import DataFrame

    from hebo.experiment.campaign.document import CampaignDocument

TABLES = (".csv", ".tsv", ".txt", ".xlsx")
"""Endings of the files that are tables of trials."""

YAML = (".yaml", ".yml")


@dataclass(frozen=True)
class Trials:
    """The trials of one task as they were.

    Attributes:
        x: `n` points in natural units.
        values: Column -> `n` values, NaN where a trial failed.
        outcomes: What was measured, and with what goals; None where a table does not say.
        space: Of the points; None where a table does not say.
    """

    x: DataFrame
    values: Mapping[str, NDArray[np.float64]]
    outcomes: Outcomes | None
    space: DesignSpace | None


def from_source(where: str, task: str | None, space: DesignSpace, wanted: Sequence[str]) -> Trials:
    """Return the trials of a source.

    Args:
        where: URL or path of an experiment, path of a campaign or of a table.
        task: Label of the task, where an experiment has several.
        space: Of the run that will learn, by which the cells of a table are read.
        wanted: Columns of values that a table must have.

    Raises:
        ConfigError: If there is no such source, or it does not say which task is meant.
        DataError: If a table or a campaign cannot be read.
    """
    path = Path(where)
    if "://" not in where and not path.exists():
        raise ConfigError(f"there is no '{path}'; a path is beside the YAML that names it.")
    if path.suffix not in TABLES and not _is_campaign(path):
        return _of_experiment(where, task)
    if task is not None:
        raise ConfigError("`task` is of an experiment with several; leave it out.")
    return _of_table(path, space, wanted) if path.suffix in TABLES else _of_campaign(path)


def each_task(one: Earlier, folder: Path) -> list[Earlier]:
    """Return the single related tasks that an entry stands for, in the order of their names.

    Args:
        one: Perhaps with `*` in its path, or as its task.
        folder: Of the YAML that says so.

    Raises:
        ConfigError: If there is no file of such a name, or there are several tasks of something that has one.
    """
    found = [one]
    if "*" in one.source and "://" not in one.source:
        # Only `*` is a pattern: names of folders may have brackets.
        pattern = "*".join(map(escape, str(folder.resolve() / one.source).split("*")))
        paths = sorted(map(Path, glob(pattern, recursive=True)))
        if not paths:
            raise ConfigError(f"there is no file '{one.source}'; a path is beside the YAML that names it.")
        found = [one.model_copy(update={"source": str(path)}) for path in paths]
    if one.task != EVERY_TASK:
        return found
    return [
        source.model_copy(update={"task": label})
        for source in found
        for label in _labels(source.beside(folder))
    ]


def _labels(where: str) -> list[str]:
    """Return the labels of the tasks of an experiment."""
    from hebo.experiment.store.results import load_results

    path = Path(where)
    if "://" not in where and (path.suffix in TABLES or (path.exists() and _is_campaign(path))):
        raise ConfigError(f"'{where}' has one task; leave `task` out.")
    return list(load_results(where).spaces)


def _is_campaign(path: Path) -> bool:
    from hebo.experiment.config.locate import is_of_campaign
    from hebo.experiment.yaml.document import read_yaml

    return is_of_campaign(read_yaml(path).data) if path.suffix in YAML else path.suffix == ".json"


def _of_experiment(where: str, task: str | None) -> Trials:
    """Return the finished trials of all runs on a task; those that failed have no values."""
    from pandas import DataFrame

    from hebo.experiment.store import tables
    from hebo.experiment.store.results import load_results

    results = load_results(where)
    label = _chosen_task(list(results.spaces), task)
    runs = results.runs.run_id[results.runs.task == label]
    trials = results.trials[
        results.trials.run_id.isin(runs) & ~results.trials.status.isin(tables.WITHOUT_RESULT)
    ]
    names = list(dict.fromkeys(name for one in trials["values"] for name in one or {}))
    values = {
        name: np.array([_number((one or {}).get(name)) for one in trials["values"]], dtype=float)
        for name in names
    }
    x = DataFrame(trials.params.tolist(), columns=results.space_of(label).names, dtype=object)
    return Trials(x.infer_objects(), values, results.outcomes_of(label), results.space_of(label))


def _chosen_task(labels: list[str], task: str | None) -> str:
    if task is None and len(labels) == 1:
        return labels[0]
    if task is None:
        raise ConfigError(f"has the tasks {', '.join(labels) or 'none'}; say which: `task: ...`.")
    if task not in labels:
        raise ConfigError(f"has no task '{task}'.{did_you_mean(task, labels)}")
    return task


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _of_campaign(path: Path) -> Trials:
    """Return what was told to a campaign, in its space and outside."""
    from hebo.experiment.campaign.points import points_of, table_of
    from hebo.experiment.campaign.told_rows import joined

    found, where = _document(path)
    try:
        space = DesignSpace.from_json(found.optimizer["space"])
        rows = joined(found.optimizer, found.told)
        points = points_of(space, [row["x"] if "x" in row else row["point"] for row in rows])
        x = table_of(space, points, range(len(points)))
        columns = np.array([row["y"] for row in rows], dtype=float).reshape(len(rows), -1)
    except (KeyError, TypeError, ValueError, IndexError, HeboError) as error:
        raise ConfigError(f"'{where}' is damaged ({error!r}); restore it.") from error
    outcomes = outcomes_of(found.objectives) if found.outcomes is None else found.outcomes
    return Trials(x, dict(zip(found.objectives, columns.T, strict=False)), outcomes, space)


def _document(path: Path) -> tuple[CampaignDocument, str]:
    """Return what a store has of the campaign of a YAML, or a file of an earlier version, and its place."""
    from hebo.experiment.campaign.document import CampaignDocument, read_document
    from hebo.experiment.campaign.storage import storage_of

    if path.suffix in YAML and (known := (storage := storage_of(path)).read()) is not None:
        return known, storage.where
    file = path.with_name(f"{path.stem}.log.json") if path.suffix in YAML else path
    found = read_document(file)
    if found is None and path.suffix in YAML:
        raise ConfigError(f"the campaign '{path}' was told nothing yet; tell it values first.")
    if not isinstance(found, CampaignDocument):
        raise ConfigError(
            f"there is no log of a campaign in '{file}'; tell it values, or open an old one anew."
        )
    return found, str(file)


def _of_table(path: Path, space: DesignSpace, wanted: Sequence[str]) -> Trials:
    """Return the rows of a table, its cells read as values of the parameters that have a column."""
    from hebo.design_space.spreadsheets.cells import read_measured
    from hebo.design_space.tables.candidates_file import read_texts, typed_columns

    texts = read_texts(path, wanted=[*space.names, *wanted])
    for name in wanted:
        texts.need(name)
    values = {
        name: np.array(
            [
                read_measured(texts.where(line, name), text, decimal_comma=texts.decimal_comma)
                for line, text in texts.cells[name].items()
            ]
        )
        for name in wanted
    }
    return Trials(typed_columns(texts, space), values, None, None)
