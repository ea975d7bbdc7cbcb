"""Risk aversion towards noise: a surrogate of the mean less a multiple of the noise at the point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal, Self

from botorch.sampling.base import MCSampler
from pydantic import Field, field_validator
from torch import Generator, Size, Tensor

from hebo.abilities import JOINT_NORMAL, LEAVE_ONE_OUT, NOISE_PROFILE, PATH_SAMPLING, Ability
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.information import Information, Takes
from hebo.surrogates.gaussian_model import GaussianModel


class RiskAverse(Surrogate):
    """`f(x) - alpha s_n(x)`: values that are good, and that can be relied on.

    `s_n(x)` is the standard deviation of the noise at the point, as `of` has learnt it. For a cost it is the
    mean plus `alpha` deviations, the quantile of a single observation: 1.64 stands for 95 %. With `power: 2`
    the variance takes the place of the deviation, `f(x) - alpha s_n^2(x)` (RAHBO, Makarova et al.,
    2111.03637), in units of the values as they are modeled, which are in standard deviations of those told:
    it changes with these. A deviation means the same on every scale.

    Every acquisition looks for such points, and so do incumbents and recommendations. Models of measured
    constraints and of success are averse to noise alike.

    Attributes:
        of: Models values and noise, such as `heteroscedastic_gp`.
        alpha: How much noise counts.
        power: Of the deviation.
    """

    example: ClassVar[dict[str, Any]] = {"of": "heteroscedastic_gp"}

    of: Surrogate
    alpha: float = Field(default=1.0, gt=0)
    power: Literal[1, 2] = 1

    @field_validator("of")
    @classmethod
    def _knows_the_noise(cls, of: Surrogate) -> Surrogate:
        if NOISE_PROFILE not in of.offers():
            raise IncompatibleError(
                f"RiskAverse needs {NOISE_PROFILE.name}, which {type(of).__name__} does not offer; "
                f"{NOISE_PROFILE.remedy}"
            )
        return of

    @property
    def takes(self) -> Takes:  # type: ignore[override]  # a class variable of those that hold no other
        """Known variances, if `of` takes them."""
        return self.of.takes & {Information.VARIANCES}

    @property
    def averages(self) -> str:
        """The penalty: it is one of costs on their own scale."""
        return "a penalty on noise"

    @property
    def has_gradients(self) -> bool:
        """Whether those of `of` have; see `hebo.base.Surrogate`."""
        return self.of.has_gradients

    def offers(self) -> frozenset[Ability]:
        """What carries over of the abilities of `of`; see `hebo.base.Surrogate`."""
        return self.of.offers() & {JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING, NOISE_PROFILE}

    def check(self, space: DesignSpace) -> None:
        """Refuse what `of` refuses; see `hebo.base.Surrogate`."""
        self.of.check(space)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Return the doubts of `of`."""
        return self.of.doubts(space)

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> RiskAverseModel:
        """Return what `of` fits, averse to its noise; see `hebo.base.Surrogate`."""
        inner: Any = self.of.fit(data, space, generator=generator)
        return RiskAverseModel(inner, self.alpha, self.power)


class RiskAverseModel(GaussianModel):
    """A model of values and noise, whose means are lower where there is noise.

    Observations are those of values, with their noise: it is they that the inner model is conditioned on.

    Args:
        inner: Of the values; it has `noise_at`, paths and leave-one-out predictions.
        alpha: How much noise counts.
        power: Of its standard deviation.
    """

    def __init__(self, inner: Any, alpha: float, power: int) -> None:
        super().__init__()
        self.inner, self.alpha, self.power = inner, alpha, power

    @property
    def batch_shape(self) -> Size:
        """That of the inner model."""
        shape: Size = self.inner.batch_shape
        return shape

    @property
    def noise_variance(self) -> Tensor:
        """Mean variance of the noise."""
        variance: Tensor = self.inner.noise_variance
        return variance

    def noise_at(self, x: Tensor) -> Tensor:
        """Return variances of the noise, `...`, at `... x d` points; see `hebo.abilities.NoiseProfile`."""
        variance: Tensor = self.inner.noise_at(x)
        return variance

    def penalty(self, x: Tensor) -> Tensor:
        """Return what the noise costs, `...`, at `... x d` points."""
        variance = self.noise_at(x)
        return self.alpha * (variance if self.power == 2 else variance.sqrt())

    def means(self, x: Tensor) -> Tensor:
        """Means, `b` (after the batch shape), at `b x d` points."""
        mean: Tensor = self.inner.means(x)
        return mean - self.penalty(x)

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points; differentiable once."""
        mean, variance = self.inner.marginals(x)
        return mean - self.penalty(x), variance

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""
        mean, covariance = self.inner.joint(x)
        return mean - self.penalty(x), covariance

    def leave_one_out(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return the predictions of the inner model, of values; see `hebo.abilities.LeaveOneOut`."""
        values, errors, variances = self.inner.leave_one_out()
        return values, errors, variances

    def sample_path(self, generator: Generator) -> Callable[[Tensor], Tensor]:
        """Return a function drawn from the inner model, less the penalty."""
        path = self.inner.sample_path(generator)
        return lambda x: path(x) - self.penalty(x)

    def condition_on_observations(
        self, X: Tensor, Y: Tensor, noise: Tensor | None = None, **kwargs: Any
    ) -> Self:
        """Return the model with further observations of values; see `GaussianProcess`."""
        return self._with(self.inner.condition_on_observations(X, Y, noise=noise, **kwargs))

    def believing(self, x: Tensor) -> Self:
        """Return the model that takes the inner means at points (`n x d`) for observations."""
        return self.condition_on_observations(x, self.inner.means(x).unsqueeze(-1))

    def fantasize(
        self, X: Tensor, sampler: MCSampler, observation_noise: Tensor | None = None, **kwargs: Any
    ) -> Self:
        """Return fantasies: of observations of values; see `GaussianModel`."""
        return self._with(self.inner.fantasize(X, sampler, observation_noise, **kwargs))

    def _with(self, inner: Any) -> Self:
        return type(self)(inner, self.alpha, self.power)

    def _noise(self, observation_noise: bool | Tensor, x: Tensor) -> Tensor:
        variance: Tensor = self.inner._noise(observation_noise, x)
        return variance
