import pytest

from hebo.errors import DataError
from hebo.surrogates.neural_process.limits import limits_of

CARD = {"limits": {"n_columns": [1, 20], "n_context": [2, 200], "levels": True, "categories": 12}}


def test_limits_are_read_from_a_card():
    limits = limits_of(CARD, "w")
    assert limits.n_columns == (1, 20)
    assert limits.most_levels == 48
    assert limits.beyond_size(200) is None
    assert limits.beyond_size(201) == "201 observations, where its weights were trained for 2 to 200"


@pytest.mark.parametrize("limits", [{}, {**CARD["limits"], "batch": 3}, {**CARD["limits"], "levels": "some"}])
def test_limits_of_another_format_are_refused(limits):
    with pytest.raises(
        DataError, match=r"w: the card has limits of another format .*; train the weights anew"
    ):
        limits_of({"limits": limits}, "w")
