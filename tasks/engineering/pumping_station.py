"""The sizing of a pumping station with its main and its tank: integers, categories, a volume."""

from __future__ import annotations

import itertools
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from hebo.outcomes import Outcomes, outcomes_of
from hebo.pareto import front, hypervolume
from tasks.base import Columns, Task

Array = NDArray[np.float64]

# Pipe -> roughness in m, price of a meter as a multiple of ductile iron's.
_MATERIALS: Final = {
    "ductile_iron": (1.0e-3, 1.0),
    "steel": (4.0e-4, 1.03),
    "polyethylene": (1.0e-5, 1.10),
    "glass_fiber": (5.0e-5, 1.07),
}
_DIAMETERS: Final = (0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.60)  # m
# Motor -> efficiency, price as a multiple of the plainest one's.
_MOTORS: Final = {"IE2": (0.925, 1.0), "IE3": (0.940, 1.12), "IE4": (0.956, 1.35)}
_TANK_STEP, _TANK_MOST = 100, 2000  # m3

_DAILY = 6000.0  # m3 of water a day
_LIFT, _LENGTH = 38.0, 2800.0  # m
# What is drawn in each hour of the day, as a share of the mean, and what a kWh costs then, in euros.
_NIGHT_DEMAND: Final = [0.45, 0.4, 0.4, 0.4, 0.5, 0.8]
_DAY_DEMAND: Final = [1.3, 1.7, 1.5, 1.3, 1.2, 1.2, 1.3, 1.2, 1.0, 0.9, 1.0, 1.2, 1.5, 1.6, 1.3, 0.9]
_DEMAND: Final = np.array([*_NIGHT_DEMAND, *_DAY_DEMAND, 0.6, 0.35])
_NIGHT: Final = np.array([True] * 6 + [False] * 16 + [True] * 2)
_TARIFF: Final = np.where(_NIGHT, 0.11, 0.19)


class PumpingStation(Task):
    """Investment and yearly energy of a station that lifts water through a main into a town; 20,160 designs.

    A problem of this project's own: six mixed variables, all of them finite, so that its Pareto front is
    known by enumeration. Variables: material and nominal diameter of the main (2.8 km, 38 m of lift); number
    of pumps on duty, of equal size (one more stands by); class of the motors; whether their speed is
    controlled; volume of the tank. Objectives, in thousands of euros: what is built, and the energy of a
    year.

    Water: 6000 m3 a day. A tank evens out what the pumps have to deliver; beyond the volume that this takes
    it moves pumping to the night, when a kWh is cheaper. Head: the lift and the friction of Darcy and
    Weisbach, with the factor of Swamee and Jain (1976). Without controlled speed, a valve takes off what the
    pumps give too much. Efficiency falls off the best flow of a pump, faster with the valve.
    """

    @property
    def outcomes(self) -> Outcomes:
        """What is built, and the energy of a year, both in thousands of euros."""
        return outcomes_of(
            [{"name": "investment", "unit": "kEUR"}, {"name": "energy", "unit": "kEUR a year"}]
        )

    @property
    def reference_point(self) -> tuple[float, float]:
        """850,000 euros, and 90,000 a year: what costs more is not considered."""
        return (850.0, 90.0)

    @cached_property
    def front_hypervolume(self) -> float:
        """That of the front of all designs."""
        return hypervolume(self.front_values(), self.reference_point)

    def parameters(self) -> list[dict[str, Any]]:
        """Return six variables, with 4, 8, 5, 3, 2 and 21 values."""
        return [
            {"name": "material", "type": "cat", "categories": list(_MATERIALS)},
            {"name": "diameter", "type": "ordinal", "levels": list(_DIAMETERS)},
            {"name": "pumps", "type": "int", "lb": 1, "ub": 5},
            {"name": "motor", "type": "cat", "categories": list(_MOTORS)},
            {"name": "speed_control", "type": "bool"},
            {"name": "tank", "type": "num", "lb": 0, "ub": _TANK_MOST, "step": _TANK_STEP},
        ]

    def designs(self) -> pd.DataFrame:
        """Return all designs, one per row."""
        tanks = np.arange(0.0, _TANK_MOST + 1, _TANK_STEP).tolist()
        choices = (_MATERIALS, _DIAMETERS, range(1, 6), _MOTORS, (False, True), tanks)
        return pd.DataFrame(itertools.product(*choices), columns=self.space.names)

    def front_values(self) -> Array:
        """Return the values of the designs that no other one dominates, `k x 2`."""
        values = np.stack(list(_values(self.designs()).values()), axis=1)
        return values[front(values)]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        return _values(frame)


