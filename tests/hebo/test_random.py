"""Tests of `hebo.random`."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from hebo.random import derive_seed, draw_seed, make_generator, seeded


def test_derived_seeds_depend_on_every_part() -> None:
    seeds = {
        derive_seed(0),
        derive_seed(1),
        derive_seed(0, "ask"),
        derive_seed(0, "ask", 1),
        derive_seed("0"),
    }
    assert len(seeds) == 5
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_generators_of_equal_parts_draw_equal_numbers() -> None:
    first = torch.rand(3, generator=make_generator(7, "a"))
    torch.testing.assert_close(first, torch.rand(3, generator=make_generator(7, "a")), rtol=0, atol=0)


def test_drawn_seeds_fit_their_bits() -> None:
    generator = make_generator(0)
    assert all(0 <= draw_seed(generator, bits=4) < 16 for _ in range(100))


def test_one_thread_at_a_time_uses_the_global_streams() -> None:
    def draw(_: int) -> list[float]:
        with seeded(make_generator(0)):
            numbers = []
            for _ in range(20):
                numbers.append(float(np.random.rand()))  # noqa: NPY002
                time.sleep(0.0001)  # lets the other threads run
            return numbers

    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(draw, range(16)))
    assert drawn == [drawn[0]] * 16


def test_seeded_makes_global_streams_repeatable_and_restores_them() -> None:
    def draw() -> tuple[float, float, float]:
        return torch.rand(()).item(), np.random.rand(), random.random()  # noqa: NPY002

    torch.manual_seed(3)
    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    undisturbed = draw()
    torch.manual_seed(3)
    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    with seeded(make_generator(1)):
        inside = draw()
    with seeded(make_generator(1)):
        again = draw()
        # the second block must not leak either
    assert inside == again
    assert inside != undisturbed
    assert draw() == undisturbed
