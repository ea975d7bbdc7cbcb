from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.errors import ConfigError, MissingExtraError
from hebo.random import make_generator
from tasks.combinatorial.rna_inverse_folding import RNAInverseFolding, base_pairs

# Sample solutions of Eterna100, version 2, made for ViennaRNA 2.
ETERNA = [
    ("(((((......)))))", "CCGCCGAAAAAGGCGG"),
    ("((((...)))).", "CCCCAGAGGGGA"),
    ("((....)).((....))", "GCGAAAGCAGGGAAACC"),
    ("((((((.((((((((....))))).)).).))))))", "CCGCCUGCCGUGGACGAAAGUCCAUCGAGGAGGCGG"),
    ("..........((((....))))((((....))))((((...))))", "GAAAAAAAAGGGGAGAAAUCCCGCCCGAAAGGGCGCCCAAAGGGC"),
    (
        ".....(((((.(.(.((.(.(((((((((....))))))))))))))))))).....",
        "UGCAACCCGCUGAGACCACGUGGGGGGCCGAAAGGCCCCCUAGGGCCGCGGGAAAAA",
    ),
]


class StandIn(ModuleType):
    """Folds like a zip: the first letter pairs with the last one if they can, and so on inwards."""

    def __init__(self) -> None:
        super().__init__("RNA")
        self.folded: list[str] = []

    def fold_compound(self, sequence: str) -> Any:
        self.folded.append(sequence)
        stand_in = ModuleType("compound")
        n = 0
        while len(sequence) - 2 * n > 4 and {sequence[n], sequence[-1 - n]} in (
            {"C", "G"},
            {"A", "U"},
            {"G", "U"},
        ):
            n += 1
        structure = "(" * n + "." * (len(sequence) - 2 * n) + ")" * n
        stand_in.mfe = lambda: [structure, -1.0 * n]  # type: ignore[attr-defined]
        return stand_in


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    module = StandIn()
    monkeypatch.setitem(sys.modules, "RNA", module)
    return module


def letters(*sequences: str) -> pd.DataFrame:
    return pd.DataFrame([list(one) for one in sequences]).rename(columns=lambda i: f"x{i + 1}")


def test_the_value_is_the_share_of_places_that_differ(stand_in: StandIn) -> None:
    task = RNAInverseFolding(target="((....))")
    table = task.evaluate(letters("GCAAAAGC", "GAAAAAAC", "AAAAAAAA"))
    assert stand_in.folded == ["GCAAAAGC", "GAAAAAAC", "AAAAAAAA"]
    assert table["hamming_distance"].tolist() == [0.0, 2 / 8, 4 / 8]
    assert table["structure"].tolist() == ["((....))", "(......)", "........"]
    assert table["energy"].tolist() == [-2.0, -1.0, 0.0]


def test_the_distance_of_base_pairs_counts_pairs_of_one_structure_only(stand_in: StandIn) -> None:
    task = RNAInverseFolding(target=".(....).", distance="base_pair")
    # The pair (2, 7) is there; so is (1, 8), which is too much; then both are missing.
    assert task.evaluate(letters("GCAAAAGC", "GAAAAAAC"))["base_pair_distance"].tolist() == [1 / 8, 2 / 8]


def test_there_is_a_variable_of_four_letters_per_place() -> None:
    task = RNAInverseFolding(target="(...)")
    assert task.parameters()[4] == {"name": "x5", "type": "cat", "categories": ["A", "C", "G", "U"]}
    assert task.space.cardinality == 4**5
    assert task.name == "RNAInverseFolding-5"
    assert task.optimum is None


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "RNA", None)
    with pytest.raises(MissingExtraError, match=r"'RNA' is not installed; .*\[rna\]"):
        RNAInverseFolding(target="(...)").evaluate(letters("GAAAC"))


def test_pairs_join_the_brackets_that_belong_together() -> None:
    assert base_pairs("(.(..)())") == {(0, 8), (2, 5), (6, 7)}


@pytest.mark.parametrize(
    ("structure", "words"),
    [("())", "closes a bracket at place 3"), ("(()", "opens a bracket at place 1 that is")],
)
def test_brackets_without_a_partner_are_refused(structure: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        base_pairs(structure)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("", "target is empty"),
        ("((..[..))", r"target has '\[' at place 5"),
        ("(...))", "closes a bracket at place 6 that was never opened"),
        ("((...)", "opens a bracket at place 1 that is never closed"),
        ("(...)(..)", "target pairs places 6 and 9, with fewer than 3 letters between"),
    ],
)
def test_a_target_that_is_no_structure_is_refused(target: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        RNAInverseFolding(target=target)


@pytest.mark.parametrize(("target", "sequence"), ETERNA)
def test_published_solutions_fold_into_their_targets(target: str, sequence: str) -> None:
    pytest.importorskip("RNA", reason="ViennaRNA is not installed")
    for distance in ("hamming", "base_pair"):
        task = RNAInverseFolding.model_validate({"target": target, "distance": distance})
        table = task.evaluate(letters(sequence))
        assert table[f"{distance}_distance"][0] == 0.0
        assert table["structure"][0] == target


def test_a_tetraloop_hairpin_has_the_known_energy() -> None:
    pytest.importorskip("RNA", reason="ViennaRNA is not installed")
    table = RNAInverseFolding(target="((((....))))").evaluate(letters("GGGGAAAACCCC"))
    # Turner 2004, kcal/mol: three times G-C on G-C, -3.3 each, and a hairpin of four adenines, 4.5.
    assert table["energy"][0] == pytest.approx(-5.4, abs=0.01)


def test_distances_are_those_that_the_package_computes() -> None:
    rna = pytest.importorskip("RNA", reason="ViennaRNA is not installed")
    theirs = {"hamming": rna.hamming_distance, "base_pair": rna.bp_distance}
    for name, distance in theirs.items():
        task = RNAInverseFolding.model_validate({"distance": name})
        frame = task.space.decode(task.space.sample(20, generator=make_generator("rna")))
        table = task.evaluate(frame)
        expected = [distance(one, task.target) / len(task.target) for one in table["structure"]]
        assert table[f"{name}_distance"].tolist() == expected
        assert table[f"{name}_distance"].nunique() > 5
