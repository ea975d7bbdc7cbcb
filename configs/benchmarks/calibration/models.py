"""The models under test: surrogates of this project, and those of the original HEBO in other environments."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from hebo.base import Surrogate
from hebo.errors import NumericalError
from hebo.experiment.analysis.fit_measures import Prediction
from hebo.experiment.analysis.fit_quality import Problem, checked, predict
from hebo.peers.external_process import Child
from hebo.random import make_generator
from hebo.surrogates.hyperparameters import Columns

ORIGINALS = {
    "original": [".venv-hebo/bin/python", "-P", "configs/benchmarks/calibration/original_model.py"],
    "original_warped": [
        ".venv-hebo-warped/bin/python",
        "-P",
        "configs/benchmarks/calibration/original_model.py",
        "--model",
        "gpy",
    ],
}
_TIMEOUT_SECONDS = 600.0


class FitFailed(Exception):
    """A model that gave no finite prediction."""


class Model(ABC):
    """Something that is fitted and predicts."""

    @abstractmethod
    def predict(self, problem: Problem) -> Prediction:
        """Fit and predict.

        Raises:
            FitFailed: With the reason.
        """


@dataclass(frozen=True)
class Ours(Model):
    """A surrogate of this project."""

    surrogate: Surrogate

    def predict(self, problem: Problem) -> Prediction:
        """See `Model`."""
        generator = make_generator("calibration", problem.seed)
        try:
            return predict(self.surrogate, problem, generator=generator)
        except NumericalError as error:
            raise FitFailed(str(error)) from None


class Original(Model):
    """A model of the original HEBO. Answers are kept in a file: the same question is asked once.

    Args:
        command: Starts the program that answers.
        store: JSON lines of questions (by their digest) and answers.
    """

    def __init__(self, command: list[str], store: Path) -> None:
        self._child = Child(command, env={}, timeout_seconds=_TIMEOUT_SECONDS)
        self._name, self._store = " ".join(command), store
        lines = store.read_text().splitlines() if store.exists() else []
        self._known: dict[str, Any] = dict(map(json.loads, lines))

    def predict(self, problem: Problem) -> Prediction:
        """See `Model`."""
        answer = self._answer(_request(problem))
        if "failed" in answer:
            raise FitFailed(answer["failed"])
        mean, variance = (torch.tensor(answer[key], dtype=torch.float64) for key in ("mean", "variance"))
        try:
            return checked(Prediction(-mean, variance, answer["cpu_seconds"]))
        except NumericalError as error:
            raise FitFailed(str(error)) from None

    def _answer(self, request: dict[str, Any]) -> Any:
        key = hashlib.sha256(json.dumps([self._name, request]).encode()).hexdigest()
        if key not in self._known:
            self._known[key] = self._child.call(request)
            self._store.parent.mkdir(parents=True, exist_ok=True)
            with self._store.open("a") as stream:
                stream.write(json.dumps([key, self._known[key]]) + "\n")
        return self._known[key]


def _request(problem: Problem) -> dict[str, Any]:
    columns = Columns(problem.space)
    numeric, codes = columns.split(problem.x)
    test_numeric, test_codes = columns.split(problem.test_x)
    return {
        "numeric": numeric.tolist(),
        "codes": codes.long().tolist(),
        "test_numeric": test_numeric.tolist(),
        "test_codes": test_codes.long().tolist(),
        "n_categories": [problem.space.categorical_dims[column] for column in columns.categorical],
        "y": (-problem.y[:, 0]).tolist(),
        "seed": problem.seed,
    }
