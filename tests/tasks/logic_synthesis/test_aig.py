"""Tests of `tasks.logic_synthesis.aig`."""

from __future__ import annotations

from itertools import product

import pytest

from tasks.logic_synthesis.aig import AIG, FALSE, TRUE


@pytest.mark.parametrize(
    ("build", "truth"),
    [
        (AIG.conjunction, lambda a, b: a and b),
        (AIG.disjunction, lambda a, b: a or b),
        (AIG.parity, lambda a, b: a != b),
    ],
)
def test_gates_have_their_truth_tables(build, truth) -> None:  # type: ignore[no-untyped-def]
    aig = AIG(2)
    a, b = aig.inputs
    aig.outputs = [build(aig, a, b), build(aig, b ^ 1, a)]
    for x, y in product((0, 1), repeat=2):
        assert aig.evaluate([x, y]) == [truth(x, y), truth(1 - y, x)]


def test_constants_and_repetitions_need_no_gate() -> None:
    aig = AIG(2)
    a, b = aig.inputs
    assert [aig.conjunction(a, one) for one in (FALSE, TRUE, a, a ^ 1)] == [FALSE, a, a, FALSE]
    assert aig.n_ands == 0
    assert aig.conjunction(a, b) == aig.conjunction(b, a)
    assert aig.n_ands == 1


def test_many_cases_are_evaluated_at_once() -> None:
    aig = AIG(2)
    aig.outputs = [aig.parity(*aig.inputs), TRUE, aig.inputs[0] ^ 1]
    assert aig.evaluate([0b0011, 0b0101], n_cases=4) == [0b0110, 0b1111, 0b1100]


def test_sums_and_differences_carry() -> None:
    aig = AIG(6)
    a, b = aig.inputs[:3], aig.inputs[3:]
    total, carry = aig.add(a, b)
    difference, is_at_least = aig.subtract(a, b)
    aig.outputs = [*total, carry, *difference, is_at_least]
    for x, y in product(range(8), repeat=2):
        bits = aig.evaluate([*(x >> i & 1 for i in range(3)), *(y >> i & 1 for i in range(3))])
        assert sum(bit << i for i, bit in enumerate(bits[:4])) == x + y
        assert sum(bit << i for i, bit in enumerate(bits[4:7])) == (x - y) % 8
        assert bits[7] == (x >= y)


def test_a_file_is_that_of_the_format() -> None:
    aig = AIG(2)
    aig.outputs = [aig.conjunction(aig.inputs[0], aig.inputs[1] ^ 1), TRUE]
    # Header, outputs, then the and 6 = 5 & 2 as the differences 6 - 5 and 5 - 2.
    assert aig.to_aiger() == b"aig 3 2 0 2 1\n6\n1\n\x01\x03"


def test_differences_of_more_than_seven_bits_take_more_bytes() -> None:
    aig = AIG(200)
    aig.outputs = [aig.conjunction(aig.inputs[0], aig.inputs[199])]
    # 402 - 400 = 2; 400 - 2 = 398 = 0b11_0001110.
    assert aig.to_aiger().endswith(b"402\n\x02" + bytes([0b1_0001110, 0b11]))
