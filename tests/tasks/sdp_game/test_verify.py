"""Tests of `tasks.sdp_game.verify`: what is true passes, and nothing else does.

An attacker is assumed who knows the format and renews the digest after every change.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import math
from pathlib import Path
from typing import Any

import pytest

from hebo.errors import DataError
from tasks.sdp_game import verify, verify_equations
from tasks.sdp_game.verify import verify_certificate

Content = dict[str, Any]
NAMES = ("two", "three")
EDITS = ("negated", "indefinite", "zero", "exchanged", "shrunk", "left_out", "shortened", "fewer_numbers",
         "no_number", "too_large")  # fmt: skip
CERTIFICATES = Path(__file__).parent / "certificates"
BENCHMARKS = Path(__file__).parents[3] / "docs" / "benchmarks"


def test_the_checker_imports_nothing_of_what_it_checks() -> None:
    allowed = {"hebo.errors", "tasks.sdp_game.verify_equations", "flint", "__future__", "collections.abc"}
    allowed |= {"hashlib", "itertools", "json", "math", "pathlib", "typing"}
    for module in (verify, verify_equations):
        assert module.__file__ is not None
        nodes = list(ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))))
        found = {one.module for one in nodes if isinstance(one, ast.ImportFrom)}
        found |= {name.name for one in nodes if isinstance(one, ast.Import) for name in one.names}
        assert found <= allowed


@pytest.mark.parametrize(
    "text", ["", "[]", "7", '"x"', "{}", "[" * 100_000, "\x00", '{"sha256": 1}', '{"format": 1e999}']
)
def test_a_file_that_is_no_certificate_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(text)
    with pytest.raises(DataError, match="is not a certificate"):
        verify_certificate(path)
    with pytest.raises(DataError, match="is not a certificate: FileNotFoundError"):
        verify_certificate(tmp_path / "missing.json")


@pytest.fixture(scope="module")
def contents() -> dict[str, Content]:
    """Certificates of earlier solves, so that the checker is tested without the solver."""
    pytest.importorskip("flint")
    return {
        name: json.loads((CERTIFICATES / f"{name}_points.json").read_text(encoding="utf-8")) for name in NAMES
    }


class TestProofs:
    """Certificates of two and of three points, and what becomes of them when they are edited."""

    pytestmark = pytest.mark.client

    @staticmethod
    def write(path: Path, content: Content) -> Path:
        """Write with a digest that fits."""
        rest = {key: value for key, value in content.items() if key != "sha256"}
        text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        path.write_text(json.dumps({**rest, "sha256": digest}))
        return path

    def refused(self, tmp_path: Path, content: Content, match: str) -> None:
        with pytest.raises(DataError, match=match):
            verify_certificate(self.write(tmp_path / "edited.json", content))

    @pytest.mark.parametrize("name", NAMES)
    def test_what_was_proved_is_proved_again(
        self, tmp_path: Path, contents: dict[str, Content], name: str
    ) -> None:
        import flint

        before = flint.ctx.prec
        found = verify_certificate(self.write(tmp_path / "c.json", contents[name]))
        assert found.bound == contents[name]["bound"]
        assert (found.dimension, found.n_points) == {"two": (8, 2), "three": (3, 3)}[name]
        assert found.precision_bits >= 512
        assert flint.ctx.prec == before

    def test_the_bound_that_the_benchmarks_quote_is_proved(self) -> None:
        pytest.importorskip("flint")
        found = verify_certificate(BENCHMARKS / "certificates" / "bound-4d.json")
        assert f"{found.bound:.7f}" == "0.6427525"
        assert (found.dimension, found.n_points) == (4, 3)
        assert "**proved 0.6427525**" in (BENCHMARKS / "domains" / "sdp_game.md").read_text("utf-8")

    @pytest.mark.parametrize("name", NAMES)
    def test_a_change_without_a_new_digest_is_noticed(
        self, tmp_path: Path, contents: dict[str, Content], name: str
    ) -> None:
        content = {**contents[name], "bound": contents[name]["bound"] + 1e-3}
        path = tmp_path / "edited.json"
        path.write_text(json.dumps(content))
        with pytest.raises(DataError, match="the digest is that of another content"):
            verify_certificate(path)

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("factor", [1 - 1e-15, 1 - 1e-9, 0.9, 1 + 1e-6, 2.0])
    def test_another_bound_is_not_what_the_file_proves(
        self, tmp_path: Path, contents: dict[str, Content], name: str, factor: float
    ) -> None:
        # rounded_up leaves one unit in the last place, so the claim moves by several.
        content = {**contents[name], "bound": contents[name]["bound"] * factor}
        self.refused(tmp_path, content, "claims .* but proves")

    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("two", {"dimension": 7}),
            ("two", {"dimension": 9}),
            ("two", {"min_distance": 1.566, "truncation_radius": 1.566}),
            ("two", {"half_degree_2": 5}),
            ("two", {"half_degree_2": 3}),
            ("three", {"dimension": 4}),
            ("three", {"min_distance": 1.35}),
            ("three", {"truncation_radius": 1.563}),
            ("three", {"half_degree_3": 2}),
            ("three", {"multipliers": ["1", "C", "G"]}),
            ("three", {"multipliers": ["1", "C", "B2", "g1"]}),
        ],
    )
    def test_another_statement_is_not_what_the_file_proves(
        self, tmp_path: Path, contents: dict[str, Content], name: str, change: Content
    ) -> None:
        self.refused(tmp_path, {**contents[name], **change}, "proves|not a certificate")

    @pytest.mark.parametrize(
        ("change", "match"),
        [
            ({"format": "sphere packing bound, 2"}, "expected format"),
            ({"comment": "true"}, "the fields"),
            ({"dimension": 1}, "have to be integers"),
            ({"dimension": True}, "have to be integers"),
            ({"dimension": 3.0}, "have to be integers"),
            ({"dimension": 49}, "dimension = 49 is above 48"),
            ({"half_degree_2": 10**6}, "half_degree_2 = 1000000 is above"),
            ({"half_degree_3": -1}, "have to be integers"),
            ({"half_degree_3": 0}, "two points have neither"),
            ({"min_distance": 1}, "positive numbers"),
            ({"min_distance": -1.3}, "positive numbers"),
            ({"truncation_radius": 1.36}, "truncation radius above r"),
            ({"truncation_radius": 1.2}, "truncation radius above r"),
            ({"bound": math.inf}, "positive numbers"),
            ({"bound": math.nan}, "positive numbers"),
            ({"bound": None}, "positive numbers"),
            ({"majorant_degree": 0}, "and a majorant"),
            ({"multipliers": ["1", "Z"]}, "KeyError"),
            ({"multipliers": ["1", "A1^1000000000"]}, "is not a power"),
            ({"multipliers": ["1", "A1^-1"]}, "is not a power"),
            ({"multipliers": ["1", "A1^7"]}, "above that of the kernel"),
            ({"multipliers": "1CG"}, "a list of names"),
            ({"multipliers": None}, "a list of names"),
        ],
    )
    def test_fields_that_make_no_sense_are_named(
        self, tmp_path: Path, contents: dict[str, Content], change: Content, match: str
    ) -> None:
        self.refused(tmp_path, {**contents["three"], **change}, match)

    @staticmethod
    def scaled(blocks: list[Any], j: int, numerator: int, shift: int) -> None:
        """Multiply a matrix by `numerator / 2^shift`."""
        blocks[j] = [[hex(int(man, 16) * numerator), exp - shift] for man, exp in blocks[j]]

    @staticmethod
    def flipped(value: list[Any]) -> list[Any]:
        return [hex(-int(value[0], 16)), value[1]]

    def edit(self, name: str, content: Content) -> None:
        """Change matrices and numbers in place, in the way of a name from `EDITS`."""
        blocks = content["blocks"]
        match name:
            case "negated":
                blocks[0][0] = self.flipped(blocks[0][0])
            case "indefinite":
                blocks[0][1] = [hex(1), 40]  # more than the diagonal allows
            case "zero":
                blocks[1] = [["0x0", 0] for _ in blocks[1]]
            case "exchanged":
                blocks[:2] = blocks[1::-1]
            case "shrunk":
                for j in range(len(blocks)):
                    self.scaled(blocks, j, 1, 3)
            case "left_out":
                blocks.pop()
            case "shortened":
                blocks[0].pop()
            case "fewer_numbers":
                content["free"].pop()
            case "no_number":
                content["free"][0] = ["nan", 0]
            case "too_large":
                content["free"][0] = ["0x1", 10**9]
            case _:
                raise AssertionError(name)

    @pytest.mark.parametrize(
        ("name", "edit"),
        [
            *(("two", edit) for edit in EDITS),
            ("three", "negated"),
            ("three", "exchanged"),
            ("three", "shrunk"),
        ],
    )
    def test_other_matrices_or_numbers_do_not_prove_the_bound(
        self, tmp_path: Path, contents: dict[str, Content], name: str, edit: str
    ) -> None:
        content = copy.deepcopy(contents[name])
        self.edit(edit, content)
        self.refused(tmp_path, content, "proves")

    @pytest.mark.parametrize("change", ["matrix", "numbers", "radius"])
    def test_a_worse_guess_may_pass_as_it_proves_the_same_bound(
        self, tmp_path: Path, contents: dict[str, Content], change: str
    ) -> None:
        """The correction is exact: small errors of X are repaired, and `y + dy` does not depend on `y`.

        A minimal distance that differs in the last digit is another statement, proved by itself.
        """
        content = copy.deepcopy(contents["two"])
        if change == "matrix":
            man, exp = content["blocks"][0][0]
            content["blocks"][0][0] = [hex((int(man, 16) << 400) + 1), exp - 400]
        elif change == "numbers":
            content["free"][0] = self.flipped(content["free"][0])
        else:
            content["min_distance"] = content["truncation_radius"] = math.nextafter(1.567, 0)
            content["bound"] *= 1 + 1e-13
        found = verify_certificate(self.write(tmp_path / "c.json", content))
        assert found.bound == content["bound"]

    @pytest.mark.parametrize("value", [0.255948, 0.2621])
    def test_a_value_below_the_optimum_of_the_program_is_never_proved(
        self, tmp_path: Path, contents: dict[str, Content], value: float
    ) -> None:
        """0.255948 is what a solver in double precision has reported for this program; 0.262103 is true."""
        self.refused(tmp_path, {**contents["two"], "bound": value}, "claims .* but proves")
        pushed = copy.deepcopy({**contents["two"], "bound": value})
        # Move f(0) to the value: the free variables of odd index are what it is made of.
        shift = 1 - value / contents["two"]["bound"]
        for k, (man, exp) in enumerate(pushed["free"]):
            if k % 2 == 0:
                pushed["free"][k] = [hex(int(man, 16) * int((1 - shift) * 2**40)), exp - 40]
        self.refused(tmp_path, pushed, "proves")
