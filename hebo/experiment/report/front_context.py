"""Template context of a front: its figure, and a table of its points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hebo.experiment.analysis.fronts import Front, spread
from hebo.experiment.report.front_figure import front_figure
from hebo.experiment.report.svg import page_svg
from hebo.experiment.report.text import number

if TYPE_CHECKING:
    from hebo.experiment.report.contents import Contents

MAX_ROWS = 40
"""Most points of a front in its table."""


def front_context(index: int, front: Front, contents: Contents) -> dict[str, Any]:
    """Return figure and table of the front of a task."""
    best, names = front.best, list(front.objectives)
    shown = spread(best, MAX_ROWS)
    counts = front.points["optimizer"].value_counts(sort=False)
    texts = [f"{name} {count}" for name, count in counts.items()]
    description = f"Front of {front.task} over {', '.join(names)}; points by optimizer: {', '.join(texts)}."
    rows = [
        (
            contents.optimizers.index(row["optimizer"]),
            row["optimizer"],
            int(row["seed"]),
            int(row["number"]) + 1,
            [number(row[name]) for name in names],
            _point(row["params"]),
        )
        for row in shown.to_dict("records")
    ]
    return {
        "task": front.task,
        "objectives": [one.title for one in front.measure.objectives],
        "figure": page_svg(front_figure(front, contents.optimizers), f"front-{index}", description),
        "rows": rows,
        "n_points": len(best),
        "reference": f"hypervolume {front.measure.corner}",
        "is_parallel": len(names) > 3,
    }


def _point(params: Any) -> str:
    point = params if isinstance(params, dict) else {}
    cells = {name: number(value) if isinstance(value, float) else value for name, value in point.items()}
    return ", ".join(f"{name} = {value}" for name, value in cells.items() if value is not None)
