"""Tests of `hebo.acquisitions.covariances`."""

from __future__ import annotations

import torch
from botorch.models import SingleTaskGP
from examples import observations

from hebo.acquisitions.covariances import cross_covariances, joint_moments
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])


def test_covariances_of_a_model_are_those_of_its_joint_posterior() -> None:
    data = observations(SPACE, 12)
    points = SPACE.sample(10, generator=make_generator(1))
    ours = WarpedGP(n_starts=1).fit(data, SPACE, generator=make_generator(0))
    y = (data.y - data.y.mean()) / data.y.std()
    with torch.no_grad():
        for model in (ours, SingleTaskGP(data.x, y, outcome_transform=None).eval()):
            mean, joint = joint_moments(model, points)
            torch.testing.assert_close(mean, model.posterior(points.unsqueeze(-2)).mean[:, 0, 0])
            cross = cross_covariances(model, points[:4], points[4:])
            torch.testing.assert_close(cross, joint[:4, 4:], rtol=1e-5, atol=1e-8)


def test_many_points_are_asked_about_in_parts() -> None:
    data = observations(SPACE, 8)
    y = (data.y - data.y.mean()) / data.y.std()
    gp = SingleTaskGP(data.x, y, outcome_transform=None).eval()
    x = SPACE.sample(300, generator=make_generator(2))
    with torch.no_grad():
        every = cross_covariances(gp, x, data.x)
        assert every.shape == (300, 8)
        torch.testing.assert_close(every[290:], cross_covariances(gp, x[290:], data.x), rtol=1e-5, atol=1e-8)
