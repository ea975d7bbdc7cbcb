"""Tests of `hebo.acq_optimizers.cma_es`: one call a generation, ends, and the error without pycma."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from searches import NUMERIC, bowl
from torch import Tensor

from hebo.acq_optimizers.cma_es import CMAESSearch
from hebo.errors import MissingExtraError
from hebo.random import make_generator


def sizes_of_calls(search: CMAESSearch) -> list[int]:
    sizes: list[int] = []

    def noted(x: Tensor) -> Tensor:
        sizes.append(len(x))
        return bowl(x)

    search.maximize(noted, NUMERIC, generator=make_generator(0))
    return sizes


def test_generations_of_all_strategies_are_valued_in_one_call() -> None:
    sizes = sizes_of_calls(CMAESSearch(n_raw=32, n_restarts=4, popsize=7, n_generations=5))
    assert sizes[:6] == [32] + 5 * [4 * 7]


def test_strategies_that_have_converged_are_not_asked_for_more() -> None:
    sizes = sizes_of_calls(CMAESSearch(n_restarts=2, popsize=8, n_generations=5000))
    assert len(sizes) < 1000


def test_global_streams_are_left_as_they_were() -> None:
    np.random.seed(5)  # noqa: NPY002
    expected = np.random.get_state()[1]  # noqa: NPY002
    CMAESSearch(n_generations=3).maximize(bowl, NUMERIC, generator=make_generator(0))
    assert np.array_equal(np.random.get_state()[1], expected)  # noqa: NPY002


def test_without_pycma_the_extra_is_named_before_anything_is_evaluated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cma", None)
    with pytest.raises(MissingExtraError, match=r"'cma' is not installed.*peers"):
        CMAESSearch().check(NUMERIC)
