"""Neural process: a transformer that was trained once and predicts without fitting."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch
from botorch.models.model import Model
from pydantic import Field, ValidationError
from torch import Generator

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.fallbacks import note_fallback
from hebo.random import make_generator
from hebo.surrogates.neural_process.arrangement import Arrangement
from hebo.surrogates.neural_process.embedding import Signs
from hebo.surrogates.neural_process.limits import Limits, limits_of
from hebo.surrogates.neural_process.model import NeuralProcessModel, Predictor
from hebo.surrogates.neural_process.transformer import Transformer, network_of
from hebo.surrogates.subset import best_near_random
from hebo.surrogates.warped_gp import WarpedGP
from hebo.weights import Weights, read_weights, shipped

KIND = "neural_process"
"""What its weights are, on their card."""

_PRECISIONS = {"single": torch.float32, "double": torch.float64}


class NeuralProcess(Surrogate):
    """A transformer that reads the observations and answers with a bar distribution of the function.

    It was trained once, on generated functions (`hebo pretrain`), and nothing is fitted to the data: a
    prediction is one pass through the network (2205.13902, 2305.17535). Numeric, integer and categorical
    columns, as many as it was trained for, in any order; the order of observations does not matter either.
    Acquisitions of single points use expected improvements and probabilities of the bars, in closed form.

    Attributes:
        weights: A file that `hebo pretrain` wrote; null: the weights that come with this package.
        beyond: What happens with a space, or a number of observations, that the weights were not trained for:
            `refuse` them, or fit a `warped_gp` instead, which counts as a fallback.
        max_train: Most observations that are read: the best, those near the best one, and others at random
            (see `hebo.surrogates.subset.best_near_random`); null: all, which `beyond` decides about.
        n_draws: Predictions are averaged over so many draws of the random vectors that tell columns apart.
        gradients: Predictions have gradients by continuous columns, which cost as much as the predictions.
            Without them, as by default, searches use their other moves, as they do on a forest.
        precision: What the network computes in. Rounding in `single` precision is about a millionth of the
            spread of the data; `double` takes half as much time again.
    """

    weights: str | None = None
    beyond: Literal["refuse", "warped_gp"] = "refuse"
    max_train: int | None = Field(default=None, ge=2)
    n_draws: int = Field(default=1, ge=1)
    gradients: bool = False
    precision: Literal["single", "double"] = "single"

    @property
    def has_gradients(self) -> bool:
        """See `gradients`."""
        return self.gradients

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that the weights were not trained for, unless `beyond` says what to do then.

        Raises:
            IncompatibleError: With what was expected and what would work.
            DataError: If the weights cannot be read.
        """
        weights = self._read()
        self._network(weights)
        beyond = self._limits(weights).beyond_space(space)
        if beyond is not None and self.beyond == "refuse":
            raise self._refusal(beyond)

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Model:
        """Return the network with the observations; see `hebo.base.Surrogate`."""
        weights = self._read()
        limits = self._limits(weights)
        train = data if self.max_train is None else best_near_random(data, space, self.max_train, generator)
        beyond = limits.beyond_space(space) or limits.beyond_size(len(train.x))
        if beyond is None:
            predictor = self._predictor(weights, limits, space, train.x.device)
            return NeuralProcessModel(predictor, train.x, train.y[:, 0])
        if self.beyond == "refuse":
            raise self._refusal(beyond)
        note_fallback("warped_gp in place of neural_process", beyond)
        return WarpedGP().fit(data, space, generator=generator)

    def _predictor(
        self, weights: Weights, limits: Limits, space: DesignSpace, device: torch.device
    ) -> Predictor:
        network = self._network(weights).to(device, _PRECISIONS[self.precision])
        arrangement = Arrangement(space, limits.most_levels)
        signs = Signs.draw(
            self.n_draws,
            len(arrangement.levels),
            arrangement.categories,
            network.embedding.p,
            make_generator("signs of columns"),
        )
        return Predictor(network, arrangement, signs.to(network.head.borders), limits, self.gradients)

    def _network(self, weights: Weights) -> Transformer:
        """Return the network with its weights, without a draw of random ones."""
        try:
            with torch.device("meta"):
                network = network_of(weights.card["architecture"])
            network.load_state_dict(dict(weights.tensors), assign=True)
        except (ValidationError, RuntimeError) as error:
            raise DataError(
                f"{self._path}: the card describes another network than the file has ({_last_line(error)}); "
                "train the weights anew with this version of the package"
            ) from error
        return network.requires_grad_(False).eval()

    def _read(self) -> Weights:
        return read_weights(self._path, KIND)

    def _limits(self, weights: Weights) -> Limits:
        return limits_of(weights.card, str(self._path))

    @property
    def _path(self) -> Path:
        return shipped(KIND) if self.weights is None else Path(self.weights)

    def _refusal(self, beyond: str) -> IncompatibleError:
        return IncompatibleError(
            f"neural_process cannot predict on {beyond}. Write `beyond: warped_gp` to use a Gaussian process "
            "there, `max_train` to read fewer observations, or train weights for more with `hebo pretrain`."
        )


def _last_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    lines = str(error).splitlines()
    return lines[-1].strip() if lines else type(error).__name__
