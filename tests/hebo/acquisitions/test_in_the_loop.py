"""Acquisitions of covariances and of entropy, composed: mixed spaces, the same seed, and what is refused."""

from __future__ import annotations

import pytest
import torch
from examples import SPACES

from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.joint_entropy import JointEntropy
from hebo.acquisitions.knowledge_gradient import KnowledgeGradient
from hebo.acquisitions.max_value_entropy import MaxValueEntropy
from hebo.acquisitions.noisy_improvement import LogNoisyEI
from hebo.acquisitions.one_shot_kg import OneShotKG
from hebo.acquisitions.predictive_entropy import PredictiveEntropy
from hebo.base import Acquisition, Surrogate
from hebo.errors import IncompatibleError
from hebo.presets import HEBORecipe, bayes_opt
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.perturbed import Perturbed
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize

QUICK: dict[str, Acquisition] = {
    "joint_entropy": JointEntropy(n_samples=4, n_points=32),
    "knowledge_gradient": KnowledgeGradient(n_points=8),
    "log_noisy_ei": LogNoisyEI(n_samples=4),
    "max_value_entropy": MaxValueEntropy(n_samples=4, n_points=32),
}
PATHS = MaxValueEntropy(n_samples=4, samples="paths", n_points=32)
SURROGATES: dict[str, Surrogate | None] = {
    "hebo": None,
    "gp": WarpedGP(n_starts=1),
    "forest": ExtraTrees(n_trees=10),
}
CASES = [pytest.param(one, of, id=f"{name}-{of}") for name, one in QUICK.items() for of in SURROGATES]


@pytest.mark.parametrize(("acquisition", "of"), [*CASES, pytest.param(PATHS, "gp", id="paths-gp")])
def test_it_chooses_points_in_a_mixed_space_the_same_with_the_same_seed(
    acquisition: Acquisition, of: str
) -> None:
    space, surrogate = SPACES["mixed"], SURROGATES[of]
    parts = {"acquisition": acquisition, "n_initial": 4, "strict": True}
    search = {"acq_optimizer": RandomSubset(n_points=32), "output_transform": Standardize()}
    recipe = HEBORecipe(**parts) if surrogate is None else bayes_opt(surrogate=surrogate, **search, **parts)
    runs = []
    for _ in range(2):
        optimizer = recipe.build(space, seed=3)
        for n in (4, 2, 1):
            x = optimizer.ask(n)
            optimizer.tell(x, space.encode(x).sum(1).tolist())
        runs.append(optimizer.data.x)
    assert space.contains(runs[0]).all()
    torch.testing.assert_close(runs[0], runs[1], rtol=0, atol=0)


@pytest.mark.parametrize("of", ["hebo", "gp"])
def test_predictive_entropy_does_so_too(of: str) -> None:
    quick = PredictiveEntropy(n_samples=2, n_points=16, n_evaluated=4)
    test_it_chooses_points_in_a_mixed_space_the_same_with_the_same_seed(quick, of)


@pytest.mark.parametrize("acquisition", [PredictiveEntropy(), OneShotKG()], ids=["pes", "one_shot_kg"])
def test_a_forest_whose_predictions_are_not_normal_is_refused_when_composed(acquisition: Acquisition) -> None:
    with pytest.raises(IncompatibleError, match=rf"{type(acquisition).__name__} needs .*ExtraTrees does not"):
        bayes_opt(
            surrogate=ExtraTrees(),
            acquisition=acquisition,
            acq_optimizer=RandomSubset(),
            output_transform=Standardize(),
        )


@pytest.mark.parametrize(
    "acquisition", [KnowledgeGradient(), LogNoisyEI(), JointEntropy()], ids=["kg", "log_noisy_ei", "jes"]
)
def test_a_surrogate_without_covariances_is_refused_when_composed(acquisition: Acquisition) -> None:
    of_risk = Perturbed(of=WarpedGP(), input_sd={"a": 0.1}, n_perturbations=4)
    wanted = rf"{type(acquisition).__name__} needs .*Perturbed does not.*; use"
    with pytest.raises(IncompatibleError, match=wanted):
        bayes_opt(
            surrogate=of_risk,
            acquisition=acquisition,
            acq_optimizer=RandomSubset(),
            output_transform=Standardize(),
        )
