"""Optimizers of other libraries behind our ask and tell, to be compared with ours in the same run."""
