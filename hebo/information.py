"""Information: what may be told beside values or in their place, and what to do where it would be ignored.

Every part says by `takes` which kinds it makes use of. A kind that a part makes no use of is refused before
anything is recorded, with a text from here.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class Information(StrEnum):
    """A kind of information.

    Attributes:
        CONSTRAINTS: Measured constraints.
        VARIANCES: Known variances of the noise.
        GRADIENTS: Derivatives of the objective.
        RELATED: Observations of related tasks.
        REFERENCE: A stated reference point of hypervolumes.
        COMPARISONS: Which of two points is better (`Optimizer.prefer`).
    """

    CONSTRAINTS = "constraints"
    VARIANCES = "variances"
    GRADIENTS = "gradients"
    RELATED = "related"
    REFERENCE = "reference"
    COMPARISONS = "comparisons"


Takes = frozenset[Information]

NOTHING: Takes = frozenset()
EVERYTHING: Takes = frozenset(Information)

REFUSALS = MappingProxyType(
    {
        Information.CONSTRAINTS: (
            "makes no use of measured constraints; use HEBO or another BayesOpt composition, or tell NaN as "
            "the value of an infeasible point"
        ),
        Information.VARIANCES: (
            "makes no use of known variances (y_var); leave them out, or use HEBO or another composition "
            "whose surrogate takes them, such as warped_gp"
        ),
        Information.GRADIENTS: (
            "makes no use of derivatives (gradient); leave them out, or use a composition whose surrogate "
            "takes them: `hebo` with `surrogate: {type: gradient_gp}`, in Python "
            "`HEBORecipe(surrogate=GradientGP())`"
        ),
        Information.RELATED: (
            "makes no use of related tasks; use `hebo_transfer`, or a composition whose surrogate takes "
            "them: `hebo` with `surrogate: {type: multitask_gp}` or `pretrained_gp`, in Python "
            "`HEBORecipe(surrogate=MultitaskGP())`"
        ),
        Information.REFERENCE: (
            "makes no use of a reference point; leave it out, or use an acquisition of the hypervolume that "
            "infers none itself, such as `log_ehvi`, the default of HEBO"
        ),
        Information.COMPARISONS: (
            "learns from values and makes no use of comparisons; use the recommender `preferential`, or tell "
            "a value for each point"
        ),
    }
)
"""What is said after the name of a recommender that makes no use of a kind."""
