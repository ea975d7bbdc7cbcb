"""What a YAML describes: optimisers x tasks x seeds, a budget, and where it runs and is kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from hebo.errors import ConfigError, did_you_mean
from hebo.experiment.executors import ExecutorRecipe, ProcessPool
from hebo.experiment.locate import default_output, default_store
from hebo.experiment.parts import build, describe
from hebo.experiment.problem import ConfigMistake, Path
from hebo.experiment.translate import translate
from hebo.experiment.yaml_file import Document, kind_of
from hebo.recipe import Recipe

_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
_NAME_RULE = "letters, digits, dots, dashes and underscores only, the first a letter or digit, at most 100"
Name = Annotated[str, Field(pattern=_NAME)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**31)]


class Budget(Recipe):
    """How much each run may spend.

    Attributes:
        n_trials: Evaluations of each run.
        batch_size: Points asked for at once.
    """

    n_trials: Count
    batch_size: Count = 1

    @model_validator(mode="after")
    def _check(self) -> Budget:
        if self.batch_size > self.n_trials:
            raise ConfigError(
                f"batch_size {self.batch_size} is larger than n_trials {self.n_trials}; lower batch_size."
            )
        return self


class Limits(Recipe):
    """Bounds on what one evaluation may use.

    Attributes:
        trial_seconds: Wall time after which an evaluation is ended and counts as failed; null: none.
    """

    trial_seconds: Annotated[float, Field(gt=0)] | None = None


class Labelled(Recipe):
    """A part and the name it has in tables and figures."""

    label: Name
    recipe: Recipe


class Experiment(Recipe):
    """A whole experiment.

    Attributes:
        name: Names the experiment in the store and, by default, its folder.
        optimizers: What is compared.
        tasks: On what.
        seeds: Of the runs; each optimiser meets each task once per seed.
        budget: Of each run.
        executor: Where runs are carried out.
        store: SQLAlchemy URL of the results.
        output: Folder of the resolved YAML, the log and the report.
        limits: On one evaluation.
        report: Whether `hebo run` ends with a report.
    """

    name: Name
    optimizers: tuple[Labelled, ...]
    tasks: tuple[Labelled, ...]
    seeds: tuple[Seed, ...] = (0,)
    budget: Budget
    executor: ExecutorRecipe = ProcessPool()
    store: str
    output: str
    limits: Limits = Limits()
    report: Annotated[bool, Field(strict=True)] = True


@dataclass(frozen=True)
class RunSpec:
    """One optimiser on one task with one seed; `run_id` is `optimizer@task#seed`."""

    run_id: str
    optimizer: Labelled
    task: Labelled
    seed: int


def runs_of(experiment: Experiment) -> Iterator[RunSpec]:
    """Yield all runs; seeds outermost, so that a part of an experiment compares all optimisers."""
    for seed in experiment.seeds:
        for task in experiment.tasks:
            for optimizer in experiment.optimizers:
                yield RunSpec(f"{optimizer.label}@{task.label}#{seed}", optimizer, task, seed)


def build_experiment(document: Document) -> Experiment:
    """Return the experiment a YAML document describes.

    Raises:
        ConfigError: One line with file, line, path, what was expected, what came and what would work.
    """
    try:
        return _build(document.data)
    except ConfigMistake as mistake:
        raise document.explain(mistake) from mistake


def describe_experiment(experiment: Experiment) -> dict[str, Any]:
    """Return the mapping that `build_experiment` turns into `experiment`, all fields written out."""
    return {
        "name": experiment.name,
        "optimizers": [_describe_labelled(one) for one in experiment.optimizers],
        "tasks": [_describe_labelled(one) for one in experiment.tasks],
        "seeds": list(experiment.seeds),
        "budget": experiment.budget.model_dump(),
        "executor": describe(experiment.executor),
        "store": experiment.store,
        "output": experiment.output,
        "limits": experiment.limits.model_dump(),
        "report": experiment.report,
    }


def content_of(experiment: Experiment) -> dict[str, Any]:
    """Return the part of the description that decides the results."""
    described = describe_experiment(experiment)
    return {key: described[key] for key in ("optimizers", "tasks", "seeds", "budget")}


def _describe_labelled(part: Labelled) -> dict[str, Any]:
    fields = describe(part.recipe)
    return {"type": fields.pop("type"), "label": part.label, **fields}


def _build(data: Mapping[str, Any]) -> Experiment:
    _check_keys(data)
    name = _name(data)
    output = _text(data, "output") or default_output(name)
    fields: dict[str, Any] = {
        **data,
        "optimizers": _labelled("optimizer", data["optimizers"], "optimizers"),
        "tasks": _labelled("task", data["tasks"], "tasks"),
        "output": output,
        "store": _store(data, output),
    }
    if "seeds" in data:
        fields["seeds"] = _seeds(data["seeds"])
    if "executor" in data:
        fields["executor"] = build("executor", data["executor"], ("executor",))
    try:
        return Experiment.model_validate(fields)
    except ValidationError as error:
        raise translate(error, Experiment, fields) from error


def _check_keys(data: Mapping[str, Any]) -> None:
    for key in data:
        if key not in Experiment.model_fields:
            raise ConfigMistake((key,), f"unknown key.{did_you_mean(key, Experiment.model_fields)}")
    for key in ("name", "optimizers", "tasks", "budget"):
        if key not in data:
            raise ConfigMistake((), f"`{key}` is missing; add `{key}:` at the top level.")


def _name(data: Mapping[str, Any]) -> str:
    name = data["name"]
    if not isinstance(name, str) or not re.fullmatch(_NAME, name):
        raise ConfigMistake(("name",), f"{kind_of(name)} is not a name; use {_NAME_RULE}.")
    return name


def _text(data: Mapping[str, Any], key: str) -> str | None:
    value = data.get(key)
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise ConfigMistake((key,), f"expected a text, got {kind_of(value)}; leave it out for the default.")
    return value


def _store(data: Mapping[str, Any], output: str) -> str:
    url = _text(data, "store") or default_store(output)
    if "://" not in url:
        raise ConfigMistake(
            ("store",),
            f"'{url}' is not a URL; write sqlite:///path/results.db or postgresql+psycopg://host/db.",
        )
    if "@" in url and ":" in url.partition("://")[2].rpartition("@")[0]:
        raise ConfigMistake(
            ("store",),
            "contains a password, which would be copied into the results; use PGPASSWORD or ~/.pgpass.",
        )
    return url


def _seeds(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        if not 1 <= value <= 10_000:
            raise ConfigMistake(("seeds",), f"expected a count from 1 to 10000 or a list, got {value}.")
        return tuple(range(value))
    if not isinstance(value, list) or not value:
        raise ConfigMistake(("seeds",), f"expected a count or a list of integers, got {_shown(value)}.")
    for place, seed in enumerate(value):
        if seed in value[:place]:
            raise ConfigMistake(("seeds", place), f"the seed {seed} is given twice; keep one.")
    return value


def _labelled(kind: str, value: object, key: str) -> tuple[Labelled, ...]:
    if not isinstance(value, list) or not value:
        raise ConfigMistake((key,), f"expected a list with at least one {kind}, got {_shown(value)}.")
    recipes = [_recipe(kind, one, (key, place)) for place, one in enumerate(value)]
    labels = _labels(value, key)
    return tuple(Labelled(label=label, recipe=one) for label, one in zip(labels, recipes, strict=True))


def _shown(value: object) -> str:
    return "an empty list" if value == [] else kind_of(value)


def _recipe(kind: str, value: object, path: Path) -> Recipe:
    if isinstance(value, Mapping):
        value = {key: one for key, one in value.items() if key != "label"}
    return build(kind, value, path)


def _labels(parts: list[Any], key: str) -> list[str]:
    """Return the given labels, and for the rest the types, numbered from 1 where a type is repeated."""
    repeated = Counter(part["type"] for part in parts if part.get("label") is None)
    seen: Counter[str] = Counter()
    labels: list[str] = []
    for place, part in enumerate(parts):
        label, name = part.get("label"), part["type"]
        if label is None:
            seen[name] += 1
            label = name if repeated[name] == 1 else f"{name}-{seen[name]}"
        labels.append(_check_label(label, labels, (key, place, "label")))
    return labels


def _check_label(label: object, taken: list[str], path: Path) -> str:
    if not isinstance(label, str) or not re.fullmatch(_NAME, label):
        raise ConfigMistake(path, f"{kind_of(label)} is not a label; use {_NAME_RULE}.")
    if label in taken:
        raise ConfigMistake(path, f"the label '{label}' is taken; give each one its own `label`.")
    return label
