"""Every public name of the original package that is covered, imported from its place and used as there.

The README lists the same names; `test_the_readme_lists_what_is_covered` holds the two together.
"""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import hebo as hebo_module
from hebo.acquisitions.acq import EI, LCB, MACE, Mean, Sigma
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
from hebo.errors import ConfigError, DataError, IncompatibleError, MissingExtraError, SpaceError
from hebo.models.model_factory import get_model
from hebo.optimizers.abstract_optimizer import AbstractOptimizer
from hebo.optimizers.bo import BO
from hebo.optimizers.cmaes import CMAES
from hebo.optimizers.evolution import Evolution
from hebo.optimizers.general import GeneralBO
from hebo.optimizers.hebo import HEBO, HEBORecipe
from hebo.optimizers.hebo_contextual import HEBO_VectorContextual
from hebo.optimizers.hebo_embedding import HEBO_Embedding
from hebo.optimizers.noisy_opt import NoisyOpt
from hebo.optimizers.nomr import NoMR_BO
from hebo.optimizers.util import parse_space_from_bayesmark
from hebo.sklearn_tuner import sklearn_tuner
from hebo.surrogates.random_forest import RandomForest
from hebo.surrogates.warped_gp import WarpedGP

README = Path(__file__).resolve().parents[2] / "README.md"
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


def mixed() -> DesignSpace:
    return DesignSpace().parse(
        [
            {"name": "x0", "type": "num", "lb": -3, "ub": 7},
            {"name": "n", "type": "int", "lb": 0, "ub": 7},
            {"name": "x1", "type": "cat", "categories": ["a", "b", "c"]},
        ]
    )


