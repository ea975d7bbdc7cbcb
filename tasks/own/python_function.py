"""A function in a Python file as objective."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from hebo.errors import ConfigError, did_you_mean
from hebo.objective.answers import measured_in
from hebo.objective.curve import Curve
from hebo.objective.signatures import REPORT, SEED, Arguments, Call, call_of
from tasks.own.base import OwnTask, Point
from tasks.own.loading import importable, load


class PythonFunction(OwnTask):
    """A function in a Python file, called with one point at a time.

    It returns a number, or a mapping with the objectives, the constraints and any further values, which are
    kept as information. None and NaN stand for an evaluation that failed, as does whatever it raises.

    Args:
        file: The Python file; in a YAML its path starts from the folder of that YAML.
        function: The name of the function in it.
        arguments: `keywords` for a keyword argument for each parameter, `dict` for one dict. None: a dict
            where the only argument that the function needs is no parameter of the space, else keywords.

    An argument `seed` that is no parameter gets the seed of the evaluation. An argument `report` gets a
    function for intermediate values, `report(step, value)`; these are kept as information.
    """

    example: ClassVar[dict[str, Any]] = {
        "file": "objective.py",
        "function": "train",
        "space": [{"name": "lr", "type": "pow", "lb": 1.0e-5, "ub": 0.1}],
        "objectives": [{"name": "accuracy", "goal": "maximize"}],
    }

    paths: ClassVar[tuple[str, ...]] = ("file",)

    file: Annotated[str, Field(min_length=1)]
    function: Annotated[str, Field(min_length=1)]
    arguments: Arguments | None = None

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function

    def require(self) -> None:
        """Import the file, and check that the function can be called with the parameters.

        Raises:
            ConfigError: If the file cannot be imported, or the function does not take the parameters.
        """
        self._call()

    def _call(self) -> Call:
        path = Path(self.file)
        content = vars(load(path))
        if self.function not in content:
            known = [name for name, one in content.items() if callable(one) and not name.startswith("_")]
            raise ConfigError(
                f"{path}: there is no function `{self.function}`; define it, or correct `function`."
                f"{did_you_mean(self.function, known) if known else ''}"
            )
        return call_of(
            content[self.function],
            self.parameter_names,
            self.arguments,
            where=str(path),
            function_name=self.function,
        )

    def _measure(self, point: Point, seed: int) -> Mapping[str, Any]:
        call, curve = self._call(), Curve()
        with curve.kept_on_failure():
            with importable(Path(self.file).resolve().parent):
                answer = call(point, {SEED: seed, REPORT: curve.report})
            return curve.added_to(measured_in(answer, self.outcomes, f"`{self.function}` returned"))
