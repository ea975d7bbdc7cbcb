from multiprocessing import Process

import optuna
from objective import loss
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend


def objective(trial):
    lr = trial.suggest_float("lr", 1e-5, 0.1, log=True)
    return loss(lr, trial.suggest_int("depth", 1, 9))


def work():
    storage = JournalStorage(JournalFileBackend("workers.log"))
    optuna.load_study(study_name="study", storage=storage).optimize(objective, n_trials=5)


if __name__ == "__main__":
    study = optuna.create_study(
        study_name="study",
        storage=JournalStorage(JournalFileBackend("workers.log")),
    )
    workers = [Process(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(study.best_params, study.best_value)
