"""Tests of `configs/pretrain/likelihood.py`."""

from __future__ import annotations

import math
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
import torch
from scripts import module_at

from hebo.experiment.config.pretraining import build_pretraining
from hebo.experiment.yaml.document import read_yaml
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


def test_predictions_of_another_shape_say_their_density_themselves(script: ModuleType) -> None:
    class Uniform:
        """Uniform on [0, 2]."""

        def posterior(self, x: torch.Tensor, observation_noise: bool) -> object:
            return type(
                "Posterior", (), {"mean": torch.ones(len(x), 1, 1), "variance": torch.ones(len(x), 1, 1)}
            )

        def log_density(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return torch.full_like(y, -math.log(2))

        def quantiles(self, x: torch.Tensor, levels: torch.Tensor) -> torch.Tensor:
            return (2 * levels).expand(len(x), -1)

    nll, inside, error = script.losses(Uniform(), torch.zeros(3, 1), torch.tensor([0.05, 1.0, 1.95]))
    assert nll.tolist() == pytest.approx([math.log(2)] * 3)
    assert inside.tolist() == [False, True, False]
    assert error.tolist() == pytest.approx([-0.95, 0.0, 0.95])
