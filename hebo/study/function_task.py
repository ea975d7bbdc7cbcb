"""A function of the user's own as a task, and its evaluation as something that workers can be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hebo.experiment.running.task_evaluation import TaskEvaluation
from hebo.objective.answers import measured_in
from hebo.objective.curve import Curve
from hebo.objective.signatures import REPORT, SEED, Arguments, Call, call_of
from hebo.outcomes import Outcomes

if TYPE_CHECKING:
    from pandas import DataFrame

    from hebo.base import Task
    from hebo.design_space.design_space import DesignSpace


@dataclass
class FunctionTask:
    """A function, called with one point at a time; it has what a run asks of a task.

    Attributes:
        call: How the function is called; None where points are measured by hand.
        name: Of the function.
        outcomes: What it measures.
        space: Where; None in the processes of workers, which get points that lie in it.
    """

    call: Call | None
    name: str
    outcomes: Outcomes
    space: DesignSpace | None

    optimum: None = None
    best_known: None = None
    reference_point: None = None
    front_hypervolume: None = None
    cost_column: None = None
    known_noise: tuple[str, ...] = ()
    gradient_of: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def objectives(self) -> tuple[str, ...]:
        """The names of the objectives."""
        return self.outcomes.objective_names

    @property
    def constraints(self) -> tuple[str, ...]:
        """The names of the measured constraints."""
        return self.outcomes.constraint_names

    def require(self) -> None:
        """Need nothing: the function was looked at when the study was asked to call it."""

    def initial_points(self, n: int, *, seed: int | None = None) -> None:
        """Name no points to begin with."""

    def context(self, iteration: int, *, seed: int) -> None:
        """Name no context."""

    def pictures(self, best: DataFrame) -> dict[str, Any]:
        """Draw nothing."""
        return {}

    def evaluate(self, frame: DataFrame, *, seed: int = 0) -> DataFrame:
        """Call the function with the only row of `frame`.

        Raises:
            EvaluationError: If it returned something else than what is to be measured.
        """
        import pandas as pd

        assert self.call is not None
        (row,) = frame.to_dict("records")
        point = {str(name): _plain(value) for name, value in row.items()}
        curve = Curve()
        with curve.kept_on_failure():
            answer = self.call(point, {SEED: seed, REPORT: curve.report})
            found = curve.added_to(measured_in(answer, self.outcomes, f"`{self.name}` returned"))
        return pd.DataFrame({name: pd.Series([value], dtype=object) for name, value in found.items()})


def _plain(value: Any) -> Any:
    """Return a cell of a table as a plain Python value; a missing one is None."""
    found = value.item() if hasattr(value, "item") else value
    return None if found != found else found


def function_task(
    function: Callable[..., Any], space: DesignSpace, outcomes: Outcomes, arguments: Arguments | None = None
) -> FunctionTask:
    """Return a function as a task.

    Args:
        function: Takes a keyword argument for each parameter, or one dict; see `hebo.objective.signatures`.
        space: The parameters.
        outcomes: What it measures.
        arguments: `keywords`, `dict`, or None to tell by its signature.

    Raises:
        ConfigError: If it cannot be called with the parameters.
    """
    name = getattr(function, "__name__", type(function).__name__)
    call = call_of(function, space.names, arguments, where="the objective", function_name=name)
    return FunctionTask(call, name, outcomes, space)


@dataclass(kw_only=True)
class FunctionEvaluation(TaskEvaluation):
    """Evaluates trials of a function; what is sent to workers is the function, without the space.

    Attributes:
        of: The function as a task.
    """

    of: FunctionTask

    @cached_property
    def task(self) -> Task:
        """The function as a task."""
        task: Any = self.of
        found: Task = task
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Return what is sent."""
        bare = FunctionTask(self.of.call, self.of.name, self.of.outcomes, None)
        return {**super().__getstate__(), "of": bare}
