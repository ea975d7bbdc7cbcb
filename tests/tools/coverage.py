"""Coverage of the 90 % intervals of `Optimizer.predict`, on problems that the calibration was not tuned on.

    python tests/tools/coverage.py [--seeds 5] [--csv FILE]

Each optimizer is told 50 random points; then 1000 other random points are predicted and measured, with the
noise of the problem. The intervals are right if 90 % of the measurements are in them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.presets import HEBORecipe

N_TOLD, N_TESTED = 50, 1000
Values = Callable[[pd.DataFrame, np.random.Generator], Any]


@dataclass(frozen=True)
class Problem:
    """A function to learn.

    Attributes:
        name: In the table.
        kind: What it stands for.
        space: Its parameters.
        values: Measurements at points.
        goal: `minimize` or `maximize`.
    """

    name: str
    kind: str
    space: DesignSpace
    values: Values
    goal: str = "minimize"


def number(name: str, lower: float, upper: float, **keys: Any) -> dict[str, Any]:
    return {"name": name, "type": "num", "lb": lower, "ub": upper, **keys}


def unit_cube(n: int) -> DesignSpace:
    return DesignSpace().parse([number(f"x{i}", 0, 1) for i in range(n)])


def branin(x: pd.DataFrame, rng: np.random.Generator) -> Any:
    a, b = x["a"], x["b"]
    return (b - 5.1 * a**2 / (4 * np.pi**2) + 5 * a / np.pi - 6) ** 2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(a)


def goldstein_price(x: pd.DataFrame, rng: np.random.Generator) -> Any:
    a, b = x["a"], x["b"]
    first = 1 + (a + b + 1) ** 2 * (19 - 14 * a + 3 * a**2 - 14 * b + 6 * a * b + 3 * b**2)
    second = 30 + (2 * a - 3 * b) ** 2 * (18 - 32 * a + 12 * a**2 + 48 * b - 36 * a * b + 27 * b**2)
    return first * second


def friedman(x: pd.DataFrame, rng: np.random.Generator) -> Any:
    mean = 10 * np.sin(np.pi * x["x0"] * x["x1"]) + 20 * (x["x2"] - 0.5) ** 2 + 10 * x["x3"] + 5 * x["x4"]
    return mean + rng.standard_normal(len(x))


def otl_circuit(x: pd.DataFrame, rng: np.random.Generator) -> Any:
    vb = 12 * x["rb2"] / (x["rb1"] + x["rb2"])
    gain = x["beta"] * (x["rc2"] + 9)
    return (
        (vb + 0.74) * gain / (gain + x["rf"])
        + 11.35 * x["rf"] / (gain + x["rf"])
        + 0.74 * x["rf"] * gain / ((gain + x["rf"]) * x["rc1"])
    )


def borehole(x: pd.DataFrame, rng: np.random.Generator) -> Any:
    log = np.log(x["r"] / x["rw"])
    loss = 1 + 2 * x["l"] * 8e4 / (log * x["rw"] ** 2 * x["kw"]) + 8e4 / 90
    return 2 * np.pi * 8e4 * (x["hu"] - 760) / (log * loss)


def reaction(x: pd.DataFrame, rng: np.random.Generator) -> Any:
    best = x["solvent"].map({"water": 60.0, "ethanol": 75.0, "toluene": 95.0})
    height = x["solvent"].map({"water": 55.0, "ethanol": 80.0, "toluene": 90.0})
    shape = np.exp(-(((x["temperature"] - best) / 25) ** 2) - ((x["time"] - 4) / 4) ** 2)
    return height * shape + 2.0 * x["stirred"] + 2.0 * rng.standard_normal(len(x))


def training(x: pd.DataFrame, rng: np.random.Generator) -> Any:
    rate = np.log10(x["rate"]) + 2.5
    depth = x["depth"] - x["optimizer"].map({"sgd": 3.0, "adam": 5.0})
    gap = 0.15 * rate**2 + 0.02 * depth**2 + 0.1 * x["dropout"] * (x["depth"] > 4)
    return np.exp(gap + 0.1 * rng.standard_normal(len(x))) - 0.9


def alloy(x: pd.DataFrame, rng: np.random.Generator) -> Any:
    grain = x["treatment"].map({"none": 0.0, "aged": 1.0, "quenched": 1.6, "annealed": -0.5})
    content = x["nickel"] / 10 + 0.5 * np.sin(x["chrome"] / 3)
    return 300 + 80 * content * (1 + 0.3 * grain) + 25 * grain - 4 * (x["passes"] - 4) ** 2


PLANE = [number("a", -2, 2), number("b", -2, 2)]
OTL = [
    number("rb1", 50, 150),
    number("rb2", 25, 70),
    number("rf", 0.5, 3),
    number("rc1", 1.2, 2.5),
    number("rc2", 0.25, 1.2),
    number("beta", 50, 300),
]
BOREHOLE = [
    number("rw", 0.05, 0.15),
    number("r", 100, 50000),
    number("hu", 990, 1110),
    number("l", 1120, 1680),
    number("kw", 1500, 15000),
]
REACTION = [
    number("temperature", 20, 120),
    number("time", 1, 9),
    {"name": "solvent", "type": "cat", "categories": ["water", "ethanol", "toluene"]},
    {"name": "stirred", "type": "bool"},
]
TRAINING = [
    {"name": "rate", "type": "pow", "lb": 1e-5, "ub": 1.0},
    {"name": "depth", "type": "int", "lb": 1, "ub": 8},
    number("dropout", 0, 0.6),
    {"name": "optimizer", "type": "cat", "categories": ["sgd", "adam"]},
]
ALLOY = [
    number("nickel", 0, 20),
    number("chrome", 0, 20),
    {"name": "passes", "type": "int", "lb": 1, "ub": 6},
    {"name": "treatment", "type": "cat", "categories": ["none", "aged", "quenched", "annealed"]},
]


def space(definitions: list[dict[str, Any]]) -> DesignSpace:
    return DesignSpace().parse(definitions)


PROBLEMS = (
    Problem("branin", "numeric", space([number("a", -5, 10), number("b", 0, 15)]), branin),
    Problem("friedman", "numeric, noisy, maximized", unit_cube(6), friedman, "maximize"),
    Problem("otl_circuit", "numeric, maximized", space(OTL), otl_circuit, "maximize"),
    Problem("borehole", "numeric, skewed", space(BOREHOLE), borehole),
    Problem("goldstein_price", "numeric, transformed", space(PLANE), goldstein_price),
    Problem("reaction", "mixed, noisy, maximized", space(REACTION), reaction, "maximize"),
    Problem("training", "mixed, noisy, transformed", space(TRAINING), training),
    Problem("alloy", "mixed, maximized", space(ALLOY), alloy, "maximize"),
)


def cells(n_seeds: int) -> Iterator[dict[str, Any]]:
    """Yield the coverage of each problem and seed, and the mean width of intervals, in deviations."""
    for problem in PROBLEMS:
        for seed in range(n_seeds):
            yield {"problem": problem.name, "kind": problem.kind, "seed": seed, **measured(problem, seed)}


def measured(problem: Problem, seed: int) -> dict[str, float]:
    generator, rng = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    sample = problem.space.decode(
        problem.space.sample(N_TOLD + N_TESTED, generator=generator, method="random")
    )
    told, tested = sample.head(N_TOLD), sample.tail(N_TESTED)
    optimizer = HEBORecipe().build(problem.space, seed=seed)
    optimizer.set_outcomes({"y": problem.goal})
    optimizer.tell(told, problem.values(told, rng))
    truth, found = problem.values(tested, rng), optimizer.predict(tested)
    inside = (truth >= found["y_low"]) & (truth <= found["y_high"])
    error = ((truth - found["y_mean"]) ** 2).mean() / truth.var()
    return {
        "coverage": float(inside.mean()),
        "width": float((found["y_high"] - found["y_low"]).mean() / truth.std()),
        "r2": float(1 - error),
    }


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Return the means over seeds."""
    groups = found.groupby(["problem", "kind"], sort=False)
    return groups[["coverage", "width", "r2"]].mean().round(3).reset_index()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--csv", help="where to write the means")
    arguments = parser.parse_args()
    means = table(pd.DataFrame(cells(arguments.seeds)))
    print(means.to_string(index=False))
    if arguments.csv:
        means.to_csv(arguments.csv, index=False)
