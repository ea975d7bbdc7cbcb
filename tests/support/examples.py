"""What every part of the catalog is checked with: one example of each kind, and spaces of every sort."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from hebo.catalog import PARTS
from hebo.errors import IncompatibleError
from hebo.experiment.config.catalog import catalog
from hebo.experiment.config.parts import build
from hebo.recipe import Recipe
from hebo.testing.spaces import SPACES as SPACES
from hebo.testing.spaces import observations as observations
from mcbo.catalog import PARTS as MCBO_PARTS

INSTANCES = Path(__file__).with_name("instances")

# The settings a part cannot do without, or that make its test quick.
_LOOP: dict[str, Any] = {
    "surrogate": {"type": "warped_gp", "n_starts": 1},
    "acquisition": {"type": "log_ei"},
    "acq_optimizer": {"type": "random", "n_points": 64},
    "output_transform": {"type": "standardize"},
    "n_initial": 3,
}
_INNER = {"type": "bayes_opt_loop", **_LOOP}
_CONDITIONS = [{"a": -1.0}, {"a": 0.0}]
_PERTURBED = {"type": "perturbed", "of": _LOOP["surrogate"], "input_sd": {"a": 0.1}, "n_perturbations": 4}
_AVERAGED = {"type": "averaged", "of": _LOOP["surrogate"], "conditions": _CONDITIONS}
_OWN_SPACE = [
    {"name": "x", "type": "num", "lb": 0.0, "ub": 1.0},
    {"name": "n", "type": "int", "lb": 1, "ub": 4},
]
SETTINGS: dict[tuple[str, str], dict[str, Any]] = {
    ("optimizer", "bayes_opt"): _LOOP,
    ("optimizer", "bayes_opt_loop"): _LOOP,
    ("optimizer", "interleaved"): {"of": _INNER, "share": 0.5},
    ("optimizer", "exploring"): {"of": _INNER},
    ("optimizer", "committee"): {"members": [_INNER, {"type": "genetic_algorithm"}], "shares": [0.5]},
    ("optimizer", "cost_aware"): {"of": _INNER, "costs": [1.0, 2.0, 4.0]},
    ("optimizer", "strict"): {"of": _INNER},
    ("optimizer", "transfer"): {"of": {**_INNER, "surrogate": {"type": "multitask_gp"}}},
    ("optimizer", "hebo_transfer"): {
        "n_initial": 3,
        "acq_optimizer": {"type": "nsga2", "population": 20, "n_generations": 4},
    },
    ("optimizer", "alternating"): {"members": [_INNER, {"type": "sobol"}]},
    ("optimizer", "contextual"): {"of": _INNER},
    ("optimizer", "portfolio"): {"of": _INNER, "acquisitions": [{"type": "ucb"}], "window": 2},
    ("optimizer", "robust"): {"of": _INNER, "input_sd": {"a": 0.1}, "n_perturbations": 4},
    ("optimizer", "averaged_over"): {"of": _INNER, "conditions": _CONDITIONS},
    ("optimizer", "at_perturbations"): {"of": {**_INNER, "surrogate": _PERTURBED}},
    ("optimizer", "at_conditions"): {"of": {**_INNER, "surrogate": _AVERAGED}},
    ("optimizer", "by_objectives"): {
        "one": _INNER,
        "several": {**_INNER, "acquisition": {"type": "log_ehvi"}},
    },
    ("optimizer", "preferential"): {"n_initial": 4, "acq_optimizer": {"type": "random", "n_points": 64}},
    ("optimizer", "hebo"): {
        "n_initial": 3,
        "surrogate": {"type": "warped_gp", "n_starts": 1},
        "acq_optimizer": {"type": "nsga2", "population": 20, "n_generations": 4},
    },
    **{
        ("optimizer", name): {"n_initial": 3}
        for name in (
            "combinatorial",
            "mcbo",
            "casmopolitan",
            "boils",
            "antbo",
            "bodi",
            "boss",
            "cocabo",
            "rducb",
            "tree_search",
        )
    },
    ("optimizer", "boils_cut"): {
        "n_initial": 3,
        "acq_optimizer": {"type": "sequence_offspring", "gap": "z"},
    },
    ("optimizer", "bocs"): {
        "n_initial": 3,
        "surrogate": {"type": "sparse_linear", "n_draws": 10, "burn_in": 10},
    },
    ("optimizer", "combo"): {
        "n_initial": 3,
        "surrogate": {"type": "mixed_gp", "kernels": [{"type": "diffusion"}], "n_samples": 2, "burn_in": 2},
    },
    ("optimizer", "external"): {"command": [sys.executable, str(Path(__file__).with_name("stand_in.py"))]},
    ("executor", "dask"): {"scheduler": "local"},
    ("optimizer", "botorch"): {"n_initial": 4, "num_restarts": 2, "raw_samples": 16},
    ("optimizer", "turbo"): {"n_initial": 4},
    ("optimizer", "smac"): {"n_trials": 20},
    ("optimizer", "nevergrad"): {"num_workers": 4},
    ("optimizer", "pymoo"): {"population": 6},
    ("optimizer", "optuna_nsga2"): {"population_size": 6},
    ("optimizer", "optuna_tpe"): {"n_startup_trials": 4},
    ("optimizer", "optuna_gp"): {"n_startup_trials": 4},
    ("optimizer", "skopt_gp"): {"n_initial_points": 4},
    ("surrogate", "risk_averse"): {"of": {"type": "heteroscedastic_gp"}, "alpha": 0.1},
    ("surrogate", "perturbed"): {key: value for key, value in _PERTURBED.items() if key != "type"},
    ("surrogate", "averaged"): {key: value for key, value in _AVERAGED.items() if key != "type"},
    ("kernel", "mixture"): {"kernels": [{"type": "transformed_overlap"}, {"type": "composition"}]},
    ("task_prior", "mixture"): {"members": [{"type": "gaussian_processes"}, {"type": "trees"}]},
    ("acquisition", "prior_guided"): {
        "of": {"type": "log_ei"},
        "prior": {"a": {"center": 0.5, "spread": 0.2}},
    },
    ("acquisition", "per_cost"): {"of": {"type": "log_ei"}},
    ("acq_optimizer", "nsga2"): {"population": 20, "n_generations": 4},
    ("acq_optimizer", "random"): {"n_points": 64},
    ("acq_optimizer", "gradient"): {"n_raw": 16, "n_restarts": 4, "n_steps": 10},
    ("acq_optimizer", "lbfgs"): {"n_raw": 16, "n_restarts": 4},
    ("acq_optimizer", "cma_es"): {"n_raw": 16, "n_restarts": 2, "n_generations": 5},
    ("acq_optimizer", "differential_evolution"): {"n_raw": 16, "n_restarts": 2, "n_generations": 5},
    ("acq_optimizer", "compositional"): {"n_raw": 16, "n_restarts": 4, "n_steps": 10, "sample_size": 4},
    ("task", "ehrlich_explicit"): {
        "length": 5,
        "n_states": 3,
        "motifs": [[0, 1], [0, 2]],
        "spacings": [[2], [1]],
        "banned": [[1, 2]],
    },
    ("task", "antibody_design"): {"length": 6, "window": 6, "min_contacts": 12},
    ("task", "logic_synthesis"): {"circuit": "adder:4", "length": 3},
    ("task", "sdp_game"): {"preset": "two_point", "half_degree_2": 2},
    ("task", "aig_rewriting"): {"circuit": "adder:4", "length": 3},
    ("task", "qaplib"): {"path": str(INSTANCES / "three.dat")},
    ("task", "tsplib"): {"path": str(INSTANCES / "four.tsp")},
    ("task", "hpo"): {"model": "knn", "dataset": "iris", "metric": "acc"},
    ("task", "among_candidates"): {
        "task": {"type": "branin"},
        "candidates": str(INSTANCES / "six_points.csv"),
    },
    ("task", "measured_library"): {"candidates": str(INSTANCES / "six_points.csv"), "columns": ["x1", "x2"]},
    ("task", "python"): {
        "file": str(INSTANCES / "own_objective.py"),
        "function": "bowl",
        "space": _OWN_SPACE,
    },
    ("task", "command"): {
        "argv": ["python", str(INSTANCES / "own_objective.py"), "{x}", "{n}"],
        "space": _OWN_SPACE,
    },
    ("task", "cached"): {"task": {"type": "branin"}},
    ("task", "differentiated"): {"task": {"type": "branin"}},
    ("task", "costed"): {"task": {"type": "branin"}, "costs": [2.0]},
    ("task", "related_contexts"): {"task": {"type": "branin"}},
    ("task", "in_contexts"): {
        "task": {"type": "related_contexts", "task": {"type": "branin"}},
        "contexts": [{"context": "c0"}, {"context": "c1"}],
    },
    ("task", "clipped"): {"task": {"type": "branin"}, "high": 20.0},
    ("task", "failing"): {"task": {"type": "branin"}, "probability": 0.5},
    ("task", "hidden_utility"): {"task": {"type": "branin"}},
    ("task", "heteroscedastic"): {"task": {"type": "branin"}, "low": 0.1, "high": 1.0},
    ("task", "outliers"): {"task": {"type": "branin"}, "scale": 10.0},
    ("task", "quantized"): {"task": {"type": "branin"}, "step": 1.0},
    ("task", "noisy"): {"task": {"type": "branin"}, "sd": 0.1},
    ("task", "shifted"): {"task": {"type": "branin"}},
    ("task", "timed"): {"task": {"type": "branin"}, "seconds": 0.0},
}


def names(kind: str) -> list[str]:
    """The names of one kind of part."""
    return sorted(catalog().get(kind, {}))


# Those of other libraries cannot do all of what ours can; `tests/clients/test_peers.py` has their checks.
_PEERS = "hebo.peers."
PEER_OPTIMIZERS = sorted(name for name, (where, _) in PARTS["optimizer"].items() if where.startswith(_PEERS))
OWN_OPTIMIZERS = sorted({*PARTS["optimizer"], *MCBO_PARTS["optimizer"]} - set(PEER_OPTIMIZERS))


def example(kind: str, name: str) -> Recipe:
    """A small example of one part."""
    return build(kind, {"type": name, **SETTINGS.get((kind, name), {})})


def claimed(name: str) -> list[str]:
    """The sorts of space that an optimizer of ours takes; it refuses the others when it is built."""
    recipe = example("optimizer", name)
    found = []
    for sort, space in SPACES.items():
        with suppress(IncompatibleError):
            recipe.build(space, seed=0)  # type: ignore[attr-defined]
            found.append(sort)
    return found
