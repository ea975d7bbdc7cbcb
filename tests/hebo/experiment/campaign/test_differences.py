"""How settings and spaces of a campaign differ, in words."""

from __future__ import annotations

from hebo.design_space.design_space import DesignSpace
from hebo.experiment.campaign.differences import few, setting_difference, space_difference
from hebo.experiment.config.parts import describe
from hebo.presets import HEBORecipe


def space(*parameters: dict[str, object]) -> DesignSpace:
    return DesignSpace().parse(list(parameters))


def test_settings_of_a_part_differ_by_their_keys() -> None:
    was = {"type": "hebo", "n_initial": 4, "surrogate": {"type": "warped_gp"}}
    now = {"type": "hebo", "n_initial": 5, "surrogate": {"type": "warped_gp"}}
    assert setting_difference(was, now) == "n_initial: 4 -> 5"
    assert setting_difference(was, {"type": "sobol"}) == "hebo -> sobol"
    assert setting_difference(["y"], ["y", "z"]) == "y -> y, z"


def test_settings_inside_wrappers_are_named_with_their_path() -> None:
    was = describe(HEBORecipe(n_initial=4))
    assert setting_difference(was, describe(HEBORecipe(n_initial=5))) == (
        "of.one.of.members[0].n_initial: 4 -> 5; of.one.of.members[1].n_initial: 4 -> 5; "
        "of.several.of.n_initial: 4 -> 5"
    )
    assert setting_difference(was, describe(HEBORecipe(n_initial=4, exploration=0.5))) == (
        "of.one.share: 0.25 -> 0.5; of.several.share: 0.25 -> 0.5"
    )


def test_spaces_differ_by_what_is_gone_new_and_changed() -> None:
    x = {"name": "x", "type": "num", "lb": 0.0, "ub": 1.0}
    was = space(x, {"name": "a", "type": "bool"})
    now = space(x | {"ub": 2.0}, {"name": "b", "type": "bool"})
    found = space_difference(was, now)
    assert found.startswith("'a' is gone; 'b' is new; 'x' was {")
    assert "ub: 1.0" in found
    assert "ub: 2.0" in found


def test_of_many_texts_the_first_ten_are_shown() -> None:
    assert few(list("abc")) == "a; b; c"
    assert few(["t"] * 12).endswith("t; and 2 more")
