import torch

from hebo.design_space.parameters.layout import Layout
from hebo.design_space.parameters.types import BUILT_IN
from hebo.random import make_generator

KEYS = {
    "num": {"lb": -1, "ub": 2},
    "pow": {"lb": 1e-3, "ub": 1},
    "sigmoid": {"lb": 0.1, "ub": 0.9},
    "int": {"lb": 1, "ub": 50, "log": True},
    "pow_int": {"lb": 1, "ub": 1000},
    "step_int": {"lb": 0, "ub": 9, "step": 3},
    "int_exponent": {"lb": 4, "ub": 64, "base": 2},
    "bool": {},
    "cat": {"categories": ["a", "b", "c"]},
    "ordinal": {"levels": [1, 2, 5]},
    "permutation": {"length": 4},
    "sequence": {"alphabet": "ACGT", "length": 3},
}
LAYOUT = Layout(
    {
        f"{type_}{copy}": BUILT_IN[type_].parse(f"{type_}{copy}", keys)
        for copy in (1, 2)
        for type_, keys in KEYS.items()
    }
)


def column_by_column(method, x):
    parts = LAYOUT.columns.items()
    return torch.cat([getattr(LAYOUT.parameters[name], method)(x[:, span]) for name, span in parts], 1)


def test_there_is_an_example_of_every_type():
    assert KEYS.keys() == BUILT_IN.keys()


def test_projecting_all_columns_at_once_is_projecting_each():
    low, high = LAYOUT.bounds
    x = torch.randn(200, LAYOUT.n_dims, dtype=torch.float64, generator=make_generator(0))
    x = low + (x + 0.5) * (high - low)
    assert torch.allclose(LAYOUT.project(x), column_by_column("project", x), atol=1e-14)


def test_drawing_all_columns_at_once_is_drawing_each():
    u = torch.rand(200, LAYOUT.n_dims, dtype=torch.float64, generator=make_generator(0))
    assert torch.allclose(LAYOUT.from_unit(u), column_by_column("from_unit", u), atol=1e-14)


def test_canonical_values_are_values_of_their_parameters():
    canonical = LAYOUT.canonical.unsqueeze(0)
    assert LAYOUT.project(canonical).allclose(canonical)


def test_columns_lie_side_by_side():
    spans = list(LAYOUT.columns.values())
    assert [span.start for span in spans[1:]] == [span.stop for span in spans[:-1]]
    assert spans[-1].stop == LAYOUT.n_dims == 34
