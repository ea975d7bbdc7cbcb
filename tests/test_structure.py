"""The structure of the sources: no import circles between modules, and a small recipe of the loop."""

from __future__ import annotations

import layers
import measures
import pytest


def test_modules_do_not_import_one_another_in_a_circle() -> None:
    assert layers.cycles(layers.module_graph(layers.sources())) == []


def test_the_loop_has_at_most_nine_settings() -> None:
    fields = measures.fields(layers.sources(), "BayesOptRecipe")
    assert 5 <= len(fields) <= 9


def test_a_circle_of_types_alone_is_found() -> None:
    modules = {
        "hebo": "",
        "hebo.data": "if TYPE_CHECKING:\n    from hebo.base import Domain",
        "hebo.base": "from hebo.data import Data\nfrom hebo import errors",
        "hebo.errors": "import torch",
    }
    graph = layers.module_graph(modules)
    assert graph["hebo.base"] == {"hebo.data", "hebo.errors"}
    assert layers.cycles(graph) == [{"hebo.data", "hebo.base"}]


def test_the_settings_of_a_class_are_its_own_and_inherited_ones() -> None:
    modules = {
        "hebo.recipe": "class Recipe:\n    device: str",
        "tasks.recipe": "class Recipe:\n    program: str",
        "hebo.loop": "from hebo.recipe import Recipe\nclass Loop(Recipe):\n    kinds: ClassVar[int] = 1\n    n: int = 2",
    }
    assert measures.fields(modules, "Loop") == ["device", "n"]
    with pytest.raises(LookupError, match="2 classes are called Recipe"):
        measures.fields(modules, "Recipe")


def test_a_wing_counts_only_what_lies_in_it() -> None:
    modules = {
        "hebo": "",
        "hebo.data": "",
        "hebo.regions": "",
        "hebo.regions.box": "from hebo.data import Data\nfrom hebo.regions import ball",
        "hebo.regions.ball": "import hebo.regions.box\n\nx = 1",
        "tasks": "",
        "tasks.hpo": "",
        "tasks.hpo.svm": "",
    }
    assert measures.wings(modules) == {
        "hebo.regions": measures.Wing(files=3, lines=5, edges=2, circles=1),
        "tasks.hpo": measures.Wing(files=2, lines=0, edges=0, circles=0),
    }
