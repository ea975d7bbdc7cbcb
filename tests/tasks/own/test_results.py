from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from hebo.errors import ConfigError, EvaluationError
from hebo.outcomes import outcomes_of
from tasks.own.results import MAX_KEPT, Printed, ResultSource

ONE = outcomes_of("loss")
TWO = outcomes_of(["loss", "size"])


def source(**settings: Any) -> ResultSource:
    return ResultSource.model_validate(settings)


def printed(text: str, outcomes: Any = ONE, *, pieces: int = 7) -> Printed:
    made, content = Printed(outcomes), text.encode()
    for start in range(0, len(content), pieces):
        made.feed(content[start : start + pieces])
    made.end()
    return made


def read(text: str, outcomes: Any = ONE, **settings: Any) -> Any:
    return source(**settings).read(printed(text, outcomes), None, outcomes)


@pytest.mark.parametrize("pieces", [1, 2, 1000])
def test_the_last_json_line_is_the_result(pieces: int) -> None:
    text = 'start\n{"loss": 1}\nwarning: {odd\n{"loss": 2, "note": "é"}\nbye\n'
    assert source().read(printed(text, pieces=pieces), None, ONE) == {"loss": 2, "note": "é"}


def test_a_last_line_without_an_end_counts() -> None:
    assert read('{"loss": 1}\n{"loss": 2}') == {"loss": 2}


@pytest.mark.parametrize(
    ("text", "value"), [("0.5", 0.5), (" -1e-3\n", -1e-3), ("7\r\n", 7.0), (".5", 0.5), ("3\nacc 0.9", 3.0)]
)
def test_a_number_alone_is_the_result_where_one_value_is_measured(text: str, value: float) -> None:
    assert read(text) == value


def test_nan_is_a_number_alone_too() -> None:
    assert math.isnan(read("nan\n"))
    assert read("-inf\n") == -math.inf


def test_a_number_alone_is_nothing_where_several_values_are_measured() -> None:
    with pytest.raises(
        EvaluationError, match="printed no JSON line with the result; expected a mapping with"
    ):
        read("0.5\n", TWO)


def test_lines_with_a_step_are_intermediate_values() -> None:
    found = printed('{"step": 1, "loss": 3, "who": "x"}\n{"loss": 1}\n{"step": 2, "loss": NaN}\n')
    assert found.result == {"loss": 1}
    assert [sorted(row) for row in found.curve.rows] == [["loss", "step"], ["loss", "step"]]


def test_intermediate_values_alone_are_no_result() -> None:
    with pytest.raises(EvaluationError, match="no JSON line with the result that has no `step`, which marks"):
        read('{"step": 1, "loss": 3}\n')


def test_a_measured_step_marks_nothing() -> None:
    outcomes = outcomes_of(["loss", "step"])
    assert read('{"step": 1, "loss": 3}\n', outcomes) == {"step": 1, "loss": 3}


def test_of_much_output_the_end_is_kept() -> None:
    made = Printed(ONE)
    made.feed(b"x" * (3 * MAX_KEPT))
    made.feed(b'\n{"loss": 1}\n')
    assert made.result == {"loss": 1}
    assert len(made.text) == MAX_KEPT


def test_bytes_that_are_no_text_do_no_harm() -> None:
    made = Printed(ONE)
    made.feed(b'\xff\xfe{"loss": 3}\n{"loss": 1}\n' + b"[" * 100_000 + b"\n" + b'{"a":' * 100_000)
    made.end()
    assert made.result == {"loss": 1}


def test_a_file_of_the_trial_has_the_result(tmp_path: Path) -> None:
    settings = source(**{"from": "file", "path": "out/result.json"})
    with pytest.raises(
        EvaluationError, match=r"wrote no 'out/result.json' .*; write it to \{folder\}/out/result"
    ):
        settings.read(printed(""), tmp_path, ONE)
    (tmp_path / "out").mkdir()
    for text, said in (
        ("loss = 3", "wrote no JSON to"),
        ("[" * 100_000, "no JSON"),
        (" " * 2 * MAX_KEPT, "more"),
    ):
        (tmp_path / "out/result.json").write_text(text)
        with pytest.raises(EvaluationError, match=said):
            settings.read(printed(""), tmp_path, ONE)
    (tmp_path / "out/result.json").write_text('{"loss": 2}')
    assert settings.read(printed(""), tmp_path, ONE) == {"loss": 2}


def test_the_last_match_of_a_pattern_is_the_result() -> None:
    pattern = r"loss=(?P<loss>[0-9.e+-]+)|size (?P<size>\d+)"
    text = "loss=3 size 5\nloss=2.5e-1 size 6\nsize 7\n"
    assert read(text, TWO, **{"from": "regex", "pattern": pattern}) == {"loss": 0.25, "size": 7.0}
    assert read("loss: 3\nloss: 4\n", **{"from": "regex", "pattern": r"loss: (\d)"}) == 4.0


def test_a_match_that_is_no_number_stays_a_text() -> None:
    assert read("loss=..", **{"from": "regex", "pattern": "loss=(?P<loss>[0-9.]+)"}) == {"loss": ".."}


def test_output_that_matches_nothing_is_no_result() -> None:
    with pytest.raises(EvaluationError, match=r"printed nothing that 'loss=.*' matches"):
        read("nothing", **{"from": "regex", "pattern": "loss=([0-9]+)"})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"from": "file"}, "`from: file` needs `path`; add `path: result.json`"),
        ({"from": "regex"}, "`from: regex` needs `pattern`"),
        ({"path": "a"}, "`path` is of `from: file`, and this is `from: stdout`; drop it"),
        ({"from": "file", "path": "a", "pattern": "b"}, "`pattern` is of `from: regex`"),
        ({"from": "file", "path": "/etc/passwd"}, "leaves the folder of the trial"),
        ({"from": "file", "path": "a/../../b"}, "leaves the folder of the trial"),
        ({"source": "file"}, "extra"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises((ValidationError, ConfigError)) as caught:
        source(**settings)
    assert said in str(caught.value).replace("Extra", "extra")


@pytest.mark.parametrize(
    ("pattern", "outcomes", "said"),
    [
        ("loss=(", ONE, "is no regular expression"),
        ("loss=[0-9]", ONE, "has no group for 'loss'; write (?P<loss>[0-9.e+-]+)"),
        ("(?P<loss>a)", TWO, "has no group for 'size'"),
        ("(a)", TWO, "has no group for 'loss'"),
        ("(?P<loss>a)", outcomes_of(["loss", "log loss"]), "no group can be called 'log loss'; print JSON"),
    ],
)
def test_a_pattern_without_what_is_measured_is_refused(pattern: str, outcomes: Any, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        source(**{"from": "regex", "pattern": pattern}).check(outcomes)
    assert said in str(caught.value)
