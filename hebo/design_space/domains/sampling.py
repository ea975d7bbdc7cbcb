"""Sampling: the unit cube (Sobol or uniform), rejection, and random walks where that finds too little."""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.quasirandom import SobolEngine

from hebo.design_space.domains.domain import Method
from hebo.design_space.domains.repair import repair_linear
from hebo.design_space.domains.typed_points import TypedPoints
from hebo.design_space.domains.walk import blend, walk
from hebo.errors import ConfigError, SpaceError
from hebo.random import draw_seed

MAX_CHUNK = 2**14
"""Most points drawn at once while rejecting."""

MAX_DRAWS = 2**18
"""Most points drawn in search of a first one that obeys a function."""

SOBOL_BITS = 30
"""Binary digits of torch's Sobol points."""


class UnitCube:
    """A stream of points in `[0, 1)^d`.

    Args:
        n_dims: Number `d` of columns.
        method: `sobol` (scrambled; columns beyond the limit of torch's sequence, 21201, are independent
            uniform numbers) or `random`.
        generator: Source of the scrambling and of the digits that Sobol points lack.

    Raises:
        ConfigError: For another method.
    """

    def __init__(self, n_dims: int, *, method: Method, generator: Generator) -> None:
        if method not in ("sobol", "random"):
            raise ConfigError(f"method = {method!r} is unknown; use 'sobol' or 'random'.")
        self._n_dims, self._generator = n_dims, generator
        self._engine: SobolEngine | None = None
        if method == "sobol" and n_dims:
            sequence = min(n_dims, SobolEngine.MAXDIM)
            self._engine = SobolEngine(  # type: ignore[no-untyped-call]  # torch does not annotate it
                sequence, scramble=True, seed=draw_seed(generator)
            )

    def draw(self, n: int) -> Tensor:
        """Return the next `n` points, `n x d`, float64 with all its digits."""
        u = torch.rand(n, self._n_dims, dtype=torch.float64, generator=self._generator)
        if self._engine is None or not n:
            return u
        sobol = self._engine.draw(n, dtype=torch.float64)
        u[:, : sobol.shape[1]] = sobol + u[:, : sobol.shape[1]] * 2.0**-SOBOL_BITS
        return u


def sample_feasible(domain: TypedPoints, n: int, *, cube: UnitCube, generator: Generator) -> Tensor:
    """Draw `n` points (`n x d`) that obey the constraints of a domain.

    First rejection: points are drawn until `n` are feasible or `100 n + 8192` were drawn (as long as none
    is and only functions decide, `2^18`). If too few are, the drawn points are made feasible
    (`repair_linear`), and random walks from averages of these and the accepted ones fill up the rest
    (`blend`, `walk`). The walks leave the uniform distribution on the feasible set unchanged, but are
    short, so the result is spread over the set, not exactly uniform.

    Raises:
        SpaceError: If no feasible point is found; names the constraints that no drawn point satisfied.
    """
    kept, rejected = _reject(domain, n, cube)
    if len(kept) >= n:
        return kept[:n]
    repaired = repair_linear(domain, rejected[: max(4 * n, 256)])
    starts = torch.cat([kept, repaired[domain.constraints.satisfied(repaired)]])
    if not len(starts):
        raise _nothing_found(domain, torch.cat([rejected, repaired]))
    starts = blend(domain, starts, n - len(kept), generator=generator)
    return torch.cat([kept, walk(domain, starts, generator=generator)])


def _reject(domain: TypedPoints, n: int, cube: UnitCube) -> tuple[Tensor, Tensor]:
    """Return the feasible and (of the last draw) the infeasible points."""
    kept: list[Tensor] = []
    linear = len(domain.constraints.linear.constraints) > 0
    found, tried, chunk = 0, 0, max(n, 64)
    rejected = torch.empty(0, domain.layout.n_dims, dtype=torch.float64)
    while found < n and tried < (100 * n + 8192 if found or linear else MAX_DRAWS):
        points = domain.draw(cube.draw(min(chunk, MAX_CHUNK)))
        feasible = domain.constraints.satisfied(points)
        kept.append(points[feasible])
        rejected = points[~feasible]
        found, tried, chunk = found + len(kept[-1]), tried + len(points), 2 * chunk
    return torch.cat([rejected[:0], *kept]), rejected


def _nothing_found(domain: TypedPoints, x: Tensor) -> SpaceError:
    """Return the error that names the constraints which no drawn or repaired point satisfies."""
    checks = domain.constraints.checks(x)
    never = [str(one) for one, inside in checks if not inside.any()] or [str(one) for one, _ in checks]
    fixed = [name for name, span in domain.layout.columns.items() if domain.pinned[span].all()]
    given = f" with {', '.join(fixed)} fixed" if fixed else ""
    return SpaceError(
        f"No feasible point found{given}: constraint {' and '.join(never)} never held "
        f"in {len(x)} points; loosen it, or change the bounds."
    )
