import sys

import optuna
import pandas as pd
from optuna.distributions import CategoricalDistribution, FloatDistribution

space = {
    "temperature": FloatDistribution(20, 90),
    "base": CategoricalDistribution(["KOH", "K2CO3", "Et3N"]),
}
study = optuna.create_study(
    study_name="coupling", storage="sqlite:///coupling.db", direction="maximize", load_if_exists=True
)
command, sheet = sys.argv[1:]
if command == "ask":
    trials = [study.ask(space) for _ in range(4)]
    rows = [{"number": trial.number, **trial.params, "yield": ""} for trial in trials]
    pd.DataFrame(rows).to_csv(sheet, index=False)
else:
    for _, row in pd.read_csv(sheet).dropna(subset=["yield"]).iterrows():
        study.tell(int(row["number"]), row["yield"], skip_if_finished=True)
    print(study.best_params, study.best_value)
