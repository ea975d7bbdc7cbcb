"""`UnitCube`: points as rows of the unit cube, for peers that take tensors rather than typed parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.quasirandom import SobolEngine

from hebo.peers.dimensions import Dimensions, Number, Point


class UnitCube:
    """The free columns of encoded points, scaled to [0, 1]; logarithms and steps are in the encoding.

    Args:
        dimensions: The free parameters.
        keep_codes: Leave categories as codes `0 .. c-1`, for models that treat them apart.

    Attributes:
        bounds: `2 x k`, lower and upper ends of the rows.
        categories: Column of a row -> number of categories, where codes are kept.
        grids: Column of a row -> its values, for ordered columns with finitely many.
    """

    def __init__(self, dimensions: Dimensions, *, keep_codes: bool) -> None:
        self._dimensions, self._space = dimensions, dimensions.space
        self._columns = [one.column for one in dimensions.free]
        kinds = [one.kind == "category" for one in dimensions.free]
        low, high = self._space.bounds[:, self._columns]
        coded = torch.tensor(kinds) & torch.tensor(keep_codes)
        self._low = torch.where(coded, torch.zeros_like(low), low)
        self._width = torch.where(coded, torch.ones_like(low), high - low)
        self.bounds = torch.stack([low - self._low, high - self._low]) / self._width
        self.categories = {
            place: int(one.high) + 1
            for place, one in enumerate(dimensions.free)
            if keep_codes and one.kind == "category"
        }
        self.grids = {
            place: self._grid(place)
            for place, one in enumerate(dimensions.free)
            if one.kind != "real" and place not in self.categories
        }

    def _grid(self, place: int) -> Tensor:
        one = self._dimensions.free[place]
        values = [one.to_column(float(value)) for value in range(int(one.low), int(one.high) + 1)]
        return (torch.tensor(values, dtype=torch.float64) - self._low[place]) / self._width[place]

    @property
    def n_columns(self) -> int:
        """Number `k` of columns."""
        return len(self._columns)

    def rows(self, points: Sequence[Sequence[Number]]) -> Tensor:
        """Return points as rows, `n x k`."""
        if not points:
            return torch.empty(0, self.n_columns, dtype=torch.float64)
        return (self._dimensions.columns(points)[:, self._columns] - self._low) / self._width

    def points(self, rows: Tensor) -> list[Point]:
        """Return the feasible points nearest to rows."""
        return self._dimensions.points(self._space.project(self._encoded(rows)))

    def rounded(self, rows: Tensor) -> Tensor:
        """Return the feasible rows nearest to rows, `... x k`."""
        flat = self._space.project(self._encoded(rows.reshape(-1, self.n_columns)))
        return ((flat[:, self._columns] - self._low) / self._width).reshape(rows.shape)

    def one_hot(self, rows: Tensor) -> Tensor:
        """Return rows with each category's code replaced by as many columns, at the end, `... x k'`."""
        kept = [place for place in range(self.n_columns) if place not in self.categories]
        coded = [
            torch.nn.functional.one_hot(rows[..., place].long(), count).to(rows)
            for place, count in self.categories.items()
        ]
        return torch.cat([rows[..., kept], *coded], dim=-1)

    def from_one_hot(self, hot: Tensor) -> Tensor:
        """Undo `one_hot`; where no column is 1 the largest one counts."""
        kept = [place for place in range(self.n_columns) if place not in self.categories]
        rows = hot.new_zeros(*hot.shape[:-1], self.n_columns)
        rows[..., kept], start = hot[..., : len(kept)], len(kept)
        for place, count in self.categories.items():
            rows[..., place] = hot[..., start : start + count].argmax(-1).to(hot)
            start += count
        return rows

    def sobol(self, engine: SobolEngine, n: int) -> list[Point]:
        """Return the next `n` points of a Sobol sequence over all columns; grid values share it evenly."""
        return self._dimensions.points(self._space.draw(engine.draw(n, dtype=torch.float64)))

    def random(self, rng: np.random.Generator, n: int) -> list[Point]:
        """Return `n` independent points: numbers uniform on their scale, grid values and categories alike."""
        draws = torch.as_tensor(rng.random((n, self._space.n_dims)))
        return self._dimensions.points(self._space.draw(draws))

    def sobol_engine(self, seed: int) -> SobolEngine:
        """Return a scrambled sequence for `sobol`."""
        return SobolEngine(self._space.n_dims, scramble=True, seed=seed)  # type: ignore[no-untyped-call]

    def _encoded(self, rows: Tensor) -> Tensor:
        x = self._space.bounds[:1].repeat(len(rows), 1)
        x[:, self._columns] = rows.detach() * self._width + self._low
        return x
