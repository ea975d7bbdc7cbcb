"""Finding a sequence of mockturtle's operators that makes an and-inverter graph small and flat."""

from __future__ import annotations

import importlib
import math
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.random import Generator
from pydantic import Field, field_validator

from hebo.errors import ConfigError, EvaluationError, MissingExtraError
from tasks.base import Columns, Task
from tasks.logic_synthesis.circuits import SUFFIXES, Circuit, load_circuit

OPERATORS: dict[str, tuple[str, dict[str, Any]]] = {
    "balance": ("balancing", {}),
    "balance -esop": ("balancing", {"rebalance_function": "esop"}),
    "rewrite": ("aig_cut_rewriting", {}),
    "rewrite -z": ("aig_cut_rewriting", {"allow_zero_gain": True}),
    "refactor": ("sop_refactoring", {}),
    "refactor -z": ("sop_refactoring", {"allow_zero_gain": True}),
    "resub": ("aig_resubstitution", {}),
}
"""Operator -> aigverse's function for it and what it is called with; `-z` allows changes without a gain."""

_NAMES = {"both": "gates_plus_depth", "gates": "relative_gates", "depth": "relative_depth"}

CONFLICT_LIMIT = 100_000
"""Most conflicts of the solver that proves a result equivalent."""


class AIGRewriting(Task):
    """The gates and depth of an and-inverter graph after a sequence of mockturtle's operators.

    With `a` the number of gates and `d` the depth, each divided by that of the circuit as it is given, the
    objective is `a + d` (`both`, 2 for the circuit itself; measured as `gates_plus_depth`), `a` (`gates`,
    measured as `relative_gates`) or `d` (`depth`, measured as `relative_depth`). This is MCBO's
    `mig_optimization` for and-inverter graphs, within the process and without a mapping to lookup tables; its
    figures are not comparable with those of ABC. Every result is proved equivalent to its circuit; where the
    proof fails, so does the evaluation, with the reason in the column `error`.

    Args:
        circuit: A family built here with its width (`adder:32`), one of the EPFL suite (`router`), or the
            path of a binary AIGER file.
        objective: See above.
        length: Number of operators.
        epfl: Folder of the EPFL suite, of which six small circuits come along.
    """

    circuit: str = "router"
    objective: Literal["both", "gates", "depth"] = "both"
    length: int = Field(20, ge=1, le=100)
    epfl: str | None = None

    @field_validator("circuit")
    @classmethod
    def _check_format(cls, circuit: str) -> str:
        if Path(circuit).suffix.lower() in set(SUFFIXES) - {".aig"}:
            raise ConfigError(f"circuit {circuit!r}: only binary AIGER is read here; convert it to .aig.")
        return circuit

    @cached_property
    def _circuit(self) -> Circuit:
        return load_circuit(self.circuit, self.epfl)

    @property
    def name(self) -> str:
        """The class and the circuit."""
        return f"{type(self).__name__}-{self._circuit.name}"

    @property
    def objectives(self) -> tuple[str, ...]:
        """What is divided by that of the circuit as it is given."""
        return (_NAMES[self.objective],)

    def parameters(self) -> list[dict[str, Any]]:
        """Return a nominal variable for each operator."""
        return [
            {"name": f"op{place + 1}", "type": "cat", "categories": list(OPERATORS)}
            for place in range(self.length)
        ]

    def require(self) -> None:
        """Check that aigverse is installed, and that it reads the circuit."""
        _ = self._start

    @cached_property
    def _start(self) -> Any:
        """The circuit as it is given."""
        io, networks = _import("io"), _import("networks")
        with tempfile.TemporaryDirectory(prefix="hebo-aig-") as folder:
            path = Path(folder) / "circuit.aig"
            path.write_bytes(self._circuit.contents)
            try:
                graph = networks.Aig(io.read_aiger_into_aig(path))
            except RuntimeError as error:
                raise ConfigError(f"circuit {self.circuit!r} is no binary AIGER file ({error}).") from error
        if not all(_size(graph)):
            raise ConfigError(f"circuit {self.circuit!r} has no gates; choose another.")
        return graph

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        rows = [self._row(frame.iloc[place].tolist()) for place in range(len(frame))]
        return {
            name: np.array([row[name] for row in rows], dtype=object if name == "error" else np.float64)
            for name in rows[0]
        }

    def _row(self, operators: list[str]) -> dict[str, Any]:
        try:
            gates, depth = _size(self._optimized(operators))
        except EvaluationError as error:
            failed = dict.fromkeys((*self.objectives, "gates", "depth", "improvement"), math.nan)
            return {**failed, "error": str(error)}
        gates0, depth0 = _size(self._start)
        ratios = {"gates": gates / gates0, "depth": depth / depth0}
        value = ratios.get(self.objective, sum(ratios.values()))
        par = 2.0 if self.objective == "both" else 1.0
        improvement = 100.0 * (1.0 - value / par)
        info = {"gates": gates, "depth": depth, "improvement": improvement, "error": None}
        return {self.objectives[0]: value, **info}

    def _optimized(self, operators: list[str]) -> Any:
        """Return the graph that the operators give.

        Raises:
            EvaluationError: If an operator fails, or the result is not proved equivalent to the circuit.
        """
        algorithms = _import("algorithms")
        graph = self._start.clone()
        for operator in operators:
            function, settings = OPERATORS[operator]
            try:
                graph = algorithms.cleanup_dangling(getattr(algorithms, function)(graph, **settings))
            except RuntimeError as error:
                raise EvaluationError(f"{operator!r} failed: {error}") from error
        proved = algorithms.equivalence_checking(self._start, graph, conflict_limit=CONFLICT_LIMIT)
        if not proved:
            found = "is not equivalent" if proved is False else "could not be proved equivalent"
            raise EvaluationError(f"the result {found} to the circuit")
        return graph


def _import(module: str) -> Any:
    try:
        return importlib.import_module(f"aigverse.{module}")
    except ModuleNotFoundError:
        raise MissingExtraError("aigverse", "aig") from None


def _size(graph: Any) -> tuple[int, int]:
    """Return the number of gates and the depth of a graph."""
    return graph.num_gates, _import("networks").DepthAig(graph).num_levels
