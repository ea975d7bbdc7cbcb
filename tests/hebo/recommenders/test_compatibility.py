"""Tests of `hebo.recommenders.compatibility`: searches that need what other parts do not offer."""

from __future__ import annotations

import pytest

from hebo.acq_optimizers.cma_es import CMAESSearch
from hebo.acq_optimizers.compositional import CompositionalSearch
from hebo.acq_optimizers.differential_evolution import DifferentialEvolution
from hebo.acq_optimizers.evolution import NSGA2
from hebo.acq_optimizers.gradient import GradientSearch
from hebo.acq_optimizers.lbfgs import LBFGS
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.mace import MACE
from hebo.acquisitions.sampled import SampledEI, SampledPI, SampledSR, SampledUCB
from hebo.base import AcqOptimizer, Acquisition, Surrogate
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.presets import HEBORecipe, bayes_opt
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.recommenders.preferential import Preferential
from hebo.recommenders.strict import Strict
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.heteroscedastic_gp import HeteroscedasticGP
from hebo.surrogates.perturbed import Perturbed
from hebo.surrogates.risk_averse import RiskAverse
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize
from mcbo.surrogates.best_by_loo import BestByLOO
from mcbo.surrogates.mixed_gp import MixedGP

FOREST = ExtraTrees(n_trees=5)


def composed(
    search: AcqOptimizer, surrogate: Surrogate, acquisition: Acquisition | None = None
) -> BayesOptRecipe:
    return BayesOptRecipe(
        surrogate=surrogate,
        acquisition=acquisition or LogEI(),
        acq_optimizer=search,
        output_transform=Standardize(),
    )


@pytest.mark.parametrize("search", [GradientSearch(), LBFGS()], ids=["gradient", "lbfgs"])
@pytest.mark.parametrize(
    "surrogate", [FOREST, Perturbed(of=FOREST, input_sd={"a": 0.1})], ids=["extra_trees", "perturbed"]
)
def test_searches_by_gradients_are_refused_on_steps(search: AcqOptimizer, surrogate: Surrogate) -> None:
    name, other = type(search).__name__, type(surrogate).__name__
    message = f"{name} needs gradients of predictions, which {other} does not offer; use .*warped_gp.*nsga2"
    with pytest.raises(IncompatibleError, match=message):
        composed(search, surrogate)


@pytest.mark.parametrize(
    "surrogate",
    [
        WarpedGP(),
        MixedGP(),
        BestByLOO(),
        HeteroscedasticGP(),
        RiskAverse(of=HeteroscedasticGP(), alpha=0.1),
        Perturbed(of=WarpedGP(), input_sd={"a": 0.1}),
    ],
    ids=lambda one: type(one).__name__,
)
def test_gaussian_processes_have_gradients_in_every_wrapper(surrogate: Surrogate) -> None:
    assert composed(LBFGS(), surrogate).surrogate == surrogate


@pytest.mark.parametrize(
    "search", [NSGA2(), CMAESSearch(), DifferentialEvolution()], ids=lambda one: type(one).__name__
)
def test_other_searches_take_steps_as_they_are(search: AcqOptimizer) -> None:
    assert composed(search, FOREST).acq_optimizer == search


def test_the_second_search_takes_the_forest_of_hebo() -> None:
    assert "GradientSearch" in repr(HEBORecipe(acq_optimizer=GradientSearch()))
    with pytest.raises(IncompatibleError, match="GradientSearch needs gradients"):
        bayes_opt(
            surrogate=WarpedGP(),
            acquisition=LogEI(),
            acq_optimizer=GradientSearch(),
            output_transform=Standardize(),
            second_surrogate=FOREST,
        )


@pytest.mark.parametrize("acquisition", [LogEI(), MACE()], ids=["log_ei", "mace"])
def test_compositional_search_is_refused_without_a_nested_expectation(acquisition: Acquisition) -> None:
    message = (
        f"CompositionalSearch needs a nested expectation of samples, which {type(acquisition).__name__} "
        "does not offer; use a sampled acquisition .*q_ei.* with form compositional"
    )
    with pytest.raises(IncompatibleError, match=message):
        composed(CompositionalSearch(), WarpedGP(), acquisition)


@pytest.mark.parametrize(
    ("acquisition", "search", "message"),
    [
        (SampledEI(form="compositional", n_samples=32), {}, r"n_samples = 32 .*draws 64.*`sample_size: 32`"),
        (SampledUCB(form="memory_efficient", n_columns=32), {}, r"n_columns = 32, .*draws 64 .*the same"),
        (SampledSR(form="memory_efficient"), {"growth": 0.8}, r"n_columns = 64, .*1 to 64.*without `growth`"),
    ],
    ids=["fixed samples", "columns", "growth"],
)
def test_steps_of_other_sizes_than_the_acquisition_draws_are_refused_when_composed(
    acquisition: Acquisition, search: dict[str, float], message: str
) -> None:
    with pytest.raises(IncompatibleError, match=message):
        composed(CompositionalSearch(**search), WarpedGP(), acquisition)  # type: ignore[arg-type]


def test_a_search_that_compares_values_refuses_noisy_ones() -> None:
    with pytest.raises(IncompatibleError, match=r"SampledEI draws fresh .* LBFGS .* `form: finite_sum`"):
        composed(LBFGS(), WarpedGP(), SampledEI(form="expectation"))
    composed(LBFGS(), WarpedGP(), SampledEI())
    composed(GradientSearch(), WarpedGP(), SampledEI(form="expectation"))


@pytest.mark.parametrize(
    ("acquisition", "search"),
    [
        (SampledEI(form="compositional", n_samples=64), {"growth": 0.8}),
        (SampledPI(form="memory_efficient"), {}),
        (SampledSR(form="memory_efficient", n_columns=16), {"sample_size": 16}),
    ],
    ids=["fixed samples", "usual columns", "columns"],
)
def test_steps_of_the_sizes_that_the_acquisition_draws_are_taken(
    acquisition: Acquisition, search: dict[str, float]
) -> None:
    recipe = composed(
        CompositionalSearch(n_raw=8, n_restarts=2, n_steps=3, **search), WarpedGP(), acquisition
    )  # type: ignore[arg-type]
    space = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
    optimizer = Strict(of=recipe).build(space, seed=0)
    x = optimizer.ask(3)
    optimizer.tell(x, x["a"].tolist())
    assert space.contains(space.encode(optimizer.ask())).all()


def test_searches_of_utilities_are_those_that_take_any_acquisition() -> None:
    assert Preferential(acq_optimizer=GradientSearch()).acq_optimizer == GradientSearch()
    with pytest.raises(IncompatibleError, match=r"CompositionalSearch needs .* which EUBO does not offer"):
        Preferential(acq_optimizer=CompositionalSearch())
