from __future__ import annotations

import signal
import threading
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hebo.errors import IncompatibleError
from hebo.experiment.config.parts import build
from hebo.experiment.executors.stopping import StopNow, stop_on_signals
from hebo.experiment.running.evaluation import evaluate
from hebo.experiment.store.run_log import Outcome
from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Task

pytestmark = pytest.mark.usefixtures("toys")

LONG = 600.0  # seconds that no test waits for: how long a stuck toy would take
CORNER = {"x": [0.75], "n": [2], "c": ["a"]}


def outcome(corner: str, *, x: float = 0.75, limit: float | None = None) -> Outcome:
    task = build("task", {"type": "toy", "corner": corner})
    return evaluate(task, pd.DataFrame(CORNER | {"x": [x]}), seed=1, limit=limit, hard=False)


def test_a_good_evaluation_has_values_extras_and_its_time() -> None:
    found = outcome("fine", x=-0.5)
    assert (found.status, found.values, found.extras, found.message) == (
        "ok",
        {"y": 0.25},
        {"note": "seen"},
        None,
    )
    assert found.seconds is not None
    assert found.seconds > 0


@pytest.mark.parametrize(
    ("corner", "status", "message"),
    [
        ("raise", "failed", "ValueError: the corner is closed"),
        ("nan", "failed", "the objective y is not a finite number"),
        ("memory", "out_of_memory", "MemoryError:"),
        ("exit", "failed", "SystemExit: leaving"),
    ],
)
def test_a_bad_evaluation_is_an_outcome_with_a_reason(corner: str, status: str, message: str) -> None:
    found = outcome(corner)
    assert (found.status, found.values, found.message) == (status, {"y": None}, message)


@pytest.mark.parametrize(
    ("evaluated_at", "message"),
    [
        ("op3", "column 'moved' holds 'op3'; expected None, or a dictionary"),
        ({"w": 1.0}, "column 'moved' holds {'w': 1.0}"),
        ({"x": 7.0}, "parameter 'x': 7.0 is outside"),
    ],
)
def test_values_of_a_point_that_there_is_not_are_a_failure(evaluated_at: object, message: str) -> None:
    task = build("task", {"type": "moving"})
    assert isinstance(task, Task)

    def answer(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
        return pd.DataFrame({"y": [0.5], "moved": [evaluated_at]})

    object.__setattr__(task, "evaluate", answer)
    found = evaluate(task, pd.DataFrame({"x": [0.5], "z": [0.0]}), seed=1, limit=None, hard=False)
    assert (found.status, found.values, found.evaluated_at) == ("failed", {"y": None}, None)
    assert found.message is not None
    assert message in found.message


@pytest.mark.parametrize("corner", ["sleep", "stubborn"])
def test_an_evaluation_over_its_time_is_ended(corner: str) -> None:
    found = outcome(corner, limit=0.2)
    assert found.status == "timed_out"
    assert found.message == "not finished within 0.2 s (limits.trial_seconds)"
    assert found.seconds is not None
    assert found.seconds < LONG  # the evaluation did not come to its own end


def test_a_limit_leaves_no_alarm_and_no_handler_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)
    assert outcome("fine", x=0.0, limit=60.0).status == "ok"
    assert outcome("sleep", limit=0.1).status == "timed_out"
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_a_limit_outside_the_main_thread_is_refused() -> None:
    caught: list[BaseException] = []

    def use() -> None:
        try:
            outcome("fine", limit=1.0)
        except IncompatibleError as error:
            caught.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert "needs timer signals in the main thread" in str(caught[0])


class Answers:
    """A task that answers with a given table."""

    objectives = ("y",)
    constraints: tuple[str, ...] = ()

    @property
    def outcomes(self) -> Outcomes:
        return outcomes_of(self.objectives, self.constraints)

    cost_column: str | None = None
    known_noise: tuple[str, ...] = ()
    gradient_of: tuple[str, ...] = ()

    def __init__(self, **columns: Any) -> None:
        self.columns = columns

    def evaluate(self, frame: pd.DataFrame, *, seed: int) -> pd.DataFrame:
        return pd.DataFrame(self.columns)


def judge(**columns: Any) -> Outcome:
    return evaluate(Answers(**columns), pd.DataFrame(CORNER), seed=0, limit=None, hard=False)


