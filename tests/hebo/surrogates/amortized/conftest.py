"""Problems of mixed columns, and small weights on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from hebo.random import make_generator, seeded
from hebo.surrogates.amortized.amortized_gp import KIND
from hebo.surrogates.amortized.network import SettingNetwork
from hebo.surrogates.amortized.scores import Problems
from hebo.surrogates.warped_gp import warped_layout
from hebo.weights import card_of, packed

N, K, C = 12, 3, 2


@pytest.fixture
def problems() -> Problems:
    """Four problems of three numeric and two categorical columns."""
    g = make_generator("problems")
    numeric = torch.rand(4, N, K, generator=g, dtype=torch.float64)
    codes = torch.randint(3, (4, N, C), generator=g).double()
    y = torch.randn(4, N, generator=g, dtype=torch.float64)
    return Problems(warped_layout(K, C, N), numeric, codes, y, 1.5)


@pytest.fixture
def settings(problems: Problems) -> torch.Tensor:
    """A setting of each problem."""
    return 0.5 * torch.randn(
        4, problems.layout.size, generator=make_generator("settings"), dtype=torch.float64
    )


def random_network(width: int = 8, n_corrections: int = 2) -> SettingNetwork:
    """A network whose steps are not zero."""
    with seeded(make_generator("network")):
        network = SettingNetwork(width, n_corrections)
        for one in network.parameters():
            torch.nn.init.normal_(one, std=0.2)
    return network.double()


@pytest.fixture
def network() -> SettingNetwork:
    return random_network()


LIMITS: dict[str, Any] = {"n_columns": [1, 6], "n_context": [2, 40], "levels": True, "categories": 5}


@pytest.fixture
def weights(tmp_path: Path) -> Any:
    """Writes weights with limits, and returns their path."""

    def write(architecture: dict[str, Any] | None = None, **limits: Any) -> str:
        made_of = {"width": 8, "n_corrections": 2, "smoothness": 1.5, "warp": True, **(architecture or {})}
        card = {"kind": KIND, "architecture": made_of, "limits": {**LIMITS, **limits}}
        content, text = packed(random_network().float().state_dict(), card)
        path = tmp_path / "small.safetensors"
        path.write_bytes(content)
        card_of(path).write_text(text)
        return str(path)

    return write
