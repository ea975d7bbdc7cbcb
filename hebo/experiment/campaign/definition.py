"""Campaign definition: the YAML of an optimization by hand, whose values come from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self

from pydantic import Field, FiniteFloat, ValidationError, model_validator

from hebo.design_space.design_space import DesignSpace
from hebo.errors import did_you_mean
from hebo.experiment.campaign.pair_sheet import BETTER, OPTION, PAIR
from hebo.experiment.campaign.sheet import NUMBER
from hebo.experiment.campaign.spaces import check_defaults, read_space, without_defaults
from hebo.experiment.config.earlier import KEY, read_earlier
from hebo.experiment.config.labeled import Name
from hebo.experiment.config.parts import build
from hebo.experiment.config.store_url import check_store, text_in
from hebo.experiment.config.translate import translate
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.experiment.yaml.document import Document
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.outcomes import Constraint, Objective, Outcomes
from hebo.recipe import Recipe
from hebo.request import Recommends

NOISE_SUFFIX = "_sd"
"""What the name of a column of standard deviations has after that of its objective."""


class Campaign(Recipe):
    """What is optimized by hand.

    Attributes:
        name: For messages.
        objectives: What is optimized, a column each, with its goal and its unit; a name alone is minimized.
            None where the optimizer learns from comparisons.
        constraints: What else is measured, a column each, with its limits; a name alone is kept where <= 0.
        noise: Columns of known standard deviations, `y_sd` for the objective `y`; a cell may be empty, and a
            sheet without them.
        reference_point: Objective -> the worst value that is of interest, where there are several; see
            `Optimizer.set_reference_point`. Empty: it is inferred from the values.
        seed: Of the optimizer.
    """

    name: Name
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1)] = (Objective(name="y"),)
    constraints: tuple[Constraint, ...] = ()
    noise: tuple[Name, ...] = ()
    reference_point: dict[Name, FiniteFloat] = Field(default_factory=dict)
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**31)] = 0

    @model_validator(mode="after")
    def _check_outcomes(self) -> Self:
        Outcomes(objectives=self.objectives, constraints=self.constraints)  # refuses one name for two
        return self

    @property
    def outcomes(self) -> Outcomes:
        """All that is measured."""
        return Outcomes(objectives=self.objectives, constraints=self.constraints)

    @property
    def objective_names(self) -> tuple[str, ...]:
        """Columns of objectives."""
        return self.outcomes.objective_names

    @property
    def constraint_names(self) -> tuple[str, ...]:
        """Columns of constraints."""
        return self.outcomes.constraint_names

    @property
    def measured(self) -> tuple[str, ...]:
        """All columns that are measured."""
        return self.outcomes.names

    @property
    def reference(self) -> list[float] | None:
        """The reference point in the order of the objectives; None where it is inferred."""
        return [self.reference_point[name] for name in self.objective_names] if self.reference_point else None

    @property
    def compares(self) -> bool:
        """Whether pairs are compared, and nothing is measured."""
        return not self.objectives

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that people fill in."""
        return (BETTER,) if self.compares else (*self.measured, *self.noise)

    @property
    def reserved(self) -> tuple[str, ...]:
        """Columns of its sheets beside those that people fill in."""
        return (PAIR, OPTION, BETTER) if self.compares else (NUMBER,)

    @property
    def noise_of(self) -> dict[str, str]:
        """Column of standard deviations -> its objective."""
        return {name: name.removesuffix(NOISE_SUFFIX) for name in self.noise}


class Definition(NamedTuple):
    """What a YAML describes.

    Attributes:
        campaign: What is measured.
        space: Where.
        recipe: Of the optimizer.
        defaults: Parameter -> value that points have which are older than it.
        label: Name of the optimizer.
    """

    campaign: Campaign
    space: DesignSpace
    recipe: OptimizerRecipe
    defaults: Mapping[str, Any]
    label: str


_PURPOSES = {
    NUMBER: "for the numbers of points",
    PAIR: "for the numbers of pairs",
    OPTION: "for A and B",
    BETTER: "for the answers",
}
_OF_EXPERIMENTS = ("optimizers", "tasks", "seeds", "budget")
_PARTS = ("optimizer", "space", "input_constraints", "task", "candidates", "repeats", "store", KEY)


def build_campaign(document: Document) -> Definition:
    """Return what a YAML describes: the campaign, its space (or that of a task), and its optimizer.

    A parameter of `space` may have a `default`: the value of it that points have which were asked for or
    measured before the parameter was added.

    With `candidates: library.csv`, beside the YAML, only the rows of that table can be chosen. Its columns
    are parameters where `space` (or the task) names them, and labels else. A parameter of `space` may then be
    the name of a column, or lack what the column shows; see `hebo.design_space.tables.inference`. `repeats:
    true` lets rows be asked for again once all have been.

    Raises:
        ConfigError: With the place of the mistake in the file.
    """
    try:
        return _build(document.data, Path(document.file).parent)
    except ConfigMistake as mistake:
        raise document.explain(mistake) from mistake


