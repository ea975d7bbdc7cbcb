import enum
import json
import math

import pytest

from hebo.design_space.values.json_values import from_json_value, to_json_value
from hebo.design_space.values.keys import exact_key
from hebo.errors import SpaceError


class Colour(enum.StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    "value",
    [None, True, 1, 0.5, "a", [1, [2]], (1, ("a", None)), {"a": [1, (2,)]}, [(), {}], {"b": {"c": 1}}],
)
def test_json_values_come_back_with_their_types(value):
    again = from_json_value(json.loads(json.dumps(to_json_value(value))))
    assert exact_key(again) == exact_key(value)


@pytest.mark.parametrize(
    "value", [math.sin, {1, 2}, {1: "a"}, {"__tuple__": 1}, [math.sin], b"x", Colour.RED]
)
def test_values_without_a_json_form_are_refused(value):
    with pytest.raises(SpaceError, match="has no JSON form; use a string"):
        to_json_value(value)
