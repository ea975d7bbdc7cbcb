"""Network that sets the hyperparameters of a warped GP from scores at reference settings.

A score says in which direction a hyperparameter should go. Scores at several reference settings, one entry
per column and hyperparameter, are a summary of the data of fixed size per column. A set network turns them
into a setting; then learned correction steps look at the scores there. Neither the order of the columns nor
that of the observations matters.

Notation: `t` problems, `r` reference settings, `d = k + c` columns, `p` hyperparameters, `w` width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from hebo.surrogates.amortized.scores import Problems
from hebo.surrogates.hyperparameters import Array, Layout

SHIFTS = (-1.0, -0.3, 0.4, 1.1)
"""Of the log lengthscales of the reference settings, from `log(0.4 sqrt(d))`."""

_LENGTHSCALE = 0.4
_REFERENCE_NOISE = 1e-2
_PER_COLUMN = 3  # lengthscale and two exponents of a numeric column; a categorical one has a scale, and zeros
_GLOBAL = 3  # signal, noise, mean
_FIRST_RATE = 0.6
_LONGEST = 1.5
_NAMES = ("lengthscale", "warp_a", "warp_b")
_REACH = 6.0
"""Settings stay within so many standard deviations of the priors."""


class SettingNetwork(nn.Module):
    """Sets hyperparameters in one pass and a few corrections.

    Args:
        width: `w`.
        n_corrections: Learned steps after the first pass, all by one network.
    """

    def __init__(self, width: int = 64, n_corrections: int = 3) -> None:
        super().__init__()
        n_references = len(SHIFTS)
        of_all = n_references * (1 + _GLOBAL) + 3
        self.first = SetNetwork(n_references * _PER_COLUMN + 2, of_all, width)
        self.correction = SetNetwork(
            3 * _PER_COLUMN + 2 + width, 1 + 3 * _GLOBAL + 3 + width, width, rate=_FIRST_RATE
        )
        self.n_corrections = n_corrections

    def forward(self, problems: Problems) -> list[Tensor]:
        """Return settings, `t x p` each: that of the first pass, then those after each correction."""
        frame = Frame(problems)
        columns, whole = frame.reference_features(self._kind)
        step, known_columns, known_whole = self.first(columns, whole, frame.is_numeric)
        theta = frame.start + frame.vector(*step)
        found = [theta]
        for _ in range(self.n_corrections):
            before = frame.inside(theta).detach()
            columns, whole = frame.features_at(before, self._kind)
            columns, whole = torch.cat([columns, known_columns], -1), torch.cat([whole, known_whole], -1)
            step, known_columns, known_whole = self.correction(columns, whole, frame.is_numeric)
            theta = before + frame.vector(*step)
            found.append(theta)
        return found

    def setting(self, problems: Problems) -> Tensor:
        """Return the settings after the last correction, inside their ranges, `t x p`."""
        return Frame(problems).inside(self(problems)[-1])

    @property
    def _kind(self) -> torch.dtype:
        return next(self.parameters()).dtype


class SetNetwork(nn.Module):
    """From features of columns and of the whole problem to a step of each hyperparameter.

    A step is `b + a s`: the network says `a` and `b`, and `s` comes with the features.

    Args:
        n_column: Features per column; the first are the `s` of its hyperparameters.
        n_whole: Features of the problem; the first are the `s` of the other hyperparameters.
        width: `w`.
        rate: What `a` is before any training.
    """

    def __init__(self, n_column: int, n_whole: int, width: int, rate: float = 0.0) -> None:
        super().__init__()
        self.column = _layers(n_column + n_whole, width, width)
        self.whole = _layers(2 * width + n_whole, width, width)
        self.refine = _layers(2 * width, width)
        self.of_column = nn.Linear(width, 2 * (_PER_COLUMN + 1))
        self.of_whole = nn.Linear(width, 2 * _GLOBAL)
        for head in (self.of_column, self.of_whole):
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)
            nn.init.constant_(head.bias[len(head.bias) // 2 :], rate)

    def forward(
        self, columns: Tensor, whole: Tensor, is_numeric: Tensor
    ) -> tuple[tuple[Tensor, Tensor], Tensor, Tensor]:
        """Return steps of columns and of the problem, and what is known of either.

        Args:
            columns: `t x d x n_column`.
            whole: `t x n_whole`.
            is_numeric: `d`.

        Returns:
            Steps, `t x d x 3` and `t x 3`; embeddings, `t x d x w` and `t x w`.
        """
        each = torch.cat([columns, whole.unsqueeze(-2).expand(*columns.shape[:-1], -1)], -1)
        each = self.column(each)
        all_of = self.whole(torch.cat([each.mean(-2), each.amax(-2), whole], -1))
        each = self.refine(torch.cat([each, all_of.unsqueeze(-2).expand_as(each)], -1))
        kinds = is_numeric.unsqueeze(-1)
        b, a = (_of_kind(one, kinds) for one in self.of_column(each).chunk(2, -1))
        whole_b, whole_a = self.of_whole(all_of).chunk(2, -1)
        steps = b + a * columns[..., :_PER_COLUMN], whole_b + whole_a * whole[..., :_GLOBAL]
        return steps, each, all_of


def _of_kind(values: Tensor, is_numeric: Tensor) -> Tensor:
    """Return what holds for the kind of each column, `t x d x 3`, of values of both kinds, `t x d x 4`."""
    of_categories = nn.functional.pad(values[..., _PER_COLUMN:], (0, _PER_COLUMN - 1))
    return torch.where(is_numeric, values[..., :_PER_COLUMN], of_categories)


def _layers(*widths: int) -> nn.Sequential:
    parts: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        parts += [nn.Linear(n_in, n_out), nn.SiLU()]
    return nn.Sequential(*parts)


class Frame:
    """Features of problems, and vectors of hyperparameters as entries of columns and back.

    Args:
        problems: `t` of them.

    Attributes:
        start: Where settings are counted from, `p`: where fits of `WarpedGP` begin.
        is_numeric: `d`.
    """

    def __init__(self, problems: Problems) -> None:
        self.problems, self.layout = problems, problems.layout
        layout, y = self.layout, problems.y
        self.start = y.new_tensor(start(layout))
        spread = y.new_tensor(layout.spread)
        self._center = center = y.new_tensor(layout.center)
        self._precision = y.new_tensor(precision(layout))
        self._lower = y.new_tensor(layout.lower).maximum(center - _REACH * spread)
        self._upper = y.new_tensor(layout.upper).minimum(center + _REACH * spread)
        kinds = [1] * layout.n_numeric + [0] * layout.n_categorical
        self.is_numeric = torch.tensor(kinds, dtype=torch.bool, device=y.device)

    def inside(self, theta: Tensor) -> Tensor:
        """Return settings moved into their ranges."""
        return theta.clamp(self._lower, self._upper)

    def vector(self, columns: Tensor, whole: Tensor) -> Tensor:
        """Return `t x p` vectors of the entries of columns, `t x d x 3`, and of the others, `t x 3`."""
        k = self.layout.n_numeric
        parts = [columns[:, :k, place] for place in range(_PER_COLUMN if self.layout.warp else 1)]
        return torch.cat([*parts, columns[:, k:, 0], whole], -1).to(self.start)

    def entries(self, vector: Tensor) -> tuple[Tensor, Tensor]:
        """Return `... x d x 3` entries of columns and `... x 3` others of `... x p` vectors."""
        groups = self.layout.groups
        columns = vector.new_zeros(*vector.shape[:-1], len(self.is_numeric), _PER_COLUMN)
        for place, name in enumerate(_NAMES if self.layout.warp else _NAMES[:1]):
            columns[..., : self.layout.n_numeric, place] = vector[..., groups[name]]
        columns[..., self.layout.n_numeric :, 0] = vector[..., groups["overlap_scale"]]
        return columns, vector[..., -_GLOBAL:]

    def reference_features(self, kind: torch.dtype) -> tuple[Tensor, Tensor]:
        """Return the features of columns, `t x d x (3 r + 2)`, and of the problems, `t x (4 r + 3)`."""
        references = self.start.new_tensor([reference(self.layout, shift) for shift in SHIFTS])
        value, score = self.problems.scores(references.unsqueeze(-2).expand(-1, len(self.problems.y), -1))
        columns, whole = self.entries(_squashed(score))
        columns = columns.permute(1, 2, 0, 3).flatten(-2)
        whole = torch.cat([whole.permute(1, 0, 2).flatten(-2), self._values(value).mT], -1)
        return self._with_sizes(columns, whole, kind)

    def features_at(self, theta: Tensor, kind: torch.dtype) -> tuple[Tensor, Tensor]:
        """Return the features at settings: Newton's step, scores, and how far from the start these are."""
        value, score, information = self.problems.scores_and_information(theta)
        vectors = self._newton(theta, score, information), _squashed(score), theta - self.start
        columns, whole = zip(*map(self.entries, vectors), strict=True)
        of_all = torch.cat([*whole, self._values(value).unsqueeze(-1)], -1)
        return self._with_sizes(torch.cat(columns, -1), of_all, kind)

    def _newton(self, theta: Tensor, score: Tensor, information: Tensor) -> Tensor:
        """Return steps to where the posterior density of a fit is largest, were it normal."""
        slope = score - (self._precision @ (theta - self._center).unsqueeze(-1)).squeeze(-1)
        factor, info = torch.linalg.cholesky_ex(information + self._precision)
        step = torch.cholesky_solve(slope.unsqueeze(-1), factor).squeeze(-1)
        usable = (info == 0).unsqueeze(-1) & torch.isfinite(step)
        return torch.where(usable, step, 0.0).clamp(-_LONGEST, _LONGEST)

    def _values(self, value: Tensor) -> Tensor:
        return _squashed(value / self.problems.n)

    def _with_sizes(self, columns: Tensor, whole: Tensor, kind: torch.dtype) -> tuple[Tensor, Tensor]:
        """Return features with the kind of each column, the number of observations, and of columns."""
        t, d, _ = columns.shape
        flags = torch.stack([self.is_numeric, ~self.is_numeric], -1).to(columns).expand(t, -1, -1)
        numeric = self.layout.n_numeric / d
        sizes = [math.log(self.problems.n), math.log(d), numeric]
        columns = torch.cat([columns, flags], -1)
        whole = torch.cat([whole, whole.new_tensor(sizes).expand(t, -1)], -1)
        return columns.to(kind), whole.to(kind)


