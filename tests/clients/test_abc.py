"""Logic synthesis on the real ABC of pyosys: the same figures each time, proofs, and the published references."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hebo.errors import DataError, EvaluationError
from hebo.random import make_generator
from tasks.logic_synthesis.abc_process import ABC, find_abc
from tasks.logic_synthesis.aig import AIG, FALSE, Word
from tasks.logic_synthesis.circuits import Circuit, load_circuit
from tasks.logic_synthesis.evaluator import Evaluator
from tasks.logic_synthesis.generators import GENERATORS
from tasks.logic_synthesis.logic_synthesis import LogicSynthesis
from tasks.logic_synthesis.operator_parameters import FLAGS, Flag, Number
from tasks.logic_synthesis.operators import Mapped, command

pytestmark = pytest.mark.client


@pytest.fixture(scope="module")
def abc() -> ABC:
    package = find_spec("pyosys")
    assert package is not None
    assert package.origin is not None
    return ABC(find_abc(str(Path(package.origin).parent / "yosys-abc")))


# (lookup tables, levels) before and after resyn2, with 6 inputs.
REFERENCES = {
    "adder": ((254, 51), (257, 51)),
    "cavlc": ((122, 4), (121, 4)),
    "ctrl": ((29, 2), (29, 2)),
    "int2float": ((49, 3), (48, 3)),
    "priority": ((219, 31), (182, 27)),
    "router": ((91, 11), (84, 5)),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_the_figures_of_resyn2_are_the_known_ones(abc: ABC, name: str) -> None:
    evaluator = Evaluator(abc, lut_inputs=6, prove=True)
    circuit = load_circuit(name)
    before, after = REFERENCES[name]
    assert evaluator.measure(circuit, []) == [Mapped(*before)]
    assert evaluator.reference(circuit) == Mapped(*after)


@pytest.mark.parametrize("circuit", ["router", "ctrl", "square_root:12", "barrel_shifter:16"])
def test_a_sequence_gives_the_same_each_time_and_prefixes_agree(abc: ABC, circuit: str) -> None:
    def values(**settings: Any) -> pd.DataFrame:
        task = LogicSynthesis(circuit=circuit, abc=str(abc.program), length=6, **settings)
        points = task.space.decode(task.space.sample(5, generator=make_generator(circuit)))
        return task.evaluate(points)

    first = values()
    assert first["area_plus_delay"].notna().all()
    pd.testing.assert_frame_equal(first, values())
    assert (values(best_prefix=True)["area_plus_delay"] <= first["area_plus_delay"] + 1e-12).all()


@pytest.mark.parametrize("circuit", ["router", "square_root:12"])
def test_a_cut_sequence_has_the_figures_of_the_whole(abc: ABC, circuit: str) -> None:
    task = LogicSynthesis(circuit=circuit, abc=str(abc.program), best_prefix=True, cut=True)
    points = task.space.decode(task.space.sample(6, generator=make_generator(circuit)))
    found = task.evaluate(points)
    cut = points.copy()
    for row, moved in enumerate(found["moved"]):
        cut.loc[row, list(moved or {})] = "skip"
    assert ((cut != "skip").sum(axis=1) == found["operators"]).all()
    assert (found["operators"] < 20).any()
    again = task.evaluate(cut)
    # About one prefix in a hundred has other figures by itself, and then another one may be the best.
    same = (again["area_plus_delay"] == found["area_plus_delay"]) & again["moved"].isna()
    assert same.sum() >= len(points) - 1


def by_cases(family: str, width: int) -> AIG:
    """Another construction: for each input in turn, both values, down to the outputs as constants."""
    model = GENERATORS[family](width)
    n = len(model.inputs)
    aig = AIG(n)
    cases = 1 << n
    inputs = [sum((case >> place & 1) << case for case in range(cases)) for place in range(n)]
    for column in model.evaluate(inputs, cases):
        level: Word = [FALSE ^ (column >> case & 1) for case in range(cases)]
        for literal in aig.inputs:
            level = [aig.choice(literal, b, a) for a, b in zip(level[::2], level[1::2], strict=True)]
        aig.outputs.append(level[0])
    return aig


WIDTHS = {
    "maximum": 2,
    "decoder": 6,
    "priority_encoder": 9,
    "squarer": 8,
    "square_root": 9,
    "barrel_shifter": 6,
}


@pytest.mark.parametrize("family", GENERATORS)
def test_a_generated_circuit_is_equivalent_to_its_truth_table(abc: ABC, family: str) -> None:
    width = WIDTHS.get(family, 4)
    files = {"a.aig": GENERATORS[family](width).to_aiger(), "b.aig": by_cases(family, width).to_aiger()}
    assert "Networks are equivalent" in abc.run("cec a.aig b.aig", files)


def test_another_circuit_is_not_proved_equivalent(abc: ABC) -> None:
    files = {"a.aig": GENERATORS["adder"](4).to_aiger(), "b.aig": GENERATORS["multiplier"](4).to_aiger()}
    assert "Networks are equivalent" not in abc.run("cec a.aig b.aig", files)


BLIF = ".model m\n.inputs a b\n.outputs y\n.names a b y\n11 1\n.end\n"
VERILOG = "module top(a, b, y); input a, b; output y; wire w; {} assign y = w & a; endmodule\n"
REFUSED = {
    "crash.aig": (b"aig nonsense", r"ended with status -6, after .*Assertion"),
    "garbage.blif": ("hello\n", "cannot be read"),
    "garbage.v": ("hello\n", 'Cannot read "module" directive'),
    "garbage.bench": ("hello\n", "Wrong input file format"),
    "half.blif": (
        ".model m\n.inputs a b\n.outputs y z\n.names a b y\n11 1\n.names a",
        "Constant-0 drivers added to 1 non-driven nets|defined more than once",
    ),
    "undriven.blif": (BLIF.replace("names a b y", "names a q y"), "Constant-0 drivers .* q"),
    "undriven_output.blif": (BLIF.replace("outputs y", "outputs y z"), "Constant-0 drivers .* z"),
    "unknown.blif": (
        BLIF.replace(".end", ".subckt foo A=a Y=z\n.end"),
        "Cannot find the model for subcircuit foo",
    ),
    "box.blif": (
        ".model t\n.inputs a b\n.outputs y\n.subckt m a=a b=b y=y\n.end\n.model m\n.inputs a b\n"
        ".outputs y\n.blackbox\n.end\n",
        "converted 1 instances of blackboxes",
    ),
    "gate.blif": (BLIF.replace(".names a b y\n11 1", ".gate and2 A=a B=b O=y"), "library is not available"),
    "twice.blif": (BLIF.replace(".end", ".names a y\n1 1\n.end"), '"y" is defined more than once'),
    "two.blif": (BLIF + BLIF.replace("model m", "model n"), "has 2 root-level modules"),
    "connected.blif": (BLIF.replace(".end", ".conn a z\n.end"), "Skipping line .*conn a z"),
    "dont_care.blif": (
        BLIF.replace(".end", ".exdc\n.inputs a b\n.outputs y\n.names a b y\n00 1\n.end"),
        "EXDC",
    ),
    "loop.blif": (
        BLIF.replace("a b y", "a z y").replace(".end", ".names y z\n1 1\n.end"),
        "combinational loop",
    ),
    "latch.blif": (BLIF.replace(".end", ".latch y q 0\n.end"), "has 1 latches"),
    "no_input.blif": (".model m\n.outputs y\n.names y\n1\n.end\n", "no primary inputs"),
    "no_output.blif": (BLIF.replace(".outputs y\n", ""), "no primary outputs"),
    "box.v": (VERILOG.format("foo u(.A(a), .B(b), .Y(w));"), "interpreted as blackboxes"),
    "box_in_order.v": (VERILOG.format("foo u(a, b, w);"), "interpreted as blackboxes"),
    "empty_box.v": (
        "module foo(A, Y); input A; output Y; endmodule\n" + VERILOG.format("foo u(.A(a), .Y(w));"),
        "converted 1 instances of blackboxes",
    ),
    "undriven.v": (VERILOG.format(""), "Constant-0 drivers .* w"),
    "driven_twice.v": (VERILOG.format("assign w = a; assign w = b;"), "cannot be read"),
    "register.v": (VERILOG.format("reg w; always @(posedge b) w <= a;"), "cannot be read|latches"),
    "two.v": (
        VERILOG.format("assign w = b;") + VERILOG.format("assign w = b;").replace("top", "other"),
        "has 2 root-level modules",
    ),
    "undriven.bench": ("INPUT(a)\nOUTPUT(y)\ny = AND(a, b)\n", "Constant-0 drivers .* b"),
    "undriven_output.bench": ("INPUT(a)\nOUTPUT(y)\nOUTPUT(z)\ny = NOT(a)\n", "Constant-0 drivers .* z"),
    "gate.bench": ("INPUT(a)\nOUTPUT(y)\ny = MAJ(a, a, a)\n", 'gate type "MAJ"'),
    "register.bench": ("INPUT(a)\nOUTPUT(y)\nq = DFF(a)\ny = NOT(q)\n", "has 1 latches"),
    "twice.bench": ("INPUT(a)\nOUTPUT(y)\ny = NOT(a)\ny = BUFF(a)\n", "cannot be read"),
    "comment.bench": ("# nothing else\n", "no primary (in|out)puts|no nets"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_circuit_that_is_not_read_as_it_is_written_is_refused(abc: ABC, name: str) -> None:
    contents, message = REFUSED[name]
    text = contents if isinstance(contents, bytes) else contents.encode()
    circuit = Circuit(Path(name).stem, text, Path(name).suffix, name)
    with pytest.raises(DataError, match=f"circuit '{re.escape(name)}' .*({message})"):
        Evaluator(abc, lut_inputs=6, prove=True).measure(circuit, ["balance"])


def test_an_experiment_on_such_a_circuit_stops_before_its_first_trial(abc: ABC, tmp_path: Path) -> None:
    (tmp_path / "box.v").write_text(REFUSED["box.v"][0])  # type: ignore[arg-type]
    with pytest.raises(DataError, match="blackboxes"):
        LogicSynthesis(circuit=str(tmp_path / "box.v"), abc=str(abc.program)).require()


C17 = """# c17, the smallest circuit of ISCAS 85
INPUT(1)
INPUT(2)
INPUT(3)
INPUT(6)
INPUT(7)
OUTPUT(22)
OUTPUT(23)

