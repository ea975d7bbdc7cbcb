"""Template context of what the model says: its choice, importance, dependence, and whether to trust it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from hebo.experiment.report.problem.best_context import params_of
from hebo.experiment.report.problem.contents import ProblemContents
from hebo.experiment.report.problem.curve_figure import slice_panel
from hebo.experiment.report.problem.importance_figure import MAX_BARS, importance_panel
from hebo.experiment.report.problem.learnt import Learnt
from hebo.experiment.report.problem.panels import MAX_DRAWN, slices_of, surfaces_of, titles_of
from hebo.experiment.report.problem.surface_figure import surface_panel
from hebo.experiment.report.problem.texts import cell, counted, limit_text, quantities, values_text, with_unit
from hebo.experiment.report.problem.trials import PENDING
from hebo.experiment.report.problem.trust_figure import trust_panel
from hebo.experiment.report.svg import page_svg
from hebo.explain.prediction import FEASIBLE, SUCCESS


def model_context(contents: ProblemContents) -> dict[str, Any] | None:
    """Return all that the model says, None without one."""
    learnt = contents.learnt
    if learnt is None:
        return None
    return {
        "about": _about(contents, learnt),
        "problems": learnt.problems,
        "choice": _choice(contents, learnt),
        "importance": _importance(contents, learnt),
        "dependence": _dependence(contents),
        "trust": _trust(contents, learnt),
    }


def _about(contents: ProblemContents, learnt: Learnt) -> str:
    """Return what the model was fitted to, and what it does not know."""
    n_all = learnt.n_told + learnt.n_left_out
    parts = [f"HEBO's model, fitted to the {counted(learnt.n_told, 'measured trial')} of this run."]
    if learnt.n_left_out:
        parts = [
            f"HEBO's model, fitted to {learnt.n_told} of {n_all} measured trials: the best ones and an even "
            "choice of the others."
        ]
    if contents.context:
        parts.append(f"All of this is for {values_text(contents.context, None)}, as in the last trial.")
    if learnt.ignores_rules:
        parts.append("It does not know the rules of the space that are functions: a point may break them.")
    return " ".join(parts)


def _choice(contents: ProblemContents, learnt: Learnt) -> list[dict[str, Any]]:
    """Return the points that the model would choose, with what it predicts there."""
    if learnt.points is None or learnt.predictions is None:
        return []
    points = learnt.points.to_dict("records")
    found = learnt.predictions.to_dict("records")
    return [
        {
            "params": params_of({str(name): _plain(value) for name, value in point.items()}),
            "quantities": _predicted(contents, row),
            "chances": _chances(row),
        }
        for point, row in zip(points, found, strict=True)
    ]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _predicted(contents: ProblemContents, row: dict[Any, Any]) -> list[dict[str, str]]:
    rows = []
    for one in quantities(contents.outcomes):
        mean, low, high = (
            cell(float(row[f"{one.name}_{part}"]), n_digits=4) for part in ("mean", "low", "high")
        )
        probability = row.get(f"{one.name}_probability")
        limit = next((limit_text(c) for c in contents.outcomes.constraints if c.name == one.name), "")
        rows.append(
            {
                "name": one.name,
                "mean": with_unit(mean, one.unit),
                "interval": f"{low} … {high}",
                "limit": limit,
                "kept": "" if probability is None else _percent(float(probability)),
            }
        )
    return rows


def _chances(row: dict[Any, Any]) -> list[tuple[str, str]]:
    names = {FEASIBLE: "all limits are kept", SUCCESS: "the evaluation succeeds"}
    return [(text, _percent(float(row[name]))) for name, text in names.items() if name in row]


def _percent(share: float) -> str:
    if share > 0.995:
        return "> 99 %"
    return "< 1 %" if share < 0.005 else f"{100 * share:.0f} %"


def _importance(contents: ProblemContents, learnt: Learnt) -> dict[str, Any] | None:
    if not learnt.importances:
        return None
    panels = [
        page_svg(importance_panel(name, effects), f"importance-{place}", _effects_text(name, effects))
        for place, (name, effects) in enumerate(learnt.importances.items())
        if len(effects)
    ]
    n_most = max(map(len, learnt.importances.values()))
    return {"panels": panels, "n_hidden": max(0, n_most - MAX_BARS), "pairs": _pairs(learnt)}


def _effects_text(name: str, effects: Any) -> str:
    texts = [f"{parameter} {_percent(total)}" for parameter, total in effects["total"].head(5).items()]
    return f"Share of the variance of {name} in which a parameter has a part: {', '.join(texts)}."


def _pairs(learnt: Learnt) -> list[tuple[str, str]]:
    """Return the pairs that explain at least a hundredth together, at most three."""
    if learnt.pairs is None:
        return []
    rows = learnt.pairs[learnt.pairs["interaction"] >= 0.01].head(3)
    found = []
    for row in rows.reset_index().to_dict("records"):
        share, low, high = (_percent(row[f"interaction{end}"]) for end in ("", "_low", "_high"))
        found.append((f"{row['first']} and {row['second']}", f"{share} ({low} to {high})"))
    return found


def _dependence(contents: ProblemContents) -> dict[str, Any] | None:
    groups = slices_of(contents)
    surfaces = surfaces_of(contents)
    if not groups and not surfaces:
        return None
    n_ended = int((contents.trials["kind"] != PENDING).sum())
    return {
        "note": f"Of the {n_ended} trials an even choice is drawn." if n_ended > MAX_DRAWN else "",
        "groups": [
            {
                "title": titles_of(contents)[name],
                "panels": [
                    page_svg(
                        slice_panel(one, contents.outcomes),
                        f"slice-{group}-{place}",
                        f"Predicted {name} against {one.parameter.name}.",
                    )
                    for place, one in enumerate(slices)
                ],
            }
            for group, (name, slices) in enumerate(groups.items())
        ],
        "surfaces": [_surface(one, place, contents) for place, one in enumerate(surfaces)],
    }


def _surface(one: Any, place: int, contents: ProblemContents) -> Markup:
    first, second = (parameter.name for parameter in one.parameters)
    text = f"Predicted {one.objective.name} against {first} and {second}."
    return page_svg(surface_panel(one, contents.outcomes), f"surface-{place}", text)


def _trust(contents: ProblemContents, learnt: Learnt) -> dict[str, Any] | None:
    if learnt.diagnosis is None:
        return None
    titles = titles_of(contents)
    found = [one for one in learnt.diagnosis.outcomes if len(one.held_out)]
    return {
        "verdicts": [one.verdict for one in found],
        "rows": [
            (
                titles[one.name],
                len(one.held_out),
                cell(float(one.r2), n_digits=2),
                "–" if one.coverage != one.coverage else f"{100 * one.coverage:.0f} %",
            )
            for one in found
        ],
        "panels": [
            page_svg(
                trust_panel(one, titles[one.name]),
                f"trust-{place}",
                f"Predictions of held-out measurements of {one.name} against these.",
            )
            for place, one in enumerate(found)
        ],
    }
