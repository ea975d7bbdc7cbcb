"""Design spaces of every sort of parameter, and observations on them, for conformance checks."""

from __future__ import annotations

import torch

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.random import make_generator

_NUM = {"name": "a", "type": "num", "lb": -1.0, "ub": 2.0}
SPACES: dict[str, DesignSpace] = {
    "numeric": DesignSpace().parse([_NUM, {"name": "b", "type": "pow", "lb": 1e-4, "ub": 1.0}]),
    "prior": DesignSpace().parse(
        [
            {**_NUM, "prior": [1.0, 9.0, 2.0]},
            {"name": "b", "type": "pow", "lb": 1e-4, "ub": 1.0, "prior": [5.0, 1.0, 3.0, 1.0]},
        ]
    ),
    "mixed": DesignSpace().parse(
        [
            _NUM,
            {"name": "k", "type": "int", "lb": 1, "ub": 9},
            {"name": "c", "type": "cat", "categories": [1, "a", [64, 64]]},
            {"name": "o", "type": "ordinal", "levels": ["low", "mid", "high"]},
            {"name": "f", "type": "bool"},
        ]
    ),
    "categorical": DesignSpace().parse(
        [{"name": name, "type": "cat", "categories": list("uvwxyz")} for name in "abc"]
    ),
    "permutation": DesignSpace().parse([{"name": "p", "type": "permutation", "items": list("uvwxyz")}]),
    "sequence": DesignSpace().parse([{"name": "s", "type": "sequence", "alphabet": "ACDY", "length": 5}]),
    "conditional": DesignSpace().parse(
        [
            {"name": "kernel", "type": "cat", "categories": ["rbf", "poly"]},
            {"name": "degree", "type": "int", "lb": 2, "ub": 5, "active_if": {"kernel": ["poly"]}},
            {"name": "gamma", "type": "pow", "lb": 1e-3, "ub": 1e1, "active_if": {"kernel": ["rbf"]}},
        ]
    ),
    "alternatives": DesignSpace().parse(
        [
            *({"name": f"op{i}", "type": "cat", "categories": ["resub", "blut", "fraig"]} for i in (1, 2)),
            {
                "name": "k",
                "type": "int",
                "lb": 1,
                "ub": 9,
                "active_if": [{"op1": ["resub"]}, {"op2": ["resub"]}],
            },
            {"name": "a", "type": "bool", "active_if": [{"op1": ["blut"]}, {"op2": ["blut"]}]},
        ]
    ),
    "constrained": DesignSpace().parse(
        [_NUM, {"name": "b", "type": "num", "lb": 0.0, "ub": 1.0}],
        constraints=[{"type": "linear", "coefficients": {"a": 1.0, "b": 1.0}, "ub": 0.5}],
    ),
}

SPACES["table"] = TableSpace(
    SPACES["mixed"], SPACES["mixed"].decode(SPACES["mixed"].sample(60, generator=make_generator("table")))
)


def observations(space: DesignSpace, n: int = 12) -> Data:
    """Smooth values at points of `space`, standardized, larger is better."""
    x = space.sample(n, generator=make_generator("conformance"))
    lower, upper = space.bounds
    y = -((x - lower) / (upper - lower) - 0.4).square().sum(-1, keepdim=True)
    return Data(x, (y - y.mean()) / y.std())


def comparisons(data: Data) -> Data:
    """Return comparisons of observations: each point with the next one, and the last with the first."""
    x, y, others = data.x, data.y, data.x.roll(-1, 0)
    is_better = y > y.roll(-1, 0)
    better, worse = torch.where(is_better, x, others), torch.where(is_better, others, x)
    return Data(x[:0], y[:0], better=better, worse=worse)


def suited(recipe: Surrogate, data: Data) -> Data:
    """Return observations as a surrogate learns from them: with values, or compared."""
    return data if recipe.takes_values else comparisons(data)
