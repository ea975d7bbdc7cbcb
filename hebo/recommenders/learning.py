"""Outcome models of a loop: its surrogate fitted to each quantity that is measured, for explanations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.acquisitions.constrained import slack_data, slack_unit
from hebo.base import FailureRule, OutputTransform, Surrogate
from hebo.data import Data
from hebo.explain.calibration import folds
from hebo.explain.outcome_model import HeldOut, OutcomeModel, OutcomeModels, limits_of, normal_scores
from hebo.random import make_generator
from hebo.recommenders.modeled_scale import on_modeled_scale
from hebo.request import Request
from hebo.surrogates.risk_averse import RiskAverseModel
from hebo.surrogates.risk_model import RiskModel

_MIN_POINTS = 3

Inverse = Callable[[Tensor], Tensor]
Fit = Callable[[Data], Model]


def learnt_outcomes(
    surrogate: Surrogate,
    output_transform: OutputTransform,
    failures: FailureRule,
    request: Request,
    device: str,
) -> OutcomeModels:
    """Return the models of all that was measured, each fitted to its successes as an ask would fit it.

    Failed evaluations and pending points have no part in them. Surrogates of a risk measure, over variants of
    a point, give their models of the measured values themselves.

    Args:
        surrogate: That of the loop.
        output_transform: The same.
        failures: Says which evaluations succeed.
        request: What is known; its data are what is measured, in any direction.
        device: Where models are computed.
    """
    data = request.data.without_pending()

    def fit(one: Data) -> Model:
        generator = make_generator(request.seed, "outcome model", len(data.x))
        return surrogate.fit(one.to(device), request.space, generator=generator)

    values = data.successes().y
    scores = (one.train() for one in on_modeled_scale(data, output_transform).outputs())
    objectives = tuple(
        _outcome(fit, one, inverse, limits_of(column), device)
        for one, inverse, column in zip(
            scores, _inverses(output_transform, values), values.unbind(-1), strict=True
        )
    )
    slacks = (one.train() for one in slack_data(data))
    units = map(slack_unit, data.constraints.unbind(-1))
    constraints = tuple(
        _outcome(fit, one, _same, limits_of(one.y), device).measured_as(-unit)
        for one, unit in zip(slacks, units, strict=True)
    )
    success = failures.success(data.to(device), lambda one: fit(one.train()))
    return OutcomeModels(objectives, constraints, success)


def _outcome(
    fit: Fit, train: Data, inverse: Inverse, limits: tuple[float, float], device: str
) -> OutcomeModel:
    fitted = fit(train)
    model = _of_values(fitted)
    measure = None if model is fitted else fitted
    held_out = _held_out(lambda one: _of_values(fit(one)), train)
    return OutcomeModel(model, held_out, inverse, limits, device=device, measure=measure)


def _held_out(fit: Fit, train: Data) -> HeldOut:
    """Return what models predict of a part of the observations each, fitted to the others.

    With fewer than three different points nothing is left out.
    """
    if len(torch.unique(train.x, dim=0)) < _MIN_POINTS:
        train = train.rows(torch.zeros(len(train.x), dtype=torch.bool))
        return HeldOut(train.x, train.y[:, 0], train.y[:, 0], train.y[:, 0])
    fold = folds(train.x, make_generator("folds", len(train.x)))
    mean, sd = torch.empty_like(train.y[:, 0]), torch.empty_like(train.y[:, 0])
    for number in range(int(fold.max()) + 1):
        left_out = fold == number
        model = fit(train.rows(~left_out))
        points = train.rows(left_out).x
        mean[left_out], sd[left_out] = normal_scores(model, points, observation_noise=True)
    return HeldOut(train.x, train.y[:, 0], mean, sd)


def _inverses(recipe: OutputTransform, y: Tensor) -> list[Inverse]:
    """Return the inverse of the transform of each of `m` columns."""
    transform: Any = recipe.fit(y)
    m = y.shape[-1]

    def inverse_of(j: int) -> Inverse:
        def inverse(scores: Tensor) -> Tensor:
            values: Tensor = transform.untransform(scores.unsqueeze(-1).expand(*scores.shape, m))[0]
            return values[..., j]

        return inverse

    return [inverse_of(j) for j in range(m)]


def _same(scores: Tensor) -> Tensor:
    return scores


def _of_values(model: Model) -> Model:
    """Return the model of values inside one of a risk measure."""
    while isinstance(model, RiskModel | RiskAverseModel):
        model = model.inner
    return model
