import enum

import numpy as np

from hebo.design_space.parameters.value_table import ValueTable


class Colour(enum.StrEnum):
    RED = "red"


def test_a_table_prefers_the_exact_value_to_a_similar_one():
    table = ValueTable([1.0, 1, "red"])
    assert [table.find(value) for value in (1, 1.0, np.int64(1), True, Colour.RED)] == [1, 0, 1, None, 2]


def test_a_table_knows_nothing_of_values_it_cannot_hash():
    assert ValueTable(["a"]).find({1, 2}) is None
