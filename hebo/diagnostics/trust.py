"""Trust in the models of an optimization: what they predict of measurements that they were not fitted to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import torch
from torch import Tensor

from hebo.acquisitions.constrained import slack_data
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.diagnostics.findings import percent
from hebo.diagnostics.noise import Diagnosis, diagnose_data
from hebo.explain.calibration import MIN_ERRORS
from hebo.explain.outcome_model import OutcomeModel, OutcomeModels, Z
from hebo.explain.prediction import named_models
from hebo.outcomes import Outcomes

GOOD, FAIR, POOR = 0.8, 0.5, 0.2
"""Shares of the variance that predictions of held-out measurements explain."""

_NARROW, _WIDE = 1.4, 0.7


@dataclass(frozen=True)
class OutcomeDiagnosis:
    """How far the model of one measured quantity can be trusted.

    Attributes:
        name: Of the quantity.
        held_out: One row for each measurement: the point, `measured`, `predicted` (the median) and the 90 %
            interval, `low` to `high`, by a model fitted to other measurements (cross-validation).
        r2: Share of the variance, as modeled, that these predictions explain; NaN where all are equal.
        coverage: Share of the measurements in their intervals, which is 0.9 if they are right.
        width: What the intervals of the model itself were multiplied by; see `hebo.explain.calibration`.
        noise: How noisy the quantity is, with advice on replicates.
    """

    name: str
    held_out: pd.DataFrame
    r2: float
    coverage: float
    width: float
    noise: Diagnosis

    @property
    def verdict(self) -> str:
        """Whether to trust the model, in a sentence or two."""
        n = len(self.held_out)
        if n < MIN_ERRORS:
            return f"{n} measurements are too few to tell whether the model predicts: tell {MIN_ERRORS - n} more."
        if not self.r2 >= POOR:
            return f"Do not trust the model of {self.name}: {self._explains}. {self._remedy}"
        if self.r2 < FAIR:
            return (
                f"Hardly trust the model of {self.name}: {self._explains}. It tells good regions from bad ones "
                "at most; effects of single parameters may be chance."
            )
        if self.r2 < GOOD:
            return (
                f"Trust the model of {self.name} in tendency: {self._explains}. Measure a point before you rely "
                "on its prediction."
            )
        return f"Trust the model of {self.name} within its intervals: {self._explains}."

    @property
    def lines(self) -> list[str]:
        """All but the noise, as text."""
        share = "nothing" if math.isnan(self.coverage) else percent(self.coverage)
        width = ""
        if self.width > _NARROW:
            width = f" (they are {self.width:.2g} times as wide as the model alone would have them)"
        elif self.width < _WIDE:
            width = f" (they are {self.width:.2g} times as wide as the model alone would have them)"
        return [
            f"measurements: {len(self.held_out)}",
            f"R2 of held-out predictions: {self.r2:.2f}",
            f"held-out measurements in their 90 % intervals: {share}{width}",
            f"* {self.verdict}",
        ]

    @property
    def _explains(self) -> str:
        if not self.r2 > 0:
            return "it predicts measurements that it has not seen no better than their mean would"
        return (
            f"it explains {percent(self.r2)} of the variance of measurements that it has not seen, and "
            f"{percent(self.coverage)} of these are in their 90 % intervals"
        )

    @property
    def _remedy(self) -> str:
        found = self.noise.findings
        if found is not None and found.is_by_replicates and found.noise_share > FAIR:
            return "The values are mostly noise: repeat points, or measure more exactly."
        return (
            "What importance and dependence say is next to nothing; tell more points, space-filling ones among "
            "them, and see below whether it is noise."
        )


@dataclass(frozen=True)
class ModelDiagnosis:
    """How far the models of an optimization can be trusted; printed, it is a text.

    Attributes:
        outcomes: One for each objective and each constraint.
    """

    outcomes: tuple[OutcomeDiagnosis, ...]

    def __getitem__(self, name: str) -> OutcomeDiagnosis:
        """Return that of one quantity."""
        return {one.name: one for one in self.outcomes}[name]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each quantity: the numbers."""
        rows = [
            {
                "n": len(one.held_out),
                "r2": one.r2,
                "coverage": one.coverage,
                "width": one.width,
                "noise_share": math.nan if one.noise.findings is None else one.noise.findings.noise_share,
                "noise_sd": math.nan if one.noise.findings is None else one.noise.findings.noise_sd,
            }
            for one in self.outcomes
        ]
        return pd.DataFrame(rows, index=pd.Index([one.name for one in self.outcomes], name="outcome"))

    @property
    def text(self) -> str:
        """All of it as text."""
        parts = ["\n".join([f"Model of {one.name}", *one.lines, str(one.noise)]) for one in self.outcomes]
        return "\n\n".join(parts)

    def __str__(self) -> str:
        return self.text


def diagnosis(models: OutcomeModels, outcomes: Outcomes, data: Data, space: DesignSpace) -> ModelDiagnosis:
    """Diagnose the models of all that is measured.

    Args:
        models: Fitted to the data.
        outcomes: Names and goals, without targets.
        data: As the models were fitted to; see `Recommends.outcome_models`.
        space: Where.
    """
    noises = (*_of_objectives(outcomes, data, space), *_of_constraints(outcomes, data, space))
    pairs = zip(named_models(models, outcomes).items(), noises, strict=True)
    return ModelDiagnosis(tuple(_of(name, model, noise, space) for (name, model), noise in pairs))


def _of_objectives(outcomes: Outcomes, data: Data, space: DesignSpace) -> list[Diagnosis]:
    pairs = zip(outcomes.objectives, data.outputs(), strict=True)
    return [
        diagnose_data(one, space, name=stated.name, is_maximized=stated.goal == "maximize")
        for stated, one in pairs
    ]


def _of_constraints(outcomes: Outcomes, data: Data, space: DesignSpace) -> list[Diagnosis]:
    """Return the noise of constraints, which are modeled by their slacks: the larger, the smaller the value."""
    columns = zip(outcomes.constraints, slack_data(data), data.constraints.unbind(-1), strict=True)
    return [
        diagnose_data(
            slack.with_y(-values.unsqueeze(-1)), space, name=stated.name, is_maximized=stated.ub is None
        )
        for stated, slack, values in columns
    ]


def _of(name: str, model: OutcomeModel, noise: Diagnosis, space: DesignSpace) -> OutcomeDiagnosis:
    seen = model.held_out
    far = Z * model.width
    ends = [model.values(seen.mean + sign * far * seen.sd, seen.x) for sign in (-1.0, 1.0)]
    frame = space.decode(seen.x).assign(
        measured=_numbers(model.values(seen.y, seen.x)),
        predicted=_numbers(model.values(seen.mean, seen.x)),
        low=_numbers(torch.minimum(*ends)),
        high=_numbers(torch.maximum(*ends)),
    )
    error = seen.y - seen.mean
    spread = (seen.y - seen.y.mean()).square().mean()
    r2 = float(1.0 - error.square().mean() / spread) if float(spread) > 0 else math.nan
    coverage = float((seen.standardized.abs() <= far).double().mean())
    return OutcomeDiagnosis(name, frame, r2, coverage, model.width, noise)


def _numbers(values: Tensor) -> object:
    return values.numpy()