def precision(layout: Layout) -> Array:
    """Return the precision of the priors, `p x p`; see `Layout.log_prior`."""
    return np.stack([-layout.log_prior(layout.center + one)[1] for one in np.eye(layout.size)])


def start(layout: Layout) -> Sequence[float]:
    """Return where settings are counted from, `p`."""
    logs = {name: math.log(prior.start or prior.mode) for name, prior in layout.priors.items()}
    found = [0.0] * layout.size
    for name, group in layout.groups.items():
        if name != "mean":
            found[group] = [logs[name]] * (group.stop - group.start)
    return found


def reference(layout: Layout, shift: float) -> Sequence[float]:
    """Return a reference setting, `p`: lengthscales and scales of categories are shifted."""
    found = list(start(layout))
    groups, k = layout.groups, layout.n_numeric
    lengthscale = math.log(_LENGTHSCALE * max(1, k) ** 0.5) + shift
    found[groups["lengthscale"]] = [lengthscale] * k
    found[groups["overlap_scale"]] = [one + shift for one in found[groups["overlap_scale"]]]
    found[-_GLOBAL:] = [0.0, math.log(_REFERENCE_NOISE), 0.0]
    return found


def _squashed(value: Tensor) -> Tensor:
    return value.sign() * value.abs().log1p()
