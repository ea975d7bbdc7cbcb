"""The optimizers of the original package beside `HEBO`, used as there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from original import cost, mixed

from hebo.acquisitions.acq import LCB, Mean
from hebo.design_space.bool_param import BoolPara
from hebo.design_space.categorical_param import CategoricalPara
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.integer_param import IntegerPara
from hebo.design_space.numeric_param import NumericPara
from hebo.design_space.pow_param import PowPara
from hebo.errors import ConfigError, DataError, IncompatibleError, MissingExtraError, SpaceError
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


@pytest.fixture(autouse=True)
def _seeded() -> None:
    np.random.seed(0)  # noqa: NPY002  (the original's clients seed this stream)


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
    assert BO(mixed()).recommender.acquisition == LCB(kappa=2.0)
    assert BO(mixed(), acq_conf={"kappa": 0.5}).recommender.acquisition == LCB(kappa=0.5)
    assert BO(mixed(), acq_cls=Mean, acq_conf={}).recommender.acquisition == Mean()
    assert BO(mixed()).recommender.n_initial == 4
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


def test_general_bo_trades_objectives_off_within_the_constraints() -> None:
    opt = GeneralBO(mixed(), num_obj=2, num_constr=1, rand_sample=4, evo_iters=3)
    for _ in range(6):
        rec = opt.suggest(2)
        x = rec["x0"].to_numpy(float)
        opt.observe(rec, np.stack([x**2, (x - 2.0) ** 2, 1.0 - rec["n"].to_numpy(float)], axis=1))
    assert opt.y.shape == (12, 3)
    front = opt.best_y
    assert len(front) == len(opt.best_x) >= 1
    assert (front[:, 2] <= 0).all()
    order = front[front[:, 0].argsort()]
    assert (np.diff(order[:, 1]) <= 0).all()


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
    with pytest.raises(DataError, match=r"y has 1 columns; expected 2: 1 objective.s., then 1 constraint"):
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
    assert NoMR_BO(mixed()).opt2.recommender.acquisition == LCB(kappa=0.6)


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
