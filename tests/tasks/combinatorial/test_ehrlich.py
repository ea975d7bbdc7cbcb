from __future__ import annotations

import itertools
from math import floor
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from pydantic import ValidationError

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.rules.constraints import register_constraint
from hebo.random import make_generator
from tasks.combinatorial.ehrlich import Ehrlich, ExplicitEhrlich

GIVEN: dict[str, Any] = {
    "length": 6,
    "n_states": 3,
    "motifs": ((0, 1, 1, 2), (2, 0)),
    "spacings": ((1, 2, 1), (1,)),
}
# Two motifs of two states, 0 . 1 and 2 0; state 2 must not follow 1.
TWO: dict[str, Any] = {
    "length": 5,
    "n_states": 3,
    "motifs": ((0, 1), (0, 2)),
    "spacings": ((2,), (1,)),
    "banned": ((1, 2),),
}


def strings(*texts: str) -> pd.DataFrame:
    return pd.DataFrame([[int(state) for state in text] for text in texts]).rename(
        columns=lambda i: f"x{i + 1}"
    )


def values(task: Ehrlich | ExplicitEhrlich, *texts: str) -> list[float]:
    return task.evaluate(strings(*texts))["motif_quality"].tolist()


def by_definition(task: Ehrlich, x: tuple[int, ...]) -> float:
    """The value of one string by the formula, with loops; NaN if it is infeasible."""
    instance, k = task.instance, task.motif_length
    if not all(instance.allowed[a, b] for a, b in itertools.pairwise(x)):
        return float("nan")
    q, product = task.quantization or k, 1.0
    for motif, offset in zip(instance.motifs, instance.offsets, strict=True):
        places = range(len(x) - offset[-1])
        found = max(sum(x[place + s] == a for a, s in zip(motif, offset, strict=True)) for place in places)
        h = floor(found * q / k) / q
        product *= h * (1 + task.epistasis * h * (h - 1))
    return product


def test_two_motifs_worked_by_hand() -> None:
    task = ExplicitEhrlich(**TWO)
    # Both in full; one half of each; the first in full and half of the second; nothing of the first.
    assert values(task, "00102", "00000", "00100", "22222") == [1.0, 0.25, 0.5, 0.0]


def test_a_banned_step_is_a_failure_with_its_reason() -> None:
    table = ExplicitEhrlich(**TWO).evaluate(strings("00102", "00120"))
    assert table["motif_quality"].isna().tolist() == [False, True]
    assert table["error"].tolist() == [None, "State 2 in x4 must not follow state 1 in x3."]


def test_a_penalty_is_minus_the_share_of_banned_steps() -> None:
    task = ExplicitEhrlich(**TWO, infeasible="penalty")
    table = task.evaluate(strings("00102", "00120", "12012"))
    assert table["motif_quality"].tolist() == [1.0, -0.25, -0.5]
    assert list(table.columns) == ["motif_quality"]


@pytest.mark.parametrize(("quantization", "expected"), [(None, 0.75), (4, 0.75), (2, 0.5), (1, 0.0)])
def test_quantized_motifs_count_in_whole_steps(quantization: int | None, expected: float) -> None:
    settings = GIVEN | {"motifs": GIVEN["motifs"][:1], "spacings": GIVEN["spacings"][:1]}
    task = ExplicitEhrlich(**settings, quantization=quantization)
    assert values(task, "010110", "010120") == [expected, 1.0]  # three of 0 1 . 1 2 in a row, then all


@pytest.mark.parametrize(("epistasis", "expected"), [(0.0, 0.5), (1.0, 0.375), (4.0, 0.0)])
def test_epistasis_takes_from_half_a_motif(epistasis: float, expected: float) -> None:
    task = ExplicitEhrlich(length=3, n_states=2, motifs=((0, 0),), spacings=((2,),), epistasis=epistasis)
    assert values(task, "110", "000", "111") == [expected, 1.0, 0.0]


