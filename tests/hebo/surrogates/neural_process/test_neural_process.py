import json
import shutil
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.fallbacks import counting_fallbacks
from hebo.random import make_generator
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.neural_process.model import NeuralProcessModel
from hebo.surrogates.neural_process.neural_process import NeuralProcess
from hebo.weights import card_of, packed, read_weights

SMALL = Path(__file__).parents[3] / "support" / "instances" / "neural_process.safetensors"
RECIPE = NeuralProcess(weights=str(SMALL))


def columns(n: int) -> DesignSpace:
    return DesignSpace().parse([{"name": f"x{i}", "type": "num", "lb": 0, "ub": 1} for i in range(n)])


def observed(space: DesignSpace, n: int) -> Data:
    x = space.sample(n, generator=make_generator("observed"))
    return Data(x, x.sum(1, keepdim=True).sin())


def fit(recipe: NeuralProcess, data: Data, space: DesignSpace):
    return recipe.fit(data, space, generator=make_generator(0))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the small weights that a test may damage."""
    path = tmp_path / "mine.safetensors"
    shutil.copy(SMALL, path)
    shutil.copy(card_of(SMALL), card_of(path))
    return path


def with_card(path: Path, **changes) -> NeuralProcess:
    """The recipe of weights with another card, whose hash is right."""
    weights = read_weights(SMALL, "neural_process")
    content, text = packed(weights.tensors, {**weights.card, **changes})
    path.write_bytes(content)
    card_of(path).write_text(text)
    return NeuralProcess(weights=str(path))


def test_more_columns_than_in_training_are_refused_when_it_is_built():
    with pytest.raises(IncompatibleError, match=r"7 columns.*for 1 to 6. Write `beyond: warped_gp`"):
        RECIPE.check(columns(7))
    with pytest.raises(IncompatibleError, match="7 columns"):
        fit(RECIPE, observed(columns(7), 5), columns(7))
    RECIPE.check(columns(6))


@pytest.mark.parametrize(
    ("parameter", "why"),
    [
        ({"type": "permutation", "items": list("abc")}, "'p', whose columns are an order"),
        ({"type": "cat", "categories": list("abcdefg")}, "'p', which has 7 categories.*at most 6"),
        ({"type": "sequence", "alphabet": "abcdefg", "length": 2}, "'p', which has 7 categories.*at most 6"),
    ],
)
def test_columns_of_a_kind_that_training_had_not_are_refused(parameter, why):
    with pytest.raises(IncompatibleError, match=why):
        RECIPE.check(DesignSpace().parse([{"name": "p", **parameter}]))


@pytest.mark.parametrize(
    ("parameter", "why"),
    [
        ({"type": "cat", "categories": ["u", "v"]}, "has categories; .* numbers alone"),
        ({"type": "int", "lb": 0, "ub": 3}, "finitely many numbers; .* continuous columns alone"),
    ],
)
def test_weights_of_continuous_columns_refuse_others(tmp_path, parameter, why):
    limits = {"n_columns": [1, 6], "n_context": [2, 40], "levels": False, "categories": 0}
    recipe = with_card(tmp_path / "w.safetensors", limits=limits)
    recipe.check(columns(2))
    with pytest.raises(IncompatibleError, match=why):
        recipe.check(DesignSpace().parse([{"name": "p", **parameter}]))


@pytest.mark.parametrize("n", [1, 41])
def test_other_numbers_of_observations_than_in_training_are_refused(n):
    with pytest.raises(IncompatibleError, match=f"{n} observations.*for 2 to 40.*`max_train`"):
        fit(RECIPE, observed(columns(2), n), columns(2))


def test_fewer_observations_are_read_where_it_says_so():
    recipe = RECIPE.model_copy(update={"max_train": 40})
    model = fit(recipe, observed(columns(2), 60), columns(2))
    assert isinstance(model, NeuralProcessModel)
    assert len(model.x) == 40


@pytest.mark.parametrize(("d", "n"), [(7, 12), (2, 41)])
def test_a_gaussian_process_takes_over_where_it_says_so_and_that_is_counted(d, n):
    recipe = RECIPE.model_copy(update={"beyond": "warped_gp"})
    recipe.check(columns(d))
    with counting_fallbacks() as counter:
        model = fit(recipe, observed(columns(d), n), columns(d))
    assert isinstance(model, GaussianProcess)
    assert counter == {"warped_gp in place of neural_process": 1}


def test_within_the_training_nothing_is_counted():
    with counting_fallbacks() as counter:
        fit(RECIPE.model_copy(update={"beyond": "warped_gp"}), observed(columns(2), 12), columns(2))
    assert not counter


def test_weights_that_are_missing_cut_or_altered_are_refused(copied, tmp_path):
    with pytest.raises(DataError, match="no weights"):
        NeuralProcess(weights=str(tmp_path / "none.safetensors")).check(columns(2))
    content = bytearray(copied.read_bytes())
    copied.write_bytes(content[:-8])
    with pytest.raises(DataError, match="cut or altered"):
        NeuralProcess(weights=str(copied)).check(columns(2))
    content[-5] ^= 1
    copied.write_bytes(content)
    with pytest.raises(DataError, match="cut or altered"):
        fit(NeuralProcess(weights=str(copied)), observed(columns(2), 5), columns(2))


def test_cards_without_hash_or_of_another_kind_are_refused(copied):
    card = json.loads(card_of(copied).read_text())
    for changes, why in (
        ({"sha256": None}, "no usable 'sha256'"),
        ({"format": 99}, "format 99"),
        ({"kind": "amortised_gp"}, "weights of a amortised_gp"),
    ):
        card_of(copied).write_text(json.dumps({**card, **changes}))
        with pytest.raises(DataError, match=why):
            NeuralProcess(weights=str(copied)).check(columns(2))


def test_cards_of_another_network_or_with_other_limits_are_refused(tmp_path):
    card = read_weights(SMALL, "neural_process").card
    wider = with_card(tmp_path / "w.safetensors", architecture={**card["architecture"], "width": 48})
    with pytest.raises(DataError, match=r"another network.*train the weights anew"):
        wider.check(columns(2))
    unknown = with_card(tmp_path / "u.safetensors", architecture={**card["architecture"], "depth": 2})
    with pytest.raises(DataError, match=r"another network.*depth: Extra inputs.*train the weights anew"):
        fit(unknown, observed(columns(2), 5), columns(2))
    unlimited = with_card(tmp_path / "l.safetensors", limits={"n_columns": 6})
    with pytest.raises(DataError, match="limits of another format"):
        unlimited.check(columns(2))


def test_weights_go_to_a_file_and_back(tmp_path):
    """Written from a network as a training writes them, they predict what it predicts."""
    card = read_weights(SMALL, "neural_process").card
    network = RECIPE._network(read_weights(SMALL, "neural_process"))
    content, text = packed(network.state_dict(), card)
    path = tmp_path / "again.safetensors"
    path.write_bytes(content)
    card_of(path).write_text(text)
    space = columns(3)
    data = observed(space, 10)
    one, two = (fit(NeuralProcess(weights=str(at)), data, space).means(data.x) for at in (SMALL, path))
    assert torch.equal(one, two)


def test_the_kept_weights_are_not_touched_by_another_precision():
    space = columns(2)
    data = observed(space, 8)
    before = fit(RECIPE, data, space).means(data.x)
    fit(RECIPE.model_copy(update={"precision": "double"}), data, space)
    tensors = read_weights(SMALL, "neural_process").tensors.values()
    assert all(one.dtype == torch.float32 for one in tensors)
    assert torch.equal(fit(RECIPE, data, space).means(data.x), before)


def test_a_smooth_function_is_interpolated_better_than_by_its_mean():
    space = columns(1)
    x = torch.linspace(0, 1, 12, dtype=torch.float64).unsqueeze(-1)
    model = fit(RECIPE, Data(x, (6 * x).sin()), space)
    at = torch.linspace(0.02, 0.98, 33, dtype=torch.float64).unsqueeze(-1)
    assert_close(model.means(at), (6 * at[:, 0]).sin(), rtol=0, atol=0.4)


def test_fits_leave_global_streams_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    fit(RECIPE, observed(columns(2), 5), columns(2))
    assert torch.equal(before, torch.get_rng_state())
