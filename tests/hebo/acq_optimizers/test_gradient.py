"""Tests of `hebo.acq_optimizers.gradient`: optimizers of torch, noisy gradients, settings that are refused."""

from __future__ import annotations

from typing import get_args

import pytest
import torch
from pydantic import ValidationError
from searches import NUMERIC, bowl
from torch import Tensor

from hebo.acq_optimizers.gradient import GradientSearch, Name
from hebo.errors import ConfigError
from hebo.random import make_generator


@pytest.mark.parametrize("optimizer", get_args(Name))
def test_every_optimizer_climbs(optimizer: Name) -> None:
    # Adadelta begins with steps of nearly nothing, whatever its step size
    lr = 1.0 if optimizer == "Adadelta" else 0.05
    search = GradientSearch(optimizer=optimizer, lr=lr, n_raw=16, n_restarts=4, n_steps=200)
    pool = GradientSearch(optimizer=optimizer, lr=lr, n_raw=16, n_restarts=4, n_steps=1)
    found, first = (one.maximize(bowl, NUMERIC, generator=make_generator(0)).x[0] for one in (search, pool))
    assert bowl(found).item() > bowl(first).item()
    if optimizer != "Adadelta":
        assert bowl(found).item() > -0.5


def test_noise_of_gradients_averages_out() -> None:
    generator = make_generator("noise")

    def noisy(x: Tensor) -> Tensor:
        shift = torch.randn(len(x), 1, x.shape[-1], dtype=x.dtype, generator=generator)
        return bowl(x + shift)

    found = GradientSearch(n_steps=300).maximize(noisy, NUMERIC, generator=make_generator(0))
    # Values have a standard deviation of 2.8 and gradients of 4; unscreened points are at about -40
    assert bowl(found.x[:5]).mean().item() > -4.0


def test_a_constant_step_size_is_kept() -> None:
    def far(schedule: str) -> float:
        search = GradientSearch(
            optimizer="SGD",
            lr=1e-4,
            schedule=schedule,
            n_raw=1,
            n_restarts=1,
            n_steps=50,  # type: ignore[arg-type]
        )
        found = search.maximize(lambda x: x[..., 0], NUMERIC, generator=make_generator(0))
        return (found.x[0] - found.x[-1]).abs().max().item()

    # The sum of a cosine schedule from 1 to 0 is half of its number of steps
    assert far("constant") / far("cosine") == pytest.approx(2.0, rel=0.05)


def test_settings_reach_the_optimizer() -> None:
    search = GradientSearch(optimizer="Adam", settings={"betas": (0.5, 0.9), "amsgrad": True})
    group = search._optimizer(torch.zeros(1, 1, requires_grad=True)).param_groups[0]
    assert (group["betas"], group["amsgrad"], group["lr"]) == ((0.5, 0.9), True, 0.05)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"settings": {"momentun": 0.9}}, "Adam does not take .*momentun.*arguments of that class"),
        ({"optimizer": "SGD", "settings": {"momentum": -1.0}}, "SGD does not take .*-1.0"),
        ({"optimizer": "AdamOnSchedules", "lr": 2.0}, "AdamOnSchedules does not take .*lr = 2.0"),
        ({"settings": {"betas": (0.9,)}}, r"Adam does not take .*\(0.9,\)"),
        ({"settings": {"betas": (0.9, 0.99, 0.5)}}, r"Adam does not take .*\(0.9, 0.99, 0.5\)"),
        ({"settings": {"foreach": True, "fused": True}}, "Adam does not take .*fused"),
        ({"settings": {"differentiable": True}}, "Adam does not take .*differentiable"),
        ({"settings": {"maximize": True}}, "Adam does not take .*leave `maximize` out"),
        ({"optimizer": "RMSprop", "settings": {"alpha": 5.0}}, "RMSprop does not take .*5.0.*steps lead to"),
        ({"optimizer": "Rprop", "settings": {"step_sizes": (1e-6, 1.0, 2.0)}}, "Rprop does not take"),
    ],
    ids=[
        "unknown",
        "out of range",
        "step size",
        "too few",
        "too many",
        "contradictory",
        "not a search's",
        "sign",
        "not a number",
        "found by a step",
    ],
)
def test_settings_that_the_optimizer_refuses_are_named(settings: dict[str, object], message: str) -> None:
    with pytest.raises((ConfigError, ValidationError), match=message):
        GradientSearch(**settings)  # type: ignore[arg-type]


def test_an_unknown_optimizer_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ValidationError, match=r"'Adam', 'AdamW'.*SGD"):
        GradientSearch(optimizer="adamm")  # type: ignore[arg-type]
