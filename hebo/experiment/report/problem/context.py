"""Template context of the page of one problem."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from hebo import __version__
from hebo.experiment.report.parallel_figure import parallel_rows
from hebo.experiment.report.problem.best_context import best_context, contexts_context, front_context
from hebo.experiment.report.problem.contents import ProblemContents
from hebo.experiment.report.problem.model_context import model_context
from hebo.experiment.report.problem.progress_figure import progress_figure
from hebo.experiment.report.problem.tables import (
    MAX_INFEASIBLE,
    failure_rows,
    infeasible_rows,
    run_rows,
    time_facts,
    trial_table,
)
from hebo.experiment.report.problem.texts import counted
from hebo.experiment.report.problem.timeline_figure import has_timeline, timeline_figure
from hebo.experiment.report.problem.trials import FAILED, INFEASIBLE, PENDING
from hebo.experiment.report.regret_figure import regret_panel
from hebo.experiment.report.settings import settings
from hebo.experiment.report.summary import period
from hebo.experiment.report.svg import page_svg


def problem_context(contents: ProblemContents) -> dict[str, Any]:
    """Return the variables of the template."""
    trials, results = contents.trials, contents.results
    return {
        "version": __version__,
        "kicker": "Optimization" if results.kind == "experiment" else results.kind.capitalize(),
        "name": results.name,
        "period": period(results),
        "facts": _facts(contents),
        "best": best_context(contents),
        "contexts": contexts_context(contents),
        "front": front_context(contents),
        "pictures": _pictures(contents),
        "no_pictures": contents.pictures.problem,
        "progress": _progress(contents),
        "runs": run_rows(contents),
        "reached": contents.measure.title,
        "seed": int(contents.run["seed"]),
        "model": model_context(contents),
        "no_model": contents.no_model,
        "timeline": _timeline(contents),
        "times": time_facts(trials),
        "failures": failure_rows(trials),
        "infeasible": infeasible_rows(contents),
        "n_infeasible": int((trials["kind"] == INFEASIBLE).sum()),
        "max_infeasible": MAX_INFEASIBLE,
        "table": trial_table(contents) if len(trials) else None,
        "parallel": _parallel(contents),
        "settings": settings(results),
    }


def _facts(contents: ProblemContents) -> list[tuple[str, str]]:
    """Return the (label, value) pairs under the title."""
    run, kinds = contents.run, contents.trials["kind"]
    counts = {kind: int((kinds == kind).sum()) for kind in (FAILED, INFEASIBLE, PENDING)}
    n_done = int(((kinds != PENDING) & (contents.trials["number"] >= 0)).sum())
    n_earlier = int((contents.trials["number"] < 0).sum())
    n_runs, n_aside = len(contents.results.runs), len(contents.results.aside)
    budget = run["max_cost"] == run["max_cost"]
    found = [
        ("Optimizer", "" if contents.results.kind == "study" else str(run["optimizer"])),
        ("Trials", f"{n_done}" if budget else f"{n_done} of {int(run['n_trials'])}"),
        ("Told before", str(n_earlier) if n_earlier else ""),
        ("Under way", str(counts[PENDING]) if counts[PENDING] else ""),
        ("Failed", str(counts[FAILED]) if counts[FAILED] else ""),
        ("Infeasible", str(counts[INFEASIBLE]) if counts[INFEASIBLE] else ""),
        ("Runs", str(n_runs) if n_runs > 1 else ""),
        ("Kept, not counted", counted(n_aside, "run") if n_aside else ""),
    ]
    return [(label, value) for label, value in found if value]


def _progress(contents: ProblemContents) -> dict[str, Any] | None:
    """Return how far it is, with the figure; the figure is left out where no trial has ended."""
    run, trials = contents.run, contents.trials
    ended = trials[trials["kind"] != PENDING]
    sentence = _standing(str(run["status"]), str(run["message"] or ""), int(run["n_trials"]), len(ended))
    if ended.empty:
        return {"sentence": sentence, "is_broken": run["status"] == "broken", "figure": "", "costs": []}
    objective = contents.outcomes.objectives[0]
    return {
        "sentence": sentence,
        "is_broken": run["status"] == "broken",
        "figure": page_svg(progress_figure(contents), "progress", f"{objective.title} of all trials."),
        "costs": [
            page_svg(regret_panel(one, is_large=True), f"cost-{place}", "Best value against cost.")
            for place, one in enumerate(contents.costs)
        ],
    }


def _standing(status: str, message: str, n_trials: int, n_done: int) -> str:
    """Return how far a run is, and why it ended where it ended early."""
    last = message.strip().splitlines()[-1] if message.strip() else ""
    if status == "broken":
        return f"The run broke: {last or 'no reason was stored'}"
    if status == "finished":
        return f"Stopped: {last}" if last else f"All {counted(n_done, 'trial')} are done."
    if last and status == "waiting":  # a study that may go on
        return f"Stopped: {last}, after {n_done} of {counted(n_trials, 'trial')}."
    return f"Not finished: {n_done} of {counted(n_trials, 'trial')} have ended so far."


def _timeline(contents: ProblemContents) -> Markup | None:
    if not has_timeline(contents.trials):
        return None
    figure = timeline_figure(contents.trials)
    return page_svg(figure, "timeline", "When each trial was evaluated, and by which worker.")


def _pictures(contents: ProblemContents) -> list[Markup]:
    """Return what the task draws of its best points."""
    return [
        page_svg(figure, f"{name}-0", f"{name.capitalize()} of the best points.")
        for name, figure in contents.pictures.figures.items()
    ]


def _parallel(contents: ProblemContents) -> list[Markup]:
    if contents.drawn is None:
        return []
    return [
        page_svg(figure, f"parallel-{row}", "Parallel coordinates of all trials.")
        for row, figure in enumerate(parallel_rows(contents.drawn))
    ]
