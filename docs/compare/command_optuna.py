import json
import subprocess
import sys

import optuna


def objective(trial):
    lr = trial.suggest_float("lr", 1e-5, 0.1, log=True)
    depth = trial.suggest_int("depth", 1, 9)
    argv = [sys.executable, "train.py", "--lr", str(lr), "--depth", str(depth)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])["loss"]


study = optuna.create_study()
study.optimize(objective, n_trials=15)
print(study.best_params, study.best_value)
