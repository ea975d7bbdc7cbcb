"""Parts by the names that the original package gives to models, acquisitions and searches.

| original | here |
|---|---|
| `model_name="gp"`, `"gpy"` | `WarpedGP` |
| `model_name="rf"` | `ExtraTrees` |
| `model_name="multi_task"` | the model `base_model_name` of `model_config`, one for each output |
| `es="nsga2"`, `"ga"` | `NSGA2`; a genetic algorithm where a point has one value |

Whatever else the original knows is refused by name: a setting without a meaning here would change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from hebo.acq_optimizers.evolution import NSGA2
from hebo.base import Acquisition, Surrogate
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, IncompatibleError
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.warped_gp import WarpedGP

_MODELS: dict[str, type[Surrogate]] = {
    "gp": WarpedGP,
    "gpy": WarpedGP,
    "warped_gp": WarpedGP,
    "rf": ExtraTrees,
    "random_forest": ExtraTrees,
}
_SEARCHES = ("nsga2", "ga")
# The original's key -> the field of our recipe.
_KEYS: dict[type[Surrogate], dict[str, str]] = {
    WarpedGP: {"warp": "warp", "noise_lb": "min_noise", "num_restarts": "n_starts"},
    ExtraTrees: {"n_estimators": "n_trees"},
}
# Keys whose meaning is fixed here, with the one value that says so.
_FIXED: dict[str, bool] = {"verbose": False, "pred_likeli": False, "ard_kernel": True, "rd": False}


def surrogate_named(
    model_name: str, model_config: Mapping[str, Any] | None, space: DesignSpace, **defaults: Any
) -> Surrogate:
    """Return the surrogate that a model of the original package stands for.

    Args:
        model_name: See the table of this module; the names of the catalogue are understood, too.
        model_config: Settings: `warp`, `noise_lb` and `num_restarts` of a Gaussian process, `n_estimators`
            of a forest, or the fields of our recipe. `space` and `num_uniqs` are checked against the space.
        space: Where the model will be fitted.
        **defaults: Settings of a Gaussian process that `model_config` may replace.

    Raises:
        ConfigError: If the model or a setting has no counterpart here.
    """
    config = dict(model_config or {})
    if model_name == "multi_task":
        model_name = config.pop("base_model_name", "gp")
    cls = _MODELS.get(model_name) if isinstance(model_name, str) else None
    if cls is None:
        raise ConfigError(
            f"model_name {model_name!r} has no counterpart here; use one of {', '.join(_MODELS)}, or any "
            "surrogate by HEBO(space, recipe=HEBORecipe(surrogate=...))"
        )
    fields = dict(defaults) if cls is WarpedGP else {}
    for key, value in config.items():
        if not _is_so_anyway(key, value, space):
            fields[_field(cls, model_name, key)] = value
    try:
        return cls(**fields)
    except ValidationError as error:
        raise ConfigError(f"model_config of '{model_name}': {error.errors()[0]['msg']} ({config})") from error


def _is_so_anyway(key: str, value: Any, space: DesignSpace) -> bool:
    """Say whether a setting states what holds here in any case; refuse one that states the contrary."""
    facts: dict[str, Any] = {
        **_FIXED,
        "space": space,
        "num_uniqs": [space.parameters[name].n_categories for name in space.enum_names],
    }
    if key not in facts:
        return False
    if value != facts[key]:
        raise ConfigError(f"model_config {key}={value!r}: here it is always {facts[key]!r}; leave it out")
    return True


def _field(cls: type[Surrogate], model_name: str, key: str) -> str:
    names = {**_KEYS[cls], **{name: name for name in cls.model_fields}}
    if key not in names:
        raise ConfigError(
            f"model_config {key!r} means nothing to the model '{model_name}' of this package, whose "
            f"hyperparameters are fitted without it; leave it out. Known: {', '.join(names)}"
        )
    return names[key]


def acquisition_of(acq_cls: Any, settings: Mapping[str, Any] | None = None) -> Acquisition:
    """Return the acquisition of a class, with settings.

    Raises:
        ConfigError: If it is no class of an acquisition of this package, or a setting is unknown.
    """
    if not (isinstance(acq_cls, type) and issubclass(acq_cls, Acquisition)):
        raise ConfigError(
            f"acq_cls {acq_cls!r} is no class of an acquisition of this package; use one of "
            "hebo.acquisitions.acq (MACE, LCB, EI, Mean, Sigma), or derive from hebo.base.Acquisition"
        )
    try:
        return acq_cls(**(settings or {}))
    except ValidationError as error:
        found = error.errors()[0]
        place = ".".join(map(str, found["loc"]))
        raise ConfigError(f"Setting '{place}' of {acq_cls.__name__}: {found['msg']}") from error


def search_named(es: str | None, acquisition: Acquisition) -> NSGA2:
    """Return the search of an evolution strategy of the original package; None chooses by the acquisition.

    Raises:
        ConfigError: If the strategy is not known here.
        IncompatibleError: If it maximises one value and the acquisition has several.
    """
    if es is not None and es not in _SEARCHES:
        raise ConfigError(
            f"es {es!r} has no counterpart here; use one of {', '.join(_SEARCHES)}, or any search by "
            "HEBO(space, recipe=HEBORecipe(acq_optimizer=...))"
        )
    if es == "ga" and acquisition.n_values > 1:
        raise IncompatibleError(
            f"es 'ga' maximises one value, {type(acquisition).__name__} has {acquisition.n_values}; "
            "use es='nsga2'"
        )
    return NSGA2()
