"""Experiment definition: optimizers x tasks x seeds, a budget, and where it runs and is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator

from hebo.errors import ConfigError, IncompatibleError, did_you_mean
from hebo.experiment.config.beside import beside
from hebo.experiment.config.earlier import KEY, Earlier, read_earlier
from hebo.experiment.config.labeled import NAME, NAME_RULE, Labeled, Name, labeled, seeds_of
from hebo.experiment.config.locate import default_output, default_store, full_name
from hebo.experiment.config.parts import build, describe
from hebo.experiment.config.shorthand import written_out
from hebo.experiment.config.split import PARTS, chosen_part
from hebo.experiment.config.store_url import check_store, text_in
from hebo.experiment.config.translate import translate
from hebo.experiment.executors.base import ExecutorRecipe
from hebo.experiment.executors.process_pool import NWorkers, ProcessPool
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.experiment.yaml.document import Document, kind_of
from hebo.recipe import Recipe

Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
_MAX_TRIALS = 10_000
_CONTENT = ("optimizers", "tasks", "seeds", "budget", "n_workers", "initial_trials", KEY, "suite", "part")
# Keys of the YAML that are used up when the experiment is built.
_YAML_ONLY = ("split", "quick")
_RENAMED = {"told": "initial_trials"}
_OF_CAMPAIGNS = ("space", "objectives", "candidates")
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**31)]


class Budget(Recipe):
    """How much each run may spend; where both are given, what comes first ends it.

    Attributes:
        n_trials: Evaluations of each run; 10 000 where there is a `cost` and this key is left out.
        batch_size: Points asked for at once.
        cost: Of the evaluations of each run together, in the unit of the tasks. A run asks for no more points
            once it is spent: the last round may go beyond it.
    """

    model_config = ConfigDict(
        json_schema_extra={"required": [], "anyOf": [{"required": ["n_trials"]}, {"required": ["cost"]}]}
    )

    n_trials: Count
    batch_size: Count = 1
    cost: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _cost_alone(cls, data: Any) -> Any:
        """A budget of costs alone still ends: evaluations that end without a cost spend nothing."""
        is_alone = isinstance(data, Mapping) and data.get("cost") is not None and "n_trials" not in data
        return {**data, "n_trials": _MAX_TRIALS} if is_alone else data

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


class Experiment(Recipe):
    """A whole experiment.

    Attributes:
        name: Names the experiment in the store and, by default, its folder; a split adds its part.
        optimizers: What is compared.
        tasks: On what.
        seeds: Of the runs; each optimizer meets each task once per seed.
        budget: Of each run.
        n_workers: Trials of each run that are evaluated at once. With a `batch_size` of 1 each is told as it
            ends, and another one is asked for while the others are pending; a batch is told when all of it
            has ended.
        initial_trials: Points that are evaluated and told before the first ask, beyond the budget: those that
            the task begins with if it names some, else random ones. The same for all optimizers, other ones
            for each seed.
        initial_trials_from: Trials of related tasks, which optimizers learn from that make use of them; null:
            none.
        executor: Where runs are carried out.
        store: SQLAlchemy URL of the results.
        output: Folder of the resolved YAML, the log and the report.
        limits: On one evaluation.
        report: Whether `hebo run` ends with a report.
        suite: What the experiment is a part of; the name without part where the YAML has a `split`.
        part: Which half of the suite it is; null where there is none.
    """

    name: Name
    optimizers: tuple[Labeled, ...]
    tasks: tuple[Labeled, ...]
    seeds: tuple[Seed, ...] = (0,)
    budget: Budget
    n_workers: NWorkers = 1
    initial_trials: Annotated[int, Field(strict=True, ge=0, le=100_000)] = 0
    initial_trials_from: tuple[Earlier, ...] | None = None
    executor: ExecutorRecipe = ProcessPool()
    store: str
    output: str
    limits: Limits = Limits()
    report: Annotated[bool, Field(strict=True)] = True
    suite: Name
    part: Literal["tuning", "reporting"] | None = None

    @model_validator(mode="after")
    def _check(self) -> Experiment:
        try:
            self.executor.check(self.n_workers, self.limits.trial_seconds)
        except IncompatibleError as error:
            raise ConfigError(str(error)) from error
        return self

    @property
    def n_slots(self) -> int:
        """How many evaluations are under way at once."""
        return self.executor.n_loops(self.n_workers) * self.n_workers


@dataclass(frozen=True)
class RunSpec:
    """One optimizer on one task with one seed; `run_id` is `optimizer@task#seed`."""

    run_id: str
    optimizer: Labeled
    task: Labeled
    seed: int


def runs_of(experiment: Experiment) -> Iterator[RunSpec]:
    """Yield all runs; seeds outermost, so that a part of an experiment compares all optimizers."""
    for seed in experiment.seeds:
        for task in experiment.tasks:
            for optimizer in experiment.optimizers:
                yield RunSpec(f"{optimizer.label}@{task.label}#{seed}", optimizer, task, seed)


def build_experiment(document: Document, *, quick: bool = False) -> Experiment:
    """Return the experiment a YAML document describes.

    Args:
        document: The YAML as read, overrides included.
        quick: Whether it was shortened by `make_quick`; its name then says so.

    Raises:
        ConfigError: One line with file, line, path, what was expected, what came and what would work.
    """
    folder = Path(document.file).resolve().parent
    try:
        data = written_out(document)
        data |= {key: beside(data[key], folder) for key in ("tasks", "split") if key in data}
        if KEY in data:
            found = read_earlier(data)
            data[KEY] = [one.model_copy(update={"source": one.beside(folder)}) for one in found]
        return _build(data, quick=quick)
    except ConfigMistake as mistake:
        raise document.explain(mistake) from mistake


def describe_experiment(experiment: Experiment) -> dict[str, Any]:
    """Return the mapping that `build_experiment` turns into `experiment`, all fields written out."""
    labeled_parts = {key: getattr(experiment, key) for key in ("optimizers", "tasks")}
    described = {
        **experiment.model_dump(mode="json", exclude={*labeled_parts, "executor"}),
        **{key: [_describe_labeled(one) for one in parts] for key, parts in labeled_parts.items()},
        "executor": describe(experiment.executor),
    }
    return {key: described[key] for key in Experiment.model_fields if described[key] is not None}


def content_of(experiment: Experiment) -> dict[str, Any]:
    """Return the part of the description that decides the results, and what suite they belong to."""
    described = describe_experiment(experiment)
    return {key: described[key] for key in _CONTENT if key in described}


def _describe_labeled(part: Labeled) -> dict[str, Any]:
    fields = describe(part.recipe)
    return {"type": fields.pop("type"), "label": part.label, **fields}


def _build(data: Mapping[str, Any], *, quick: bool) -> Experiment:
    _check_keys(data)
    base = _name(data)
    name = full_name(base, data["part"] if "split" in data else None, quick=quick)
    output = text_in(data, "output") or default_output(name)
    fields: dict[str, Any] = {
        "suite": full_name(base, None, quick=quick),
        **{key: value for key, value in data.items() if key not in _YAML_ONLY},
        **_runs(data),
        "name": name,
        "optimizers": labeled("optimizer", data["optimizers"], ("optimizers",)),
        "output": output,
        "store": _store(data, output),
    }
    if "executor" in data:
        fields["executor"] = build("executor", data["executor"], ("executor",))
    try:
        return Experiment.model_validate(fields)
    except ValidationError as error:
        raise translate(error, Experiment, fields) from error


def _runs(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return tasks and seeds, those of the chosen part where there is a split."""
    if "split" in data:
        return chosen_part(data)
    fields: dict[str, Any] = {"tasks": labeled("task", data["tasks"], ("tasks",))}
    return fields | ({"seeds": seeds_of(data["seeds"])} if "seeds" in data else {})


