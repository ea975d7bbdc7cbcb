"""Learned acquisition: the policy of NAP, trained on whole runs of related tasks (2305.15930)."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, Literal

import torch
from pydantic import Field, ValidationError
from torch import Generator, Tensor

from hebo.acquisitions.improvement import LogEI
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import DataError, HeboError, IncompatibleError
from hebo.fallbacks import note_fallback
from hebo.surrogates.neural_process.arrangement import Arrangement
from hebo.surrogates.neural_process.embedding import Points
from hebo.surrogates.neural_process.policy import MOST_LEVELS, Policy, policy_of, standardized
from hebo.surrogates.neural_process.transformer import MAX_VALUE
from hebo.weights import Weights, read_weights

_KIND = "neural_acquisition"


class NeuralAcquisition(Acquisition):
    """Values of candidates by a policy that was trained for the regret of whole runs on related tasks.

    `hebo pretrain` with the learner `neural_acquisition` trains it for one space (Maraval et al., 2023). It
    reads the history, not the surrogate; points that have no value yet are taken for told, with the means of
    the surrogate. Search it over a table (`exhaustive`) or a screened pool (`random`, or `nsga2` with
    `screened` and without generations): that is how it was trained.

    Attributes:
        weights: The safetensors file; its card lies beside it.
        beyond: What to do after the last evaluation that the policy was trained for: `refuse`, or `log_ei`,
            the expected improvement of the surrogate, which is counted as a fallback.
    """

    example: ClassVar[dict[str, Any]] = {"weights": "runs/pretrain/policy/policy.safetensors"}

    weights: str = Field(min_length=1)
    beyond: Literal["refuse", "log_ei"] = "refuse"

    def check(self, space: DesignSpace) -> None:
        """Refuse a space other than that of the training.

        Raises:
            IncompatibleError: If the parameters differ; their order may.
            DataError: If the weights or their card cannot be used.
        """
        _ = self._network
        given = _definitions(space.parameter_space if isinstance(space, TableSpace) else space)
        trained = _definitions(self._space)
        names = given.keys() | trained.keys()
        differing = sorted(name for name in names if given.get(name) != trained.get(name))
        if differing:
            raise IncompatibleError(
                f"{self.weights} was trained for a space with other definitions of {', '.join(differing)}; "
                "declare the parameters as its card does, or train a policy for this space"
            )

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` logits of the next choice.

        Raises:
            IncompatibleError: If the run is longer than those of the training, and `beyond` refuses.
        """
        network, arrangement = self._network, Arrangement(self._space, MOST_LEVELS)
        model: Any = models.objective
        x, y = data.x, data.y[:, 0]
        if len(models.pending):
            with torch.no_grad():
                y = torch.cat([y, model.posterior(models.pending).mean.reshape(-1)])
            x = torch.cat([x, models.pending])

        columns = _columns(domain, self._space)

        def points(x: Tensor) -> Points:
            return arrangement.points(x[:, columns].unsqueeze(0), torch.float32)

        if len(y) >= network.horizon:
            return self._beyond(len(y), models, data, domain, generator)
        with torch.no_grad():
            values = standardized(y.float().unsqueeze(0)).clamp(-MAX_VALUE, MAX_VALUE)
            context = network.encode(points(x), values)
        best, progress = values.amax(1), values.new_full((1,), len(y) / network.horizon)

        def value(x: Tensor) -> Tensor:
            logits: Tensor = network(context, best, progress, points(x.squeeze(-2)))
            return logits.reshape(-1, 1).to(x)

        return value

    def _beyond(
        self, n: int, models: FittedModels, data: Data, domain: Domain, generator: Generator
    ) -> AcqFunction:
        horizon = self._network.horizon
        if self.beyond == "refuse":
            raise IncompatibleError(
                f"{self.weights} was trained for runs of {horizon} evaluations, and {n} are told or pending; "
                "end the run there, set `beyond: log_ei`, or train a policy with a longer horizon"
            )
        note_fallback("beyond the horizon of the policy", f"{n} observations, {horizon} evaluations")
        return LogEI().build(models, data, domain, generator=generator)

    @property
    def _read(self) -> Weights:
        return read_weights(self.weights, _KIND)

    @cached_property
    def _space(self) -> DesignSpace:
        space = self._read.card.get("space")
        if space is None:
            raise IncompatibleError(
                f"{self.weights} was trained on tasks of no particular space; train a policy with the prior "
                "`earlier_tasks`, which names one"
            )
        try:
            return DesignSpace.from_json(space)
        except (HeboError, KeyError, TypeError, ValueError) as error:
            raise self._damaged("has no usable space", error) from error

    @cached_property
    def _network(self) -> Policy:
        try:
            network = policy_of(dict(self._read.card["architecture"]))
            network.load_state_dict(dict(self._read.tensors))
        except (ValidationError, RuntimeError) as error:
            raise self._damaged("describes another network than the file has", error) from error
        return network.eval().requires_grad_(False)

    def _damaged(self, what: str, error: Exception) -> DataError:
        return DataError(
            f"{self.weights}: the card {what} ({_reason(error)}); train the weights anew with this "
            "version of the package"
        )


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error).splitlines()[-1].strip()


def _columns(domain: Domain, trained: DesignSpace) -> list[int]:
    """Return the columns of a domain in the order that the space of the training has them in."""
    known = domain.layout.columns
    missing = sorted(set(trained.names) - known.keys())
    if missing:
        raise IncompatibleError(
            f"the policy was trained for a space with {', '.join(missing)}; search that space, or train one "
            "for this"
        )
    spans = [known[name] for name in trained.names]
    return [column for span in spans for column in range(span.start, span.stop)]


def _definitions(space: DesignSpace) -> dict[str, Any]:
    """Return name -> definition of each parameter."""
    return {str(one["name"]): one for one in space.to_json()["parameters"]}
