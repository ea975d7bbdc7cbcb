"""Our random search as an optimizer file for Bayesmark, beside Bayesmark's own `RandomSearch`."""

from hebo.plugins.bayesmark import RandomSearchOptimizer

opt_wrapper = RandomSearchOptimizer

if __name__ == "__main__":
    from bayesmark.experiment import experiment_main

    experiment_main(opt_wrapper)
