"""Tests of `hebo.surrogates.perturbed`: perturbations in natural units, and refusals by name."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import torch
from pydantic import ValidationError

from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.mace import MACE
from hebo.base import FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.perturbed import Perturbed, spread_normal
from hebo.surrogates.risk_measures import CVaR, VaR, WorstCase
from hebo.surrogates.warped_gp import WarpedGP
from hebo.testing.surrogates import check_surrogate

GP = WarpedGP()
SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -1, "ub": 1},
        {"name": "l", "type": "pow", "lb": 1e-2, "ub": 1.0},
        {"name": "k", "type": "int", "lb": 0, "ub": 5},
        {"name": "s", "type": "num", "lb": 0, "ub": 1, "step": 0.25},
        {"name": "c", "type": "cat", "categories": ["u", "v"]},
        {"name": "f", "type": "bool"},
        {"name": "g", "type": "num", "lb": 0, "ub": 1, "active_if": {"f": [True]}},
        {"name": "o", "type": "ordinal", "levels": [1, 2, 3]},
    ]
)


def variants(point: dict[str, Any], **settings: Any) -> Any:
    """Return the variants of a point as a frame."""
    frame = {"a": 0.0, "l": 0.1, "k": 2, "s": 0.5, "c": "u", "f": False, "g": 0.5, "o": 2, **point}
    x = SPACE.encode(pd.DataFrame([frame]))[0]
    return SPACE.decode(Perturbed(of=GP, **settings).variants(SPACE)(x))


def test_a_set_is_shifted_in_natural_units_clipped_and_rounded() -> None:
    shifts = [{"a": 0.3}, {"a": -2.0, "l": 0.05}, {"l": -1.0, "k": 1.4}, {"s": 0.2, "k": -9.0}]
    found = variants({}, perturbations=shifts)
    assert found["a"].tolist() == pytest.approx([0.3, -1.0, 0.0, 0.0])
    assert found["l"].tolist() == pytest.approx([0.1, 0.15, 0.01, 0.1])
    assert found["k"].tolist() == [2, 2, 3, 0]
    assert found["s"].tolist() == [0.5, 0.5, 0.5, 0.75]
    assert set(found["c"]) == {"u"}


def test_normal_perturbations_have_the_given_deviation_and_no_mean() -> None:
    found = variants({}, input_sd={"a": 0.1, "l": 0.01}, n_perturbations=20)
    assert len(found) == 20
    assert found["a"].mean() == pytest.approx(0.0, abs=1e-12)
    assert found["a"].std(ddof=0) == pytest.approx(0.1)
    assert found["l"].std(ddof=0) == pytest.approx(0.01)
    assert abs(found["a"].corr(found["l"])) < 0.5


@pytest.mark.parametrize(("m", "k"), [(2, 1), (16, 3), (33, 30)])
def test_spread_points_are_always_the_same_and_have_the_moments_of_a_normal(m: int, k: int) -> None:
    z = spread_normal(m, k)
    assert z.shape == (m, k)
    torch.testing.assert_close(z.mean(0), torch.zeros(k).double(), atol=1e-12, rtol=0)
    torch.testing.assert_close(z.square().mean(0), torch.ones(k).double())
    assert torch.equal(z, spread_normal(m, k))


def test_points_of_any_shape_have_variants_with_slopes() -> None:
    shifted = Perturbed(of=GP, input_sd={"a": 0.1, "l": 0.01}, n_perturbations=4).variants(SPACE)
    x = SPACE.sample(6, generator=make_generator(0)).reshape(2, 3, -1).requires_grad_()
    found = shifted(x)
    assert found.shape == (2, 3, 4, SPACE.n_dims)
    (slope,) = torch.autograd.grad(found.sum(), x)
    assert (slope[..., 4:] == 4.0).all()


NUMBERS = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])


def peaks(x: torch.Tensor) -> torch.Tensor:
    """A sharp peak at a = 0.2, a broad one at 0.7."""
    a = x[:, :1]
    return torch.exp(-((a - 0.2) ** 2) / 0.002) + 0.7 * torch.exp(-((a - 0.7) ** 2) / 0.05)


@pytest.mark.parametrize("risk", [None, CVaR(alpha=0.5), VaR(alpha=0.7)])
def test_acquisitions_and_incumbents_go_by_the_risk_measure(risk: Any) -> None:
    x = torch.stack([torch.linspace(0, 1, 41), torch.full((41,), 0.5)], 1).double()
    settings = {} if risk is None else {"risk": risk}
    model = Perturbed(of=GP, input_sd={"a": 0.1}, **settings).fit(
        Data(x, peaks(x)), NUMBERS, generator=make_generator(0)
    )
    assert 0.6 <= float(x[model.posterior(x.unsqueeze(1)).mean.flatten().argmax(), 0]) <= 0.8
    data, models = Data(x, peaks(x)), FittedModels((model,))
    for acquisition in (LogEI(), MACE(noise_draw=False)):
        values = acquisition.build(models, data, NUMBERS, generator=make_generator(0))(x.unsqueeze(1))
        for value in values.unbind(-1):
            assert 0.55 <= float(x[value.argmax(), 0]) <= 0.85


def test_the_contract_of_surrogates_is_kept_with_other_measures() -> None:
    check_surrogate(Perturbed(of=GP, input_sd={"a": 0.1}, n_perturbations=4, risk=CVaR(alpha=0.5)), NUMBERS)
    forest = ExtraTrees(n_trees=10)
    check_surrogate(Perturbed(of=forest, perturbations=[{"a": 0.1}, {}], risk=WorstCase()), NUMBERS)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "give one of `input_sd` and `perturbations`"),
        ({"input_sd": {"a": 0.1}, "perturbations": [{"a": 0.1}]}, "give one of"),
        ({"input_sd": {"a": 0.1}, "weights": [1.0]}, "`weights` belong to `perturbations`"),
        ({"perturbations": [{"a": 0.1}, {}], "weights": [1.0]}, "1 weights for 2 perturbations"),
        ({"perturbations": [{"a": 0.1}], "weights": [0.0]}, "all weights are zero"),
        ({"perturbations": [{"a": 0.1}], "weights": [-1.0]}, "greater than or equal to 0"),
        ({"perturbations": [{"a": float("nan")}]}, "finite number"),
        ({"perturbations": [{}, {}]}, "no perturbation shifts a parameter"),
        ({"perturbations": [{"a": 0.1}], "n_perturbations": 4}, "leave it out, the set has its own number"),
        ({"input_sd": {"a": -0.1}}, "greater than 0"),
        ({"input_sd": {"a": float("inf")}}, "finite number"),
        ({"input_sd": {"a": 0.1}, "n_perturbations": 1}, "greater than or equal to 2"),
        ({"input_sd": {"a": 0.1}, "risk": WorstCase()}, "normal perturbations have no worst case"),
    ],
)
def test_contradictory_or_unusable_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Perturbed(of=GP, **settings)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("aa", r"'aa', which is no parameter; use another name. Did you mean 'a'"),
        ("c", "'c', which is no number; leave it out"),
        ("f", "'f', which is no number"),
        ("o", "'o', which is no number"),
        ("g", "'g', which is not always active"),
    ],
)
def test_parameters_that_cannot_be_off_are_refused_by_name(name: str, message: str) -> None:
    recipe = Perturbed(of=GP, input_sd={name: 0.1})
    with pytest.raises(IncompatibleError, match=message):
        recipe.check(SPACE)


def test_a_fidelity_is_not_perturbed() -> None:
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "num", "lb": 0, "ub": 1},
            {"name": "n", "type": "int", "lb": 1, "ub": 9, "role": "fidelity", "target": 9},
        ]
    )
    with pytest.raises(IncompatibleError, match="'n', which is a fidelity"):
        Perturbed(of=GP, input_sd={"n": 1.0}).check(space)
