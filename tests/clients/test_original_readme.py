"""Code that people wrote for the original HEBO package runs unchanged."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO

# The demonstration in the README of the original package (MIT licence), character by character.
DEMO = """
import pandas as pd
import numpy  as np
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO

def obj(params : pd.DataFrame) -> np.ndarray:
    return ((params.values - 0.37)**2).sum(axis = 1).reshape(-1, 1)
        
space = DesignSpace().parse([{'name' : 'x', 'type' : 'num', 'lb' : -3, 'ub' : 3}])
opt   = HEBO(space)
for i in range(5):
    rec = opt.suggest(n_suggestions = 4)
    opt.observe(rec, obj(rec))
    print('After %d iterations, best obj is %.2f' % (i, opt.y.min()))
"""  # noqa: W293

DICTIONARIES: list[dict[str, Any]] = [
    {"name": "x0", "type": "num", "lb": 0, "ub": 7},
    {"name": "x1", "type": "int", "lb": 0, "ub": 7},
    {"name": "x2", "type": "pow", "lb": 1e-4, "ub": 1e-2, "base": 10},
    {"name": "x3", "type": "cat", "categories": ("a", "b", "c")},
    {"name": "x4", "type": "bool"},
    {"name": "x5", "type": "pow_int", "lb": 1, "ub": 1000},
    {"name": "x6", "type": "step_int", "lb": 0, "ub": 10, "step": 2},
    {"name": "x7", "type": "int_exponent", "lb": 32, "ub": 256, "base": 2},
]


def objective(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    return ((frame[["x0", "x1", "x6"]].astype(float) - 3) ** 2).sum(axis=1).to_numpy().reshape(-1, 1)


def test_the_original_readme_example_runs_and_comes_close_to_the_minimum(
    capsys: pytest.CaptureFixture[str],
) -> None:
    exec(compile(DEMO, "<the original README>", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    found = [re.fullmatch(r"After (\d) iterations, best obj is (\d+\.\d\d)", line) for line in lines]
    assert [one and one[1] for one in found] == list("01234")
    best = [float(one[2]) for one in found if one]
    assert best == sorted(best, reverse=True)
    assert best[-1] <= 0.1  # 11.36 at the far end; of thirty seeds the worst ends at 0.0004


def test_all_dictionaries_of_the_original_design_space_work() -> None:
    opt = HEBO(DesignSpace().parse(DICTIONARIES), rand_sample=4, scramble_seed=0)
    for _ in range(3):
        rec = opt.suggest(n_suggestions=3)
        assert list(rec.columns) == [entry["name"] for entry in DICTIONARIES]
        opt.observe(rec, objective(rec))
    assert len(opt.X) == 9
    assert opt.y.shape == (9, 1)


def test_the_best_point_is_the_row_with_the_smallest_value() -> None:
    opt = HEBO(DesignSpace().parse(DICTIONARIES), scramble_seed=1)
    rec = opt.suggest(n_suggestions=8)
    opt.observe(rec, objective(rec))
    assert opt.best_y == opt.y.min()
    pd.testing.assert_frame_equal(
        opt.best_x.reset_index(drop=True), opt.X.iloc[[int(opt.y.argmin())]].reset_index(drop=True)
    )


def test_fix_input_pins_parameters_before_and_after_the_model_starts() -> None:
    opt = HEBO(DesignSpace().parse(DICTIONARIES), rand_sample=3, scramble_seed=2)
    for _ in range(3):
        rec = opt.suggest(n_suggestions=2, fix_input={"x3": "b", "x1": 5, "x0": 1.25})
        assert rec["x3"].tolist() == ["b", "b"]
        assert rec["x1"].tolist() == [5, 5]
        assert rec["x0"].tolist() == pytest.approx([1.25, 1.25])
        opt.observe(rec, objective(rec))


def test_a_sampler_in_the_style_of_optunahub_can_ask_one_point_at_a_time() -> None:
    space = DesignSpace().parse(DICTIONARIES)
    opt = HEBO(space, scramble_seed=None)
    for _ in range(11):
        suggested = opt.suggest()
        params = {name: suggested[name].to_numpy()[0] for name in suggested.columns}
        opt.observe(pd.DataFrame([params]), np.asarray([[float(params["x0"])]]))
    assert len(opt.y) == 11


def test_a_stateless_sampler_can_replay_all_trials_into_a_new_optimizer() -> None:
    space = DesignSpace().parse(DICTIONARIES)
    trials = [(row, float(row["x0"])) for row in HEBO(space, scramble_seed=3).suggest(12).to_dict("records")]
    suggestions = []
    for _ in range(2):
        opt = HEBO(space, scramble_seed=4)
        for params, value in trials:
            opt.observe(pd.DataFrame([params]), np.asarray([value]))
        suggestions.append(opt.suggest())
    pd.testing.assert_frame_equal(*suggestions)


def test_an_adapter_in_the_style_of_orion_can_exchange_rows_by_index() -> None:
    opt = HEBO(space=DesignSpace().parse(DICTIONARIES))
    points = opt.suggest(n_suggestions=2).to_dict(orient="index")
    assert len(points) == 2
    opt.observe(X=pd.DataFrame(list(points.values())), y=np.array([1.0, 2.0]).reshape([-1, 1]))
    assert len(opt.X) == 2


@pytest.mark.parametrize("name", ["hebo.optimizers.hebo.HEBO", "hebo.design_space.design_space.DesignSpace"])
def test_dotted_names_work_after_nothing_but_import_hebo(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import hebo; print({name}.__name__)"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.stdout.split() == [name.rpartition(".")[2]], done.stderr[-2000:]


def test_an_adapter_in_the_style_of_carps_can_use_constants_and_scalars() -> None:
    opt = HEBO(
        space=DesignSpace().parse(
            [
                {"name": "c", "type": "cat", "categories": [3]},
                {"name": "x", "type": "num", "lb": 0.0, "ub": 1.0},
            ]
        )
    )
    for cost in (0.5, 0.25):
        rec = opt.suggest(1)
        assert rec.iloc[0].to_dict()["c"] == 3
        opt.observe(rec, np.asarray([cost]))
    assert opt.best_y == 0.25


@pytest.mark.parametrize("n_told", [0, 12])
def test_a_copy_and_a_pickle_go_on_with_the_same_points(n_told: int) -> None:
    opt = HEBO(DesignSpace().parse(DICTIONARIES), rand_sample=4, scramble_seed=5)
    for _ in range(n_told // 4):
        rec = opt.suggest(4)
        opt.observe(rec, objective(rec))
    twins = [copy.deepcopy(opt), pickle.loads(pickle.dumps(opt))]
    expected = opt.suggest(2)
    for twin in twins:
        pd.testing.assert_frame_equal(twin.suggest(2), expected)
