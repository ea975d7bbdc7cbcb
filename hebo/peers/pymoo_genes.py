"""`Genes`: points as individuals of pymoo, vectors of numbers or dictionaries of mixed variables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from pymoo.core.individual import Individual
from pymoo.core.mixed import MixedVariableDuplicateElimination, MixedVariableMating, MixedVariableSampling
from pymoo.core.problem import Problem
from pymoo.core.variable import Choice, Real
from torch import Tensor

from hebo.peers.dimensions import Dimensions, Point
from hebo.peers.unit_cube import UnitCube


class Genes:
    """Numbers between 0 and 1, and categories.

    Without categories an individual is a vector, which pymoo crosses over and mutates as such. With some it
    is a dictionary by the number of the column, and pymoo's operators for mixed variables apply: categories
    are exchanged and drawn anew. Either way children are moved to the nearest point of the space before they
    are compared with their elders, so that what is inherited is what was evaluated.

    Args:
        dimensions: The free parameters.
    """

    def __init__(self, dimensions: Dimensions) -> None:
        self.cube = UnitCube(dimensions, keep_codes=True)
        self.is_mixed = bool(self.cube.categories)

    def problem(self, n_objectives: int, n_constraints: int) -> Problem:
        """Return what pymoo knows of the problem: variables, and how many values there are."""
        counts = {"n_obj": n_objectives, "n_ieq_constr": n_constraints}
        if self.is_mixed:
            return Problem(vars=self._variables(), **counts)
        return Problem(n_var=self.cube.n_columns, xl=0.0, xu=1.0, **counts)

    def operators(self, selection: Any) -> dict[str, Any]:
        """Return the arguments of an algorithm that depend on the kind of variables.

        Args:
            selection: Chooses parents.
        """
        if not self.is_mixed:
            return {"repair": self.repair}
        distinct = MixedVariableDuplicateElimination()
        mating = MixedVariableMating(selection, repair=self.repair, eliminate_duplicates=distinct)
        return {
            "sampling": MixedVariableSampling(),
            "mating": mating,
            "repair": self.repair,
            "eliminate_duplicates": distinct,
        }

    def individual(self, point: Point) -> Individual:
        """Return an individual at a point, without values."""
        (gene,) = self._genes(self.cube.rows([point]))
        return Individual(X=gene)

    def points(self, population: Iterable[Individual]) -> list[Point]:
        """Return the points of individuals."""
        return self.cube.points(self._rows(population))

    def repair(self, problem: Problem, population: Any, **settings: Any) -> Any:
        """Move individuals to the nearest points of the space; called by pymoo."""
        if len(population):
            genes = self._genes(self.cube.rounded(self._rows(population)))
            for one, gene in zip(population, genes, strict=True):
                one.X = gene
        return population

    def _variables(self) -> dict[str, Any]:
        return {
            str(column): Choice(options=list(range(self.cube.categories[column])))
            if column in self.cube.categories
            else Real(bounds=(0.0, 1.0))
            for column in range(self.cube.n_columns)
        }

    def _rows(self, population: Iterable[Individual]) -> Tensor:
        genes = [one.X for one in population]
        if self.is_mixed:
            genes = [[float(gene[str(column)]) for column in range(self.cube.n_columns)] for gene in genes]
        return torch.tensor(np.array(genes, dtype=np.float64)).reshape(-1, self.cube.n_columns)

    def _genes(self, rows: Tensor) -> list[Any]:
        if not self.is_mixed:
            return list(rows.numpy())
        return [
            {
                str(column): round(value) if column in self.cube.categories else value
                for column, value in enumerate(row)
            }
            for row in rows.tolist()
        ]
