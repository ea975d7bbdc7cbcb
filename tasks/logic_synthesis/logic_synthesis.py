"""Finding a sequence of operators that makes circuits small and fast (BOiLS, 2111.06178)."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.random import Generator
from pydantic import Field, field_validator, model_validator

from hebo.errors import ConfigError, DataError, EvaluationError
from tasks.base import Columns, Task
from tasks.json_lines import JsonLines
from tasks.logic_synthesis.abc_process import ABC, find_abc
from tasks.logic_synthesis.circuits import Circuit, load_circuit
from tasks.logic_synthesis.evaluator import Evaluator
from tasks.logic_synthesis.operator_parameters import OperatorParameters
from tasks.logic_synthesis.operators import ALPHABETS, SKIP, AlphabetName, Mapped, command

Objective = Literal["both", "lut", "level", "min_improvement", "area_delay"]


_NAMES: Mapping[Objective, tuple[str, ...]] = {
    "both": ("area_plus_delay",),
    "lut": ("area",),
    "level": ("delay",),
    "min_improvement": ("larger_ratio",),
    "area_delay": ("area", "delay"),
}
"""What is measured for each objective."""


@dataclass(frozen=True)
class Chosen:
    """What counts for a circuit: the mapped circuit, the sequence it is of, and after how many operators."""

    mapped: Mapped
    sequence: int
    end: int


class LogicSynthesis(Task):
    """The size and depth of a circuit after a sequence of ABC's operators and a mapping to lookup tables.

    With `a` the number of lookup tables and `d` the number of levels on the longest path, each divided by
    what ABC's recipe resyn2 gives with the same build, `area` and `delay`, the objective is one of `a + d`
    (`both`: BOiLS's quality of results, 2 for resyn2; measured as `area_plus_delay`), `a` (`lut`), `d`
    (`level`), the larger of both (`min_improvement`, measured as `larger_ratio`), or the pair (`area_delay`,
    two objectives). Over several circuits it is the mean. Figures of two builds of
    ABC differ: compare the column `improvement`, the percentage by which the objective is below that of
    resyn2. A sequence that ABC fails on is a failed evaluation, with the reason in the column `error`.

    MCBO's `aig_optimization` is `circuit="adder", alphabet="mcbo", objective="lut", best_prefix=True`, and
    its `aig_optimization_hyp` the same with `operator_parameters=True`.

    Args:
        circuit: A family built here with its width (`adder:32`), one of the EPFL suite (`router`), the path
            of a combinational circuit in a binary AIGER, BLIF, structural Verilog or ISCAS (`.bench`) file;
            or a list of these, for which one set of sequences is sought.
        objective: See above.
        alphabet: `boils` (11 operators), `standard` (its first 7) or `mcbo` (10).
        length: Number of operators in a sequence.
        operator_parameters: Search the flags of the operators as well, one set of them per operator of a
            sequence, active while the sequence holds the operator; see
            `tasks.logic_synthesis.operator_parameters`.
        n_sequences: How many sequences; each circuit counts with the one that is best for it.
        best_prefix: Map after each operator, and count the best, as MCBO's `aig_optimization` does. That one
            is then run by itself, so an evaluation starts ABC twice.
        cut: Let sequences be shorter than `length`: a place may hold `skip`. With `best_prefix`, which this
            needs, operators after the best prefix make no difference: optimizers are told that they were
            skipped, and the column `operators` has the number of those that count.
        lut_inputs: Most inputs of a lookup table.
        prove: Prove every result equivalent to its circuit; one that cannot be proved is a failure.
        epfl: Folder of the EPFL suite, of which six small circuits come along.
        abc: The program; see `tasks.logic_synthesis.abc_process.find_abc` for where else it is looked for.
        seconds: How long ABC may work on a sequence.
        cache: File that keeps results, for several processes and later runs; its folder must exist.
    """

    runs_code: ClassVar[bool] = True  # `abc` names any program

    circuit: str | list[str] = "router"
    objective: Objective = "both"
    alphabet: AlphabetName = "boils"
    length: int = Field(20, ge=1, le=100)
    operator_parameters: bool = False
    n_sequences: int = Field(1, ge=1, le=20)
    best_prefix: bool = False
    cut: bool = False
    lut_inputs: int = Field(6, ge=2, le=16)
    prove: bool = True
    epfl: str | None = None
    abc: str | None = None
    seconds: float = Field(60.0, gt=0)
    cache: str | None = None

    @field_validator("cache")
    @classmethod
    def _check_folder(cls, cache: str | None) -> str | None:
        if cache is not None and not JsonLines(cache).has_folder():
            raise ConfigError(f"cache {cache!r}: its folder does not exist; create it.")
        return cache

    @model_validator(mode="after")
    def _check(self) -> LogicSynthesis:
        if self.objective == "area_delay" and (self.best_prefix or self.n_sequences > 1):
            raise ConfigError(
                "area_delay has two objectives, by which no best prefix or sequence can be chosen; choose "
                "another objective, or drop `best_prefix` and `n_sequences`."
            )
        if self.cut and not self.best_prefix:
            raise ConfigError("cut is true: sequences are cut where the best prefix ends; set `best_prefix`.")
        if not self._circuits:
            raise ConfigError("circuit is an empty list; name at least one.")
        return self

    @cached_property
    def _circuits(self) -> tuple[Circuit, ...]:
        sources = [self.circuit] if isinstance(self.circuit, str) else self.circuit
        return tuple(load_circuit(source, self.epfl) for source in sources)

    @cached_property
    def _evaluator(self) -> Evaluator:
        abc = ABC(find_abc(self.abc), seconds=self.seconds)
        return Evaluator(abc, lut_inputs=self.lut_inputs, prove=self.prove, cache=self.cache)

    @property
    def name(self) -> str:
        """The class and the circuits."""
        return "-".join([type(self).__name__, *(one.name for one in self._circuits)])

    @property
    def objectives(self) -> tuple[str, ...]:
        """One value, or area and delay."""
        return _NAMES[self.objective]

    @property
    def reference_point(self) -> tuple[float, float] | None:
        """Half as much again as resyn2 gives, in area and in delay; None for one objective."""
        return (1.5, 1.5) if self.objective == "area_delay" else None

    def parameters(self) -> list[dict[str, Any]]:
        """Return a nominal variable for each operator of each sequence; where wanted also their flags."""
        alphabet = [*ALPHABETS[self.alphabet], *([SKIP] if self.cut else [])]
        places = [name for one in self._sequences for name in one.places]
        operators = [{"name": name, "type": "cat", "categories": alphabet} for name in places]
        if not self.operator_parameters:
            return operators
        return operators + [definition for one in self._sequences for definition in one.definitions()]

    @cached_property
    def _sequences(self) -> tuple[OperatorParameters, ...]:
        """The variables of each sequence: `op1`, `op2`, ..., from the second sequence on `s2_op1`, ..."""
        prefixes = ["", *(f"s{number}_" for number in range(2, self.n_sequences + 1))]
        places = [[f"{prefix}op{place + 1}" for place in range(self.length)] for prefix in prefixes]
        return tuple(
            OperatorParameters(ALPHABETS[self.alphabet], names, prefix)
            for names, prefix in zip(places, prefixes, strict=True)
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Which BLIF files do not say where they end; ABC would not notice that one is cut off."""
        return tuple(
            f"circuit {one.origin!r} does not end with .end; it may be cut off"
            for one in self._circuits
            if one.suffix == ".blif" and b".end" not in one.contents.split()
        )

    def require(self) -> None:
        """Check that there is an ABC that says which one it is, that it reads the circuits, and `resyn2`.

        Raises:
            MissingExtraError: If there is no ABC.
            ConfigError: If a result cannot be written to `cache`.
            DataError: If a circuit is not read as it is written, or needs no lookup tables.
            EvaluationError: If ABC fails on what sequences are compared with.
        """
        self._evaluator.require()
        for circuit in self._circuits:
            self._reference(circuit)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        points = self.space.decode(self.space.encode(frame))  # of the space's own values, whatever came in
        rows = [self._row(point) for point in points.to_dict("records")]
        return {name: _column([row[name] for row in rows]) for name in rows[0]}

    def _row(self, point: Mapping[Hashable, Any]) -> dict[str, Any]:
        sequences = [self._commands(point, one) for one in self._sequences]
        try:
            chosen = [self._best(circuit, sequences) for circuit in self._circuits]
            ratios = [
                self._ratios(one, best.mapped) for one, best in zip(self._circuits, chosen, strict=True)
            ]
        except EvaluationError as error:
            failed = dict.fromkeys((*self.objectives, "luts", "levels", "improvement"), math.nan)
            return {**failed, **self._ends(point, []), "error": str(error)}
        values = [float(np.mean([self._scalar(one) for one in ratios]))]
        if self.objective == "area_delay":
            values = [float(one) for one in np.mean(ratios, axis=0)]
        return {
            **dict(zip(self.objectives, values, strict=True)),
            "luts": float(sum(one.mapped.luts for one in chosen)),
            "levels": float(sum(one.mapped.levels for one in chosen)),
            "improvement": 100.0 * (1.0 - float(np.mean([self._scalar(one) for one in ratios])) / self._par),
            **self._ends(point, chosen),
            "error": None,
        }

    def _commands(self, point: Mapping[Hashable, Any], sequence: OperatorParameters) -> list[str]:
        operators = [point[place] for place in sequence.places if point[place] != SKIP]
        if not self.operator_parameters:
            return [command(one) for one in operators]
        return [sequence.command(one, point) for one in operators]

    def _best(self, circuit: Circuit, sequences: Sequence[Sequence[str]]) -> Chosen:
        """Return the best of what sequences, or their prefixes, make of a circuit; the first of equals."""
        found = []
        for number, commands in enumerate(sequences):
            mapped = self._evaluator.measure(circuit, commands, every=self.best_prefix)
            shortest = min(1, len(commands)) if self.best_prefix else len(commands)
            ends = range(shortest, len(commands) + 1)
            found += [Chosen(one, number, end) for one, end in zip(mapped[-len(ends) :], ends, strict=True)]
        best = min(found, key=lambda one: self._scalar(self._ratios(circuit, one.mapped)))
        if not self.best_prefix:
            return best
        (alone,) = self._evaluator.measure(circuit, sequences[best.sequence][: best.end])
        return replace(best, mapped=alone)

    def _ends(self, point: Mapping[Hashable, Any], chosen: Sequence[Chosen]) -> dict[str, Any]:
        """Return how many operators count, and the places of others; nothing unless sequences may be cut."""
        if not self.cut:
            return {}
        if not chosen:
            return {"operators": math.nan, "moved": None}
        moved: dict[str, str] = {}
        ends = [
            max([one.end for one in chosen if one.sequence == number], default=0)
            for number in range(self.n_sequences)
        ]
        for sequence, end in zip(self._sequences, ends, strict=True):
            used = [place for place in sequence.places if point[place] != SKIP]
            moved |= dict.fromkeys(used[end:], SKIP)
        return {"operators": float(sum(ends)), "moved": moved or None}

    def _ratios(self, circuit: Circuit, mapped: Mapped) -> tuple[float, float]:
        reference = self._reference(circuit)
        return mapped.luts / reference.luts, mapped.levels / reference.levels

    def _reference(self, circuit: Circuit) -> Mapped:
        """Return what resyn2 gives."""
        reference = self._evaluator.reference(circuit)
        if not (reference.luts and reference.levels):
            raise DataError(f"circuit {circuit.origin!r} needs no lookup tables; choose another.")
        return reference

    def _scalar(self, ratios: tuple[float, float]) -> float:
        area, delay = ratios
        return {"lut": area, "level": delay, "min_improvement": max(ratios)}.get(self.objective, area + delay)

    @property
    def _par(self) -> float:
        """The objective of resyn2."""
        return self._scalar((1.0, 1.0))


def _column(values: list[Any]) -> np.ndarray[Any, Any]:
    is_numeric = all(isinstance(one, float) for one in values)
    return np.array(values, dtype=np.float64 if is_numeric else object)
