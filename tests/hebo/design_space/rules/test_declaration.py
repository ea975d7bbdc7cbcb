import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.errors import SpaceError

NUM = {"name": "x", "type": "num", "lb": 0, "ub": 1}


def parse(*definitions):
    return DesignSpace().parse(list(definitions))


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({**NUM, "upper": 1}, "'x': unknown key 'upper'"),
        ({**NUM, "stepp": 1}, "'x': unknown key 'stepp'. Did you mean 'step'?"),
        ({**NUM, "activeif": {}}, "'x': unknown key 'activeif'. Did you mean 'active_if'?"),
        ({"name": "x", "type": "num", "lb": 0}, "'x': missing key 'ub'"),
        ({"name": "x", "type": "cat"}, "'x': missing key 'categories'"),
        ({"name": "x", "type": "int_exponent", "lb": 1, "ub": 2}, "'x': missing key 'base'"),
        ({"name": "x", "lb": 0, "ub": 1}, "'x': missing key 'type'; one of num, pow"),
        ({**NUM, "type": "pow_intt"}, "'x': unknown type 'pow_intt'. Did you mean 'pow_int'?"),
        ({**NUM, "type": "zzz"}, "'x': unknown type 'zzz'. Known: num, pow"),
        ({**NUM, "type": None}, "'x': unknown type None"),
        ({**NUM, "type": ["num"]}, r"'x': unknown type \['num'\]"),
        ({**NUM, "name": ""}, "Parameter 0: name = ''; give a non-empty string"),
        ({**NUM, "name": "  "}, "Parameter 0: name = '  '; give a non-empty string"),
        ({**NUM, "name": 3}, "Parameter 0: name = 3; give a non-empty string"),
        ({"type": "num", "lb": 0, "ub": 1}, "Parameter 0: name = None"),
        ("x", "Parameter 0 is 'x'; write a mapping"),
        ({"name": "x", "type": "bool", "lb": 0}, "'x': unknown key 'lb'"),
        ({**NUM, 3: 1}, "'x': unknown key 3"),
    ],
)
def test_malformed_definitions_are_refused(definition, message):
    with pytest.raises(SpaceError, match=message):
        parse(definition)


def test_duplicate_names_are_refused():
    with pytest.raises(SpaceError, match="'x' appears twice; rename"):
        parse(NUM, NUM)


def test_an_empty_list_is_refused():
    with pytest.raises(SpaceError, match="at least one parameter"):
        parse()


@pytest.mark.parametrize("value", [NUM, "x", None, {1}])
def test_anything_but_a_list_of_definitions_is_refused(value):
    with pytest.raises(SpaceError, match="Expected a list of parameters"):
        DesignSpace().parse(value)


def test_a_context_has_a_role_and_no_target():
    space = parse({**NUM, "role": "context"})
    assert space.roles == {"x": "context"}
    assert space.targets == {}


@pytest.mark.parametrize(
    ("definition", "target"),
    [
        ({**NUM, "role": "fidelity"}, 1.0),
        ({**NUM, "role": "fidelity", "target": 0.5}, 0.5),
        ({"name": "x", "type": "int", "lb": 1, "ub": 81, "log": True, "role": "fidelity"}, 81),
        ({"name": "x", "type": "ordinal", "levels": ["few", "all"], "role": "fidelity"}, "all"),
    ],
)
def test_a_fidelity_has_a_target_which_is_its_upper_end_by_default(definition, target):
    assert parse(definition).targets == {"x": target}


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"role": "contxt"}, "role = 'contxt' is unknown. Did you mean 'context'"),
        ({"role": "context", "target": 1}, "target = 1 is only for role 'fidelity'"),
        ({"target": 1}, "target = 1 is only for role 'fidelity'"),
        ({"role": "fidelity", "target": 3}, "target = 3 is not a value of the parameter"),
        ({"role": "context", "active_if": {"k": ["a"]}}, "role = .context. cannot go with active_if"),
    ],
)
def test_unusable_roles_are_refused(extra, message):
    with pytest.raises(SpaceError, match=f"'x': {message}"):
        parse({**NUM, **extra}, {"name": "k", "type": "cat", "categories": ["a", "b"]})


def test_a_fidelity_without_an_order_is_refused():
    with pytest.raises(SpaceError, match="'k': role = 'fidelity' needs ordered values"):
        parse({"name": "k", "type": "cat", "categories": ["a", "b"], "role": "fidelity"})
