import csv
import json

import pytest
import torch

from hebo.errors import ConfigError, DataError
from hebo.training.folder import Folder
from hebo.training.processes import Processes
from hebo.training.state import TrainingState
from hebo.training.trainer import train
from hebo.weights import card_of, read_weights

ALONE = Processes(0, 1, torch.device("cpu"))


def run(plan, described=None, stop_at=None):
    """Train in the folder of the plan, as `hebo pretrain` does; return the state."""
    state = TrainingState(plan, ALONE.device)
    folder = Folder(plan, described or {"learner": {"width": plan.learner.width}, "n_steps": plan.n_steps})
    folder.resume(state)
    for progress in train(plan, state, ALONE, lambda: state.step == stop_at):
        folder.save(state, progress)
    return state


def log(plan):
    with (plan.folder / "log.csv").open() as file:
        return [int(row["step"]) for row in csv.DictReader(file)]


def test_a_folder_has_weights_with_a_card_a_log_and_snapshots(plan):
    state = run(plan.model_copy(update={"snapshots": (30,)}))
    weights = read_weights(plan.folder / "toy.safetensors", "linear")
    assert torch.equal(weights.tensors["0.weight"], state.averaged.state_dict()["0.weight"])
    card = weights.card
    assert (card["steps"], card["tasks"], card["seed"]) == (60, 480, 0)
    assert card["architecture"] == {"width": 8}
    assert card["limits"] == plan.limits()
    assert card["pretraining"]["learner"] == {"width": 8}
    assert log(plan) == [20, 30, 40, 60]
    early = read_weights(plan.folder / "snapshots" / "toy-0000030.safetensors", "linear")
    assert early.card["steps"] == 30
    assert not torch.equal(early.tensors["0.weight"], weights.tensors["0.weight"])


def test_a_stopped_training_ends_with_the_same_weights_and_log(plan, tmp_path):
    run(plan)
    parted = plan.model_copy(update={"output": str(tmp_path / "parted")})
    run(parted, stop_at=33)
    assert log(parted) == [20, 33]
    run(parted)
    one, two = (json.loads(card_of(each.folder / "toy.safetensors").read_text()) for each in (plan, parted))
    assert one["sha256"] == two["sha256"]
    assert log(parted) == [20, 33, 40, 60]


def test_lines_after_the_last_checkpoint_are_written_anew(plan):
    run(plan, stop_at=40)
    kept = (plan.folder / "checkpoint.safetensors").read_bytes()
    run(plan)
    (plan.folder / "checkpoint.safetensors").write_bytes(kept)  # as if killed before the next checkpoint
    run(plan)
    assert log(plan) == [20, 40, 60]


def test_more_steps_go_on_with_a_finished_training(plan):
    run(plan)
    assert run(plan.model_copy(update={"n_steps": 80})).step == 80
    assert log(plan) == [20, 40, 60, 80]


def test_another_plan_in_the_same_folder_is_refused(plan):
    run(plan)
    with pytest.raises(ConfigError, match="began with other settings of learner; restore them, or give"):
        run(plan, described={"learner": {"width": 9}})


def test_a_damaged_checkpoint_is_refused(plan):
    run(plan)
    path = plan.folder / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match=r"checkpoint\.safetensors: damaged.*delete the folder"):
        run(plan)


def test_training_may_begin_with_given_weights(plan, tmp_path):
    trained = run(plan)
    later = plan.model_copy(
        update={"start_from": str(plan.folder / "toy.safetensors"), "output": str(tmp_path / "later")}
    )
    state = TrainingState(later, ALONE.device)
    assert torch.equal(state.network.state_dict()["0.weight"], trained.averaged.state_dict()["0.weight"])


def test_weights_of_another_network_are_refused(plan, tmp_path):
    run(plan)
    wider = plan.model_copy(
        update={
            "learner": plan.learner.model_copy(update={"width": 9}),
            "start_from": str(plan.folder / "toy.safetensors"),
        }
    )
    with pytest.raises(DataError, match=r"weights of another network.*size mismatch"):
        TrainingState(wider, ALONE.device)


def test_two_trainings_in_one_folder_are_found_out(plan):
    folders = []
    for seed in (0, 1):
        one = plan.model_copy(update={"seed": seed})
        state, folder = TrainingState(one, ALONE.device), Folder(one, {"seed": seed})
        folder.resume(state)
        folders.append((folder, state, train(one, state, ALONE, lambda: False)))
    (first, first_state, one), (second, second_state, two) = folders
    first.save(first_state, next(one))
    with pytest.raises(ConfigError, match="another training writes here, too; end one of them"):
        second.save(second_state, next(two))
    first.save(first_state, next(one))
    assert log(plan) == [20, 40]


def test_a_damaged_log_is_refused(plan):
    run(plan, stop_at=20)
    (plan.folder / "log.csv").write_text("step,loss\nx,y\n")
    with pytest.raises(DataError, match=r"log.csv: damaged, a line has no step; delete the line"):
        run(plan)
