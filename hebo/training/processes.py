"""Several training processes, started by `torchrun`: the mean of their gradients is what counts."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch import distributed as dist

from hebo.errors import ConfigError


@dataclass(frozen=True)
class Processes:
    """This process among others.

    Attributes:
        rank: Its number, from 0. Number 0 writes the files.
        n: How many there are.
        device: Where it computes.
    """

    rank: int
    n: int
    device: torch.device

    def mean(self, value: Tensor) -> Tensor:
        """Return the mean of a tensor over all processes."""
        if self.n == 1:
            return value
        total = value.clone()
        dist.all_reduce(total)
        return total / self.n

    def share_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace gradients by their means over all processes.

        A parameter may have had no gradient in some of them, whose tasks have no categories, say. It counts
        as zero there.
        """
        if self.n == 1:
            return
        known = list(parameters)
        gradients = [torch.zeros_like(one) if one.grad is None else one.grad for one in known]
        mean = self.mean(torch.cat([one.flatten() for one in gradients]))
        sizes = [one.numel() for one in known]
        for one, part in zip(known, torch.split(mean, sizes), strict=True):
            one.grad = part.reshape(one.shape)

    def any(self, flag: bool) -> bool:
        """Return whether a flag is set in any process."""
        return bool(self.mean(torch.tensor(float(flag), device=self.device)) > 0)

    def wait(self) -> None:
        """Wait for the others."""
        if self.n > 1:
            dist.barrier()


@contextmanager
def joined_processes(device: str | None) -> Iterator[Processes]:
    """Join the processes that `torchrun` started; without it there is this one alone.

    Args:
        device: Such as `cpu` or `cuda`; None takes a GPU where there is one.

    Raises:
        ConfigError: If there is no such device.
    """
    rank, n = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    kind = device or ("cuda" if torch.cuda.is_available() else "cpu")
    place = _usable(f"cuda:{os.environ['LOCAL_RANK']}" if kind == "cuda" and n > 1 else kind)
    if n == 1:
        yield Processes(0, 1, place)
        return
    dist.init_process_group("nccl" if kind == "cuda" else "gloo")
    try:
        yield Processes(rank, n, place)
    finally:
        dist.destroy_process_group()


def _usable(place: str) -> torch.device:
    """Return a device that tensors can be on."""
    try:
        return torch.empty(0, device=place).device
    except (RuntimeError, AssertionError, NotImplementedError) as error:  # torch raises any of them
        raise ConfigError(
            f"device '{place}' cannot be used ({str(error).splitlines()[0]}); say `--device cpu`, or install "
            "torch for that device"
        ) from error


def release_free_memory() -> None:
    """Give freed memory back to the system, where its allocator can.

    Tasks of many shapes leave gaps of many sizes, which would grow to gigabytes.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:  # glibc has it
        trim(0)
