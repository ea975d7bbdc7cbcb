from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from hebo.errors import StoreError
from hebo.experiment.store import tables


def test_numpy_values_become_plain_ones() -> None:
    value = {"a": np.float64(0.1), "b": np.int64(3), "c": np.array([1, 2]), 4: np.bool_(True)}
    assert tables.to_json(value) == '{"a":0.1,"b":3,"c":[1,2],"4":true}'


def test_what_is_not_a_number_becomes_null() -> None:
    assert tables.to_json([float("nan"), float("inf"), np.float32("nan")]) == "[null,null,null]"


def test_floats_come_back_bit_for_bit() -> None:
    values = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0]
    assert [one.hex() for one in tables.from_json(tables.to_json(values))] == [one.hex() for one in values]


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(StoreError, match="of type object cannot be stored; use numbers, texts or lists"):
        tables.to_json({"a": object()})


def test_an_absent_text_is_an_empty_mapping() -> None:
    assert tables.from_json(None) == {}


def test_every_table_can_be_made_in_postgresql() -> None:
    for table in tables.metadata.sorted_tables:
        assert "CREATE TABLE hebo_" in str(CreateTable(table).compile(dialect=postgresql.dialect()))
