from __future__ import annotations

import numpy as np
import pytest
import torch

from tasks.combinatorial.ehrlich_instance import Chain, Instance, draw_instance

SIZES = [(7, 5, 1, 3), (15, 4, 2, 4), (8, 3, 4, 2), (40, 7, 3, 5), (64, 32, 4, 4), (30, 10, 2, 15)]


def small() -> Instance:
    allowed = np.array([[True, True, False], [False, True, True], [True, True, True]])
    return Instance(7, allowed, np.array([[0, 1, 1], [1, 2, 0]]), np.array([[2, 1], [1, 1]]))


def test_offsets_are_the_sums_of_the_steps() -> None:
    assert small().offsets.tolist() == [[0, 2, 3], [0, 1, 2]]


def test_banned_steps_are_those_that_are_not_allowed() -> None:
    x = np.array([[0, 2, 1, 0, 0, 1, 2], [2, 0, 1, 1, 2, 2, 1]])
    assert small().banned(x).tolist() == [[True, False, True, False, False, False], [False] * 6]


def test_matches_worked_by_hand() -> None:
    x = np.array([[0, 2, 1, 1, 1, 2, 0], [2, 2, 2, 2, 2, 2, 2], [1, 1, 1, 0, 0, 0, 0]])
    # 0 . 1 1 is at the first place of the first string, 1 2 0 at its last three; twos hold one of 1 2 0.
    # The third has no more than one of 0 . 1 1 anywhere, and 1 . 0 of 1 2 0 at its second place.
    assert small().matches(x).tolist() == [[3, 3], [0, 1], [1, 2]]


def test_the_solution_repeats_each_element_until_the_next_is_due() -> None:
    assert small().solution().tolist() == [0, 0, 1, 1, 1, 2, 0]
    longer = Instance(9, small().allowed, small().motifs, small().spacings)
    assert longer.solution().tolist() == [0, 0, 1, 1, 1, 2, 0, 0, 0]


@pytest.mark.parametrize(("length", "n_states", "n_motifs", "motif_length"), SIZES)
@pytest.mark.parametrize("seed", range(5))
def test_each_drawn_instance_has_a_feasible_solution(
    length: int, n_states: int, n_motifs: int, motif_length: int, seed: int
) -> None:
    instance, chain = draw_instance(
        length=length, n_states=n_states, n_motifs=n_motifs, motif_length=motif_length, seed=seed
    )
    x = instance.solution()[None]
    assert x.shape == (1, length)
    assert not instance.banned(x).any()
    assert instance.matches(x).tolist() == [[motif_length] * n_motifs]
    assert not instance.banned(chain.sample(20, length, generator=torch.Generator().manual_seed(1))).any()


@pytest.mark.parametrize(("length", "n_states", "n_motifs", "motif_length"), SIZES)
def test_motifs_with_their_spacings_fit_side_by_side(
    length: int, n_states: int, n_motifs: int, motif_length: int
) -> None:
    instance, _ = draw_instance(
        length=length, n_states=n_states, n_motifs=n_motifs, motif_length=motif_length, seed=3
    )
    assert instance.motifs.shape == (n_motifs, motif_length)
    assert instance.spacings.min() >= 1
    assert (instance.offsets[:, -1] + 1).max() <= length // n_motifs


@pytest.mark.parametrize(("n_states", "allowed"), [(3, 3), (4, 3), (5, 5), (20, 17), (32, 25)])
def test_the_band_and_the_state_itself_may_follow(n_states: int, allowed: int) -> None:
    instance, chain = draw_instance(length=8, n_states=n_states, n_motifs=1, motif_length=4, seed=0)
    counts = instance.allowed.sum(axis=1)
    assert instance.allowed.diagonal().all()
    assert set(counts.tolist()) <= {allowed, allowed + 1}
    assert allowed in counts
    p = chain.stationary.double()
    assert torch.allclose(p @ chain.transitions.double(), p, atol=1e-6)
    assert float(p.sum()) == pytest.approx(1.0, abs=1e-5)


def test_a_chain_visits_states_as_often_as_its_stationary_distribution_says() -> None:
    chain = Chain(torch.tensor([[0.5, 0.5], [0.25, 0.75]]), torch.tensor([1 / 3, 2 / 3]))
    x = chain.sample(4000, 5, generator=torch.Generator().manual_seed(0))
    assert np.abs((x == 0).mean(axis=0) - 1 / 3).max() < 4 * np.sqrt(2 / 9 / 4000)
    after = x[:, 1:][x[:, :-1] == 1]
    assert (after == 0).mean() == pytest.approx(0.25, abs=0.02)
