"""Every public name of the original package that is covered, imported from its place and used as there.

The guide lists the same names; `test_the_guide_lists_what_is_covered` holds the two together.
"""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from original import mixed

from hebo.design_space.bool_param import BoolPara
from hebo.design_space.categorical_param import CategoricalPara
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.int_exponent_param import IntExponentPara
from hebo.design_space.integer_param import IntegerPara
from hebo.design_space.numeric_param import NumericPara
from hebo.design_space.param import Parameter
from hebo.design_space.pow_integer_param import PowIntegerPara
from hebo.design_space.pow_param import PowPara
from hebo.design_space.step_int import StepIntPara
from hebo.optimizers.abstract_optimizer import AbstractOptimizer
from hebo.optimizers.bo import BO
from hebo.optimizers.cmaes import CMAES
from hebo.optimizers.evolution import Evolution
from hebo.optimizers.general import GeneralBO
from hebo.optimizers.hebo import HEBO
from hebo.optimizers.hebo_contextual import HEBO_VectorContextual
from hebo.optimizers.hebo_embedding import HEBO_Embedding
from hebo.optimizers.noisy_opt import NoisyOpt
from hebo.optimizers.nomr import NoMR_BO
from hebo.optimizers.util import parse_space_from_bayesmark
from hebo.sklearn_tuner import sklearn_tuner

PAGE = Path(__file__).resolve().parents[2] / "docs/guide/original.md"
COVERED = [
    "hebo.HEBO",
    "hebo.DesignSpace",
    "hebo.design_space.design_space.DesignSpace",
    "hebo.optimizers.abstract_optimizer.AbstractOptimizer",
    "hebo.optimizers.bo.BO",
    "hebo.optimizers.cmaes.CMAES",
    "hebo.optimizers.evolution.Evolution",
    "hebo.optimizers.general.GeneralBO",
    "hebo.optimizers.hebo.HEBO",
    "hebo.optimizers.hebo_contextual.HEBO_VectorContextual",
    "hebo.optimizers.hebo_embedding.HEBO_Embedding",
    "hebo.optimizers.noisy_opt.NoisyOpt",
    "hebo.optimizers.nomr.NoMR_BO",
    "hebo.optimizers.util.parse_space_from_bayesmark",
    "hebo.acquisitions.acq.MACE",
    "hebo.acquisitions.acq.LCB",
    "hebo.acquisitions.acq.EI",
    "hebo.acquisitions.acq.logEI",
    "hebo.acquisitions.acq.Mean",
    "hebo.acquisitions.acq.Sigma",
    "hebo.models.model_factory.get_model",
    "hebo.design_space.param.Parameter",
    "hebo.design_space.numeric_param.NumericPara",
    "hebo.design_space.pow_param.PowPara",
    "hebo.design_space.integer_param.IntegerPara",
    "hebo.design_space.pow_integer_param.PowIntegerPara",
    "hebo.design_space.int_exponent_param.IntExponentPara",
    "hebo.design_space.step_int.StepIntPara",
    "hebo.design_space.categorical_param.CategoricalPara",
    "hebo.design_space.bool_param.BoolPara",
    "hebo.sklearn_tuner.sklearn_tuner",
]


@pytest.mark.parametrize("name", COVERED)
def test_each_name_is_imported_from_its_module(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    assert callable(getattr(import_module(module), attribute))


def test_each_name_is_found_by_dots_after_nothing_but_import_hebo() -> None:
    line = f"import hebo; print(len([{', '.join(COVERED)}]))"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=False)
    assert done.stdout.split() == [str(len(COVERED))], done.stderr[-2000:]


@pytest.mark.parametrize(
    ("callable_", "names"),
    [
        (HEBO, "space model_name rand_sample acq_cls es model_config scramble_seed"),
        (BO, "space model_name rand_sample acq_cls acq_conf"),
        (CMAES, "space pop_size child_size algo_conf"),
        (Evolution, "space num_obj num_constr algo verbose algo_conf"),
        (
            GeneralBO,
            "space num_obj num_constr rand_sample model_name model_config kappa c_kappa use_noise evo_pop "
            "evo_iters ref_point",
        ),
        (HEBO_VectorContextual, "space context_dict model_name rand_sample"),
        (HEBO_Embedding, "space model_name eff_dim scale strategy clip rand_sample"),
        (NoMR_BO, "space eta opt1 opt2"),
        (NoisyOpt, "space model_name rand_sample es model_config"),
        (AbstractOptimizer, "space csv_save_path"),
        (
            sklearn_tuner,
            "model_class space_config X y metric greater_is_better cv max_iter report hebo_cfg verbose",
        ),
        (parse_space_from_bayesmark, "api_config"),
    ],
)
def test_the_arguments_have_the_names_and_order_of_the_original(callable_: Any, names: str) -> None:
    parameters = inspect.signature(callable_).parameters.values()
    assert [one.name for one in parameters if one.kind is not one.KEYWORD_ONLY] == names.split()


def test_the_guide_lists_what_is_covered() -> None:
    listed = PAGE.read_text(encoding="utf-8")
    for name in COVERED:
        module, _, attribute = name.rpartition(".")
        assert f"`{module}`" in listed, module
        assert f"`{attribute}`" in listed, attribute


def test_the_space_has_the_attributes_of_the_original() -> None:
    space = mixed()
    assert space.para_names == list(space.paras) == ["x0", "n", "x1"]
    assert (space.numeric_names, space.enum_names) == (["x0", "n"], ["x1"])
    assert (space.num_paras, space.num_numeric, space.num_categorical) == (3, 2, 1)


def test_each_type_of_the_original_has_its_class() -> None:
    classes = {
        "x0": NumericPara,
        "x1": IntegerPara,
        "x2": PowPara,
        "x3": CategoricalPara,
        "x4": BoolPara,
        "x5": PowIntegerPara,
        "x6": StepIntPara,
        "x7": IntExponentPara,
    }
    space = DesignSpace().parse(
        [
            {"name": "x0", "type": "num", "lb": 0, "ub": 7},
            {"name": "x1", "type": "int", "lb": 0, "ub": 7},
            {"name": "x2", "type": "pow", "lb": 1e-4, "ub": 1e-2, "base": 10},
            {"name": "x3", "type": "cat", "categories": ("a", "b", "c")},
            {"name": "x4", "type": "bool"},
            {"name": "x5", "type": "pow_int", "lb": 1, "ub": 1000},
            {"name": "x6", "type": "step_int", "lb": 0, "ub": 10, "step": 2},
            {"name": "x7", "type": "int_exponent", "lb": 32, "ub": 256, "base": 2},
        ]
    )
    for name, parameter in space.paras.items():
        assert isinstance(parameter, Parameter)
        assert {other for other, cls in classes.items() if isinstance(parameter, cls)} == {name}


@pytest.mark.parametrize(
    "cls",
    [HEBO, BO, GeneralBO, NoisyOpt, Evolution, CMAES, NoMR_BO, HEBO_VectorContextual, HEBO_Embedding],
)
def test_all_optimizers_have_the_methods_that_the_readme_names(cls: type) -> None:
    for name in ("suggest", "observe", "observe_new_data", "best_x", "best_y"):
        assert hasattr(cls, name), name
    assert issubclass(cls, AbstractOptimizer)
    assert cls not in (HEBO, BO, GeneralBO, NoisyOpt) or (hasattr(cls, "X") and hasattr(cls, "y"))
    parameters = list(inspect.signature(cls.suggest).parameters)
    assert parameters == ["self", "n_suggestions", "fix_input"]