def _build(data: Mapping[str, Any], folder: Path) -> Definition:
    _check_keys(data)
    data, defaults = without_defaults(data)
    fields = {key: value for key, value in data.items() if key not in _PARTS}
    space, found = read_space(data, folder)
    check_defaults(space, defaults)
    recipe = build("optimizer", data["optimizer"], ("optimizer",))
    if not isinstance(recipe, OptimizerRecipe):
        raise AssertionError(f"{type(recipe).__name__} is in the catalog of optimizers")
    compares = isinstance(recipe, Recommends) and not recipe.max_objectives
    if compares:
        _check_nothing_measured(fields)
    try:
        campaign = Campaign.model_validate(fields if compares else {**found, **fields})
    except ValidationError as error:
        raise translate(error, Campaign, fields) from error
    if compares:
        campaign = campaign.model_copy(update={"objectives": ()})
    read_earlier(data)  # read again where its sources are: a mistake is to show before anything is asked
    _check_noise(campaign)
    _check_reference(campaign)
    _check_columns(space, campaign)
    _check_labels(space, campaign)
    given = data["optimizer"]
    label = str(given["type"] if isinstance(given, Mapping) else given)
    return Definition(campaign, space, recipe, defaults, label)


def _check_keys(data: Mapping[str, Any]) -> None:
    known = [*Campaign.model_fields, *_PARTS]
    for key in data:
        if key in _OF_EXPERIMENTS:
            raise ConfigMistake((key,), "is a key of experiments, which `hebo run` takes; leave it out.")
        if key not in known:
            raise ConfigMistake((key,), f"unknown key.{did_you_mean(key, known)}")
    if "optimizer" not in data or ("space" in data) == ("task" in data):
        raise ConfigMistake((), "a campaign needs an `optimizer`, and a `space` or the `task` that has one.")
    if (store := text_in(data, "store")) is not None:
        check_store(store)
    if "task" in data and "input_constraints" in data:
        raise ConfigMistake(("input_constraints",), "the task has its own; leave them out.")
    if "repeats" in data and "candidates" not in data:
        raise ConfigMistake(("repeats",), "is of a table of `candidates`, and there is none; leave it out.")


def _check_nothing_measured(fields: Mapping[str, Any]) -> None:
    """Refuse columns of values where pairs are compared."""
    for key in ("objectives", "constraints", "noise", "reference_point"):
        if key in fields:
            raise ConfigMistake(
                (key,),
                "the optimizer learns from comparisons, and nothing is measured; leave it out, or choose an "
                "optimizer of values, such as hebo.",
            )


def _check_reference(campaign: Campaign) -> None:
    """Refuse a reference point of other objectives, or of a single one."""
    named, objectives = list(campaign.reference_point), list(campaign.objective_names)
    if named and len(objectives) < 2:
        raise ConfigMistake(
            ("reference_point",), f"it needs several objectives, here is one ({objectives[0]}); leave it out."
        )
    if named and set(named) != set(objectives):
        raise ConfigMistake(
            ("reference_point",),
            f"names {', '.join(named)}; give one for each of {', '.join(objectives)}.",
        )


def _check_noise(campaign: Campaign) -> None:
    """Refuse columns of standard deviations that belong to no objective."""
    known = [f"{name}{NOISE_SUFFIX}" for name in campaign.objective_names]
    for place, name in enumerate(campaign.noise):
        if name not in known:
            raise ConfigMistake(
                ("noise", place),
                f"'{name}' is no objective with {NOISE_SUFFIX} behind it; write {' or '.join(known)}.",
            )


def _check_columns(space: DesignSpace, campaign: Campaign) -> None:
    """Refuse names that the columns of a sheet could not have, or that programs would take for the same."""
    for key, names in (("space", space.names), ("objectives", campaign.measured)):
        for reserved in campaign.reserved:
            if reserved in [name.strip() for name in names]:
                raise ConfigMistake(
                    (key,), f"a column of sheets is called '{reserved}', {_PURPOSES[reserved]}; rename yours."
                )
    for name in campaign.columns:
        if name in space.names or campaign.columns.count(name) > 1:
            raise ConfigMistake((), f"the column '{name}' would appear twice; rename what is measured.")
    columns = [*space.names, *campaign.columns]
    for place, name in enumerate(columns):
        twin = next((one for one in columns[:place] if one.strip() == name.strip()), None)
        if twin is not None:
            raise ConfigMistake(
                ("space",), f"the columns {twin!r} and {name!r} differ by spaces alone; rename one of them."
            )


def _check_labels(space: DesignSpace, campaign: Campaign) -> None:
    """Refuse columns of the table that a spreadsheet of points could not have."""
    for name in space.label_names:
        if name in campaign.columns:
            raise ConfigMistake(
                ("candidates",),
                f"the table has the column '{name}', which is to be measured; rename it. Values that are "
                "known already can be told: `hebo tell` takes rows without a number.",
            )
        if name in campaign.reserved:
            raise ConfigMistake(("candidates",), f"the table has the column '{name}'; rename it.")
        if name in [one.strip() for one in space.names]:
            raise ConfigMistake(
                ("candidates",), f"the column {name!r} differs from a parameter by spaces alone; rename it."
            )
