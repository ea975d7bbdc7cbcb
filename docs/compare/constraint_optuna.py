import optuna
from objective import measure


def objective(trial):
    lr = trial.suggest_float("lr", 1e-5, 0.1, log=True)
    found = measure(lr, trial.suggest_int("depth", 1, 9))
    trial.set_user_attr("excess", [found["latency"] - 20])
    return found["accuracy"]


sampler = optuna.samplers.TPESampler(constraints_func=lambda trial: trial.user_attrs["excess"])
study = optuna.create_study(direction="maximize", sampler=sampler)
study.optimize(objective, n_trials=20)
print(study.best_params, study.best_value)
