"""Thompson sampling: one draw of the function, as the value of every point."""

from __future__ import annotations

from typing import ClassVar

from torch import Generator, Tensor

from hebo.abilities import DRAWN_FUNCTION, PATH_SAMPLING, Ability, PathSampling
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data


class ThompsonSampling(Acquisition):
    """A function drawn from the posterior (Thompson, 1933); the next point is its maximum.

    Pathwise: the draw is a function, the same value whenever a point is asked about again, so that a search
    may look as often as it likes (Wilson et al., 2002.09309). The points of a batch share the random numbers
    of the draw, under a belief that grows with each of them. With the batch rule `independent_draws` each has
    a draw of its own, which takes far less time for many.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset({PATH_SAMPLING})
    gives: ClassVar[frozenset[Ability]] = frozenset({DRAWN_FUNCTION})

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values.

        Raises:
            IncompatibleError: If the model cannot draw functions.
        """
        model = models.objective
        if not isinstance(model, PathSampling):
            raise PATH_SAMPLING.missing(model)
        path = model.sample_path(generator)

        def value(x: Tensor) -> Tensor:
            return path(x.squeeze(-2)).unsqueeze(-1)

        return value
