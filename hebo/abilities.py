"""Abilities beyond BoTorch's contract: protocols that some parts need, each with its remedy.

Notation is that of `hebo.base`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from torch import Generator, Tensor

from hebo.errors import IncompatibleError


class Marginals(Protocol):
    """Predictions at `b` separate points, each a distribution of one value that is to be large."""

    @property
    def mean(self) -> Tensor:
        """Means, `b`."""

    @property
    def sd(self) -> Tensor:
        """Standard deviations, `b`."""

    def log_ei(self, tau: Tensor | float) -> Tensor:
        """Return log expected improvements over `tau`, `b`."""

    def log_pi(self, tau: Tensor | float) -> Tensor:
        """Return log probabilities of improvement over `tau`, `b`."""

    def ucb(self, kappa: float) -> Tensor:
        """Return upper confidence bounds that `kappa` standard deviations would give a normal value, `b`."""

    def shifted(self, by: Tensor) -> Marginals:
        """Return the predictions of values that are larger by a number."""


@runtime_checkable
class OwnMarginals(Protocol):
    """A model whose predictions are not normal; normal ones are what is assumed of all others."""

    def own_marginals(self, x: Tensor) -> Marginals:
        """Return the predictions at `b x d` points."""


@runtime_checkable
class FastMarginals(Protocol):
    """A model with normal predictions of separate points, without posterior objects, which cost more."""

    @property
    def noise_variance(self) -> Tensor:
        """Variance of the observation noise, the same everywhere."""

    def means(self, x: Tensor) -> Tensor:
        """Return means, `b`, at `b x d` points."""

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return means and variances, `b` each, at `b x d` points; differentiable."""


@runtime_checkable
class LeaveOneOut(Protocol):
    """A model that can tell how well each of its observations is predicted by the others."""

    def leave_one_out(self) -> tuple[Tensor, Tensor, Tensor]:
        """Predict each of `n` observations from the others, with the same hyperparameters.

        Returns:
            The observed values, each minus its predicted mean, and the predicted variances with noise.
        """


@runtime_checkable
class OwnBelief(Protocol):
    """A model that predicts something else than what is observed, so that its means are no observations."""

    def believing(self, x: Tensor) -> Any:
        """Return the model that takes the observations it expects at points, `k x d`, for told."""


@runtime_checkable
class Reinterpolating(Protocol):
    """A model that can tell what it knows of the function itself where it was evaluated with noise."""

    def reinterpolated(self) -> Any:
        """Return the model with the same means whose variance is zero at its observations.

        With it an evaluated point promises no improvement over itself (Forrester, Keane and Bressloff, 2006).
        """


@runtime_checkable
class PathSampling(Protocol):
    """A model that can draw functions from its posterior."""

    def sample_path(self, generator: Generator) -> Callable[[Tensor], Tensor]:
        """Return a random function from `b x d` points to `b` values, always the same at the same point."""


@runtime_checkable
class CrossCovariance(Protocol):
    """A model that knows the posterior covariance of any two points, without a joint posterior of all."""

    def cross(self, a: Tensor, b: Tensor) -> Tensor:
        """Return posterior covariances, `n x m`, of `n x d` and `m x d` points."""


@runtime_checkable
class NoiseProfile(Protocol):
    """A model that can tell how the observation noise varies over the space."""

    def noise_at(self, x: Tensor) -> Tensor:
        """Return the variances of the noise of observations, `b`, at `b x d` points; differentiable."""


@runtime_checkable
class AdditiveModel(Protocol):
    """A model of a sum of functions of few columns each, `f(x) = sum_c f_c(x[cliques[c]])`."""

    @property
    def cliques(self) -> Sequence[tuple[int, ...]]:
        """The columns that each component depends on."""

    def component(self, index: int, points: Tensor) -> tuple[Tensor, Tensor]:
        """Return means and variances, `p` each, of one component at points of its columns, `p x |c|`."""


@runtime_checkable
class AdditiveAcq(Protocol):
    """An acquisition with one value per point that is a sum, `a(x) = sum_c a_c(x[cliques[c]])`."""

    @property
    def cliques(self) -> Sequence[tuple[int, ...]]:
        """The columns that each component depends on."""

    def components(self, index: int, points: Tensor) -> Tensor:
        """Return component `index` (`p`) at points of its own columns, `p x len(cliques[index])`."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return the sum of the components, `b x 1`, at `b x 1 x d` points."""


Inner = Callable[[Tensor], Tensor]
"""Inner function of a nested expectation on fixed samples: `r x d` or `r x q x d` points -> `r x m` means."""

Outer = Callable[[Tensor], Tensor]
"""Outer function of a nested expectation: `r x m` means -> `r` values."""


