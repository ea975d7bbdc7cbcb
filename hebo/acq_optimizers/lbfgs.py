"""Second-order search: L-BFGS-B from many starting points, one batched call of the acquisition a round."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acq_optimizers.ascent import ascend
from hebo.acq_optimizers.restarts import Part, RestartSearch
from hebo.acq_optimizers.sorting import Array
from hebo.base import Acquisition
from hebo.errors import IncompatibleError

ASCENT_ROUNDS = 60
"""Rounds of projected BFGS for points outside of constraints."""


class LBFGS(RestartSearch):
    """L-BFGS-B (Byrd, Lu, Nocedal and Zhu, 1995) from many starting points in the box of the domain.

    BoTorch's batched version, which steps all restarts side by side. Where constraints of the domain cut
    into the box, restarts that leave them climb by projected BFGS (`hebo.acq_optimizers.ascent`) instead.
    It asks for a function without noise. Starting points and turns with discrete moves: see `RestartSearch`.

    Attributes:
        n_iterations: Most iterations of a restart in a turn.
        n_corrections: Pairs of steps and gradients that the curvature is made of.
    """

    uses_gradients: ClassVar[bool] = True

    n_iterations: int = Field(default=200, ge=1)
    n_corrections: int = Field(default=10, ge=1)

    def check_acquisition(self, acquisition: Acquisition) -> None:
        """Refuse values that change from call to call: curvature and line searches compare them.

        Raises:
            IncompatibleError: With what to use.
        """
        if acquisition.is_noisy:
            raise IncompatibleError(
                f"{type(acquisition).__name__} draws fresh samples in each call, and LBFGS compares values; "
                "write `form: finite_sum`, or use the search gradient"
            )

    def _improve(self, part: Part, *, generator: Generator) -> Tensor:
        z = part.shares(part.x)
        if part.slopes(z) is None:
            return part.x
        reached = torch.from_numpy(self._in_box(part, z.numpy()))
        x, width = part.feasible(reached), part.domain.bounds[1] - part.domain.bounds[0]
        moved = ((x - part.points(reached)).abs() > 1e-9 * width).any(1).nonzero()[:, 0]
        if len(moved):
            x[moved] = _inside(part.some(moved), x[moved])
        return x

    def _in_box(self, part: Part, z: Array) -> Array:
        """Return the shares reached from `k x f` shares."""
        from botorch.optim.batched_lbfgs_b import fmin_l_bfgs_b_batched

        def loss(z: Array, batch_indices: list[int]) -> tuple[Array, Array]:
            found = part.some(torch.tensor(batch_indices)).slopes(torch.from_numpy(np.array(z)))
            assert found is not None
            values, gradient = found
            return -values.numpy(), -gradient.numpy()

        reached = fmin_l_bfgs_b_batched(  # type: ignore[no-untyped-call]  # BoTorch leaves it untyped
            loss,
            z,
            bounds=[(0.0, 1.0)] * z.shape[1],
            maxcor=self.n_corrections,
            maxiter=self.n_iterations,
            pass_batch_indices=True,
        )[0]
        clipped: Array = np.clip(np.array(reached), 0.0, 1.0)
        return clipped


def _inside(part: Part, projected: Tensor) -> Tensor:
    """Climb within constraints from the better of where a restart began and where it was projected to."""
    function = partial(part.sums.smooth, part.rows)
    return ascend(function, part.domain, part.better(projected), n_rounds=ASCENT_ROUNDS)
