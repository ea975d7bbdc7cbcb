"""Example of a part: a short YAML that can be built, in which the part has its place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin

from hebo.errors import HeboError
from hebo.experiment.config.catalog import catalog
from hebo.experiment.config.parts import build, contract_kind, lookup, settings_of
from hebo.experiment.yaml.document import write_yaml

_TOP = ("optimizer", "task", "executor")
_OF_PRETRAINING = ("learner", "task_prior")
_HOLDERS = ("optimizer", "surrogate")
_BUDGET = {"n_trials": 20}


def example_text(kind: str, name: str) -> str:
    """Return the YAML of an experiment or a pretraining with a part, or the part alone where none takes it.

    It is empty where a part needs settings of which its author has no example.

    The experiment is the first that can be built of those in which the part is at the top, or is held by
    another part.
    """
    part = _example(kind, name)
    if not _is_buildable(kind, part):
        return ""
    around = getattr(lookup(kind, name), "example_around", {})
    if kind in _OF_PRETRAINING:
        return write_yaml(_pretraining(kind, part, around))
    return write_yaml(next((root for root in _roots(kind, part, around) if _is_sound(root)), part))


def _pretraining(kind: str, part: dict[str, Any], around: dict[str, Any]) -> dict[str, Any]:
    """Return a file of `hebo pretrain` with a part, and what the part needs around it."""
    simplest = {one: _example(one, _simplest_part(one)) for one in _OF_PRETRAINING}
    learner, prior = ({**simplest, kind: part}[one] for one in _OF_PRETRAINING)
    return {"name": "mine", "learner": learner, "prior": prior, **around}


def _example(kind: str, name: str) -> dict[str, Any]:
    """Return a part with the settings that it needs, and those that its author shows."""
    part = lookup(kind, name)
    fields = settings_of(part).model_fields.items()
    needed = {
        field.alias or key: _simplest_value(field.annotation) for key, field in fields if field.is_required()
    }
    return {"type": name, **needed, **part.example}


def _simplest_value(annotation: object) -> Any:
    kind = contract_kind(annotation)
    if kind is None:
        return None  # its author has an example
    return [_simplest_part(kind)] if _is_list(annotation) else _simplest_part(kind)


@cache
def _simplest_part(kind: str) -> str:
    return next(name for name in catalog()[kind] if _is_buildable(kind, name))


def _roots(kind: str, part: dict[str, Any], around: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield roots of experiments with a part in them, deeper where other parts hold those of its kind.

    Args:
        kind: Of the part.
        part: Its settings.
        around: Settings of what holds it, and the task; see `Recipe`.
    """
    if kind in _TOP:
        task = {} if kind == "task" else {"task": around.get("task", _simplest_part("task"))}
        yield {kind: part, **task, "budget": _BUDGET}
        return
    for holder, name in _holders(kind):
        fields = settings_of(lookup(holder, name)).model_fields
        known = {key: value for key, value in around.items() if key in fields}
        for key, field in fields.items():
            if contract_kind(field.annotation) == kind:
                held: Any = [part] if _is_list(field.annotation) else part
                whole = {**_example(holder, name), **known, field.alias or key: held}
                yield from _roots(holder, whole, around)


def _holders(kind: str) -> Iterator[tuple[str, str]]:
    """Yield the parts that may hold those of a kind, first those that need no settings, which are plainer."""
    kinds = _HOLDERS[: _HOLDERS.index(kind)] if kind in _HOLDERS else _HOLDERS
    for is_plain in (True, False):
        for holder in kinds:
            for name in catalog().get(holder, {}):
                if _is_buildable(holder, name) == is_plain and _is_there(holder, name):
                    yield holder, name


def _is_sound(root: dict[str, Any]) -> bool:
    return all(_is_buildable(kind, root[kind]) for kind in _TOP if isinstance(root.get(kind), dict))


def _is_buildable(kind: str, given: object) -> bool:
    try:
        build(kind, given)
    except HeboError:
        return False
    return True


def _is_there(kind: str, name: str) -> bool:
    """Say whether a part can be imported: it may need a package that is not installed."""
    try:
        lookup(kind, name)
    except HeboError:
        return False
    return True


def _is_list(annotation: object) -> bool:
    return any(get_origin(one) in (list, tuple) for one in (annotation, *get_args(annotation)))
