"""Tests of `hebo.base`: what a surrogate refuses on behalf of those who write one."""

from __future__ import annotations

from typing import ClassVar

import pytest
import torch
from botorch.models import SingleTaskGP
from botorch.models.model import Model
from torch import Generator

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.information import Information, Takes
from hebo.random import make_generator

SPACE = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}])
X = torch.linspace(0, 1, 6, dtype=torch.float64).unsqueeze(-1)
TWO = torch.cat([X - 0.5, 0.5 - X], -1) / 0.3742


class Plain(Surrogate):
    """One output, one noise variance."""

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Model:
        return SingleTaskGP(data.x, data.y, data.y_var, outcome_transform=None)


class Several(Plain):
    """Two outputs, known variances."""

    n_outputs: ClassVar[int] = 2
    takes: ClassVar[Takes] = frozenset({Information.VARIANCES})


def test_more_outputs_than_a_model_has_are_refused_with_the_way_to_model_them() -> None:
    with pytest.raises(
        IncompatibleError, match=r"Plain models 1 output\(s\), and the data have 2; fit one model"
    ):
        Plain().fit(Data(X, TWO), SPACE, generator=make_generator(0))


def test_known_variances_that_would_be_ignored_are_refused() -> None:
    with pytest.raises(IncompatibleError, match=r"`y_var`; leave them out \(`replace\(data, y_var=None\)`\)"):
        Plain().fit(Data(X, X, y_var=torch.full_like(X, 0.1)), SPACE, generator=make_generator(0))


def test_what_a_surrogate_takes_reaches_its_fit() -> None:
    data = Data(X, TWO, y_var=torch.full_like(TWO, 0.1))
    assert Several().fit(data, SPACE, generator=make_generator(0)).num_outputs == 2


def test_a_surrogate_without_a_fit_cannot_be_made() -> None:
    class Nothing(Surrogate):
        """No `_fit`."""

    with pytest.raises(TypeError, match="_fit"):
        Nothing()
