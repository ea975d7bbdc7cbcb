"""External optimizers: another Python environment, or another language, behind JSON lines.

One request and one answer per line, on the program's standard input and output:

| request | answer |
|---|---|
| `{"op": "start", "space": [definitions], "seed": 1, "settings": {}}` | `{"cpu_seconds": 0.1}` |
| `{"op": "ask", "n": 2}` | `{"x": [{name: value}, ...], "cpu_seconds": 0.5}` |
| `{"op": "tell", "x": [{name: value}], "y": [1.5]}` | `{"cpu_seconds": 0.0}` |
| `{"op": "stop"}` | none |

The space is the list that `DesignSpace().parse` reads, values are in natural units, `y` is minimized and
null for a failed evaluation. `cpu_seconds` is what the program itself used; that of ask and tell counts as
the optimizer's time. `{"error": "text"}` ends the run with that text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

import pandas as pd
from pydantic import Field, JsonValue

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.json_values import from_json_value, to_json_value
from hebo.design_space.values.plain_values import plain
from hebo.errors import EvaluationError, HeboError
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.peers.dimensions import Dimensions, Point
from hebo.peers.external_process import Child, check_program
from hebo.peers.session import PeerOptimizer, Session, Suggestion, Told


class External(OptimizerRecipe):
    """A program that speaks the protocol of `hebo.peers.external`.

    Resuming asks the program again for all past points, so it must repeat itself for the same seed.

    Attributes:
        command: Program and arguments; relative paths start from the working directory.
        name: What messages call it.
        env: Further environment variables; those for one thread per process are set anyway.
        timeout_seconds: Longest wait for one answer.
        settings: Sent with `start`; the program gives them a meaning.
    """

    runs_code: ClassVar[bool] = True
    example: ClassVar[dict[str, Any]] = {"command": ["python", "my_optimizer.py"]}

    command: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)
    name: str = Field(default="external", min_length=1)
    env: dict[str, str] = Field(default_factory=dict)
    timeout_seconds: float = Field(default=600.0, gt=0)
    settings: dict[str, JsonValue] = Field(default_factory=dict)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`.

        Raises:
            ConfigError: If the program is not found.
            IncompatibleError: If the space has conditions, constraints, roles or permutations.
        """
        check_program(self.command)
        return PeerOptimizer(
            space, lambda dims, number: ExternalSession(dims, self, number), peer=self.name, seed=seed
        )


class ExternalSession(Session):
    """A started program.

    Args:
        dimensions: The free parameters.
        recipe: Says which program.
        seed: Sent with `start`.
    """

    def __init__(self, dimensions: Dimensions, recipe: External, seed: int) -> None:
        self._dimensions, self._space, self._name = dimensions, dimensions.space, recipe.name
        self._child = Child(recipe.command, env=recipe.env, timeout_seconds=recipe.timeout_seconds)
        space = self._space.to_json()["parameters"]
        self._child.call({"op": "start", "space": space, "seed": seed, "settings": recipe.settings})

    def ask(self, n: int, pending: Sequence[Suggestion]) -> list[Suggestion]:
        """Return what the program suggests."""
        answer = self._timed({"op": "ask", "n": n})
        rows = answer.get("x")
        if not isinstance(rows, list) or len(rows) != n:
            raise EvaluationError(f"{self._name} was asked for {n} points and answered x = {rows!r:.200}")
        return [Suggestion(point) for point in self._points(rows)]

    def tell(self, told: Sequence[Told]) -> None:
        """Send values."""
        x = self._space.decode(self._dimensions.columns([one.point for one in told]))
        rows = [{str(k): to_json_value(plain(v)) for k, v in row.items()} for row in x.to_dict("records")]
        self._timed({"op": "tell", "x": rows, "y": [one.y for one in told]})

    def close(self) -> None:
        """End the program."""
        self._child.close()

    def _points(self, rows: list[Any]) -> list[Point]:
        try:
            frame = pd.DataFrame([from_json_value(row) for row in rows], columns=self._space.names)
            return self._dimensions.points(self._space.encode(frame.astype(object)))
        except (HeboError, TypeError, ValueError, AttributeError) as error:
            raise EvaluationError(f"{self._name} answered unusable points {rows!r:.200}: {error}") from error

    def _timed(self, request: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._child.call(request)
        seconds = answer.get("cpu_seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds >= 0:
            raise EvaluationError(
                f"{self._name} answered cpu_seconds = {seconds!r} to '{request['op']}'; "
                "it must say what CPU seconds it used, a number of at least 0"
            )
        self.seconds_elsewhere += float(seconds)
        return answer
