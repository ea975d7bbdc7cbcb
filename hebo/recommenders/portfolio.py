"""Portfolio: several acquisitions over one surrogate, chosen by what they would have proposed lately."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, Self

import torch
from pydantic import Field, field_validator, model_validator
from torch import Tensor

from hebo.acq_optimizers.ranking import evaluate
from hebo.acquisitions.posterior_mean import reliable_mean
from hebo.base import Acquisition, FittedModels, Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.information import Information
from hebo.random import make_generator
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.recommenders.fitted_models import all_on_means
from hebo.recommenders.model_based import Around, ModelBased, Proposal
from hebo.recommenders.wrapper import Wrapper
from hebo.request import Request


class Portfolio(Wrapper, ModelBased):
    """Hedging over acquisitions (GP-Hedge; Brochu, Hoffman and de Freitas, 1009.5419), without a state.

    All members share one fitted surrogate. The point of an ask is that of a member drawn with probability
    `softmax(eta g)`; in a batch each point has a draw, and members know the points of those before. The gain
    of a member is

        g_i = sum_k memory^(k - 1) r_i(n - k),   k = 1 .. window,

    where `r_i(t)` is the posterior mean, under the present model, at the point that member `i` would have
    proposed when `t` of the `n` points told so far were known: less that of the best member, in standard
    deviations of the modeled values, and -1 at least. With measured constraints it is less a penalty where
    these are in doubt; see `hebo.acquisitions.posterior_mean.reliable_mean`.

    In the paper gains are added up as the run goes on. Here every ask computes them anew from the history, by
    fitting the surrogate to its beginnings, so that a run that was interrupted, or was told other points
    than it asked for, goes on as any other. This has four consequences. A proposal is the one that a single
    ask would have got in the present domain, as if points had been told one after the other, with random
    numbers that depend on the seed, `t` and the member alone: it is the same in each later ask, but not the
    one that was evaluated. All members gain, as in the paper, not only the one whose point was evaluated.
    The past fades, and only `window` points of it count, for each costs a fit and a search per member (fading
    gains are those of Vasconcelos et al., 1908.00361). And past proposals are valued by the newest model,
    not each by the model of its time. With equal gains, as before any model, all members are equally likely.

    Attributes:
        of: The loop; its acquisition is the first member.
        acquisitions: Those of the other members.
        eta: How much gains count. 0: members are drawn with equal probability, at no cost.
        memory: What a gain counts less with each point told after it.
        window: How many past proposals of each member count.
    """

    example: ClassVar[dict[str, Any]] = {
        "of": {
            "type": "bayes_opt_loop",
            "surrogate": "warped_gp",
            "acquisition": "log_ei",
            "acq_optimizer": "nsga2",
            "output_transform": "standardize",
        },
        "acquisitions": ["ucb", "joint_entropy"],
    }

    of: Recommender
    acquisitions: tuple[Acquisition, ...] = Field(min_length=1)
    eta: float = Field(default=1.0, ge=0)
    memory: float = Field(default=0.8, gt=0, le=1)
    window: int = Field(default=4, ge=1)

    @field_validator("of")
    @classmethod
    def _is_a_loop(cls, of: Recommender) -> Recommender:
        if not isinstance(of, BayesOptRecipe):
            raise ValueError(
                f"{type(of).__name__} is no loop whose acquisition could be exchanged; use bayes_opt_loop, "
                "and put wrappers such as `interleaved` around the portfolio"
            )
        return of

    @model_validator(mode="after")
    def _members_fit_together(self) -> Self:
        first, *others = self.members  # each is checked with the other parts when it is made
        for one in others:
            if one.acquisition.handles_constraints != first.acquisition.handles_constraints:
                names = [type(each.acquisition).__name__ for each in self.members]
                raise IncompatibleError(
                    f"of {', '.join(names)} some look at constraints themselves, others are weighted by "
                    "them, and objectives are not modeled alike for both; use members of one kind"
                )
        return self

    @property
    def members(self) -> tuple[BayesOptRecipe, ...]:
        """The loop with the acquisition of each member."""
        assert isinstance(self.of, BayesOptRecipe)
        parts = dict(self.of)
        return self.of, *(BayesOptRecipe(**{**parts, "acquisition": one}) for one in self.acquisitions)

    @property
    def title(self) -> str:
        """What messages call it."""
        return type(self).__name__

    @property
    def max_objectives(self) -> int:
        """One, whose mean the gains are."""
        return 1

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that a member cannot work in."""
        for member in self.members:
            member.check(space)

    def check_takes(self, kind: Information) -> None:
        """Refuse information that would have no effect, constraints also where a member refuses them."""
        for member in self.members if kind is Information.CONSTRAINTS else (self.of,):
            member.check_takes(kind)

    def check_unconstrained(self) -> None:
        """Refuse a problem without measured constraints where a member does."""
        for member in self.members:
            member.check_unconstrained()

    def propose(self, request: Request) -> _Drawn | None:
        """Fit the surrogate, and value the members; None where the loop has no model."""
        members = self.members
        now = _fitting(members).propose(request)
        if now is None:
            return None
        gains = self._gains(now, request) if self.eta else torch.zeros(len(members), dtype=torch.float64)
        return _Drawn(now, request, members, torch.softmax(self.eta * gains, 0))

    def _gains(self, now: _Exchangeable, request: Request) -> Tensor:
        """Return the gain of each member."""
        value, scale = reliable_mean(now.models), now.spread
        gains = torch.zeros(len(self.members), dtype=torch.float64)
        n = len(request.data.x)
        for age in range(1, min(self.window, n - 1) + 1):
            points = self._would_have_proposed(n - age, request)
            if points is None:
                break
            means = evaluate(value, points)[:, 0]
            gains += self.memory ** (age - 1) * ((means - means.max()) / scale).clamp_min(-1.0)
        return gains

    def _would_have_proposed(self, n_told: int, request: Request) -> Tensor | None:
        """Return the point of each member after the first rows told, `k x d`; None if there was no model."""
        rows = torch.arange(len(request.data.x)) < n_told
        data = request.data.rows(rows).without_pending().within(request.domain)
        place = request.seed, "portfolio", n_told
        past = replace(request, n=1, data=data, iteration=n_told, generator=make_generator(*place))
        then = _fitting(self.members).propose(past)
        if then is None:
            return None
        points = []
        for i, member in enumerate(self.members):
            own = replace(past, generator=make_generator(*place, i))
            points.append(then.by(member, own, then.models).choose(1))
        return torch.cat(points)


