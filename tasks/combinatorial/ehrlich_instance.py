"""What an Ehrlich function is made of, and how the reference draws it.

The order of the draws, and single precision, are those of the package `pytorch-holo` 0.0.5, so that a seed
stands for the same instance there and here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

Codes = NDArray[np.int64]

_TEMPERATURE = 0.5
_BAND = 0.4
"""Half the share of states that may follow each state."""


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Instance:
    """Strings of `length` states `0 .. v - 1`, and what makes one of them good.

    Attributes:
        length: Length of the strings, `L`.
        allowed: Which state may follow which, `v x v` booleans.
        motifs: The `c` motifs of `k` states, `c x k`.
        spacings: Steps from each element of a motif to the next, `c x (k - 1)`.
    """

    length: int
    allowed: NDArray[np.bool_]
    motifs: Codes
    spacings: Codes

    @property
    def offsets(self) -> Codes:
        """Where the elements of each motif stand, from its first one on, `c x k`."""
        return np.pad(self.spacings.cumsum(axis=1), ((0, 0), (1, 0)))

    def banned(self, x: Codes) -> NDArray[np.bool_]:
        """Say which steps of the strings `x`, `n x L`, are banned, `n x (L - 1)`."""
        return ~self.allowed[x[:, :-1], x[:, 1:]]

    def matches(self, x: Codes) -> Codes:
        """Return the largest number of elements of each motif found at one place of `x`, `n x c`."""
        counts = []
        for motif, offset in zip(self.motifs, self.offsets, strict=True):
            places = np.arange(self.length - offset[-1])[:, None] + offset
            counts.append((x[:, places] == motif).sum(axis=2).max(axis=1))
        return np.stack(counts, axis=1)

    def solution(self) -> Codes:
        """Return a string with all motifs in full, `L`.

        One motif follows the other; each element is repeated until the next one is due. That is feasible if
        states may follow themselves, and motifs, chained, have no banned step.
        """
        stays = np.pad(self.spacings, ((0, 0), (0, 1)), constant_values=1).ravel()
        stays[-1] += self.length - stays.sum()
        return np.repeat(self.motifs.ravel(), stays)


@dataclass(frozen=True, eq=False)
class Chain:
    """A Markov chain of states.

    Attributes:
        transitions: Probability of each state after each, `v x v`, single precision.
        stationary: Probability of each state in the long run, `v`.
    """

    transitions: Tensor
    stationary: Tensor

    def sample(self, n: int, length: int, *, generator: Generator) -> Codes:
        """Draw `n` strings, `n x length`; the first state comes from the stationary distribution."""
        state = torch.multinomial(self.stationary, n, replacement=True, generator=generator)
        states = [state]
        for _ in range(length - 1):
            state = torch.multinomial(self.transitions[state], 1, generator=generator).squeeze(1)
            states.append(state)
        codes: Codes = torch.stack(states, dim=1).numpy()
        return codes


def draw_instance(
    *, length: int, n_states: int, n_motifs: int, motif_length: int, seed: int
) -> tuple[Instance, Chain]:
    """Return the instance of a seed, and the chain that its motifs were drawn from.

    The motifs are one path of the chain, cut in pieces, so that chained they have no banned step. Each is
    stretched to a span of at most `length // n_motifs`, so that all of them fit one after the other.
    """
    generator = torch.Generator().manual_seed(seed)
    chain = _draw_chain(n_states, generator)
    path = chain.sample(1, n_motifs * motif_length, generator=generator)
    room = (length - n_motifs * motif_length) // n_motifs
    spacings = [_draw_spacing(motif_length, room, generator) for _ in range(n_motifs)]
    allowed = (chain.transitions > 0).numpy()
    return Instance(length, allowed, path.reshape(n_motifs, motif_length), np.stack(spacings)), chain


def _draw_chain(n_states: int, generator: Generator) -> Chain:
    """Return a chain with random weights on a band of states, wrapped around and its rows shuffled."""
    weights = torch.randn(n_states, n_states, generator=generator, dtype=torch.float32)
    dense = (weights / _TEMPERATURE).softmax(dim=1)
    state = torch.arange(n_states)
    steps = (state - state.unsqueeze(1)).remainder(n_states)
    width = int(n_states * _BAND)
    band = (steps <= width) | (steps >= n_states - width)
    shuffled = band[torch.randperm(n_states, generator=generator)]
    kept = torch.where(shuffled | torch.eye(n_states, dtype=torch.bool), dense, torch.zeros_like(dense))
    transitions = kept / kept.sum(dim=1, keepdim=True)
    return Chain(transitions, _stationary(transitions))


def _stationary(transitions: Tensor) -> Tensor:
    """Return the probabilities `p` with `p P = p` and sum 1, `v`."""
    n_states = len(transitions)
    unchanged = (torch.eye(n_states) - transitions).T
    system = torch.cat([unchanged, torch.ones(1, n_states)])
    target = torch.zeros(n_states + 1, 1)
    target[-1] = 1.0
    solution: Tensor = torch.linalg.lstsq(system, target).solution.squeeze(1)
    return solution


def _draw_spacing(motif_length: int, room: int, generator: Generator) -> Codes:
    """Return steps of at least one that share out up to `room` further ones, `k - 1`."""
    weights = torch.rand(motif_length - 1, generator=generator, dtype=torch.float32)
    steps: Codes = 1 + (room * (weights / weights.sum())).floor().to(torch.int64).numpy()
    return steps
