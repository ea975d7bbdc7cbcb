"""The figure of the README shows what the README says."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from pages import README
from scripts import BENCHMARKS, module_at

figure = module_at(BENCHMARKS / "peers_figure.py")


@pytest.mark.parametrize(
    ("suites", "labels", "best", "second"),
    [
        (["hpo", "synthetic", "noisy", "plateau"], figure.NUMERIC, "HEBO", "Optuna GPSampler"),
        (["combinatorial"], figure.COMBINATORIAL, "`mcbo.build`", "Casmopolitan"),
    ],
)
def test_the_first_line_ends_lowest_and_the_table_has_its_score(
    suites: list[str], labels: dict[str, str], best: str, second: str
) -> None:
    _, axes = plt.subplots()
    figure.draw(axes, suites, labels, "", "")
    first, *others = sorted(axes.lines, key=lambda line: line.get_ydata()[-1])
    assert first.get_label() == next(iter(labels.values()))
    assert others[0].get_label() == second
    row = f"| {best} {first.get_ydata()[-1]:.2f} | {second} {others[0].get_ydata()[-1]:.2f} |"
    assert row in README.read_text(encoding="utf-8")
    plt.close("all")


def test_the_figure_is_written(tmp_path: Path) -> None:
    figure.main(str(tmp_path / "peers.png"))
    assert (tmp_path / "peers.png").read_bytes().startswith(b"\x89PNG")
    plt.close("all")
