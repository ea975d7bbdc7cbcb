"""Compositional search: steppers for nested expectations on many restarts at once."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Generator, Tensor

from hebo.abilities import NESTED_EXPECTATION, Ability, Inner, LimitedSteps, NestedExpectation
from hebo.acq_optimizers.restarts import Part, RestartSearch
from hebo.base import AcqFunction, Acquisition, Candidates, Domain
from hebo.descent import schedules
from hebo.descent.cadam import CADAM
from hebo.descent.compositional import CompositionalOptimizer
from hebo.descent.nasa import NASA
from hebo.descent.nested import descend
from hebo.descent.scgd import ASCGD, SCGD
from hebo.errors import ConfigError

STEPPERS: dict[str, tuple[type[CompositionalOptimizer], dict[str, float]]] = {
    "scgd": (SCGD, {"lr": 0.05}),
    "ascgd": (ASCGD, {"lr": 0.05}),
    "nasa": (NASA, {"beta": 20.0}),
    "cadam": (CADAM, {"lr": 0.05, "beta": 0.5}),
}
"""Name -> class, and the settings in which it differs from that class by default, for shares of ranges."""


class CompositionalSearch(RestartSearch):
    """Compositional stochastic gradients from many starting points (CompBO, Grosnit et al., 2012.08240).

    The acquisition is a nested expectation `f(E_w[g_w(x)])`: a sampled one in the compositional or the
    memory-efficient form. The variable is in shares of the ranges of columns, and values are in units of the
    range of the better half of the pool, so that step sizes mean the same in every space; each step is
    projected. A tracker that extrapolates sees the inner function at the nearest point of the box.
    Restarts are ranked by the acquisition's own values. Starting points and turns with discrete moves: see
    `RestartSearch`; each turn begins with new trackers.

    Attributes:
        stepper: `scgd`, `ascgd`, `nasa` or `cadam`; see `hebo.descent`.
        settings: Its settings, by name.
        n_steps: Steps of each restart in a turn.
        sample_size: Samples of the gradient at each step, and as many for the tracker: at most `n_samples` of
            an acquisition with form `compositional`, and exactly `n_columns` of one with `memory_efficient`.
        growth: Exponent of the sample size `t^growth` at step `t`, 4/5 in the analysis of C-ADAM, up to
            `sample_size`; None takes that many at every step, as `memory_efficient` asks for.
    """

    example_around: ClassVar[dict[str, Any]] = {"acquisition": {"type": "q_ei", "form": "compositional"}}
    needs: ClassVar[frozenset[Ability]] = frozenset({NESTED_EXPECTATION})
    uses_gradients: ClassVar[bool] = True

    stepper: Literal["scgd", "ascgd", "nasa", "cadam"] = "cadam"
    settings: dict[str, float] = Field(default_factory=dict)
    n_steps: int = Field(default=64, ge=1)
    sample_size: int = Field(default=64, ge=1)
    growth: float | None = Field(default=None, gt=0, le=10)

    @model_validator(mode="after")
    def _settings_are_known(self) -> Self:
        try:
            self._stepper(torch.zeros(1, 1, 1, dtype=torch.float64), None)
        except (TypeError, ConfigError) as error:
            raise ConfigError(
                f"CompositionalSearch: {self.stepper} does not take {self.settings} ({error}); `settings` "
                "are the arguments of its class in `hebo.descent`"
            ) from error
        return self

    def check_acquisition(self, acquisition: Acquisition) -> None:
        """Refuse an acquisition that cannot draw as many samples as the steps take.

        Raises:
            IncompatibleError: With both numbers and what would work.
        """
        if isinstance(acquisition, LimitedSteps):
            acquisition.check_steps(self._samples(1), self.sample_size)

    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        """See `hebo.base.AcqOptimizer`.

        Raises:
            IncompatibleError: If the acquisition is no nested expectation.
            ConfigError: If it cannot draw `sample_size` samples.
        """
        if not isinstance(acq, NestedExpectation):
            raise NESTED_EXPECTATION.missing(acq)
        return super().maximize(acq, domain, generator=generator, start=start)

    def _stepper(self, z: Tensor, part: Part | None) -> CompositionalOptimizer:
        kind, defaults = STEPPERS[self.stepper]
        settings: dict[str, Any] = {**defaults, **self.settings}
        projection = None if part is None else _Projection(part)
        return kind([z], **settings, projection=projection, maximize=True)

    def _improve(self, part: Part, *, generator: Generator) -> Tensor:
        z = part.shares(part.x).unsqueeze(1)
        descend(
            self._stepper(z, part),
            _InShares(part),
            self.n_steps,
            generator=generator,
            sample_sizes=self._samples,
        )
        return part.feasible(z.squeeze(1))

    def _samples(self, t: int) -> int:
        """Return the sample size of step `t`."""
        if self.growth is None:
            return self.sample_size
        return min(self.sample_size, schedules.sample_size(t, power=self.growth))


class _Projection:
    """The projection of shares, `k x 1 x f`, into the domain."""

    def __init__(self, part: Part) -> None:
        self._part = part

    def __call__(self, x: Tensor, scale: Tensor | None = None) -> Tensor:
        return self._part.settled(x.squeeze(1)).unsqueeze(1)


class _InShares:
    """The nested expectation of shares, its value in units of the pool's."""

    def __init__(self, part: Part) -> None:
        assert isinstance(part.acq, NestedExpectation)
        self._part, self._nested = part, part.acq

    def sample(self, n: int, generator: Generator) -> Inner:
        """See `NestedExpectation`."""
        inner = self._nested.sample(n, generator)
        return lambda z: inner(self._part.points(z.squeeze(1).clamp(0.0, 1.0)).unsqueeze(1))

    def outer(self, y: Tensor) -> Tensor:
        """See `NestedExpectation`."""
        return self._nested.outer(y) * self._part.sums.units(self._part.rows)[:, 0]
