"""`HEBO_Embedding`: HEBO in a random linear subspace of many columns, as the original package calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from pandas import DataFrame

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, IncompatibleError
from hebo.optimizers.abstract_optimizer import AbstractOptimizer
from hebo.optimizers.hebo import HEBO

_STRATEGIES = ("alebo", "hesbo", "rembo")


class HEBO_Embedding(AbstractOptimizer):
    """Suggests points `z` of the subspace; `project` returns the points `z B` of the space.

    Args:
        space: Real numbers from -1 to 1.
        model_name: See `HEBO`.
        eff_dim: Columns of the subspace.
        scale: Its bounds are `-scale` and `scale`.
        strategy: Rows of `B`: `rembo`, normal numbers; `alebo`, normal numbers with columns of length 1;
            `hesbo`, one entry of 1 or -1 per column.
        clip: Bring projections into the space by `tanh`; else only points whose projections lie in it are
            suggested.
        rand_sample: See `HEBO`.

    Attributes:
        proj_matrix: `B`, `eff_dim x d`, drawn from NumPy's global stream.
        eff_space: The subspace, with parameters `y0`, `y1`, ...
        mace: The optimizer of the subspace.
    """

    support_parallel_opt: ClassVar[bool] = True

    def __init__(
        self,
        space: DesignSpace,
        model_name: str = "gp",
        eff_dim: int = 1,
        scale: float = 1,
        strategy: str = "alebo",
        clip: bool = False,
        rand_sample: int | None = None,
    ) -> None:
        super().__init__(space)
        _check_space(space)
        if strategy not in _STRATEGIES:
            raise ConfigError(f"strategy {strategy!r} is unknown; use one of {', '.join(_STRATEGIES)}")
        self.clip = clip
        self.proj_matrix = _matrix(eff_dim, space.num_paras, strategy)
        names = [f"y{row}" for row in range(eff_dim)]
        self.eff_space = DesignSpace().parse(
            [{"name": name, "type": "num", "lb": -abs(scale), "ub": abs(scale)} for name in names],
            constraints=[] if clip else _inside(self.proj_matrix, names),
        )
        self.mace = HEBO(self.eff_space, model_name, rand_sample)

    def suggest(self, n_suggestions: int = 1, fix_input: Mapping[str, Any] | None = None) -> DataFrame:
        """Return points of the subspace; `fix_input` names parameters of it."""
        return self.mace.suggest(n_suggestions, fix_input)

    def project(self, df_x_ld: DataFrame) -> DataFrame:
        """Return the points of the space that belong to points of the subspace."""
        x = df_x_ld[self.eff_space.names].to_numpy(dtype=float) @ self.proj_matrix
        # Constraints hold to within float noise, which no bound forgives.
        inside = np.tanh(x) if self.clip else np.clip(x, -1.0, 1.0)
        return DataFrame(inside, columns=self.space.names)

    def observe_new_data(self, X: DataFrame, y: Any) -> None:
        """Learn the values of points of the subspace."""
        self.mace.observe(X, y)

    @property
    def best_x(self) -> DataFrame:
        """The best point of the subspace observed, as a frame with one row."""
        return self.mace.best_x

    @property
    def best_y(self) -> float:
        """Its value."""
        return self.mace.best_y


def _check_space(space: DesignSpace) -> None:
    ends = torch.tensor([[-1.0], [1.0]], dtype=torch.float64)
    if space.discrete_dims or not torch.allclose(space.bounds, ends.expand_as(space.bounds)):
        raise IncompatibleError(
            f"HEBO_Embedding needs real numbers from -1 to 1, not {space!r}; scale them, or use HEBO"
        )


def _matrix(n_rows: int, n_columns: int, strategy: str) -> NDArray[np.float64]:
    # The global stream is the point: whoever seeds it gets the same subspace, as of the original.
    rng = np.random.default_rng(np.random.randint(2**31))  # noqa: NPY002
    if strategy == "hesbo":
        matrix = np.zeros((n_rows, n_columns))
        matrix[rng.integers(n_rows, size=n_columns), np.arange(n_columns)] = rng.choice(
            [-1.0, 1.0], n_columns
        )
        return matrix
    matrix = rng.standard_normal((n_rows, n_columns))
    return matrix / np.linalg.norm(matrix, axis=0) if strategy == "alebo" else matrix


def _inside(matrix: NDArray[np.float64], names: list[str]) -> list[dict[str, Any]]:
    """Return the constraints that every column of a projection lies between -1 and 1."""
    columns = [dict(zip(names, column, strict=True)) for column in matrix.T.tolist()]
    kept = [{name: value for name, value in column.items() if value} for column in columns]
    return [{"type": "linear", "coefficients": one, "lb": -1.0, "ub": 1.0} for one in kept if one]
