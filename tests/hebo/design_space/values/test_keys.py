import math

from hebo.design_space.values.keys import definition_key, exact_key, loose_key


def test_exact_keys_tell_types_apart_at_any_depth():
    values = [1, 1.0, True, "1", [1], [1.0], (1,), [[1]], {"a": 1}, {"a": True}, None]
    assert len({exact_key(value) for value in values}) == len(values)


def test_loose_keys_join_what_storage_formats_confuse():
    assert loose_key([1, (2.0, True)]) == loose_key((1.0, [2, 1]))
    assert loose_key("1") != loose_key(1)
    assert loose_key({"a": 1}) == loose_key({"a": 1.0})


def test_definitions_with_values_that_cannot_be_hashed_are_compared_as_well():
    assert definition_key([{"a": math.sin}]) == definition_key([{"a": math.sin}])
    assert definition_key([{1, 2}]) == definition_key([{1, 2}])
    assert definition_key([{1, 2}]) != definition_key([{1, 3}])
