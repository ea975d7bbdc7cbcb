"""Imports point one way, and the light entrances load nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import layers
import pytest


def test_no_module_imports_upwards_or_sideways() -> None:
    assert layers.violations(layers.sources()) == []


def test_packages_do_not_import_one_another_in_a_circle() -> None:
    assert layers.cycles(layers.package_graph(layers.sources())) == []


@pytest.mark.parametrize("wing", ["hebo.design_space", "hebo.experiment", "hebo.recommenders"])
def test_modules_of_a_wing_do_not_import_one_another_in_a_circle(wing: str) -> None:
    inside = {name: text for name, text in layers.sources().items() if layers.is_within(name, wing)}
    assert len(inside) > 10
    assert layers.cycles(layers.module_graph(inside)) == []


def test_every_module_has_a_place_in_the_table() -> None:
    modules = layers.sources()
    assert len(modules) > 10
    assert [name for name in modules if layers.unit(name) is None] == []


@pytest.mark.parametrize(
    ("module", "source", "reason"),
    [
        (
            "hebo.design_space.values.plain_values.num",
            "from hebo.base import Surrogate",
            "row 1 may not look at row 2.5",
        ),
        ("hebo.design_space.rules.x", "from hebo.design_space.domains.rows import Rows", "row 1.2 may not"),
        ("hebo.design_space.domains.x", "from hebo.design_space import DesignSpace", "row 1.3 may not"),
        ("hebo.surrogates.gp", "import hebo.acquisitions.mace", "row 4 may not look at row 4"),
        ("hebo.surrogates.gp", "from ..optimizers import hebo", "row 4 may not look at row 6"),
        ("tasks.hpo", "from hebo.data import Data", "tasks may use row 1 only"),
        ("tasks.hpo", "import mcbo.kernels", "tasks may use row 1 only"),
        ("mcbo.presets", "from hebo.experiment import parts", "row 6.2 may not look at row 7"),
        ("hebo.plugins.x", "from hebo.experiment import parts", "row 7 may not look at row 7"),
        ("hebo.experiment.x", "import mcbo.presets", "through the catalogue"),
        ("hebo.experiment.x", "import tasks.hpo", "through the catalogue"),
        ("hebo.optimizers.x", "from mcbo.presets import boils", "through the catalogue"),
        ("hebo.random", "def f():\n    from hebo.data import Data", "row 0.5 may not look at row 2"),
        ("hebo.data", "if TYPE_CHECKING:\n    from hebo.base import Domain", "row 2 may not look at row 2.5"),
    ],
)
def test_the_checker_refuses(module: str, source: str, reason: str) -> None:
    found = layers.violations({module: source, "hebo": ""})
    assert len(found) == 1
    assert reason in found[0]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("hebo.base", "if TYPE_CHECKING:\n    from hebo.data import Data"),
        ("hebo.experiment.cli", "from hebo import __version__"),
        ("hebo.experiment.config.parts", "from tasks.catalog import PARTS"),
        ("mcbo.surrogates.mixed", "from hebo.surrogates.warped_gp import WarpedGP"),
        ("tasks.synthetic.branin", "from tasks.base import Task\nfrom hebo.errors import DataError"),
        ("hebo.design_space.parameters.num", "from .parameter import Parameter\nimport numpy"),
    ],
)
def test_the_checker_allows(module: str, source: str) -> None:
    assert layers.violations({module: source, "hebo": ""}) == []


def test_the_checker_finds_a_circle_between_packages() -> None:
    modules = {
        "tasks": "",
        "tasks.hpo": "",
        "tasks.hpo.svm": "from tasks.wrappers import noisy",
        "tasks.wrappers": "",
        "tasks.wrappers.noisy": "def f():\n    import tasks.hpo.svm",
    }
    assert layers.cycles(layers.package_graph(modules)) == [{"tasks.hpo", "tasks.wrappers"}]


def test_the_checker_finds_a_circle_of_types_between_modules() -> None:
    modules = {
        "hebo.design_space.domains.fixed": "if TYPE_CHECKING:\n    from hebo.design_space.space import Space",
        "hebo.design_space.space": "from hebo.design_space.domains.fixed import Fixed",
        "hebo.design_space.parameters.grid": "from hebo.design_space.space import Space",
    }
    assert layers.cycles(layers.module_graph(modules)) == [
        {"hebo.design_space.domains.fixed", "hebo.design_space.space"}
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["-c", "import hebo"],
        ["-c", "import hebo.experiment.cli"],
        ["-c", "import hebo.catalog, mcbo.catalog, tasks.catalog"],
        ["-m", "hebo", "--help"],
        ["-m", "hebo", "list"],
    ],
    ids=["import hebo", "import cli", "import catalogues", "hebo --help", "hebo list"],
)
def test_light_entrances_load_neither_torch_nor_pandas(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 0, done.stderr[-2000:]
    assert "hebo" in loaded
    assert loaded.isdisjoint({"torch", "pandas"})
