"""Tests of `hebo.recommenders.committee`: members choose shares of each batch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.batch_improvement import QLogNEI
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.thompson import ThompsonSampling
from hebo.base import Domain, Recommender
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import ConfigError, IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.hebo import HEBORecipe
from hebo.presets import bayes_opt
from hebo.random import make_generator
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.recommenders.committee import Committee
from hebo.recommenders.random import RandomSearch
from hebo.recommenders.sobol import Sobol
from hebo.surrogates.extra_trees import ExtraTrees, Forest
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])

FITS: list[Data] = []


class Recording(ExtraTrees):
    """A forest that notes what it is fitted to."""

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Forest:
        FITS.append(data)
        return super()._fit(data, space, generator=generator)


class Corner(RandomSubset):
    """A search that finds the largest of random points, whatever the acquisition says."""

    def maximize(self, acq: Any, domain: Domain, *, generator: Generator, start: Tensor | None = None) -> Any:
        x = domain.sample(200, generator=generator)
        return super().maximize(lambda z: z.sum((-1, -2)).unsqueeze(-1), domain, generator=generator, start=x)


def recipe(**settings: Any) -> Recommender:
    parts = {"surrogate": WarpedGP(), "acquisition": LogEI(), "acq_optimizer": RandomSubset(n_points=64)}
    more = {
        "second_surrogate": Recording(n_trees=5),
        "n_initial": 6,
        "exploration": 0.0,
        "min_loo_r2": None,
    }
    return bayes_opt(**{**parts, "output_transform": Standardize(), **more, **settings})


def begun(settings: Recommender, seed: int = 0) -> Optimizer:
    optimizer = settings.build(SPACE, seed=seed)
    x = optimizer.ask(6)
    optimizer.tell(x, ((x - 0.3) ** 2).sum(axis=1))
    FITS.clear()
    return optimizer


@pytest.mark.parametrize(
    ("n", "share", "n_second"), [(6, 1 / 3, 2), (3, 1 / 3, 1), (2, 1 / 3, 0), (8, 0.5, 4)]
)
def test_the_second_model_chooses_its_share_and_knows_the_points_of_the_first(
    n: int, share: float, n_second: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    optimizer = begun(recipe(second_share=share))
    believed: list[Tensor] = []
    condition = Forest.condition_on_observations

    def spy(self: Forest, X: Tensor, Y: Tensor, **kwargs: Any) -> Forest:
        believed.append(X)
        return condition(self, X, Y, **kwargs)

    monkeypatch.setattr(Forest, "condition_on_observations", spy)
    x = optimizer.ask(n)
    assert len(x) == n
    assert len(FITS) == bool(n_second)
    if n_second:
        torch.testing.assert_close(believed[0], SPACE.encode(x)[: n - n_second])


def test_a_single_point_is_the_first_models() -> None:
    with_second, alone = begun(recipe()), begun(recipe(second_surrogate=None))
    assert with_second.ask(1).equals(alone.ask(1))
    assert not FITS


def test_the_points_of_the_first_model_do_not_depend_on_the_second() -> None:
    with_second, alone = begun(recipe()), begun(recipe(second_surrogate=None))
    assert with_second.ask(6)[:4].equals(alone.ask(4))


def test_it_has_a_search_of_its_own() -> None:
    x = begun(recipe(second_search=Corner())).ask(6)
    assert (x[4:].sum(axis=1) > 1.7).all()
    assert (x[:4].sum(axis=1) < 1.7).all()


def test_the_same_seed_gives_the_same_batches() -> None:
    first, second = begun(recipe(), seed=3), begun(recipe(), seed=3)
    assert first.ask(6).equals(second.ask(6))


def test_a_second_model_that_cannot_serve_the_acquisition_is_refused() -> None:
    with pytest.raises(IncompatibleError, match=r"ThompsonSampling needs functions .* ExtraTrees does not"):
        recipe(second_surrogate=ExtraTrees(), acquisition=ThompsonSampling())


def test_hebos_forest_is_there_for_acquisitions_it_can_serve() -> None:
    _, forest = HEBORecipe().of.one.of.members
    assert isinstance(forest.surrogate, ExtraTrees)
    assert isinstance(HEBORecipe(acquisition=ThompsonSampling()).of.of, BayesOptRecipe)
    assert isinstance(HEBORecipe(second_surrogate=None).of.one.of, BayesOptRecipe)


def test_a_share_of_no_second_model_is_refused() -> None:
    with pytest.raises(ConfigError, match="`second_share` says nothing without `second_surrogate`"):
        HEBORecipe(second_surrogate=None, second_share=0.5)


def test_a_search_of_no_second_model_is_refused() -> None:
    with pytest.raises(ConfigError, match="`second_search` says nothing without `second_surrogate`"):
        HEBORecipe(second_surrogate=None, second_search=NSGA2())
    with pytest.raises(ConfigError, match="`second_search` says nothing"):  # it has none for this one
        HEBORecipe(acquisition=QLogNEI(), second_search=NSGA2())


def test_members_may_be_any_recommenders() -> None:
    committee = Committee(
        members=(recipe(second_surrogate=None), Sobol(), RandomSearch()), shares=(0.25, 0.25)
    )
    optimizer = begun(committee)
    asked = optimizer.ask(8)
    assert asked[:4].equals(begun(recipe(second_surrogate=None)).ask(4))
    assert asked[4:6].reset_index(drop=True).equals(begun(Sobol()).ask(2))
    assert len(asked.drop_duplicates()) == 8


@pytest.mark.parametrize(
    ("n_members", "shares", "message"),
    [(2, (), "2 members need 1 shares"), (3, (0.5, 0.5), "add up to 1; leave some for the first")],
)
def test_shares_belong_to_the_members_after_the_first(
    n_members: int, shares: tuple[float, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Committee(members=(Sobol(),) * n_members, shares=shares)


def test_on_a_table_the_second_model_values_every_row_too() -> None:
    space = TableSpace(SPACE, SPACE.decode(SPACE.sample(20, generator=make_generator(0))))
    optimizer = HEBORecipe(n_initial=4, exploration=0.0).build(space, seed=0)
    x = optimizer.ask(4)
    optimizer.tell(x, x["a"])
    assert len(optimizer.ask(6).drop_duplicates()) == 6
