"""`Study`: a problem of the user's own, its optimizer, and all trials, kept in a store.

It asks and tells like an optimizer, and can call a function by itself, in several workers. Whatever was asked
and told is in the store before the call returns, so that the same lines go on after a stop or a crash.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hebo.experiment.store.frames import rows_of
from hebo.study.optimizing import Optimizing
from hebo.study.result import StudyResult
from hebo.study.telling import Telling
from hebo.study.trials import trial_table

if TYPE_CHECKING:
    from pandas import DataFrame

    from hebo.optimizer.optimizer import Optimizer


class Study(Telling, Optimizing):
    """A problem with its optimizer and its trials.

    Args:
        space: The parameters, as `hebo.study.short_space` has them: `{"lr": (1e-5, 0.1, "log"), ...}`, or a
            `DesignSpace`.
        objectives: What is optimized, as `Optimizer.set_outcomes` takes it; a name alone is minimized.
        constraints: What has limits: `[{"name": "latency", "ub": 20}]`.
        input_constraints: What points must fulfill, as `DesignSpace.parse` takes it.
        optimizer: A name, or a mapping as in YAML (`{"type": "hebo", "n_initial": 8}`), or a recipe.
        storage: Path of an SQLite file, or a URL. None: a file that goes with the study.
        name: Of the study; a store may hold several.
        seed: Of the optimizer.

    Raises:
        SpaceError: If a parameter cannot be read.
        ConfigError: If an objective or the optimizer cannot be read, or the store holds a study of that name
            with other settings.
        IncompatibleError: If the optimizer cannot work on the problem.
    """

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer, told of all trials: for predictions, recommendations and what the model learnt."""
        self._refresh()
        return self._optimizer

    @property
    def trials(self) -> DataFrame:
        """All trials, a row each; see `hebo.study.trials.trial_table`."""
        rows = self._log().rows()
        return trial_table(rows, self.space.names, self.outcomes.names)

    @property
    def best(self) -> dict[str, Any]:
        """The parameters of the best feasible trial.

        Raises:
            DataError: If there is none, or there are several objectives.
        """
        (best,) = rows_of(self.optimizer.best_x)
        return best

    @property
    def best_value(self) -> float:
        """The measured value of the best feasible trial; see `best`."""
        return self.optimizer.best_y

    def result(self, reason: str | None = None) -> StudyResult:
        """Return what was found so far."""
        return StudyResult(self, reason)

    def report(self, path: str | Path | None = None) -> Path:
        """Write a page with the results, and return its path.

        Args:
            path: A folder; None: `NAME-report` beside the store.
        """
        from hebo.experiment.report.page import write_report
        from hebo.experiment.store.results import load_results

        folder = self._storage.folder / f"{self.name}-report" if path is None else Path(path)
        page, *_ = write_report(load_results(self._storage.url, name=self.name), folder)
        return page

    def close(self) -> None:
        """Close the store; one that goes with the study is removed."""
        self._storage.close()

    def __repr__(self) -> str:
        return f"Study({self.name!r}, {len(self.space.names)} parameters, storage={self._storage.url!r})"
