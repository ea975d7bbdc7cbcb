from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hebo.errors import ConfigError, EvaluationError, EvaluationOutOfMemory, EvaluationTimeout
from hebo.experiment.config.parts import build
from tasks.own.command import Command

LR = {"name": "lr", "type": "num", "lb": 0, "ub": 1}
SOLVER = {"name": "solver", "type": "cat", "categories": ["adam", "sgd"]}
MOMENTUM = {"name": "momentum", "type": "num", "lb": 0, "ub": 1, "active_if": {"solver": ["sgd"]}}
FRAME = pd.DataFrame({"lr": [0.5, 0.25], "solver": ["adam", "sgd"]})
ONE = FRAME.head(1)


def make(code: str, *words: Any, **settings: Any) -> Command:
    """Return the task of a Python program that is given as text, with `lr` and `solver` as arguments."""
    given = {
        "type": "command",
        "argv": ["python", "-c", code, "{lr}", "{solver}", *words],
        "space": [LR, SOLVER],
    }
    task = build("task", given | settings)
    assert isinstance(task, Command)
    return task


def code_of(*lines: str) -> str:
    return "\n".join(("import json, os, sys, time", *lines)).replace("{", "{{").replace("}", "}}")


def test_a_program_is_an_objective() -> None:
    task = make(code_of("print(float(sys.argv[1]) * 2)"))
    task.require()
    assert task.evaluate(FRAME)["value"].tolist() == [1.0, 0.5]
    assert build("task", {"type": "command", **task.model_dump(by_alias=True)}) == task


def test_the_word_python_is_the_interpreter_that_runs_this() -> None:
    task = make(code_of("print(json.dumps({'value': 1, 'by': sys.executable}))"))
    assert task.evaluate(ONE)["by"][0] == sys.executable


def test_no_shell_reads_the_words(tmp_path: Path) -> None:
    text = f"$(touch {tmp_path}/a); touch {tmp_path}/b & `touch {tmp_path}/c` > {tmp_path}/d"
    task = make(code_of("print(json.dumps({'value': 1, 'words': sys.argv[3:]}))"), text, "*", "{{x}}")
    assert task.evaluate(ONE)["words"][0] == [text, "*", "{x}"]
    assert list(tmp_path.iterdir()) == []


def test_values_limits_and_information_are_as_printed() -> None:
    lines = (
        "print(json.dumps({'step': 1, 'accuracy': 0.1}))",
        "print(json.dumps({'step': 2, 'accuracy': 0.2}))",
    )
    result = "print(json.dumps({'ms': 30, 'accuracy': 0.75, 'note': 'é'}))"
    task = make(
        code_of(*lines, result, "print('done')"),
        objectives=[{"name": "accuracy", "goal": "maximize"}],
        constraints=[{"name": "ms", "ub": 20}],
    )
    (row,) = task.evaluate(ONE).to_dict("records")
    assert row["intermediate"] == [{"step": 1, "accuracy": 0.1}, {"step": 2, "accuracy": 0.2}]
    assert (row["accuracy"], row["ms"], row["note"]) == (0.75, 30.0, "é")


def test_a_program_may_read_all_parameters_as_json() -> None:
    code = code_of(
        "point = json.load(sys.stdin)", "print(json.dumps({'value': point['lr'], 'point': point}))"
    )
    task = make(code, argv=["python", "-c", code], stdin="json", space=[LR, SOLVER, MOMENTUM])
    found = task.evaluate(FRAME.assign(momentum=[None, 0.5]))
    assert found["point"][0] == {"lr": 0.5, "solver": "adam", "momentum": None}
    assert found["point"][1] == {"lr": 0.25, "solver": "sgd", "momentum": 0.5}


def test_a_program_that_does_not_read_is_not_waited_for() -> None:
    code = code_of("print(1)")
    space = [LR, {"name": "long", "type": "cat", "categories": ["x" * 200_000, "y"]}]
    task = make(code, argv=["python", "-c", code], stdin="json", space=space)
    assert task.evaluate(pd.DataFrame({"lr": [0.5], "long": ["x" * 200_000]}))["value"].tolist() == [1.0]