10 = NAND(1, 3)
11 = NAND(3, 6)
16 = NAND(2, 11)
19 = NAND(11, 7)
22 = NAND(10, 16)
23 = NAND(16, 19)
"""


def c17() -> AIG:
    """The same by its published gates."""
    aig = AIG(5)
    one, two, three, six, seven = aig.inputs

    def nand(a: int, b: int) -> int:
        return aig.conjunction(a, b) ^ 1

    ten, eleven = nand(one, three), nand(three, six)
    sixteen, nineteen = nand(two, eleven), nand(eleven, seven)
    aig.outputs += [nand(ten, sixteen), nand(sixteen, nineteen)]
    return aig


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_circuit_of_iscas_is_read_measured_and_proved(abc: ABC, tmp_path: Path, ending: str) -> None:
    path = tmp_path / "c17.bench"
    path.write_bytes(C17.replace("\n", ending).encode())
    assert "Networks are equivalent" in abc.run(
        "cec -n a.bench b.aig", {"a.bench": path.read_bytes(), "b.aig": c17().to_aiger()}
    )
    evaluator = Evaluator(abc, lut_inputs=6, prove=True)
    assert evaluator.measure(load_circuit(str(path)), ["balance"]) == [Mapped(2, 1)]  # two functions of <= 4
    task = LogicSynthesis(circuit=str(path), abc=str(abc.program), length=3)
    task.require()
    found = task.evaluate(task.space.decode(task.space.sample(3, generator=make_generator("c17"))))
    assert found["area_plus_delay"].tolist() == [2.0] * 3


def test_modules_of_the_file_are_put_in_place(abc: ABC) -> None:
    verilog = "module foo(A, B, Y); input A, B; output Y; assign Y = A ^ B; endmodule\n"
    whole = verilog + VERILOG.format("foo u(.A(a), .B(b), .Y(w));")
    blif = ".model t\n.inputs a b\n.outputs y\n.area 3\n.subckt m a=a b=b y=y\n.end\n" + BLIF
    for text, suffix in ((whole, ".v"), (blif, ".blif"), (BLIF.replace(".end\n", ""), ".blif")):
        evaluator = Evaluator(abc, lut_inputs=6, prove=True)
        assert evaluator.measure(Circuit("m", text.encode(), suffix), ["balance"]) == [Mapped(1, 1)]


def test_the_other_formats_are_read(abc: ABC) -> None:
    evaluator = Evaluator(abc, lut_inputs=6, prove=True)
    blif = b".model m\n.inputs a b c\n.outputs y\n.names a b c y\n111 1\n000 1\n.end\n"
    verilog = b"module m(a, b, y); input a, b; output y; assign y = a & ~b; endmodule\n"
    for contents, suffix in ((blif, ".blif"), (verilog, ".v")):
        assert evaluator.measure(Circuit("m", contents, suffix), ["balance"]) == [Mapped(1, 1)]


def ends(flag: Flag) -> list[str]:
    """A flag at both ends of its range."""
    return [flag.text(one) for one in ((flag.low, flag.high) if isinstance(flag, Number) else (False, True))]


CASES = [(operator, flag) for operator, flags in FLAGS.items() for flag in flags]


@pytest.mark.parametrize("operator", FLAGS)
def test_abc_takes_all_flags_at_both_ends_of_their_ranges(abc: ABC, operator: str) -> None:
    evaluator = Evaluator(abc, lut_inputs=6, prove=True)
    commands = [command(operator, "".join(ends(one)[side] for one in FLAGS[operator])) for side in (0, 1)]
    assert len(evaluator.measure(load_circuit("ctrl"), commands, every=True)) == 3


# Numbers that a command has without the flag, by which a table that misreads a flag would be found out.
DEFAULTS = {
    **{("refactor", "N"): 10, ("refactor -z", "N"): 10},
    **{("resub", "K"): 8, ("resub", "N"): 1, ("resub -z", "K"): 8, ("resub -z", "N"): 1},
    **{("&sopb", "C"): 8, ("&blut", "C"): 8, ("&dsdb", "C"): 8},
}
NO_EFFECT = {("resub", "z"), ("&blut", "C")}
"""Flags after which this ABC does the same; see `tasks.logic_synthesis.operator_parameters`."""


def networks(abc: ABC, commands: list[str]) -> list[list[str]]:
    """What ABC prints of the networks that each command makes of several others, in one run."""
    circuit = load_circuit("ctrl")
    starts = ["", "refactor; ", command("&sopb") + "; ", f"rewrite -z; {command('&sopb')}; "]
    read = f"read circuit{circuit.suffix}; strash; "
    script = "; ".join(f"{read}{start}{one}; strash; print_stats" for one in commands for start in starts)
    lines = abc.run(script, {f"circuit{circuit.suffix}": circuit.contents}).splitlines()
    printed = [line for line in lines if "i/o" in line]
    assert len(printed) == len(commands) * len(starts)
    return [printed[place : place + len(starts)] for place in range(0, len(printed), len(starts))]


@pytest.mark.parametrize(("operator", "flag"), CASES, ids=[f"{name} -{one.letter}" for name, one in CASES])
def test_a_flag_changes_what_an_operator_does_except_at_its_default(
    abc: ABC, operator: str, flag: Flag
) -> None:
    default = flag.text(DEFAULTS[operator, flag.letter] if isinstance(flag, Number) else False)
    usual, same, *others = networks(abc, [command(operator, text) for text in ("", default, *ends(flag))])
    assert usual == same
    assert any(one != usual for one in others) == ((operator, flag.letter) not in NO_EFFECT)


@pytest.mark.parametrize(
    "text", ["rewrite -q", "refactor -N", "refactor -N 16", "resub -K 3 -N 1", "&get -n; &blut -q; &put"]
)
def test_flags_that_abc_does_not_take_are_failures(abc: ABC, text: str) -> None:
    evaluator = Evaluator(abc, lut_inputs=6, prove=True)
    with pytest.raises(EvaluationError, match="printed 0 of 1 lines of figures"):
        evaluator.measure(load_circuit("ctrl"), [text])


def test_points_with_flags_are_measured_and_the_defaults_are_the_plain_operators(abc: ABC) -> None:
    settings = {"circuit": "ctrl", "abc": str(abc.program), "alphabet": "mcbo", "length": 5}
    task = LogicSynthesis(**settings, objective="lut", best_prefix=True, operator_parameters=True)
    points = task.space.decode(task.space.sample(4, generator=make_generator("flags")))
    assert task.evaluate(points)["area"].notna().all()
    names = {
        f"{name.strip('&').replace(' -', '_')}_{letter}": one for (name, letter), one in DEFAULTS.items()
    }
    flags = {name: names.get(name, False) for name in task.space.names if not name.startswith("op")}
    operators = points[[f"op{place}" for place in range(1, 6)]]
    plain = LogicSynthesis(**settings, objective="lut", best_prefix=True).evaluate(operators)
    pd.testing.assert_frame_equal(task.evaluate(operators.assign(**flags)), plain)