@pytest.mark.parametrize(
    "settings",
    [
        {"length": 6, "n_states": 4, "n_motifs": 1, "motif_length": 3},
        {"length": 6, "n_states": 4, "n_motifs": 3, "motif_length": 2, "seed": 5},
        {"length": 5, "n_states": 4, "n_motifs": 1, "motif_length": 4, "quantization": 2, "epistasis": 1.5},
    ],
)
def test_all_strings_have_the_values_of_the_formula_and_none_is_above_the_optimum(
    settings: dict[str, Any],
) -> None:
    task = Ehrlich(**settings)
    everything = list(itertools.product(range(4), repeat=task.length))
    found = task.evaluate(pd.DataFrame(everything, columns=task.space.names))["motif_quality"].to_numpy()
    assert np.allclose(found, [by_definition(task, x) for x in everything], rtol=1e-12, equal_nan=True)
    assert np.nanmax(found) == task.optimum == 1.0
    assert np.isnan(found).any()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"n_states": 32, "length": 32, "n_motifs": 4},
        {"n_states": 32, "length": 128, "n_motifs": 8, "motif_length": 8, "quantization": 2, "seed": 9},
    ],
)
def test_the_known_best_string_has_the_optimum_and_initial_points_are_feasible(
    settings: dict[str, Any],
) -> None:
    task = Ehrlich(**settings)
    assert task.evaluate(task.minimizers)["motif_quality"].tolist() == [1.0]
    assert task.evaluate(task.initial_points(5))["motif_quality"].between(0.0, 1.0).all()
    assert task.is_feasible(task.initial_points(5)).all()
    again, other = (task.initial_points(5, seed=seed) for seed in (1, 2))
    assert task.is_feasible(again).all()
    assert again.equals(task.initial_points(5, seed=1))
    assert not again.equals(other)


def test_the_best_string_of_a_given_instance_has_the_optimum() -> None:
    task = ExplicitEhrlich(**TWO)
    assert task.minimizers.to_numpy().tolist() == [[0, 0, 1, 0, 2]]
    assert task.evaluate(task.minimizers)["motif_quality"].tolist() == [task.optimum]


def test_tasks_that_were_used_are_compared_by_their_settings() -> None:
    for first, second in ((Ehrlich(), Ehrlich()), (ExplicitEhrlich(**TWO), ExplicitEhrlich(**TWO))):
        assert len(first.minimizers) == len(second.minimizers)
        assert first == second
    assert Ehrlich(seed=1) != Ehrlich()


def test_few_random_strings_are_feasible() -> None:
    task = Ehrlich(n_states=32, length=9, n_motifs=2)
    frame = task.space.decode(task.space.sample(2048, generator=make_generator("share")))
    share = task.is_feasible(frame).mean()
    assert share == pytest.approx((25.2 / 32) ** 8, abs=0.04)
    assert task.evaluate(frame)["motif_quality"].notna().mean() == share


def test_feasibility_can_be_made_an_input_constraint() -> None:
    task = Ehrlich(length=10)
    register_constraint("feasible strings of a test", task.is_feasible)
    rule = {"type": "function", "name": "feasible strings of a test"}
    space = DesignSpace().parse(task.parameters(), constraints=[rule])
    frame = space.decode(space.sample(20, generator=make_generator("constraint")))
    assert task.evaluate(frame)["motif_quality"].notna().all()


REFERENCE = [
    (5, 7, 1, 3, 3),
    (4, 15, 2, 4, 4),
    (4, 15, 2, 4, 2),
    (32, 32, 4, 4, 4),
    (20, 64, 2, 8, 4),
    (7, 40, 3, 6, 1),
]


@pytest.mark.parametrize(("v", "length", "c", "k", "q"), REFERENCE)
def test_instances_and_values_are_those_of_the_reference(v: int, length: int, c: int, k: int, q: int) -> None:
    reference = pytest.importorskip(
        "holo.test_functions.closed_form", reason="the reference, pytorch-holo, is not installed"
    )
    for seed, epistasis in itertools.product((0, 1, 12345), (0.0, 2.0)):
        compare(reference.Ehrlich, v, length, c, k, q, epistasis=epistasis, seed=seed)


