import optuna
from objective import loss


def objective(trial):
    lr = trial.suggest_float("lr", 1e-5, 0.1, log=True)
    return loss(lr, trial.suggest_int("depth", 1, 9))


study = optuna.create_study()
study.optimize(objective, n_trials=20)
print(study.best_params, study.best_value)
