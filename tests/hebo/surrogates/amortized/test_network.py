"""Tests of `hebo.surrogates.amortized.network`."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch.testing import assert_close

from hebo.surrogates.amortized.network import Frame, SettingNetwork, start
from hebo.surrogates.amortized.scores import Problems
from hebo.surrogates.warped_gp import warped_layout


def rebuilt(problems: Problems, numeric: torch.Tensor, codes: torch.Tensor, y: torch.Tensor) -> Problems:
    return Problems(problems.layout, numeric, codes, y, problems.smoothness)


def test_an_untrained_network_begins_where_a_fit_does_and_climbs(problems: Problems) -> None:
    first, *later = [one.detach() for one in SettingNetwork(8).double()(problems)]
    assert_close(first, torch.tensor(start(problems.layout), dtype=torch.float64).expand(4, -1))

    def densities(theta: torch.Tensor) -> torch.Tensor:
        log_prior = torch.tensor([problems.layout.log_prior(one.numpy())[0] for one in theta])
        return problems.scores(theta)[0] + log_prior

    reached = [densities(one) for one in (first, *later)]
    assert all(bool((b > a).all()) for a, b in pairwise(reached))


def test_the_order_of_observations_does_not_matter(problems: Problems, network: SettingNetwork) -> None:
    order = torch.randperm(problems.n, generator=torch.Generator().manual_seed(0))
    parts = (one[:, order] for one in (problems.numeric, problems.codes, problems.y))
    assert_close(network.setting(rebuilt(problems, *parts)), network.setting(problems))


def test_hyperparameters_change_places_with_their_columns(
    problems: Problems, network: SettingNetwork
) -> None:
    of_numeric, of_codes = [2, 0, 1], [1, 0]
    moved = rebuilt(problems, problems.numeric[..., of_numeric], problems.codes[..., of_codes], problems.y)
    before, after = network.setting(problems), network.setting(moved)
    for name, order in (
        *((one, of_numeric) for one in ("lengthscale", "warp_a", "warp_b")),
        ("overlap_scale", of_codes),
    ):
        group = problems.layout.groups[name]
        assert_close(after[:, group], before[:, group][:, order])
    assert_close(after[:, -3:], before[:, -3:])
    assert float(before[:, problems.layout.groups["lengthscale"]].detach().std(-1).min()) > 1e-6


def test_a_problem_has_the_same_setting_alone(problems: Problems, network: SettingNetwork) -> None:
    whole = network.setting(problems)
    for place in range(4):
        parts = (one[place : place + 1] for one in (problems.numeric, problems.codes, problems.y))
        assert_close(network.setting(rebuilt(problems, *parts))[0], whole[place])


@pytest.mark.parametrize(("k", "c"), [(2, 0), (0, 3), (1, 1)])
@pytest.mark.parametrize("warp", [True, False])
def test_entries_of_columns_and_vectors_are_inverse(k: int, c: int, warp: bool) -> None:
    layout = warped_layout(k, c, 5, warp=warp)
    frame = Frame(Problems(layout, torch.rand(2, 5, k), torch.zeros(2, 5, c), torch.rand(2, 5), 1.5))
    vector = torch.arange(2.0 * layout.size, dtype=torch.float64).reshape(2, -1)
    assert_close(frame.vector(*frame.entries(vector)), vector)


def test_settings_stay_in_their_ranges(problems: Problems, network: SettingNetwork) -> None:
    for one in network.parameters():
        torch.nn.init.normal_(one, std=3.0)
    theta = network.setting(problems)
    lower, upper = (torch.from_numpy(one) for one in (problems.layout.lower, problems.layout.upper))
    assert bool(((theta >= lower) & (theta <= upper)).all())