def _check_keys(data: Mapping[str, Any]) -> None:
    known = [*Experiment.model_fields, *_YAML_ONLY]
    for key in data:
        if key in _OF_CAMPAIGNS:
            raise ConfigMistake((key,), "is a key of campaigns, which `hebo ask` takes; `hebo run` does not.")
        if key in _RENAMED:
            raise ConfigMistake((key,), f"is called `{_RENAMED[key]}` now; rename the key.")
        if key not in known:
            raise ConfigMistake((key,), f"unknown key.{did_you_mean(key, known)}")
    for key in ("split" if "split" in data else "tasks", "budget"):
        if key not in data:
            raise ConfigMistake((), f"`{key}` is missing; add `{key}:` at the top level.")
    _check_part(data)


def _check_part(data: Mapping[str, Any]) -> None:
    if "split" in data and data.get("part") not in PARTS:
        given = f"got {kind_of(data['part'])}" if "part" in data else "it is missing"
        raise ConfigMistake(("part",), f"expected tuning or reporting, the half of `split` to run; {given}.")
    if "split" in data and "suite" in data:
        raise ConfigMistake(("suite",), "the name is the suite where there is a `split`; remove `suite`.")
    if data.get("part") is not None and "split" not in data and "suite" not in data:
        raise ConfigMistake(("part",), "there is no `split` to take a part of; remove `part`.")


def _name(data: Mapping[str, Any]) -> str:
    name = data["name"]
    if not isinstance(name, str) or not re.fullmatch(NAME, name):
        raise ConfigMistake(("name",), f"{kind_of(name)} is not a name; use {NAME_RULE}.")
    return name


def _store(data: Mapping[str, Any], output: str) -> str:
    url = text_in(data, "store") or default_store(output)
    if "store" not in data and "?" in output:
        raise ConfigMistake(
            ("output",), "has a `?`, which begins the options of a store; name another folder."
        )
    check_store(url)
    return url
