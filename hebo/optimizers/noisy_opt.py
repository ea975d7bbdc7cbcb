"""`NoisyOpt`: HEBO for noisy values, as the original package calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hebo.acquisitions.thompson import ThompsonSampling
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO


class NoisyOpt(HEBO):
    """HEBO that maximizes functions drawn from the posterior (the original draws values point by point).

    Args:
        space: Where to search.
        model_name: `gp` or `gpy`: a forest draws no functions.
        rand_sample: See `HEBO`.
        es: See `HEBO`.
        model_config: See `HEBO`.
    """

    def __init__(
        self,
        space: DesignSpace,
        model_name: str = "gp",
        rand_sample: int | None = None,
        es: str | None = "nsga2",
        model_config: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(space, model_name, rand_sample, ThompsonSampling, es, model_config)
