"""BoTorch's loop with several objectives: its reference point, and that its models are of each."""

from __future__ import annotations

from typing import Literal

import pytest
from botorch.models.model_list_gp_regression import ModelListGP

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.peers.botorch_loop import BoTorch, BoTorchSession
from hebo.peers.dimensions import Dimensions
from hebo.peers.session import Told

SPACE = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0.0, "ub": 1.0}])


def session(
    reference: Literal["told", "front"] | None, *values: tuple[float, float] | None
) -> BoTorchSession:
    """A session that was told values, to be minimized."""
    made = BoTorchSession(Dimensions(SPACE, "botorch"), BoTorch(reference=reference, n_initial=2), 0)
    made.tell([Told((0.1 * place,), one) for place, one in enumerate(values)])
    return made


def test_the_reference_is_a_tenth_of_the_range_beyond_the_worst_values_told() -> None:
    made = session("told", (1.0, 3.0), None, (2.0, 2.0), (3.0, 1.0), (5.0, 11.0))
    # The front reaches from the worst, 5 and 11, to 1 and 1.
    assert (-made._reference()).tolist() == pytest.approx([5.4, 12.0])


def test_the_reference_of_the_front_leaves_out_dominated_values() -> None:
    made = session("front", (1.0, 3.0), (2.0, 2.0), (3.0, 1.0), (5.0, 11.0))
    assert (-made._reference()).tolist() == pytest.approx([3.2, 3.2])


def test_a_front_of_a_single_point_leaves_room_below_the_values_told_only() -> None:
    values = ((0.0, 1.0), (0.0, 2.0), (1.0, 2.0))
    told, front = (-session(reference, *values)._reference() for reference in ("told", "front"))
    assert told.tolist() == pytest.approx([1.1, 2.1])
    assert front.tolist() == pytest.approx([0.0, 1.1], abs=1e-6)


def test_each_objective_has_a_model_of_its_own_in_its_units() -> None:
    made = session("told", (1.0, 300.0), (2.0, 200.0), (3.0, 100.0), (4.0, 50.0))
    model = made._model()
    assert isinstance(model, ModelListGP)
    assert model.num_outputs == 2
    mean = model.posterior(made._x).mean.mean(dim=0)
    assert mean.tolist() == pytest.approx([-2.5, -162.5], rel=0.2)


def test_a_stated_reference_is_taken_unless_one_is_to_be_inferred() -> None:
    values = ((1.0, 3.0), (2.0, 2.0), (3.0, 1.0))
    for reference, expected in ((None, [4.0, 5.0]), ("told", [3.1, 3.1])):
        made = session(reference, *values)
        made.reference = (4.0, 5.0)
        assert (-made._reference()).tolist() == pytest.approx(expected)
    assert (-session(None, *values)._reference()).tolist() == pytest.approx([3.1, 3.1])


def test_the_optimizer_hands_it_over() -> None:
    optimizer = BoTorch(n_initial=2).build(SPACE, seed=0)
    optimizer.set_reference_point([4.0, 5.0])
    for place in range(2):
        optimizer.tell(optimizer.ask(), [[1.0 + place, 3.0 - place]])
    optimizer.ask()
    assert optimizer.recommender.session is not None
    assert optimizer.recommender.session.reference == (4.0, 5.0)
    with pytest.raises(IncompatibleError, match="makes no use of a reference point"):
        BoTorch(reference="front").build(SPACE, seed=0).set_reference_point([4.0, 5.0])
