"""Preparation of an experiment: checked before anything runs, then recorded in its store and folder."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from hebo.base import Task
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, HeboError, MissingExtraError
from hebo.experiment.config.earlier import KEY
from hebo.experiment.config.experiment import Experiment, content_of, describe_experiment, runs_of
from hebo.experiment.config.locate import LOG, RESOLVED, check_folder
from hebo.experiment.config.parts import describe
from hebo.experiment.config.tasks import as_task
from hebo.experiment.files import write
from hebo.experiment.running.taught import digest, related_to
from hebo.experiment.store.differences import RELATED
from hebo.experiment.store.entries import Entries, Facts, NewProblem, NewRun, Related
from hebo.experiment.store.store import Store
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.experiment.yaml.document import write_yaml
from hebo.information import Information
from hebo.optimizer.optimizer import OptimizerRecipe

_N_CONTEXTS = 32
"""How many contexts of a run are looked at before it begins."""


def prepare(experiment: Experiment) -> Entries:
    """Build every task's space and every optimizer once, so that mistakes show before anything runs.

    Raises:
        ConfigError: If a task's space cannot be built, has fewer candidates than a run needs, or an optimizer
            cannot work on it.
    """
    problems = []
    related: dict[str, Related] = {}
    notes: list[str] = []
    for place, one in enumerate(experiment.tasks):
        try:
            task = as_task(one.recipe)
            space, objectives = task.space, task.objectives
            known = task.optimum, task.best_known
        except HeboError as error:
            raise ConfigMistake(("tasks", place), str(error)) from error
        _check_candidates(experiment, space, place)
        _check_contexts(experiment, task, place)
        if experiment.budget.cost is not None and task.cost_column is None:
            raise ConfigMistake(
                ("budget", "cost"),
                f"the task '{one.label}' has no costs; wrap it, `{{type: costed, costs: [1], ...}}`, or "
                "limit n_trials alone.",
            )
        facts = _facts_of(task, place)
        problems.append(NewProblem(one.label, space.parameter_space.to_json(), objectives, *known, facts))
        related[one.label], found = related_to(experiment, task)
        notes += [f"{one.label}: {note}" for note in found]
        _check_optimizers(experiment, task, one.label)
    _check_related(experiment)
    return Entries(tuple(_new_runs(experiment, related)), tuple(problems), related, tuple(notes))


def require(experiment: Experiment) -> list[str]:
    """Check that every task can be evaluated, and return what to note of their files, one line each.

    Raises:
        MissingExtraError: If a task needs a package that is not installed.
        ConfigError: If it cannot work: a file that is none, a reference that cannot be computed.
    """
    notes = []
    for place, one in enumerate(experiment.tasks):
        try:
            task = as_task(one.recipe)
            task.require()
            notes += [f"{one.label}: {note}" for note in task.notes]
        except MissingExtraError:
            raise
        except HeboError as error:
            raise ConfigMistake(("tasks", place), str(error)) from error
    return notes


def record(experiment: Experiment, entries: Entries) -> Store:
    """Open the store, register the experiment in it and write `resolved.yaml`.

    Raises:
        StoreError: If the store cannot be used.
        ConfigError: If the folder belongs to another experiment or cannot be written, or a run in the store
            has other settings.
    """
    check_folder(Path(experiment.output), name=experiment.name, store=experiment.store)
    store = Store(experiment.store, experiment.name)
    try:
        store.register(output=experiment.output, content=content_of(experiment), entries=entries)
        _mark_folder(experiment)
    except BaseException:
        store.close()
        raise
    return store


def _mark_folder(experiment: Experiment) -> None:
    """Write `resolved.yaml` and begin the log, unless another experiment has taken the folder meanwhile."""
    output, text = Path(experiment.output), write_yaml(describe_experiment(experiment))
    try:
        try:
            write(output / RESOLVED, text, is_new=True)
        except FileExistsError:
            check_folder(output, name=experiment.name, store=experiment.store)
            write(output / RESOLVED, text)
        with open(output / LOG, "ab"):
            pass  # a worker that cannot write its log could not even say so
    except OSError as error:
        raise ConfigError(
            f"output: the folder '{output}' cannot be written ({error.strerror}); make it writable, or "
            "choose another `output`."
        ) from error


def _facts_of(task: Task, place: int) -> Facts:
    """Return what is stored of a task for comparisons.

    Raises:
        ConfigMistake: If its reference point is none.
    """
    corner, m = task.reference_point, len(task.objectives)
    if corner is not None and (len(corner) != m or not all(map(math.isfinite, corner))):
        raise ConfigMistake(
            ("tasks", place),
            f"its reference point {corner} has {sum(map(math.isfinite, corner))} of {m} values; state a "
            "finite one for each objective.",
        )
    return Facts(task.cost_column is not None, corner, task.front_hypervolume, task.outcomes)


def _check_candidates(experiment: Experiment, space: DesignSpace, place: int) -> None:
    """Refuse a table of candidates that a run would come to the end of."""
    needed = experiment.budget.n_trials + experiment.initial_trials
    if space.max_points is not None and space.max_points < needed:
        raise ConfigMistake(
            ("tasks", place),
            f"has {space.max_points} candidates, each of which is asked for once, and a run evaluates "
            f"{needed} (budget.n_trials and initial_trials); lower these.",
        )


def _check_contexts(experiment: Experiment, task: Task, place: int) -> None:
    """Refuse a task that leaves a context of its asks open, or gives one that its space does not have."""
    names = [name for name, role in task.space.roles.items() if role == "context"]
    budget, seed = experiment.budget, experiment.seeds[0]
    n_rounds = -(-budget.n_trials // budget.batch_size)
    if task.space.max_points is None:
        n_rounds = min(n_rounds, _N_CONTEXTS)
    needed: Counter[str] = Counter()
    contexts: dict[str, dict[str, Any]] = {}
    for iteration in range(n_rounds):
        context = dict(task.context(iteration, seed=seed) or {})
        if set(context) != set(names):
            raise ConfigMistake(("tasks", place), _wrong_context(names, context))
        if not names:
            return
        needed[repr(context)] += min(budget.batch_size, budget.n_trials - iteration * budget.batch_size)
        contexts[repr(context)] = context
    for key, context in contexts.items():
        try:
            seen = task.space.bounds[:0]
            task.space.domain_for(needed[key], seen, {**task.space.targets, **context})
        except HeboError as error:
            raise ConfigMistake(("tasks", place), f"in the context {context}: {error}") from error


def _wrong_context(names: Sequence[str], context: Mapping[str, Any]) -> str:
    if not context:
        return (
            f"the context parameter{'s' * (len(names) > 1)} {', '.join(names)} of the task have no values; "
            "wrap it: `{type: in_contexts, contexts: [{...}, {...}], task: ...}`, or with `random: true`."
        )
    return f"gives the context {context}; its context parameters are: {', '.join(names) or 'none'}."


def _check_optimizers(experiment: Experiment, task: Task, label: str) -> None:
    objectives = task.objectives
    for place, one in enumerate(experiment.optimizers):
        try:
            optimizer = cast(OptimizerRecipe, one.recipe).build(task.space, seed=experiment.seeds[0])
            if task.constraints:
                optimizer.check_takes(Information.CONSTRAINTS)
            else:
                optimizer.check_unconstrained()
            if len(objectives) == 1 or not optimizer.max_objectives:
                optimizer.check_takes_objectives(len(objectives))
        except HeboError as error:
            raise ConfigMistake(("optimizers", place), f"does not fit the task '{label}': {error}") from error
        most = optimizer.max_objectives
        if len(objectives) > most:
            raise ConfigMistake(
                ("optimizers", place),
                f"'{one.label}' takes {most} objective, the task '{label}' has {len(objectives)} "
                f"({', '.join(objectives)}); compare them in experiments of their own.",
            )
        try:
            optimizer.check_takes_objectives(len(objectives))  # it may also need more than one
        except HeboError as error:
            raise ConfigMistake(("optimizers", place), f"does not fit the task '{label}': {error}") from error


def _check_related(experiment: Experiment) -> None:
    """Refuse related tasks that no optimizer makes use of."""
    if experiment.initial_trials_from is None:
        return
    space = as_task(experiment.tasks[0].recipe).space
    recipes = [cast(OptimizerRecipe, one.recipe) for one in experiment.optimizers]
    built = [one.build(space, seed=experiment.seeds[0]) for one in recipes]
    if not any(Information.RELATED in one.takes for one in built):
        raise ConfigMistake(
            (KEY,), "no optimizer makes use of related tasks; add `{type: hebo_transfer}`, or leave it out."
        )


def _new_runs(experiment: Experiment, related: Mapping[str, Related]) -> list[NewRun]:
    return [
        NewRun(
            run_id=one.run_id,
            optimizer=one.optimizer.label,
            task=one.task.label,
            seed=one.seed,
            n_trials=experiment.budget.n_trials,
            batch_size=experiment.budget.batch_size,
            max_cost=experiment.budget.cost,
            config={
                "optimizer": describe(one.optimizer.recipe),
                "task": describe(one.task.recipe),
                "initial_trials": experiment.initial_trials,
                "n_workers": experiment.n_workers,
                **_stands_for(related[one.task.label]),
            },
        )
        for one in runs_of(experiment)
    ]


def _stands_for(related: Related) -> dict[str, str]:
    """Return what is stored of the related tasks of a run: a run that goes on has to have the same ones."""
    found = digest(related)
    return {} if found is None else {RELATED: found}
