"""Models of the original package."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from hebo.errors import ConfigError, DataError
from hebo.models.model_factory import get_model


def regression(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return continuous and categorical inputs and a sum of both, with a second output far from it."""
    generator = torch.Generator().manual_seed(seed)
    xc = 10 * torch.rand(n, 2, generator=generator)
    xe = torch.randint(3, (n, 1), generator=generator)
    y = xc[:, :1] + 5.0 * xe
    return xc, xe, torch.cat([y, 1000 - 100 * y], dim=1)


@pytest.mark.parametrize(
    ("name", "conf", "n_out"),
    [
        ("gp", {}, 1),
        ("gpy", {"warp": True}, 1),
        ("rf", {"n_estimators": 50}, 1),
        ("multi_task", {"base_model_name": "gp"}, 2),
    ],
)
def test_a_model_predicts_what_it_was_fitted_to(name: str, conf: dict[str, Any], n_out: int) -> None:
    model = get_model(name, 2, 1, n_out, num_uniqs=[3], **conf)
    xc, xe, y = regression(60, 0)
    model.fit(xc, xe, y[:, :n_out])
    xc, xe, y = regression(40, 1)
    mean, variance = model.predict(xc, xe)
    assert mean.shape == variance.shape == (40, n_out)
    assert bool((variance > 0).all())
    assert bool(((mean - y[:, :n_out]).std(0) < 0.5 * y[:, :n_out].std(0)).all())
    assert model.sample_y(xc, xe, 3).shape == (3, 40, n_out)
    assert model.noise.shape == (n_out,)


def test_a_model_has_continuous_or_categorical_inputs_alone() -> None:
    xc, xe, y = regression(30, 0)
    numbers = get_model("gp", 2, 0, 1)
    numbers.fit(xc, torch.zeros(30, 0), y[:, :1])
    assert numbers.predict(xc, None)[0].shape == (30, 1)
    codes = get_model("rf", 0, 1, 1, num_uniqs=[3])
    codes.fit(None, xe, y[:, :1])
    assert codes.predict(None, xe)[0].shape == (30, 1)


def test_a_model_refuses_what_it_cannot_use() -> None:
    xc, xe, y = regression(10, 0)
    with pytest.raises(ConfigError, match="'svgp' has no counterpart"):
        get_model("svgp", 2, 0, 1)
    with pytest.raises(DataError, match="number of categories of 1 inputs"):
        get_model("gp", 2, 1, 1)
    model = get_model("gp", 2, 1, 1, num_uniqs=[3])
    with pytest.raises(DataError, match="has not been fitted"):
        model.predict(xc, xe)
    with pytest.raises(DataError, match=r"inputs have \[2, 0\] columns; expected \[2, 1\]"):
        model.fit(xc, None, y[:, :1])
    with pytest.raises(DataError, match=r"y has shape \(10, 2\)"):
        model.fit(xc, xe, y)
