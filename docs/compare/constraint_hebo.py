import hebo
from objective import measure

space, limits = {"lr": (1e-5, 0.1, "log"), "depth": (1, 9)}, [{"name": "latency", "ub": 20}]
result = hebo.maximize(measure, space, n_trials=20, objective="accuracy", constraints=limits)
print(result.best, result.best_value)
