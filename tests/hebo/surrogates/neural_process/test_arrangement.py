import torch

from hebo.design_space.design_space import DesignSpace
from hebo.surrogates.neural_process.arrangement import Arrangement

SPACE = DesignSpace().parse(
    [
        {"name": "d", "type": "cat", "categories": ["u", "v", "w"]},
        {"name": "c", "type": "int", "lb": 1, "ub": 5},
        {"name": "b", "type": "int", "lb": 0, "ub": 1000},
        {"name": "a", "type": "num", "lb": -1, "ub": 3},
        {"name": "s", "type": "sequence", "alphabet": "xy", "length": 2},
    ]
)


def test_columns_are_sorted_by_name_numeric_ones_scaled_to_their_ranges():
    arrangement = Arrangement(SPACE, most_levels=40)
    assert arrangement.levels == (0, 0, 5)
    assert arrangement.categories == (3, 2, 2)
    x = torch.tensor([[[2.0, 3.0, 250.0, 0.0, 1.0, 0.0]]], dtype=torch.float64)
    points = arrangement.points(x, torch.float32)
    assert points.numeric.tolist() == [[[0.25, 0.25, 0.5]]]
    assert points.codes.tolist() == [[[2.0, 1.0, 0.0]]]
    assert points.numeric.dtype == torch.float32


def test_a_column_of_one_value_is_in_the_middle():
    space = DesignSpace().parse([{"name": "a", "type": "int", "lb": 3, "ub": 3}])
    points = Arrangement(space, most_levels=40).points(torch.full((1, 2, 1), 3.0), torch.float64)
    assert points.numeric.flatten().tolist() == [0.5, 0.5]
