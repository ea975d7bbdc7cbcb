"""Tests of `mcbo.presets`."""

from __future__ import annotations

from statistics import median

import pandas as pd
import pytest
from examples import SPACES

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.recommenders.random import RandomSearch
from mcbo.presets import BOCS, COMBO, RDUCB, BOiLS, BOiLSCut

WORD = "abcabcab"
STEPS = DesignSpace().parse(
    [{"name": f"s{i}", "type": "cat", "categories": ["a", "b", "c", "skip"]} for i in range(len(WORD))]
)


def test_message_passing_is_refused_away_from_the_cpu() -> None:
    with pytest.raises(IncompatibleError, match=r"MessagePassing .* device 'meta'"):
        RDUCB(device="meta")


@pytest.mark.parametrize("preset", [BOiLS, BOCS, COMBO])
def test_a_preset_refuses_a_space_by_the_name_of_a_parameter(preset: type[BOiLS]) -> None:
    with pytest.raises(IncompatibleError):
        preset().build(SPACES["mixed"], seed=0)


def climb(optimizer: Optimizer, n: int, seed: int) -> float:
    """Search for a word; a text is worth as much as its letters before the first wrong one, and cut there."""
    first = RandomSearch().build(STEPS, seed=seed).ask(6)
    for round_ in range(n + 1):
        asked = optimizer.ask(1) if round_ else first
        texts = ["".join(one for one in row if one != "skip") for row in asked.to_numpy()]
        n_right = [max(k for k in range(len(WORD) + 1) if text.startswith(WORD[:k])) for text in texts]
        cut = [[*text[:k], *["skip"] * (len(WORD) - k)] for text, k in zip(texts, n_right, strict=True)]
        optimizer.tell(
            asked, [-float(k) for k in n_right], evaluated_at=pd.DataFrame(cut, columns=asked.columns)
        )
    return optimizer.best_y


def test_sequences_that_are_cut_go_on_from_where_they_end() -> None:
    cut = [climb(BOiLSCut(n_initial=1).build(STEPS, seed=seed), 50, seed) for seed in range(3)]
    random = [climb(RandomSearch().build(STEPS, seed=seed), 50, seed) for seed in range(3)]
    assert median(cut) <= median(random) - 2


def test_a_space_without_skip_is_refused() -> None:
    with pytest.raises(IncompatibleError, match="gap='skip', and the last category of a place is 'z'"):
        BOiLSCut().build(SPACES["categorical"], seed=0)