class _Exchangeable(Proposal, Protocol):
    """A proposal whose acquisition can be exchanged; that of `BayesOptRecipe`."""

    @property
    def models(self) -> FittedModels:
        """All models, conditioned on pending points."""

    @property
    def spread(self) -> float:
        """Standard deviation of the values as they are modeled."""

    def by(self, recipe: BayesOptRecipe, request: Request, models: FittedModels) -> _Exchangeable:
        """Return the proposal of another acquisition under models of the same fit."""


@dataclass(frozen=True)
class _Drawn(Around[_Exchangeable]):
    """The proposal of members that are drawn with probabilities."""

    request: Request
    members: tuple[BayesOptRecipe, ...]
    probabilities: Tensor

    def choose(self, n: int) -> Tensor:
        """Draw a member for each point; members choose theirs one after the other."""
        drawn = torch.multinomial(self.probabilities, n, replacement=True, generator=self.request.generator)
        counts = Counter(drawn.tolist())
        x, models = self.request.data.x[:0], self.proposal.models
        for place, member in enumerate(self.members):
            if count := counts[place]:
                chosen = self.proposal.by(member, self.request.after(x), models).choose(count)
                models = all_on_means(models, chosen) if len(x) + count < n else models
                x = torch.cat([x, chosen])
        return x


def _fitting(members: tuple[BayesOptRecipe, ...]) -> BayesOptRecipe:
    """Return a member that has all models fitted that any needs: those of costs where one needs these."""
    return next((one for one in members if one.acquisition.needs_costs), members[0])
