"""Computations that a device must do as the CPU does them: each a function of the device, with CPU results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from acquisition import under
from botorch.sampling import SobolQMCNormalSampler
from examples import SETTINGS, SPACES, example, names, observations
from torch import Tensor

from hebo.abilities import ADDITIVE_MODEL, FastMarginals
from hebo.acquisitions.sampled_batches import QEI
from hebo.acquisitions.sampled_forms import Compositional, joint_posterior, normal_samples
from hebo.base import AcqOptimizer, Acquisition, Recommender, Surrogate
from hebo.descent.cadam import CADAM
from hebo.descent.compositional import CompositionalOptimizer
from hebo.descent.nasa import NASA
from hebo.descent.nested import descend
from hebo.descent.projections import Polytope
from hebo.descent.scgd import ASCGD, SCGD
from hebo.design_space.column_kinds import columns_by_kind
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.experiment.config.parts import build
from hebo.kernels.base import KernelRecipe
from hebo.random import make_generator, seeded
from hebo.surrogates.neural_process.transformer import Architecture
from hebo.surrogates.pairwise_gp import PairwiseGP
from hebo.surrogates.warped_gp import WarpedGP
from hebo.testing.spaces import suited
from hebo.training.contexts import Contexts
from hebo.training.neural_process import NeuralProcess
from hebo.training.priors.gaussian_processes import GaussianProcesses
from hebo.training.tasks import Columns
from mcbo.compose import ACQUISITIONS, MODELS
from mcbo.kernels.string_subsequence import StringSubsequence
from mcbo.kernels.tree_additive import TreeAdditive
from mcbo.surrogates.mixed_gp import MixedGP
from tasks.antibody.energies import ALPHABET
from tasks.antibody.grow import grown
from tasks.antibody.oracle import NumpyOracle, TorchOracle
from tasks.antibody.profiles import profiles

SORTS = ("mixed", "sequence", "permutation")
LETTERS = DesignSpace().parse(
    [{"name": "s", "type": "sequence", "alphabet": "ACDEFGHIKLMNPQRSTVWY", "length": 11}]
)
TREE = MixedGP(kernels=[TreeAdditive()])


@dataclass(frozen=True)
class Case:
    """What is computed, and how near results of another device must be.

    Attributes:
        run: Device -> results, on the CPU.
        atol: Largest difference. Hyperparameters of `mixed_gp` are fitted on the device, where a search ends
            at slightly others; a search may then end at another optimum. None: only the run counts.
    """

    run: Callable[[str], Tensor]
    atol: float | None


def on(x: Tensor, device: str) -> Tensor:
    """The points on a device; the CPU's as they are."""
    return x.to(device)


def predictions(recipe: Surrogate, space: DesignSpace, device: str) -> Tensor:
    """Means and deviations at points, alone and jointly, of a model and of its fantasies."""
    data = suited(recipe, observations(space, 40))
    model = recipe.fit(data.to(device), space, generator=make_generator(0))
    x = on(space.sample(64, generator=make_generator(1)), device)
    joint = model.posterior(x.reshape(16, 4, -1), observation_noise=True)
    single = model.posterior(x.unsqueeze(-2))
    sampler = SobolQMCNormalSampler(torch.Size([4]), seed=0)
    fantasies = model.fantasize(x[:8].reshape(4, 2, -1), sampler).posterior(x[8:16].reshape(4, 2, -1))
    parts = joint.mean, joint.variance.sqrt(), single.mean, single.variance.sqrt(), fantasies.mean
    return torch.cat([one.detach().cpu().flatten() for one in parts])


def of_many(recipe: Surrogate, space: DesignSpace, device: str, n: int = 2000) -> Tensor:
    """Means and deviations at 512 separate points, of a model of many observations."""
    model = recipe.fit(observations(space, n).to(device), space, generator=make_generator(0))
    assert isinstance(model, FastMarginals)
    with torch.no_grad():
        mean, variance = model.marginals(on(space.sample(512, generator=make_generator(1)), device))
    return torch.cat([mean.cpu(), variance.sqrt().cpu()])


def correlations(recipe: KernelRecipe, space: DesignSpace, device: str) -> Tensor:
    """A kernel at its first hyperparameters, with slopes by these."""
    columns = [one for sort, each in columns_by_kind(space).items() if sort in recipe.handles for one in each]
    kernel = recipe.build(space, sorted(columns), generator=make_generator(0)).to(device)
    x = on(space.sample(48, generator=make_generator(1)), device)
    k = kernel(x[:32], x[16:]).to_dense()
    k.square().sum().backward()
    slopes = [one.grad for one in kernel.parameters() if one.grad is not None]
    return torch.cat([one.detach().cpu().flatten() for one in (k, *slopes)])


