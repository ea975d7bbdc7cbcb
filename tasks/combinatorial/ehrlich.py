"""Ehrlich functions: strings that must avoid banned steps and contain spaced motifs."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hebo.errors import ConfigError
from hebo.outcomes import Outcomes, outcomes_of
from hebo.random import derive_seed
from tasks.base import Columns, Task
from tasks.combinatorial.ehrlich_instance import Chain, Codes, Instance, draw_instance

Array = NDArray[np.float64]


class _EhrlichFunction(Task):
    """`f(x) = prod_i r(h_i(x))` for feasible strings `x` of `L` states.

    `h_i(x) = max_l floor(q / k #{j: x_(l + s_ij) = a_ij}) / q` is the share of motif `a_i` that is found at
    the best place `l`, in steps of `1 / q`; `s_ij` are the offsets of its elements. The response
    `r(h) = h (1 + epistasis h (h - 1))` makes the last elements of a motif worth more than the first ones. A
    string is infeasible if a state follows another one that it must not follow.
    """

    quantization: int | None = Field(None, ge=1)
    epistasis: float = Field(0.0, ge=0, le=4)
    infeasible: Literal["failure", "penalty"] = "failure"

    @property
    @abstractmethod
    def instance(self) -> Instance:
        """Motifs, spacings and allowed steps."""

    @property
    def outcomes(self) -> Outcomes:
        """How much of the motifs a string has, from 0 to 1, maximized."""
        return outcomes_of({"name": "motif_quality", "goal": "maximize"})

    @property
    def optimum(self) -> float:
        """1: all motifs in full."""
        return 1.0

    @property
    def minimizers(self) -> pd.DataFrame:
        """One string with all motifs in full; there may be others."""
        return self._frame(self.instance.solution()[None])

    def parameters(self) -> list[dict[str, Any]]:
        """Return a nominal variable per place, with the states `0 .. v - 1`."""
        states = list(range(len(self.instance.allowed)))
        return [{"name": name, "type": "cat", "categories": states} for name in self._names]

    def is_feasible(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Say which of `n` strings have no banned step: a rule for `register_constraint`."""
        feasible: NDArray[np.bool_] = self.instance.banned(self._codes(frame)).sum(axis=1) == 0
        return feasible

    @property
    def _names(self) -> list[str]:
        return [f"x{place + 1}" for place in range(self.instance.length)]

    def _frame(self, x: Codes) -> pd.DataFrame:
        return pd.DataFrame(x.astype(object), columns=self._names)

    def _codes(self, frame: pd.DataFrame) -> Codes:
        return frame[self._names].to_numpy(dtype=np.int64)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        x = self._codes(frame)
        banned = self.instance.banned(x)
        infeasible = banned.any(axis=1)
        instead = np.nan if self.infeasible == "failure" else -banned.mean(axis=1)
        values = np.where(infeasible, instead, self._product(x))
        if self.infeasible == "penalty":
            return {"motif_quality": values}
        errors = np.full(len(x), None, dtype=object)
        for row in np.flatnonzero(infeasible):
            errors[row] = self._reason(x[row], int(banned[row].argmax()))
        return {"motif_quality": values, "error": errors}

    def _product(self, x: Codes) -> Array:
        """Return the product of the responses to the motifs, `n` values from 0 to 1."""
        k = self.instance.motifs.shape[1]
        q = self.quantization or k
        h = self.instance.matches(x) // (k // q) / q
        product: Array = (h * (1.0 + self.epistasis * h * (h - 1.0))).prod(axis=1)
        return product

    def _reason(self, x: Codes, place: int) -> str:
        before, after = self._names[place : place + 2]
        return f"State {x[place + 1]} in {after} must not follow state {x[place]} in {before}."


class Ehrlich(_EhrlichFunction):
    """A string that must avoid banned steps and contain spaced motifs, drawn at random.

    Among `v` states, about `0.8 v` may follow each; a string with any other step is infeasible, so that few
    random strings are feasible: `0.8^(L - 1)` of them. The value of a feasible one is
    `prod_i max_l floor(q / k #{j: x_(l + s_ij) = a_ij}) / q` over `c` motifs `a_i` of `k` states with the
    offsets `s_i`; the maximum 1 is reached by construction (Stanton, Alberstein, Frey, Watkins and Cho,
    "Closed-form test functions for biophysical sequence optimization algorithms", arXiv:2407.00236, 2024). A
    seed stands for the instance of its package, `pytorch-holo` 0.0.5.

    An infeasible string is a failed evaluation, as it is minus infinity in the paper: which steps are banned
    is for the optimizer to find out. One that may know them takes `is_feasible` as an input constraint.

    Args:
        length: Length of the strings, `L`.
        n_states: Number of states, `v`; up to 3, and with 5, no step is banned.
        n_motifs: Number of motifs, `c`.
        motif_length: Number of states in a motif, `k`.
        quantization: Number of steps in which a motif counts, `q`, a divisor of `motif_length`; all of its
            elements count if not given. Other numbers have different meanings in the paper and its package.
        epistasis: How much less the first elements of a motif are worth than the last ones: a share `h`
            counts as `h (1 + epistasis h (h - 1))`. The largest, 4, gives nothing for half a motif.
        infeasible: `failure`, or `penalty`: minus the share of steps that are banned, below any feasible
            value, which the paper does not have.
        seed: Fixes banned steps, motifs and offsets.
    """

    length: int = Field(15, ge=2)
    n_states: int = Field(4, ge=3)
    n_motifs: int = Field(2, ge=1)
    motif_length: int = Field(4, ge=2)
    seed: int = Field(0, ge=0, lt=2**63)

    @model_validator(mode="after")
    def _check_sizes(self) -> Ehrlich:
        if self.n_motifs * self.motif_length > self.length:
            raise ConfigError(
                f"n_motifs={self.n_motifs} of motif_length={self.motif_length} do not fit into strings of "
                f"length={self.length}; make the strings longer or the motifs fewer or shorter."
            )
        _check_quantization(self.quantization, self.motif_length)
        return self

    @cached_property
    def _drawn(self) -> tuple[Instance, Chain]:
        return draw_instance(
            length=self.length,
            n_states=self.n_states,
            n_motifs=self.n_motifs,
            motif_length=self.motif_length,
            seed=self.seed,
        )

    @property
    def instance(self) -> Instance:
        """Motifs, spacings and allowed steps."""
        return self._drawn[0]

    def initial_points(self, n: int, *, seed: int | None = None) -> pd.DataFrame:
        """Return `n` feasible strings, walks along allowed steps.

        Args:
            n: How many.
            seed: Of the walks; None: those of `initial_solution` in the reference.
        """
        walks = self.seed if seed is None else derive_seed("ehrlich", self.seed, seed)
        generator = torch.Generator().manual_seed(walks)
        return self._frame(self._drawn[1].sample(n, self.length, generator=generator))


