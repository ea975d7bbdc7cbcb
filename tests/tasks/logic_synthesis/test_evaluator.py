"""Tests of `tasks.logic_synthesis.evaluator` with a stand-in for ABC."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hebo.errors import DataError, EvaluationError
from tasks.logic_synthesis.abc_process import ABC
from tasks.logic_synthesis.circuits import load_circuit
from tasks.logic_synthesis.evaluator import Evaluator
from tasks.logic_synthesis.operators import Mapped

ADDER = load_circuit("adder:4")


def n_runs(log: Path) -> int:
    """How often something was measured."""
    return sum("strash" in line for line in log.read_text().splitlines())


def test_a_sequence_and_its_prefixes_are_measured(abc_path: str) -> None:
    evaluator = Evaluator(ABC(Path(abc_path)), lut_inputs=6, prove=True)
    assert evaluator.measure(ADDER, ["rewrite", "balance"]) == [Mapped(98, 19)]
    every = evaluator.measure(ADDER, ["rewrite", "balance"], every=True)
    assert every == [Mapped(100, 20), Mapped(99, 20), Mapped(98, 19)]
    assert evaluator.reference(ADDER) == Mapped(90, 16)


def test_results_are_shared_by_a_file_and_told_apart_by_all_that_matters(
    abc_path: str, log: Path, tmp_path: Path
) -> None:
    cache = str(tmp_path / "results.jsonl")
    abc = ABC(Path(abc_path))
    first, second, other = (Evaluator(abc, lut_inputs=k, prove=True, cache=cache) for k in (6, 6, 4))
    for _ in range(2):
        assert first.measure(ADDER, ["resub"]) == second.measure(ADDER, ["resub"]) == [Mapped(99, 20)]
    assert n_runs(log) == 1
    other.measure(ADDER, ["resub"])
    first.measure(load_circuit("adder:5"), ["resub"])
    first.measure(ADDER, ["resub", "resub"])
    assert n_runs(log) == 4


def test_failures_are_not_kept(abc_path: str, log: Path) -> None:
    evaluator = Evaluator(ABC(Path(abc_path)), lut_inputs=6, prove=False)
    for _ in range(2):
        with pytest.raises(EvaluationError, match=r"it said .*no fraig here"):
            evaluator.measure(ADDER, ["fraig"])
    assert n_runs(log) == 2


def test_a_circuit_is_checked_once_before_it_is_measured(abc_path: str, log: Path) -> None:
    evaluator = Evaluator(ABC(Path(abc_path)), lut_inputs=6, prove=True)
    for _ in range(2):
        evaluator.measure(ADDER, ["resub"])
        evaluator.reference(ADDER)
    assert log.read_text().splitlines().count("read circuit.aig; print_stats") == 1


def test_nothing_is_measured_of_a_circuit_that_is_refused(program: Callable[[str], Path]) -> None:
    says = "Warning: Constant-0 drivers added to 16 non-driven nets"
    path = program(
        "import sys\nprint('UC Berkeley, ABC 1.01')\n"
        f"assert 'strash' not in sys.argv[-1]\nprint({says!r})\nprint('c : i/o = 2/ 1  lat = 0  nd = 9')\n"
    )
    evaluator = Evaluator(ABC(path), lut_inputs=6, prove=True)
    for measure in (lambda: evaluator.measure(ADDER, []), lambda: evaluator.reference(ADDER)):
        with pytest.raises(DataError, match=says):
            measure()
