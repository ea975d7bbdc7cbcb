"""Tests of `tasks.sdp_game.sdp_game`: with a stand-in for the solver, and a few real programs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.errors import ConfigError, DataError
from hebo.random import make_generator
from tasks.sdp_game import sdp_game
from tasks.sdp_game.best_distance import minimum_over_distance, prior_over_distance
from tasks.sdp_game.bounds import BoundResult
from tasks.sdp_game.certificate import Statement
from tasks.sdp_game.sdp_game import SpherePackingBound
from tasks.sdp_game.solves import Program, Solves

TOKENS = ["A1", "B1", "A1^2", "A1*B1", "A1*C", "A2", "B1^2", "B1*C", "B2", "C^2", "g1", "g2"]


def point(*tokens: str, r: float = 1.25, ratio: float = 1.2) -> dict[str, Any]:
    return {"r": r, "radius_ratio": ratio, **{name: int(name in tokens) for name in TOKENS}}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Program]:
    """Programs that a stand-in was asked for: with g2 it fails, and no file is written for its proofs."""
    found: list[Program] = []

    def answer(program: Program) -> BoundResult:
        found.append(program)
        status: Any = "stalled" if "g2" in program.multipliers else "optimal"
        value = math.nan if status == "stalled" else 0.78 - 0.002 * len(program.multipliers)
        return BoundResult(value, None if math.isnan(value) else value, status, 1.0, PROOF, 30, 0.0, 9, (3,))

    monkeypatch.setattr(sdp_game, "solve_program", answer)
    monkeypatch.setattr(Solves, "best_two_point", lambda *_: 0.78)
    return found


class Proof:
    """What a result says about its proof."""

    reason = None
    statement = Statement(3, 6, 3, 1.25, 1.5, 14, ())


PROOF: Any = Proof()


def test_a_point_is_two_numbers_and_a_set_of_tokens() -> None:
    space = SpherePackingBound().space
    assert space.names == ["r", "radius_ratio", *TOKENS]
    x = space.sample(64, generator=make_generator(0))
    frame = space.decode(x)
    assert ((frame["A1*B1"] + frame["g1"]) >= 1).all()
    assert SpherePackingBound(preset="two_point").space.names == ["r"]


def test_a_point_becomes_its_program(asked: list[Program]) -> None:
    found = SpherePackingBound().evaluate(pd.DataFrame([point("g1", "A1*C", r=1.3, ratio=1.5)]))
    (program,) = asked
    assert program == Program(3, 6, 3, 1.3, 1.3 * 1.5, ("1", "C", "A1*C", "G", "g1"), 14, 256, 1e-7, 200)
    row = found.iloc[0]
    assert row["density_bound"] == pytest.approx(0.77)
    assert row["reward"] == pytest.approx(0.01 / (0.78 - 0.7404805))
    assert row["below_lp"] == pytest.approx(0.779746762 - 0.77)
    assert row["above_density"] == pytest.approx(0.77 - 0.7404805)
    assert (row["status"], row["multipliers"], row["error"]) == ("certified", "1 C A1*C G g1", None)


def test_a_failed_solve_has_no_value_no_reward_and_a_reason(asked: list[Program]) -> None:
    found = SpherePackingBound().evaluate(pd.DataFrame([point("g1", "g2"), point("g1")]))
    assert found["density_bound"].isna().tolist() == [True, False]
    assert found["reward"][0] == 0.0
    assert found["status"].tolist() == ["stalled", "certified"]
    assert found["error"].tolist() == ["the solver ended with 'stalled'", None]


@pytest.mark.client
def test_a_tie_is_a_failure_with_a_proof_or_has_the_value_of_two_points(tmp_path: Path) -> None:
    pytest.importorskip("flint")
    plateau = pd.DataFrame([point("g1", r=1.3, ratio=1.5)]).drop(columns="g2")  # its degree is 4
    settings: dict[str, Any] = {"half_degree_2": 2, "half_degree_3": 1, "certificates": str(tmp_path)}
    failed, valued = (
        SpherePackingBound(ties=ties, **settings).evaluate(plateau).iloc[0] for ties in ("failed", "value")
    )
    assert (failed["status"], valued["status"]) == ("two_points", "two_points")
    assert math.isnan(failed["density_bound"])
    assert failed["error"] == "no better than two points, 0.795728646"
    assert (valued["density_bound"], valued["error"]) == (pytest.approx(0.795728646, abs=1e-9), None)
    assert failed["reward"] == valued["reward"] == 0.0
    assert failed["certificate"] == valued["certificate"]


def test_one_program_is_solved_once(asked: list[Program]) -> None:
    task = SpherePackingBound()
    task.evaluate(pd.DataFrame([point("g1"), point("g1"), point("g1", r=1.3)]))
    assert len(asked) == 2


def test_a_set_without_an_interior_is_not_evaluated(asked: list[Program]) -> None:
    task = SpherePackingBound()
    found = task.evaluate(pd.DataFrame([point("A1", "B1"), point("g1")]))
    assert found["density_bound"].isna().tolist() == [True, False]
    assert len(asked) == 1
    with pytest.raises(DataError, match="is illegal after"):
        task.state(point("A1", "B1"))


def test_the_budget_and_the_second_objective_follow_the_cost_model(asked: list[Program]) -> None:
    task = SpherePackingBound(log_cost=True)
    found = task.evaluate(pd.DataFrame([point("g1"), point("g1", "A1")]))
    assert task.objectives == ("density_bound", "log_cost")
    costs = [task.game.cost_estimate(task.state(one)) for one in (point("g1"), point("g1", "A1"))]
    assert found["log_cost"].tolist() == pytest.approx([math.log(one) for one in costs])
    tight = SpherePackingBound(max_cpu_seconds=(costs[0] + costs[1]) / 2)
    assert tight.evaluate(pd.DataFrame([point("g1"), point("g1", "A1")]))[
        "density_bound"
    ].isna().tolist() == [
        False,
        True,
    ]


def test_cheaper_degrees_are_a_fidelity_and_nought_means_two_points(asked: list[Program]) -> None:
    task = SpherePackingBound(preset="three_point_medium", cheaper=(3, 0))
    assert task.space.roles == {"half_degree_3": "fidelity"}
    assert task.space.targets == {"half_degree_3": 4}
    task.evaluate(pd.DataFrame([point("g1") | {"half_degree_3": level} for level in (0, 3, 4)]))
    assert [one.half_degree_3 for one in asked] == [0, 3, 4]
    assert [one.multipliers for one in asked] == [(), ("1", "C", "G", "g1"), ("1", "C", "G", "g1")]


def test_presets_give_way_to_what_is_written_and_survive_a_round_trip() -> None:
    task = SpherePackingBound(preset="full", half_degree_2=12)
    assert (task.half_degree_2, task.half_degree_3, task.precision_bits) == (12, 9, 512)
    assert SpherePackingBound(**task.model_dump()) == task


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dimension": 1}, "greater than or equal to 2"),
        ({"dimension": 24}, "no default range in 24 dimensions"),
        ({"preset": "tiny"}, "'two_point', 'three_point_small'"),
        ({"preset": "two_point", "token_degree": 3}, "token_degree has no effect"),
        ({"preset": "two_point", "cheaper": (0,)}, "cheaper has no effect"),
        ({"preset": "two_point", "informed": True}, "informed has no effect with half_degree_3 = 0"),
        ({"informed": True, "min_distance": (1.2, 1.2)}, "informed has no effect where min_distance is one"),
        ({"radius_ratio": (0.9, 1.5)}, r"radius_ratio = \[0.9, 1.5\]: give two numbers above 1"),
        ({"min_distance": (1.5, 1.2)}, r"min_distance = \[1.5, 1.2\]"),
        ({"fixed_tokens": ("1", "A1*D")}, "is not in the vocabulary"),
        ({"precision_bits": 32}, "greater than or equal to 64"),
        ({"cache": "/nowhere/cache.jsonl"}, "its folder does not exist"),
        ({"certificates": __file__}, "is a file; name a folder"),
    ],
)
def test_bad_settings_are_refused_before_anything_is_solved(settings: dict[str, Any], message: str) -> None:
    with pytest.raises((ConfigError, ValidationError), match=message):
        SpherePackingBound(**settings)


@pytest.mark.client
def test_an_informed_search_begins_where_two_points_are_good() -> None:
    pytest.importorskip("flint")
    plain, informed = (SpherePackingBound(informed=one, half_degree_2=4).space for one in (False, True))
    assert plain.parameters["r"].definition().keys() == {"lb", "ub"}
    low, high = plain.parameters["r"].definition().values()
    weights = informed.parameters["r"].definition()["prior"]
    best, _ = minimum_over_distance(3, 4, low, high, distance_tolerance=1e-2)
    first = [one.decode(one.sample(400, generator=make_generator(0)))["r"] for one in (plain, informed)]
    near = [((one / best).apply(math.log).abs() < 0.05).mean() for one in first]
    assert near[1] > 1.5 * near[0]
    assert weights == list(prior_over_distance(3, 4, low, high, 256))


@pytest.mark.client
def test_a_real_two_point_bound_is_proved_with_a_certificate(tmp_path: Path) -> None:
    pytest.importorskip("flint")
    from tasks.sdp_game.verify import verify_certificate

    folder = tmp_path / "proofs"
    task = SpherePackingBound(preset="two_point", half_degree_2=4, certificates=str(folder))
    task.require()
    row = task.evaluate(pd.DataFrame([{"r": 1.271}])).iloc[0]
    assert 0.779746762 < row["density_bound"] < 0.7818
    assert row["status"] == "certified"
    assert Path(row["certificate"]).parent == folder
    verify_certificate(row["certificate"])


@pytest.mark.client
@pytest.mark.slow
def test_a_real_three_point_bound_beats_every_two_point_bound(tmp_path: Path) -> None:
    pytest.importorskip("flint")
    task = SpherePackingBound(cache=str(tmp_path / "cache.jsonl"), certificates=str(tmp_path))
    row = task.evaluate(pd.DataFrame([point("g1", "g2", r=1.26, ratio=1.15)])).iloc[0]
    assert row["density_bound"] == pytest.approx(0.778158, abs=2e-6)
    assert row["below_lp"] > 0.0015
    assert 0.04 < row["reward"] < 0.06
