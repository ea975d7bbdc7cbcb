import pytest

from hebo.optimizer.optimizer import Optimizer


@pytest.fixture(scope="session", autouse=True)
def _errors_of_models_are_raised():
    """Space-filling points in place of a model's would hide what the tests are to find."""
    Optimizer.always_strict = True
