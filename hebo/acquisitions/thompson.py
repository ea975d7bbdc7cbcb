"""Thompson sampling: one draw of the function, as the value of every point."""

from __future__ import annotations

from typing import ClassVar

from torch import Generator, Tensor

from hebo.base import Ability, AcqFunction, Acquisition, Domain, FittedModels, PathSampling
from hebo.data import Data
from hebo.errors import IncompatibleError


class ThompsonSampling(Acquisition):
    """A function drawn from the posterior (Thompson, 1933); the next point is its maximum.

    Pathwise: the draw is a function, the same value whenever a point is asked about again, so that a search
    may look as often as it likes (Wilson et al., 2002.09309). The points of a batch share the random numbers
    of the draw, under a belief that grows with each of them.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset({"functions drawn from the posterior"})

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values.

        Raises:
            IncompatibleError: If the model cannot draw functions.
        """
        model = models.objective
        if not isinstance(model, PathSampling):
            raise IncompatibleError(f"{type(model).__name__} draws no functions: it has no `sample_path`")
        path = model.sample_path(generator)

        def value(x: Tensor) -> Tensor:
            return path(x.squeeze(-2)).unsqueeze(-1)

        return value
