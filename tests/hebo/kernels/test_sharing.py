"""Which kernel takes which columns."""

from __future__ import annotations

import pytest

from hebo.design_space.column_kinds import columns_by_kind
from hebo.errors import IncompatibleError
from hebo.kernels.numeric_matern import NumericMatern
from hebo.kernels.overlap import Overlap
from hebo.kernels.sharing import shared_out
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.testing.spaces import SPACES

SPACE = SPACES["mixed"]
KINDS = columns_by_kind(SPACE)


def test_each_kernel_takes_what_it_handles_and_no_kernel_before_it_has_taken() -> None:
    first, second = shared_out([Overlap(), TransformedOverlap(), NumericMatern()], SPACE, KINDS)
    assert (type(first[0]), type(second[0])) == (Overlap, NumericMatern)
    assert sorted(first[1] + second[1]) == list(range(SPACE.n_dims))
    assert columns_by_kind(SPACE) == KINDS


def test_a_column_that_no_kernel_takes_is_named_with_one_that_does() -> None:
    with pytest.raises(IncompatibleError, match=r"takes the nominal column 2 .*such as transformed_overlap"):
        shared_out([NumericMatern()], SPACE, KINDS)
    permuted = SPACES["permutation"]
    with pytest.raises(IncompatibleError, match="such as mallows"):
        shared_out([NumericMatern()], permuted, columns_by_kind(permuted))
