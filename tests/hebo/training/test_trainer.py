import pytest
import torch
from pydantic import ValidationError
from torch.testing import assert_close

from hebo.errors import NumericalError
from hebo.surrogates.neural_process.transformer import Architecture
from hebo.training.contexts import Shapes
from hebo.training.neural_process import NeuralProcess
from hebo.training.pretraining import Pretraining
from hebo.training.processes import Processes
from hebo.training.state import TrainingState
from hebo.training.trainer import draw_batch, train

ALONE = Processes(0, 1, torch.device("cpu"))


def trained(plan, is_stopped=lambda: False):
    state = TrainingState(plan, ALONE.device)
    return state, list(train(plan, state, ALONE, is_stopped))


def test_training_lowers_the_loss_on_other_tasks(plan):
    longer = plan.model_copy(update={"n_steps": 400})
    before = TrainingState(plan, ALONE.device)
    first = next(iter(train(plan.model_copy(update={"checkpoint_every": 1}), before, ALONE, lambda: False)))
    _, progress = trained(longer)
    assert progress[-1].validation < 0.8 * first.validation
    assert [one.step for one in progress][:3] == [20, 40, 60]
    assert progress[-1].tasks == 400 * 8


def test_the_same_seed_gives_the_same_weights_and_another_one_others(plan):
    one, two = (trained(plan)[0].tensors() for _ in range(2))
    assert all(torch.equal(one[name], two[name]) for name in one if name != "cpu_seconds")
    other = trained(plan.model_copy(update={"seed": 1}))[0].tensors()
    assert not torch.equal(one["averaged.0.weight"], other["averaged.0.weight"])


def test_a_training_that_was_interrupted_goes_on_the_same(plan):
    whole = trained(plan)[0].tensors()
    asked = iter([False] * 26 + [True])
    halted, progress = trained(plan, lambda: next(asked))
    assert halted.step == progress[-1].step == 27
    state = TrainingState(plan, ALONE.device)
    state.load({name: one.clone() for name, one in halted.tensors().items()}, "kept")
    list(train(plan, state, ALONE, lambda: False))
    assert state.step == 60
    resumed = state.tensors()
    assert resumed.keys() == whole.keys()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole if name != "cpu_seconds")


def test_steps_of_parameters_that_few_tasks_have_a_gradient_for_are_kept(plan):
    sizes = Architecture(width=4, n_layers=1, n_heads=1, mlp=4, column_hidden=4, n_bars=8, n_signs=2)
    shapes = Shapes(n_columns=(1, 2), n_context=(2, 4), n_queries=2, mixed=0.5)
    changes = {"learner": NeuralProcess(sizes=sizes), "shapes": shapes, "batch_size": 2, "n_validation": 1}
    mixed = plan.model_copy(update={**changes, "n_steps": 16})
    whole = trained(mixed)[0].tensors()
    asked = iter([False] * 10 + [True])
    halted, _ = trained(mixed, lambda: next(asked))
    assert len({float(one["step"]) for one in halted.optimizer.state.values()}) == 2
    state = TrainingState(mixed, ALONE.device)
    state.load({name: one.clone() for name, one in halted.tensors().items()}, "kept")
    list(train(mixed, state, ALONE, lambda: False))
    resumed = state.tensors()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole if name != "cpu_seconds")


def test_global_streams_neither_matter_nor_change(plan):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one = trained(plan)[0].tensors()
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(2)
    assert torch.equal(one["averaged.0.weight"], trained(plan)[0].tensors()["averaged.0.weight"])


def test_processes_and_steps_have_tasks_of_their_own(plan):
    found = [draw_batch(plan, ALONE.device, *label)[0].query_f for label in [(0, 0), (0, 1), (1, 0)]]
    assert len({float(one.sum()) for one in found}) == 3


def test_the_rate_warms_up_and_falls_from_where_it_is_told_to(plan):
    falling = plan.model_copy(update={"decay_from": 25, "warmup": 10, "learning_rate": 1.0})
    assert_close(falling.rate(0), 0.1)
    assert_close(falling.rate(20), 1.0)
    assert_close(falling.rate(100), 0.5)
    assert_close(falling.model_copy(update={"decay_from": None}).rate(100), 1.0)


def test_a_loss_that_is_not_finite_ends_the_training(plan):
    with pytest.raises(NumericalError, match="not finite; lower `learning_rate`"):
        trained(plan.model_copy(update={"learning_rate": 1e30, "warmup": 0}))


def test_weights_that_are_not_finite_are_not_handed_out(plan):
    last = plan.model_copy(update={"learning_rate": 1e25, "warmup": 0, "average": 0.0, "n_steps": 1})
    with pytest.raises(NumericalError, match=r"after step 1 the validation loss is .*Lower `learning_rate`"):
        trained(last)


def test_a_snapshot_beyond_the_end_is_refused(plan):
    with pytest.raises(ValidationError, match="step 61 is beyond n_steps=60"):
        Pretraining(**{**dict(plan), "snapshots": (61,)})


def test_a_card_says_what_was_trained_for(plan):
    assert plan.limits() == {"n_columns": [1, 2], "n_context": [5, 10], "levels": False, "categories": 0}
