"""Transfer into a run: observations of related tasks, told beside those of the run itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pandas import DataFrame

from hebo.information import Information
from hebo.optimizer.locking import locked
from hebo.optimizer.referring import Referring
from hebo.optimizer.related import read_related


class Transferring(Referring):
    """What is known of related tasks; the part of `Optimizer` that adds to it."""

    @locked
    def learn_from(
        self,
        x: DataFrame,
        y: Any,
        *,
        constraints: Any = None,
        y_var: Any = None,
        defaults: Mapping[str, Any] | None = None,
    ) -> None:
        """Add the observations of a related task: of an earlier run of the same or of a similar problem.

        Its values need not be comparable with those of this run; a model finds out how far the two tasks go
        together. Each call is another task. They are part of the state; before `restore` they have to be
        given again, in the same order.

        Args:
            x: `n` rows in natural units, one column per parameter.
            y: `n` or `n x m` values of the objectives that this run has, with the same goals; NaN for a
                failure.
            constraints: `n` or `n x c` measured values, with the same limits; infeasible points teach the
                model, and are not among the best of their task.
            y_var: `n` or `n x m` known variances of the noise in `y`.
            defaults: Parameter -> value that it had in the other task, for parameters without a column.

        Raises:
            DataError: If a parameter is missing, a value is unusable, or nothing was evaluated with success.
            IncompatibleError: If the optimizer makes no use of related tasks.
        """
        self.check_takes(Information.RELATED)
        records = self._records
        told = {"constraints": constraints, "y_var": y_var, "defaults": defaults}
        task = read_related(
            x, y, self.space, **told, n_objectives=records.n_objectives, outcomes=records.outcomes
        )
        self.check_takes_objectives(task.measured.y.shape[1])
        self.check_referred(task.measured.y.shape[1])
        if y_var is not None:
            self.check_takes(Information.VARIANCES)
        records.related = (*records.related, task)
