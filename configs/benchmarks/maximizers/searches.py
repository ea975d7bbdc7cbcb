"""The searches that are compared, by order, each with the acquisitions that it can maximize."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hebo.acq_optimizers.cma_es import CMAESSearch
from hebo.acq_optimizers.compositional import CompositionalSearch
from hebo.acq_optimizers.differential_evolution import DifferentialEvolution
from hebo.acq_optimizers.evolution import NSGA2
from hebo.acq_optimizers.gradient import GradientSearch
from hebo.acq_optimizers.lbfgs import LBFGS
from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.batch_improvement import QLogEI
from hebo.acquisitions.sampled import Form, SampledEI
from hebo.base import AcqOptimizer, Acquisition


@dataclass(frozen=True)
class Compared:
    """A search of an acquisition.

    Attributes:
        order: Of the derivatives that steps use: 0, 1, 2 or `compositional`.
        search: Finds the batch.
        acquisition: What it maximizes.
    """

    order: str
    search: AcqOptimizer
    acquisition: Acquisition


LOG_EI = QLogEI()


def q_ei(form: Form) -> SampledEI:
    """Return qEI of 128 samples in a form."""
    return SampledEI(form=form)


def _all() -> Iterator[tuple[str, Compared]]:
    yield "lbfgs, q_log_ei", Compared("2", LBFGS(), LOG_EI)
    yield "lbfgs, finite_sum", Compared("2", LBFGS(), q_ei("finite_sum"))
    orderless: dict[str, AcqOptimizer] = {
        "random": RandomSubset(),
        "cma_es": CMAESSearch(),
        "differential_evolution": DifferentialEvolution(),
        "nsga2": NSGA2(),
    }
    for name, search in orderless.items():
        order = "0 and 2" if name == "nsga2" else "0"
        yield f"{name}, q_log_ei", Compared(order, search, LOG_EI)
    yield "Adam, q_log_ei", Compared("1", GradientSearch(), LOG_EI)
    yield "Adam, finite_sum", Compared("1", GradientSearch(), q_ei("finite_sum"))
    yield "Adam, expectation", Compared("1", GradientSearch(), q_ei("expectation"))
    scheduled = GradientSearch(optimizer="AdamOnSchedules", schedule="constant")
    yield "AdamOnSchedules, expectation", Compared("1", scheduled, q_ei("expectation"))
    yield "SGD, expectation", Compared("1", GradientSearch(optimizer="SGD"), q_ei("expectation"))
    yield "RMSprop, expectation", Compared("1", GradientSearch(optimizer="RMSprop"), q_ei("expectation"))
    for stepper in ("scgd", "ascgd", "nasa", "cadam"):
        search = CompositionalSearch(stepper=stepper)
        for form in ("compositional", "memory_efficient"):
            yield f"{stepper}, {form}", Compared("compositional", search, q_ei(form))


REFERENCE = "lbfgs, q_log_ei"
SEARCHES = dict(_all())
