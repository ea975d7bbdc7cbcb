"""HEBO as an optimizer file for Bayesmark: `bayesmark-launch --opt-root configs/bayesmark -o HEBO ...`."""

from hebo.plugins.bayesmark import BayesmarkOptimizer

opt_wrapper = BayesmarkOptimizer

if __name__ == "__main__":
    from bayesmark.experiment import experiment_main

    experiment_main(opt_wrapper)
