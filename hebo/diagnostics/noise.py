"""Noise diagnosis of a history: how large the noise is, whether it varies, what to repeat."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.diagnostics.advice import advice_on
from hebo.diagnostics.findings import Findings
from hebo.diagnostics.replicates import MIN_DEGREES, Replicates
from hebo.diagnostics.variation import replicate_tests, residual_tests
from hebo.errors import DataError
from hebo.optimizer.optimizer import Optimizer
from hebo.random import make_generator
from hebo.recommenders.loo_r2 import loo_r2
from hebo.surrogates.known_noise import known_variances
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import PowerTransform

MIN_OBSERVATIONS = 10
"""Fewer tell a model nothing about noise."""


@dataclass(frozen=True)
class Diagnosis:
    """What a history says about the noise of one objective.

    Attributes:
        name: Of the objective.
        findings: Measured quantities; None where there are too few observations.
        advice: What to do, a sentence or two each.
    """

    name: str
    findings: Findings | None
    advice: tuple[str, ...]

    def __str__(self) -> str:
        """Return all of it as lines of text."""
        lines = [] if self.findings is None else self.findings.lines()
        return "\n".join([f"Noise of {self.name}", *lines, *(f"* {one}" for one in self.advice)])


def diagnose(optimizer: Optimizer, *, objective: int = 0, name: str | None = None) -> Diagnosis:
    """Diagnose the noise of an objective from all that an optimizer was told.

    Args:
        optimizer: Anything that asks and tells.
        objective: Which of several, from 0.
        name: What to call it.

    Raises:
        DataError: If there is no such objective.
    """
    data, stated = optimizer.data, optimizer.outcomes
    if not 0 <= objective < max(1, data.y.shape[1]):
        raise DataError(
            f"objective {objective} was asked for, and {data.y.shape[1]} were told; count them from 0"
        )
    return diagnose_data(
        data.output(objective) if len(data.x) else data,
        optimizer.space,
        name=name or (f"objective_{objective}" if stated is None else stated.objective_names[objective]),
        is_maximized=stated is not None and stated.objectives[objective].goal == "maximize",
    )


def diagnose_data(
    data: Data, space: DesignSpace, *, name: str = "objective_0", is_maximized: bool = False
) -> Diagnosis:
    """Diagnose the noise of one objective.

    A warped Gaussian process is fitted to the successes on the scale of HEBO's output transform.

    Args:
        data: What was told, with one objective.
        space: Where.
        name: Of the objective.
        is_maximized: Whether the values are those of the objective, or minus them.
    """
    known = data.train()
    n, n_failed = len(known.x), len(data.x) - len(known.x)
    if n < MIN_OBSERVATIONS:
        missing = MIN_OBSERVATIONS - n
        return Diagnosis(
            name,
            None,
            (
                f"{n} values are too few to tell noise from the objective; tell {missing} more "
                f"(at least {MIN_OBSERVATIONS} in all).",
            ),
        )
    if bool((known.y == known.y[:1]).all()):
        return Diagnosis(name, None, (f"All {n} values are equal: there is neither noise nor signal.",))
    findings = _findings(known, space, n_failed, is_maximized)
    return Diagnosis(name, findings, advice_on(findings))


def _findings(known: Data, space: DesignSpace, n_failed: int, is_maximized: bool) -> Findings:
    transform = PowerTransform().fit(known.y)
    y, y_var = transform(known.y, known.y_var)
    model = WarpedGP()._fit(known.with_y(y, y_var), space, generator=make_generator("diagnosis"))
    told, modeled = Replicates.among(known.x, known.y[:, 0]), Replicates.among(known.x, y[:, 0])
    total, learned = float(y.var()), float(model.noise_variance) / model.widening
    # Replicates measure noise by themselves; a model may take roughness for noise, or the other way round.
    is_measured = modeled.degrees >= MIN_DEGREES
    noise = modeled.variance if is_measured else learned
    return Findings(
        n=len(known.x),
        n_failed=n_failed,
        n_replicated=len(told.groups),
        n_replicates=told.n_rows,
        replicate_sd=math.sqrt(told.variance),
        noise_share=min(1.0, noise / total),
        is_by_replicates=is_measured,
        learned_share=min(1.0, learned / total),
        noise_sd=math.sqrt(noise / _squared_slope(transform, known)),
        told_sd=_told_sd(known),
        loo_r2=loo_r2(model),
        tests=replicate_tests(modeled, space, "as modeled", is_maximized=is_maximized)
        or residual_tests(model, space, is_maximized=is_maximized),
        raw_tests=replicate_tests(told, space, "in units of the objective", is_maximized=is_maximized),
    )


def _squared_slope(transform: Any, known: Data) -> float:
    """Return the squared slope of the output transform at the best value."""
    best = known.y.amax(0, keepdim=True)
    _, variance = transform(best, torch.ones_like(best))
    return float(variance)


def _told_sd(known: Data) -> float:
    """Return the root mean square of the standard deviations that were told; NaN if none was."""
    variances = known_variances(known)
    return math.nan if variances is None else math.sqrt(float(variances.nanmean()))
