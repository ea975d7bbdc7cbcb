from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from tasks.combinatorial.ising import IsingSparsification


def products_of_all_states(task: IsingSparsification) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The products of the spins of each edge, in each of the `2^n` states."""
    n = task.n_rows * task.n_columns
    spins = 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1) - 1.0
    return np.stack([spins[:, i] * spins[:, j] for i, j in task.edges], axis=1)


def by_enumeration(task: IsingSparsification, x: list[int]) -> float:
    """The divergence as a sum over all states, from its definition."""
    products = products_of_all_states(task)
    log_p, log_q = (products @ energies for energies in (task.energies, task.energies * np.array(x)))
    log_p -= np.logaddexp.reduce(log_p)
    log_q -= np.logaddexp.reduce(log_q)
    return float(np.exp(log_p) @ (log_p - log_q)) + task.regularization * sum(x)


@pytest.mark.parametrize(
    "task",
    [
        IsingSparsification(),
        IsingSparsification(max_coupling=0.5, regularization=0.0, seed=1),
        IsingSparsification(n_rows=3, n_columns=2, max_coupling=1.0, seed=2),
        IsingSparsification(n_rows=2, n_columns=5, max_coupling=1.0, seed=3),
    ],
)
def test_random_points_have_the_divergence_that_enumeration_gives(task: IsingSparsification) -> None:
    codes = np.random.default_rng(0).integers(2, size=(4, task.dimension))
    values = task.evaluate(task.to_frame(codes))["penalized_divergence"]
    assert np.allclose(values, [by_enumeration(task, row) for row in codes.tolist()], rtol=1e-9, atol=1e-9)


def test_edges_of_a_chain_add_up() -> None:
    # A tree has independent products of spins: leaving out an edge of energy K costs K tanh K - log cosh K.
    task = IsingSparsification(n_rows=1, n_columns=9, max_coupling=1.0, regularization=0.1, seed=4)
    k = task.energies
    codes = np.random.default_rng(1).integers(2, size=(6, 8))
    expected = ((1 - codes) * (k * np.tanh(k) - np.log(np.cosh(k))) + 0.1 * codes).sum(axis=1)
    assert np.allclose(task.function(codes), expected, rtol=0, atol=1e-12)


def test_correlations_are_those_of_enumeration() -> None:
    task = IsingSparsification(n_rows=3, n_columns=3, max_coupling=0.6, seed=5)
    products = products_of_all_states(task)
    weights = np.exp(products @ task.energies)
    assert np.allclose(task.correlations, weights @ products / weights.sum(), rtol=0, atol=1e-12)


def test_the_four_by_four_grid_has_24_edges_between_neighbors() -> None:
    task = IsingSparsification()
    assert task.dimension == len(task.edges) == len(set(task.edges)) == 24
    assert task.edges[:4] == [(0, 1), (0, 4), (1, 2), (1, 5)]
    for i, j in task.edges:
        assert abs(i // 4 - j // 4) + abs(i % 4 - j % 4) == 1


def test_without_regularization_all_edges_lose_nothing_and_are_the_optimum() -> None:
    task = IsingSparsification(regularization=0.0)
    assert task.optimum == 0.0
    assert task.minimizers is not None
    assert task.minimizers.to_numpy().all()
    assert task.evaluate(task.minimizers)["penalized_divergence"].tolist() == [0.0]
    assert IsingSparsification().optimum is None
    assert IsingSparsification().minimizers is None


def test_no_edges_leave_independent_spins() -> None:
    # KL(p || uniform) = 16 log 2 - entropy of p; with the price of no edge.
    task = IsingSparsification(max_coupling=0.4, seed=6)
    log_p = products_of_all_states(task) @ task.energies
    log_p -= np.logaddexp.reduce(log_p)
    entropy = -float(np.exp(log_p) @ log_p)
    assert task.function(np.zeros((1, 24), dtype=np.int64))[0] == pytest.approx(16 * np.log(2) - entropy)


def test_strong_couplings_do_not_overflow() -> None:
    task = IsingSparsification(min_coupling=100.0, max_coupling=100.0, n_rows=6, n_columns=6)
    values = task.function(np.random.default_rng(2).integers(2, size=(5, task.dimension)))
    assert np.isfinite(values).all()


def test_couplings_are_in_their_range_with_both_signs() -> None:
    task = IsingSparsification(n_rows=12, n_columns=12, min_coupling=0.05, max_coupling=5.0)
    sizes = np.abs(task.energies) / 2
    assert 0.05 <= sizes.min() < 0.3
    assert 4.7 < sizes.max() <= 5.0
    assert 0.4 < (task.energies > 0).mean() < 0.6


def test_a_range_upside_down_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"min_coupling=2.0 is above max_coupling=1.0"):
        IsingSparsification(min_coupling=2.0, max_coupling=1.0)


@pytest.mark.parametrize("settings", [{"n_columns": 1}, {"n_columns": 13}, {"regularization": -1.0}])
def test_impossible_settings_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(settings))):
        IsingSparsification.model_validate(settings)