def test_words_of_a_parameter_without_value_are_left_out() -> None:
    code = code_of("print(json.dumps({'value': 1, 'words': sys.argv[3:]}))")
    task = make(code, ["--momentum", "{momentum}"], space=[LR, SOLVER, MOMENTUM])
    found = task.evaluate(FRAME.assign(momentum=[None, 0.5]))
    assert found["words"].tolist() == [[], ["--momentum", "0.5"]]


def test_the_seed_is_that_of_the_evaluation() -> None:
    task = make(code_of("print(sys.argv[3])"), "{seed}")
    first, again, other = (task.evaluate(FRAME, seed=seed)["value"].tolist() for seed in (3, 3, 4))
    assert first == again != other
    assert first[0] != first[1]


def test_each_trial_has_a_folder_of_its_own_that_is_gone_afterwards() -> None:
    lines = (
        "folder = sys.argv[3]",
        "assert os.listdir(folder) == []",
        "json.dump({'value': 2, 'folder': folder}, open(folder + '/result.json', 'w'))",
    )
    task = make(code_of(*lines), "{folder}", result={"from": "file", "path": "result.json"})
    folders = task.evaluate(FRAME)["folder"].tolist()
    assert folders[0] != folders[1]
    assert not any(Path(one).exists() for one in folders)


def test_a_pattern_finds_values_in_the_output() -> None:
    code = code_of("print('loss=3 of 5')", "print('loss=2 of 5')")
    task = make(code, result={"from": "regex", "pattern": r"loss=(?P<value>\d+) of (?P<n>\d+)"})
    (row,) = task.evaluate(ONE).to_dict("records")
    assert (row["value"], row["n"]) == (2.0, 5.0)


def test_folder_and_environment_are_those_of_the_settings(tmp_path: Path) -> None:
    code = code_of("print(json.dumps({'value': 1, 'at': os.getcwd(), 'device': os.environ['DEVICE']}))")
    task = make(code, cwd=str(tmp_path), env={"DEVICE": "gpu {0}"})
    (row,) = task.evaluate(ONE).to_dict("records")
    assert (row["at"], row["device"]) == (str(tmp_path.resolve()), "gpu {0}")


def test_much_output_on_both_streams_is_read_to_its_end() -> None:
    lines = (
        "for _ in range(2000):",
        "  print('x' * 1000)",
        "  print('y' * 1000, file=sys.stderr)",
        "print(3)",
    )
    assert make(code_of(*lines)).evaluate(ONE)["value"].tolist() == [3.0]


@pytest.mark.parametrize(
    ("lines", "kind", "said"),
    [
        (["sys.exit(3)"], EvaluationError, "ended with the exit code 3; it wrote nothing"),
        (["1 / 0"], EvaluationError, "exit code 1; the end of its standard error: Traceback"),
        (["print(1)", "sys.exit('bad lr')"], EvaluationError, "the end of its standard error: bad lr"),
        (["os.kill(os.getpid(), 11)"], EvaluationError, "was killed by SIGSEGV"),
        (["os.kill(os.getpid(), 9)"], EvaluationError, "was killed by SIGKILL, as the system does where"),
        (["raise MemoryError"], EvaluationOutOfMemory, "exit code 1; the end of its standard error"),
        (["pass"], EvaluationError, "printed no JSON line with the result; expected a number, or a mapping with"),
        (["print('loss 3')"], EvaluationError, "as the last line; the end of its output: loss 3"),
        (["print('{}')"], EvaluationError, "gave a mapping without 'value'; expected a number, or a"),
        (["print(json.dumps({'value': '3'}))"], EvaluationError, "gave '3' (str) for 'value'; expected a real number"),
        (["print(json.dumps({'value': True}))"], EvaluationError, "gave True (bool) for 'value'"),
    ],
)  # fmt: skip
def test_a_bad_end_says_what_happened(lines: list[str], kind: type[Exception], said: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        make(code_of(*lines)).evaluate(ONE)
    assert type(caught.value) is kind
    assert said in str(caught.value)


def test_nan_is_a_failed_evaluation_without_an_error() -> None:
    assert make(code_of("print(float('nan'))")).evaluate(FRAME)["value"].isna().all()


def test_a_program_over_its_time_is_ended() -> None:
    with pytest.raises(
        EvaluationTimeout, match=r"not finished within 0.5 s \(seconds\); .* standard error: begun"
    ):
        make(code_of("print('begun', file=sys.stderr, flush=True)", "time.sleep(600)"), seconds=0.5).evaluate(
            ONE
        )


def test_a_program_over_its_memory_is_ended() -> None:
    lines = ("if os.fork() == 0:", "  held = bytearray(400 << 20)", "  time.sleep(600)", "time.sleep(600)")
    with pytest.raises(EvaluationOutOfMemory, match=r"held more than 200 MB \(memory_mb\)"):
        make(code_of(*lines), memory_mb=200).evaluate(ONE)


def test_a_program_within_its_limits_is_left_alone() -> None:
    assert make(code_of("print(1)"), seconds=600, memory_mb=100_000).evaluate(ONE)["value"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"argv": ["no-such-program-of-ours", "{lr}", "{solver}"]},
            "there is no program 'no-such-program-of-ours'",
        ),
        (
            {"argv": ["./train.sh", "{lr}", "{solver}"]},
            "there is no program './train.sh' that can be run, seen from",
        ),
        ({"argv": ["python", "train.py", "{lr}", "{solver}"]}, "there is no file '"),
        ({"cwd": "/no/such/folder"}, "cwd: there is no folder '/no/such/folder'"),
    ],
)
def test_a_program_that_is_not_there_is_refused_before_any_evaluation(
    tmp_path: Path, settings: dict[str, Any], said: str
) -> None:
    task = make("", **{"cwd": str(tmp_path)} | settings)
    with pytest.raises(ConfigError) as caught:
        task.require()
    assert said in str(caught.value)


