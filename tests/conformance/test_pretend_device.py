"""What is computed on a GPU never mixes its tensors with those of the CPU; checked without one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from device_cases import SMALL
from pretend_device import PretendDevice


@pytest.mark.parametrize("name", SMALL)
def test_all_tensors_of_a_computation_are_on_one_device(name: str) -> None:
    case = SMALL[name]
    expected = case.run("cpu")
    with PretendDevice() as device:
        found = case.run("cuda")
    assert device.n_calls > 10  # those with tensors of the device
    torch.testing.assert_close(found, expected, rtol=0, atol=0)


def there() -> torch.Tensor:
    return torch.rand(3, 3, dtype=torch.float64).to("cuda")


MIXED: dict[str, Callable[[], object]] = {
    "product": lambda: there() @ torch.rand(3, 3, dtype=torch.float64),
    "sum": lambda: there() + torch.eye(3, dtype=torch.float64),
    "array": lambda: there().numpy(),
    "join": lambda: torch.cat([there(), torch.zeros(1, 3)]),
    "stack of scalars": lambda: torch.stack([there().sum(), torch.tensor(1.0)]),
    "index": lambda: torch.rand(3)[torch.tensor([0]).to("cuda")],
    "assignment": lambda: there().__setitem__(torch.tensor([0]), torch.zeros(1, 3, dtype=torch.float64)),
    "selection": lambda: there().index_select(0, torch.tensor([0])),
    "generator": lambda: torch.randn(3, device="cuda", generator=torch.Generator()),
    "layer": lambda: torch.nn.Linear(3, 3).double()(there()),
}


@pytest.mark.parametrize("name", MIXED)
def test_what_a_gpu_would_refuse_is_refused(name: str) -> None:
    with PretendDevice(), pytest.raises((RuntimeError, TypeError)):
        MIXED[name]()


def test_what_a_gpu_would_do_is_done() -> None:
    with PretendDevice():
        x = there()
        assert x[1:].mT.device.type == "cuda"
        assert (x * torch.tensor(2.0)).device == x.device
        assert x[torch.tensor([0, 1])].device == x.device
        assert (torch.eye(3).to(x) + x).device == x.device
        assert torch.zeros(3, device=x.device).device == x.device
        assert x.cpu().device.type == "cpu"
        assert x.cpu().numpy().shape == (3, 3)
        assert torch.nn.Linear(3, 3).double().to(x.device)(x).device == x.device
        by_x = x.clone().requires_grad_()
        (slope,) = torch.autograd.grad(by_x.square().sum(), by_x)
        torch.testing.assert_close((slope + x).cpu(), 3 * x.cpu())
