"""Monte Carlo tree search of a game for one player whose end can be valued at once.

Notation: `s` state, `n(s)` visits, `q(s)` mean reward of these visits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import numpy as np
import torch
from torch import Generator

_HUGE = 1e300

State = TypeVar("State", bound=Hashable)


class Game(Protocol[State]):
    """Decisions one after the other; no two sequences of them may lead to one state."""

    def legal_actions(self, state: State) -> Sequence[int]:
        """Return what can be done, in order, to end last; empty at the end and in a dead end."""

    def step(self, state: State, action: int) -> State:
        """Return the state after a legal action."""

    def is_terminal(self, state: State) -> bool:
        """Say whether this is an end that has a value."""


@dataclass(eq=False)
class Node(Generic[State]):
    """A state that the tree holds.

    Attributes:
        state: The state.
        waiting: Legal actions without a child, the most promising one last.
        children: Those tried, in order.
        scores: One per visit: the best end that the visit saw.
        is_closed: Whether nothing new can be found below.
    """

    state: State
    waiting: list[int]
    children: list[Node[State]] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    is_closed: bool = False


class MonteCarloTreeSearch(Generic[State]):
    """UCT with progressive widening (Kocsis and Szepesvari, 2006; Couetoux et al., 2011).

    Each iteration goes down to the child with the largest `q + c sqrt(log n(s) / n(child))` as long as the
    state may have no more children than `k n(s)^a`, adds a child there, and completes it: once through each
    of its actions, stopping as soon as possible, and `n_rollouts` times at random. A roll-out takes each
    legal action in turn with a probability that it draws once, and the last one if none is taken, so that
    ends of few and of many actions are equally likely. All these ends are valued together. The first ones
    give the order in which the actions of the new state are tried; the best end is the score of the visit
    for every state on the way.

    Rewards are scores on a scale from 0, the median of all scores so far, to 1, the best of them; what is
    worse counts as 0, so that a long tail of bad ends does not blur the difference between good ones. A
    part of the tree that is seen completely is left alone, so a small game is solved exactly.

    Args:
        game: The rules.
        value: Values ends, any number of them at once, larger is better.
        exploration: `c`.
        widening: `k` and `a`.
        n_rollouts: Random completions of a new state, besides one for each of its actions.
        generator: Source of every random decision.

    Attributes:
        values: Value of each end seen so far.
    """

    def __init__(
        self,
        game: Game[State],
        value: Callable[[list[State]], Sequence[float]],
        *,
        exploration: float = math.sqrt(2.0),
        widening: tuple[float, float] = (2.0, 0.5),
        n_rollouts: int = 8,
        generator: Generator,
    ) -> None:
        self._game, self._value = game, value
        self._exploration, self._widening, self._n_rollouts = exploration, widening, n_rollouts
        self._generator = generator
        self.values: dict[State, float] = {}
        self._low = self._high = 0.0

    def run(self, root: State, n_iterations: int) -> State | None:
        """Search from a state.

        Returns:
            The best end seen; None where no end can be reached.
        """
        tree = self._opened(root)
        for _ in range(n_iterations):
            if tree.is_closed:
                break
            self._visit(tree)
        return max(self.values, key=self.values.__getitem__, default=None)

    def _visit(self, root: Node[State]) -> None:
        """Add one node below `root`, and pass its score upwards."""
        path = [root]
        while not self._may_grow(path[-1]):
            path.append(self._chosen(path[-1]))
        leaf = path[-1]
        child = self._opened(self._game.step(leaf.state, leaf.waiting.pop()))
        leaf.children.append(child)
        for node in reversed(path):
            node.scores += child.scores
            node.is_closed = not node.waiting and all(one.is_closed for one in node.children)

    def _may_grow(self, node: Node[State]) -> bool:
        if not node.waiting:
            return False
        k, power = self._widening
        is_blocked = all(child.is_closed for child in node.children)
        return is_blocked or len(node.children) < k * max(1, len(node.scores)) ** power

    def _chosen(self, node: Node[State]) -> Node[State]:
        """Return the open child with the largest upper confidence bound."""
        total = math.log(max(1, len(node.scores)))

        def bound(child: Node[State]) -> float:
            n = max(1, len(child.scores))
            return self._reward(child) + self._exploration * math.sqrt(total / n)

        return max((one for one in node.children if not one.is_closed), key=bound)

    def _reward(self, node: Node[State]) -> float:
        width = self._high - self._low
        if not node.scores or not width > 0:
            return 0.0
        within = np.clip(node.scores, self._low, self._high)  # before dividing: an end may be worth -1e307
        return float(((within - self._low) / width).mean())

    def _opened(self, state: State) -> Node[State]:
        """Return a new node, with its score and its actions in the order in which to try them."""
        if self._game.is_terminal(state):
            values = self._valued([state])
            return Node(state, [], scores=values, is_closed=True)
        actions = list(self._game.legal_actions(state))
        firsts = [self._stopped(self._game.step(state, one)) for one in actions]
        others = [self._rolled_out(state) for _ in range(self._n_rollouts if actions else 0)]
        values = self._valued([end for end in (*firsts, *others) if end is not None])
        promise = [-math.inf if end is None else self.values[end] for end in firsts]
        order = sorted(range(len(actions)), key=promise.__getitem__)
        best = [max(values)] if values else []
        return Node(state, [actions[place] for place in order], scores=best, is_closed=not actions)

    def _stopped(self, state: State) -> State | None:
        """Return the nearest end below a state; random actions lead there where it cannot end at once."""
        if self._game.is_terminal(state):
            return state
        for action in reversed(self._game.legal_actions(state)):
            end = self._game.step(state, action)
            if self._game.is_terminal(end):
                return end
        return self._rolled_out(state)

    def _rolled_out(self, state: State) -> State | None:
        """Return an end below a state, None where random actions meet a dead end."""
        chance = min(0.99, max(0.01, self._uniform()))
        while not self._game.is_terminal(state):
            actions = self._game.legal_actions(state)
            if not actions:
                return None
            n_passed = int(math.log(1.0 - self._uniform()) / math.log(1.0 - chance))
            state = self._game.step(state, actions[min(n_passed, len(actions) - 1)])
        return state

    def _uniform(self) -> float:
        return float(torch.rand((), dtype=torch.float64, generator=self._generator))

    def _valued(self, ends: list[State]) -> list[float]:
        """Return the values of ends, each computed once, and move the scale of rewards."""
        new = [one for one in dict.fromkeys(ends) if one not in self.values]
        if new:
            self.values.update(zip(new, self._value(new), strict=True))
            known = np.fromiter(self.values.values(), dtype=float)
            usable = known[known > -_HUGE]  # not what stands for infeasible ends
            if len(usable):
                self._low, self._high = float(np.median(usable)), float(usable.max())
        return [self.values[one] for one in ends]
