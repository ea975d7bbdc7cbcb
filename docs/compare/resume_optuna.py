import optuna
from objective import loss
from optuna.trial import TrialState


def objective(trial):
    lr = trial.suggest_float("lr", 1e-5, 0.1, log=True)
    return loss(lr, trial.suggest_int("depth", 1, 9))


study = optuna.create_study(study_name="study", storage="sqlite:///optuna.db", load_if_exists=True)
done = study.get_trials(states=[TrialState.COMPLETE], deepcopy=False)
study.optimize(objective, n_trials=20 - len(done))
print(study.best_params, study.best_value)
