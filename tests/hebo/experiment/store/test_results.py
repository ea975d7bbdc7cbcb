from __future__ import annotations

import pytest

from hebo.experiment.store.results import load_results
from hebo.experiment.store.run_log import Outcome, RunLog
from hebo.experiment.store.store import Store

from ..stores import ask, register


def test_results_are_tables_with_data_in_natural_form(store_url: str, run_log: RunLog) -> None:
    ask(run_log, 0, 1)
    run_log.finish(0, Outcome("ok", {"y": 1.5, "z": None}, {"k": [1]}, None, 0.5), best=1.5, then=[1])
    found = load_results(store_url)
    assert found.name == "e"
    assert list(found.runs["run_id"]) == ["o@t#0", "o@t#1"]
    assert list(found.runs["optimum"]) == [0.5, 0.5]
    assert found.runs["config"][0]["optimizer"] == {}
    assert found.runs["config"][0]["versions"]["hebo"]
    assert found.trials["params"][0] == {"x": 0.0}
    assert found.trials["values"][0] == {"y": 1.5, "z": None}
    assert found.trials["extras"][0] == {"k": [1]}
    assert found.trials["values"][1] == {}
    assert found.spaces == {"t": {"parameters": []}}
    assert found.objectives == {"t": ("y", "z")}
    assert found.trials["eval_seconds"].dtype == float


def test_a_store_with_several_experiments_wants_a_name(store: Store, store_url: str) -> None:
    other = Store(store_url, "f")
    register(other, output="elsewhere")
    other.close()
    assert load_results(store_url, name="f").name == "f"
    with pytest.raises(Exception, match="cannot tell which is an experiment; it holds: e, f"):
        load_results(store_url)
    with pytest.raises(Exception, match="cannot tell which is 'g'"):
        load_results(store_url, name="g")