def compare(
    reference: Any, v: int, length: int, c: int, k: int, q: int, *, epistasis: float, seed: int
) -> None:
    """Compare an instance drawn here, and one with the reference's parts given, with the reference."""
    theirs = reference(
        num_states=v,
        dim=length,
        num_motifs=c,
        motif_length=k,
        quantization=q,
        epistasis_factor=epistasis,
        random_seed=seed,
    )
    shared: dict[str, Any] = {"length": length, "n_states": v, "quantization": q, "epistasis": epistasis}
    drawn = Ehrlich(**shared, n_motifs=c, motif_length=k, seed=seed)
    given = ExplicitEhrlich(
        **shared,
        motifs=[one.tolist() for one in theirs.motifs],
        spacings=[one.tolist() for one in theirs.spacings],
        banned=torch.argwhere(theirs.transition_matrix == 0).tolist(),
    )
    assert drawn.minimizers.to_numpy().tolist() == [theirs.optimal_solution().tolist()]
    assert drawn.initial_points(30).to_numpy().tolist() == theirs.initial_solution(30).tolist()
    x = mutants(theirs, v, length)
    expected = theirs.evaluate_true(x).double().numpy()
    frame = pd.DataFrame(x.numpy(), columns=drawn.space.names)
    for task in (drawn, given):
        found = task.evaluate(frame)["motif_quality"].to_numpy()
        assert np.isnan(found).tolist() == np.isinf(expected).tolist()
        assert np.allclose(found[~np.isnan(found)], expected[~np.isnan(found)], rtol=0, atol=1e-6)
    assert len(set(expected)) > 2


def mutants(theirs: Any, v: int, length: int) -> torch.Tensor:
    """Strings of all sorts: feasible ones, the best one, that one changed here and there, and random ones."""
    generator = torch.Generator().manual_seed(0)
    best = theirs.optimal_solution().repeat(60, 1)
    noise = torch.randint(v, best.shape, generator=generator)
    rates = torch.rand(60, 1, generator=generator)
    changed = torch.where(torch.rand(best.shape, generator=generator) < 0.3 * rates, noise, best)
    return torch.cat([theirs.initial_solution(60), best[:1], changed, noise[:20]])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n_motifs": 4}, "n_motifs=4 of motif_length=4 do not fit into strings of length=15"),
        ({"quantization": 3}, "quantization=3 does not divide the motif length 4"),
        ({"quantization": 0}, "quantization"),
        ({"n_states": 2}, "n_states"),
        ({"motif_length": 1}, "motif_length"),
        ({"epistasis": 4.5}, "epistasis"),
        ({"infeasible": "zero"}, "'failure' or 'penalty'"),
        ({"seed": -1}, "seed"),
    ],
)
def test_settings_that_make_no_instance_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Ehrlich(**settings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (GIVEN, "differ in length; give motifs of one length"),
        (TWO | {"motifs": ((), ())}, "give motifs of one length, at least 1"),
        (TWO | {"spacings": ((2,),)}, "do not fit 2 motifs of 2 states; give 1 steps for each"),
        (TWO | {"spacings": ((2,), (0,))}, "hold a step below 1"),
        (TWO | {"motifs": ((0, 3), (0, 2))}, r"name the states \[3\], but n_states=3 are 0 to 2"),
        (TWO | {"banned": ((5, 0), (0, -1))}, r"name the states \[-1, 5\]"),
        (TWO | {"banned": ((1, 1),)}, r"banned=\[\(1, 1\)\] keep a state from following itself"),
        (TWO | {"length": 4}, "take 5 places, more than length=4"),
        (TWO | {"banned": ((1, 0),)}, r"need the banned step \(1, 0\).* change their order"),
        (TWO | {"quantization": 3}, "quantization=3 does not divide the motif length 2"),
    ],
)
def test_a_given_instance_that_is_wrong_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ExplicitEhrlich(**settings)
