"""Explanations: what the models have learnt, in the user's units; nothing is asked for, no state changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Literal

from botorch.models.model import Model
from pandas import DataFrame
from torch import Generator

from hebo.errors import DataError, did_you_mean
from hebo.explain.dependence import partial_dependence
from hebo.explain.diagnosis import ModelDiagnosis
from hebo.explain.importance import importance, interactions
from hebo.explain.outcome_model import OutcomeModel
from hebo.explain.prediction import frame_of, named_models, predictions
from hebo.explain.scope import Scope
from hebo.optimizer.locking import locked
from hebo.optimizer.recommending import Recommending
from hebo.random import make_generator


class Explaining(Recommending):
    """The part of `Optimizer` that tells what was learnt; see `outcome_models` for the models.

    All of it depends on the seed and on what was told, and changes neither the state nor later points.
    Parameters vary one independently of another, each uniformly in its encoded column (see
    `hebo.explain.scope`), at the targets of fidelities and in one context.
    """

    @locked
    def fit_model(self) -> Model:
        """Fit the surrogate to all that is known, as the next `ask` would; pending points at their means.

        Returns:
            A BoTorch model of the transformed, maximized objective over encoded points; of several objectives
            a `ModelList`.

        Raises:
            DataError: If no successful evaluation has been told.
            IncompatibleError: If the recommender fits no model.
        """
        if not len(self.data.successes().x) and not len(self.data.better):
            raise DataError("no successful evaluation has been told yet, so there is nothing to fit")
        return self.recommender.fit_model(self._request_for(1, self.space, frozenset()))

    @locked
    def predict(self, x: DataFrame, *, observation_noise: bool = True) -> DataFrame:
        """Predict all that is measured at points, in the units it is measured in.

        For each objective and each constraint there are four columns, here of one called `yield`:
        `yield_mean` and `yield_sd`, mean and standard deviation; `yield_low` and `yield_high`, the ends of
        the central 90 % interval. Each constraint has `impurity_probability`, the probability that it holds,
        and `probability_feasible` is that of all of them together; `probability_success` is there once an
        evaluation has failed. Without names they are `objective_0`, `constraint_0` and so on.

        Args:
            x: `n` rows in natural units, one column per parameter; told or not, pending or not.
            observation_noise: Whether mean, deviation and interval are those of a new measurement, with its
                noise, or of what it would be without. Probabilities are without noise in both cases.

        Returns:
            `n` rows with the index of `x`.

        Raises:
            DataError: If a point is unusable, or too little was told.
            IncompatibleError: If comparisons were told in place of values.
        """
        points = self.space.encode(x)
        found = predictions(self.outcome_models(), self._stated, points, observation_noise=observation_noise)
        return frame_of(found, x.index)

    @locked
    def importance(
        self, outcome: str | None = None, *, context: Mapping[str, Any] | None = None
    ) -> DataFrame:
        """Return how much each parameter matters: Sobol indices of one measured quantity, under the model.

        `main` is the share of the variance over the space that the parameter explains by itself, `total` that
        in which it has a part, by interactions with others. Means and 90 % intervals (`main_low`, ...) are
        over functions drawn from the posterior: where little is known they are wide, and effects alike.

        Args:
            outcome: Name of an objective or constraint; None: the first objective.
            context: A value for each context parameter; None: those of the point told last.

        Returns:
            One row for each parameter that varies, the largest total effect first. A sequence or permutation
            is one parameter.

        Raises:
            DataError: If there is no such quantity or context, or too little was told.
            IncompatibleError: If comparisons were told in place of values.
        """
        return importance(self._outcome_model(outcome), self._region(context), self._stream("importance"))

    @locked
    def interactions(
        self, outcome: str | None = None, *, context: Mapping[str, Any] | None = None, n_strongest: int = 5
    ) -> DataFrame:
        """Return the interactions of pairs: shares of the variance that only both of them together explain.

        Args:
            outcome: As for `importance`.
            context: As for `importance`.
            n_strongest: The pairs are those of so many parameters of the largest total effects.

        Returns:
            One row for each pair, the strongest first, with a 90 % interval.

        Raises:
            DataError: As `importance`.
            IncompatibleError: As `importance`.
        """
        model, scope = self._outcome_model(outcome), self._region(context)
        return interactions(model, scope, self._stream("importance"), n_strongest=n_strongest)

    @locked
    def partial_dependence(
        self,
        names: str | Sequence[str],
        *,
        context: Mapping[str, Any] | None = None,
        at: Literal["average", "best"] = "average",
        n: int = 25,
    ) -> DataFrame:
        """Return how predictions depend on one or two parameters, on a grid of these.

        For each quantity, here called `yield`, there are `yield_mean`, and `yield_low` and `yield_high`: the
        90 % band of the curve, without the noise of measurements.

        Args:
            names: One parameter or two. Of a sequence it is the effect of each letter at each position, of a
                permutation that of each item at each rank, both counted from 1; each of them alone.
            context: As for `importance`.
            at: What the other parameters are: "average" averages over them; "best" leaves them as in the
                recommended point (`recommend`), of several objectives the first point of `front`.
            n: Grid points of a number; categories, and parameters of no more values, have all of them.

        Returns:
            One row for each grid point: natural values (or `position` and `letter`, `item` and `rank`), then
            the predictions.

        Raises:
            DataError: If a name is none of a parameter that varies, or too little was told.
            IncompatibleError: If a sequence or permutation is one of two, or comparisons were told.
        """
        chosen = [names] if isinstance(names, str) else list(names)
        scope = self._region(context)
        _check_grid(chosen, at, n)
        scope.check(chosen)
        point = self.space.encode(self._best_point(context)) if at == "best" else None
        generator = self._stream("partial dependence")
        models, stated = self.outcome_models(), self._stated
        return partial_dependence(models, stated, scope, chosen, point=point, n=n, generator=generator)

    @locked
    def diagnose(self) -> ModelDiagnosis:
        """Return how far the models can be trusted, and how noisy the values are.

        It has for each measured quantity the predictions of cross-validation beside the measurements, R2,
        the coverage of the 90 % interval, the noise, advice on replicates, and a sentence of all that;
        printed, it is a text. `hebo.diagnose` is the part about noise alone.

        Raises:
            DataError: If too little was told.
            IncompatibleError: If comparisons were told in place of values.
        """
        # It lies above this package, for it fits models of the noise.
        trust: Any = import_module("hebo.diagnostics.trust")
        found: ModelDiagnosis = trust.diagnosis(
            self.outcome_models(), self._stated, self._data_to_learn(), self.space
        )
        return found

    def _outcome_model(self, name: str | None) -> OutcomeModel:
        models = named_models(self.outcome_models(), self._stated)
        if name is not None and name not in models:
            known = did_you_mean(name, models)
            raise DataError(f"nothing measured is called '{name}'; use one of {', '.join(models)}.{known}")
        return models[next(iter(models)) if name is None else name]

    def _region(self, context: Mapping[str, Any] | None) -> Scope:
        return Scope(self.space, {**self.space.targets, **self._context(context)})

    def _best_point(self, context: Mapping[str, Any] | None) -> DataFrame:
        if (self._records.n_objectives or 1) == 1:
            return self.recommend(context)
        return self.front_in(context).loc[:, self.space.names].head(1)

    def _stream(self, name: str) -> Generator:
        return make_generator(self.seed, name, len(self._records.x))


def _check_grid(names: Sequence[str], at: str, n: int) -> None:
    if len(set(names)) != len(names) or not 1 <= len(names) <= 2:
        raise DataError(f"{list(names)} are not one or two parameters; give a name, or two different ones")
    if at not in ("average", "best"):
        raise DataError(f"at={at!r} is unknown; use 'average' or 'best'")
    if n < 2:
        raise DataError(f"a grid of n={n} points shows no dependence; use at least 2")
