"""Tests of `configs/pretrain/likelihood.py`."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
import torch
from examples import INSTANCES
from scripts import module_at
from torch.testing import assert_close

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.experiment.config.pretraining import build_pretraining
from hebo.experiment.yaml.document import read_yaml
from hebo.surrogates.neural_process.neural_process import NeuralProcess
from hebo.training.tasks import Columns

ROOT = Path(__file__).parents[3]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    found = module_at(ROOT / "configs/pretrain/likelihood.py")
    monkeypatch.setattr(found, "SIZES", (5,))
    monkeypatch.setattr(found, "DIMENSIONS", (1,))
    return found


def run(script: ModuleType, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr("sys.argv", ["likelihood.py", *words])
    script.main()


def test_what_a_file_has_is_not_measured_again(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "found.csv"
    given = (str(path), "--tasks", "2", "--surrogates", "warped_gp", "{type: warped_gp, warp: false}")
    run(script, monkeypatch, *given[:4], "warped_gp")
    first = path.read_text()
    assert len(pd.read_csv(path)) == 2 * 2 * 2  # contexts, columns, tasks
    run(script, monkeypatch, *given)
    assert path.read_text().startswith(first)
    assert len(pd.read_csv(path)) == 16
    table = capsys.readouterr().out
    assert "{type: warped_gp, warp: false} against warped_gp" in table
    assert "| bo_like | mixed | 5 |" in table


def test_a_space_has_the_columns_of_the_tasks(script: ModuleType) -> None:
    columns = Columns((0, 5), (3,))
    space = script.space_of(columns)
    x = columns.uniform(20, generator=torch.Generator().manual_seed(0))
    encoded = script.encoded(x, space)
    assert bool(space.contains(encoded).all())
    assert set(encoded[:, 1].tolist()) <= {0.0, 1.0, 2.0, 3.0, 4.0}
    assert torch.equal(encoded[:, 2], x[:, 2].double())


def test_mixed_columns_have_integers_or_categories(script: ModuleType) -> None:
    plan = build_pretraining(read_yaml(str(script.CONFIG)))
    for number in range(20):
        columns = script.mixed_columns(plan, number)
        assert 2 <= columns.n <= 10
        assert columns.n_categorical or any(columns.levels)


def test_a_model_with_bars_is_measured_by_their_density(script: ModuleType) -> None:
    space = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0.0, "ub": 1.0}])
    x = torch.linspace(0, 1, 6, dtype=torch.float64).unsqueeze(-1)
    recipe = NeuralProcess(weights=str(INSTANCES / "neural_process.safetensors"))
    model = recipe.fit(Data(x, x.square()), space, generator=torch.Generator().manual_seed(0))
    nll, inside, error = script.losses(model, x[:3], x[:3, 0])
    noise = model.noise_variance.sqrt().expand(3)
    assert_close(nll, -model.own_marginals(x[:3]).log_density(x[:3, 0], noise))
    posterior = model.posterior(x[:3].unsqueeze(1), observation_noise=True)
    assert_close(error, x[:3, 0] - posterior.mean.flatten())
    assert torch.equal(inside, error.abs() <= script.Z * posterior.variance.flatten().sqrt())
