"""Small random weights of a policy, for tests of what reads them.

    python tests/support/policy_weights.py

writes those of the conformance checks, for the mixed space of `hebo.testing.spaces`, into `instances/`.
"""

from __future__ import annotations

from pathlib import Path

import torch

from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator, seeded
from hebo.surrogates.neural_process.policy import PolicyArchitecture, policy_of
from hebo.surrogates.neural_process.transformer import Architecture
from hebo.testing.spaces import SPACES
from hebo.weights import card_of, packed

INSTANCE = Path(__file__).with_name("instances") / "policy.safetensors"


def write(path: Path, space: DesignSpace, horizon: int) -> Path:
    """Write weights for a space, and return their path."""
    encoder = Architecture(width=8, n_layers=1, n_heads=2, mlp=8, column_hidden=8, n_bars=16, n_signs=4)
    sizes = PolicyArchitecture(encoder=encoder, hidden=8, horizon=horizon)
    with seeded(make_generator("policy")):
        network = policy_of(sizes.model_dump())
        torch.nn.init.normal_(network.learned[-1].weight)
    card = {
        "kind": "neural_acquisition",
        "architecture": sizes.model_dump(),
        "limits": {},
        "space": space.to_json(),
    }
    content, text = packed(network.state_dict(), card)
    path.write_bytes(content)
    card_of(path).write_text(text)
    return path


if __name__ == "__main__":
    write(INSTANCE, SPACES["mixed"], 60)
