from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar, Literal

import pytest
from click.testing import Result
from pydantic import ConfigDict, Field, WithJsonSchema

from hebo.base import Surrogate
from hebo.errors import ConfigError
from hebo.experiment.cli.describe import find, first_paragraph
from hebo.experiment.cli.part_example import example_text
from hebo.experiment.cli.settings_table import documented, settings
from hebo.experiment.config.catalog import catalog
from hebo.experiment.config.experiment import build_experiment
from hebo.experiment.config.parts import lookup
from hebo.experiment.config.pretraining import build_pretraining
from hebo.experiment.yaml.document import parse_yaml
from hebo.recipe import Recipe
from hebo.surrogates.warped_gp import WarpedGP
from tasks.wrappers.timed import Timed

Hebo = Callable[..., Result]

PARTS = [(kind, name) for kind, names in catalog().items() for name in names]


class Base(Recipe):
    """A base.

    Attributes:
        depth: How deep, which the
            next line goes on about: all of it.
    """

    depth: int = Field(3, ge=1, le=9)


class Short(Base):
    """A mapping, or a text in its place."""

    model_config = ConfigDict(
        json_schema_extra=lambda schema: schema.update(
            anyOf=[{"type": "string"}, {"type": "object", "properties": schema.pop("properties")}]
        )
    )


class Toy(Base):
    """A toy
    of two lines.

    More about it.

    Args:
        mode: How.
        rates, weights: Of several
            things.
        space: What it has.
    """

    renamed: ClassVar[dict[str, str]] = {}

    mode: Literal["fast", "slow"]
    rates: tuple[Annotated[float, Field(gt=0)], ...] = ()
    weights: dict[str, float] | None = None
    inner: Surrogate = Field(default_factory=lambda: WarpedGP(warp=False))
    several: list[Surrogate] = Field(default_factory=lambda: [WarpedGP()])
    space_list: list[int] = Field(alias="space")
    bare: Annotated[str | float, WithJsonSchema({"type": ["string", "number"]})] = 1.5
    short: Short | None = None


@pytest.mark.parametrize(("kind", "name"), PARTS)
def test_each_setting_of_each_part_has_values_a_default_and_a_meaning(kind: str, name: str) -> None:
    part = lookup(kind, name)
    assert first_paragraph(part.__doc__ or "")
    assert [one for one in settings(part) if not (one.values and one.default and one.meaning)] == []


@pytest.mark.filterwarnings("ignore::hebo.errors.SuitabilityWarning")
@pytest.mark.parametrize(("kind", "name"), [one for one in PARTS if one[0] != "download"])
def test_the_example_of_each_part_is_an_experiment_that_can_be_built(kind: str, name: str) -> None:
    if (kind, name) == ("executor", "dask"):
        pytest.importorskip("distributed")
    text = example_text(kind, name)
    assert name in text
    build = build_pretraining if kind in ("learner", "task_prior") else build_experiment
    assert build(parse_yaml(text, file="example.yaml"))


@pytest.mark.parametrize(
    ("kind", "name", "beside"),
    [
        ("acq_optimizer", "compositional", {"acquisition": {"type": "q_ei", "form": "compositional"}}),
        ("batch_rule", "joint", {"acquisition": "q_log_ei"}),
        ("batch_rule", "independent_draws", {"acquisition": "thompson"}),
        ("batch_rule", "one_shot", {"acquisition": "one_shot_kg"}),
        ("acquisition", "one_shot_kg", {"batch": "one_shot"}),
    ],
)
def test_a_part_that_needs_another_is_shown_with_it_in_its_own_place(
    kind: str, name: str, beside: dict[str, Any]
) -> None:
    found = parse_yaml(example_text(kind, name), file="example.yaml").data["optimizer"]
    place = "batch" if kind == "batch_rule" else kind
    assert found == {"type": "hebo", "n_initial": 8, place: {"type": name}, **beside}


def test_the_probability_of_feasibility_is_shown_on_a_task_with_constraints() -> None:
    text = example_text("acquisition", "probability_of_feasibility")
    assert build_experiment(parse_yaml(text, file="example.yaml")).tasks[0].recipe.constraints


def test_a_setting_says_what_it_may_be() -> None:
    found = {one.name: (one.values, one.default, one.meaning) for one in settings(Toy)}
    assert found == {
        "depth": ("integer >= 1, <= 9", "3", "How deep, which the next line goes on about: all of it."),
        "mode": ("fast, slow", "required", "How."),
        "rates": ("list of number > 0", "[]", "Of several things."),
        "weights": ("mapping of number", "null", "Of several things."),
        "inner": ("surrogate", "{type: warped_gp, warp: false}", ""),
        "several": ("list of surrogate", "[warped_gp]", ""),
        "space": ("list of integer", "required", "What it has."),
        "bare": ("text or number", "1.5", ""),
        "short": ("text or mapping with depth", "null", ""),
    }


def test_the_nearest_docstring_says_what_an_inherited_setting_means() -> None:
    class Nearer(Base):
        """Nearer.

        Attributes:
            depth: Otherwise.
        """

    assert documented(Nearer)["depth"] == "Otherwise."
    assert first_paragraph(inspect.getdoc(Toy) or "") == "A toy of two lines."


def test_a_part_is_described_with_settings_and_an_example(hebo: Hebo) -> None:
    answer = hebo("describe", "warped_gp")
    assert answer.exit_code == 0
    assert answer.stdout.startswith("warped_gp (surrogate): Gaussian process with power-transformed")
    assert "n_starts" in answer.stdout
    assert answer.stdout.endswith(example_text("surrogate", "warped_gp"))
    assert hebo("describe", "surrogate", "warped_gp").stdout == answer.stdout


def test_a_part_whose_author_has_no_example_is_described_without_one(
    hebo: Hebo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Timed, "example", {})
    assert hebo("describe", "timed").stdout.endswith(
        "Its author gives no example; the settings without a default are required.\n"
    )


def test_a_part_without_settings_and_a_download_are_described(hebo: Hebo) -> None:
    assert "It has no settings." in hebo("describe", "sobol").stdout
    assert hebo("describe", "pdb").stdout.endswith("Get it: hebo tasks fetch pdb\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["hebbo"], "There is no part called 'hebbo'. Did you mean 'hebo'?"),
        (["xxxxxx"], "There is no part called 'xxxxxx'. `hebo list` lists all."),
        (
            ["surrogate"],
            "'surrogate' is a kind of part; `hebo list surrogate` lists those, or name one of them.",
        ),
        (["blend"], "The kernel 'blend' is called 'mixture' now."),
        (["task", "branin", "3"], "expected a name, or a kind and a name, got 'task branin 3'."),
    ],
)
def test_words_that_name_no_part_are_refused(words: Sequence[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        find(words)
    assert str(caught.value) == message


def test_a_name_of_several_parts_needs_the_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    known: Any = catalog()
    monkeypatch.setitem(known["task"], "hebo", known["task"]["branin"])
    with pytest.raises(ConfigError) as caught:
        find(["hebo"])
    assert "write `hebo describe optimizer hebo` or `hebo describe task hebo`." in str(caught.value)
    assert find(["task", "hebo"]) == ("task", "hebo")


@pytest.mark.parametrize("words", [["task", "branim"], ["tusk", "branin"]])
def test_a_mistake_in_kind_or_name_is_one_line(hebo: Hebo, words: Sequence[str]) -> None:
    answer = hebo("describe", *words)
    assert answer.exit_code == 2
    assert "Did you mean" in answer.stderr
    assert answer.stderr.count("\n") == 1
