"""Maximum satisfiability."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, model_validator
from scipy.sparse import csr_array

from hebo.errors import ConfigError, DataError
from hebo.outcomes import Outcomes, outcomes_of
from hebo.random import derive_seed
from tasks.combinatorial.base import Array, Coded, Codes
from tasks.combinatorial.wcnf import Formula, read_formula

_MAX_WEIGHT = 2**53
"""Beyond this, not all whole numbers are float64 numbers."""


class MaxSAT(Coded):
    """Weighted maximum satisfiability: the total weight of the clauses that an assignment leaves unsatisfied.

    The clauses come from a file (see `tasks.combinatorial.wcnf` for the formats), or are drawn as a random
    k-SAT instance: each clause has `clause_size` distinct variables, each negated with probability 1/2. The
    clauses of a planted instance are drawn from those that a hidden assignment satisfies, so that the
    optimum is 0; it tends to be easier than others of its size, because the signs of a variable hint at its
    value. A hard clause weighs as much as all soft ones together plus 1, so that no point that breaks one
    is better than a point that breaks none. Other weights are taken as they are in the file; Oh et al.,
    "Combinatorial Bayesian optimization using the graph Cartesian product", NeurIPS 2019, standardize them.

    Args:
        path: A file in the DIMACS or WDIMACS format; without it, the instance is random.
        n_variables: Number of booleans of a random instance.
        clause_size: Number of literals of each of its clauses.
        ratio: Number of clauses per variable; from about 4.27 on, most 3-SAT instances are unsatisfiable.
        max_weight: Weights are drawn uniformly from 1 to this.
        planted: Whether some assignment satisfies all clauses.
        seed: Draws the instance.
        hard_weight: Weight of a hard clause of a file, in place of the sum of the soft weights plus 1.
    """

    path: str | None = None
    n_variables: int = Field(60, ge=1)
    clause_size: int = Field(3, ge=1, le=30)
    ratio: float = Field(5.0, gt=0)
    max_weight: int = Field(1, ge=1, le=2**31)
    planted: bool = False
    seed: int = Field(0, ge=0)
    hard_weight: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _check_source(self) -> MaxSAT:
        given = [name for name in _RANDOM if getattr(self, name) != type(self).model_fields[name].default]
        if self.path is not None and given:
            raise ConfigError(f"MaxSAT: `{given[0]}` is of random instances; drop it, or drop `path`.")
        if self.path is None and self.hard_weight is not None:
            raise ConfigError("MaxSAT: `hard_weight` is for files; a random instance has no hard clauses.")
        if self.clause_size > self.n_variables:
            raise ConfigError(
                f"MaxSAT: clause_size={self.clause_size} is above n_variables={self.n_variables}; lower it."
            )
        return self

    @property
    def name(self) -> str:
        """With the name of the file, if there is one."""
        return "MaxSAT" if self.path is None else f"MaxSAT-{Path(self.path).stem}"

    @property
    def outcomes(self) -> Outcomes:
        """The total weight of the clauses left unsatisfied."""
        return outcomes_of({"name": "unsatisfied_weight"})

    @property
    def dimension(self) -> int:
        """The number of variables of the formula."""
        return self.formula.n_variables

    @property
    def numbers_per_point(self) -> int:
        """A count for each clause, and the codes."""
        return max(len(self.formula.clauses), self.dimension)

    @property
    def optimum(self) -> float | None:
        """Zero if an assignment is planted."""
        return 0.0 if self.planted else None

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """The planted assignment, if there is one."""
        return self.to_frame(self._hidden[None, :]) if self.planted else None

    def require(self) -> None:
        """Check that the formula can be read, and that sums of its weights are exact."""
        _ = self.clause_weights

    def function(self, codes: Codes) -> Array:
        """Return the `n` values at `n x d` codes."""
        # A clause has (number of negative literals) + sum_j (sign of j) x_j true literals.
        true_literals = self._signs @ codes.T.astype(np.float64) + self._n_negative[:, None]
        values: Array = self.clause_weights @ (true_literals == 0.0)
        return values

    @cached_property
    def formula(self) -> Formula:
        """The clauses.

        Raises:
            DataError: If the file cannot be used.
        """
        return self._draw() if self.path is None else read_formula(Path(self.path))

    @cached_property
    def clause_weights(self) -> Array:
        """What each clause adds to the value if it is unsatisfied.

        Raises:
            DataError: If the soft weights are too large for exact sums.
        """
        total = sum(weight for weight in self.formula.weights if weight is not None)
        if total >= _MAX_WEIGHT:
            raise DataError(
                f"{self.name}: the weights sum to {total}, but sums are exact below {_MAX_WEIGHT} only; "
                "divide the weights by a number."
            )
        hard = float(total + 1) if self.hard_weight is None else self.hard_weight
        return np.array([hard if weight is None else float(weight) for weight in self.formula.weights])

    @cached_property
    def _entries(self) -> tuple[Codes, Codes]:
        """The position of the clause of each literal, and the literal."""
        lengths = [len(clause) for clause in self.formula.clauses]
        literals = [literal for clause in self.formula.clauses for literal in clause]
        return np.repeat(np.arange(len(lengths)), lengths), np.array(literals, dtype=np.int64)

    @cached_property
    def _signs(self) -> Any:
        """The sum of the signs of each variable in each clause, a sparse matrix: clauses x variables."""
        rows, literals = self._entries
        shape = (len(self.formula.clauses), self.dimension)
        signs = np.sign(literals).astype(np.float64)
        return csr_array((signs, (rows, np.abs(literals) - 1)), shape=shape)

    @cached_property
    def _n_negative(self) -> Array:
        rows, literals = self._entries
        counts = np.bincount(rows[literals < 0], minlength=len(self.formula.clauses))
        return counts.astype(np.float64)

    @cached_property
    def _hidden(self) -> Codes:
        """The assignment that a planted instance hides, and that signs are drawn relative to."""
        rng = np.random.default_rng(derive_seed("max sat hidden", self.seed))
        return rng.integers(2, size=self.n_variables)

    def _draw(self) -> Formula:
        """Return a random instance."""
        rng = np.random.default_rng(derive_seed("max sat clauses", self.seed))
        n, k, m = self.n_variables, self.clause_size, max(1, round(self.ratio * self.n_variables))
        variables = np.stack([rng.choice(n, k, replace=False) for _ in range(m)])
        # The bits say which literals the hidden assignment makes true: any pattern, or any but none.
        patterns = rng.integers(1 if self.planted else 0, 2**k, size=m)
        is_true = (patterns[:, None] >> np.arange(k)) & 1
        literals = np.where(is_true == self._hidden[variables], variables + 1, -variables - 1)
        weights = rng.integers(1, self.max_weight, size=m, endpoint=True)
        return Formula(n, tuple(tuple(clause) for clause in literals.tolist()), tuple(weights.tolist()))


_RANDOM = ("n_variables", "clause_size", "ratio", "max_weight", "planted", "seed")
