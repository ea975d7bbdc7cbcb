from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from hebo.errors import EvaluationError
from hebo.objective.answers import measured_in
from hebo.outcomes import Outcomes, outcomes_of

ONE = outcomes_of("loss")
SEVERAL = outcomes_of(["loss", {"name": "accuracy", "goal": "maximize"}], [{"name": "latency", "ub": 20}])


def measured(answer: object, outcomes: Outcomes = ONE) -> dict[str, Any]:
    return measured_in(answer, outcomes, "`train` returned")


@pytest.mark.parametrize(
    "answer",
    [
        2,
        2.0,
        np.float32(2),
        np.int64(2),
        np.array(2.0),
        np.array([[2.0]]),
        torch.tensor(2.0, requires_grad=True),
        torch.tensor([2]),
        Fraction(2),
        {"loss": np.float64(2)},
        {"loss": torch.tensor(2.0, dtype=torch.bfloat16)},
    ],
    ids=repr,
)
def test_a_number_of_any_library_is_read(answer: object) -> None:
    assert measured(answer) == {"loss": 2.0}
    assert type(measured(answer)["loss"]) is float


@pytest.mark.parametrize(
    "answer", [None, math.nan, -math.inf, np.nan, {"loss": None}, torch.tensor(torch.inf)]
)
def test_none_and_what_is_not_finite_stand_for_no_value(answer: object) -> None:
    assert math.isnan(measured(answer)["loss"])


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("0.5", "returned '0.5' (str); expected a number, or a mapping with 'loss'"),
        (True, "returned True (bool); expected"),
        (np.bool_(True), "(bool"),
        (1 + 2j, "returned (1+2j) (complex); expected"),
        (Decimal(1), "(Decimal); expected"),
        ([0.5], "returned [0.5] (list); expected"),
        (np.zeros(5), "returned a ndarray of the shape (5,); expected"),
        (torch.zeros(2, 3), "returned a Tensor of the shape (2, 3); expected"),
        (10**400, "returned a number too large for a float; expected"),
        (
            {"los": 1},
            "returned a mapping without 'loss'; expected a number, or a mapping with 'loss'. Did you mean",
        ),
        ({}, "returned a mapping without 'loss'; expected a number, or a mapping with 'loss'. It is empty."),
        ({"loss": "low"}, "returned 'low' (str) for 'loss'; expected a real number, or None"),
        ({"loss": False}, "returned False (bool) for 'loss'; expected"),
        (int, "(type); expected"),
    ],
)
def test_what_is_no_answer_is_refused_with_what_was_expected(answer: object, said: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        measured(answer)
    assert said in str(caught.value)


def test_several_values_come_in_a_mapping_and_others_are_kept_behind_them() -> None:
    answer = {"note": [1, 2], "latency": 12, "accuracy": 0.5, "loss": 1, 7: "seven"}
    found = measured(answer, SEVERAL)
    assert found == {"loss": 1.0, "accuracy": 0.5, "latency": 12.0, "note": [1, 2], "7": "seven"}
    assert list(found)[:3] == ["loss", "accuracy", "latency"]


@pytest.mark.parametrize("answer", [0.5, None, (0.5, 0.6, 1.0)])
def test_several_values_are_never_taken_by_their_order(answer: object) -> None:
    with pytest.raises(EvaluationError, match="expected a mapping with 'loss', 'accuracy', 'latency'"):
        measured(answer, SEVERAL)


def test_braces_in_texts_do_no_harm() -> None:
    with pytest.raises(EvaluationError, match=r"\{name\} \{\} returned '\{x\}' \(str\) for 'loss'"):
        measured_in({"loss": "{x}"}, ONE, "{name} {} returned")
