"""`BayesOpt`: the one Bayesian-optimisation loop, composed of recipes."""

from __future__ import annotations

import torch
from botorch.models.model import Model
from pydantic import Field, field_validator
from torch import Generator, Tensor

from hebo.acquisitions.marginals import mean_and_sd
from hebo.acquisitions.success import success_labels, times_success
from hebo.base import AcqOptimizer, Acquisition, Domain, OutputTransform, Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.base import Optimizer, OptimizerRecipe
from hebo.optimizers.batch import choose_batch
from hebo.optimizers.distinct import fill
from hebo.optimizers.sampling import sobol_points
from hebo.random import make_generator


class BayesOptRecipe(OptimizerRecipe):
    """Bayesian optimisation with one part of each kind.

    Attributes:
        surrogate: Models the transformed objective.
        acquisition: Says what a point is worth under the model.
        acq_optimizer: Finds points worth most.
        output_transform: Scale on which the objective is modelled.
        n_initial: Sobol points before the first model; None takes one more than there are columns.
        device: Where model and acquisition are computed, as torch names it.
    """

    surrogate: Surrogate
    acquisition: Acquisition
    acq_optimizer: AcqOptimizer
    output_transform: OutputTransform
    n_initial: int | None = Field(default=None, ge=1)
    device: str = "cpu"

    @field_validator("device")
    @classmethod
    def _known_device(cls, name: str) -> str:
        try:
            torch.empty(0, device=name)
        except (RuntimeError, AssertionError) as error:
            raise ValueError(f"torch has no device '{name}' here; use 'cpu' ({error})") from None
        return name

    def build(self, space: DesignSpace, *, seed: int | None = None) -> BayesOpt:
        """Return the optimiser; see `hebo.optimizers.base.Optimizer`."""
        return BayesOpt(space, self, seed=seed)


class BayesOpt(Optimizer):
    """Fit, build, maximise, choose: the loop behind every preset.

    Args:
        space: Where to search.
        recipe: The parts.
        seed: See `Optimizer`.
    """

    def __init__(self, space: DesignSpace, recipe: BayesOptRecipe, *, seed: int | None = None) -> None:
        super().__init__(space, seed=seed)
        self.recipe = recipe
        self.n_initial = max(2, space.n_dims + 1) if recipe.n_initial is None else recipe.n_initial

    def _propose(self, n: int, domain: Domain, generator: Generator) -> Tensor:
        data = self.data
        if len(data.seen) < self.n_initial or not len(data.successes().x):
            x = sobol_points(domain, self._n_asked_points, n, seed=self.seed)
            return fill(x, data.seen, n, domain, generator=generator)
        if self.recipe.acquisition.n_values > 1:
            return self._choose(data, n, n, domain, generator)
        points = torch.empty(0, self.space.n_dims, dtype=torch.float64)
        for _ in range(n):
            points = torch.cat([points, self._choose(data.with_pending(points), 1, n, domain, generator)])
        return points

    def _choose(self, data: Data, n: int, batch_size: int, domain: Domain, generator: Generator) -> Tensor:
        """Choose `n` points at once, of a batch of `batch_size`."""
        with self.profile.phase("fit"):
            known = self.transformed(data, batch_size)
            model = self.recipe.surrogate.fit(known, self.space, generator=generator)
            acq = self.recipe.acquisition.build(model, known.successes(), generator=generator)
            if bool(data.failed.any()):
                labels = success_labels(data).to(self.recipe.device)
                success_model = self.recipe.surrogate.fit(labels, self.space, generator=generator)
                acq = times_success(acq, success_model, labels)

        # Searches and the space stay on the CPU, wherever the model is.
        def values(x: Tensor) -> Tensor:
            return acq(x.to(self.recipe.device)).to(x.device)

        def predict(x: Tensor) -> tuple[Tensor, Tensor]:
            mu, sigma = mean_and_sd(model, x.to(self.recipe.device))
            return mu.to(x.device), sigma.to(x.device)

        start = data.best.unsqueeze(0)
        with self.profile.phase("search"):
            candidates = self.recipe.acq_optimizer.maximize(values, domain, generator=generator, start=start)
        return choose_batch(candidates, predict, data.seen, n, domain, generator=generator)

    def transformed(self, data: Data, batch_size: int = 1) -> Data:
        """Return `data` on the device, with `y` on the scale that the surrogate models."""
        successes = data.successes().y
        transform = self.recipe.output_transform.fit(successes)
        y = data.y.clone()
        y[~data.failed] = transform(successes)[0]
        return Data(data.x, y, data.pending, batch_size).to(self.recipe.device)

    def fit_model(self) -> Model:
        """Fit the surrogate to all that is known, as the next `ask` would.

        Returns:
            A BoTorch model of the transformed, maximised objective over encoded points.
        """
        self._need_success()
        generator = make_generator(self.seed, "ask", self.n_asks)
        return self.recipe.surrogate.fit(self.transformed(self.data), self.space, generator=generator)