def _values(frame: pd.DataFrame) -> Columns:
    """Return investment and energy, `n` values each."""
    roughness, pipe_price = np.array([_MATERIALS[one] for one in frame["material"]]).T
    efficiency, motor_price = np.array([_MOTORS[one] for one in frame["motor"]]).T
    diameter, pumps, tank = (frame[one].to_numpy(np.float64) for one in ("diameter", "pumps", "tank"))
    is_controlled = frame["speed_control"].to_numpy(bool)

    flow = _pumped(tank)
    peak = flow.max(axis=1)
    head = _LIFT + _friction(flow, diameter, roughness)
    rated_head = head.max(axis=1)  # which a fixed speed gives at any flow; a valve takes off the rest
    given = np.where(is_controlled[:, None], head, rated_head[:, None])
    water = 9.81 * flow * given  # kW
    best = _best_efficiency(peak / pumps) * efficiency * np.where(is_controlled, 0.965, 1.0)
    power = water / (best[:, None] * _part_load(flow, peak, pumps, is_controlled))
    rated = 9.81 * peak * rated_head / best

    machines = (pumps + 1.0) * (5.0 + motor_price * 0.55 * (rated / pumps) ** 0.9)
    drives = np.where(is_controlled, pumps * 2.5 + 0.11 * rated, 0.0)
    main = 1e-3 * _LENGTH * pipe_price * (60.0 + 620.0 * diameter**1.4)
    reservoir = np.where(tank > 0, 8.0 + 0.24 * tank**0.9, 0.0)
    return {
        "investment": machines + drives + main + reservoir,
        "energy": 0.365 * (power * _TARIFF).sum(axis=1),
    }


def _pumped(tank: Array) -> Array:
    """Return the flow in each hour of the day, `n x 24` in m3/s, with tanks of given volumes in m3."""
    demand = _DEMAND / _DEMAND.mean() * _DAILY / 24.0
    evening = np.maximum(demand - demand.mean(), 0.0).sum()  # the volume that makes the flow constant
    share = np.minimum(tank / evening, 1.0)[:, None]
    flow = demand.mean() + (1.0 - share) * (demand - demand.mean())
    moved = np.minimum(np.maximum(tank - evening, 0.0), 0.7 * demand.mean() * (~_NIGHT).sum())[:, None]
    flow = flow + np.where(_NIGHT, moved / _NIGHT.sum(), -moved / (~_NIGHT).sum())
    return np.asarray(flow / 3600.0)


def _friction(flow: Array, diameter: Array, roughness: Array) -> Array:
    """Return the loss of head in the main in m, `n x 24`."""
    width, rough = diameter[:, None], roughness[:, None]
    speed = flow / (0.25 * np.pi * width**2)
    reynolds = speed * width / 1.2e-6
    factor = 0.25 / np.log10(rough / (3.7 * width) + 5.74 / reynolds**0.9) ** 2
    return np.asarray(factor * _LENGTH / width * speed**2 / 19.62)


def _best_efficiency(flow: Array) -> Array:
    """Return the efficiency of a pump at its best flow in m3/s: larger ones are better."""
    return np.asarray(0.87 - 0.008 / np.sqrt(flow))


def _part_load(flow: Array, peak: Array, pumps: Array, is_controlled: Array) -> Array:
    """Return the share of the best efficiency in each hour, `n x 24`: as few pumps run as can."""
    largest = (peak / pumps)[:, None]
    running = np.ceil(flow / largest - 1e-9)
    load = flow / (running * largest)
    fall = np.where(is_controlled, 0.3, 0.9)[:, None]
    return np.asarray(1.0 - fall * (1.0 - load) ** 2)