class ExplicitEhrlich(_EhrlichFunction):
    """A string that must avoid banned steps and contain spaced motifs, all of them given.

    The value of a string without banned steps is `prod_i max_l floor(q / k #{j: x_(l + s_ij) = a_ij}) / q`,
    see `Ehrlich`. Motifs are checked for a string that contains all of them, one after the other in the order
    given, so that the maximum is 1.

    Args:
        length: Length of the strings, `L`.
        n_states: Number of states, `v`.
        motifs: The motifs `a_i`, each of `k` states from `0 .. v - 1`.
        spacings: For each motif the `k - 1` steps from an element to the next, at least 1.
        banned: Pairs of states, of which the second must not follow the first.
        quantization: Number of steps in which a motif counts, `q`, a divisor of `k`; all of its elements
            count if not given.
        epistasis: How much less the first elements of a motif are worth than the last ones, see `Ehrlich`.
        infeasible: `failure`, or `penalty`: minus the share of steps that are banned.
    """

    example: ClassVar[dict[str, Any]] = {
        "length": 5,
        "n_states": 3,
        "motifs": [[0, 1], [0, 2]],
        "spacings": [[2], [1]],
        "banned": [[1, 2]],
    }

    length: int = Field(ge=2)
    n_states: int = Field(ge=2)
    motifs: tuple[tuple[int, ...], ...] = Field(min_length=1)
    spacings: tuple[tuple[int, ...], ...]
    banned: tuple[tuple[int, int], ...] = ()

    @model_validator(mode="after")
    def _check_instance(self) -> ExplicitEhrlich:
        self._check_shapes()
        self._check_states()
        _check_quantization(self.quantization, len(self.motifs[0]))
        self._check_solution()
        return self

    def _check_shapes(self) -> None:
        k = len(self.motifs[0])
        if k < 1 or {len(motif) for motif in self.motifs} != {k}:
            raise ConfigError(
                f"motifs={self.motifs} differ in length; give motifs of one length, at least 1."
            )
        if [len(spacing) for spacing in self.spacings] != [k - 1] * len(self.motifs):
            raise ConfigError(
                f"spacings={self.spacings} do not fit {len(self.motifs)} motifs of {k} states; give {k - 1} "
                "steps for each motif."
            )
        if any(step < 1 for spacing in self.spacings for step in spacing):
            raise ConfigError(f"spacings={self.spacings} hold a step below 1; give whole steps to the right.")

    def _check_states(self) -> None:
        used = {state for group in (*self.motifs, *self.banned) for state in group}
        unknown = sorted(state for state in used if not 0 <= state < self.n_states)
        if unknown:
            raise ConfigError(
                f"motifs or banned name the states {unknown}, but n_states={self.n_states} are 0 to "
                f"{self.n_states - 1}; correct them or raise n_states."
            )
        loops = [pair for pair in self.banned if pair[0] == pair[1]]
        if loops:
            raise ConfigError(f"banned={loops} keep a state from following itself; each state may do that.")

    def _check_solution(self) -> None:
        span = sum(1 + sum(spacing) for spacing in self.spacings)
        if span > self.length:
            raise ConfigError(
                f"The motifs with their spacings, one after the other, take {span} places, more than length="
                f"{self.length}; make the strings longer."
            )
        chained = [state for motif in self.motifs for state in motif]
        for pair in pairwise(chained):
            if pair in self.banned:
                raise ConfigError(
                    f"The motifs, one after the other, need the banned step {pair}, so that the maximum 1 "
                    "is not sure to exist; change their order, or allow the step."
                )

    @cached_property
    def instance(self) -> Instance:
        """Motifs, spacings and allowed steps."""
        allowed = np.ones((self.n_states, self.n_states), dtype=np.bool_)
        for before, after in self.banned:
            allowed[before, after] = False
        motifs, spacings = (np.array(one, dtype=np.int64) for one in (self.motifs, self.spacings))
        return Instance(self.length, allowed, motifs, spacings)


def _check_quantization(quantization: int | None, motif_length: int) -> None:
    if quantization is not None and motif_length % quantization:
        raise ConfigError(
            f"quantization={quantization} does not divide the motif length {motif_length}; give a divisor, "
            "or leave it out."
        )
