"""Tests of `hebo.design_space.column_kinds`."""

from __future__ import annotations

from hebo.design_space.column_kinds import categories_of, columns_by_kind, parameter_name
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from mcbo.kernels.letter_embedding import LetterEmbedding
from mcbo.kernels.string_subsequence import StringSubsequence

SPACE = DesignSpace().parse(
    [
        {"name": "loop", "type": "sequence", "alphabet": "ACDEFGHIKLMNPQRSTVWY", "length": 11},
        {"name": "buffer", "type": "cat", "categories": ["PBS", "TRIS"]},
        {"name": "shaken", "type": "bool"},
        {"name": "t", "type": "int", "lb": 4, "ub": 37},
        {"name": "order", "type": "permutation", "items": ["a", "b"]},
    ]
)


def test_letters_of_a_sequence_are_nominal_one_by_one() -> None:
    assert columns_by_kind(SPACE) == {
        "nominal": [*range(11), 11, 12],
        "ordered": [13],
        "permutation": [14, 15],
    }
    # Of 20^11 sequences none is listed.
    assert categories_of(SPACE, 7) == list("ACDEFGHIKLMNPQRSTVWY")
    assert categories_of(SPACE, 11) == ["PBS", "TRIS"]
    assert categories_of(SPACE, 12) == [False, True]
    assert [parameter_name(SPACE, column) for column in (10, 11, 15)] == ["loop", "buffer", "order"]


def test_kernels_of_letters_take_a_sequence_as_they_take_a_category_for_each_place() -> None:
    letters = [{"name": f"x{place}", "type": "cat", "categories": list("ACDEF")} for place in range(5)]
    places = DesignSpace().parse(letters)
    whole = DesignSpace().parse([{"name": "s", "type": "sequence", "alphabet": "ACDEF", "length": 5}])
    x = whole.sample(6, generator=make_generator(0))
    for recipe in (StringSubsequence(), LetterEmbedding()):
        first, second = (
            recipe.build(space, range(5), generator=make_generator(1))(x).to_dense().detach()
            for space in (places, whole)
        )
        assert first.equal(second)
        assert float(first.min()) < float(first.max())
