import pytest

from hebo.optimizers.bayes_opt import BayesOpt


@pytest.fixture(scope="session", autouse=True)
def _errors_of_models_are_raised():
    """Space-filling points in place of a model's would hide what the tests are to find."""
    BayesOpt.always_strict = True