def test_a_program_in_its_folder_is_found_there(tmp_path: Path) -> None:
    script = tmp_path / "train.sh"
    script.write_text("#!/bin/sh\necho $1\n")
    script.chmod(0o755)
    task = make("", argv=["./train.sh", "{lr}", "{solver}"], cwd=str(tmp_path))
    task.require()
    assert task.evaluate(FRAME)["value"].tolist() == [0.5, 0.25]
    script.unlink()
    with pytest.raises(EvaluationError, match=r"did not start: .*No such file"):
        task.evaluate(ONE)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"argv": ["python", "a.py", "{lr}"]}, "the parameter 'solver' appears nowhere; add \"{solver}\" to `argv`"),
        ({"argv": ["python", "{lr}", "{solvr}"]}, "'{solvr}' in '{solvr}' is no parameter. Did you mean 'solver'?"),
        ({"argv": ["python", {"lr": None}]}, 'argv: put placeholders in quotes, "{lr}"'),
        ({"argv": "python a.py"}, "argv: is one text; write a list of words"),
        ({"argv": []}, "argv: "),
        ({"space": [LR, SOLVER, MOMENTUM]}, "the parameter 'momentum' appears nowhere"),
        ({"stdin": "yaml"}, "stdin: expected 'json'"),
        ({"result": {"from": "stdot"}}, "result.from: expected 'stdout', 'file' or 'regex', got the text 'stdot'"),
        ({"result": {"from": "file"}}, "result: `from: file` needs `path`"),
        ({"result": {"from": "file", "path": "a.json"}}, 'add "{folder}" to `argv`'),
        ({"result": {"from": "regex", "pattern": "a"}}, "pattern: 'a' has no group for 'value'"),
        ({"seconds": 0}, "seconds: "),
        ({"memory_mb": -1}, "memory_mb: "),
        ({"env": {"A": 1}}, "env.A: "),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_with_its_place(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make("", **settings)
    assert said in str(caught.value)


def test_a_parameter_may_be_called_as_a_placeholder_is() -> None:
    space = [{"name": "seed", "type": "int", "lb": 1, "ub": 9}]
    task = make("", argv=["python", "-c", code_of("print(sys.argv[1])"), "{seed}"], space=space)
    assert task.evaluate(pd.DataFrame({"seed": [4]}))["value"].tolist() == [4.0]


def test_nothing_is_started_before_an_evaluation(tmp_path: Path) -> None:
    task = make(code_of(f"open({json.dumps(str(tmp_path / 'trace'))}, 'w').close()"))
    task.require()
    assert task.space.names == ["lr", "solver"]
    assert (task.optimum, task.best_known, task.notes) == (None, None, ())
    assert list(tmp_path.iterdir()) == []
