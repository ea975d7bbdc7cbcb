"""Every composition of surrogate, acquisition, search and region, on every sort of space it claims.

A sample runs with the other tests; `pytest -m slow tests/conformance/test_compositions.py` runs the whole.
"""

from __future__ import annotations

import itertools
import random
from functools import cache

import pytest
import torch
from examples import SPACES

from hebo.base import AcqOptimizer, Acquisition, Recommender, Region, Surrogate
from hebo.errors import IncompatibleError
from mcbo.compose import ACQUISITIONS, MODELS, REGIONS, SEARCHES
from mcbo.presets import CombinatorialRecipe

Names = tuple[str, str, str, str]
EVERY: list[Names] = list(itertools.product(MODELS, ACQUISITIONS, SEARCHES, REGIONS))
N_SAMPLED = 24


def compose(names: Names) -> Recommender:
    model, acquisition, search, region = names
    parts: tuple[Surrogate, Acquisition, AcqOptimizer, Region] = (
        MODELS[model],
        ACQUISITIONS[acquisition],
        SEARCHES[search],
        REGIONS[region],
    )
    return CombinatorialRecipe(
        surrogate=parts[0], acquisition=parts[1], acq_optimizer=parts[2], region=parts[3], n_initial=10
    )


@cache
def claims() -> list[tuple[Names, str]]:
    """All valid compositions with the sorts of space that they take."""
    found = []
    for names in EVERY:
        try:
            recipe = compose(names)
        except IncompatibleError:
            continue
        for sort, space in SPACES.items():
            try:
                recipe.build(space, seed=0)
            except IncompatibleError:
                continue
            found.append((names, sort))
    return found


def sampled() -> list[tuple[Names, str]]:
    """A few claims, with every part among them."""
    order = random.Random(0).sample(claims(), len(claims()))
    missing = {(place, name) for names in EVERY for place, name in enumerate(names)}
    chosen = []
    for names, sort in order:
        parts = set(enumerate(names))
        if parts & missing or (not missing and len(chosen) < N_SAMPLED):
            missing -= parts
            chosen.append((names, sort))
    return chosen


def run(names: Names, sort: str) -> None:
    """Minimize the squared distance from a point with 30 evaluations."""
    space = SPACES[sort]
    optimizer = compose(names).build(space, seed=1)
    lower, upper = space.bounds
    for n in (10, 10, 10):
        x = optimizer.ask(n)
        points = space.encode(x)
        assert space.contains(points).all()
        if (space.cardinality or 1000) >= 60:
            assert (
                len(torch.unique(torch.cat([optimizer.data.x, points]), dim=0)) == len(optimizer.data.x) + n
            )
        optimizer.tell(x, ((points - lower) / (upper - lower) - 0.4).square().sum(1).tolist())
    assert len(optimizer.data.x) == 30


def test_there_are_many_compositions_and_each_part_is_in_some() -> None:
    valid = {names for names, _ in claims()}
    assert len(valid) >= 150
    for place, parts in enumerate((MODELS, ACQUISITIONS, SEARCHES, REGIONS)):
        assert {names[place] for names in valid} == set(parts)


@pytest.mark.parametrize("names", sorted(set(EVERY)), ids="-".join)
def test_a_composition_is_valid_or_refused_with_the_names_of_two_parts(names: Names) -> None:
    model, acquisition, search, _ = names
    additive = acquisition == "addlcb"
    fits = (model == "gp_rd" or not additive) and (additive or search != "mp")
    fits = fits and not (model == "rf" and acquisition == "ts")
    if fits:
        compose(names)
    else:
        with pytest.raises(IncompatibleError, match=r"\w+ needs .*, which \w+ does not offer; use"):
            compose(names)


@pytest.mark.parametrize(("names", "sort"), sampled(), ids=str)
def test_a_sampled_composition_runs(names: Names, sort: str) -> None:
    run(names, sort)


@pytest.mark.slow
@pytest.mark.parametrize(("names", "sort"), claims(), ids=str)
def test_a_composition_runs(names: Names, sort: str) -> None:
    run(names, sort)
