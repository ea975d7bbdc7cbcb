"""`Recipe`: the frozen settings that every part of the catalogue is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator


class Recipe(BaseModel):
    """Plain validated settings with one verb that returns a product.

    A recipe is frozen, compares by value and refuses unknown keys. Checks of its values live in
    pydantic fields and validators; whatever is learnt from data is the product, never the recipe.

    Attributes:
        renamed: Former name of a field -> its name; the former one is refused with the other one's name.
    """

    renamed: ClassVar[dict[str, str]] = {}

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

    def __eq__(self, other: object) -> bool:
        """Compare the settings alone: what a part has cached (arrays, perhaps) is no part of its value."""
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in type(self).model_fields)
