"""pymoo's evolutionary algorithms for several objectives, asked and told point by point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.information import NOTHING, Information
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.peers.dimensions import Dimensions
from hebo.peers.session import SEVERAL, PeerOptimizer, Scope, Session, Suggestion, Told, load


class Pymoo(OptimizerRecipe):
    """An evolutionary algorithm of pymoo (Blank and Deb, 2020) with its own operators.

    `nsga2` sorts by non-dominated ranks and crowding (Deb et al., 2002); `nsga3` by ranks and reference
    directions (Deb and Jain, 2014); `moead` improves one weighted sum per direction (Zhang and Li, 2007) and
    compares objectives as they are, so scale them alike.

    The first points are drawn at random. A generation is handed out point by point, whatever the batch, and
    learnt from once `population` of its points have values; more children of the same parents are drawn where
    they are wanted before. Failed evaluations are left out, and others drawn in their place. Points that it
    did not ask for belong to the generation under way. Numbers are crossed over on their own scale and
    rounded where they have steps, categories are exchanged (not by `moead`, which refuses them). Measured
    constraints are taken by `nsga2` and `nsga3`: feasible points come first, then small violations.

    Attributes:
        algorithm: See above. The latter two need two objectives or more.
        population: Points in a generation. Of reference directions there are as many as Das and Dennis (1998)
            can spread evenly within it; `moead` has one point for each.
    """

    algorithm: Literal["nsga2", "nsga3", "moead"] = "nsga2"
    population: int = Field(default=20, ge=4)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`.

        Raises:
            IncompatibleError: Also if the space has categories and the algorithm is `moead`.
        """
        peer = f"pymoo_{self.algorithm}"
        if self.algorithm == "moead":
            _refuse_categories(Dimensions(space, peer))
        return PeerOptimizer(
            space,
            lambda dims, number: PymooSession(dims, self, number),
            peer=peer,
            seed=seed,
            scope=self._scope(),
        )

    def _scope(self) -> Scope:
        information = NOTHING if self.algorithm == "moead" else frozenset({Information.CONSTRAINTS})
        return Scope((1, SEVERAL) if self.algorithm == "nsga2" else (2, self.population), information)


def _refuse_categories(dimensions: Dimensions) -> None:
    for one in dimensions.free:
        if one.kind == "category":
            raise IncompatibleError(
                f"{dimensions.peer} has no operators for categories, but '{one.name}' has some; use "
                "algorithm: nsga2 or nsga3"
            )


class PymooSession(Session):
    """An algorithm, and the generation under way.

    The algorithm is made when the first values are told, which say how many there are.

    Args:
        dimensions: The free parameters.
        recipe: Settings.
        seed: Of all random choices.
    """

    def __init__(self, dimensions: Dimensions, recipe: Pymoo, seed: int) -> None:
        self._recipe = recipe
        self._genes = load("hebo.peers.pymoo_genes").Genes(dimensions)
        self._random = np.random.default_rng(seed)
        self._algorithm: Any = None
        self._waiting: list[Any] = []
        self._done: list[Any] = []

    def ask(self, n: int, pending: Sequence[Suggestion]) -> list[Suggestion]:
        """Hand out the rest of the generation, and more of it where that is not enough."""
        while len(self._waiting) < n:
            self._waiting += self._children()
        chosen, self._waiting = self._waiting[:n], self._waiting[n:]
        return [Suggestion(*one) for one in zip(self._genes.points(chosen), chosen, strict=True)]

    def _children(self) -> list[Any]:
        """Return children of the population; random points while there is none, or no new child."""
        found = self._algorithm.infill() if self._is_started else None
        if found is None or not len(found):
            points = self._genes.cube.random(self._random, self._recipe.population)
            return [self._genes.individual(point) for point in points]
        if self._recipe.algorithm == "moead":
            for one, direction in zip(found, self._algorithm.indices, strict=True):
                one.set("direction", int(direction))
        return list(found)

    @property
    def _is_started(self) -> bool:
        return self._algorithm is not None and bool(self._algorithm.is_initialized)

    def tell(self, told: Sequence[Told]) -> None:
        """Collect values until there is a generation of them."""
        for one in told:
            if one.values is not None:
                if self._algorithm is None:
                    self._algorithm = self._start(len(one.values), len(one.constraints))
                self._done.append(self._valued(one))
        while self._algorithm is not None and len(self._done) >= self._algorithm.pop_size:
            self._finish_generation()

    def _valued(self, told: Told) -> Any:
        one = self._genes.individual(told.point) if told.handle is None else told.handle
        one.F, one.G = np.array(told.values), np.array(told.constraints)
        return one

    def _start(self, n_objectives: int, n_constraints: int) -> Any:
        load("pymoo.config").Config.warnings["not_compiled"] = False  # pymoo prints it
        algorithm = _MAKERS[self._recipe.algorithm](self._recipe.population, n_objectives, self._genes)
        return algorithm.setup(
            self._genes.problem(n_objectives, n_constraints),
            termination=load("pymoo.core.termination").NoTermination(),
            seed=int(self._random.integers(2**31)),
        )

    def _finish_generation(self) -> None:
        """Learn from a generation; what of it was not handed out is dropped."""
        size = self._algorithm.pop_size if self._recipe.algorithm == "moead" else len(self._done)
        generation, self._done = self._done[:size], self._done[size:]
        if self._recipe.algorithm == "moead" and self._is_started:
            self._algorithm.indices = [self._direction(one) for one in generation]
        self._algorithm.advance(infills=load("pymoo.core.population").Population.create(*generation))
        self._waiting = []

    def _direction(self, one: Any) -> int:
        """Return the direction that a point was made for; else the one for which it is worth most."""
        direction: int | None = one.get("direction")
        if direction is not None:
            return direction
        made = self._algorithm
        values = made.decomposition.do(one.F[None, :], weights=made.ref_dirs, ideal_point=made.ideal)
        return int(np.argmin(values))


def _nsga2(population: int, n_objectives: int, genes: Any) -> Any:
    module = load("pymoo.algorithms.moo.nsga2")
    return module.NSGA2(pop_size=population, **genes.operators(_tournament(module.binary_tournament)))


def _nsga3(population: int, n_objectives: int, genes: Any) -> Any:
    module = load("pymoo.algorithms.moo.nsga3")
    directions = _directions(population, n_objectives)
    operators = genes.operators(_tournament(module.comp_by_cv_then_random))
    return module.NSGA3(ref_dirs=directions, pop_size=population, **operators)


def _moead(population: int, n_objectives: int, genes: Any) -> Any:
    directions = _directions(population, n_objectives)
    n_neighbors = max(3, len(directions) // 5)
    module = load("pymoo.algorithms.moo.moead")
    return module.ParallelMOEAD(directions, n_neighbors=n_neighbors, repair=genes.repair)


_MAKERS = {"nsga2": _nsga2, "nsga3": _nsga3, "moead": _moead}


def _tournament(compare: Any) -> Any:
    return load("pymoo.operators.selection.tournament").TournamentSelection(func_comp=compare)


def _directions(most: int, n_objectives: int) -> NDArray[np.float64]:
    """Return the largest set of evenly spread directions with at most so many, `k x m`."""
    module = load("pymoo.util.reference_direction")
    n_partitions = module.get_partition_closest_to_points(most, n_objectives)
    factory = module.UniformReferenceDirectionFactory(n_objectives, n_partitions=n_partitions)
    return np.asarray(factory.do())
