"""NSGA-II over encoded columns: pymoo's loop, with operators for mixed columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from pymoo.algorithms.moo.nsga2 import NSGA2 as PymooNSGA2
from pymoo.core.crossover import Crossover
from pymoo.core.mutation import Mutation
from pymoo.core.problem import Problem
from pymoo.core.repair import Repair
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.optimize import minimize
from torch import Generator, Tensor

from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.base import AcqFunction, AcqOptimizer, Candidates, Domain
from hebo.random import draw_seed, seeded

Array = NDArray[np.float64]
Rng = np.random.Generator


class NSGA2(AcqOptimizer):
    """Non-dominated sorting genetic algorithm II (Deb et al., 2002) on arrays.

    Numeric columns recombine by simulated binary crossover and mutate polynomially; categorical columns
    exchange and redraw their codes. Every child is projected into the domain, so constraints, steps and
    pinned columns hold throughout. With one value per point it is an ordinary genetic algorithm. A domain
    with no more points than the search would evaluate is enumerated instead, and the result is exact.

    Attributes:
        population: Number of individuals.
        n_generations: Number of generations.
    """

    population: int = Field(default=100, ge=4)
    n_generations: int = Field(default=100, ge=1)

    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        """See `hebo.base.AcqOptimizer`."""
        every = domain.points(self.population * self.n_generations)
        if every is not None:
            return rank(every, evaluate(acq, every), limit=self.population)
        x = domain.sample(self.population, generator=generator)
        if start is not None:
            x = torch.cat([domain.project(start), x])[: self.population]
        result = self._search(_AcqProblem(acq, domain, x), x, generator)
        x = torch.as_tensor(np.array(result.pop.get("X"), dtype=float)).to(domain.bounds)
        values = -torch.as_tensor(np.array(result.pop.get("F"), dtype=float))
        return rank(x, values)

    def _search(self, problem: _AcqProblem, x: Tensor, generator: Generator) -> Any:
        algorithm = PymooNSGA2(
            pop_size=self.population,
            sampling=x.cpu().numpy(),
            crossover=_MixedCrossover(problem.n_codes),
            mutation=_MixedMutation(problem.n_codes),
            repair=_Project(problem.domain),
        )
        seed = draw_seed(generator)
        with seeded(generator):
            return minimize(problem, algorithm, ("n_gen", self.n_generations), seed=seed)


class _AcqProblem(Problem):
    """The acquisition as a vectorised minimisation problem."""

    def __init__(self, acq: AcqFunction, domain: Domain, x: Tensor) -> None:
        self.acq, self.domain = acq, domain
        n_values = evaluate(acq, x[:1]).shape[-1]
        lower, upper = domain.bounds.cpu().numpy()
        self.n_codes = np.array([domain.categorical_dims.get(column, 0) for column in range(len(lower))])
        super().__init__(n_var=len(lower), n_obj=n_values, xl=lower, xu=upper)

    def _evaluate(self, x: Array, out: dict[str, Array], *args: Any, **kwargs: Any) -> None:
        points = torch.as_tensor(x).to(self.domain.bounds)
        out["F"] = -evaluate(self.acq, points).cpu().numpy()


class _Project(Repair):
    """Bring children into the domain."""

    def __init__(self, domain: Domain) -> None:
        super().__init__()
        self.domain = domain

    def _do(self, problem: Problem, X: Array, **kwargs: Any) -> Array:
        return np.asarray(self.domain.project(torch.as_tensor(X).to(self.domain.bounds)).cpu().numpy())


class _MixedCrossover(Crossover):
    """Simulated binary crossover; categorical codes are exchanged between the parents."""

    def __init__(self, n_codes: NDArray[np.int64]) -> None:
        super().__init__(2, 2, prob=0.9)
        self.codes = n_codes > 0
        self.numeric = SBX(eta=15)

    def _do(self, problem: Problem, X: Array, *args: Any, random_state: Rng, **kwargs: Any) -> Array:
        children: Array = self.numeric._do(problem, X, random_state=random_state, **kwargs)
        swap = random_state.random(X.shape[1:]) < 0.5
        exchanged = np.where(swap, X[::-1], X)
        return np.where(self.codes, exchanged, children)


class _MixedMutation(Mutation):
    """Polynomial mutation; categorical codes are redrawn with the same probability per column."""

    def __init__(self, n_codes: NDArray[np.int64]) -> None:
        super().__init__()
        self.n_codes = n_codes
        self.numeric = PM(eta=20)

    def _do(self, problem: Problem, X: Array, *args: Any, random_state: Rng, **kwargs: Any) -> Array:
        mutated: Array = self.numeric._do(problem, X, random_state=random_state, **kwargs)
        redrawn = np.floor(random_state.random(X.shape) * np.maximum(self.n_codes, 1))
        redraw = random_state.random(X.shape) < self.get_prob_var(problem)
        return np.where(self.n_codes > 0, np.where(redraw, redrawn, X), mutated)
