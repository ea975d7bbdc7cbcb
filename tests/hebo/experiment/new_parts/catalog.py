"""The catalog of a small package with one part of each kind that others write most."""

PARTS = {
    "surrogate": {"unfitted_gp": ("unfitted_gp:UnfittedGP", "BoTorch's default Gaussian process, as it is")},
    "acquisition": {"posterior_sd": ("posterior_sd:PosteriorSd", "Pure exploration")},
    "optimizer": {"maximin": ("maximin:Maximin", "Points far from all others")},
    "task": {"cone": ("cone:Cone", "A cone in two dimensions")},
}
