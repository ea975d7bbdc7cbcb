from __future__ import annotations

import numpy as np
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.experiment.report.parameters import parameter_axis


def axis(definition, values):
    space = DesignSpace().parse([{"name": "x", **definition}])
    return parameter_axis(space.parameters["x"], values)


def labels(found):
    return [label for _, label in found.ticks]


def test_a_linear_parameter_lies_in_proportion_and_inactive_values_nowhere():
    found = axis({"type": "num", "lb": -1, "ub": 3}, [-1.0, 1.0, 3.0, None])
    np.testing.assert_allclose(found.positions, [0.0, 0.5, 1.0, np.nan])
    assert labels(found) == ["-1", "0", "1", "2", "3"]


@pytest.mark.parametrize(
    "definition",
    [{"type": "pow", "lb": 1e-5, "ub": 10}, {"type": "num", "lb": 1e-5, "ub": 10, "log": True}],
    ids=["pow", "num log"],
)
def test_a_log_parameter_lies_by_its_logarithm_and_is_labeled_at_its_ends(definition):
    found = axis(definition, [1e-5, 1e-2, 10.0])
    np.testing.assert_allclose(found.positions, [0.0, 0.5, 1.0], atol=1e-12)
    assert labels(found) == ["1e-5", "1e-3", "0.1", "10"]


def test_a_parameter_with_a_prior_lies_by_its_quantile_and_has_the_labels_of_its_scale():
    found = axis({"type": "pow", "lb": 1e-5, "ub": 10, "prior": [3, 1]}, [1e-5, 1e-2, 10.0])
    np.testing.assert_allclose(found.positions, [0.0, 0.75, 1.0], atol=1e-12)
    assert labels(found) == ["1e-5", "1e-3", "0.1", "10"]


def test_a_logit_parameter_is_symmetric_around_a_half():
    found = axis({"type": "sigmoid", "lb": 0.01, "ub": 0.99}, [0.01, 0.5, 0.99])
    np.testing.assert_allclose(found.positions, [0.0, 0.5, 1.0], atol=1e-12)
    assert labels(found) == ["0.01", "0.1", "0.5", "0.9", "0.99"]


def test_an_integer_parameter_has_few_round_labels():
    assert labels(axis({"type": "int", "lb": 1, "ub": 15}, [1])) == ["5", "10", "15"]


def test_a_parameter_of_one_value_lies_in_the_middle():
    assert axis({"type": "int", "lb": 4, "ub": 4}, [4]).positions.tolist() == [0.5]


def test_categories_keep_their_order_and_type():
    found = axis({"type": "cat", "categories": ["b", 1, "1", [64, 64], [128]]}, ["1", [128], 1])
    assert labels(found) == ["b", "1", '"1"', "[64, 64]", "[128]"]
    assert found.positions.tolist() == pytest.approx([0.5, 0.9, 0.3])
    assert found.is_categorical


def test_a_bool_has_two_places():
    found = axis({"type": "bool"}, [True, False])
    assert (labels(found), found.positions.tolist()) == (["False", "True"], [0.75, 0.25])


def test_a_permutation_has_one_place_per_order_seen():
    found = axis({"type": "permutation", "length": 3}, [[0, 1, 2], [2, 1, 0], [0, 1, 2]])
    assert labels(found) == ["[0, 1, 2]", "[2, 1, 0]"]
    assert found.positions.tolist() == [0.25, 0.75, 0.25]
