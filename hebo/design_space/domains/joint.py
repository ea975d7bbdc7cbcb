"""Joint domain: several points of one domain side by side, so that any search finds them together.

Notation: `q` points of `d` columns each make one joint point of `q * d` columns; `n` joint points.
"""

from __future__ import annotations

import math
from itertools import product

import torch
from torch import Generator, Tensor

from hebo.design_space.domains.domain import Domain, Method
from hebo.design_space.parameters.layout import Layout


class JointDomain(Domain):
    """The product of a domain with itself: joint points whose `q` points all lie in it.

    Column `i * d + j` is column `j` of point `i`. Whether points are equal is not asked, nor which of them
    comes first: a joint point has as many encodings as its points have orders.

    Args:
        domain: Where each point lies; any but a list of points.
        q: How many points there are.
    """

    def __init__(self, domain: Domain, q: int) -> None:
        self._domain, self._q, self._d = domain, q, domain.bounds.shape[1]
        self.bounds = domain.bounds.repeat(1, q)
        starts = range(0, q * self._d, self._d)
        self.categorical_dims = {
            start + column: count for start in starts for column, count in domain.categorical_dims.items()
        }
        self.discrete_dims = frozenset(start + column for start in starts for column in domain.discrete_dims)
        named = domain.layout.parameters.items()
        self.layout = Layout({f"{name}@{i}": one for i in range(q) for name, one in named})

    def split(self, x: Tensor) -> Tensor:
        """Return the points of joint ones (`n x q d`), `n x q x d`."""
        return x.reshape(len(x), self._q, self._d)

    def keys(self, x: Tensor) -> Tensor:
        """See `Domain`: the keys of all points side by side."""
        return self._domain.keys(self._rows(x)).reshape(len(x), -1)

    def sample(self, n: int, *, generator: Generator, method: Method = "sobol") -> Tensor:
        """See `Domain`: each of the `q` points is spread evenly over the domain.

        Sobol sequences go from one half of a column to the other in step, however they are scrambled. So
        each point has a random order of its own.
        """
        drawn = []
        for _ in range(self._q):
            x = self._domain.sample(n, generator=generator, method=method)
            drawn.append(x[torch.randperm(n, generator=generator)])
        return torch.cat(drawn, dim=1)

    def project(self, x: Tensor) -> Tensor:
        """See `Domain`: point by point."""
        return self._domain.project(self._rows(x)).reshape(x.shape)

    def contains(self, x: Tensor) -> Tensor:
        """See `Domain`: all points have to be feasible."""
        return self._domain.contains(self._rows(x)).reshape(-1, self._q).all(1)

    def neighbors(self, x: Tensor, *, generator: Generator) -> Tensor:
        """See `Domain`: one point takes one step, the others stay."""
        points, found = self.split(x.unsqueeze(0))[0], [x[:0].reshape(0, len(x))]
        for i, point in enumerate(points):
            reached = self._domain.neighbors(point, generator=generator)
            moved = points.repeat(len(reached), 1, 1)
            moved[:, i] = reached
            found.append(moved.flatten(1))
        return torch.cat(found)

    def points(self, limit: int) -> Tensor | None:
        """See `Domain`: every choice of `q` points, in any order and with repeats."""
        every = self._domain.points(_root(limit, self._q))
        if every is None:
            return None
        rows = torch.tensor(list(product(range(len(every)), repeat=self._q)), dtype=torch.long)
        return every[rows.reshape(-1, self._q)].reshape(-1, self._q * self._d)

    def _rows(self, x: Tensor) -> Tensor:
        return x.reshape(-1, self._d)


def _root(limit: int, q: int) -> int:
    """Return the largest whole number whose power `q` is at most `limit`."""
    root: int = round(limit ** (1 / q))
    return root if math.pow(root, q) <= limit else root - 1