def cost(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    numbers = frame[["x0", "n"]].astype(float).to_numpy()
    return (numbers**2).sum(axis=1, keepdims=True)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    np.random.seed(0)  # noqa: NPY002  (the original's clients seed this stream)


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


def test_the_readme_lists_what_is_covered() -> None:
    text = README.read_text(encoding="utf-8")
    listed = text[text.index("### Code for the original package") :].partition("\n### ")[0]
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


# ---------------------------------------------------------------- HEBO and its arguments


def test_hebo_takes_the_arguments_of_the_original_in_its_order() -> None:
    optimizer = HEBO(mixed(), "gpy", 4, MACE, "nsga2", {"warp": False, "num_restarts": 2}, 1)
    assert (optimizer.recipe.surrogate, optimizer.n_initial) == (WarpedGP(warp=False, n_starts=2), 4)
    assert optimizer.seed == 1
    assert (HEBO.support_parallel_opt, HEBO.support_combinatorial, HEBO.support_contextual) == (True,) * 3


def test_hebo_without_arguments_is_the_recipe() -> None:
    assert HEBO(mixed()).recipe == HEBORecipe()
    assert HEBO(mixed(), model_name="gpy").recipe == HEBORecipe()


@pytest.mark.parametrize("n_told", [3, 8])
@pytest.mark.parametrize(
    "arguments",
    [
        {"model_name": "gp", "model_config": {"noise_lb": 1e-3, "pred_likeli": False, "verbose": False}},
        {"model_name": "rf", "model_config": {"n_estimators": 20}},
        {"acq_cls": LCB},
        {"acq_cls": EI, "es": "ga"},
        {"acq_cls": Mean, "es": None},
        {"acq_cls": Sigma},
    ],
    ids=str,
)
def test_hebo_suggests_with_each_choice(arguments: dict[str, Any], n_told: int) -> None:
    optimizer = HEBO(mixed(), rand_sample=3, scramble_seed=0, **arguments)
    for _ in range(2):
        rec = optimizer.suggest(n_suggestions=n_told)
        optimizer.observe(rec, cost(rec))
    assert optimizer.y.shape == (2 * n_told, 1)
    assert optimizer.best_y == optimizer.y.min()


def test_a_forest_has_no_second_forest_beside_it() -> None:
    recipe = HEBO(mixed(), model_name="rf", model_config={"n_estimators": 20}).recipe
    assert recipe.surrogate == RandomForest(n_trees=20)
    assert recipe.second_surrogate is None


def test_the_space_and_the_numbers_of_categories_may_be_in_the_configuration() -> None:
    config = {"space": mixed(), "num_uniqs": [3], "warp": True, "rd": False}
    assert HEBO(mixed(), model_name="gpy", model_config=config).recipe.surrogate == WarpedGP()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model_name": "deep_ensemble"}, r"model_name 'deep_ensemble'.*gp, gpy, .*rf"),
        ({"model_name": None}, "model_name None"),
        ({"model_config": {"num_epochs": 100}}, r"'num_epochs' means nothing.*leave it out.*noise_lb"),
        ({"model_config": {"verbose": True}}, "verbose=True: here it is always False"),
        ({"model_config": {"num_uniqs": [4]}}, r"num_uniqs=\[4\]"),
        ({"model_config": {"num_restarts": 0}}, "greater than or equal to 1"),
        ({"model_name": "rf", "model_config": {"warp": True}}, r"'warp' means nothing to the model 'rf'"),
        ({"es": "cmaes"}, r"es 'cmaes'.*nsga2, ga"),
        ({"es": "ga"}, r"'ga' maximises one value, MACE has 3"),
        ({"acq_cls": object}, r"no class of an acquisition.*hebo.acquisitions.acq"),
        ({"acq_cls": LCB()}, "no class of an acquisition"),
        ({"recipe": HEBORecipe(), "model_name": "rf"}, "HEBO takes a recipe, or model_name"),
    ],
)
def test_what_means_nothing_here_is_refused_by_name(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises((ConfigError, IncompatibleError), match=message):
        HEBO(mixed(), **arguments)


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


# ---------------------------------------------------------------- the other optimisers


@pytest.mark.parametrize("model_name", ["gp", "gpy", "rf"])
@pytest.mark.parametrize("cls", [BO, HEBO, GeneralBO])
def test_the_three_loops_run_as_in_the_tests_of_the_original(cls: Any, model_name: str) -> None:
    opt = cls(mixed(), rand_sample=4, model_name=model_name)
    for number in range(4):
        rec = opt.suggest(n_suggestions=3 if opt.support_parallel_opt else 1)
        y = cost(rec)
        if len(y) > 1 and number:
            y[np.argmax(y)] = np.inf  # a failure
        opt.observe(rec, y)
    assert np.isfinite(opt.y).all()
    assert len(opt.X) == len(opt.y) == (4 if cls is BO else 9)
    assert isinstance(opt, AbstractOptimizer)


@pytest.mark.parametrize("cls", [BO, HEBO, GeneralBO])
def test_the_three_loops_pin_parameters(cls: Any) -> None:
    opt = cls(mixed(), rand_sample=2)
    for _ in range(4):
        rec = opt.suggest(fix_input={"n": 3})
        assert (rec["n"] == 3).all()
        opt.observe(rec, cost(rec))


def test_bo_has_a_lower_confidence_bound_with_its_settings() -> None:
    assert BO(mixed()).recipe.acquisition == LCB(kappa=2.0)
    assert BO(mixed(), acq_conf={"kappa": 0.5}).recipe.acquisition == LCB(kappa=0.5)
    assert BO(mixed(), acq_cls=Mean, acq_conf={}).recipe.acquisition == Mean()
    assert BO(mixed()).n_initial == 4
    with pytest.raises(ConfigError, match="Setting 'kapa' of LCB"):
        BO(mixed(), acq_conf={"kapa": 0.5})


def test_general_bo_learns_constraints_from_the_columns_after_the_objective() -> None:
    opt = GeneralBO(mixed(), num_obj=1, num_constr=2, rand_sample=4, evo_iters=10)
    for _ in range(5):
        rec = opt.suggest(2)
        limits = np.stack([1.0 - rec["x0"].astype(float), rec["n"].astype(float) - 6.0], axis=1)
        opt.observe(rec, np.hstack([cost(rec), limits]))
    assert opt.y.shape == (10, 3)
    feasible = opt.y[(opt.y[:, 1:] <= 0).all(axis=1)]
    assert len(opt.best_x) == len(opt.best_y) == 1
    assert opt.best_y[0].tolist() == feasible[feasible[:, 0].argmin()].tolist()
    assert float(opt.best_x["x0"].iloc[0]) >= 1.0


def test_general_bo_has_no_best_point_while_none_is_feasible() -> None:
    opt = GeneralBO(mixed(), num_constr=1)
    opt.observe(rec := opt.suggest(2), np.hstack([cost(rec), [[1.0], [2.0]]]))
    assert (len(opt.best_x), opt.best_y.shape) == (0, (0, 2))


def test_general_bo_keeps_the_labels_of_tables() -> None:
    opt = GeneralBO(mixed(), num_constr=1)
    rec = opt.suggest(3)
    table = pd.DataFrame(np.hstack([cost(rec), -np.ones((3, 1))]), index=rec.index)
    opt.observe(rec, table)
    assert opt.y.tolist() == table.to_numpy().tolist()


@pytest.mark.parametrize("objectives", [[[1.0, 4.0], [2.0, 3.0], [2.0, 4.0], [0.0, 9.0]]])
def test_the_pareto_front_is_what_no_feasible_row_beats(objectives: list[list[float]]) -> None:
    opt = GeneralBO(mixed(), num_constr=1)
    opt.num_obj = 2
    y = np.hstack([objectives, [[-1.0], [0.0], [-1.0], [1.0]]])
    assert opt.get_pf(y, return_optimal=True).tolist() == [True, True, False, False]
    assert opt.get_pf(y).tolist() == y[:2].tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_obj": 2}, "2 objectives; several objectives are not supported yet"),
        ({"num_obj": 0}, "num_obj=0"),
        ({"c_kappa": 1.0}, "c_kappa means nothing"),
        ({"c_kappa": None}, "c_kappa means nothing"),
        ({"use_noise": True}, "use_noise means nothing"),
        ({"ref_point": np.zeros(2)}, "ref_point means nothing"),
        ({"model_config": {"base_model_name": "svgp"}}, "'svgp' has no counterpart"),
    ],
)
def test_general_bo_refuses_what_it_cannot_do(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises((ConfigError, IncompatibleError), match=message):
        GeneralBO(mixed(), **arguments)


def test_general_bo_wants_one_column_per_output() -> None:
    opt = GeneralBO(mixed(), num_constr=1)
    with pytest.raises(DataError, match=r"y has 1 columns; expected 2: 1 objective, then 1 constraints"):
        opt.observe(rec := opt.suggest(2), cost(rec))


@pytest.mark.parametrize("arguments", [{}, {"algo": "ga", "pop_size": 8}, {"pop_size": 8}], ids=str)
def test_evolution_improves_generation_by_generation(arguments: dict[str, Any]) -> None:
    opt = Evolution(mixed(), **arguments)
    lowest = []
    for _ in range(6):
        rec = opt.suggest()
        assert len(rec) == arguments.get("pop_size", 100)
        assert opt.suggest().equals(rec)
        opt.observe(rec, cost(rec))
        lowest.append(float(opt.best_y.min()))
    assert lowest == sorted(lowest, reverse=True)
    assert cost(opt.best_x)[0, 0] == pytest.approx(lowest[-1])


def test_evolution_takes_objectives_constraints_and_failures() -> None:
    opt = Evolution(mixed(), num_obj=2, num_constr=1, pop_size=12)
    for number in range(4):
        rec = opt.suggest()
        x = rec["x0"].astype(float).to_numpy()
        y = np.stack([x**2, (x - 2) ** 2, 1.0 - x], axis=1)
        y[0] = np.nan
        opt.observe(rec, y)
        assert opt.n_observation == 12 * (number + 1)
    assert opt.best_y.shape == (len(opt.best_x), 3)
    assert np.isfinite(opt.best_y).all()


def test_evolution_refuses_what_it_cannot_do() -> None:
    opt = Evolution(mixed(), pop_size=8)
    with pytest.raises(DataError, match="no values have been observed"):
        _ = opt.best_x
    rec = opt.suggest()
    with pytest.raises(DataError, match="a generation has 8 points, not 3"):
        opt.suggest(3)
    with pytest.raises(DataError, match="7 points for a generation of 8"):
        opt.observe(rec.head(7), cost(rec.head(7)))
    with pytest.raises(DataError, match="not those of the latest generation, in order"):
        opt.observe(rec[::-1], cost(rec[::-1]))
    with pytest.raises(DataError, match="y has 2 columns"):
        opt.observe(rec, np.hstack([cost(rec), cost(rec)]))
    with pytest.raises(IncompatibleError, match="cannot pin"):
        opt.suggest(fix_input={"n": 1})
    with pytest.raises(ConfigError, match="algo 'nsga3' is unknown"):
        Evolution(mixed(), algo="nsga3")
    with pytest.raises(IncompatibleError, match="'ga' takes one objective"):
        Evolution(mixed(), num_obj=2, algo="ga")


def test_cmaes_suggests_a_generation_at_a_time() -> None:
    try:
        opt = CMAES(mixed(), child_size=6)
    except MissingExtraError as error:
        pytest.skip(str(error))
    for _ in range(3):
        rec = opt.suggest()
        assert len(rec) == 6
        opt.observe(rec, cost(rec))
    assert opt.best_y == cost(opt.best_x)[0, 0]
    assert len(CMAES(mixed()).suggest()) == 4 + int(3 * np.log(3))
    with pytest.raises(DataError, match="a generation has 6 points, not 2"):
        opt.suggest(2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"pop_size": 2}, "pop_size=2.*half of the children"), ({"cc": 0.5}, "'cc' has no")],
)
def test_cmaes_refuses_settings_without_a_counterpart(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        CMAES(mixed(), **arguments)


def test_nomr_changes_its_optimizer_when_the_value_is_reached() -> None:
    first, second = HEBO(mixed(), scramble_seed=0), HEBO(mixed(), scramble_seed=1)
    opt = NoMR_BO(mixed(), eta=1.0, opt1=first, opt2=second)
    for value in (np.nan, 3.0, 1.0, 5.0):
        opt.observe(opt.suggest(), np.array([[value]]))
    opt.suggest()
    assert (first.n_asks, second.n_asks) == (3, 2)
    assert (opt.best_y, len(first.y), len(second.y)) == (1.0, 3, 3)
    assert NoMR_BO(mixed()).opt2.recipe.acquisition == LCB(kappa=0.6)


def test_noisy_opt_draws_functions() -> None:
    opt = NoisyOpt(mixed(), rand_sample=3, model_config={"warp": False})
    for _ in range(3):
        rec = opt.suggest(3)
        opt.observe(rec, cost(rec))
    assert opt.best_y == opt.y.min()
    with pytest.raises(IncompatibleError, match="functions drawn from the posterior"):
        NoisyOpt(mixed(), model_name="rf")


def test_contexts_are_pinned_by_their_names() -> None:
    opt = HEBO_VectorContextual(mixed(), {"cold": {"n": 0}, "hot": {"n": 7, "x1": "b"}}, rand_sample=2)
    with pytest.raises(DataError, match="There is no context None"):
        opt.suggest(1)
    for context, n in (("cold", 0), ("hot", 7)):
        opt.context = context
        for _ in range(2):
            rec = opt.suggest(2)
            assert (rec["n"] == n).all()
            opt.observe(rec, cost(rec))
        assert opt.best_x["n"].tolist() == [n]
        assert opt.best_y == cost(opt.best_x)[0, 0]
    with pytest.raises(DataError, match="8"):
        HEBO_VectorContextual(mixed(), {"odd": {"n": 8}})


@pytest.mark.parametrize("strategy", ["alebo", "hesbo", "rembo"])
@pytest.mark.parametrize("clip", [False, True])
def test_an_embedding_searches_few_columns_of_many(strategy: str, clip: bool) -> None:
    space = DesignSpace().parse([{"name": f"x{i}", "type": "num", "lb": -1, "ub": 1} for i in range(8)])
    opt = HEBO_Embedding(space, eff_dim=2, strategy=strategy, clip=clip, rand_sample=3)
    for _ in range(3):
        rec = opt.suggest(2)
        points = opt.project(rec)
        assert list(rec) == ["y0", "y1"]
        assert bool(space.contains(space.encode(points)).all())
        if not clip:
            assert points.to_numpy() == pytest.approx(rec.to_numpy(dtype=float) @ opt.proj_matrix, abs=1e-6)
        opt.observe(rec, (points**2).sum(axis=1).to_numpy())
    assert opt.best_y == pytest.approx((opt.project(opt.best_x) ** 2).to_numpy().sum())


def test_an_embedding_needs_columns_from_minus_one_to_one() -> None:
    with pytest.raises(IncompatibleError, match="real numbers from -1 to 1"):
        HEBO_Embedding(mixed())
    space = DesignSpace().parse([{"name": "x", "type": "num", "lb": -1, "ub": 1}])
    with pytest.raises(ConfigError, match="strategy 'pca' is unknown"):
        HEBO_Embedding(space, strategy="pca")


def test_ones_own_optimizer_derives_from_the_abstract_one(tmp_path: Path) -> None:
    class Middle(AbstractOptimizer):
        def __init__(self, space: DesignSpace, path: str) -> None:
            super().__init__(space, path)
            self.told: list[float] = []

        def suggest(self, n_suggestions: int = 1, fix_input: Any = None) -> pd.DataFrame:
            return self.space.decode(self.space.bounds.mean(0, keepdim=True))

        def observe_new_data(self, X: pd.DataFrame, y: Any) -> None:
            self.told += np.ravel(y).tolist()

        @property
        def best_x(self) -> pd.DataFrame:
            return self.suggest()

        @property
        def best_y(self) -> float:
            return min(self.told)

    opt = Middle(mixed(), str(tmp_path / "kept"))
    for value in (2.0, 1.0):
        opt.observe(opt.suggest(), np.array([[value]]))
    assert (opt.best_y, opt.support_parallel_opt) == (1.0, False)
    assert pd.read_csv(tmp_path / "kept.csv")["y"].tolist() == [2.0, 1.0]
    with pytest.raises(TypeError, match="abstract"):
        AbstractOptimizer(mixed())  # type: ignore[abstract]


def test_bayesmark_spaces_are_read_as_in_the_original() -> None:
    space = parse_space_from_bayesmark(
        {
            "size": {"type": "int", "space": "linear", "range": (50, 200)},
            "alpha": {"type": "real", "space": "log", "range": (1e-5, 1e1)},
            "share": {"type": "real", "space": "logit", "range": (0.1, 0.9)},
            "shift": {"type": "real", "space": "linear", "range": (4.1, 9.2)},
            "kind": {"type": "cat", "values": ["relu", "tanh"]},
            "use": {"type": "bool"},
        }
    )
    assert repr(space) == "DesignSpace(size: int, alpha: pow, share: pow, shift: num, kind: cat, use: bool)"
    expected = [IntegerPara, PowPara, PowPara, NumericPara, CategoricalPara, BoolPara]
    assert [type(one) for one in space.paras.values()] == expected
    with pytest.raises(SpaceError, match=r"Parameter 'size'.*space_from_api_config"):
        parse_space_from_bayesmark({"size": {"type": "_int", "range": (50, 200)}})


# ---------------------------------------------------------------- models


def regression(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return continuous and categorical inputs and a sum of both, with a second output far from it."""
    generator = torch.Generator().manual_seed(seed)
    xc = 10 * torch.rand(n, 2, generator=generator)
    xe = torch.randint(3, (n, 1), generator=generator)
    y = xc[:, :1] + 5.0 * xe
    return xc, xe, torch.cat([y, 1000 - 100 * y], dim=1)


@pytest.mark.parametrize(
    ("name", "conf", "n_out"),
    [
        ("gp", {}, 1),
        ("gpy", {"warp": True}, 1),
        ("rf", {"n_estimators": 50}, 1),
        ("multi_task", {"base_model_name": "gp"}, 2),
    ],
)
def test_a_model_predicts_what_it_was_fitted_to(name: str, conf: dict[str, Any], n_out: int) -> None:
    model = get_model(name, 2, 1, n_out, num_uniqs=[3], **conf)
    xc, xe, y = regression(60, 0)
    model.fit(xc, xe, y[:, :n_out])
    xc, xe, y = regression(40, 1)
    mean, variance = model.predict(xc, xe)
    assert mean.shape == variance.shape == (40, n_out)
    assert bool((variance > 0).all())
    assert bool(((mean - y[:, :n_out]).std(0) < 0.5 * y[:, :n_out].std(0)).all())
    assert model.sample_y(xc, xe, 3).shape == (3, 40, n_out)
    assert model.noise.shape == (n_out,)


def test_a_model_has_continuous_or_categorical_inputs_alone() -> None:
    xc, xe, y = regression(30, 0)
    numbers = get_model("gp", 2, 0, 1)
    numbers.fit(xc, torch.zeros(30, 0), y[:, :1])
    assert numbers.predict(xc, None)[0].shape == (30, 1)
    codes = get_model("rf", 0, 1, 1, num_uniqs=[3])
    codes.fit(None, xe, y[:, :1])
    assert codes.predict(None, xe)[0].shape == (30, 1)


def test_a_model_refuses_what_it_cannot_use() -> None:
    xc, xe, y = regression(10, 0)
    with pytest.raises(ConfigError, match="'svgp' has no counterpart"):
        get_model("svgp", 2, 0, 1)
    with pytest.raises(DataError, match="number of categories of 1 inputs"):
        get_model("gp", 2, 1, 1)
    model = get_model("gp", 2, 1, 1, num_uniqs=[3])
    with pytest.raises(DataError, match="has not been fitted"):
        model.predict(xc, xe)
    with pytest.raises(DataError, match=r"inputs have \[2, 0\] columns; expected \[2, 1\]"):
        model.fit(xc, None, y[:, :1])
    with pytest.raises(DataError, match=r"y has shape \(10, 2\)"):
        model.fit(xc, xe, y)


# ---------------------------------------------------------------- sklearn_tuner


def data() -> tuple[Any, Any]:
    from sklearn.datasets import make_classification

    return make_classification(n_samples=60, n_features=4, random_state=0)


TREE = [
    {"name": "max_depth", "type": "int", "lb": 1, "ub": 5},
    {"name": "min_samples_leaf", "type": "pow", "lb": 0.01, "ub": 0.4},
    {"name": "criterion", "type": "cat", "categories": ["gini", "entropy"]},
    {"name": "min_impurity_decrease", "type": "num", "lb": 0, "ub": 1, "active_if": {"criterion": ["gini"]}},
]


@pytest.mark.parametrize("greater_is_better", [True, False])
def test_the_tuner_returns_the_best_setting_and_a_table(
    greater_is_better: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    from sklearn.metrics import accuracy_score, zero_one_loss
    from sklearn.tree import DecisionTreeClassifier

    found = sklearn_tuner(
        DecisionTreeClassifier,
        TREE,
        *data(),
        metric=accuracy_score if greater_is_better else zero_one_loss,
        greater_is_better=greater_is_better,
        cv=3,
        max_iter=7,
        report=True,
        hebo_cfg={"scramble_seed": 0, "rand_sample": 4, "model_name": "rf"},
    )
    assert isinstance(found, tuple)
    best, table = found
    extreme = table["metric"].max() if greater_is_better else table["metric"].min()
    row = table[table["metric"] == extreme].iloc[0]
    assert {name: row[name] for name in best} == best
    assert isinstance(best["max_depth"], int)
    assert ("min_impurity_decrease" in best) == (best["criterion"] == "gini")
    assert len(table) == len(capsys.readouterr().out.splitlines()) == 7


def test_the_tuner_without_a_report_returns_the_setting_alone(capsys: pytest.CaptureFixture[str]) -> None:
    from sklearn.metrics import accuracy_score
    from sklearn.tree import DecisionTreeClassifier

    best = sklearn_tuner(DecisionTreeClassifier, TREE[:1], *data(), accuracy_score, max_iter=2, verbose=False)
    assert list(best) == ["max_depth"]
    assert capsys.readouterr().out == ""


def test_the_tuner_says_so_if_the_metric_is_never_a_number() -> None:
    from sklearn.tree import DecisionTreeClassifier

    with pytest.raises(DataError, match="none of 2 settings has a finite metric"):
        sklearn_tuner(DecisionTreeClassifier, TREE[:1], *data(), lambda y, p: np.nan, max_iter=2)


# ---------------------------------------------------------------- the calls of clients


def observe_as_optunahub(opt: HEBO | GeneralBO, params: pd.DataFrame, values: np.ndarray[Any, Any]) -> None:
    """Call what OptunaHub's HEBO sampler calls, by the class and the version."""
    if isinstance(opt, GeneralBO) and hebo_module.__version__ > "0.3.5":
        opt.observe_new_data(params, values)
    else:
        opt.observe(params, values)


SAMPLED = [
    {"name": "rate", "type": "pow", "lb": 1e-5, "ub": 1e-1},
    {"name": "depth", "type": "int", "lb": 0, "ub": 4},  # steps of an integer with a step, as a float
    {"name": "width", "type": "pow_int", "lb": 1, "ub": 64},
    {"name": "shift", "type": "num", "lb": -1.0, "ub": 1.0},
    {"name": "kind", "type": "cat", "categories": ("a", None, 3)},
]


@pytest.mark.parametrize("is_general", [False, True])
def test_optunahub_asks_one_point_and_observes_it_after_the_trial(is_general: bool) -> None:
    space = DesignSpace().parse(SAMPLED)
    opt = GeneralBO(space, num_obj=1) if is_general else HEBO(space, scramble_seed=3)
    for _ in range(9):
        params = {name: row.iloc[0] for name, row in opt.suggest().items()}
        trial = {**params, "depth": 10.0 + 2 * params["depth"]}
        frame = pd.DataFrame([trial])
        frame["depth"] = (frame["depth"] - 10.0) / 2
        observe_as_optunahub(opt, frame, np.array([[float(params["rate"])]]))
    assert len(opt.X) == 9


@pytest.mark.parametrize("is_general", [False, True])
def test_optunahub_replays_all_trials_whose_parameters_may_be_more(is_general: bool) -> None:
    space = DesignSpace().parse(SAMPLED)
    trials = HEBO(space, scramble_seed=0).suggest(8)
    trials["only_in_some_trials"] = [0.5, np.nan] * 4
    opt = GeneralBO(space, num_obj=1) if is_general else HEBO(space, scramble_seed=12345)
    observe_as_optunahub(opt, trials, np.arange(8.0).reshape(8, 1))
    rec = opt.suggest()
    assert list(rec) == [one["name"] for one in SAMPLED]
    assert opt.y[:, 0].tolist() == list(range(8))


def test_ax_replays_constrained_trials_into_general_bo() -> None:
    space = DesignSpace().parse(SAMPLED)
    records = HEBO(space, scramble_seed=0).suggest(8).to_dict("records")
    opt = GeneralBO(space=space, num_obj=1, num_constr=1)
    y = np.hstack([np.arange(8.0)[:, None], np.linspace(-1, 1, 8)[:, None]])
    opt.observe(pd.DataFrame.from_records(records), y)
    candidate = opt.suggest().to_dict(orient="records").pop()
    assert set(candidate) == set(space.names)
    assert opt.best_y.tolist() == [[0.0, -1.0]]
