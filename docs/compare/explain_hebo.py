import hebo
from objective import loss

result = hebo.minimize(loss, {"lr": (1e-5, 0.1, "log"), "depth": (1, 9)}, n_trials=20)
print(result.optimizer.importance())