def values(recipe: Acquisition, device: str) -> Tensor:
    """An acquisition under a model whose hyperparameters come from the CPU, with slopes by the points."""
    space = SPACES["mixed"]
    surrogate = TREE if ADDITIVE_MODEL in recipe.needs else WarpedGP()
    data = observations(space, 40).to(device)
    model = surrogate.fit(data, space, generator=make_generator(0))
    acq = under(recipe, model, data, generator=make_generator(1), domain=space)
    x = on(space.sample(64, generator=make_generator(2)).unsqueeze(-2), device).requires_grad_()
    found = acq(x)
    (slope,) = torch.autograd.grad(found.sum(), x)
    return torch.cat([found.detach().cpu().flatten(), slope.cpu().flatten()])


def best_found(recipe: AcqOptimizer, device: str) -> Tensor:
    """The largest value that a search finds; its points stay on the CPU."""
    sort = next(one for one in ("mixed", "sequence", "categorical") if takes(recipe, SPACES[one]))
    space = SPACES[sort]
    data = observations(space, 40).to(device)
    model = WarpedGP().fit(data, space, generator=make_generator(0))
    acq = under(ACQUISITIONS["ei"], model, data, generator=make_generator(1))
    found = recipe.maximize(lambda x: acq(on(x, device)).cpu(), space, generator=make_generator(2))
    return acq(on(found.x[:1].unsqueeze(-2), device)).detach().cpu().flatten()


def takes(recipe: AcqOptimizer, space: DesignSpace) -> bool:
    try:
        recipe.check(space)
    except IncompatibleError:
        return False
    return True


def suggested(name: str, sort: str, device: str, batch: int = 2, parts: Mapping[str, Any] = {}) -> Tensor:
    """The last points of some asks, of which those by models know a failure and, if they may, a constraint."""
    space, settings = SPACES[sort], SETTINGS.get(("optimizer", name), {})
    settings = {**settings, **parts, "n_initial": 4, "device": device, "strict": True}
    recipe = build("optimizer", {"type": name, **settings})
    assert isinstance(recipe, Recommender)
    optimizer = recipe.build(space, seed=1)
    lower, upper = space.bounds
    for number, size in enumerate((4, batch, batch)):
        x = optimizer.ask(size)
        codes = space.encode(x)
        assert space.contains(codes).all()
        y = ((codes - lower) / (upper - lower) - 0.4).square().sum(1).numpy().copy()
        y[0] = np.nan if number == 1 else y[0]
        optimizer.tell(x, y, constraints=(y - 1.0)[:, None] if name == "hebo" else None)
    return codes


STEPPERS: dict[str, Callable[..., CompositionalOptimizer]] = {
    "scgd": SCGD,
    "ascgd": ASCGD,
    "nasa": NASA,
    "cadam": CADAM,
}


def stepped(name: str, device: str) -> Tensor:
    """Batches of two points after some steps along a nested acquisition, on a polytope."""
    space = SPACES["numeric"]
    model = WarpedGP().fit(observations(space, 20).to(device), space, generator=make_generator(0))
    d = space.bounds.shape[1]
    z = on(normal_samples(8, 2, make_generator(1)), device)
    problem = Compositional(QEI(0.0), joint_posterior(model), z)
    half_space = Polytope(torch.ones(1, d), [float(space.bounds.sum()) / 2], *space.bounds)
    x = on(space.sample(6, generator=make_generator(2)).reshape(3, 2, d), device)
    stepper = STEPPERS[name]([x], projection=half_space, maximize=True)
    descend(stepper, problem, 3, generator=make_generator(3), sample_sizes=lambda t: 4)
    assert stepper.tracker is not None
    return torch.cat([x.cpu().flatten(), stepper.tracker.cpu().flatten()])


def pretrained(device: str) -> Tensor:
    """The loss of a transformer on generated tasks, which the device has, and the largest of its slopes."""
    sizes = Architecture(width=8, n_layers=1, n_heads=2, mlp=8, n_bars=16)
    learner = NeuralProcess(sizes=sizes, regularizer=1)
    with seeded(make_generator("network")):
        network = learner.network()
    generator = make_generator("tasks")
    columns = Columns((0, 4), (3,))
    functions = GaussianProcesses(n_features=16).draw(4, columns, generator=generator)
    batch = Contexts().batch(functions, columns, 4, 8, 6, generator=generator)
    parts = {one.name: getattr(batch, one.name) for one in fields(batch) if one.name != "columns"}
    there = replace(batch, **{name: on(one, device) for name, one in parts.items()})  # type: ignore[arg-type]
    loss = learner.loss(network.to(device), there, generator=generator)
    loss.backward()  # type: ignore[no-untyped-call]
    slopes = [one.grad.abs().amax() for one in network.parameters() if one.grad is not None]
    return torch.stack([loss.detach(), *slopes]).cpu()


