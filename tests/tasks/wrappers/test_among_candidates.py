"""Tests of `tasks.wrappers.among_candidates`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import DataError, SpaceError
from tasks.antibody.antibody_design import AntibodyDesign
from tasks.synthetic.branin import Branin
from tasks.wrappers.among_candidates import AmongCandidates

SMALL = AntibodyDesign(length=5, window=5, min_contacts=10, developable=True)


def write(folder: Path, text: str) -> str:
    path = folder / "library.csv"
    path.write_text(text)
    return str(path)


def test_only_rows_can_be_chosen_and_their_values_are_those_of_the_task(tmp_path: Path) -> None:
    names = Branin().space.names
    path = write(tmp_path, f"id,{names[1]},{names[0]}\nA,2.5,1\nB,12,-3\n")
    task = AmongCandidates(task=Branin(), candidates=path)
    assert isinstance(task.space, TableSpace)
    points = task.space.decode(task.space.rows.x)
    assert points.to_dict("list") == {names[0]: [1.0, -3.0], names[1]: [2.5, 12.0]}
    pd.testing.assert_frame_equal(task.evaluate(points), Branin().evaluate(points))
    elsewhere = pd.DataFrame({names[0]: [0.0], names[1]: [0.0]})
    assert task.evaluate(elsewhere).isna().all(axis=None)


def test_what_the_whole_task_knows_of_its_optimum_is_not_claimed(tmp_path: Path) -> None:
    names = Branin().space.names
    path = write(tmp_path, f"{names[0]},{names[1]}\n1,2.5\n")
    task = AmongCandidates(task=Branin(), candidates=path)
    assert (task.optimum, task.best_known, task.minimizers, task.initial_points(1)) == (None,) * 4


def test_letters_of_a_sequence_are_the_variables_of_a_design(tmp_path: Path) -> None:
    task = AmongCandidates(task=SMALL, candidates=write(tmp_path, "loop\nCARDY\nAAWYD\n"), letters="loop")
    points = task.space.decode(task.space.rows.x)
    assert ["".join(row) for row in points.to_numpy().tolist()] == ["CARDY", "AAWYD"]
    pd.testing.assert_frame_equal(task.evaluate(points), SMALL.evaluate(points))


def test_candidates_that_break_the_rules_of_the_task_are_left_out(tmp_path: Path) -> None:
    rows = "loop\nCARDY\nKKKKK\n"  # five positive charges
    task = AmongCandidates(task=SMALL, candidates=write(tmp_path, rows), letters="loop")
    assert task.space.cardinality == 1
    with pytest.raises(SpaceError, match="None of 1 candidates"):
        _ = AmongCandidates(task=SMALL, candidates=write(tmp_path, "loop\nKKKKK\n"), letters="loop").space


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("loop\nCARDY\nCARD\n", r"line 3, column 'loop': 'CARD' has 4 letters for 5 variables"),
        ("Loop\nCARDY\n", "the column 'loop' is missing; add it, or name another as `letters`"),
        ("loop\nCARDX\n", r"line 2, .*'X'"),
        (f"loop,{SMALL.space.names[0]}\nCARDY,C\n", "says what 'loop' says as well; drop one"),
    ],
)
def test_a_library_that_is_no_list_of_designs_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        _ = AmongCandidates(task=SMALL, candidates=write(tmp_path, text), letters="loop").space
