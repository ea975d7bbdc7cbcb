"""The and-inverter graphs of aigverse: known sizes, proofs, and the same figures each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hebo.errors import DataError
from hebo.random import make_generator
from tasks.logic_synthesis.aig_rewriting import OPERATORS, AIGRewriting

pytestmark = pytest.mark.client
pytest.importorskip("aigverse")


def frame(*rows: list[str]) -> pd.DataFrame:
    return pd.DataFrame([{f"op{place + 1}": one for place, one in enumerate(row)} for row in rows])


def test_a_full_adder_can_be_made_smaller_by_refactoring_and_flatter_by_balancing() -> None:
    found = AIGRewriting(circuit="adder:16", length=1).evaluate(frame(["refactor"], ["balance"]))
    gates, depth = found["gates"], found["depth"]
    assert found["error"].isna().all()
    assert gates[0] < gates[1]
    assert depth[1] < depth[0]
    start = AIGRewriting(circuit="adder:16", length=1)._start
    assert found["gates_plus_depth"][0] == pytest.approx(gates[0] / start.num_gates + 1.0)


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_is_known_and_gives_an_equivalent_graph(operator: str) -> None:
    found = AIGRewriting(circuit="int2float", length=1).evaluate(frame([operator]))
    assert found["error"].isna().all()
    assert found["gates"][0] > 0


def test_operators_differ_from_one_another() -> None:
    rows = [[one, one, "resub"] for one in OPERATORS]
    found = AIGRewriting(circuit="square_root:12", length=3).evaluate(frame(*rows))
    assert len(set(zip(found["gates"], found["depth"], strict=True))) == len(OPERATORS)


@pytest.mark.parametrize(("objective", "par"), [("both", 2.0), ("gates", 1.0), ("depth", 1.0)])
def test_sequences_give_the_same_each_time_relative_to_the_circuit(objective: Any, par: float) -> None:
    task = AIGRewriting(circuit="square_root:8", objective=objective, length=4)
    points = task.space.decode(task.space.sample(3, generator=make_generator("aig")))
    found = task.evaluate(points)
    again = AIGRewriting(circuit="square_root:8", objective=objective, length=4).evaluate(points)
    pd.testing.assert_frame_equal(found, again)
    ratios = found[task.objectives[0]]
    assert found["improvement"].tolist() == pytest.approx([100 * (1 - one / par) for one in ratios])


def test_a_file_that_is_no_circuit_is_told_before_evaluations_fail(tmp_path: Path) -> None:
    path = tmp_path / "x.aig"
    path.write_bytes(b"nonsense")
    with pytest.raises(DataError, match="no binary AIGER file"):
        AIGRewriting(circuit=str(path)).require()
