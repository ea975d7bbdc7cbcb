"""Trust in the models of an optimization: what they predict of measurements that they were not fitted to."""

from __future__ import annotations

import math

import torch

from hebo.acquisitions.constrained import slack_data
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.diagnostics.noise import Diagnosis, diagnose_data
from hebo.explain.diagnosis import ModelDiagnosis, OutcomeDiagnosis
from hebo.explain.outcome_model import OutcomeModel, OutcomeModels, Z
from hebo.explain.prediction import named_models
from hebo.outcomes import Outcomes


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
    """Return the noise of constraints, of how far they are beyond their first limit."""
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
        measured=model.values(seen.y, seen.x).numpy(),
        predicted=model.values(seen.mean, seen.x).numpy(),
        low=torch.minimum(*ends).numpy(),
        high=torch.maximum(*ends).numpy(),
    )
    error = seen.y - seen.mean
    spread = (seen.y - seen.y.mean()).square().mean()
    r2 = float(1.0 - error.square().mean() / spread) if float(spread) > 0 else math.nan
    coverage = float((seen.standardized.abs() <= far).double().mean())
    return OutcomeDiagnosis(name, frame, r2, coverage, model.width, noise)
