"""Amortized GP: a warped Gaussian process whose hyperparameters a trained network sets in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.data import Data
from hebo.design_space.column_kinds import columns_by_kind, parameter_name
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.fallbacks import note_fallback
from hebo.information import NOTHING, Takes
from hebo.surrogates.amortized.network import SettingNetwork
from hebo.surrogates.amortized.scores import Problems
from hebo.surrogates.context_offset import OffsetCorrelation, context_columns
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.hyperparameters import Columns, Layout
from hebo.surrogates.known_noise import known_variances
from hebo.surrogates.map_fit import most_likely
from hebo.surrogates.subset import best_and_random
from hebo.surrogates.warped_gp import WarpedGP
from hebo.weights import Weights, read_weights, shipped

KIND = "amortised_gp"
"""What the card of its weights says that they are."""

_REMEDY = "set `beyond: warped_gp`, which fits one there, use warped_gp, or train weights for it"


class AmortizedGP(WarpedGP):
    """Warped GP whose hyperparameters come from a network instead of a fit.

    The network was trained on generated tasks (`hebo pretrain`) to set the hyperparameters under which the
    exact posterior predicts best. It reads the gradients of the log marginal likelihood at four reference
    settings, and corrects its answer by that at its own setting. All else is a `WarpedGP`.

    What it was not trained for it refuses: more columns, observations or categories than the card of the
    weights says, permutations, contexts, fidelities, known variances of the noise.

    Attributes:
        weights: Path of the weights; None: those that come with this package.
        refine: Steps of L-BFGS that maximize the posterior density of `WarpedGP`, from the setting of the
            network.
        beyond: What happens beyond what the network was trained for: `refuse`, or `warped_gp`: one is fitted,
            which is counted as a fallback.
        max_fit: Most observations that the network sees: the best third and random others.
    """

    weights: str | None = None
    refine: int = Field(default=0, ge=0)
    beyond: Literal["refuse", "warped_gp"] = "refuse"
    max_fit: int = Field(default=60, ge=10)

    @property
    def takes(self) -> Takes:  # type: ignore[override]  # a class variable of those without settings for it
        """Known variances, if a `WarpedGP` may be fitted to them."""
        return WarpedGP.takes if self.beyond == "warped_gp" else NOTHING

    def check(self, space: DesignSpace) -> None:
        """Refuse what the network was not trained for; see `hebo.base.Surrogate`.

        Raises:
            IncompatibleError: With the parameter, and what would work.
            DataError: If the weights are missing, altered, or of another kind.
        """
        reason = next(self._unknown_columns(space), None)
        if reason is not None and self.beyond == "refuse":
            raise IncompatibleError(f"AmortizedGP: {reason}; {_REMEDY}")

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Say what a `WarpedGP` is fitted for; see `hebo.base.Surrogate`."""
        return tuple(f"amortised_gp: {one}; a warped_gp is fitted" for one in self._unknown_columns(space))

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> GaussianProcess:
        """Return a model conditioned on the observations; see `hebo.base.Surrogate`."""
        self.check(space)
        reason = next(self._unknown(data, space), None)
        if reason is None:
            return super()._fit(data, space, generator=generator)
        if self.beyond == "refuse":
            raise IncompatibleError(f"AmortizedGP: {reason}; {_REMEDY}")
        note_fallback("amortised_gp beyond its training", reason)
        shared = {name: getattr(self, name) for name in WarpedGP.model_fields}
        return WarpedGP(**shared)._fit(data, space, generator=generator)

    def _hyperparameters(
        self,
        layout: Layout,
        train: Data,
        columns: Columns,
        offset: OffsetCorrelation | None,
        generator: Generator,
    ) -> Tensor:
        """Return the setting of the network, `p`, refined if wanted."""
        subset = train.rows(best_and_random(train.y[:, 0], self.max_fit, generator))
        numeric, codes = columns.split(subset.x)
        problem = Problems(layout, numeric[None], codes[None], subset.y[None, :, 0], self.smoothness)
        network = _network(self._path, self._read().card["sha256"], str(train.x.device))
        with torch.no_grad():
            theta = network.setting(problem)[0]
        if self.refine:
            density = self._density(layout, subset, columns)
            begin = theta.cpu().numpy()[None]
            theta = torch.from_numpy(most_likely(density, begin, max_iterations=self.refine))
        return theta.to(train.x)

    @property
    def _path(self) -> str:
        return str(shipped(KIND)) if self.weights is None else self.weights

    def _read(self) -> Weights:
        return read_weights(self._path, KIND)

    def _unknown(self, data: Data, space: DesignSpace) -> Iterator[str]:
        """Yield what the network was not trained for, in the data too."""
        yield from self._unknown_columns(space)
        low, high = self._read().card["limits"]["n_context"]
        if not low <= min(len(data.x), self.max_fit) <= high:
            yield (
                f"it was trained with {low} to {high} observations, and there are {len(data.x)} "
                f"(max_fit: {self.max_fit})"
            )
        if known_variances(data) is not None:
            yield "it was not trained with known variances of the noise"

    def _unknown_columns(self, space: DesignSpace) -> Iterator[str]:
        """Yield what the network was not trained for, in settings and space."""
        card = self._read().card
        for name in ("smoothness", "warp"):
            trained, wanted = card["architecture"].get(name), getattr(self, name)
            if trained != wanted:
                yield f"it was trained with {name}: {trained}, not {wanted}"
        low, high = card["limits"]["n_columns"]
        d = space.bounds.shape[1]
        if not low <= d <= high:
            yield f"it was trained with {low} to {high} columns, and the space has {d}"
        if context_columns(space):
            yield "it was not trained with contexts"
        if space.targets:
            yield "it was not trained with fidelities"
        yield from _unknown_kinds(space, card["limits"])


def _unknown_kinds(space: DesignSpace, limits: Any) -> Iterator[str]:
    """Yield columns of kinds that a network was not trained on."""
    kinds = columns_by_kind(space)
    for column in kinds.get("permutation", ()):
        yield f"it was not trained with permutations, such as '{parameter_name(space, column)}'"
    for column, n in space.categorical_dims.items():
        if n > limits["categories"]:
            yield (
                f"it was trained with up to {limits['categories']} categories of a column, and "
                f"'{parameter_name(space, column)}' has {n}"
            )
    for column in kinds.get("ordered", ()) if not limits["levels"] else ():
        yield f"it was not trained with integers, such as '{parameter_name(space, column)}'"


@lru_cache(maxsize=8)
def _network(path: str, sha256: str, device: str) -> SettingNetwork:
    """Return the network of weights in double precision; of the same weights the same one."""
    weights = read_weights(path, KIND)
    assert weights.card["sha256"] == sha256
    architecture = weights.card["architecture"]
    network = SettingNetwork(architecture["width"], architecture["n_corrections"])
    try:
        network.load_state_dict(dict(weights.tensors))
    except RuntimeError as error:
        raise DataError(
            f"{path}: the weights are not those of the network on the card "
            f"({str(error).splitlines()[-1].strip()}); train them anew with `hebo pretrain`"
        ) from error
    return network.double().to(device).requires_grad_(False).eval()
