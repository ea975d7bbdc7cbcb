"""Every surrogate of the catalogue, and those of other settings, by the checks of `hebo.testing`."""

from __future__ import annotations

import pytest
from examples import SPACES, example, names

from hebo.base import Surrogate
from hebo.design_space.column_kinds import columns_by_kind
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.base import KernelRecipe
from hebo.testing.surrogates import check_surrogate
from mcbo.surrogates.mixed_gp import MixedGP

KERNEL_SPACES = ("mixed", "sequence", "permutation")


def surrogate(name: str) -> Surrogate:
    recipe = example("surrogate", name)
    assert isinstance(recipe, Surrogate)
    return recipe


@pytest.mark.parametrize("sort", SPACES)
@pytest.mark.parametrize("name", names("surrogate"))
def test_a_surrogate_keeps_its_contract_on_every_space(name: str, sort: str) -> None:
    try:
        surrogate(name).check(SPACES[sort])
    except IncompatibleError:
        with pytest.raises(AssertionError, match="takes none of the spaces"):
            check_surrogate(surrogate(name), SPACES[sort])
        return
    check_surrogate(surrogate(name), SPACES[sort])


@pytest.mark.parametrize("name", names("kernel"))
def test_a_process_with_any_kernel_keeps_the_contract(name: str) -> None:
    kernel = example("kernel", name)
    assert isinstance(kernel, KernelRecipe)
    recipe = MixedGP(kernels=[kernel, *MixedGP().kernels])
    check_surrogate(
        recipe, next(SPACES[sort] for sort in KERNEL_SPACES if uses(recipe, kernel, SPACES[sort]))
    )


def uses(recipe: MixedGP, kernel: KernelRecipe, space: DesignSpace) -> bool:
    """Whether a process takes a space, and the kernel a column of it."""
    try:
        recipe.check(space)
    except IncompatibleError:
        return False
    return bool(columns_by_kind(space).keys() & kernel.handles)


@pytest.mark.parametrize("sort", ["mixed", "categorical", "permutation"])
def test_a_mixture_over_hyperparameters_keeps_the_contract(sort: str) -> None:
    check_surrogate(MixedGP(n_samples=3, burn_in=2), SPACES[sort])
