"""A device that is not there: what mixes its tensors with those of the CPU fails, as on a real one.

Everything is computed on the CPU. Storages are marked as lying on the device or on the CPU; those that torch
makes by itself, such as gradients, are unmarked and go with both. Marked tensors report the device, moves
between the two are copies, and what a GPU would refuse raises: operands of both, an index on the device for a
tensor that is not, a NumPy array or a CPU generator for a tensor of the device.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode, resolve_name

DEVICE = torch.device("cuda", 0)
CPU = torch.device("cpu")

_MOVES = {"to", "cpu", "cuda"}
_TAKE_BOTH = {"copy_", "data.__set__", "grad.__set__", "_has_compatible_shallow_copy_type"}
_PLAIN = {"_parse_to", "device"}
_TO_NUMPY = {"numpy", "__array__"}
# The device of what these make is that of an argument or of none of their tensors.
_FACTORIES = {
    "tensor", "as_tensor", "zeros", "ones", "empty", "full", "eye", "arange", "linspace", "rand", "randn", "randint",
    "randperm", "triu_indices", "tril_indices", "from_numpy", "scalar_tensor",
}  # fmt: skip


class PretendDevice(TorchFunctionMode):
    """Within it `device="cuda"` is accepted, whatever is installed."""

    def __init__(self) -> None:
        super().__init__()
        self._marks: dict[int, tuple[StorageWeakRef, torch.device]] = {}
        self.n_calls = 0

    def device_of(self, x: Tensor) -> torch.device | None:
        """Where a tensor pretends to lie; None for an unmarked one."""
        if x.layout is not torch.strided:
            return None
        ref = StorageWeakRef(x.untyped_storage())
        found = self._marks.get(ref.cdata)
        return None if found is None or found[0].expired() else found[1]

    def mark(self, x: Tensor, device: torch.device) -> Tensor:
        """Say where a tensor lies from now on."""
        ref = StorageWeakRef(x.untyped_storage())
        self._marks[ref.cdata] = ref, device
        return x

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        name = _name(func)
        if name in _PLAIN:
            return func(*args, **kwargs)
        tensors = list(_tensors((args, kwargs)))
        places = [self.device_of(one) for one in tensors]
        if name in ("device.__get__", "is_cuda.__get__"):
            found = places[0] or CPU
            return found if name.startswith("device") else found == DEVICE
        if name in _TO_NUMPY and places[0] == DEVICE:
            raise TypeError("can't convert a tensor of the device to numpy; use Tensor.cpu() first")
        if name in _MOVES:
            return self._moved(name, args[0], args[1:], kwargs)
        self._check(name, tensors, places, args, kwargs)
        return self._computed(func, name, places, args, kwargs)

    def _computed(
        self, func: Any, name: str, places: Sequence[Any], args: Any, kwargs: dict[str, Any]
    ) -> Any:
        wanted = kwargs.get("device")
        if wanted is not None:
            kwargs["device"] = CPU
        result = func(*args, **kwargs)
        target = self._target(name, None if wanted is None else torch.device(wanted), places)
        if name in ("as_tensor", "tensor") and target == DEVICE and DEVICE not in places:
            result = result.clone()
        for one in _tensors(result):
            if target is not None and self.device_of(one) is None:
                self.mark(one, target)
        return result

    @staticmethod
    def _target(name: str, wanted: torch.device | None, places: Sequence[Any]) -> torch.device | None:
        if wanted is not None:
            return DEVICE if wanted.type == DEVICE.type else CPU
        if DEVICE in places:
            return DEVICE
        return CPU if CPU in places or name in _FACTORIES else None

    def _moved(self, name: str, x: Tensor, others: Sequence[Any], named: Mapping[str, Any]) -> Tensor:
        here = self.device_of(x) or CPU
        there = {"cpu": CPU, "cuda": DEVICE}.get(name, here)
        dtype = x.dtype
        for one in (*others, *named.values()):
            if isinstance(one, Tensor):
                there, dtype = self.device_of(one) or CPU, one.dtype
            elif isinstance(one, torch.device | str):
                there = DEVICE if torch.device(one).type == DEVICE.type else CPU
            elif isinstance(one, torch.dtype):
                dtype = one
        moved = x.to(dtype)
        if there != here and moved is x:
            moved = x.clone()
        return moved if moved is x else self.mark(moved, there)

    def _check(
        self, name: str, tensors: Sequence[Tensor], places: Sequence[Any], args: Any, kwargs: Any
    ) -> None:
        self.n_calls += DEVICE in places
        generator = kwargs.get("generator")
        wanted = kwargs.get("device")
        on_device = DEVICE in places or (wanted is not None and torch.device(wanted).type == DEVICE.type)
        if isinstance(generator, torch.Generator) and on_device:
            raise RuntimeError(f"{name}: expected a generator of the device, not one of the CPU")
        if name in _TAKE_BOTH:
            return
        if name in ("__getitem__", "__setitem__"):
            self._check_index(name, args)
            return
        scalars_count = name in ("cat", "stack", "concat")
        held = {place for x, place in zip(tensors, places, strict=True) if x.dim() or scalars_count}
        if DEVICE in held and CPU in held:
            shapes = [(tuple(x.shape), str(place)) for x, place in zip(tensors, places, strict=True)]
            raise RuntimeError(f"{name}: expected all tensors on one device, found {shapes}")

    def _check_index(self, name: str, args: Any) -> None:
        """An index may lie on the CPU; what is assigned at one must lie where the tensor does."""
        place = self.device_of(args[0]) or CPU
        indices = list(_tensors(args[1]))
        if place == CPU and any(self.device_of(one) == DEVICE for one in indices):
            raise RuntimeError(f"{name}: an index on the device for a tensor on the CPU")
        value = args[2] if name == "__setitem__" and indices else None
        is_array = isinstance(value, Tensor) and value.dim() > 0
        if is_array and self.device_of(value) not in (None, place):
            raise RuntimeError(f"{name}: a value of another device than the tensor's")


def _name(func: Any) -> str:
    """Return the last part of a function's name; of an attribute with how it is used."""
    full = resolve_name(func) or getattr(func, "__name__", "")
    parts = full.split(".")
    return ".".join(parts[-2:]) if parts[-1] in ("__get__", "__set__") else parts[-1]


def _tensors(tree: Any) -> Iterator[Tensor]:
    if isinstance(tree, Tensor):
        yield tree
    elif isinstance(tree, Mapping):
        for one in tree.values():
            yield from _tensors(one)
    elif isinstance(tree, list | tuple):
        for one in tree:
            yield from _tensors(one)
