"""Contextual optimization: what a context adds to all of its values is removed before they are modeled."""

from __future__ import annotations

from dataclasses import replace

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.explain.outcome_model import OutcomeModels
from hebo.profile import phase
from hebo.recommenders.context_offsets import ContextOffsets, context_offsets
from hebo.recommenders.model_based import ModelBased, Proposal, proposal_of
from hebo.recommenders.wrapper import Wrapper
from hebo.request import Predicted, Request


class Contextual(Wrapper, ModelBased):
    """The points of another recommender, which is told the values without the offsets of their contexts.

    Contexts whose values differ by a constant of five standard deviations leave a model, and the output
    transform before it, little of their scale for what differs within a context. Within one ask the context
    is fixed, so that its offset moves no point.

    Constraints stay as they are, for zero is their boundary. Related tasks lose offsets of their own. In a
    space without contexts, and while one context only is known, nothing changes.

    Attributes:
        of: Recommends the points.
    """

    @property
    def has_models(self) -> bool:
        """Whether the proposals of `of` have models."""
        return isinstance(self.of, ModelBased) and self.of.has_models

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        return self.of.recommend(without_offsets(request))

    def propose(self, request: Request) -> Proposal | None:
        """Return the proposal of `of`."""
        return proposal_of(self.of, without_offsets(request))

    def fit_model(self, request: Request) -> Model:
        """Return the model of the values without offsets; see `Recommends.fit_model`."""
        return self.of.fit_model(without_offsets(request))

    def outcome_models(self, request: Request) -> OutcomeModels | None:
        """Return the models of the values without offsets, which they add to their predictions."""
        offsets = _offsets_of(request)
        found = self.of.outcome_models(_less(request, offsets))
        if found is None or offsets is None:
            return found
        pairs = zip(found.objectives, offsets, strict=True)
        return replace(found, objectives=tuple(replace(one, offset=offset) for one, offset in pairs))

    def predicted_best(self, request: Request) -> Predicted | None:
        """Return the point that the model thinks best, with the offset of its context in the prediction.

        The interval of a context that was never told is as wide as offsets are apart.
        """
        offsets = _offsets_of(request)
        found = self.of.predicted_best(_less(request, offsets))
        if found is None or offsets is None:
            return found
        offset, variance = (float(one(found.x.unsqueeze(0))) for one in (offsets[0].at, offsets[0].variance))
        below, above = (((found.mean - end) ** 2 + variance) ** 0.5 for end in (found.low, found.high))
        mean = found.mean + offset
        return replace(found, mean=mean, low=mean - below, high=mean + above)


def without_offsets(request: Request) -> Request:
    """Return the request with values from which the offsets of their contexts are subtracted."""
    return _less(request, _offsets_of(request))


def _offsets_of(request: Request) -> tuple[ContextOffsets, ...] | None:
    with phase("fit"):
        return context_offsets(request)


def _less(request: Request, offsets: tuple[ContextOffsets, ...] | None) -> Request:
    if offsets is None:
        return request
    data = request.data
    y = data.y - torch.stack([one.at(data.x) for one in offsets], dim=-1)
    related = tuple(without_offsets(replace(request, data=one)).data for one in data.related)
    gradients = None if data.gradients is None else data.gradients - offsets[0].slopes(data.x)
    return replace(request, data=replace(data, y=y, related=related, gradients=gradients))
