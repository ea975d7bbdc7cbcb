"""Partial dependence: how predictions change with one or two parameters (Friedman, 2001).

The other parameters vary over the scope, and the predictions are averaged over them; or they are those of one
point, of which the predictions are a slice. The band says how well the curve itself is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import torch
from torch import Generator, Tensor

from hebo.design_space.values.plain_values import object_column
from hebo.explain.draws import Draws
from hebo.explain.grid import Place, grid
from hebo.explain.importance import N_DRAWS, N_SUPPORT
from hebo.explain.outcome_model import LEVEL, OutcomeModel, OutcomeModels
from hebo.explain.prediction import moments_of, named_models
from hebo.explain.scope import Scope
from hebo.outcomes import Outcomes

MAX_EVALUATIONS = 2**14
MIN_OTHERS, MAX_OTHERS = 32, 256


def partial_dependence(
    models: OutcomeModels,
    outcomes: Outcomes,
    scope: Scope,
    names: Sequence[str],
    *,
    point: Tensor | None,
    n: int,
    generator: Generator,
) -> pd.DataFrame:
    """Return the dependence of all that is measured; see `Optimizer.partial_dependence`.

    Args:
        models: Of what is measured.
        outcomes: Their names.
        scope: What varies.
        names: One parameter or two.
        point: `1 x d` values of the others; None: they vary.
        n: Grid points of a number.
        generator: Source of the sample and of the draws.
    """
    places = grid(scope, names, n)
    if point is None:
        others, support = _sample(scope, len(places), generator)
    else:
        others = point
    x = torch.cat([place.change(others) for place in places])
    columns: dict[str, Tensor] = {}
    for name, model in named_models(models, outcomes).items():
        if point is None:
            draws = Draws.of(model, support, N_DRAWS, generator)
            columns |= _averaged(name, draws, x, len(others))
        else:
            columns |= _slice(name, model, x)
    table = _labels(places)
    return table.assign(**{name: values.numpy() for name, values in columns.items()})


def _sample(scope: Scope, n_places: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Return points whose other parameters are averaged over, and support points of drawn functions."""
    wanted = min(MAX_OTHERS, max(MIN_OTHERS, MAX_EVALUATIONS // n_places))
    others, support = scope.uniform(max(wanted, N_SUPPORT), n_blocks=2, generator=generator)
    return scope.points(others[:wanted]), scope.points(support[:N_SUPPORT])


def _averaged(name: str, draws: Draws, x: Tensor, n_others: int) -> dict[str, Tensor]:
    """Return mean and band of averages; `x` has the points of each place one after the other."""
    averages = torch.stack(torch.split(draws.values(x), n_others, dim=-1)).mean(-1).mT
    tail = (1.0 - LEVEL) / 2
    return {
        f"{name}_mean": averages.mean(0),
        f"{name}_low": averages.quantile(tail, 0),
        f"{name}_high": averages.quantile(1.0 - tail, 0),
    }


def _slice(name: str, model: OutcomeModel, x: Tensor) -> dict[str, Tensor]:
    found = moments_of(name, model, x, observation_noise=False)
    return {column: values for column, values in found.items() if not column.endswith("_sd")}


def _labels(places: Sequence[Place]) -> pd.DataFrame:
    """Return a table of what the grid is at, with plain types where all values have one."""
    columns = {
        name: pd.Series(object_column([place.labels[name] for place in places])) for name in places[0].labels
    }
    return pd.DataFrame(columns).infer_objects()
