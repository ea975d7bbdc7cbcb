"""Turn the percent-format scripts beside this file into notebooks, and run them.

    python notebooks/make.py                  # runs each script, writes the notebook with what its cells show
    python notebooks/make.py --without-outputs

A cell shows its last expression, as in Jupyter: frames as HTML, figures as PNG, a list one by one. Cells are
run by this process; no Jupyter is needed.
"""

from __future__ import annotations

import argparse
import ast
import base64
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_MARKER = "# %%"


def main() -> None:
    """Write one notebook beside each script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without-outputs", action="store_true")
    run = not parser.parse_args().without_outputs
    os.chdir(HERE)
    for script in sorted(HERE.glob("*.py")):
        text = script.read_text(encoding="utf-8")
        if text.startswith(_MARKER):
            script.with_suffix(".ipynb").write_text(to_json(notebook(text, run=run)), encoding="utf-8")
            sys.stdout.write(f"Wrote {script.with_suffix('.ipynb').name}\n")


def to_json(data: dict[str, Any]) -> str:
    """Return a notebook as text, the way Jupyter writes it."""
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def notebook(script: str, *, run: bool) -> dict[str, Any]:
    """Return the notebook of a percent-format script, with outputs if it is run."""
    names: dict[str, Any] = {"__name__": "__main__"}
    made = []
    for place, (kind, text) in enumerate(cells_of(script)):
        cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{place}", "metadata": {}}
        cell["source"] = text.splitlines(keepends=True)
        if kind == "code":
            shown = run_cell(text, names) if run else []
            cell |= {"execution_count": None, "outputs": shown}
        made.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def cells_of(script: str) -> Iterator[tuple[str, str]]:
    """Yield kind (markdown or code) and text of the cells of a percent-format script."""
    for block in f"\n{script}".split(f"\n{_MARKER}")[1:]:
        heading, _, text = block.partition("\n")
        text = text.strip("\n")
        if "[markdown]" in heading:
            yield (
                "markdown",
                "\n".join(line.removeprefix("#").removeprefix(" ") for line in text.splitlines()),
            )
        else:
            yield "code", text


def run_cell(text: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a cell in `names` and return what its last expression shows."""
    tree = ast.parse(text)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    if not isinstance(last, ast.Expr):
        return []
    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    values = value if isinstance(value, list) else [value]
    return [
        {"output_type": "display_data", "data": _shown(one), "metadata": {}}
        for one in values
        if one is not None
    ]


def _shown(value: Any) -> dict[str, str]:
    from matplotlib.figure import Figure

    if isinstance(value, Figure):
        buffer = io.BytesIO()
        value.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
        return {"image/png": base64.b64encode(buffer.getvalue()).decode() + "\n"}
    shown = {"text/plain": repr(value)}
    html = getattr(value, "_repr_html_", None)
    return ({"text/html": html()} if html else {}) | shown


if __name__ == "__main__":
    main()
