from __future__ import annotations

from hebo.experiment.yaml.config_error import ConfigMistake, dotted


def test_a_path_is_written_with_dots_and_brackets() -> None:
    assert dotted(("optimizers", 0, "surrogate", "n_restarts")) == "optimizers[0].surrogate.n_restarts"


def test_a_mistake_is_one_line_that_begins_with_its_path() -> None:
    assert str(ConfigMistake(("seeds", 1), "too\n large.")) == "seeds[1]: too large."
    assert str(ConfigMistake((), "empty.")) == "empty."