@runtime_checkable
class NestedExpectation(Protocol):
    """An objective `J(x) = f(E_w[g_w(x)])` at `r` separate points, which compositional steppers take."""

    def sample(self, n: int, generator: Generator) -> Inner:
        """Draw `n` samples; return the mean of `g_w` over them, an unbiased estimate of the expectation.

        The function is differentiable, has the same samples whenever it is called, and returns `r x m` values
        whatever `n`.
        """

    def outer(self, y: Tensor) -> Tensor:
        """Return `f`, `r`, at `r x m` inner values; differentiable."""


@runtime_checkable
class LimitedSteps(Protocol):
    """A recipe of an acquisition whose nested expectation takes only some numbers of samples."""

    def check_steps(self, fewest: int, most: int) -> None:
        """Refuse a search whose steps draw between `fewest` and `most` samples, if it cannot draw so many.

        Raises:
            IncompatibleError: With both numbers and what would work.
        """


@runtime_checkable
class JointAcq(Protocol):
    """An acquisition that values several points together, however many."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return values, `b x 1`, at `b x q x d` points; their order within a batch does not matter."""


@runtime_checkable
class JointNormal(Protocol):
    """A model whose predictions at several points are jointly normal.

    Trees and draws of weights have joint moments too, but predictions that are far from normal.
    """

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return differentiable means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""


@runtime_checkable
class DrawnFunction(Protocol):
    """An acquisition that is one function drawn from the posterior; others could be drawn in its place."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return values of the function, `b x 1`, at `b x 1 x d` points."""


@runtime_checkable
class OneShotAcq(Protocol):
    """An acquisition that has maximizations inside, whose solutions can be variables beside the point."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return values, `b x 1`, at `b x 1 x d` points, or at `b x q x d` points with given solutions."""

    def augmented(self, x: Tensor) -> Tensor:
        """Return points, `k x d`, each followed by solutions to start from, `k x q x d`."""


@runtime_checkable
class FromRelated(Protocol):
    """A model that learned from related tasks, since it predicts the target better with them."""

    @property
    def correlations(self) -> Tensor:
        """Correlation of each related task with the target, in the order told."""


@dataclass(frozen=True)
class Ability:
    """What one part may offer and another need; a composition is checked when it is made.

    Attributes:
        name: What messages call it.
        protocol: What the product of a part that offers it is an instance of.
        remedy: Which parts to use where it is missing.
    """

    name: str
    protocol: type[Any]
    remedy: str

    def missing(self, product: object) -> IncompatibleError:
        """Return the error to raise for a product that lacks the ability."""
        return IncompatibleError(f"{type(product).__name__} does not offer {self.name}; {self.remedy}")


PATH_SAMPLING = Ability(
    "functions drawn from the posterior",
    PathSampling,
    "use a Gaussian process (warped_gp, mixed_gp) or sparse_linear",
)
CROSS_COVARIANCE = Ability(
    "posterior covariances of any two points",
    CrossCovariance,
    "use a Gaussian process (warped_gp, mixed_gp) or extra_trees",
)
LEAVE_ONE_OUT = Ability(
    "leave-one-out predictions", LeaveOneOut, "choose among Gaussian processes (mixed_gp, warped_gp)"
)
NOISE_PROFILE = Ability(
    "noise that varies over the space", NoiseProfile, "use the surrogate heteroscedastic_gp"
)
_ADDITIVE_PARTS = "use mixed_gp with the tree_additive kernel alone, and additive_ucb"
ADDITIVE_MODEL = Ability("additive components", AdditiveModel, _ADDITIVE_PARTS)
ADDITIVE_ACQ = Ability("additive components", AdditiveAcq, _ADDITIVE_PARTS)
NESTED_EXPECTATION = Ability(
    "a nested expectation of samples",
    NestedExpectation,
    "use a sampled acquisition (q_ei, q_pi, q_sr, q_ucb) with form compositional or memory_efficient",
)
JOINT_VALUES = Ability(
    "values of several points together",
    JointAcq,
    "use an acquisition of batches (q_log_ei, q_log_nei, q_ei, q_pi, q_sr, q_ucb), or the batch rule "
    "kriging_believer",
)
JOINT_NORMAL = Ability(
    "joint normal predictions", JointNormal, "use a Gaussian process (warped_gp, mixed_gp)"
)
DRAWN_FUNCTION = Ability(
    "values of one drawn function",
    DrawnFunction,
    "use the acquisition thompson, or the batch rule kriging_believer",
)
ONE_SHOT = Ability(
    "values with inner solutions as variables",
    OneShotAcq,
    "use the acquisition one_shot_kg, or the batch rule kriging_believer",
)
