from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from tasks.base import Task
from tasks.catalog import PARTS


@pytest.mark.parametrize("name", PARTS["task"])
def test_each_name_stands_for_a_concrete_task_with_a_summary(name: str) -> None:
    target, summary = PARTS["task"][name]
    module, _, attribute = target.partition(":")
    cls = getattr(import_module(module), attribute)
    assert issubclass(cls, Task)
    assert not cls.__abstractmethods__
    assert 10 < len(summary) < 80


def test_listing_the_tasks_loads_no_heavy_package() -> None:
    code = (
        "import sys, tasks.catalog, tasks.hpo.spaces;"
        "print([name for name in ('torch', 'pandas', 'numpy', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