def test_a_task_that_knows_why_it_failed_is_quoted() -> None:
    assert judge(y=[float("nan")], error=["no\nsuch model"]).message == "no such model"


def test_an_answer_of_another_shape_is_a_failure_that_says_so() -> None:
    assert "answered 2 rows with columns ['y']" in str(judge(y=[1.0, 2.0]).message)
    assert "expected 1 row with ['y']" in str(judge(z=[1.0]).message)


def test_an_infinite_value_is_a_failure() -> None:
    assert judge(y=[float("-inf")]).status == "failed"


def test_an_extra_without_a_json_form_becomes_text() -> None:
    assert judge(y=[1.0], model=[ValueError]).extras == {"model": "<class 'ValueError'>"}


class Limited(Answers):
    """One with two measured constraints."""

    constraints = ("load", "heat")


@pytest.mark.parametrize(
    ("load", "heat", "status", "message"),
    [
        (-1.0, 0.0, "ok", None),
        (0.25, 0.0, "infeasible", "load = 0.25 > 0"),
        (0.25, 3.0, "infeasible", "load = 0.25 > 0, heat = 3 > 0"),
        (-1.0, float("nan"), "failed", "the constraint heat is not a finite number"),
    ],
)
def test_measured_constraints_are_stored_and_decide_on_the_status(
    load: float, heat: float, status: str, message: str | None
) -> None:
    task = Limited(y=[1.0], load=[load], heat=[heat])
    found = evaluate(task, pd.DataFrame(CORNER), seed=0, limit=None, hard=False)
    assert (found.status, found.message) == (status, message)
    assert found.values == {"y": 1.0, "load": load, "heat": heat if heat == heat else None}


class Unwritable:
    """A value without any text."""

    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__


class Deceitful:
    """A value that says it is a list, and is none."""

    def tolist(self) -> object:
        raise KeyError("none")


def nested(depth: int) -> object:
    found: object = 0
    for _ in range(depth):
        found = [found]
    return found


ITSELF: list[object] = []
ITSELF.append(ITSELF)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array([1.0, float("nan")]), [1.0, None]),
        (float("inf"), None),
        ({"a\0": ["\x1b[1m", {"\ud800": (1, 2)}]}, {"a\\x00": ["\\x1b[1m", {"\\ud800": [1, 2]}]}),
        ("line\nbreak", "line\nbreak"),
        (b"\0", "b'\\x00'"),
        (Unwritable(), "(a Unwritable whose text cannot be had: RuntimeError)"),
        (10**5000, "(a int whose text cannot be had: ValueError)"),
        (pd.Timestamp("2024-01-01"), "2024-01-01 00:00:00"),
    ],
    ids=range(11),
)
def test_extras_of_any_kind_are_kept_as_clean_json_beside_the_value(extra: object, expected: object) -> None:
    found = judge(y=[1.0], k=pd.Series([extra], dtype=object))
    assert (found.status, found.values, found.extras) == ("ok", {"y": 1.0}, {"k": expected})


@pytest.mark.parametrize("extra", [Deceitful(), nested(10**5), ITSELF], ids=range(3))
def test_extras_that_cannot_be_kept_do_not_cost_the_value(extra: object) -> None:
    found = judge(y=[1.0], k=pd.Series([extra], dtype=object))
    assert (found.status, found.values) == ("ok", {"y": 1.0})
    assert isinstance(found.extras["k"], str)


def test_a_long_text_of_a_task_is_shortened() -> None:
    found = judge(y=[1.0], log=["x" * 10**6]).extras["log"]
    assert len(found) <= 10_000
    assert "characters left out" in found


def test_names_of_columns_are_cleaned_too() -> None:
    assert judge(**{"y": [1.0], "a\0": [2]}).extras == {"a\\x00": 2}
    assert judge(y=[float("nan")], error=["\x1b[31mno\0"]).message == "\\x1b[31mno\\x00"


def raising(error: BaseException) -> Outcome:
    class Raises(Answers):
        def evaluate(self, frame: pd.DataFrame, *, seed: int) -> pd.DataFrame:
            raise error

    return evaluate(Raises(), pd.DataFrame(CORNER), seed=0, limit=None, hard=False)


