"""`BO`: plain Bayesian optimization, by the name and arguments of the original package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hebo.acquisitions.acq import LCB
from hebo.base import Acquisition
from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.by_name import acquisition_of, search_named, surrogate_named
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.transforms.power import Standardize


class BO(Optimizer):
    """A Gaussian process on unwarped inputs and standardized values, with a lower confidence bound.

    Args:
        space: Where to search.
        model_name: See `hebo.optimizers.by_name`.
        rand_sample: Number of initial points (at least 2); None: one more than parameters.
        acq_cls: Class of an acquisition; None: `hebo.acquisitions.acq.LCB`.
        acq_conf: Its settings; None: `{"kappa": 2.0}`.

    Raises:
        ConfigError: If a name or setting has no counterpart here.
    """

    support_combinatorial: ClassVar[bool] = True
    support_contextual: ClassVar[bool] = True
    support_parallel_opt: ClassVar[bool] = False  # of the original; here it takes any `n_suggestions`

    def __init__(
        self,
        space: DesignSpace,
        model_name: str = "gp",
        rand_sample: int | None = None,
        acq_cls: type[Acquisition] | None = None,
        acq_conf: Mapping[str, Any] | None = None,
    ) -> None:
        settings = {"kappa": 2.0} if acq_conf is None else acq_conf
        acquisition = acquisition_of(LCB if acq_cls is None else acq_cls, settings)
        recipe = BayesOptRecipe(
            surrogate=surrogate_named(model_name, None, space, warp=False),
            acquisition=acquisition,
            acq_optimizer=search_named(None, acquisition),
            output_transform=Standardize(),
            n_initial=space.num_paras + 1 if rand_sample is None else max(2, rand_sample),
        )
        super().__init__(space, recipe)
