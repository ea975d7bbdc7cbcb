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


@pytest.mark.parametrize("package", ["hebo.experiment"])
def test_modules_of_a_package_do_not_import_one_another_in_a_circle(package: str) -> None:
    assert layers.cycles(layers.module_graph(layers.sources(), package)) == []


def test_every_module_has_a_place_in_the_table() -> None:
    modules = layers.sources()
    assert len(modules) > 10
    assert [name for name in modules if layers.unit(name) is None] == []


@pytest.mark.parametrize(
    ("module", "source", "reason"),
    [
        ("hebo.design_space.num", "from hebo.base import Surrogate", "row 1 may not look at row 2.5"),
        ("hebo.surrogates.gp", "import hebo.acquisitions.mace", "row 4 may not look at row 4"),
        ("hebo.surrogates.gp", "from ..optimizers import hebo", "row 4 may not look at row 6"),
        ("tasks.hpo", "from hebo.data import Data", "tasks may use row 1 only"),
        ("tasks.hpo", "import mcbo.kernels", "tasks may use row 1 only"),
        ("mcbo.presets", "from hebo.experiment.config import parts", "row 6.5 may not look at row 7.2"),
        ("hebo.plugins.x", "from hebo.experiment import texts", "row 7 may not look at row 7"),
        (
            "hebo.experiment.store.x",
            "import hebo.experiment.running.run_loop",
            "row 7.3 may not look at row 7.4",
        ),
        (
            "hebo.experiment.analysis.x",
            "import hebo.experiment.running.clock",
            "row 7.4 may not look at row 7.4",
        ),
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
        ("hebo.design_space.num", "from .parameter import Parameter\nimport numpy"),
    ],
)
def test_the_checker_allows(module: str, source: str) -> None:
    assert layers.violations({module: source, "hebo": ""}) == []


def test_the_checker_finds_a_circle_of_types_between_modules() -> None:
    modules = {
        "hebo.data": "",
        "hebo.x.a": "import hebo.x.b, hebo.data",
        "hebo.x.b": "if TYPE_CHECKING:\n    from hebo.x.a import A",
        "hebo.x.c": "import hebo.x.a",
    }
    assert layers.cycles(layers.module_graph(modules, "hebo.x")) == [{"hebo.x.a", "hebo.x.b"}]


def test_the_checker_finds_a_circle_between_packages() -> None:
    modules = {
        "tasks": "",
        "tasks.hpo": "",
        "tasks.hpo.svm": "from tasks.wrappers import noisy",
        "tasks.wrappers": "",
        "tasks.wrappers.noisy": "def f():\n    import tasks.hpo.svm",
    }
    assert layers.cycles(layers.package_graph(modules)) == [{"tasks.hpo", "tasks.wrappers"}]


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
