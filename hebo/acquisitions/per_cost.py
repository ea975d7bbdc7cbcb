"""Cost weighting: an acquisition per unit of what an evaluation is expected to cost."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator
from torch import Generator, Tensor

from hebo.abilities import Ability
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.information import Takes


class PerCost(Acquisition):
    """Another acquisition divided by a power of the predicted cost (Snoek et al., 2012, section 3.2).

    Costs are those told (`Optimizer.tell(cost=...)`). The surrogate of the loop models their logarithm too;
    what divides is the exponential of its mean. Inside this library acquisitions are logarithms or bounds in
    standard deviations, so `power` times the predicted log cost is subtracted from each value. Until three
    different costs are known it is the other acquisition.

    Attributes:
        of: The other one.
        power: How much costs matter: 1 for the improvement per unit of cost, less to spend more on points
            that are worth more (cost cooling; Lee et al., 2003.10870, section 3.1, lowers it from 1 to 0).
    """

    needs_costs: ClassVar[bool] = True

    of: Acquisition
    power: float = Field(default=1.0, gt=0)

    @field_validator("of")
    @classmethod
    def _can_be_weighted(cls, of: Acquisition) -> Acquisition:
        if not of.is_weightable:
            raise IncompatibleError(
                f"{type(of).__name__} has values that a cost cannot be subtracted from; use another "
                "acquisition, such as log_ei or mace"
            )
        if of.handles_constraints:
            raise IncompatibleError(
                f"{type(of).__name__} handles constraints by itself, per unit of no cost; use another "
                "acquisition, such as log_ei or mace"
            )
        return of

    @property
    def n_values(self) -> int:  # type: ignore[override]  # a class variable of other acquisitions
        """As many as `of` has."""
        return self.of.n_values

    @property
    def max_outputs(self) -> int:  # type: ignore[override]  # see above
        """As many as `of` takes."""
        return self.of.max_outputs

    @property
    def takes(self) -> Takes:
        """What the other one makes use of."""
        return self.of.takes

    @property
    def needs(self) -> frozenset[Ability]:  # type: ignore[override]  # see above
        """What `of` needs."""
        return self.of.needs

    def check(self, space: DesignSpace) -> None:
        """Refuse a space in which `of` makes no sense."""
        self.of.check(space)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return the values of `of` per cost, from `b x 1 x d` points; see `hebo.base.Acquisition`."""
        plain, costs = self.of.build(models, data, domain, generator=generator), models.costs
        if costs is None:
            return plain

        def per_cost(x: Tensor) -> Tensor:
            return plain(x) - self.power * costs.log_cost(x).unsqueeze(-1)

        return per_cost
