"""What a YAML of a campaign describes: optimisation by hand, of values that come from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from hebo.design_space.design_space import DesignSpace
from hebo.errors import HeboError, did_you_mean
from hebo.experiment.labelled import Name
from hebo.experiment.parts import build
from hebo.experiment.problem import ConfigMistake
from hebo.experiment.translate import translate
from hebo.experiment.yaml_file import Document
from hebo.optimizers.base import OptimizerRecipe
from hebo.recipe import Recipe


class Campaign(Recipe):
    """What is optimised by hand.

    Attributes:
        name: For messages.
        objectives: Columns that are minimised.
        constraints: Columns that are fulfilled where <= 0.
        seed: Of the optimiser.
    """

    name: Name
    objectives: Annotated[tuple[Name, ...], Field(min_length=1)] = ("y",)
    constraints: tuple[Name, ...] = ()
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**31)] = 0

    @property
    def measured(self) -> tuple[str, ...]:
        """All columns that are measured."""
        return (*self.objectives, *self.constraints)


_PARTS = ("optimizer", "space", "input_constraints", "task")


def build_campaign(document: Document) -> tuple[Campaign, DesignSpace, OptimizerRecipe]:
    """Return what a YAML describes: the campaign, its space (or that of a task), and its optimiser.

    Raises:
        ConfigError: With the place of the mistake in the file.
    """
    try:
        return _build(document.data)
    except ConfigMistake as mistake:
        raise document.explain(mistake) from mistake


def _build(data: Mapping[str, Any]) -> tuple[Campaign, DesignSpace, OptimizerRecipe]:
    known = [*Campaign.model_fields, *_PARTS]
    for key in data:
        if key not in known:
            raise ConfigMistake((key,), f"unknown key.{did_you_mean(key, known)}")
    if "optimizer" not in data or ("space" in data) == ("task" in data):
        raise ConfigMistake((), "a campaign needs an `optimizer`, and a `space` or the `task` that has one.")
    fields = {key: value for key, value in data.items() if key not in _PARTS}
    space, found = _space(data)
    try:
        campaign = Campaign.model_validate({**found, **fields})
    except ValidationError as error:
        raise translate(error, Campaign, fields) from error
    for name in campaign.measured:
        if name in space.names or campaign.measured.count(name) > 1:
            raise ConfigMistake((), f"the column '{name}' would appear twice; rename what is measured.")
    recipe = build("optimizer", data["optimizer"], ("optimizer",))
    if not isinstance(recipe, OptimizerRecipe):
        raise AssertionError(f"{type(recipe).__name__} is in the catalogue of optimisers")
    return campaign, space, recipe


def _space(data: Mapping[str, Any]) -> tuple[DesignSpace, dict[str, Any]]:
    """Return the space, and the fields of a campaign that a task decides."""
    if "task" in data:
        task: Any = build("task", data["task"], ("task",))  # tasks are above this layer
        return task.space, {"objectives": task.objectives, "constraints": task.constraints}
    try:
        return DesignSpace().parse(data["space"], constraints=data.get("input_constraints") or []), {}
    except HeboError as error:
        raise ConfigMistake(("space",), str(error)) from error
