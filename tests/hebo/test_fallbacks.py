"""Fallbacks are counted by reason, and logged once."""

import logging
from threading import Thread

import torch

from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.fallbacks import counting_fallbacks, note_fallback


def test_counted_by_reason_and_logged_once(caplog):
    with caplog.at_level(logging.WARNING), counting_fallbacks() as counter:
        note_fallback("no fit", "matrix 1")
        note_fallback("no fit", "matrix 2")
        note_fallback("no search")
    assert counter == {"no fit": 2, "no search": 1}
    assert [record.getMessage() for record in caplog.records] == ["no fit: matrix 1", "no search"]


def test_a_percent_sign_in_the_detail_is_text(caplog):
    note_fallback("no fit", "100 %d of it")
    assert caplog.messages == ["no fit: 100 %d of it"]


def test_blocks_nest():
    with counting_fallbacks() as outer:
        note_fallback("a")
        with counting_fallbacks() as inner:
            note_fallback("b")
        note_fallback("c")
    assert set(outer) == {"a", "b", "c"}
    assert set(inner) == {"b"}


def test_other_threads_count_for_themselves():
    with counting_fallbacks() as counter:
        thread = Thread(target=note_fallback, args=("elsewhere",))
        thread.start()
        thread.join()
    assert not counter


class _Falling(Recommender):
    def recommend(self, request):
        note_fallback("no model", f"ask {request.iteration}")
        return torch.zeros(request.n, 1, dtype=torch.float64)


def test_an_optimizer_collects_over_its_asks_and_logs_each(caplog):
    optimizer = _Falling().build(
        DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}]), seed=0
    )
    optimizer.ask()
    optimizer.ask()
    assert optimizer.fallbacks == {"no model": 2}
    assert caplog.messages == ["no model: ask 0", "no model: ask 1"]
