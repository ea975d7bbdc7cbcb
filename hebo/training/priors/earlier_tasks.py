"""Functions like those of earlier tasks: draws from Gaussian processes fitted to tables of measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from glob import glob
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from pydantic import Field, field_validator
from torch import Generator, Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.spreadsheets.cells import read_measured
from hebo.design_space.tables.candidates_file import read_texts, typed_columns
from hebo.errors import DataError
from hebo.linalg import safe_cholesky
from hebo.random import make_generator
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.neural_process.arrangement import Arrangement
from hebo.surrogates.neural_process.policy import MOST_LEVELS
from hebo.surrogates.warped_gp import WarpedGP
from hebo.training.priors.draws import Noiseless, normal, uniform
from hebo.training.tasks import Columns, TaskPrior

_N_SUPPORT = 256
_LEAST = 5
"""Measurements of a table that has a function to learn from."""


class EarlierTasks(TaskPrior):
    """Functions drawn from the posteriors of Gaussian processes that are fitted to earlier tasks.

    Each task has one table of settings and measured values (NAP, 2305.15930, draws its training tasks so).
    A function follows the process of one task, or a random blend of several, in units of their values.
    Between 256 support points of the space a draw is the conditional mean.

    Attributes:
        space: Definitions of the parameters, as in an experiment.
        files: Tables with a column for each parameter and one for the value; paths or patterns, such as
            `runs/meta/svm/classification0*.csv`.
        value: The column of the value; a cell says `failed` where there is none.
        goal: What is sought of it.
        blend: Most tasks that a function is blended of.
    """

    example: ClassVar[dict[str, Any]] = {
        "space": [{"name": "x", "type": "num", "lb": 0, "ub": 1}],
        "files": ["earlier/*.csv"],
        "value": "loss",
    }

    space: tuple[dict[str, Any], ...] = Field(min_length=1)
    files: tuple[str, ...] = Field(min_length=1)
    value: str
    goal: Literal["minimize", "maximize"] = "minimize"
    blend: int = Field(default=2, ge=1)

    @field_validator("space")
    @classmethod
    def _check_space(cls, value: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        for name, parameter in DesignSpace().parse(list(value)).parameters.items():
            if parameter.n_categories is None and parameter.n_columns > 1:
                raise ValueError(
                    f"'{name}' has columns that depend on one another, as an order has; functions are drawn "
                    "over numbers and categories, leave it out"
                )
        return value

    @property
    def design_space(self) -> DesignSpace:
        """The space of all tasks."""
        return self._space

    @property
    def columns(self) -> Columns:
        """The columns of all tasks."""
        return Columns(self._arrangement.levels, self._arrangement.categories)

    def draw(self, n_tasks: int, columns: Columns, *, generator: Generator) -> Draws:
        """See `TaskPrior`."""
        tables = self._processes
        chosen = (uniform(n_tasks, self.blend, generator=generator) * len(tables)).long()
        shares = uniform(n_tasks, self.blend, generator=generator).log().neg()  # a Dirichlet sample
        shares = shares / shares.norm(dim=-1, keepdim=True)  # of values with unit variance
        z = normal(n_tasks, self.blend, _N_SUPPORT, generator=generator)
        return Draws(self._arrangement, tables, chosen, shares, z)

    @cached_property
    def _space(self) -> DesignSpace:
        return DesignSpace().parse(list(self.space))

    @cached_property
    def _arrangement(self) -> Arrangement:
        return Arrangement(self._space, MOST_LEVELS)

    @cached_property
    def _processes(self) -> list[Process]:
        paths = [path for pattern in self.files for path in _matches(pattern)]
        return [Process(self._read(path), self.design_space) for path in paths]

    def _read(self, path: Path) -> Data:
        """Return the successful measurements of a table, in units of their spread.

        Raises:
            DataError: If the table lacks a column or has too few values.
        """
        texts = read_texts(path, wanted=[*self.design_space.names, self.value])
        for name in (*self.design_space.names, self.value):
            texts.need(name)
        try:
            x = self.design_space.encode(typed_columns(texts, self.design_space))
        except DataError as error:
            raise DataError(f"{path}: {error} The tables of a training have one space in common.") from error
        cells = texts.cells[self.value].items()
        values = [read_measured(texts.where(line, self.value), text) for line, text in cells]
        y = torch.tensor(values, dtype=torch.float64) * (1.0 if self.goal == "maximize" else -1.0)
        found = torch.isfinite(y)
        if int(found.sum()) < _LEAST or float(y[found].std()) == 0:
            raise DataError(
                f"{path}: {int(found.sum())} values of '{self.value}', or all are equal; a task to learn "
                f"from has at least {_LEAST} different ones, leave the file out"
            )
        scaled = (y[found] - y[found].mean()) / y[found].std()
        return Data(x[found], scaled.unsqueeze(-1))


def _matches(pattern: str) -> list[Path]:
    found = sorted(map(Path, glob(pattern, recursive=True)))
    if not found:
        raise DataError(
            f"files: no file matches '{pattern}' (seen from {str(Path.cwd())!r}); correct the path"
        )
    return found


class Process:
    """The posterior of one earlier task, prepared for many draws.

    Args:
        data: Standardized measurements.
        space: Of their points.
    """

    def __init__(self, data: Data, space: DesignSpace) -> None:
        fitted = WarpedGP().fit(data, space, generator=make_generator("earlier tasks"))
        assert isinstance(fitted, GaussianProcess)
        self._model = fitted
        self._support = space.sample(_N_SUPPORT, generator=make_generator("earlier tasks", "support"))
        _, covariance = fitted.joint(self._support)
        self._factor = safe_cholesky(covariance + 1e-6 * torch.eye(_N_SUPPORT, dtype=covariance.dtype))

    def __call__(self, x: Tensor, z: Tensor) -> Tensor:
        """Return draws, `t x b`, at `t x b x d` encoded points, of `t x 256` normal numbers."""
        weights = torch.linalg.solve_triangular(self._factor.mT, z.mT.to(self._factor), upper=True).mT
        flat = x.reshape(-1, x.shape[-1])
        mean = self._model.means(flat).reshape(x.shape[:-1])
        cross = self._model.cross(flat, self._support).reshape(*x.shape[:-1], _N_SUPPORT)
        values: Tensor = mean + (cross @ weights.unsqueeze(-1)).squeeze(-1)
        return values


@dataclass(frozen=True)
class Draws(Noiseless):
    """Blends of draws.

    Attributes:
        arrangement: From task columns to the encoded ones of the space.
        processes: Of the earlier tasks.
        chosen: `t x p` of them.
        shares: `t x p` weights.
        z: `t x p x 256` normal numbers.
    """

    arrangement: Arrangement
    processes: Sequence[Process]
    chosen: Tensor
    shares: Tensor
    z: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        encoded = self.arrangement.encoded(x.double().cpu())
        total = torch.zeros_like(x[..., 0])
        for number in sorted(set(self.chosen.flatten().tolist())):
            task, part = (self.chosen == number).nonzero(as_tuple=True)
            values = self.processes[number](encoded[task], self.z[task, part]).to(x)
            total.index_add_(0, task, values * self.shares[task, part].unsqueeze(-1))
        return total
