"""`Recipe`: the frozen settings that every part of the catalog is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial, update_wrapper
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator


class Recipe(BaseModel):
    """Plain validated settings with one verb that returns a product.

    A recipe is frozen, compares by value and refuses unknown keys. Checks of its values live in
    pydantic fields and validators; whatever is learnt from data is the product, never the recipe.

    Attributes:
        renamed: Former name of a field -> its name; the former one is refused with the other one's name.
        example: Settings of the part in the example that `hebo describe` prints, where their defaults, or the
            first parts that they take, do not do. Plain data, as a YAML has them.
        example_around: Settings of what holds the part in that example (of the optimizer, say), and perhaps
            its `task`: what the part needs around it to work.
    """

    renamed: ClassVar[dict[str, str]] = {}
    example: ClassVar[dict[str, Any]] = {}
    example_around: ClassVar[dict[str, Any]] = {}

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=False,
        allow_inf_nan=False,
        protected_namespaces=(),
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_former_names(cls, values: Any) -> Any:
        former = values.keys() & cls.renamed.keys() if isinstance(values, Mapping) else ()
        for name in sorted(former):
            raise ValueError(f"`{name}` is called `{cls.renamed[name]}` now")
        return values

    @classmethod
    def yaml_keys(cls) -> dict[str, str]:
        """Return key in YAML -> name of the field; they differ where a method has the name of the key."""
        return {one.alias or name: name for name, one in cls.model_fields.items()}

    def __eq__(self, other: object) -> bool:
        """Compare the settings alone: what a part has cached (arrays, perhaps) is no part of its value."""
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in type(self).model_fields)


Made = TypeVar("Made", bound=Recipe)


def as_defaults(recipe: Made, chosen: Iterable[str] = ()) -> Made:
    """Return a recipe of which only some settings count as chosen by its user (`model_fields_set`)."""
    made = recipe.model_copy()
    object.__setattr__(made, "__pydantic_fields_set__", set(chosen))
    return made


class Preset:
    """A composition under a name: a function of what its user says of it.

    Args:
        settings: The recipe of what can be said.
        compose: Returns the composition; its name and docstring are those of the preset.
        example: As that of a recipe; by default the one of `settings`.
    """

    def __init__(
        self,
        settings: type[Recipe],
        compose: Callable[[Any], Recipe],
        *,
        example: Mapping[str, Any] | None = None,
    ) -> None:
        self.settings, self.compose = settings, compose
        self.example = settings.example if example is None else example
        update_wrapper(self, compose)

    def __call__(self, **settings: Any) -> Any:
        """Return the composition with these settings.

        Raises:
            ValidationError: If a setting is unknown or unusable.
            HeboError: If the parts do not work together.
        """
        return self.compose(self.settings(**settings))


def preset(
    settings: type[Recipe], *, example: Mapping[str, Any] | None = None
) -> Callable[[Callable[[Any], Recipe]], Preset]:
    """Make a preset of a function of settings; see `Preset`."""
    return partial(Preset, settings, example=example)