@cache
def _antibody() -> tuple[NumpyOracle, np.ndarray]:
    found = profiles(grown(16, 0), 6, 5)
    codes = np.random.default_rng(0).integers(len(ALPHABET), size=(200, 6))
    return NumpyOracle(found), codes


def docked(device: str) -> Tensor:
    """Energies of 200 loops on every profile of a grown antigen, in whole hundredths."""
    reference, codes = _antibody()
    found = TorchOracle(reference.profiles, device).dock(codes)
    expected = reference.dock(codes)
    for name in ("total", "binding", "n_tied"):
        assert (getattr(found, name) == getattr(expected, name)).all()
    return torch.from_numpy(found.energies)


def _surrogates() -> Iterator[tuple[str, Case]]:
    for name, recipe in MODELS.items():
        for sort in SORTS:
            try:
                recipe.check(SPACES[sort])
            except IncompatibleError:
                continue
            yield f"surrogate {name} {sort}", Case(partial(predictions, recipe, SPACES[sort]), 0.1)
    mixture = MixedGP(n_samples=3, burn_in=2)
    yield "surrogate mixture mixed", Case(partial(predictions, mixture, SPACES["mixed"]), 0.1)
    yield "surrogate pairwise_gp mixed", Case(partial(predictions, PairwiseGP(), SPACES["mixed"]), 0.1)
    process = example("surrogate", "neural_process")
    assert isinstance(process, Surrogate)
    yield "surrogate neural_process mixed", Case(partial(predictions, process, SPACES["mixed"]), 1e-6)


def _kernels() -> Iterator[tuple[str, Case]]:
    for name in names("kernel"):
        recipe = example("kernel", name)
        assert isinstance(recipe, KernelRecipe)
        space = next(space for space in _spaces() if _suits(recipe, space))
        yield f"kernel {name}", Case(partial(correlations, recipe, space), 1e-8)


def _spaces() -> list[DesignSpace]:
    return [LETTERS, *(SPACES[sort] for sort in ("mixed", "permutation", "numeric"))]


def _suits(recipe: KernelRecipe, space: DesignSpace) -> bool:
    columns = [one for sort, each in columns_by_kind(space).items() if sort in recipe.handles for one in each]
    try:
        recipe.check(space, sorted(columns))
    except IncompatibleError:
        return False
    return bool(columns)


def _large() -> Iterator[tuple[str, Case]]:
    ssk = MixedGP(kernels=[StringSubsequence()])
    numeric = SPACES["numeric"]
    yield "n = 2000 warped_gp", Case(partial(of_many, WarpedGP(), numeric), 1e-5)
    yield "n = 2000 mixed_gp", Case(partial(of_many, MixedGP(), numeric), 0.1)
    yield "n = 2000 string_subsequence", Case(partial(of_many, ssk, LETTERS), 0.1)
    yield "batch of 64 hebo", Case(partial(suggested, "hebo", "mixed", batch=64), None)
    yield "batch of 64 boils", Case(partial(suggested, "boils", "sequence", batch=64), None)


OPTIMIZERS = {
    "hebo": "mixed",
    "mcbo": "sequence",
    "casmopolitan": "mixed",
    "boils": "sequence",
    "antbo": "sequence",
    "bocs": "categorical",
    "combo": "categorical",
}


JOINT = {"acquisition": {"type": "q_log_ei"}, "batch": {"type": "joint"}}


def _acquisitions() -> Iterator[tuple[str, Case]]:
    for name in names("acquisition"):
        recipe = example("acquisition", name)
        assert isinstance(recipe, Acquisition)
        yield f"acquisition {name}", Case(partial(values, recipe), 1e-4)


def _searches() -> Iterator[tuple[str, Case]]:
    for name in names("acq_optimizer"):
        recipe = example("acq_optimizer", name)
        assert isinstance(recipe, AcqOptimizer)
        if not recipe.needs:  # what looks into an acquisition runs on the CPU alone
            yield f"search {name}", Case(partial(best_found, recipe), 0.5)


SMALL: dict[str, Case] = {
    **dict(_surrogates()),
    **dict(_kernels()),
    **dict(_acquisitions()),
    **{f"optimizer {name}": Case(partial(suggested, name, sort), None) for name, sort in OPTIMIZERS.items()},
    "joint batch": Case(partial(suggested, "bayes_opt", "mixed", batch=3, parts=JOINT), None),
    **{f"stepper {name}": Case(partial(stepped, name), 0.1) for name in STEPPERS},
    "antibody oracle": Case(docked, 0.0),
    "pretraining": Case(pretrained, 1e-3),
}
LARGE: dict[str, Case] = {**dict(_searches()), **dict(_large())}
