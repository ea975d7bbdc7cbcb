"""Tree-additive kernel: sums of functions of one or two columns, paired by a random forest (RDUCB)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import torch
from gpytorch.kernels import Kernel
from pydantic import Field
from torch import Generator, Tensor

from hebo.design_space.column_kinds import ColumnKind, columns_by_kind
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.base import KernelRecipe
from hebo.kernels.correlation import Lengthscaled, PositiveParameter, log_normal, register_positive
from hebo.kernels.matern import matern_of_column
from hebo.kernels.numeric_matern import UnitInterval, unit_cube_prior


class TreeAdditive(KernelRecipe):
    """`k = sum_c s_c prod_{i in c} k_i` over the cliques of a random forest, with shares `s_c` of sum 1.

    The columns are the vertices of a forest that is drawn anew at each build: its edges are cliques of two
    columns, its isolated vertices cliques of one. A continuous or ordered column, scaled to `[0, 1]` by its
    bounds, has a Matern-5/2 correlation `k_i` with lengthscale `l_i`; a nominal one has 1 for equal
    categories and `exp(-1 / l_i)` for others. A function under it is a sum of functions of at most two
    columns, which can be learned from few observations and maximized tree by tree. Which columns go together
    is left to chance: structures learned from few observations mislead (RDUCB: Ziomek and Bou Ammar,
    2301.12844; additive trees: Han et al., 2012.13088). Lengthscales have the prior of the unit square (see
    `unit_cube_prior`), and the weights `w_c` that give the shares `w_c / sum w` a log-normal one of mode 1.

    Attributes:
        edge_share: Number of edges over the number of columns, rounded down, but at least one edge (RDUCB's
            rule; its value is 0.2) and never more than a spanning tree. At 0 all columns stand alone.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"nominal", "ordered", "continuous"})

    edge_share: float = Field(default=0.2, ge=0.0, le=1.0)

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel of a new forest; `cliques` says which."""
        self.check(space, columns)
        edges = draw_forest(len(columns), self.n_edges(len(columns)), generator)
        paired = {vertex for edge in edges for vertex in edge}
        alone = [(vertex,) for vertex in range(len(columns)) if vertex not in paired]
        return TreeAdditiveKernel(space, columns, [*edges, *alone])

    def n_edges(self, d: int) -> int:
        """Return the number of edges between `d` columns."""
        if self.edge_share == 0.0:
            return 0
        # 0.29 of 100 columns are 28.999999999999996.
        return min(max(1, math.floor(self.edge_share * d + 1e-9)), d - 1)


class TreeAdditiveKernel(Lengthscaled):
    """The kernel of `TreeAdditive`.

    Args:
        space: Gives kinds and bounds.
        columns: See `Correlation`.
        cliques: Places among `columns`.

    Attributes:
        cliques: Columns of the encoded points that each component depends on.
        weight: The weights of the components, `... x 1 x c`.
    """

    weight = PositiveParameter()

    def __init__(
        self, space: DesignSpace, columns: Sequence[int], cliques: Sequence[tuple[int, ...]]
    ) -> None:
        super().__init__(columns, len(columns), unit_cube_prior(2))
        self.places = list(cliques)
        self.cliques = [tuple(columns[place] for place in clique) for clique in cliques]
        nominal = set(columns_by_kind(space).get("nominal", []))
        self.is_nominal = [column in nominal for column in columns]
        self.scaled = UnitInterval(space, columns)
        register_positive(
            self, "weight", torch.ones(1, len(cliques), dtype=torch.float64), log_normal(mode=1.0, spread=1.0)
        )

    @property
    def shares(self) -> Tensor:
        """Variances of the components, `... x 1 x c`; their sum is 1."""
        weight = self.weight
        return weight / weight.sum(-1, keepdim=True)

    def component(self, index: int, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the prior covariance of component `index`, `s_c k_c`, which is also that with their sum.

        Args:
            index: Of the component and its clique.
            x1: `... x n x |c|` points of the columns of `cliques[index]` only.
            x2: `... x m x |c|` such points.

        Returns:
            `... x n x m` covariances; the kernel is the sum over all components.

        Raises:
            IncompatibleError: If the points have other columns.
        """
        clique = self.cliques[index]
        for x in (x1, x2):
            if x.shape[-1] != len(clique):
                raise IncompatibleError(
                    f"component {index} is a function of the columns {clique}, but the points have "
                    f"{x.shape[-1]} columns; give x[..., {list(clique)}]"
                )
        places = self.places[index]
        lower, width = self.scaled.lower[list(places)], self.scaled.range[list(places)]
        return self._covariance(index, (x1 - lower) / width, (x2 - lower) / width)

    def correlation(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the correlations, `... x n x m`."""
        u, v = self.scaled(x1), self.scaled(x2)
        total = x1.new_zeros(())
        for index, places in enumerate(self.places):
            total = total + self._covariance(index, u[..., list(places)], v[..., list(places)])
        return total

    def _covariance(self, index: int, u: Tensor, v: Tensor) -> Tensor:
        """Return a component's covariance at scaled points of its own columns."""
        covariance = self.shares[..., index].unsqueeze(-1)
        for place, a, b in zip(self.places[index], u.unbind(-1), v.unbind(-1), strict=True):
            covariance = covariance * self._factor(place, a.unsqueeze(-1), b.unsqueeze(-2))
        return covariance

    def _factor(self, place: int, a: Tensor, b: Tensor) -> Tensor:
        """Return the correlation of one scaled column, `... x n x m`, of `... x n x 1` and `... x 1 x m`."""
        lengthscale = self.lengthscale[..., place].unsqueeze(-1)
        if self.is_nominal[place]:
            return torch.where(a == b, 1.0, (-1.0 / lengthscale).exp())
        return matern_of_column(a, b, lengthscale)


def draw_forest(n_vertices: int, n_edges: int, generator: Generator) -> list[tuple[int, int]]:
    """Draw edges uniformly, one after the other, and take those that close no cycle.

    Args:
        n_vertices: At least one.
        n_edges: Less than `n_vertices`.
        generator: Draws the edges.

    Returns:
        The edges, each in ascending order, sorted.
    """
    root = list(range(n_vertices))
    edges: list[tuple[int, int]] = []
    while len(edges) < n_edges:
        a, b = torch.randint(n_vertices, (2,), generator=generator).tolist()
        root_a, root_b = _root(root, a), _root(root, b)
        if root_a != root_b:
            root[root_a] = root_b
            edges.append((min(a, b), max(a, b)))
    return sorted(edges)


def _root(root: list[int], vertex: int) -> int:
    """Return the vertex that stands for the tree of another one, and shorten the way to it."""
    while root[vertex] != vertex:
        root[vertex] = root[root[vertex]]
        vertex = root[vertex]
    return vertex