def test_a_wish_of_the_user_to_stop_is_no_failure_of_the_objective() -> None:
    with pytest.raises(StopNow):
        raising(StopNow())
    # A process that was started in the background ignores Ctrl-C; here it is to raise.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            raising(KeyboardInterrupt())
        with stop_on_signals(lambda: None):
            assert raising(KeyboardInterrupt("made up")).message == "KeyboardInterrupt: made up"
    finally:
        signal.signal(signal.SIGINT, before)


class Priced(Answers):
    """One that says what an evaluation costs."""

    cost_column = "euros"


@pytest.mark.parametrize(
    ("cost", "expected"),
    [(2.5, 2.5), (3, 3.0), (np.float64(0.5), 0.5)],
)
def test_a_cost_is_kept_beside_the_other_information(cost: Any, expected: float) -> None:
    found = evaluate(Priced(y=[1.0], euros=[cost]), pd.DataFrame(CORNER), seed=0, limit=None, hard=False)
    assert (found.status, found.cost, found.extras["euros"]) == ("ok", expected, cost)
    assert judge(y=[1.0], euros=[cost]).cost is None


@pytest.mark.parametrize("cost", [0.0, -1.0, float("nan"), float("inf"), None, "dear", True])
def test_a_cost_that_is_no_positive_number_is_a_failure(cost: Any) -> None:
    found = evaluate(Priced(y=[1.0], euros=[cost]), pd.DataFrame(CORNER), seed=0, limit=None, hard=False)
    assert (found.status, found.cost, found.values) == ("failed", None, {"y": None})
    assert "column 'euros' of costs holds" in str(found.message)


def test_a_column_of_costs_that_is_not_there_is_a_failure() -> None:
    found = evaluate(Priced(y=[1.0]), pd.DataFrame(CORNER), seed=0, limit=None, hard=False)
    assert "column 'euros' of costs holds None" in str(found.message)


def test_a_failed_evaluation_may_have_a_cost_or_none() -> None:
    for cost, expected in ((2.0, 2.0), (float("nan"), None)):
        task = Priced(y=[float("nan")], euros=[cost])
        found = evaluate(task, pd.DataFrame(CORNER), seed=0, limit=None, hard=False)
        assert (found.status, found.cost) == ("failed", expected)


class Measured(Answers):
    """One that says how large its noise is."""

    known_noise = ("y",)


@pytest.mark.parametrize("sd", [0.0, 0.5, None, float("nan")])
def test_the_size_of_the_noise_is_kept(sd: Any) -> None:
    found = evaluate(Measured(y=[1.0], y_sd=[sd]), pd.DataFrame(CORNER), seed=0, limit=None, hard=False)
    assert found.status == "ok"
    assert found.extras["y_sd"] == (None if sd is None or sd != sd else sd)


@pytest.mark.parametrize("columns", [{"y_sd": [-0.5]}, {"y_sd": ["much"]}, {}])
def test_noise_of_no_size_is_a_failure(columns: dict[str, Any]) -> None:
    found = evaluate(Measured(y=[1.0], **columns), pd.DataFrame(CORNER), seed=0, limit=None, hard=False)
    assert found.status == "failed"
    assert "column 'y_sd' holds" in str(found.message)


class Sloped(Answers):
    """One that reports a derivative."""

    gradient_of = ("x",)


@pytest.mark.parametrize("slope", [0.0, -0.5, None, float("nan"), float("inf")])
def test_a_derivative_is_kept(slope: Any) -> None:
    task = Sloped(y=[1.0], gradient_x=[slope])
    found = evaluate(task, pd.DataFrame(CORNER), seed=0, limit=None, hard=False)
    assert found.status == "ok"
    assert found.extras["gradient_x"] == (slope if slope in (0.0, -0.5) else None)


@pytest.mark.parametrize("columns", [{"gradient_x": ["steep"]}, {"gradient_x": [True]}, {}])
def test_what_is_no_derivative_is_a_failure(columns: dict[str, Any]) -> None:
    found = evaluate(Sloped(y=[1.0], **columns), pd.DataFrame(CORNER), seed=0, limit=None, hard=False)
    assert found.status == "failed"
    assert "column 'gradient_x' holds" in str(found.message)
