"""Tests of `tasks.logic_synthesis.aig_rewriting` without aigverse; `tests/clients/test_aigverse.py` has the others."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.errors import MissingExtraError
from tasks.logic_synthesis.aig_rewriting import OPERATORS, AIGRewriting


class Graph:
    """A stand-in whose size is known: each operator takes a gate off, `balance` also a level."""

    def __init__(self, gates: int = 10, levels: int = 5) -> None:
        self.num_gates, self.num_levels = gates, levels

    def clone(self) -> Graph:
        return self


@pytest.fixture
def proof(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool | None]:
    """Puts stand-ins in aigverse's place; returns what its proofs will say."""
    said: dict[str, bool | None] = {"proved": True}

    def refactor(graph: Graph, **settings: Any) -> Graph:
        if settings:
            raise RuntimeError("no zero gain here")
        return Graph(graph.num_gates - 1, graph.num_levels)

    modules = {
        "io": SimpleNamespace(read_aiger_into_aig=lambda path: Graph()),
        "networks": SimpleNamespace(Aig=lambda graph: graph, DepthAig=lambda graph: graph),
        "algorithms": SimpleNamespace(
            cleanup_dangling=lambda graph: graph,
            equivalence_checking=lambda spec, impl, *, conflict_limit: said["proved"],
            balancing=lambda graph, **_: Graph(graph.num_gates - 1, graph.num_levels - 1),
            sop_refactoring=refactor,
        ),
    }
    monkeypatch.setitem(sys.modules, "aigverse", SimpleNamespace())
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, f"aigverse.{name}", module)
    return said


SEQUENCES = pd.DataFrame({"op1": ["balance", "refactor -z"], "op2": ["refactor", "balance"]})


@pytest.mark.parametrize(
    ("objective", "name", "expected", "par"),
    [
        ("both", "gates_plus_depth", 0.8 + 0.8, 2),
        ("gates", "relative_gates", 0.8, 1),
        ("depth", "relative_depth", 0.8, 1),
    ],
)
def test_objectives_compare_with_the_circuit_and_failures_have_a_reason(
    proof: dict[str, bool | None], objective: Any, name: str, expected: float, par: int
) -> None:
    found = AIGRewriting(objective=objective, length=2).evaluate(SEQUENCES)
    assert found[name][0] == pytest.approx(expected)
    assert found["improvement"][0] == pytest.approx(100 * (1 - expected / par))
    assert found[["gates", "depth"]].to_numpy()[0].tolist() == [8.0, 4.0]
    assert found[name].isna().tolist() == [False, True]
    assert found["error"][1] == "'refactor -z' failed: no zero gain here"


@pytest.mark.parametrize(("said", "reason"), [(False, "is not equivalent"), (None, "could not be proved")])
def test_a_result_without_a_proof_is_a_failure(
    proof: dict[str, bool | None], said: bool | None, reason: str
) -> None:
    proof["proved"] = said
    found = AIGRewriting(length=2).evaluate(SEQUENCES.iloc[:1])
    assert found["gates_plus_depth"].isna().all()
    assert reason in found["error"][0]


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("io", "networks", "algorithms"):
        monkeypatch.setitem(sys.modules, f"aigverse.{name}", None)
    with pytest.raises(MissingExtraError, match=r"'\.\[aig\]'"):
        AIGRewriting().require()


def test_other_formats_are_refused() -> None:
    with pytest.raises(ValidationError, match="only binary AIGER is read here; convert it"):
        AIGRewriting(circuit="x.blif")


def test_each_place_holds_one_of_the_operators() -> None:
    task = AIGRewriting(circuit="adder:4", length=3)
    assert task.space.names == ["op1", "op2", "op3"]
    assert task.parameters()[0]["categories"] == list(OPERATORS)
    assert task.name == "AIGRewriting-adder4"
